"""Explanations by f elsewhere: the derivative at another point, by another variable, or a claim right in special cases only."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from ...arithmetic.referee import nearest
from ...derivatives import gradient
from ...errors import AutogradError
from ..problem import Point, Problem, value_or_none
from ..truth import probe_at
from ..verdict import Case
from .samples import Candidate, Sample, explains

FEW = 12                                                             # with more inputs, points are not changed one by one
SMALL = 400                                                          # nodes; with more, f is not computed anew
SPECIAL = ((0.0, "0"), (1.0, "1"))
ENOUGH = 3                                                           # special points at which a claim must be right

# Variables that people differentiate by instead of x: how to write it, and its derivative by x.
INSTEAD: Sequence[tuple[str, Callable[[float], float]]] = (
    ("√{x}", lambda x: 0.5 / math.sqrt(x)), ("{x}²", lambda x: 2.0 * x), ("1/{x}", lambda x: -1.0 / x ** 2),
    ("1/{x}²", lambda x: -2.0 / x ** 3),
    ("log({x})", lambda x: 1.0 / x), ("exp({x})", math.exp), ("exp({x}/2)", lambda x: 0.5 * math.exp(0.5 * x)))

Move = Callable[[Sequence[float]], Point]


def by_another_variable(problem: Problem, case: Case, samples: Sequence[Sample]) -> Iterator[Candidate]:
    """The derivative by √v instead of v, or by 1/T instead of T."""
    place = case.claim.target.place
    if not isinstance(place, int) or len([s for s in samples if s.is_wrong]) < 2:
        return
    for text, slope in INSTEAD:
        if explains(samples, lambda s, slope: s.true / slope(s.outcome.probe.point[place]), slope):
            variable = text.format(x=case.claim.target.by)
            yield Candidate(1.32 if text.startswith("log") else 1.15, "by another variable",
                            f"that is ∂{case.claim.target.of}/∂({variable}), the derivative by {variable}, not by "
                            f"{case.claim.target.by}")


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
            yield f"with {label} = {text} put in", 1.3 if x == 0.0 else 1.42, lambda p, g=places, x=x: _set(p, g, x)  # type: ignore[misc]
    labels = list(enumerate(problem.labels)) if problem.size <= FEW else []
    for k, one in labels:
        for j, other in labels:
            if j != k:
                yield f"with {other} in the place of {one}", 1.42, lambda p, k=k, j=j: _set(p, [k], p[j])  # type: ignore[misc]


def _set(point: Sequence[float], places: Sequence[int], x: float) -> Point:
    return tuple([x if k in places else z for k, z in enumerate(point)])


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
        name, bracket, rest = label.partition("[")
        places = rest.rstrip("]").split("][") if bracket else []
        if places and all([p.isdigit() for p in places]):
            rows.setdefault(name, {})[tuple(map(int, places))] = k
    for name, cells in rows.items():
        if all([len(cell) == 2 and (cell[1], cell[0]) in cells for cell in cells]) and len(cells) > 1:
            pairs = [(cells[i, j], cells[j, i]) for i, j in cells if i < j]
            yield f"{name} is symmetric", lambda p, pairs=pairs: _symmetric(p, pairs)  # type: ignore[misc]
        if all([len(cell) == 1 for cell in cells]) and len(cells) > 1:
            group = list(cells.values())
            yield f"the elements of {name} sum to 1", lambda p, g=group: _summing(p, g)  # type: ignore[misc]
            yield f"the length of {name} is 1", lambda p, g=group: _of_length(p, g)  # type: ignore[misc]


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
