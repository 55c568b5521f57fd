"""Where the software's own SM2 signing leaks the key by its timing. The table is all: a new report is a new line.

Verification works on public values and is not concerned; P-256 has another implementation and is not either.
"""

import platform
import re
from dataclasses import dataclass

from obu.core.errors import LocalError

Version = tuple[int, int, int]
NEVER = (99, 0, 0)


@dataclass(frozen=True, slots=True)
class Leak:
    """A report about SM2 signing: on which machines, since which version, and the first good one of each branch.

    A branch (major, minor) that mended does not name is affected in all its versions when it is at or after `since`
    and before `over`.
    """

    name: str
    machines: frozenset[str]
    since: Version
    mended: dict[tuple[int, int], int]
    over: Version


LEAKS = (
    # openssl-library.org/news/secadv/20250930.txt: the modular inversion in SM2 signing; OpenSSL 3.6 began mended.
    Leak(
        "CVE-2025-9231",
        frozenset({"aarch64"}),
        since=(3, 2, 0),
        mended={(3, 2): 6, (3, 3): 5, (3, 4): 3, (3, 5): 4},
        over=(3, 6, 0),
    ),
    # github.com/openssl/openssl/issues/31133 (2026-05-10, open): branches on the nonce; 3.2.0 up to the present master.
    Leak("openssl issue 31133", frozenset({"aarch64"}), since=(3, 2, 0), mended={}, over=NEVER),
)


def of(version: str, machine: str | None = None) -> tuple[str, ...]:
    """The names of the reports that concern `OpenSSL 3.5.1 ...` on this machine (None: the one that runs this).

    A distribution may have mended its library without a new version: that cannot be seen from here.
    """
    numbers = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    if numbers is None:
        return tuple(leak.name for leak in LEAKS if (machine or platform.machine()) in leak.machines)
    major, minor, patch = (int(number) for number in numbers.groups())
    return tuple(
        leak.name
        for leak in LEAKS
        if (machine or platform.machine()) in leak.machines
        and leak.since <= (major, minor, patch) < leak.over
        and patch < leak.mended.get((major, minor), 10**6)
    )


def refusal(version: str) -> LocalError | None:
    """Why SM2 may not be signed in software on this machine; None where it may."""
    names = ", ".join(of(version))
    if not names:
        return None
    return LocalError(
        f"{version} on {platform.machine()} leaks SM2 keys by the time a signature takes ({names}): keep the keys in a "
        "TPM (keys.type), or accept it with keys.allow_sm2_timing_leak",
        f"{version} 在 {platform.machine()} 上签名 SM2 时会因耗时泄露私钥（{names}）：请把密钥放入 TPM（keys.type），"
        "或用 keys.allow_sm2_timing_leak 表示接受",
    )
