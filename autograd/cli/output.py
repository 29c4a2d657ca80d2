"""What the command line prints, and its exit codes."""

from __future__ import annotations

import codecs
import contextlib
import json
import math
import os
import sys
import unicodedata
from collections.abc import Callable
from typing import Any, TextIO

from ..text import printable

FINE, WRONG, BAD_INPUT, INCONCLUSIVE, INTERRUPTED = 0, 1, 2, 3, 130
Result = tuple[int, str]                                             # an exit code, and what is printed
# The first of these that there is, counts.
EXITS = {"error": BAD_INPUT, "wrong": WRONG, "not read": BAD_INPUT, "inconclusive": INCONCLUSIVE, "right": FINE}
FORMATS = ("text", "json", "markdown")


def put(stream: TextIO | None, text: str) -> None:
    """Print a text, if anybody can still read it: the exit code says the verdict, whatever becomes of the output."""
    if stream is None:                                               # it was closed before the program began
        return
    try:
        print("\n".join([printable(line) for line in text.split("\n")]), file=stream)
        stream.flush()
    except (OSError, ValueError) as error:
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            put(sys.stderr, f"autograd: the output could not be written: {error}")
        with contextlib.suppress(OSError, ValueError):               # nothing is left for Python to flush when it ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def formatted(form: str, text: Callable[[], str], markdown: Callable[[], str], data: Callable[[], Any]) -> str:
    """A result in the form that was asked for."""
    return as_json(data()) if form == "json" else markdown() if form == "markdown" else text()


def as_json(data: Any) -> str:
    """Data as JSON."""
    return json.dumps(_plain(data), ensure_ascii=False, indent=2)


def _plain(x: Any) -> Any:
    """Data with words for the infinities, which JSON lacks."""
    if isinstance(x, dict):
        return {key: _plain(item) for key, item in x.items()}
    if isinstance(x, (list, tuple)):
        return [_plain(item) for item in x]
    return str(x) if isinstance(x, float) and not math.isfinite(x) else x


def make_printable(stream: TextIO) -> None:
    """Make a terminal that cannot show ∂, × or v₁ show d, * and v1."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        codecs.register_error("autograd", _plainer)
        reconfigure(errors="autograd")


def _plainer(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    signs = {"∂": "d", "×": "*", "…": "...", "⁻": "-"}
    text = "".join([signs.get(c) or unicodedata.normalize("NFKC", c) for c in error.object[error.start:error.end]])
    return "".join([c if c.isascii() else "?" for c in text]), error.end
