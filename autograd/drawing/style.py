"""Colours: for paper and screen, light and dark. Orange and blue, which the colour-blind tell apart, shade positive and negative
gradients; every text stands out from what is behind it by 4.5 to 1 at least (WCAG AA)."""

from __future__ import annotations

import math
from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Theme:
    """The colours of a picture. A box is `blank` for a gradient of 0 and shades into `positive` or `negative` for the largest
    gradient in the picture; it is `unknown` if the gradient is NaN. `wrong` marks a faulty edge, `active` a step of the
    sweep, and `paths` the paths from one node to another."""

    background: str
    text: str
    quiet_text: str
    border: str
    edge: str
    room: str
    unknown: str
    wrong: str
    active: str
    blank: Colour
    positive: Colour
    negative: Colour
    paths: tuple[str, ...]

    @property
    def is_grey(self) -> bool:
        """Whether the theme has no colours that tell signs apart."""
        return self.positive == self.negative

    def fill(self, gradient: float, largest: float) -> str:
        """The fill of a box by the sign and size of its gradient."""
        if gradient != gradient:
            return self.unknown
        size = 1.0 if math.isinf(gradient) else 0.0 if not largest else min(1.0, abs(gradient) / largest) ** 0.6
        full = self.positive if gradient > 0.0 else self.negative
        return "#" + "".join([f"{round(low + size * (high - low)):02x}" for low, high in zip(self.blank, full)])


LIGHT = Theme(background="#ffffff", text="#1f2933", quiet_text="#52606d", border="#7b8794", edge="#9aa5b1", room="#c3cbd4",
              unknown="#c5ccd3", wrong="#c81e1e", active="#b4380d", blank=(255, 255, 255), positive=(236, 171, 117),
              negative=(143, 174, 220), paths=("#b45309", "#1d4ed8", "#047857", "#9d174d", "#6d28d9", "#44403c"))
DARK = Theme(background="#0f172a", text="#f1f5f9", quiet_text="#a8b5c7", border="#7386a1", edge="#6b7f9c", room="#34445f",
             unknown="#3f4a5c", wrong="#ff8a8a", active="#ffd166", blank=(27, 38, 59), positive=(154, 74, 14),
             negative=(29, 92, 173), paths=("#fbbf24", "#38bdf8", "#34d399", "#f472b6", "#c4b5fd", "#e7e5e4"))
PRINT = Theme(background="#ffffff", text="#000000", quiet_text="#333333", border="#000000", edge="#555555", room="#888888",
              unknown="#ffffff", wrong="#000000", active="#000000", blank=(255, 255, 255), positive=(205, 205, 205),
              negative=(205, 205, 205), paths=("#000000", "#444444", "#666666", "#222222", "#555555", "#333333"))
THEMES = {"light": LIGHT, "dark": DARK, "print": PRINT, "auto": LIGHT}
FONT = "Helvetica"                                                   # one name: for a list, dot would use the widths of Times
