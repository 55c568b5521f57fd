"""A PKCS#11 module by ctypes: one token, its P-256 keys. Its one rule: any failure ends the module, and the next call
begins anew - but a wrong PIN is never tried twice, for tokens lock themselves.

PKCS #11 Cryptographic Token Interface Base Specification 2.40; the numbers are those of its header files.
"""

import ctypes
from ctypes import POINTER, Structure, byref, c_char_p, c_ubyte, c_ulong, c_void_p
from typing import Any

from obu.core.errors import LocalError

# The place of each function in CK_FUNCTION_LIST, counted from C_Initialize, and its arguments.
FUNCTIONS: dict[str, tuple[int, tuple[Any, ...]]] = {
    "C_Initialize": (0, (c_void_p,)),
    "C_Finalize": (1, (c_void_p,)),
    "C_GetSlotList": (4, (c_ubyte, c_void_p, c_void_p)),
    "C_GetTokenInfo": (6, (c_ulong, c_void_p)),
    "C_OpenSession": (12, (c_ulong, c_ulong, c_void_p, c_void_p, c_void_p)),
    "C_Login": (18, (c_ulong, c_ulong, c_char_p, c_ulong)),
    "C_GetAttributeValue": (24, (c_ulong, c_ulong, c_void_p, c_ulong)),
    "C_FindObjectsInit": (26, (c_ulong, c_void_p, c_ulong)),
    "C_FindObjects": (27, (c_ulong, c_void_p, c_ulong, c_void_p)),
    "C_FindObjectsFinal": (28, (c_ulong,)),
    "C_SignInit": (42, (c_ulong, c_void_p, c_ulong)),
    "C_Sign": (43, (c_ulong, c_char_p, c_ulong, c_void_p, c_void_p)),
    "C_GenerateKeyPair": (59, (c_ulong, c_void_p, c_void_p, c_ulong, c_void_p, c_ulong, c_void_p, c_void_p)),
}
CKF_OS_LOCKING_OK, CKF_RW_SESSION, CKF_SERIAL_SESSION, CKU_USER = 2, 2, 4, 1
CKO_PUBLIC_KEY, CKO_PRIVATE_KEY, CKK_EC = 2, 3, 3
CKM_EC_KEY_PAIR_GEN, CKM_ECDSA = 0x1040, 0x1041
CKA_CLASS, CKA_TOKEN, CKA_PRIVATE, CKA_LABEL, CKA_KEY_TYPE = 0x000, 0x001, 0x002, 0x003, 0x100
CKA_SENSITIVE, CKA_SIGN, CKA_VERIFY, CKA_EXTRACTABLE = 0x103, 0x108, 0x10A, 0x162
CKA_EC_PARAMS, CKA_EC_POINT = 0x180, 0x181
CKR_OK, CKR_USER_ALREADY_LOGGED_IN, CKR_ALREADY_INITIALIZED = 0x000, 0x100, 0x191
CKR_PIN = {0x0A0: "it is wrong", 0x0A1: "it is no PIN", 0x0A2: "its length is wrong", 0x0A3: "it has expired",
           0x0A4: "the token is locked"}  # fmt: skip
CKR_GONE = {0x030: "device error", 0x032: "it was removed", 0x0E0: "it is not there", 0x0B3: "the session ended"}
P256_OID = bytes.fromhex("06082a8648ce3d030107")  # 1.2.840.10045.3.1.7
LABEL_BYTES, TOKEN_INFO_BYTES = 32, 512
MOST_SLOTS, MOST_KEYS, MOST_VALUE_BYTES = 64, 1024, 256


class _Attribute(Structure):
    _fields_ = (("kind", c_ulong), ("value", c_void_p), ("size", c_ulong))


class _Mechanism(Structure):
    _fields_ = (("kind", c_ulong), ("parameter", c_void_p), ("size", c_ulong))


class _InitializeArgs(Structure):
    _fields_ = (("callbacks", c_void_p * 4), ("flags", c_ulong), ("reserved", c_void_p))


