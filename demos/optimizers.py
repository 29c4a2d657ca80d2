"""Seven optimisers on their way to the same minimum, from the same start.

The valley is fifty times as steep across as along. Plain descent creeps along it; momentum overshoots and swings; Adagrad,
RMSprop and Adam scale each direction by its own gradients, and RMSprop, where those have faded, kicks itself out of the
minimum again; Rprop looks at signs alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import canvas

from autograd import Value
from autograd.optim import SGD, Adagrad, Adam, Optimizer, RMSprop, Rprop

START = (-4.0, 1.2)
OPTIMISERS: dict[str, Callable[[list[Value]], Optimizer]] = {
    "SGD": lambda ps: SGD(ps, lr=0.018), "momentum": lambda ps: SGD(ps, lr=0.012, momentum=0.85),
    "Nesterov": lambda ps: SGD(ps, lr=0.012, momentum=0.85, nesterov=True), "Adagrad": lambda ps: Adagrad(ps, lr=0.7),
    "RMSprop": lambda ps: RMSprop(ps, lr=0.1, alpha=0.9), "Rprop": lambda ps: Rprop(ps, lr=0.1),
    "Adam": lambda ps: Adam(ps, lr=0.3)}


def valley(x: Any, y: Any) -> Any:
    """x² + 50 y², much steeper across than along."""
    return x * x + 50.0 * y * y


def path(make: Callable[[list[Value]], Optimizer], steps: int) -> tuple[list[tuple[float, float]], list[float]]:
    """Where it went, and how high it was there."""
    x, y = [Value(c) for c in START]
    optimizer = make([x, y])
    places, heights = [], []
    for _ in range(steps):
        loss = valley(x, y)
        places.append((x.data, y.data))
        heights.append(loss.data)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return places, heights


def main(picture: Path, steps: int = 100, grid: int = 80) -> None:
    """Run them all, print how near each came, and draw their paths on the contour."""
    xs, ys = [[low + (high - low) * k / grid for k in range(grid + 1)] for low, high in ((-4.6, 2.6), (-1.9, 1.9))]
    heights_on_grid = [[valley(x, y) for x in xs] for y in ys]
    made, panels = canvas.figure(4, 2, width=3.5, height=2.7)
    for (name, make), axes, colour in zip(OPTIMISERS.items(), panels, [*canvas.COLOURS, "#0f8a8a"]):
        places, heights = path(make, steps)
        near = next((f"stays below 0.01 from step {k}" for k in range(len(heights)) if max(heights[k:]) < 0.01),
                    "above 0.01 at the end")
        print(f"{name:9} height {heights[0]:.1f} -> {heights[-1]:.2g}; {near}")
        axes.contour(xs, ys, heights_on_grid, levels=[0.3, 2.0, 6.0, 16.0, 40.0, 80.0], colors="#cbd5e1", linewidths=0.8)
        axes.plot(*zip(*places), marker=".", markersize=4, linewidth=1.1, color=colour)
        axes.plot(0.0, 0.0, "*", color=canvas.GREEN, markersize=10)
        axes.set(title=f"{name}\n{near}", xticks=[], yticks=[])
        axes.grid(False)
        panels[7].semilogy([max(height, 1e-12) for height in heights], color=colour, linewidth=1.2, label=name)
    panels[7].set(title="height", xlabel="step", ylim=(1e-12, 1e3))
    panels[7].legend(fontsize=7, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
