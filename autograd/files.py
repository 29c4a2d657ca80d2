"""Files, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import tempfile
import webbrowser
from pathlib import Path

from .errors import OperandError
from .inputs import described


def suffix_of(path: str | Path) -> str:
    """The suffix of a file name, in small letters and without the dot. Raises OperandError for what is no path."""
    try:
        return Path(path).suffix[1:].lower()
    except TypeError:
        raise OperandError(f"a file name must be a string or a Path, got {described(path)}") from None


def opened(content: bytes, suffix: str) -> Path:
    """Open content in the viewer for its kind of file, from a temporary file. Returns the file's path."""
    with tempfile.NamedTemporaryFile(suffix=suffix, delete=False) as file:
        file.write(content)
    webbrowser.open(Path(file.name).as_uri())
    return Path(file.name)


def write(path: Path, content: bytes) -> None:
    """Write a file beside its place, then put it there: if the disk is full, what was there stays. Raises OSError."""
    if path.exists() and not path.is_file():                         # a device, a pipe
        path.write_bytes(content)
        return
    place = path.resolve()                                           # through a link
    if not place.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    beside = place.with_name(f".{place.name[:100]}.{secrets.token_hex(4)}")
    try:
        beside.write_bytes(content)
        if place.exists():
            beside.chmod(place.stat().st_mode)
        os.replace(beside, place)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
