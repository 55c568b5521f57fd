"""`python -m firmware_shims`: folders for the workshop, a slot's to be bundled, a whole board's to be copied on it."""

import argparse
import shutil
import sys
from pathlib import Path

from firmware_shims import tree
from obu.core.errors import ConfigError
from obu.runtime import bundle


def main(words: list[str]) -> int:
    """0; what is wrong is said in one sentence."""
    parser = argparse.ArgumentParser(prog="python -m firmware_shims", description="Folders for the workshop.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    slot = verbs.add_parser("slot", help="what `obu bundle build --product firmware` takes")
    outside = verbs.add_parser("loader", help="what `obu bundle build --product loader` takes")
    board = verbs.add_parser("board", help="what is copied on a board that has its base: mpremote cp -r FOLDER/. :")
    for each in (slot, outside, board):
        each.add_argument("folder", type=Path, metavar="FOLDER", help="is made")
    for each in (outside, board):
        each.add_argument("--board", required=True, choices=tree.board_names())
        each.add_argument("--keys", type=Path, required=True, metavar="FILE", help="update-keys.txt (docs/update.md)")
        each.add_argument("--open-repl", action="store_true", help="for development: Ctrl-C works, no watchdog")
    board.add_argument("--version", default="0.0.0", help="of its first slot, which is this checkout's firmware")
    args = parser.parse_args(words)
    if args.folder.exists():
        parser.error(f"{args.folder} is there already; name another folder")
    if args.verb == "slot":
        args.folder.mkdir(parents=True)
        for source in tree.application():
            shutil.copyfile(source, args.folder / source.name)
        return 0
    try:
        keys = bundle.trusted_keys(args.keys)
    except ConfigError as error:
        parser.error(str(error))
    points = list(keys.values())
    if args.verb == "loader":
        tree.outside(args.folder, args.board, keys=points, is_open=args.open_repl)
    else:
        tree.build(args.folder, args.board, args.version, keys=points, is_open=args.open_repl)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
