"""`make bench`: runs every benchmark of this folder, prints the ratios and writes bench.json."""

import json
import sys
from itertools import chain
from pathlib import Path

from tests.bench import codec, key_stores, security

OUTPUT = Path("bench.json")


def main(arguments: list[str]) -> int:
    """0, or 1 where a ratio is below its aim."""
    found = []
    rounds = 3 if "--quick" in arguments else 9
    for result in chain(codec.results(rounds), key_stores.results(rounds), security.results(rounds)):
        aim = (
            "" if result.aim is None else f"  aim {result.aim:g}x" + ("" if result.ratio >= result.aim else "  MISSED")
        )
        print(f"{result.name:38} {result.ours:10.3f} {result.reference:11.3f} {result.ratio:7.2f}x{aim}", flush=True)
        found.append(result)
    rows = [{"name": each.name, "ours": each.ours, "reference": each.reference, "ratio": each.ratio} for each in found]
    OUTPUT.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return int(any(each.aim is not None and each.ratio < each.aim for each in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
