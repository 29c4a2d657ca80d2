"""What notebooks show of Values, modules and the course of a training."""

from __future__ import annotations

import html
import math
from typing import Any

from ..engine import Value
from ..errors import AutogradError
from ..nn import Module
from ..text import number
from ..traversal import topological_order
from .drawing import draw
from .folding import OPEN
from .style import DARK, LIGHT

WIDTH, HEIGHT, EDGE = 480, 200, 64                                   # pixels of a curve, and of the margin around it


def value(v: Value) -> str | None:
    """The graph below a Value, if it is small; None for a leaf, or where there is no `dot`."""
    picture = None if v.op is None or len(topological_order(v)) > OPEN else _drawn(v)
    return None if picture is None else f"<pre>{html.escape(repr(v))}</pre>\n{picture}"


def module(model: Module) -> str | None:
    """The layers of a model, above what its repr says; None if it has none."""
    picture = _drawn(model)
    return None if picture is None else f"{picture}\n<pre>{html.escape(repr(model))}</pre>"


def _drawn(x: Any) -> str | None:
    try:
        return draw(x, theme="auto").svg()
    except AutogradError:
        return None


def curve(history: Any) -> str | None:
    """The loss of each epoch as a curve, over the loss of each batch; None if there is nothing to draw."""
    losses, batches = history.loss, history.batch_loss
    known = [y for y in (*losses, *batches) if math.isfinite(y)]
    if len(losses) < 2 or not known:
        return None
    low, high = min(known), max(known)
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)

    def line(ys: list[float], first: float, colour: str, width: float) -> str:
        """A curve whose first point stands where its epoch, or its batch, ends."""
        step = (1.0 - first) / max(len(ys) - 1, 1)
        places = [(EDGE + (WIDTH - 2 * EDGE) * (first + k * step), EDGE / 2 + (HEIGHT - EDGE) * (high - y) / (high - low))
                  for k, y in enumerate(ys) if math.isfinite(y)]
        points = [f"{x:.1f},{y:.1f}" for x, y in places]
        return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="{width}"/>'

    def label(x: float, y: float, text: str, anchor: str = "end") -> str:
        return f'<text x="{x}" y="{y:.0f}" text-anchor="{anchor}">{text}</text>'

    last = WIDTH - EDGE
    parts = [f'<line x1="{EDGE}" y1="{y:g}" x2="{last}" y2="{y:g}" stroke="{LIGHT.room}"/>'
             for y in (EDGE / 2, HEIGHT - EDGE / 2)]
    parts += [line(batches, 1.0 / len(batches), LIGHT.edge, 1)] if len(batches) > len(losses) else []
    parts += [line(losses, 1.0 / len(losses), LIGHT.paths[1], 2.5)]
    parts += [label(EDGE - 6, EDGE / 2 + 4, number(high)), label(EDGE - 6, HEIGHT - EDGE / 2 + 4, number(low)),
              label(last, HEIGHT - 6, f"{len(losses)} epochs"), label(EDGE, HEIGHT - 6, "loss", "start")]
    style = (f".autograd-curve text{{font:12px sans-serif;fill:{LIGHT.quiet_text}}}@media (prefers-color-scheme: dark)"
             f"{{.autograd-curve text{{fill:{DARK.quiet_text}}}.autograd-curve polyline:last-of-type{{stroke:{DARK.paths[1]}}}}}")
    title = f"the loss falls from {number(losses[0])} to {number(losses[-1])}" if losses[-1] < losses[0] else \
        f"the loss goes from {number(losses[0])} to {number(losses[-1])}"
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" class="autograd-curve" {size} role="img" aria-label="{title}">'
            f"<title>{title}</title><style>{style}</style>{''.join(parts)}</svg>\n<pre>{html.escape(repr(history))}</pre>")
