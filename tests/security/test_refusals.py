"""docs/refusals.md names each word under which a packet can be counted as dropped, once, and no others."""

import re
from collections import Counter
from pathlib import Path

from obu.codec import messages, reasons
from obu.codec.messages import places
from obu.security.verdict import Verdict, of_reason
from obu.stack import aids, dsmp, edition_binding, receiver

TEXT = (Path(__file__).parents[2] / "docs/refusals.md").read_text("utf-8")
OF_DSMP = {value for name, value in vars(dsmp).items() if name.isupper() and str(value).startswith("dsmp_")}
OF_CONTENT = {edition_binding.IMPLAUSIBLE, edition_binding.CONTRADICTS, receiver.AID_MESSAGE_MISMATCH,
              reasons.OUT_OF_RANGE, reasons.UNKNOWN_ALTERNATIVE, reasons.NONZERO_PADDING, reasons.TOO_LONG,
              reasons.TOO_DEEP, reasons.UNKNOWN_ENUMERATION, messages.UNKNOWN_MESSAGE, places.POSITION_UNAVAILABLE,
              places.POSITION_OUT_OF_RANGE}  # fmt: skip
OF_RECEIVER = {"unregistered_aid", "list_queue_full"}


def told() -> Counter[str]:
    rows = (line.split("|")[1] for line in TEXT.splitlines() if line.startswith("| `"))
    return Counter(word for cell in rows for word in re.findall(r"`([a-z0-9_]+)`", cell))


def test_each_word_is_told_once_and_no_other() -> None:
    words = {verdict.value for verdict in Verdict if verdict is not Verdict.VALID}
    assert set(told()) == words | OF_DSMP | OF_CONTENT | OF_RECEIVER
    assert set(told().values()) == {1}


def test_the_words_of_the_codec_are_those_it_uses() -> None:
    """What it says of the security layer's octets is one of the first table's."""
    names: set[str] = set()
    for path in Path(reasons.__file__).parent.rglob("*.py"):
        if "compiler" not in path.parts:
            names |= set(re.findall(r"RemoteError\(([A-Z_]+)", path.read_text("utf-8")))
    said = {str(vars(part).get(name)) for name in names for part in (reasons, messages, places) if name in vars(part)}
    assert len(said) == len(names)
    assert said <= set(told())


def test_the_words_of_the_receiver_are_those_it_uses() -> None:
    text = Path(receiver.__file__).read_text("utf-8")
    used = set(re.findall(r'RemoteError\("([a-z_]+)"\)', text))
    assert used == OF_RECEIVER | {Verdict.CLOCK_UNSYNCHRONISED.value}
    assert len(OF_DSMP) == 8 and aids.CRL not in aids.BY_AID


def test_a_word_of_the_codec_that_is_no_verdict_counts_as_malformed() -> None:
    known = {verdict.value for verdict in Verdict}
    finer = {value for value in vars(reasons).values() if isinstance(value, str) and value.isidentifier()} - known
    assert {of_reason(reason) for reason in finer} == {Verdict.MALFORMED, Verdict.NOT_CANONICAL}
