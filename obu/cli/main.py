"""The console command: finds the verbs by folder, and turns our own faults into one sentence, never a traceback."""

import argparse
import importlib
import itertools
import os
import pkgutil
import sys
from collections.abc import Sequence

import obu
from obu import cli
from obu.core.errors import ConfigError, LocalError

NOT_VERBS = {"main"}


def verbs() -> list[str]:
    """The names of all verbs, in order; a file's _ is typed as -."""
    files = (info.name for info in pkgutil.iter_modules(cli.__path__) if info.name not in NOT_VERBS)
    return sorted(name.replace("_", "-") for name in files)


def module_of(verb: str) -> str:
    """The module of a verb."""
    return f"obu.cli.{verb.replace('-', '_')}"


def language(argv: Sequence[str]) -> str:
    """'zh' (default) or 'en': from --lang, else OBU_LANG."""
    for before, word in itertools.pairwise(argv):
        if before == "--lang" and word in ("zh", "en"):
            return word
    return "en" if os.environ.get("OBU_LANG", "").lower().startswith("en") else "zh"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb. Exit status: the verb's own; 2 for our own faults (configuration, usage), 130 for Ctrl-C."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:  # a POSIX locale would break number plates and Chinese text
            reconfigure(encoding="utf-8", errors="replace")
    lang = language(words)
    parser = argparse.ArgumentParser(
        prog="obu", description="车载 V2X 单元" if lang == "zh" else "The V2X on-board unit"
    )
    parser.add_argument("--version", action="version", version=f"obu {obu.__version__}")
    parser.add_argument("--lang", choices=("zh", "en"), default=lang, help="输出语言 / language of the output")
    chosen = next((word for word in words if word in verbs()), None)
    commands = parser.add_subparsers(dest="verb", metavar="VERB")
    for verb in verbs():
        module = importlib.import_module(module_of(verb)) if verb == chosen or chosen is None else None
        summary = getattr(module.SUMMARY, lang) if module else ""
        command = commands.add_parser(verb, help=summary, description=summary)
        if module:
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    arguments = parser.parse_args(words)
    if arguments.verb is None:
        parser.print_help()
        return 2
    return _guarded(arguments, lang)


def _guarded(arguments: argparse.Namespace, lang: str) -> int:
    try:
        return int(arguments.run(arguments))
    except LocalError as error:
        file = getattr(arguments, "config", None)
        if file and isinstance(error, ConfigError):
            error = error.of(file)
        print(f"obu {arguments.verb}: {error.zh if lang == 'zh' else error.text}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output went away (`obu listen | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
