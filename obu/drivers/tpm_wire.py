"""What a TPM 2.0 is told and what it answers, as bytes. Its one rule: no device here; numbers are the TCG's.

TCG TPM 2.0 Library rev. 1.59: parts 2 (structures) and 3 (commands). All numbers are big-endian.
"""

import struct
from dataclasses import dataclass

from obu.core.errors import LocalError

NO_SESSIONS, SESSIONS = 0x8001, 0x8002  # TPM_ST
RH_OWNER, RH_NULL, RS_PW = 0x40000001, 0x40000007, 0x40000009
SESSION_FIRST, TRANSIENT_FIRST, PERSISTENT_FIRST = 0x02000000, 0x80000000, 0x81000000
ST_HASHCHECK = 0x8024
CAP_HANDLES = 1

CREATE_PRIMARY, CREATE, LOAD, SIGN, UNSEAL = 0x131, 0x153, 0x157, 0x15D, 0x15E  # TPM_CC
FLUSH_CONTEXT, START_AUTH_SESSION, GET_CAPABILITY, POLICY_PCR, POLICY_GET_DIGEST = 0x165, 0x176, 0x17A, 0x17F, 0x189
HANDLES_IN_ANSWER = {CREATE_PRIMARY: 1, LOAD: 1, START_AUTH_SESSION: 1}

ALG_AES, ALG_KEYEDHASH, ALG_SHA256, ALG_NULL = 0x0006, 0x0008, 0x000B, 0x0010  # TPM_ALG_ID
ALG_ECDSA, ALG_SM2, ALG_ECC, ALG_CFB = 0x0018, 0x001B, 0x0023, 0x0043
CURVE_IDS = {"p256": 0x0003, "sm2": 0x0020}  # TPM_ECC_CURVE
SCHEMES = {"p256": ALG_ECDSA, "sm2": ALG_SM2}

# TPMA_OBJECT. fixedTPM and fixedParent: what has them never leaves the TPM, not even wrapped for another one.
FIXED_TPM, FIXED_PARENT, ORIGIN, USER_WITH_AUTH = 1 << 1, 1 << 4, 1 << 5, 1 << 6
NO_DA, RESTRICTED, DECRYPT, SIGN_ENCRYPT = 1 << 10, 1 << 16, 1 << 17, 1 << 18

POLICY_SESSION, TRIAL_SESSION = 0x01, 0x03  # TPM_SE

# TPM_RC, the position of the wrong parameter left out.
RC_INITIALIZE, RC_YIELDED, RC_TESTING, RC_LOCKOUT, RC_RETRY = 0x100, 0x908, 0x90A, 0x921, 0x922
RC_HANDLE, RC_AUTH_FAIL, RC_SCHEME = 0x08B, 0x08E, 0x092
RC_POLICY_FAIL, RC_INTEGRITY, RC_BAD_AUTH, RC_CURVE = 0x09D, 0x09F, 0x0A2, 0x0A6
COME_BACK = (RC_YIELDED, RC_TESTING, RC_RETRY)
HEAD_BYTES = 10
MOST_BYTES = 4096


