"""Colours: a light theme for paper and a dark one."""

from __future__ import annotations

import math
from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Theme:
    """The colours of a picture. A box is `blank` for a gradient of 0 and shades into `positive` or `negative` for the largest
    gradient in the picture; it is `unknown` if the gradient is NaN. `wrong` marks a faulty edge."""

    background: str
    text: str
    quiet_text: str
    border: str
    edge: str
    unknown: str
    wrong: str
    blank: Colour
    positive: Colour
    negative: Colour

    def fill(self, gradient: float, largest: float) -> str:
        """The fill of a box, by the sign and size of its gradient."""
        if gradient != gradient:
            return self.unknown
        size = 1.0 if math.isinf(gradient) else 0.0 if not largest else min(1.0, abs(gradient) / largest) ** 0.6
        full = self.positive if gradient > 0.0 else self.negative
        return "#" + "".join([f"{round(low + size * (high - low)):02x}" for low, high in zip(self.blank, full)])


THEMES: dict[str, Theme] = {
    "light": Theme(background="white", text="#1f2933", quiet_text="#52606d", border="#7b8794", edge="#9aa5b1",
                   unknown="#c5ccd3", wrong="#c81e1e", blank=(255, 255, 255), positive=(236, 171, 117), negative=(143, 174, 220)),
    "dark": Theme(background="#0f172a", text="#e2e8f0", quiet_text="#94a3b8", border="#64748b", edge="#64748b",
                  unknown="#3f4a5c", wrong="#f87171", blank=(30, 41, 59), positive=(146, 89, 26), negative=(37, 99, 175)),
}
FONT = "Helvetica"                                                   # one name: for a list, dot would use the widths of Times
