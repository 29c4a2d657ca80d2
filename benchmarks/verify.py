"""How long `verify` takes to check a claim and to say what is wrong with it: graphs of about 20 and 500 nodes.

    python -m benchmarks.verify

Each claim is checked right, with one slip, and with nothing that explains it, which is the longest search. Medians of several
rounds, with the garbage collector on and off.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

import autograd as ag
from autograd import Value, verify
from autograd.traversal import topological_order

ROUNDS = 5


def small(w: Any, x: Any, b: Any, v: Any, c: Any, y: Any) -> Any:
    """A network of one hidden unit, its half squared error and a penalty."""
    h = ag.tanh(w * x + b)
    o = ag.sigmoid(v * h + c)
    return (o - y) ** 2 / 2 + 0.1 * (w * w + v * v) / 2 + 0.01 * ag.softplus(w * v)


SMALL: dict[str, Any] = {
    "right": "(sigmoid(v*tanh(w*x + b) + c) - y)*sigmoid(v*tanh(w*x + b) + c)*(1 - sigmoid(v*tanh(w*x + b) + c))*v*"
             "(1 - tanh(w*x + b)**2)*x + 0.1*w + 0.01*sigmoid(w*v)*v",
    "one slip": "(sigmoid(v*tanh(w*x + b) + c) - y)*sigmoid(v*tanh(w*x + b) + c)*(1 - sigmoid(v*tanh(w*x + b) + c))*v*"
                "(1 - tanh(w*x + b))*x + 0.1*w + 0.01*sigmoid(w*v)*v",
    "unexplained": "cos(w) + x**3 - b*y"}


def large(w: Any, x: Any) -> Any:
    """A chain of 100 hidden units that share their weight and their input."""
    h = x
    for k in range(100):
        h = ag.tanh(w * h + 0.1 * x) + 0.01 * k
    return h


def large_slope(factor: float) -> Callable[[Any, Any], Any]:
    """The derivative of `large` by w, by hand; the slope of the 50th unit times a factor."""
    def slope(w: Any, x: Any) -> Any:
        h, dh = x, 0.0 * x
        for k in range(100):
            t = ag.tanh(w * h + 0.1 * x)
            dh = (1 - t * t) * (h + w * dh) * (factor if k == 50 else 1.0)
            h = t + 0.01 * k
        return dh
    return slope


LARGE: dict[str, Any] = {"right": large_slope(1.0), "one slip": large_slope(-1.0), "unexplained": lambda w, x: ag.cos(w) + x ** 3}


def seconds(f: Any, claim: Any) -> float:
    """How long one check takes."""
    start = time.perf_counter()
    verify(f, {"w": claim})
    return time.perf_counter() - start


def main() -> None:
    """Print the medians."""
    for f, claims, count in ((small, SMALL, 6), (large, LARGE, 2)):
        nodes = len(topological_order(f(*[Value(0.5) for _ in range(count)])))
        for name, claim in claims.items():
            medians: list[float] = []
            for collect in (True, False):
                gc.enable() if collect else gc.disable()
                medians.append(statistics.median([seconds(f, claim) for _ in range(ROUNDS)]))
            gc.enable()
            print(f"{nodes:4d} nodes, {name:<12} GC on {medians[0]:6.3f} s   off {medians[1]:6.3f} s")


if __name__ == "__main__":
    main()
