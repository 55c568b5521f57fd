"""The two ways of signing as values: SM2 (YD/T 3957-2021) and P-256 (IEEE 1609.2). Its one rule: they differ here only.

A root names its profile by its own form, and all below it are of the same one: a trust domain has one profile.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from obu.security import keys

OCTETS = "octets"  # an rSig that is no point


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """hash_id, issued, key, signature: what the codec calls them (HashAlgorithm and the alternatives of three CHOICEs).

    curve: also the profile's name. hash_octet, signature_head: hash_id on the wire, and what stands before r and s in
    what we sign. key_forms, r_forms: how a key and rSig may be written, r_forms by what then stands before r.
    digest: of a certificate. binding: of a certificate's digest and its point, what joins a signature to them.
    own_binding: the same for a self-signed certificate's own signature. e: what a signature covers, of a binding and
    the bytes to be signed.
    """

    curve: str
    hash_id: str
    issued: str
    key: str
    signature: str
    hash_octet: bytes
    signature_head: bytes
    key_forms: tuple[str, ...]
    r_forms: Mapping[bytes, str]
    digest: Callable[[bytes], bytes]
    binding: Callable[[bytes, bytes], bytes]
    own_binding: Callable[[bytes], bytes]
    e: Callable[[bytes, bytes], bytes]


SM2 = Profile(
    curve=keys.SM2,
    hash_id="sm3",
    issued="sm3AndDigest",
    key="ecsigSm2",
    signature="sm2Signature",
    hash_octet=b"\x02",
    signature_head=b"\x84\x40",
    key_forms=("compressed-y-0", "compressed-y-1"),
    r_forms={b"\x84\x40": OCTETS},
    digest=keys.sm3,
    binding=keys.za,  # the user id is the certificate's digest (YD/T 3957-2021 D.2)
    own_binding=lambda point: keys.za(keys.DEFAULT_USER_ID, point),
    e=lambda binding, tbs: keys.sm3(binding + tbs),
)

P256 = Profile(
    curve=keys.P256,
    hash_id="sha256",
    issued="sha256AndDigest",
    key="ecdsaNistP256",
    signature="ecdsaNistP256Signature",
    hash_octet=b"\x00",
    signature_head=b"\x80\x80",
    key_forms=("compressed-y-0", "compressed-y-1", "uncompressed"),
    # IEEE 1609.2 6.3.29: r itself, or the point whose x it is.
    r_forms={b"\x80\x80": "x-only", b"\x80\x82": "compressed-y-0", b"\x80\x83": "compressed-y-1"},
    digest=keys.sha256,
    binding=lambda digest, point: digest,
    own_binding=lambda point: keys.sha256(b""),  # IEEE 1609.2 5.3.1: nobody's certificate is the empty string
    e=lambda binding, tbs: sha256(sha256(tbs).digest() + binding).digest(),
)

PROFILES = (SM2, P256)
BY_CURVE = {profile.curve: profile for profile in PROFILES}
BY_HASH_ID = {profile.hash_id: profile for profile in PROFILES}
_BY_ISSUED = {profile.issued: profile for profile in PROFILES}


def of_issuer(issuer: tuple[str, Any]) -> Profile | None:
    """The profile that an IssuerIdentifier in the codec's form names, None where it is none of ours."""
    kind, body = issuer
    return BY_HASH_ID.get(body) if kind == "self" else _BY_ISSUED.get(kind)
