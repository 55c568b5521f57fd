"""What a helper far away needs to know of a unit, as files by name. Its one rule: no key, and no place unless asked.

Each part is made by itself: one that cannot be had is named in the bundle with its reason, and the rest is there.
"""

import dataclasses
import importlib.metadata
import io
import json
import os
import platform
import re
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import obu
from obu.core.errors import LocalError
from obu.drivers import libcrypto
from obu.runtime import journal, readiness, renewal
from obu.runtime.coarse import Coarse
from obu.runtime.config import Config

SEGMENTS = 2  # of the exact journal: the last one may just have begun
SECRET = re.compile(
    r"""(\b[\w-]*(?:password|passwd|secret|token|pin|apikey|api_key|credential)[\w-]*\s*=\s*)("[^"]*"|'[^']*'|[^\s,}#]+)""",
    re.IGNORECASE,
)
USER_OF_URL = re.compile(r"://[^/\s\"'@]*@")
ABOUT = """OBU support bundle / 支持包

No private key is in here, and what the configuration names a secret is masked.
{places}
此包不含任何私钥；配置中的密码类内容已遮盖。
{places_zh}

Not to be had / 未能取得:
{missing}
"""
PLACES = {
    False: (
        "Places are coarse: whole minutes of arc (1.9 km); of packets of the air only AID and size are shown.",
        "位置已粗化为整分（约 1.9 公里）；空口报文只含 AID 与长度。",
    ),
    True: (
        "journal/ HOLDS THE EXACT TRACK of this vehicle and what others sent, for obu replay. Treat it accordingly.",
        "journal/ 含本车的精确轨迹及他车报文，供 obu replay 使用，请妥善保管。",
    ),
}


def gather(
    path: Path, config: Config, status: Callable[[], dict[str, Any]], folder: Path | None, with_places: bool
) -> dict[str, bytes]:
    """The bundle's files by name. status: asks the unit. folder: of the journal, None where there is none.

    Nothing here raises for a part that is missing: the file about.txt says why it is not there.
    """
    parts: dict[str, Callable[[], bytes]] = {
        "status.json": lambda: _json(status()),
        "versions.json": lambda: _json(versions()),
        "config.toml": lambda: masked(path.read_text("utf-8")).encode(),
        "check.json": lambda: _json([[each.name, each.is_ready, each.says.en] for each in readiness.findings(path)]),
        "certificates.json": lambda: _json(certificates(config)),
        "state.json": lambda: _json(kept(Path(config.unit.state))),
    }
    if folder is not None:
        parts["journal.jsonl"] = lambda: coarse_journal(folder)
    files, missing = {}, []
    if folder is not None and with_places:
        parts |= {f"journal/{each.name}": each.read_bytes for each in journal.segments(folder)[-SEGMENTS:]}
    for name, make in parts.items():
        try:
            files[name] = make()
        except (LocalError, OSError, ValueError) as error:
            missing.append(f"{name}: {error}")
    en, zh = PLACES[with_places and folder is not None]
    about = ABOUT.format(places=en, places_zh=zh, missing="\n".join(missing) or "-")
    return {"about.txt": about.encode(), **files}


def versions() -> dict[str, Any]:
    """The program, what it stands on, and the machine."""
    names = sorted(
        {re.split(r"[^\w-]", each)[0] for each in importlib.metadata.requires("obu") or () if "extra" not in each}
    )
    return {
        "obu": obu.__version__,
        "python": sys.version,
        "libcrypto": libcrypto.load().version,
        "libraries": {name: importlib.metadata.version(name) for name in names},
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
    }


def masked(text: str) -> str:
    """The configuration without what its keys call a secret; paths of secrets are shown, they are none."""

    def mask(found: re.Match[str]) -> str:
        return found[0] if re.search(r"_file\s*=\s*$", found[1]) else f'{found[1]}"***"'

    return USER_OF_URL.sub("://***@", SECRET.sub(mask, text))


def certificates(config: Config) -> list[dict[str, Any]]:
    """Which certificates the unit has and trusts, without their content."""
    return [
        {"place": held.place, "file": held.file, "digest8": held.certificate.digest8.hex(),
         "end_utc_s": held.certificate.end_ns // 10**9}
        for held in renewal.holdings(config)
    ]  # fmt: skip


def kept(folder: Path) -> dict[str, Any]:
    """Names and sizes of what outlives a restart; its content is nobody's business."""
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.is_file()}


def coarse_journal(folder: Path) -> bytes:
    """The last turns, one JSON object a line, without places. Raises LocalError for a journal that is not there."""
    paths = journal.segments(folder)
    if not paths:
        raise LocalError(f"no journal in {folder}", f"{folder} 中没有记录")
    coarse, lines = Coarse(), []
    for path in paths[-SEGMENTS:]:
        for record in journal.read(path):
            if isinstance(record, journal.Head):
                head = {"segment": path.name, **dataclasses.asdict(record)}
                lines.append({name: head[name] for name in ("segment", "version", "made_from", "utc_s")})
            else:
                lines.append(coarse.turn(record))
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def packed(files: dict[str, bytes], name: str, utc_s: int) -> bytes:
    """A tar.gz of one folder `name`; everything in it is its owner's alone."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for path, data in sorted(files.items()):
            about = tarfile.TarInfo(f"{name}/{path}")
            about.size, about.mode, about.mtime = len(data), 0o600, utc_s
            tar.addfile(about, io.BytesIO(data))
    return out.getvalue()


def _json(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
