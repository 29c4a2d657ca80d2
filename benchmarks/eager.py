"""Graph building and the backward sweep, against micrograd 0.1.0, on the same random graph.

    python -m benchmarks.eager [operations]

The graph is a DAG with sharing. Every operation takes one operand that nothing has used yet, while there are many of those, and
otherwise any of the 5,000 most recent nodes; 28 % are additions, 24 % multiplications, 12 % subtractions, 6 % divisions, 12 %
tanh, 8 % exp, 10 % take a constant. micrograd has no tanh and exp, so it gets the ones of its author's lectures. Both compute
the same gradients, which is checked.
"""

from __future__ import annotations

import gc
import math
import operator
import random
import statistics
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from micrograd.engine import Value as MicrogradValue

from autograd import Value

LEAVES, WINDOW, ROUNDS = 100, 5000, 9
UNUSED = 150
KINDS = ["add"] * 28 + ["mul"] * 24 + ["sub"] * 12 + ["div"] * 6 + ["tanh"] * 12 + ["exp"] * 8 + [
    "add_constant"] * 3 + ["mul_constant"] * 3 + ["rsub_constant"] * 2 + ["div_constant"] * 2

Step = tuple[str, int, int, float]


def plan(operations: int, seed: int = 1) -> tuple[list[float], list[Step]]:
    """Leaves, and steps (kind, operand, operand, constant) whose values stay within [-2, 2]; each result is used."""
    rng = random.Random(seed)
    leaves = [rng.uniform(-1.0, 1.0) for _ in range(LEAVES)]
    data, unused = list(leaves), list(range(LEAVES))
    steps: list[Step] = []
    while len(steps) < operations:
        kind, c = rng.choice(KINDS), rng.uniform(0.4, 0.9)
        i, j = [rng.randrange(max(0, len(data) - WINDOW), len(data)) for _ in "ij"]
        if operations - len(steps) < len(unused):                    # the end: what is left over is added up
            kind, i, j = "add", unused.pop(), unused.pop()
        elif len(unused) > UNUSED:
            i = unused.pop(rng.randrange(len(unused)))
        while kind == "div" and abs(data[j]) < 0.7:
            j = rng.randrange(max(0, len(data) - WINDOW), len(data))
        y = _number(kind, data[i], data[j], c)
        if abs(y) > 2.0:
            kind, y = "tanh", math.tanh(data[i])
        steps.append((kind, i, j, c))
        unused.append(len(data))
        data.append(y)
    return leaves, steps


def _number(kind: str, a: float, b: float, c: float) -> float:
    return {"add": lambda: a + b, "mul": lambda: a * b, "sub": lambda: a - b, "div": lambda: a / b, "tanh": lambda: math.tanh(a),
            "exp": lambda: math.exp(a), "add_constant": lambda: a + c, "mul_constant": lambda: a * c,
            "rsub_constant": lambda: c - a, "div_constant": lambda: a / c}[kind]()


OPERATORS = {"add": operator.add, "mul": operator.mul, "sub": operator.sub, "div": operator.truediv,
             "add_constant": operator.add, "mul_constant": operator.mul, "rsub_constant": operator.sub,
             "div_constant": operator.truediv}
Call = tuple[Callable[..., Any], int, int, float]
OF_ONE, WITH_CONSTANT, FROM_CONSTANT = -1, -2, -3                    # in the place of the second operand


def calls(tanh: Callable[[Any], Any], exp: Callable[[Any], Any], steps: list[Step]) -> list[Call]:
    """The steps as function calls, so that the loop that makes them costs next to nothing."""
    made: list[Call] = []
    for kind, i, j, c in steps:
        if kind in ("tanh", "exp"):
            made.append((tanh if kind == "tanh" else exp, i, OF_ONE, c))
        elif kind.endswith("_constant"):
            made.append((OPERATORS[kind], i, FROM_CONSTANT if kind == "rsub_constant" else WITH_CONSTANT, c))
        else:
            made.append((OPERATORS[kind], i, j, c))
    return made