class Module:
    """One token behind one library. One thread at a time. Raises LocalError at once for what is no PKCS#11 library."""

    def __init__(self, path: str, token: str, pin: bytes) -> None:
        self._token = token
        self._pin = pin
        self._session: int | None = None
        self._pin_fault: LocalError | None = None
        self._handles: dict[str, int] = {}
        try:
            library = ctypes.CDLL(path)
            table = c_void_p()
            library.C_GetFunctionList(byref(table))
            # CK_VERSION stands first, padded to the size of a pointer.
            pointers = ctypes.cast(table, POINTER(c_void_p))
            self._functions = {
                name: ctypes.CFUNCTYPE(c_ulong, *arguments)(pointers[1 + place] or 0)
                for name, (place, arguments) in FUNCTIONS.items()
            }
        except (OSError, AttributeError, ValueError) as error:
            raise LocalError(f"{path}: not a PKCS#11 library ({error})",
                             f"{path}：不是 PKCS#11 库（{error}）") from None  # fmt: skip

    def create(self, label: str) -> bytes:
        """Makes a P-256 key that cannot leave the token; its point 04 || x || y. Raises LocalError."""
        self._open()
        if self._found(CKO_PRIVATE_KEY, label):
            raise LocalError(f"the token has a key named {label} already", f"令牌中已有名为 {label} 的密钥")
        yes, no = b"\x01", b"\x00"
        name = {CKA_TOKEN: yes, CKA_LABEL: label.encode("utf-8")}
        public = _Template({**name, CKA_VERIFY: yes, CKA_EC_PARAMS: P256_OID})
        private = _Template({**name, CKA_PRIVATE: yes, CKA_SENSITIVE: yes, CKA_EXTRACTABLE: no, CKA_SIGN: yes})
        mechanism, made, hidden = _Mechanism(CKM_EC_KEY_PAIR_GEN, None, 0), c_ulong(), c_ulong()
        self._call("make a key", "C_GenerateKeyPair", self._session, byref(mechanism),
                   public.array, public.size, private.array, private.size, byref(made), byref(hidden))  # fmt: skip
        return self._point(made.value, label)

    def points(self) -> dict[str, bytes]:
        """The point of every P-256 pair on the token by its label. Raises LocalError, also for a key that can leave."""
        self._open()
        found = {}
        for handle in self._found(CKO_PRIVATE_KEY, None):
            label = (self._value(handle, CKA_LABEL) or b"").decode("utf-8", "replace")
            public = self._found(CKO_PUBLIC_KEY, label)
            if self._value(handle, CKA_EC_PARAMS) == P256_OID and public:
                self._handle(label)
                found[label] = self._point(public[0], label)
        return found

    def sign(self, label: str, e: bytes) -> tuple[bytes, bytes]:
        """(r, s), 32 bytes each, over the digest e. Raises LocalError."""
        self._open()
        handle = self._handle(label)
        self._call("sign", "C_SignInit", self._session, byref(_Mechanism(CKM_ECDSA, None, 0)), handle)
        signature, size = ctypes.create_string_buffer(64), c_ulong(64)
        self._call("sign", "C_Sign", self._session, e, len(e), signature, byref(size))
        if size.value != 64:
            raise self._fault("sign", "a signature of another length")
        return signature.raw[:32], signature.raw[32:]

    def close(self) -> None:
        """Ends the session and the module's work for this process."""
        self._session, self._handles = None, {}
        self._functions["C_Finalize"](None)

    def _open(self) -> None:
        if self._session is not None:
            return
        if self._pin_fault is not None:
            raise self._pin_fault
        arguments = _InitializeArgs(flags=CKF_OS_LOCKING_OK)
        self._call("start", "C_Initialize", byref(arguments), also=CKR_ALREADY_INITIALIZED)
        session = c_ulong()
        flags = CKF_SERIAL_SESSION | CKF_RW_SESSION
        self._call("open a session", "C_OpenSession", self._slot(), flags, None, None, byref(session))
        rv = self._functions["C_Login"](session.value, CKU_USER, self._pin, len(self._pin))
        if rv in CKR_PIN:
            self._pin_fault = LocalError(
                f"keys.pin_file: the token {self._token} refuses the PIN: {CKR_PIN[rv]}; it is not tried again before "
                "the next start, as tokens lock themselves",
                f"keys.pin_file：令牌 {self._token} 拒绝该 PIN（0x{rv:03x}）；为避免锁死，重新启动之前不再尝试",
            )
            self.close()
            raise self._pin_fault
        self._check("log in", rv, CKR_USER_ALREADY_LOGGED_IN)
        self._session = session.value

    def _slot(self) -> int:
        slots, count = (c_ulong * MOST_SLOTS)(), c_ulong(MOST_SLOTS)
        self._call("list its slots", "C_GetSlotList", 1, slots, byref(count))
        for slot in slots[: count.value]:
            info = ctypes.create_string_buffer(TOKEN_INFO_BYTES)
            if self._functions["C_GetTokenInfo"](slot, info) == CKR_OK:
                label = info.raw[:LABEL_BYTES].rstrip(b" \0").decode("utf-8", "replace")
                if label == self._token:
                    return slot
        raise self._fault("open a session", "it is not there")

    def _handle(self, label: str) -> int:
        """The one private key of this label. Raises LocalError for none, for two, and for one that can leave."""
        if label not in self._handles:
            found = self._found(CKO_PRIVATE_KEY, label)
            if len(found) != 1:
                raise LocalError(f"the token {self._token} has {len(found)} keys named {label}",
                                 f"令牌 {self._token} 中名为 {label} 的密钥有 {len(found)} 个")  # fmt: skip
            if self._value(found[0], CKA_SENSITIVE) != b"\x01" or self._value(found[0], CKA_EXTRACTABLE) != b"\x00":
                raise LocalError(f"key {label} can leave the token {self._token}: make one with obu key create",
                                 f"密钥 {label} 可从令牌 {self._token} 导出：请用 obu key create 生成")  # fmt: skip
            self._handles[label] = found[0]
        return self._handles[label]

    def _found(self, kind: int, label: str | None) -> list[int]:
        wanted = {CKA_CLASS: _number(kind), CKA_KEY_TYPE: _number(CKK_EC)}
        if label is not None:
            wanted[CKA_LABEL] = label.encode("utf-8")
        template = _Template(wanted)
        self._call("look for keys", "C_FindObjectsInit", self._session, template.array, template.size)
        handles, count = (c_ulong * MOST_KEYS)(), c_ulong()
        self._call("look for keys", "C_FindObjects", self._session, handles, MOST_KEYS, byref(count))
        self._call("look for keys", "C_FindObjectsFinal", self._session)
        return list(handles[: count.value])

    def _value(self, handle: int, kind: int) -> bytes | None:
        """An attribute; None where the token does not tell it."""
        buffer = ctypes.create_string_buffer(MOST_VALUE_BYTES)
        attribute = _Attribute(kind, ctypes.addressof(buffer), MOST_VALUE_BYTES)
        if self._functions["C_GetAttributeValue"](self._session, handle, byref(attribute), 1) != CKR_OK:
            return None
        return buffer.raw[: attribute.size] if attribute.size <= MOST_VALUE_BYTES else None

    def _point(self, handle: int, label: str) -> bytes:
        point = self._value(handle, CKA_EC_POINT) or b""
        point = point.removeprefix(b"\x04\x41") if len(point) == 67 else point  # an OCTET STRING; some leave that out
        if len(point) != 65 or point[0] != 4:
            raise LocalError(f"key {label} of the token {self._token} has no point of P-256",
                             f"令牌 {self._token} 的密钥 {label} 没有 P-256 公钥")  # fmt: skip
        return point

    def _call(self, what: str, name: str, *arguments: Any, also: int = CKR_OK) -> None:
        self._check(what, self._functions[name](*arguments), also)

    def _check(self, what: str, rv: int, also: int) -> None:
        if rv not in (CKR_OK, also):
            raise self._fault(what, CKR_GONE.get(rv, f"CKR 0x{rv:03x}"))

    def _fault(self, what: str, why: str) -> LocalError:
        self.close()
        return LocalError(f"the PKCS#11 token {self._token} does not {what}: {why}",
                          f"PKCS#11 令牌 {self._token} 操作失败（{what}）：{why}")  # fmt: skip


def _number(number: int) -> bytes:
    return bytes(c_ulong(number))


class _Template:
    """Attributes in a row, and the octets they point to, which live as long."""

    def __init__(self, values: dict[int, bytes]) -> None:
        self._octets = [ctypes.create_string_buffer(value, len(value)) for value in values.values()]
        self.size = len(values)
        self.array = (_Attribute * self.size)()
        for attribute, kind, octets in zip(self.array, values, self._octets, strict=True):
            attribute.kind, attribute.value, attribute.size = kind, ctypes.addressof(octets), len(octets)
