"""The capture file: dpkt reads what is written and the other way round; cut, foreign and spoilt files are known."""

import io
import random
import struct
from decimal import Decimal

import dpkt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from obu.core.errors import LocalError
from obu.drivers import capture
from obu.drivers.capture import Capture, Captured, CutShort

UTC_NS = 1_790_000_000_123_456_789
PACKETS = [Captured(bytes(range(size)), UTC_NS + size * 1_000_003) for size in (5, 0, 200, 1)]
HEAD_BYTES = 24


@pytest.fixture
def path(tmp_path):
    return tmp_path / "air.pcap"


@pytest.fixture
def written(path):
    file = Capture(path)
    for packet in PACKETS:
        file.write(packet.sdu, packet.utc_ns)
    file.close()
    return path.read_bytes()


def got(path) -> tuple[list[Captured], LocalError | None]:
    """The packets that were given, and how it ended."""
    packets: list[Captured] = []
    try:
        packets.extend(capture.read(path))
    except LocalError as error:
        assert str(path) in error.text and str(path) in error.zh
        return _again(path), error
    return packets, None


def _again(path) -> list[Captured]:
    packets = []
    reader = capture.read(path)
    try:
        while True:
            packets.append(next(reader))
    except LocalError:
        return packets


def test_what_is_written_is_read_to_the_nanosecond(path, written):
    assert got(path) == (PACKETS, None)
    reader = dpkt.pcap.Reader(io.BytesIO(written))
    assert reader.datalink() == capture.LINK_TYPE
    assert [Captured(sdu, int(time * 10**9)) for time, sdu in reader] == PACKETS


def test_a_capture_of_nothing_is_a_file_of_no_packets(path):
    Capture(path)
    assert got(path) == ([], None)


@given(
    st.sampled_from((">", "<")), st.booleans(),
    st.lists(st.tuples(st.binary(max_size=60), st.integers(0, 2**32 - 1), st.integers(0, 999_999))),
)  # fmt: skip
def test_all_four_forms_are_read_as_dpkt_reads_them(tmp_path_factory, order, is_nano, packets):
    path = tmp_path_factory.mktemp("forms") / "air.pcap"
    magic = 0xA1B23C4D if is_nano else 0xA1B2C3D4
    data = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65_535, 147)
    for sdu, second, fraction in packets:
        data += struct.pack(f"{order}IIII", second, fraction, len(sdu), len(sdu)) + sdu
    assume(all(sdu or second or fraction for sdu, second, fraction in packets))  # sixteen zeros are no packet
    path.write_bytes(data)
    theirs = [(round(Decimal(time) * 10**9), sdu) for time, sdu in dpkt.pcap.Reader(io.BytesIO(data))]
    ours, end = got(path)
    assert end is None
    assert [packet.sdu for packet in ours] == [sdu for _, sdu in theirs]
    assert all(abs(packet.utc_ns - utc_ns) < 1000 for packet, (utc_ns, _) in zip(ours, theirs, strict=True))


def test_a_file_cut_anywhere_gives_its_whole_packets(path, written):
    ends = [HEAD_BYTES]
    for packet in PACKETS:
        ends.append(ends[-1] + 16 + len(packet.sdu))
    for size in range(4, len(written)):
        path.write_bytes(written[:size])
        packets, end = got(path)
        assert packets == PACKETS[: max(sum(at <= size for at in ends) - 1, 0)]
        assert isinstance(end, CutShort) == (size not in ends), size


@pytest.mark.parametrize(
    ("tail", "why"),
    [
        (bytes(16), "sixteen zeros, as a power failure leaves them"),
        (bytes(4096), "a block of zeros"),
        (struct.pack("<IIII", 1_790_000_000, 0, 65_536, 65_536), "longer than any packet"),
        (struct.pack("<IIII", 1_790_000_000, 0, 9, 8) + bytes(9), "more kept than there was"),
        (struct.pack("<IIII", 1_790_000_000, 1_000_000_000, 1, 1) + b"x", "a fraction of a second that is a second"),
        (b"this is the text of another file", "text"),
    ],
)
def test_a_foreign_end_is_no_cut(path, written, tail, why):
    path.write_bytes(written + tail)
    packets, end = got(path)
    assert packets == PACKETS, why
    assert end is not None and not isinstance(end, CutShort)
    assert f"byte {len(written)}" in end.text and "after 4 packets" in end.text


def head(link_type: int = 147, version: int = 2) -> bytes:
    return struct.pack("<IHHiIII", 0xA1B2C3D4, version, 4, 0, 0, 65_535, link_type)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not a pcap file"),
        (b"\xd4\xc3", "is not a pcap file"),
        (b"PK\x03\x04" + bytes(40), "is not a pcap file"),
        (bytes.fromhex("0a0d0d0a") + bytes(40), "editcap"),
        (head(link_type=1), "link type 1;"),
        (head(version=3), "version 3"),
    ],
)
def test_what_is_no_capture_of_ours_is_said(path, data, says):
    path.write_bytes(data)
    packets, end = got(path)
    assert packets == []
    assert end is not None and says in end.text and not isinstance(end, CutShort)


def test_a_frame_check_mark_in_the_link_type_is_passed_over(path):
    path.write_bytes(head(link_type=147 | 4 << 28 | 1 << 26))
    assert got(path)[1] is None


def test_folders_and_absent_files_are_said(tmp_path):
    for path in (tmp_path, tmp_path / "absent"):
        assert isinstance(got(path)[1], LocalError)


def test_spoilt_files_raise_nothing_but_a_sentence(path, written):
    rng = random.Random(7)
    for _ in range(1500):
        data = bytearray(written)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(data[: rng.randrange(len(data) + 1)] + rng.randbytes(rng.choice((0, 0, 7, 40))))
        packets, _ = got(path)
        assert sum(len(packet.sdu) for packet in packets) <= len(written) + 40