def build(leaf: Callable[[float], Any], leaves: list[float], plan_of_calls: list[Call]) -> list[Any]:
    """The nodes of the plan, in order."""
    nodes = [leaf(x) for x in leaves]
    for function, i, j, c in plan_of_calls:
        if j >= 0:
            nodes.append(function(nodes[i], nodes[j]))
        elif j == OF_ONE:
            nodes.append(function(nodes[i]))
        elif j == WITH_CONSTANT:
            nodes.append(function(nodes[i], c))
        else:
            nodes.append(function(c, nodes[i]))
    return nodes


def micrograd_tanh(x: Any) -> Any:
    """tanh as in micrograd's lectures."""
    t = math.tanh(x.data)
    out = MicrogradValue(t, (x,), "tanh")

    def _backward() -> None:
        x.grad += (1 - t ** 2) * out.grad
    out._backward = _backward
    return out


def micrograd_exp(x: Any) -> Any:
    """exp as in micrograd's lectures."""
    out = MicrogradValue(math.exp(x.data), (x,), "exp")

    def _backward() -> None:
        x.grad += out.data * out.grad
    out._backward = _backward
    return out


def ours(leaves: list[float], plan_of_calls: list[Call]) -> list[Any]:
    """Build and sweep, here."""
    nodes = build(Value, leaves, plan_of_calls)
    nodes[-1].backward()
    return nodes


def theirs(leaves: list[float], plan_of_calls: list[Call]) -> list[Any]:
    """Build and sweep, in micrograd."""
    nodes = build(MicrogradValue, leaves, plan_of_calls)
    nodes[-1].backward()
    return nodes


def seconds(run: Callable[..., list[Any]], *given: Any) -> float:
    """The time of one run, from a clean heap; what it made is dropped outside the time."""
    gc.collect()
    start = time.perf_counter()
    nodes = run(*given)
    taken = time.perf_counter() - start
    del nodes
    return taken


def main(operations: int = 100_000) -> None:
    """Print the comparison."""
    leaves, steps = plan(operations)
    mine, other = calls(Value.tanh, Value.exp, steps), calls(micrograd_tanh, micrograd_exp, steps)
    check(ours(leaves, mine), theirs(leaves, other))
    print(f"a random graph of {len(steps):,} operations, build + sweep, medians of {ROUNDS} interleaved rounds")
    for collector in ("on", "off"):
        pairs = []
        for _ in range(ROUNDS):
            (gc.enable if collector == "on" else gc.disable)()
            pairs.append((seconds(ours, leaves, mine), seconds(theirs, leaves, other)))
        gc.enable()
        here, there = [statistics.median(column) for column in zip(*pairs)]
        ratio = statistics.median([b / a for a, b in pairs])
        print(f"  GC {collector:3}  autograd {here:.3f} s, micrograd {there:.3f} s: {ratio:.1f} times as fast")

    tracemalloc.start()
    nodes = ours(leaves, mine)
    print(f"  memory  {tracemalloc.get_traced_memory()[0] / len(nodes):.0f} bytes a node, gradients included")
    tracemalloc.stop()
    del nodes

    print("time a node, by size:")
    for size in (10_000, 100_000, 300_000, 1_000_000):
        leaves, steps = plan(size)
        mine = calls(Value.tanh, Value.exp, steps)
        times = []
        for switch in (gc.enable, gc.disable):
            switch()
            times.append(statistics.median([seconds(ours, leaves, mine) for _ in range(3)]) / size * 1e6)
        gc.enable()
        print(f"  {size:9,}  GC on {times[0]:.2f} us, off {times[1]:.2f} us")


def check(mine: list[Any], other: list[Any]) -> None:
    """That both computed the same gradients."""
    largest = max([abs(a.grad) for a in mine[:LEAVES]])              # the sums cancel: small ones share the error of large ones
    for a, b in zip(mine[:LEAVES], other[:LEAVES]):
        if abs(a.grad - b.grad) > 1e-9 * largest:
            raise ValueError(f"the gradients differ: {a.grad} and {b.grad}")


if __name__ == "__main__":
    sys.setrecursionlimit(10 ** 6)                                   # micrograd's topological sort is recursive
    threading.stack_size(512 * 1024 * 1024)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(main, *[int(argument) for argument in sys.argv[1:]]).result()
