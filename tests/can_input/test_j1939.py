"""Identifiers and reserved patterns against the tables of SAE J1939-21 and J1939-71, written out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obu.can_input import j1939


@pytest.mark.parametrize(
    ("can_id", "group"),
    [
        (0x18FEF100, 65265),  # CCVS1 of the engine
        (0x18FEF131, 65265),  # and of the cab controller
        (0x0CFE6CEE, 65132),  # TCO1 of the tachograph, priority 3
        (0x18F0010B, 61441),  # EBC1
        (0x0C000003, 0),  # TSC1 to the engine: the low byte of the PGN is an address
        (0x0C00FF03, 0),
        (0x18EAFF0B, 59904),  # request to all
    ],
)
def test_the_pgn_is_told_without_priority_and_addresses(can_id, group):
    assert j1939.pgn(can_id) == group


@given(st.integers(0, 7), st.integers(0, 255), st.integers(0xF000, 0xFFFF), st.integers(0, 3))
def test_a_broadcast_pgn_survives_any_priority_and_sender(priority, sender, low, pages):
    group = pages << 16 | low
    can_id = priority << 26 | group << 8 | sender
    assert j1939.pgn(can_id) == group
    assert can_id & j1939.filter_mask(group) == group << 8


# SAE J1939-71 tables 1 and 2: width, last measurement, first and last of error, first and last of not available.
PATTERNS = [
    (2, 0b01, 0b10, 0b10, 0b11, 0b11),
    (4, 0b1101, 0b1110, 0b1110, 0b1111, 0b1111),
    (8, 0xFA, 0xFE, 0xFE, 0xFF, 0xFF),
    (16, 0xFAFF, 0xFE00, 0xFEFF, 0xFF00, 0xFFFF),
    (32, 0xFAFFFFFF, 0xFE000000, 0xFEFFFFFF, 0xFF000000, 0xFFFFFFFF),
]


@pytest.mark.parametrize(("bits", "highest", "error", "last_error", "absent", "last_absent"), PATTERNS)
def test_reserved_patterns_have_their_names(bits, highest, error, last_error, absent, last_absent):
    assert j1939.highest_valid(bits) == highest
    assert {j1939.refusal(raw, bits) for raw in (error, last_error)} == {"error_pattern"}
    assert {j1939.refusal(raw, bits) for raw in (absent, last_absent)} == {"not_available"}
    if bits >= 8:
        assert j1939.refusal(highest + 1, bits) == j1939.refusal(error - 1, bits) == "out_of_range"


def test_a_width_without_patterns_is_refused():
    for bits in (1, 9, 12, 64):
        with pytest.raises(ValueError, match=str(bits)):
            j1939.highest_valid(bits)
