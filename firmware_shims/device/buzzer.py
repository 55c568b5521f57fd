"""The buzzer: a few fixed sounds, played a stated number of times; a more urgent one cuts in, another waits its turn.

The rule: it ends by itself, whatever the host does.
"""

import wire

# Each sound is (frequency in hertz, milliseconds) in turn; 0 Hz is a pause. The number is its urgency.
SOUNDS = (
    (),
    ((1000, 120), (0, 380)),
    ((1800, 100), (0, 100)),
    ((2400, 60), (0, 60)),
)
MOST_TIMES = 10


class Buzzer:
    """play() and then frequency() each turn."""

    def __init__(self):
        self._sound = 0
        self._times = 0
        self._step = 0
        self._since = 0

    def play(self, sound, times, at):
        """Sound 1 (least) to 3 (most urgent); 0 is silence at once. Less urgent than what plays is not taken."""
        if sound and (sound < self._sound or sound >= len(SOUNDS)):
            return
        if sound == self._sound and sound:
            self._times = min(times, MOST_TIMES)
            return
        self._sound, self._times, self._step, self._since = sound, min(times, MOST_TIMES), 0, at

    def frequency(self, at):
        """Hertz at this instant, 0 for silence."""
        if not self._sound:
            return 0
        steps = SOUNDS[self._sound]
        tone, length_ms = steps[self._step]
        if wire.elapsed(at, self._since) >= length_ms * 1000:
            self._since = (self._since + length_ms * 1000) & wire.MASK
            self._step += 1
            if self._step == len(steps):
                self._step = 0
                self._times -= 1
                if self._times <= 0:
                    self._sound = 0
                    return 0
            tone = steps[self._step][0]
        return tone
