"""Why inputs that are all positive make weights zigzag, and zero-centred ones do not.

The gradient of a neuron's weight w_i is δ x_i, with one δ for all of them. If every x_i is positive, all weights go up
together or down together: a step towards the upper left, where one must grow and the other shrink, can only be made in
zigzags. A sigmoid before it makes its inputs all positive; tanh does not.
"""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import canvas

from autograd import Value, dot, gradient, losses

GOAL, START = (-1.0, 2.0), (1.5, -0.5)


def descend(rows: list[list[float]], rate: float, steps: int) -> tuple[list[tuple[float, float]], list[list[float]]]:
    """The path of the two weights of a linear neuron, sample by sample, and the gradients on the way."""
    w = [Value(x) for x in START]
    path, slopes = [START], []
    for k in range(steps):
        row = rows[k % len(rows)]
        loss = losses.half_squared_error([dot(w, row)], [dot(GOAL, row)])
        slopes.append(gradient(loss, w))
        for p, g in zip(w, slopes[-1]):
            p.data -= rate * g
        path.append((w[0].data, w[1].data))
    return path, slopes


def length(path: list[tuple[float, float]]) -> float:
    """How long the path is."""
    return float(sum([((a - c) ** 2 + (b - d) ** 2) ** 0.5 for (a, b), (c, d) in pairwise(path)]))


def main(picture: Path, steps: int = 60) -> None:
    """Print how the gradients' signs agree and how long the paths are, and draw them."""
    rng = random.Random(3)
    positive = [[rng.uniform(0.2, 1.8), rng.uniform(0.2, 1.8)] for _ in range(steps)]
    centred = [[x - 1.0 for x in row] for row in positive]
    straight = length([START, GOAL])
    made, panels = canvas.figure(2, width=4.6, height=4.0)
    for name, rows, rate, axes in (("all-positive inputs", positive, 0.5, panels[0]),
                                   ("zero-centred inputs", centred, 0.8, panels[1])):
        path, slopes = descend(rows, rate, steps)
        same = sum([a * b > 0.0 for a, b in slopes])
        left = length([path[-1], GOAL])
        print(f"{name}: both gradients have one sign in {same} of {steps} steps; "
              f"the path is {length(path) / straight:.1f} times as long as the straight line, and ends {left:.2g} from the goal")
        xs, ys = zip(*path)
        axes.plot(xs, ys, marker=".", color=canvas.ORANGE if rows is positive else canvas.BLUE, linewidth=1.2)
        axes.plot(*START, "o", color=canvas.GREY, label="start")
        axes.plot(*GOAL, "*", color=canvas.GREEN, markersize=14, label="goal")
        axes.set(title=f"{name}: path {length(path) / straight:.1f} times the straight line", xlabel="w1", ylabel="w2",
                 xlim=(-2.3, 2.7), ylim=(-1.4, 3.2))
        axes.legend(loc="lower left")
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))
