"""Diagnosis: every slip of the table is planted and must be named; where it was not made it must not be."""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, List, Tuple

import pytest

import autograd as ag
from autograd import Value, verify
from autograd.checking.slips import Slip, Spot, slips_of
from autograd.checking.tape import Tape
from autograd.engine import apply, topological_order
from autograd.ops import TABLE

BOTH_SIGNS = {"relu", "leaky_relu", "elu", "selu", "abs", "clamp", "softplus", "maximum", "minimum", "hypot", "atan2", "log_sigmoid"}
ROWS = sorted(name for name, row in TABLE.items() if row.operand_names and not row.is_flat
              and name not in ("peak", "floor", "where", "identity", "sech_squared", "erf_slope"))


def operand(name: str, j: int, x: Any, y: Any) -> Any:
    """What goes into operand j of an operation: inside its domain, with all signs that matter, and different for each."""
    turned = x + 0.31 * y if j == 0 else 0.7 * x - 0.45 * y + 0.2 * j
    if name in BOTH_SIGNS:
        return 1.3 * ag.sin(turned)
    if name == "acosh":
        return 1.4 + 0.8 * ag.sigmoid(turned)
    return 0.2 + (0.55 + 0.1 * j) * ag.sigmoid(turned)


def graph_of(name: str, x: Any, y: Any) -> Value:
    """A graph with the operation in its middle."""
    row = TABLE[name]
    count = 2 if row.nary else len(row.operand_names)
    operands = [operand(name, j, x, y) for j in range(count)]
    constants: Dict[str, Dict[int, Any]] = {"leaky_relu": {1: 0.2}, "elu": {1: 1.7}, "clamp": {1: -0.6, 2: 0.7}}
    operands = [constants.get(name, {}).get(j, u) for j, u in enumerate(operands)]
    if name == "dot":
        operands = [*operands, *[ag.cos(x + k) for k in range(2)]]
    v = apply(row, *operands)
    v.name = "v"
    return ag.tanh(0.8 * v) + 0.4 * v * (1.1 + y * y)


def middle(tape: Tape) -> int:
    return next(k for k, node in enumerate(tape.nodes) if node.name == "v")


def claim_of(name: str, edits: Callable[[Tape, int, int], Dict[Tuple[int, int], float]]) -> Callable[[float, float], float]:
    """The derivative by x that someone gets who makes the slip, in floats."""
    def claim(x: float, y: float) -> float:
        a, b = Value(float(x)), Value(float(y))
        tape = Tape(topological_order(graph_of(name, a, b)))
        place = tape.place(a)
        assert place is not None
        return tape.swept(edits(tape, middle(tape), place))[place]
    return claim


def planted() -> List[Any]:
    found = []
    for name in ROWS:
        row = TABLE[name]
        for j in range(2 if row.nary else len(row.operand_names)):
            if (name, j) in (("leaky_relu", 1), ("elu", 1), ("clamp", 1), ("clamp", 2)):
                continue                                             # constants here
            found += [pytest.param(name, j, slip, id=f"{name}-{j}-{slip.kind}") for slip in slips_of(name, j, 2 if row.nary else len(row.operand_names))]
    return found


POINTS = [(0.3, -0.7), (1.1, 0.4), (-0.8, 1.3), (0.62, 1.9), (-1.45, -0.35), (1.7, -1.2), (-0.21, 0.88), (-1.9, 1.1)]


def written(name: str, j: int, slip: Slip) -> List[float]:
    """How far what the slip writes is from what is right, at each point; nan where it has no value."""
    found = []
    for x, y in POINTS:
        tape = Tape(topological_order(graph_of(name, Value(x), Value(y))))
        spot = Spot(tape, middle(tape), j, 1.0)
        try:
            found.append(slip.rule(spot) - spot.d)
        except (ArithmeticError, ValueError):
            found.append(math.nan)
    return found


def is_without_effect(name: str, j: int, slip: Slip) -> bool:
    """Whether the slip writes what is right, or has no value."""
    changes = written(name, j, slip)
    return not all([abs(d) < math.inf for d in changes]) or max(map(abs, changes)) < 1e-9


def alike(name: str, j: int, slip: Slip) -> List[str]:
    """The kinds of the slips that write the same, as -1/d is -d where d is 1."""
    mine = written(name, j, slip)
    others = slips_of(name, j, 2 if TABLE[name].nary else len(TABLE[name].operand_names))
    return [other.kind for other in others if all([abs(a - b) < 1e-9 for a, b in zip(mine, written(name, j, other))])]


@pytest.mark.parametrize(("name", "j", "slip"), planted())
def test_a_planted_slip_is_named(name: str, j: int, slip: Slip) -> None:
    if is_without_effect(name, j, slip):
        assert verify(lambda x, y: graph_of(name, x, y), {"x": claim_of(name, lambda tape, k, x: {})}, points=POINTS)
        return
    claim = claim_of(name, lambda tape, k, x: {(k, j): slip.rule(Spot(tape, k, j, 1.0))})
    finding = verify(lambda x, y: graph_of(name, x, y), {"x": claim}, points=POINTS).findings[0]
    assert finding.verdict == "wrong"
    causes = finding.causes
    assert causes, "no cause was found"
    marked = [edit for cause in causes for edit in cause.edits if edit.node.name == "v" and edit.operand == j]
    assert {cause.kind for cause in causes} & {*alike(name, j, slip), "right on one side only"} or marked, [cause.text for cause in causes]
