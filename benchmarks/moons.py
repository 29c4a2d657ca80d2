"""One step of micrograd's demo, here and in micrograd 0.1.0.

    python -m benchmarks.moons

A step: 100 points, MLP(2, [16, 16, 1]), max-margin loss, 337 gradients. Both start from the same weights and compute the same
gradients, which is checked.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from micrograd import engine as micrograd_engine
from micrograd import nn as micrograd_nn

from autograd import losses
from autograd.nn import MLP

POINTS, ROUNDS = 100, 7


def data() -> tuple[list[list[float]], list[int]]:
    """Random points and labels: what they are makes no difference here."""
    rng = random.Random(0)
    return [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(POINTS)], [rng.choice([-1, 1]) for _ in range(POINTS)]


def ours(model: MLP, points: list[list[float]], labels: list[int]) -> None:
    """Loss and gradients, here."""
    total = losses.hinge(model(points), labels) + losses.l2_penalty(model.parameters(), 2e-4)
    model.zero_grad()
    total.backward()


def theirs(model: Any, points: list[list[float]], labels: list[int]) -> None:
    """Loss and gradients, as micrograd's demo has them."""
    scores = list(map(model, [list(map(micrograd_engine.Value, row)) for row in points]))
    margins = [(1 + -label * score).relu() for label, score in zip(labels, scores)]
    total = sum(margins) * (1.0 / len(margins)) + 1e-4 * sum([p * p for p in model.parameters()])
    model.zero_grad()
    total.backward()


def ratio(one: Callable[[], Any], other: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, float, float]:
    """The median seconds of both, interleaved, and the median of other/one."""
    pairs = []
    for _ in range(rounds):
        pair = []
        for run in (one, other):
            gc.collect()
            start = time.perf_counter()
            run()
            pair.append(time.perf_counter() - start)
        pairs.append(pair)
    here, there = [statistics.median(column) for column in zip(*pairs)]
    return here, there, statistics.median([b / a for a, b in pairs])


def main() -> None:
    """Print the comparisons."""
    points, labels = data()
    mine, other = MLP(2, [16, 16, 1], rng=0), micrograd_nn.MLP(2, [16, 16, 1])
    for p, q in zip(mine.parameters(), other.parameters()):
        q.data = p.data
    ours(mine, points, labels)
    theirs(other, points, labels)
    worst = max([abs(p.grad - q.grad) for p, q in zip(mine.parameters(), other.parameters())])
    if worst > 1e-12:
        raise ValueError(f"the gradients differ by {worst}")
    print(f"one step of micrograd's moons, {POINTS} points, 337 gradients (the same to {worst:.0e}), "
          f"medians of {ROUNDS} interleaved rounds")
    for collector in ("on", "off"):
        (gc.enable if collector == "on" else gc.disable)()
        here, there, times = ratio(lambda: ours(mine, points, labels), lambda: theirs(other, points, labels))
        print(f"  GC {collector:3}  autograd {here:.3f} s, micrograd {there:.3f} s: {times:.0f} times as fast")
    gc.enable()


if __name__ == "__main__":
    sys.setrecursionlimit(10 ** 6)                                   # micrograd's topological sort is recursive
    main()
