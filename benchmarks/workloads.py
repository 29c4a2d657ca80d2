"""What is measured. Nothing here imports a library that is measured: each runs in an environment of its own, see worker.py."""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Callable
from typing import Any

LEAVES, WINDOW, UNUSED, CONSTANTS = 100, 5000, 150, 50
KINDS = ["add"] * 28 + ["mul"] * 24 + ["sub"] * 12 + ["div"] * 6 + ["tanh"] * 12 + ["exp"] * 8 + [
    "add_constant"] * 3 + ["mul_constant"] * 3 + ["rsub_constant"] * 2 + ["div_constant"] * 2

Step = tuple[str, int, int]                                          # what is done, and the places of its operands


def random_graph(operations: int, seed: int = 1) -> tuple[list[float], list[float], list[Step]]:
    """Leaves, constants, and the steps of a DAG with sharing.

    The operands of a step are places in a list that begins with the leaves and the constants, and to which each step adds its
    result. Every step takes one operand that nothing has used yet, while there are many of those, and otherwise any of the 5,000
    most recent ones. All values stay within [-2, 2], and each is used.
    """
    rng = random.Random(seed)
    leaves = [rng.uniform(-1.0, 1.0) for _ in range(LEAVES)]
    constants = [rng.uniform(0.4, 0.9) for _ in range(CONSTANTS)]
    first = LEAVES + CONSTANTS
    data, unused = leaves + constants, list(range(LEAVES))
    recent = list(range(LEAVES))
    steps: list[Step] = []
    while len(steps) < operations:
        kind, c = rng.choice(KINDS), LEAVES + rng.randrange(CONSTANTS)
        i, j = [recent[-1 - rng.randrange(min(WINDOW, len(recent)))] for _ in "ij"]
        if operations - len(steps) < len(unused):                    # the end: what is left over is used up
            i, j = unused.pop(), unused.pop()
            kind = "add" if data[i] * data[j] < 0.0 else "sub"       # whichever stays within 2
        elif len(unused) > UNUSED:
            i = unused.pop(rng.randrange(len(unused)))
        while kind == "div" and abs(data[j]) < 0.7:
            j = recent[-1 - rng.randrange(min(WINDOW, len(recent)))]
        step: Step = {
            "tanh": ("tanh", i, -1), "exp": ("exp", i, -1), "add_constant": ("add", i, c), "mul_constant": ("mul", i, c),
            "rsub_constant": ("sub", c, i), "div_constant": ("div", i, c)}.get(kind, (kind, i, j))
        y = _number(step, data)
        if abs(y) > 2.0:
            step = ("tanh", i, -1)
            y = math.tanh(data[i])
        steps.append(step)
        unused.append(first + len(steps) - 1)
        recent.append(first + len(steps) - 1)
        data.append(y)
    return leaves, constants, steps


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv}


def _number(step: Step, data: list[float]) -> float:
    kind, i, j = step
    return float(OPERATORS[kind](data[i], data[j])) if j >= 0 else math.tanh(data[i]) if kind == "tanh" else math.exp(data[i])


Call = tuple[Callable[..., Any], int, int]


def calls(tanh: Callable[[Any], Any], exp: Callable[[Any], Any], steps: list[Step]) -> list[Call]:
    """The steps as function calls, so that the loop that makes them costs little."""
    functions: dict[str, Callable[..., Any]] = {**OPERATORS, "tanh": tanh, "exp": exp}
    return [(functions[kind], i, j) for kind, i, j in steps]


def build(nodes: list[Any], plan: list[Call]) -> Any:
    """Take the steps; `nodes` begins with the leaves and the constants. Returns the last result."""
    append = nodes.append
    for function, i, j in plan:
        append(function(nodes[i]) if j < 0 else function(nodes[i], nodes[j]))
    return nodes[-1]


POINTS = 100


def moons() -> tuple[list[list[float]], list[int]]:
    """Random points and labels for one step of micrograd's demo: what they are makes no difference."""
    rng = random.Random(0)
    return [[rng.uniform(-1, 1), rng.uniform(-1, 1)] for _ in range(POINTS)], [rng.choice([-1, 1]) for _ in range(POINTS)]


def weights() -> list[float]:
    """Weights for MLP(2, [16, 16, 1]), neuron by neuron, the bias last."""
    rng = random.Random(1)
    return [rng.uniform(-0.5, 0.5) for _ in range(337)]
