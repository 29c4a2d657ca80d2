"""Explanations by f elsewhere: the derivative at another point, by another variable, or a claim right in special cases only."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ...arithmetic.referee import nearest
from ...derivatives import gradient
from ...engine import Value
from ...errors import AutogradError
from ...expressions import Expression, expression
from ...trees import parted
from ..problem import Point, Problem, value_or_none
from ..truth import probe_at
from ..verdict import Case
from .samples import Candidate, Sample, explains

FEW = 12                                                             # with more inputs, points are not changed one by one
SMALL = 400                                                          # nodes; with more, f is not computed anew
SPECIAL = ((0.0, "0"), (1.0, "1"))
ENOUGH = 3                                                           # special points at which a claim must be right

INSTEAD = tuple([expression(text) for text in ("√x", "x²", "1/x", "1/x²", "log(x)", "exp(x)", "exp(x/2)")])  # to differentiate by

Move = Callable[[Sequence[float]], Point]


def by_another_variable(problem: Problem, case: Case, samples: Sequence[Sample]) -> Iterator[Candidate]:
    """The derivative by √v instead of v, or by 1/T instead of T."""
    place = case.claim.target.place
    if not isinstance(place, int) or len([s for s in samples if s.is_wrong]) < 2:
        return
    def by(s: Sample, variable: Expression) -> float:
        x = Value(s.outcome.probe.point[place])
        return s.true / float(gradient(variable(x), x))

    of, name = case.claim.target.of, case.claim.target.by
    for variable in INSTEAD:
        if explains(samples, by, variable):
            text = re.sub(r"x(?!p)", name, variable.text)
            yield Candidate(1.32 if text.startswith("log") else 1.15, "by another variable",
                            f"that is ∂{of}/∂({text}), the derivative by {text}, not by {name}")


def at_another_point(problem: Problem, case: Case, samples: Sequence[Sample]) -> Iterator[Candidate]:
    """The derivative with 0 or 1 put in for an input, or with two inputs exchanged, or one for another."""
    target = case.claim.target
    if (not isinstance(target.place, int) or not isinstance(target.output, int) or samples[0].tape is None
            or len(samples[0].graph.nodes) > SMALL or target.first):
        return
    place, output = target.place, target.output
    for text, cost, move in _moves(problem):
        if all([s.outcome.probe.point == move(s.outcome.probe.point) for s in samples]):
            continue
        if explains(samples, lambda s, move: _slope(problem, move(s.outcome.probe.point), output, place), move):
            yield Candidate(cost, "at another point", f"that is {target.label} {text}")
    for k, label in enumerate(problem.labels) if problem.size <= FEW else ():
        def exchanged(s: Sample, k: int) -> float:
            return _slope(problem, _exchanged(s.outcome.probe.point, k, place), output, k)
        if k != place and explains(samples, exchanged, k):
            yield Candidate(1.55, "names exchanged", f"that is ∂{target.of}/∂{label} with {target.by} and {label} exchanged: f "
                            "is not symmetric in the two")


def _moves(problem: Problem) -> Iterator[tuple[str, float, Move]]:
    """Ways to change a point: an input, or a whole list, at 0 or 1."""
    groups: dict[str, list[int]] = {}
    for k, label in enumerate(problem.labels):
        groups.setdefault(label.partition("[")[0], []).append(k)
        if "[" in label and problem.size <= FEW:
            groups.setdefault(label, []).append(k)
    for label, places in groups.items() if len(groups) <= 2 * FEW else ():
        for x, text in SPECIAL:
            yield f"with {label} = {text} put in", 1.3 if x == 0.0 else 1.42, partial(_set, places=places, x=x)
    labels = list(enumerate(problem.labels)) if problem.size <= FEW else []
    for k, one in labels:
        for j, other in labels:
            if j != k:
                yield f"with {other} in the place of {one}", 1.42, partial(_copied, k=k, j=j)


def _set(point: Sequence[float], places: Sequence[int], x: float) -> Point:
    return tuple([x if k in places else z for k, z in enumerate(point)])


def _copied(point: Sequence[float], k: int, j: int) -> Point:
    return _set(point, [k], point[j])


def _exchanged(point: Sequence[float], k: int, j: int) -> Point:
    whole = list(point)
    whole[k], whole[j] = whole[j], whole[k]
    return tuple(whole)


def _slope(problem: Problem, point: Point, output: int, place: int) -> float:
    """∂f/∂x at a point, in floats."""
    try:
        recorded = problem.record(point)
    except AutogradError as error:
        raise ArithmeticError from error
    slope = gradient(recorded.outputs[output], recorded.leaves[place])
    return float(slope)


# In special cases only ---------------------------------------------------------------------------------------------------------

def in_special_cases(problem: Problem, case: Case, samples: Sequence[Sample]) -> Iterator[Candidate]:
    """The claim is right where a matrix is symmetric, a list sums to 1, or its length is 1, and wrong elsewhere."""
    wrong = [s for s in samples if s.is_wrong]
    target = case.claim.target
    if (len(wrong) < 2 or samples[0].tape is None or len(samples[0].graph.nodes) > SMALL or len(wrong) < len(samples)
            or not isinstance(target.output, int) or target.first):
        return
    for text, move in _specials(problem):
        points = [move(s.outcome.probe.point) for s in wrong]
        if sum([p != s.outcome.probe.point for p, s in zip(points, wrong)]) >= ENOUGH and all(
                [_holds(problem, case, point) for point in points]):
            yield Candidate(1.35, "special case", f"it is right only where {text}")


def _holds(problem: Problem, case: Case, point: Point) -> bool:
    """Whether the claim is right at a point, up to rounding."""
    probe = value_or_none(lambda: probe_at(problem, point, False), beside=True)
    if probe is None:
        return False
    truth, claimed = probe.truth(case.claim.target), case.claim.source.at(probe, case.claim.part)
    if truth.value is None or claimed is None:
        return False
    return bool(nearest(abs(claimed - truth.value)) <= 1e-9 * nearest(truth.size + abs(claimed)))


def _specials(problem: Problem) -> Iterator[tuple[str, Move]]:
    rows: dict[str, dict[tuple[int, ...], int]] = {}
    for k, label in enumerate(problem.labels):
        name, place = parted(label)
        if place:
            rows.setdefault(name, {})[place] = k
    for name, cells in rows.items():
        if all([len(cell) == 2 and (cell[1], cell[0]) in cells for cell in cells]) and len(cells) > 1:
            pairs = [(cells[i, j], cells[j, i]) for i, j in cells if i < j]
            yield f"{name} is symmetric", partial(_symmetric, pairs=pairs)
        if all([len(cell) == 1 for cell in cells]) and len(cells) > 1:
            group = list(cells.values())
            yield f"the elements of {name} sum to 1", partial(_summing, group=group)
            yield f"the length of {name} is 1", partial(_of_length, group=group)


def _symmetric(point: Sequence[float], pairs: Sequence[tuple[int, int]]) -> Point:
    whole = list(point)
    for k, j in pairs:
        whole[j] = whole[k]
    return tuple(whole)


def _summing(point: Sequence[float], group: Sequence[int]) -> Point:
    last = group[-1]
    return _set(point, [last], 1.0 - math.fsum([point[k] for k in group[:-1]]))


def _of_length(point: Sequence[float], group: Sequence[int]) -> Point:
    size = math.sqrt(math.fsum([point[k] ** 2 for k in group])) or 1.0
    return tuple([x / size if k in group else x for k, x in enumerate(point)])
