"""Right on one side of a threshold, wrong on the other: of an input, or of a kink of the graph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..arithmetic.floats import IEEE
from ..engine import Value
from ..labels import Labels
from ..replay import operands_in
from ..text import number
from .problem import Problem
from .report import RIGHT, WRONG
from .samples import Case, Outcome

COMPARING = ("maximum", "minimum", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
ENOUGH = 3                                                           # points on either side of a threshold


def one_sided(problem: Problem, case: Case) -> str | None:
    """Such as "right for x > 0, wrong for x < 0": if a threshold on one input, or the side of a kink, parts the right points from
    the wrong."""
    decided = [
        o for o in case.outcomes
        if o.truth.value is not None and o.truth.low == o.truth.high and o.verdict in (WRONG, RIGHT) and not o.probe.is_extreme
    ]
    if min(sum([o.verdict == WRONG for o in decided]), sum([o.verdict != WRONG for o in decided])) < ENOUGH:
        return None
    for j, label in enumerate(problem.labels):
        cut = _cut([(o.probe.point[j], o.verdict == WRONG) for o in decided])
        if cut is not None:
            at, wrong_above = cut
            return _sides(label, number(at), wrong_above)
    return _by_kink(decided)


def _sides(what: str, threshold: str, wrong_above: bool) -> str:
    below, above = f"{what} < {threshold}", f"{what} > {threshold}"
    return f"right for {below}, wrong for {above}" if wrong_above else f"right for {above}, wrong for {below}"


def _cut(points: Sequence[tuple[float, bool]]) -> tuple[float, bool] | None:
    """The simplest number that parts the right from the wrong, and whether the wrong lie above; those at the number itself may
    be either."""
    right, wrong = [x for x, is_wrong in points if not is_wrong], [x for x, is_wrong in points if is_wrong]
    for wrong_above, low, high in ((True, max(right), min(wrong)), (False, max(wrong), min(right))):
        if low <= high:
            candidates = [float(f"{low + (high - low) / 2:.{digits}g}") for digits in range(1, 15)]
            inside = [x for x in (0.0, 1.0, -1.0, float(math.ceil(low)), *candidates) if low <= x <= high]
            cut = inside[0] if inside else low
            beyond = min(len([x for x in wrong if x != cut]), len([x for x in right if x != cut]))
            return (cut, wrong_above) if beyond >= ENOUGH else None  # and not at the threshold alone
    return None


def _by_kink(decided: Sequence[Outcome]) -> str | None:
    """The side of a kink of the graph that parts the right from the wrong."""
    sides: dict[int, list[tuple[float, bool]]] = {}
    for outcome in decided:
        if outcome.probe.is_opaque:
            return None
        order = outcome.probe.referee(outcome.probe.recorded.outputs[0]).order
        values: dict[Any, Any] = {v: IEEE.number(v.data) for v in order}
        for k, v in enumerate(order):
            if v.op is not None and v.op.kink is not None and v.parents and not v.op.nary:
                sides.setdefault(k, []).append((float(v.op.kink(IEEE, *operands_in(IEEE, v, values))), outcome.verdict == WRONG))
    for k, points in sides.items():
        cut = _cut(points) if len(points) == len(decided) else None
        if cut is not None and cut[0] == 0.0:
            v = order[k]
            labels = Labels(order, spelled=True)
            first, second = [labels.name(x) if isinstance(x, Value) else number(x) for x in (*v.operands, 0.0)][:2]
            if len(v.operands) > 2 or v.op is None or (len(v.op.operand_names) == 2 and v.op.name not in COMPARING):
                second = "0"
            return _sides(first, second, cut[1])
    return None
