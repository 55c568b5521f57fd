"""Signatures as Wycheproof and NIST publish them, judged by the board. Runs in a small heap."""

import hardware
import p256

RECORD = 65 + 32 + 64 + 1
PATH = hardware.__file__.rsplit("/", 1)[0] + "/p256.bin"


def records():
    with open(PATH, "rb") as file:
        while True:
            record = file.read(RECORD)
            if not record:
                return
            yield record[:65], record[65:97], record[97:161], bool(record[161])


def test_every_published_signature_is_judged_as_published():
    count = good = 0
    for point, digest, signature, holds in records():
        assert p256.holds(point, digest, signature) == holds, (count, holds)
        count, good = count + 1, good + holds
    assert count > 250 and good > 150 and count - good > 60, (count, good)


def test_it_takes_a_bounded_number_of_turns():
    point, digest, signature, _ = next(records())
    check, turns = p256.Check(point, digest, signature), 1
    while not check.turn():
        turns += 1
    assert check.holds and turns == p256.BITS + 1


def test_what_is_no_signature_or_no_point_is_refused_at_once():
    point, digest, signature, _ = next(records())
    assert p256.holds(point, digest, signature)
    zero, n = bytes(32), p256.N.to_bytes(32, "big")
    ends = (signature[:63], signature + b"\0", b"", zero + signature[32:], signature[:32] + zero, n + signature[32:],
            signature[:32] + n, b"\xff" * 64)  # fmt: skip
    for bad in ends:
        check = p256.Check(point, digest, bad)
        assert check.turn() and not check.holds
    for bad in (point[:64], b"\x02" + point[1:], point[:64] + bytes((point[64] ^ 1,)), b"\x04" + bytes(64), b"",
                b"\x04" + b"\xff" * 64):  # fmt: skip
        check = p256.Check(bad, digest, signature)
        assert check.turn() and not check.holds
    assert not p256.holds(point, digest[:31], signature)
