"""What notebooks show of a thing: HTML made by rooms above its own, which the front door names here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HTML: dict[str, Callable[[Any], str | None]] = {}                    # what makes the HTML, by the kind of thing


def html_of(kind: str, x: Any) -> str | None:
    """The HTML that a notebook shows; None for its text alone."""
    make = HTML.get(kind)
    return None if make is None else make(x)
