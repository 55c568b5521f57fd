"""New certificates for the unit: asks with new keys, takes the answer in. Its one rule: what does not hold is not kept.

[enrolment] folder: enrolment.cert, requests/NAME.request, responses/NAME.response, done/ for both. NAME begins with the
digest of the request.
"""

import datetime
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obu.core.errors import ConfigError, LocalError, RemoteError
from obu.core.now import NS_PER_S
from obu.drivers.contract import KeyStore, Transport
from obu.runtime import devices, durable, made_from, trust_store, wiring
from obu.runtime.config import Config
from obu.security import book as books
from obu.security import certificate as certificates
from obu.security import enrolment, profile, pseudonym, rules, trust
from obu.security.certificate import Certificate
from obu.security.enrolment import Kind, Request, Response, Signed
from obu.stack import aids

OWN = "enrolment.cert"
AIDS = {
    Kind.ENROLMENT: (aids.BSM, aids.BSM_EVENT),
    Kind.PSEUDONYM: (aids.BSM, aids.BSM_EVENT),
    Kind.IDENTITY: (aids.BSM_EMERGENCY, aids.BSM_EMERGENCY_EVENT),
}
NAME_DIGITS = 16
MODE = 0o644  # certificates are public, and the unit may be another user than the technician
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 300.0


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate this unit has, or trusts. place: pool, identity, enrolment, or trust."""

    place: str
    file: str
    certificate: Certificate


def request(config: Config, kind: Kind, count: int, days: int, utc_ns: int) -> Path:
    """Makes `count` keys in the unit's store and a request for them; its file. Raises LocalError in one sentence."""
    folder = _folders(config)
    own = None if kind is Kind.ENROLMENT else _own(config)
    keys = devices.key_store(config)
    try:
        curve = own.curve if own else _curve_of_trust(config)
        stamp = datetime.datetime.fromtimestamp(utc_ns // NS_PER_S, datetime.UTC).strftime("%Y%m%d%H%M%S")
        names = [f"{kind.value}-{stamp}-{number:03d}" for number in range(count)]
        points = tuple(keys.create(name, curve) for name in names)
        asked = Request(
            kind=kind, curve=curve, aids=AIDS[kind], days=days, points=points,
            name="" if kind is Kind.PSEUDONYM else config.unit.name,
        )  # fmt: skip
        body = asked.body()
        proofs = tuple(
            keys.sign(name, enrolment.proof_e(asked, point, body)) for name, point in zip(names, points, strict=True)
        )
        signature = keys.sign(_name_of(keys, own), own.e_of(body.encode())) if own else None
    finally:
        keys.close()
    signed = Signed(request=asked, body=body, proofs=proofs, enrolment=own, signature=signature)
    path = folder / "requests" / f"{signed.digest[:NAME_DIGITS]}.request"
    durable.write(path, enrolment.pack(signed), MODE)
    return path


def take(config: Config, raw: bytes) -> list[Path]:
    """Takes an answer in: its certificates become files where the unit looks for them. Raises LocalError, RemoteError.

    The answer must be to a request of ours; each certificate of its key, below a root we trust, and for what was asked.
    """
    response = enrolment.parse_response(raw)
    folder = _folders(config)
    name = response.request[:NAME_DIGITS]
    path = folder / "requests" / f"{name}.request"
    if not name.isalnum() or not path.is_file():
        raise LocalError(f"this answer is to no request in {path.parent}", f"这份答复与 {path.parent} 中的请求不符")
    signed = enrolment.parse(path.read_bytes())
    if signed.digest != response.request:
        raise RemoteError("response_other_request")
    if response.refused:
        _put_away(folder, name, raw)
        raise LocalError(f"the authority refused: {response.refused}", f"CA 拒绝了请求：{response.refused}")
    issued = _checked(config, signed.request, response)
    target = _target(config, signed.request.kind, folder)
    written = []
    for certificate in issued:
        file = OWN if signed.request.kind is Kind.ENROLMENT else f"{certificate.digest8.hex()}.cert"
        durable.write(target / file, certificate.raw, MODE)
        written.append(target / file)
    _put_away(folder, name, raw)
    return written


def _checked(config: Config, asked: Request, response: Response) -> list[Certificate]:
    tools = wiring.tools(config)
    book, _ = trust_store.load(Path(config.security.trust), tools)
    snapshot = books.snapshot_of(book, tools)
    issued = enrolment.issued_for(response, asked.points)
    for certificate in issued:
        issuer = snapshot.issuer_of(certificate)
        if issuer is None or trust.is_revoked(snapshot, certificate):
            raise RemoteError("certificate_issuer_unknown" if issuer is None else "certificate_revoked")
        if not tools.verify(issuer.curve, issuer.point, issuer.e_of(certificate.tbs), certificate.r, certificate.s):
            raise RemoteError("certificate_signature")
        if asked.kind is Kind.ENROLMENT:
            if not certificate.may_request:
                raise RemoteError("response_other_kind")
            continue
        fault = rules.signer_fault(snapshot, certificate)
        if fault is not None:
            raise RemoteError(fault.value)
        if not all(certificate.permits(aid) for aid in asked.aids):
            raise RemoteError("aid_not_permitted")
    return issued


def refill(config: Config, utc_ns: int, tries: int, wait: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """Takes waiting answers in and, when the pool runs low, asks for more; says what it did, in stable words.

    A transport that fails is tried `tries` times with a growing pause. Raises LocalError after the last.
    """
    folder = _folders(config)
    transport: Transport = _transport(config, folder)
    if not any((folder / "requests").glob("*.request")):
        if not is_low(config, utc_ns):
            yield "enough"
            return
        yield f"asked {request(config, Kind.PSEUDONYM, config.enrolment.count, config.enrolment.days, utc_ns).name}"
    for path in sorted((folder / "requests").glob("*.request")):
        raw = _exchanged(transport, path, tries, wait)
        if raw is None:
            yield f"waiting {path.name}"
        else:
            yield f"taken {len(take(config, raw))}"


def _exchanged(transport: Transport, path: Path, tries: int, wait: Callable[[float], None]) -> bytes | None:
    pause_s = FIRST_PAUSE_S
    for left in range(tries - 1, -1, -1):
        try:
            return transport.exchange(path.stem, path.read_bytes())
        except OSError as error:
            if not left:
                raise LocalError(
                    f"enrolment.transport: {error.strerror or error}; the request stays in {path}",
                    f"enrolment.transport：{error.strerror or error}；请求保留在 {path}",
                ) from None
        wait(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
    return None


def is_low(config: Config, utc_ns: int) -> bool:
    """Whether the pool is low, now or within [pseudonyms] warn_days."""
    pool = tuple(pseudonym.Credential(held.certificate, "") for held in holdings(config) if held.place == "pool")
    settings = config.pseudonyms
    options = pseudonym.Options(low_count=settings.low_count, warn_days=settings.warn_days)
    return pseudonym.Pseudonyms(pool, options).outlook(utc_ns).low_from_ns is not None


def holdings(config: Config) -> list[Held]:
    """Every certificate of the unit, and those it trusts. A folder that is not there holds none."""
    folders = {
        "pool": config.security.certificates,
        "identity": config.pseudonyms.identity,
        "enrolment": config.enrolment.folder,
        "trust": config.security.trust,
    }
    found = []
    for place, folder in folders.items():
        for path in sorted(Path(folder).glob(f"*{made_from.CERTIFICATE_SUFFIX}")) if folder else ():
            try:
                found.append(Held(place, path.name, certificates.parse(path.read_bytes())))
            except RemoteError as error:
                raise LocalError(f"{path}: not a usable certificate: {error.reason}",
                                 f"{path}：不是可用的证书：{error.reason}") from None  # fmt: skip
    return found


def _folders(config: Config) -> Path:
    folder = Path(config.enrolment.folder)
    try:
        for part in ("requests", "responses", "done"):
            (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"enrolment.folder: {folder}: {error.strerror}",
                          f"enrolment.folder：{folder}：{error.strerror}") from None  # fmt: skip
    return folder


def _own(config: Config) -> Certificate:
    path = Path(config.enrolment.folder) / OWN
    if not path.is_file():
        raise LocalError(f"{path} is missing: ask for it first: obu cert request enrolment --config FILE",
                         f"缺少 {path}：请先申请注册证书：obu cert request enrolment --config FILE")  # fmt: skip
    return certificates.parse(path.read_bytes())


def _curve_of_trust(config: Config) -> str:
    tools = wiring.tools(config)
    book, _ = trust_store.load(Path(config.security.trust), tools)
    curves = books.snapshot_of(book, tools).curves
    return profile.SM2.curve if profile.SM2.curve in curves else min(curves)


def _name_of(keys: KeyStore, own: Certificate) -> str:
    for name, point in keys.points().items():
        if point == (own.curve, own.point):
            return name
    raise LocalError("the key of enrolment.cert is not in the key store", "密钥库中没有注册证书的私钥")


def _target(config: Config, kind: Kind, folder: Path) -> Path:
    if kind is Kind.ENROLMENT:
        return folder
    target = config.security.certificates if kind is Kind.PSEUDONYM else config.pseudonyms.identity
    if not target:
        raise ConfigError("pseudonyms.identity: names no folder for identity certificates",
                          "pseudonyms.identity：没有指定身份证书目录")  # fmt: skip
    Path(target).mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(target)


def _transport(config: Config, folder: Path) -> Transport:
    module, options = devices.driver_module("enrolment.transport", "transport", config.enrolment.transport)
    made: Any = module.make(folder / "responses", options)
    transport: Transport = made
    return transport


def _put_away(folder: Path, name: str, raw: bytes) -> None:
    durable.write(folder / "done" / f"{name}.response", raw, MODE)
    (folder / "requests" / f"{name}.request").replace(folder / "done" / f"{name}.request")
    (folder / "responses" / f"{name}.response").unlink(missing_ok=True)
