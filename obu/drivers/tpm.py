"""A TPM 2.0 behind a device or a socket. Its one rule: any failure closes the line, and the next call begins anew.

Spoken to directly (drivers/tpm_wire), so that no library is needed and nothing waits without a limit. The device is
the kernel's resource manager /dev/tpmrm0; a Unix socket is a simulator's (swtpm).
"""

import os
import select
import socket
import stat
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from obu.core.errors import LocalError
from obu.drivers import tpm_wire as wire
from obu.drivers.tpm_wire import TpmRefusal

LIMIT_S = 2.0
MAKING_LIMIT_S = 30.0  # a discrete chip takes seconds for a primary key
COME_BACK_S = 0.02
COME_BACK_TIMES = 50
SRK = 0x81000001  # where a provisioned TPM keeps its storage root key (TCG TPM v2.0 Provisioning Guidance 7.5.1)
PARENTS = ("srk", "owner")


@dataclass(frozen=True, slots=True)
class Blob:
    """Something that only this TPM can use. public: TPMT_PUBLIC; private: its other half, wrapped by the parent.

    parent: how that is had: 'srk', at its handle, or 'owner', made anew from the owner's seed each time.
    """

    parent: str
    public: bytes
    private: bytes

    def fields(self) -> dict[str, str]:
        """For a file."""
        return {"parent": self.parent, "public": self.public.hex(), "private": self.private.hex()}


def blob_of(fields: dict[str, str]) -> Blob:
    """The blob of fields(). Raises KeyError, TypeError or ValueError for what is none."""
    if fields["parent"] not in PARENTS:
        raise ValueError
    return Blob(fields["parent"], bytes.fromhex(fields["public"]), bytes.fromhex(fields["private"]))


