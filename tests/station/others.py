"""Other stations of the air: they sign what they like with keys of the same PKI, or of another."""

from pathlib import Path

from obu.codec import uper
from obu.codec.editions import Edition
from obu.codec.messages import pack
from obu.codec.messages.bsm import Bsm
from obu.codec.messages.references import ReferencePath
from obu.codec.messages.rsi import RoadEvent, Rsi
from obu.core.geo import LatLon, move
from obu.core.now import sec_mark_ms, v2x_time_us
from obu.drivers import key_file
from obu.security import certificate, envelope
from obu.stack import aids, dsmp


class Other:
    """One credential of a folder with certs/ and keys/."""

    def __init__(self, folder: Path):
        (cert,) = sorted((folder / "certs").glob("*.cert"))[:1]
        self.keys = key_file.open_folder(folder / "keys")
        self.certificate = certificate.parse(cert.read_bytes())
        points = {point: name for name, point in self.keys.points().items()}
        self._key = points[(self.certificate.curve, self.certificate.point)]

    def sdu(self, message, aid: int, utc_ns: int, full: bool = True) -> bytes:
        """A signed packet. full: with the whole certificate, else with its digest."""
        payload = uper.encode(*pack(message), Edition.YDT3709)
        return self.signed(payload, aid, utc_ns, full)

    def signed(self, payload: bytes, aid: int, utc_ns: int, full: bool = True) -> bytes:
        """The same around any bytes."""
        return self.signed_tbs(envelope.tbs(payload, aid, v2x_time_us(utc_ns)), aid, full)

    def signed_tbs(self, tbs: bytes, aid: int, full: bool = True) -> bytes:
        """The same around any ToBeSignedData."""
        r, s = self.keys.sign(self._key, self.certificate.e_of(tbs))
        return dsmp.encode(aid, envelope.assemble(tbs, self.certificate, full, r, s))


def car(place: LatLon, heading_deg: float, utc_ns: int, **change) -> Bsm:
    """A car that drives there."""
    fields = {
        "msg_count": 1, "id": b"car-0001", "sec_mark_ms": sec_mark_ms(utc_ns), "place": place, "gear": None,
        "speed_mps": 11.0, "heading_deg": heading_deg, "yaw_rate_deg_s": 0.0, "accel_long_mps2": 0.0,
        "width_m": 1.8, "length_m": 4.8, "basic_class": 10,
    }  # fmt: skip
    return Bsm(**(fields | change))


def works(own: LatLon, heading_deg: float, ahead_m: float) -> Rsi:
    """Road works that far ahead, with a reference path from behind us to there."""
    points = tuple(move(own, heading_deg, at_m) for at_m in (-50.0, ahead_m / 2, ahead_m))
    event = RoadEvent(
        number=7, event_type=501, source=2, place=points[-1], radius_m=None, paths=(ReferencePath(points, 8.0),)
    )
    return Rsi(msg_count=1, id=b"rsu-0001", place=own, events=(event,))


BSM, RSI = aids.BSM, aids.RSI_SEMI_STATIC
