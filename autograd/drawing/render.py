"""DOT as SVG, PNG or PDF: finding a `dot` and running it.

`pip install` brings one in the graphviz-pure wheel (Linux, macOS and Windows, on x86-64 and ARM); elsewhere the system's is
used. The environment variable AUTOGRAD_DOT names another.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..errors import RenderError

SECONDS = 60.0
CAREFUL = 1 / 20                                                     # the share of that time spent on the best layout
SIGNS = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}                          # what such a picture begins with
QUICK = ["-Gnslimit=1", "-Gnslimit1=1", "-Gsplines=line"]
PIXELS = 8640                                                        # the most that a PNG is wide or high
KNOWN = ((0x370, 0x3FF), (0x2070, 0x209C), (0x2010, 0x2026))         # Greek, digits above and below the line, dashes and quotes
SINGLE = "∂∑√≈×→←ŷ−≤≥≠∞·÷′″ŵ\ufffd"                              # and these are there, or may be blank
FONTS = "Arial,Helvetica,Liberation Sans,DejaVu Sans Condensed,DejaVu Sans"        # for resvg, which takes other glyphs from any
NAMES = ("graphviz-pure", "graphviz-pure.exe")


def render(source: str, form: str, seconds: float = SECONDS, *, dpi: float = 144.0) -> bytes:
    """DOT as "svg", "png" or "pdf". Raises RenderError if there is no `dot`, or if it fails or takes too long.

    A graph that is hard to lay out well, such as one where each of a hundred steps uses the same value, is laid out a second
    time with less care and straight edges.
    """
    program = find_dot()
    if form == "pdf" or (form == "png" and lacking(source)):         # the bundled one makes no PDF, and has not every glyph
        return _otherwise(source, form, program, seconds, dpi)
    if program is None:
        raise RenderError("found no `dot` to draw with. Run `pip install graphviz-pure` (Linux, macOS, Windows), or install "
                          "Graphviz for your system (apt install graphviz, brew install graphviz, ...). The DOT itself needs "
                          "neither: see .source, or .save('e.dot')")
    return _laid_out(program, source, form, seconds, dpi)


def _laid_out(program: str, source: str, form: str, seconds: float, dpi: float) -> bytes:
    options = [f"-T{form}"] + ([f"-Gdpi={dpi:g}", f"-Gsize={PIXELS / dpi:g},{PIXELS / dpi:g}"] if form == "png" else [])
    for extra, limit in (([], seconds * CAREFUL), (QUICK, seconds * (1 - CAREFUL))):
        try:
            return _run([program, *options, *extra], source, form, limit)
        except subprocess.TimeoutExpired:
            pass
    raise RenderError(f"{program} did not finish in {seconds:g} seconds: the graph is too large to lay out. Draw a part of it "
                      "(any inner node will do as its output), leave out the partials (partials=False), or .save('e.dot')")


def _otherwise(source: str, form: str, program: str | None, seconds: float, dpi: float) -> bytes:
    """What the bundled `dot` cannot do: by the system's, or for PNG by resvg, which draws with the system's fonts."""
    system = program if program is not None and Path(program).name not in NAMES else shutil.which("dot")
    if system is not None:
        return _laid_out(system, source, form, seconds, dpi)
    if form == "pdf":
        raise RenderError("the `dot` that pip brings makes no PDF: install Graphviz for your system (apt install graphviz, brew "
                          "install graphviz, ...), or save as .svg and print that")
    return png_of(render(source, "svg", seconds).decode(), dpi, lacking(source))


def png_of(svg: str, dpi: float, wanted: Iterable[str] = "a") -> bytes:
    """An SVG as PNG, by resvg and with this machine's fonts. Raises RenderError where resvg is missing, or a font that has the
    characters that are `wanted`."""
    try:
        import resvg_py
    except ImportError:
        raise RenderError(f"a PNG with the characters {' '.join(sorted(wanted))}, or of a step of a sweep, needs the extra: pip "
                          "install 'scalar-autograd[pictures]'. Or save as .svg") from None

    def drawn(text: str) -> bytes:
        return bytes(resvg_py.svg_to_bytes(svg_string=text, dpi=dpi))

    def glyph(c: str) -> bytes:
        return drawn(f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text y="30" font-family="{FONTS}">{c}'
                     "</text></svg>")

    size = re.search(r'<svg[^>]*?width="([0-9.]+)pt"\s+height="([0-9.]+)pt"', svg)
    if size is not None:
        dpi = min(dpi, 72.0 * PIXELS / max(float(size[1]), float(size[2]), 1.0))
    missing = [c for c in sorted(wanted) if glyph(c) == glyph("\U0010FFFE")]     # which no font has
    if missing:
        raise RenderError(f"no font on this machine has glyphs for {' '.join(missing[:20])}: install one that has, or save as "
                          ".svg, which the reader's browser draws")
    return drawn(svg.replace('font-family="Helvetica,sans-Serif"', f'font-family="{FONTS}"'))


def lacking(source: str) -> set[str]:
    """The characters for which the bundled `dot` has no glyph in a PNG."""
    return {c for c in source if ord(c) >= 0x250 and not any([low <= ord(c) <= high for low, high in KNOWN]) and c not in SINGLE}


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
