"""How the command line reads its words."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from ..errors import InputError
from ..text import did_you_mean
from .output import put


class Parser(argparse.ArgumentParser):
    """A parser whose errors are InputErrors."""

    def error(self, message: str) -> NoReturn:
        """Raise InputError with argparse's message."""
        if message.startswith("the following arguments are required: formula"):
            message = "no formula is given"
        raise InputError(f"{message}; see --help")

    def _print_message(self, message: str, file: Any = None) -> None:
        put(file or sys.stdout, message.rstrip("\n"))             # --help and --version, too, survive a full disk


def with_at(parser: argparse.ArgumentParser) -> None:
    """Give a parser the option --at for a point."""
    parser.add_argument("--at", action="append", default=[], metavar="POINT", help='such as "a=2, b=1", the same as a=2 b=1')


def kept_apart(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """Mark formulas and claims such as -x**2 with a leading space, so that they are not mistaken for options."""
    def is_option(word: str) -> bool:
        return word in ("-h", "--help", "--", *options) or any([word.startswith(f"{option}=") for option in options])

    for word in words:
        if re.fullmatch(r"--[a-z][a-z-]{2,}(=.*)?", word) and not is_option(word):
            hint = did_you_mean(word.partition("=")[0], [*options, "--help"]) or "; see --help"
            raise InputError(f"there is no option {word}{hint}")
    return [word if not word.startswith("-") or is_option(word) or (k and words[k - 1] in options) else f" {word}"
            for k, word in enumerate(words)]
