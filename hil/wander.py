"""How far off a place is told: an error on two axes that wanders about nothing, as that of a receiver does."""

import math
import random


class Wander:
    """A Gauss-Markov process of the first order on each axis, axes_m its sigma; equal dice give equal errors."""

    def __init__(self, dice: random.Random, axes_m: tuple[float, float], correlation_s: float) -> None:
        self._dice, self._axes_m, self._correlation_s = dice, axes_m, correlation_s
        self._off_m = (dice.gauss(0.0, axes_m[0]), dice.gauss(0.0, axes_m[1]))

    def after(self, passed_s: float) -> tuple[float, float]:
        """The error on both axes in metres, so long after the last look at it."""
        keep = math.exp(-passed_s / self._correlation_s)
        fresh = math.sqrt(1.0 - keep * keep)
        first_m, second_m = (
            keep * off_m + self._dice.gauss(0.0, axis_m * fresh)
            for off_m, axis_m in zip(self._off_m, self._axes_m, strict=True)
        )
        self._off_m = (first_m, second_m)
        return self._off_m
