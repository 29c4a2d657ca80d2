"""micrograd's demo: two moons, told apart by a network of two hidden layers - with its max-margin loss, and with cross-entropy.

Every weight, every neuron and the loss itself are nodes of one graph, and one backward sweep of it gives all 337 gradients.

With --compiled the graph is recorded once and compiled: the loop over the points becomes lanes, and the same steps are taken. It
prints how much faster a step is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import canvas
from sklearn.datasets import make_moons

from autograd import losses
from autograd.nn import MLP
from autograd.optim import SGD
from autograd.program import compile


def train(model: MLP, loss: Callable[[Any, Any], Any], points: list[list[float]], targets: list[int], steps: int,
          compiled: bool = False) -> list[float]:
    """Gradient descent on all points at once, with micrograd's learning rate, which falls from 1 to 0.1; answers the losses."""
    optimizer, seen = SGD(model.parameters(), lr=1.0), []

    def total() -> Any:
        return loss(model(points), targets) + losses.l2_penalty(model.parameters(), 2e-4)
    program = compile(total(), wrt=model.parameters()) if compiled else None
    for k in range(steps):
        optimizer.lr = 1.0 - 0.9 * k / steps
        if program is not None:
            seen.append(program.step(optimizer))
            continue
        value = total()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        seen.append(value.data)
    return seen


def compare(points: list[list[float]], targets: list[int], steps: int) -> None:
    """Train twice, step by step and compiled, and print the times and the losses."""
    times, last = [], []
    for compiled in (False, True):
        model = MLP(2, [16, 16, 1], rng=0)
        start = time.perf_counter()
        last.append(train(model, losses.hinge, points, targets, steps, compiled)[-1])
        times.append(time.perf_counter() - start)
    program = compile(losses.hinge(model(points), targets), wrt=model.parameters())
    program()
    start = time.perf_counter()
    for _ in range(steps):
        program()
    step = (time.perf_counter() - start) / steps
    print(f"{steps} steps: {times[0]:.3f} s, compiled {times[1]:.3f} s, of which most is compiling; "
          f"loss {last[0]:.9f} and {last[1]:.9f}")
    print(f"one value with its 337 gradients: {times[0] / steps * 1e3:.2f} ms, compiled {step * 1e3:.3f} ms, "
          f"{times[0] / steps / step:.0f} times faster")


def scores_on(model: MLP, xs: list[float], ys: list[float]) -> list[list[float]]:
    """The model's score at each point of a grid, row by row."""
    return [[score.data for score in model([[x, y] for x in xs])] for y in ys]


def main(picture: Path, samples: int = 100, steps: int = 100, grid: int = 50, compiled: bool = False) -> None:
    """Train both, print their accuracies, and draw the regions that they tell apart."""
    points, labels = [array.tolist() for array in make_moons(n_samples=samples, noise=0.1, random_state=1)]
    kinds: list[tuple[str, Callable[[Any, Any], Any], list[int]]] = [
        ("max-margin", losses.hinge, [2 * label - 1 for label in labels]), ("cross-entropy", losses.bce_with_logits, labels)]
    xs, ys = [[low + (high - low) * k / grid for k in range(grid + 1)] for low, high in ((-1.6, 2.6), (-1.1, 1.6))]
    made, panels = canvas.figure(2, width=4.8)
    for (name, loss, targets), axes in zip(kinds, panels):
        model = MLP(2, [16, 16, 1], rng=0)
        seen = train(model, loss, points, targets, steps, compiled)
        right = sum([(score.data > 0.0) == (label == 1) for score, label in zip(model(points), labels)])
        print(f"{name}: {len(model.parameters())} parameters, loss {seen[0]:.3f} -> {seen[-1]:.3f} in {steps} steps, "
              f"{100 * right / samples:g} % of {samples} points right")
        scores = scores_on(model, xs, ys)
        axes.contourf(xs, ys, scores, levels=[-1e9, -1.0, 0.0, 1.0, 1e9], colors=["#bcd5ec", "#dfeaf5", "#fae3d1", "#f4c39b"])
        axes.contour(xs, ys, scores, levels=[0.0], colors="#374151", linewidths=1.5)
        for label, colour in ((0, canvas.BLUE), (1, canvas.ORANGE)):
            own = [point for point, other in zip(points, labels) if other == label]
            own_xs, own_ys = zip(*own)
            axes.scatter(own_xs, own_ys, color=colour, s=22, edgecolors="white", linewidths=0.6, zorder=3)
        axes.set(title=f"{name}: {100 * right / samples:g} % right", xticks=[], yticks=[],
                 xlabel="line: the score is 0; light: it lies within 1 of it")
        axes.grid(False)
    canvas.save(made, picture)
    if compiled:
        compare(points, kinds[0][2], steps)


if __name__ == "__main__":
    is_compiled = "--compiled" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--compiled"]
    main(canvas.picture_of(__file__), compiled=is_compiled)
