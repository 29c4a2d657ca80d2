"""DOT as SVG or PNG: finding a `dot` and running it.

`pip install` brings one in the graphviz-pure wheel (Linux, macOS and Windows, on x86-64 and ARM); elsewhere the system's is
used. The environment variable AUTOGRAD_DOT names another.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import RenderError

SECONDS = 60.0
CAREFUL = 1 / 20                                                     # the share of that time spent on the best layout
SIGNS = {"svg": b"<svg", "png": b"\x89PNG"}                          # what such a picture begins with
QUICK = ["-Gnslimit=1", "-Gnslimit1=1", "-Gsplines=line"]
PNG = ["-Gdpi=144", "-Gsize=60,60"]                                   # sharp, and at most 8640 dots wide or high
NAMES = ("graphviz-pure", "graphviz-pure.exe")


def render(source: str, form: str, seconds: float = SECONDS) -> bytes:
    """DOT as "svg" or "png". Raises RenderError if there is no `dot`, or if it fails or takes too long.

    A graph that is hard to lay out well, such as one where each of a hundred steps uses the same value, is laid out a second
    time with less care and straight edges.
    """
    program = find_dot()
    if program is None:
        raise RenderError("found no `dot` to draw with. Run `pip install graphviz-pure` (Linux, macOS, Windows), or install "
                          "Graphviz for your system (apt install graphviz, brew install graphviz, ...). The DOT itself needs "
                          "neither: see .source, or .save('e.dot')")
    options = [f"-T{form}"] + (PNG if form == "png" else [])
    for extra, limit in (([], seconds * CAREFUL), (QUICK, seconds * (1 - CAREFUL))):
        try:
            return _run([program, *options, *extra], source, form, limit)
        except subprocess.TimeoutExpired:
            pass
    raise RenderError(f"{program} did not finish in {seconds:g} seconds: the graph is too large to lay out. Draw a part of it "
                      "(any inner node will do as its output), leave out the partials (partials=False), or .save('e.dot')")


def _run(command: Sequence[str], source: str, form: str, seconds: float) -> bytes:
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, timeout=seconds)
    except OSError as error:
        chosen = "AUTOGRAD_DOT names it" if os.environ.get("AUTOGRAD_DOT") == command[0] else "is it broken?"
        raise RenderError(f"{command[0]} cannot be run ({chosen}): {error}") from error
    if done.returncode or not done.stdout:
        said = done.stderr[:500].decode(errors="replace").strip() or "no error message"
        raise RenderError(f"{command[0]} failed with exit code {done.returncode}: {said}")
    if SIGNS[form] not in done.stdout[:2000]:
        raise RenderError(f"what {command[0]} gave is not a picture in {form}: is it Graphviz's dot?")
    return done.stdout


def find_dot() -> str | None:
    """The `dot` to use: the one that AUTOGRAD_DOT names, else the one from pip, else the system's; None if there is none."""
    chosen = os.environ.get("AUTOGRAD_DOT")
    if chosen:
        return chosen
    for candidate in _bundled():
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return str(candidate)
    return shutil.which("dot")


def _bundled() -> Iterator[Path]:
    """Where pip may have put graphviz-pure: where its record says, also for --user and --target; else next to this Python."""
    try:
        files = importlib.metadata.files("graphviz-pure") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name in NAMES:
            yield Path(str(file.locate())).resolve()
    for folder in (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent):
        for name in NAMES:
            yield folder / name