class Tpm:
    """Makes and uses keys inside the TPM. One thread at a time."""

    def __init__(self, device: Path) -> None:
        self._device = device
        self._line = -1
        self._parents: dict[str, int] = {}
        self._loaded: tuple[Blob, int] | None = None  # one key at a time: a TPM has room for three

    def create(self, curve: str) -> Blob:
        """A new signing key of curve sm2 or p256. Raises LocalError."""
        with self._whole():
            return self._made(wire.creation(b"", wire.signing_key(curve)), f"make a key of {curve}")

    def seal(self, secret: bytes, pcrs: tuple[int, ...]) -> Blob:
        """A secret that opens here alone, and only while the named PCRs are as they are now. Raises LocalError."""
        with self._whole():
            policy = b""
            if pcrs:
                session = self._policy_session(wire.TRIAL_SESSION, pcrs)
                policy = self._call("ask for a policy", wire.POLICY_GET_DIGEST, (session,), b"", None).body.sized()
                self._flush(session)
            return self._made(wire.creation(secret, wire.sealed(policy)), "seal a secret")

    def unseal(self, blob: Blob, pcrs: tuple[int, ...]) -> bytes:
        """The secret. Raises LocalError."""
        with self._whole():
            handle = self._load(blob)
            session = self._policy_session(wire.POLICY_SESSION, pcrs) if pcrs else wire.RS_PW
            return self._call("open a sealed secret", wire.UNSEAL, (handle,), b"", session).body.sized()

    def sign(self, blob: Blob, e: bytes) -> tuple[bytes, bytes]:
        """(r, s), 32 bytes each, over the digest e. Raises LocalError."""
        with self._whole():
            handle = self._load(blob)
            return wire.signature(self._call("sign", wire.SIGN, (handle,), wire.sign_parameters(e)).body)

    def close(self) -> None:
        """Lets the device go, and with it all that was loaded."""
        if self._line >= 0:
            os.close(self._line)
        self._line, self._loaded, self._parents = -1, None, {}

    @contextmanager
    def _whole(self) -> Iterator[None]:
        try:
            yield
        except LocalError:
            self.close()
            raise

    def _made(self, parameters: bytes, what: str) -> Blob:
        self._unload()
        self._open()
        parent = "srk" if SRK in self._handles(wire.PERSISTENT_FIRST) else "owner"
        body = self._call(what, wire.CREATE, (self._parent(parent),), parameters, limit_s=MAKING_LIMIT_S).body
        private, public = body.sized(), body.sized()
        return Blob(parent, public, private)

    def _load(self, blob: Blob) -> int:
        self._open()
        if self._loaded is None or self._loaded[0] is not blob:
            self._unload()
            parent = self._parent(blob.parent)
            parameters = wire.sized(blob.private) + wire.sized(blob.public)
            self._loaded = blob, self._call("load a key", wire.LOAD, (parent,), parameters).handle
        return self._loaded[1]

    def _unload(self) -> None:
        if self._loaded is not None:
            handle, self._loaded = self._loaded[1], None
            self._flush(handle)

    def _flush(self, handle: int) -> None:
        self._call("forget a key", wire.FLUSH_CONTEXT, (handle,), b"", None)

    def _parent(self, name: str) -> int:
        if name == "srk":
            return SRK
        if name not in self._parents:
            parameters = wire.creation(b"", wire.storage_key())
            made = self._call("make its storage key", wire.CREATE_PRIMARY, (wire.RH_OWNER,), parameters,
                              limit_s=MAKING_LIMIT_S)  # fmt: skip
            self._parents[name] = made.handle
        return self._parents[name]

    def _policy_session(self, kind: int, pcrs: tuple[int, ...]) -> int:
        nonce = os.urandom(16)
        session = self._call("begin a session", wire.START_AUTH_SESSION, (wire.RH_NULL, wire.RH_NULL),
                             wire.session_parameters(nonce, kind), None).handle  # fmt: skip
        self._call("read its PCRs", wire.POLICY_PCR, (session,), wire.sized(b"") + wire.pcrs(pcrs), None)
        return session

    def _handles(self, first: int) -> list[int]:
        parameters = struct.pack(">III", wire.CAP_HANDLES, first, 64)
        body = self._call("list its keys", wire.GET_CAPABILITY, (), parameters, None).body
        body.octets(1 + 4)
        return [body.number(4) for _ in range(body.number(4))]

    def _call(
        self, what: str, code: int, handles: tuple[int, ...], parameters: bytes,
        session: int | None = wire.RS_PW, limit_s: float | None = None,
    ) -> wire.Answer:  # fmt: skip
        """One command. what: what could not be done if it fails."""
        self._open()
        command = wire.command(code, handles, parameters, session)
        try:
            for _ in range(COME_BACK_TIMES):
                try:
                    return wire.answer(code, self._transact(command, limit_s or LIMIT_S))
                except TpmRefusal as refusal:
                    if refusal.code not in wire.COME_BACK:
                        raise _refused(self._device, what, refusal) from None
                    time.sleep(COME_BACK_S)
        except OSError as error:
            raise _away(self._device, error.strerror or str(error)) from None
        raise LocalError(f"the TPM at {self._device} is busy with itself", f"{self._device} 的 TPM 一直忙")

    def _open(self) -> None:
        if self._line >= 0:
            return
        try:
            if stat.S_ISSOCK(os.stat(self._device).st_mode):
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                    link.settimeout(LIMIT_S)
                    link.connect(str(self._device))
                    link.setblocking(False)
                    self._line = link.detach()
            else:
                self._line = os.open(self._device, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        except OSError as error:
            raise _away(self._device, error.strerror or str(error)) from None
        # What a process that died left in a TPM without a resource manager.
        for handle in [*self._handles(wire.TRANSIENT_FIRST), *self._handles(wire.SESSION_FIRST)]:
            self._flush(handle)

    def _transact(self, command: bytes, limit_s: float) -> bytes:
        """Raises OSError: gone, or no answer in time."""
        end_s = time.monotonic() + limit_s
        os.write(self._line, command)  # a command is far smaller than a socket's buffer
        data, waiter = b"", select.poll()
        waiter.register(self._line, select.POLLIN)
        while len(data) < wire.HEAD_BYTES or len(data) < int.from_bytes(data[2:6], "big"):
            if not waiter.poll(max(0.0, end_s - time.monotonic()) * 1000):
                raise TimeoutError(0, f"no answer within {limit_s:g} s")
            piece = os.read(self._line, wire.MOST_BYTES)
            data += piece
            if not piece or len(data) > wire.MOST_BYTES:
                raise ConnectionResetError(0, "closed the line")
        return data


def _away(device: Path, why: str) -> LocalError:
    return LocalError(f"the TPM at {device} is away: {why}", f"{device} 的 TPM 不可用：{why}")


# What a technician can do about a refusal, by its code.
_REMEDIES = {
    wire.RC_CURVE: ("it has no such curve", "它不支持该曲线"),
    wire.RC_SCHEME: ("it has no such signature", "它不支持该签名算法"),
    wire.RC_INTEGRITY: ("it was made in another TPM, or this one was cleared", "密钥来自另一个 TPM，或该 TPM 已被清除"),
    wire.RC_POLICY_FAIL: ("its PCRs are not what they were: the boot changed", "PCR 已变：启动过程有改动"),
    wire.RC_LOCKOUT: ("it is locked out after wrong passwords; wait, or: tpm2_dictionarylockout --clear-lockout",
                      "它因口令错误而锁定；请等待，或运行 tpm2_dictionarylockout --clear-lockout"),
    wire.RC_INITIALIZE: ("it was not started up by firmware or kernel", "它没有启动：应由固件或内核完成"),
    wire.RC_HANDLE: ("it has no storage key at 0x81000001 any more", "0x81000001 处的存储根密钥已不在"),
}  # fmt: skip
_OWNED = (
    "its owner has a password; give it a lasting storage key once: tpm2_createprimary -C o -P PASSWORD -G ecc -c srk; "
    "tpm2_evictcontrol -C o -P PASSWORD -c srk 0x81000001",
    "其所有者设有口令；请先使存储根密钥常驻：tpm2_createprimary -C o -P 口令 -G ecc -c srk，"
    "tpm2_evictcontrol -C o -P 口令 -c srk 0x81000001",
)


def _refused(device: Path, what: str, refusal: TpmRefusal) -> LocalError:
    code = refusal.code
    text, zh = _REMEDIES.get(code, (str(refusal), str(refusal)))
    if code in (wire.RC_BAD_AUTH, wire.RC_AUTH_FAIL):
        text, zh = _OWNED
    return LocalError(f"the TPM at {device} does not {what}: {text}", f"{device} 的 TPM 拒绝操作（{what}）：{zh}")
