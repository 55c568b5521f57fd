"""The list of forged packets: how a file of this folder (forged_*.py) adds one, with the verdict it must get."""

from collections.abc import Callable
from typing import Any

from obu.core.now import v2x_time_us
from obu.security.verdict import Judgement, Verdict
from tests.security.forge import UTC_NS, Workshop

V = Verdict
Case = Callable[[Workshop], Judgement]
CASES: list[tuple[Verdict, str, Case]] = []


def case(verdict: Verdict, name: str) -> Callable[[Case], Case]:
    def add(function: Case) -> Case:
        CASES.append((verdict, name, function))
        return function

    return add


def packet(verdict: Verdict, name: str, **spdu: Any) -> None:
    """A case of one spoilt packet, judged by a verifier that knows nothing."""
    CASES.append((verdict, name, lambda shop: shop.judge(shop.verifier(), shop.spdu(**spdu))))


def data(verdict: Verdict, name: str, spoil: Callable[[bytes], bytes]) -> None:
    """A case of a genuine packet whose bytes were spoilt."""
    CASES.append((verdict, name, lambda shop: shop.judge(shop.verifier(), spoil(shop.spdu()))))


def badge(verdict: Verdict, name: str, **change: Any) -> None:
    """A case of a genuine packet under a spoilt certificate."""

    def run(shop: Workshop) -> Judgement:
        raw, key = shop.odd_station(**change)
        return shop.judge(shop.verifier(), shop.spdu(raw=raw, key=key))

    CASES.append((verdict, name, run))


def put(path: str, new: Any) -> Callable[[dict[str, Any]], None]:
    """A change that puts a value at a dotted path."""

    def change(value: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        for step in steps:
            value = value[step]
        value[last] = new

    return change


def drop(path: str) -> Callable[[dict[str, Any]], None]:
    """A change that takes a field away."""

    def change(value: dict[str, Any]) -> None:
        *steps, last = path.split(".")
        for step in steps:
            value = value[step]
        del value[last]

    return change


def content(version: int, kind: str, body: Any) -> dict[str, Any]:
    return {"protocolVersion": version, "content": (kind, body)}


GENERATION_US = v2x_time_us(UTC_NS)
P256_SIGNATURE = ("ecdsaNistP256Signature", {"rSig": ("x-only", bytes(32)), "sSig": bytes(32)})