class TpmRefusal(Exception):
    """The TPM's answer is not success: code is its TPM_RC without the position of the parameter."""

    def __init__(self, code: int) -> None:
        super().__init__(f"TPM_RC 0x{code:03x}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: handle where the command makes one (else 0), and the parameters."""

    handle: int
    body: "Reader"


class Reader:
    """Reads fields off an answer. Raises LocalError where it ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def octets(self, size: int) -> bytes:
        """The next `size` octets."""
        found = self._data[self._at : self._at + size]
        if len(found) != size:
            raise LocalError("the TPM's answer is cut short", "TPM 的应答不完整")
        self._at += size
        return found

    def number(self, size: int) -> int:
        """A number of so many octets."""
        return int.from_bytes(self.octets(size), "big")

    def sized(self) -> bytes:
        """A TPM2B: two octets of size, then the content."""
        return self.octets(self.number(2))


def sized(content: bytes) -> bytes:
    """A TPM2B."""
    return struct.pack(">H", len(content)) + content


def command(code: int, handles: tuple[int, ...], parameters: bytes, session: int | None = RS_PW) -> bytes:
    """A whole command. session: authorises the first handle (RS_PW: by the empty password); None: none needed."""
    body = b"".join(struct.pack(">I", handle) for handle in handles)
    if session is not None:
        area = struct.pack(">IHBH", session, 0, 0, 0)  # empty nonce, no attributes, empty password or HMAC
        body += struct.pack(">I", len(area)) + area
    body += parameters
    tag = NO_SESSIONS if session is None else SESSIONS
    return struct.pack(">HII", tag, HEAD_BYTES + len(body), code) + body


def answer(code: int, data: bytes) -> Answer:
    """The answer to a command of this code. Raises TpmRefusal, or LocalError for what is no answer."""
    reader = Reader(data)
    tag, size, rc = reader.number(2), reader.number(4), reader.number(4)
    if rc:
        raise TpmRefusal(rc & 0x0BF if rc & 0x080 else rc)
    if size != len(data) or tag not in (SESSIONS, NO_SESSIONS):
        raise LocalError("what answers is no TPM 2.0", "应答的不是 TPM 2.0")
    handle = reader.number(4) if code in HANDLES_IN_ANSWER else 0
    if tag == SESSIONS:
        reader = Reader(reader.octets(reader.number(4)))
    return Answer(handle, reader)


def no_pcrs() -> bytes:
    """An empty TPML_PCR_SELECTION."""
    return struct.pack(">I", 0)


def pcrs(numbers: tuple[int, ...]) -> bytes:
    """A TPML_PCR_SELECTION of the SHA-256 bank. numbers: 0..23."""
    bits = sum(1 << number for number in set(numbers))
    return struct.pack(">IHB", 1, ALG_SHA256, 3) + bits.to_bytes(3, "little")


def creation(secret: bytes, public: bytes) -> bytes:
    """The parameters of Create and CreatePrimary: no password; secret: what is sealed, empty for a new key."""
    return sized(sized(b"") + sized(secret)) + sized(public) + sized(b"") + no_pcrs()


def storage_key() -> bytes:
    """TPMT_PUBLIC of the storage root key: ECC P-256 with AES-128-CFB (TCG Provisioning Guidance 7.5.1)."""
    flags = FIXED_TPM | FIXED_PARENT | ORIGIN | USER_WITH_AUTH | NO_DA | RESTRICTED | DECRYPT
    parameters = struct.pack(">HHHHHH", ALG_AES, 128, ALG_CFB, ALG_NULL, CURVE_IDS["p256"], ALG_NULL)
    return _public(ALG_ECC, flags, b"", parameters + sized(bytes(32)) + sized(bytes(32)))


def signing_key(curve: str) -> bytes:
    """TPMT_PUBLIC of a key that signs any digest of 32 octets: for SM2 our e, whatever hash the scheme names."""
    flags = FIXED_TPM | FIXED_PARENT | ORIGIN | USER_WITH_AUTH | NO_DA | SIGN_ENCRYPT
    parameters = struct.pack(">HHHHH", ALG_NULL, SCHEMES[curve], ALG_SHA256, CURVE_IDS[curve], ALG_NULL)
    return _public(ALG_ECC, flags, b"", parameters + sized(b"") + sized(b""))


def sealed(policy: bytes) -> bytes:
    """TPMT_PUBLIC of a sealed secret; policy: the digest that must be met to open it, empty: none."""
    flags = FIXED_TPM | FIXED_PARENT | NO_DA | (0 if policy else USER_WITH_AUTH)
    return _public(ALG_KEYEDHASH, flags, policy, struct.pack(">H", ALG_NULL) + sized(b""))


def _public(kind: int, flags: int, policy: bytes, rest: bytes) -> bytes:
    return struct.pack(">HHI", kind, ALG_SHA256, flags) + sized(policy) + rest


def point_of(public: bytes) -> tuple[str, bytes]:
    """(curve, point 04 || x || y) of the TPMT_PUBLIC of a signing key. Raises LocalError for anything else."""
    reader = Reader(public)
    kind = reader.number(2)
    reader.octets(2 + 4)
    reader.sized()
    symmetric, scheme = reader.number(2), reader.number(2)
    reader.octets(2)
    curve_id = reader.number(2)
    reader.octets(2)
    x, y = reader.sized(), reader.sized()
    for curve, known in CURVE_IDS.items():
        if (kind, symmetric, scheme, curve_id) == (ALG_ECC, ALG_NULL, SCHEMES[curve], known) and max(
            len(x), len(y)
        ) <= 32:
            return curve, b"\x04" + x.rjust(32, b"\0") + y.rjust(32, b"\0")
    raise LocalError("not a signing key of SM2 or P-256", "不是 SM2 或 P-256 的签名密钥")


def sign_parameters(e: bytes) -> bytes:
    """The parameters of Sign: the digest, the key's own scheme, and no ticket, as the key is not restricted."""
    return sized(e) + struct.pack(">HHI", ALG_NULL, ST_HASHCHECK, RH_NULL) + sized(b"")


def signature(body: Reader) -> tuple[bytes, bytes]:
    """(r, s), 32 bytes each, of a TPMT_SIGNATURE."""
    body.octets(2 + 2)
    r, s = body.sized(), body.sized()
    if max(len(r), len(s)) > 32:
        raise LocalError("the TPM's signature is too long", "TPM 的签名过长")
    return r.rjust(32, b"\0"), s.rjust(32, b"\0")


def session_parameters(nonce: bytes, kind: int) -> bytes:
    """The parameters of StartAuthSession: unbound, unsalted."""
    return sized(nonce) + sized(b"") + struct.pack(">BHH", kind, ALG_NULL, ALG_SHA256)
