"""What the demos' pictures have in common: their colours, how a figure is made, and where it is saved."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.errors import MissingExtraError

try:
    import matplotlib
    from cycler import cycler
    from matplotlib.figure import Figure
except ImportError:
    raise MissingExtraError("the pictures need matplotlib: pip install 'scalar-autograd[demos]'") from None

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, PURPLE, RED, GREY = COLOURS = ["#1f6fb4", "#e0731d", "#2e9060", "#8455a6", "#c93a3a", "#6b7280"]

matplotlib.rcParams.update({
    "axes.axisbelow": True, "axes.edgecolor": "#9ca3af", "axes.grid": True, "axes.spines.right": False, "axes.spines.top": False,
    "axes.titlesize": 11, "axes.prop_cycle": cycler(color=COLOURS), "figure.dpi": 110, "font.size": 9, "grid.color": "#e5e7eb",
    "legend.frameon": False, "lines.linewidth": 1.8, "xtick.color": "#4b5563", "ytick.color": "#4b5563"})


def figure(columns: int, rows: int = 1, width: float = 4.2, height: float = 3.6) -> tuple[Figure, list[Axes]]:
    """A figure of panels, and the panels row by row; each is so many inches wide and high."""
    made = Figure(figsize=(columns * width, rows * height), layout="constrained")
    return made, list(made.subplots(rows, columns, squeeze=False).flat)


def save(made: Figure, picture: Path) -> None:
    """Save the figure, and say where."""
    made.savefig(picture)
    print(f"picture: {picture}")


def image(axes: Axes, pixels: Any, **options: Any) -> Any:
    """Show rows of numbers as an image, without a grid."""
    axes.grid(False)
    axes.set(xticks=[], yticks=[])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    return axes.imshow(pixels, **{"cmap": "gray_r", **options})


def picture_of(script: str) -> Path:
    """Where a demo saves its picture: the path given on the command line, or beside the script."""
    return Path(sys.argv[1]) if sys.argv[1:] else Path(script).with_suffix(".png")
