"""One step of micrograd's demo, here and in micrograd 0.1.0; and what the scopes cost that nodes know.

    python -m benchmarks.moons

A step: 100 points, MLP(2, [16, 16, 1]), max-margin loss, 337 gradients. Both start from the same weights and compute the same
gradients, which is checked. To store scopes is measured on plain arithmetic, against the same engine with that one line taken
out; to enter them on the network, against modules that enter none (one call for each neuron stays in both, 0.08 us of some 8).
"""

from __future__ import annotations

import gc
import importlib.util
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from micrograd import engine as micrograd_engine
from micrograd import nn as micrograd_nn

import autograd.engine
from autograd import losses, modules, nn
from autograd.engine import Value
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


def engine_without_scopes() -> Any:
    """The engine's Value with the line taken out that stores the scope."""
    path = Path(autograd.engine.__file__)
    line = "        self._scope: Optional[Place] = _scope\n"
    text = path.read_text(encoding="utf-8")
    if text.count(line) != 1:
        raise ValueError("the line that stores the scope is not where it was")
    spec = importlib.util.spec_from_loader("autograd._without_scopes", loader=None)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    module.__package__ = "autograd"
    exec(compile(text.replace(line, ""), str(path), "exec"), module.__dict__)
    return module.Value


def arithmetic(kind: Any, count: int = 20_000) -> list[Any]:
    """Four nodes, so many times, kept."""
    a, b = kind(1.0), kind(0.5)
    return [((a * b + a).tanh() * 0.5) for _ in range(count)]


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

    plain = engine_without_scopes()

    calls = {(modules, "enter"): lambda name: None, (modules, "leave"): lambda outer: None, (nn, "here"): lambda: None}

    def nowhere() -> Any:
        before = {place: getattr(*place) for place in calls}
        for (module, name), call in calls.items():
            setattr(module, name, call)
        try:
            return mine(points)
        finally:
            for (module, name), call in before.items():
                setattr(module, name, call)

    print("what scopes cost, as a share of graph building, medians of 101 interleaved rounds")
    for collector in ("on", "off"):
        (gc.enable if collector == "on" else gc.disable)()
        stored = ratio(lambda: arithmetic(plain), lambda: arithmetic(Value), 101)[2] - 1.0
        entered = ratio(nowhere, lambda: mine(points), 101)[2] - 1.0
        print(f"  GC {collector:3}  storing them, plain arithmetic: {100 * stored:.1f} %; "
              f"entering them, a network: {100 * entered:.1f} %")
    gc.enable()


if __name__ == "__main__":
    sys.setrecursionlimit(10 ** 6)                                   # micrograd's topological sort is recursive
    main()
