"""Where claims are tried: f at points over the domain, at special ones, on both sides of thresholds, and where floats already
show a difference."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from functools import partial

from ..derivatives import gradient
from ..errors import AutogradError
from ..sweep import topological_order
from .claims import Claim
from .points import DEFAULT, DRAWN, FALLBACKS, SIMPLE, TRIES, Range, at_thresholds, drawn, special, usable
from .probe import Probe, probe_at
from .problem import Point, Problem, Recorded, value_or_none
from .sources import Called, Text

Ranges = Sequence[Range | None]
WORK = 24_000                                                        # nodes times points
FEWEST, MOST = 8, 48                                                 # points
SCREENED = 120                                                       # points at which floats are looked at
SCREENING = 10_000                                                   # nodes times such points
SUSPECT = 1e-6                                                       # a relative difference that floats do not explain
SUSPECTS = 6                                                         # points that are added for it


def probes_of(problem: Problem, opaque: bool, chosen: Sequence[Point], ranges: Ranges) -> tuple[list[Probe], int]:
    """f at the points that were chosen, else at points over the domain; and at how many it has no value."""
    at = partial(probe_at, problem, opaque=opaque)
    if chosen:
        return usable(at, chosen, len(chosen))
    if problem.size == 0:
        return usable(at, [()], 1)
    found, skipped = usable(at, spread(ranges, DEFAULT, DRAWN * TRIES), DRAWN)
    for fallback in FALLBACKS:
        if len(found) >= DRAWN // 2 or None not in ranges:
            break
        more, missed = usable(at, spread(ranges, fallback, DRAWN * 2), DRAWN - len(found))
        found, skipped = found + more, skipped + missed
    if not found:
        return [], skipped
    most = _budget(found)
    found = found[:most]
    moderate = opaque or _grows(problem, found)
    simple, missed = usable(at, special(ranges, [probe.point for probe in found], 2 * most, moderate), most - len(found))
    thresholds = [] if opaque else at_thresholds([p.recorded for p in found + simple[:len(SIMPLE)]], problem, ranges, most // 2)
    beside, missed_there = usable(at, thresholds, most)
    unique = {probe.point: probe for probe in (*found, *simple, *beside)}
    return list(unique.values()), skipped + missed + missed_there


def spread(ranges: Ranges, default: Range, count: int) -> list[Point]:
    """Points spread over the ranges, and over the default where there is none."""
    return list(drawn([r or default for r in ranges], count))


def _budget(probes: Sequence[Probe]) -> int:
    """How many points the size of the graph allows."""
    nodes = len(topological_order(*probes[0].recorded.outputs)) * len(probes[0].recorded.outputs)
    return max(FEWEST, min(MOST, WORK // max(nodes, 1)))


def _grows(problem: Problem, probes: Sequence[Probe]) -> bool:
    """Whether the size of the graph changes from point to point, as that of a loop which an input bounds: such an f is not tried
    at very large inputs."""
    return problem.text is None and len({len(topological_order(*p.recorded.outputs)) for p in probes}) > 2


def more_probes(problem: Problem, probes: list[Probe], claims: Sequence[Claim], ranges: Ranges) -> list[Probe]:
    """More points: on both sides of where a claim's own formula changes from one branch to another, and where a claim computed in
    floats differs from the gradient in floats."""
    known = {probe.point for probe in probes}
    points = _thresholds_of_claims(problem, probes, claims, ranges)
    points += _suspects(problem, claims, ranges) if len(probes[0].recorded.outputs) == 1 else []
    more = [probe_at(problem, point, False) for point in dict.fromkeys(points) if point not in known]
    return probes + [probe for probe in more if probe is not None]


def _thresholds_of_claims(problem: Problem, probes: list[Probe], claims: Sequence[Claim], ranges: Ranges) -> list[Point]:
    points: list[Point] = []
    for claim in _one_a_source(claims):
        source = claim.source
        if not isinstance(source, Text) or not set(source.formula.names) <= set(problem.names) or source.is_number:
            continue
        template = dict(zip(problem.names, problem.rebuild([0.0] * problem.size)))
        branches = Problem(source.text, {name: template[name] for name in source.formula.names})
        places = [problem.labels.index(label) for label in branches.labels]
        recorded = [value_or_none(partial(branches.record, [p.point[k] for k in places])) for p in probes[:6]]
        found = at_thresholds([r for r in recorded if r is not None], branches, [ranges[k] for k in places], MOST // 6)
        points += [_replaced(base.point, places, point) for point, base in zip(found, itertools.cycle(probes))]
    return points


def _replaced(point: Point, places: Sequence[int], numbers: Sequence[float]) -> Point:
    whole = list(point)
    for k, x in zip(places, numbers):
        whole[k] = x
    return tuple(whole)


def _one_a_source(claims: Iterable[Claim]) -> list[Claim]:
    return list({id(claim.source): claim for claim in claims}.values())


def _suspects(problem: Problem, claims: Sequence[Claim], ranges: Ranges) -> list[Point]:
    """Points where a claim, in floats, is not the gradient in floats: a cheap look at many, for errors in narrow places."""
    watched = [c for c in claims if c.relation == "=" and c.target.output is not None and isinstance(c.source, (Text, Called))
               and isinstance(c.target.place, int)]
    if not watched or problem.size > 8:
        return []
    points: list[Point] = []
    nodes = 0
    for point in spread(ranges, DEFAULT, SCREENED):
        recorded = value_or_none(partial(problem.record, point))
        if recorded is None:
            continue
        nodes += len(topological_order(*recorded.outputs))
        if nodes > SCREENING or len(points) >= SUSPECTS:
            break
        if any([_differs(problem, claim, recorded) for claim in watched]):
            points.append(point)
    return points


def _differs(problem: Problem, claim: Claim, recorded: Recorded) -> bool:
    output = recorded.outputs[0] if claim.target.output == 0 else None
    if output is None or not isinstance(claim.target.place, int):
        return False
    try:
        claimed = claim.source.in_floats(dict(zip(problem.names, problem.rebuild(list(recorded.point)))), problem, claim.part)
    except (AutogradError, ArithmeticError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        return False
    true = gradient(output, recorded.leaves[claim.target.place])
    return claimed is not None and math.isfinite(true) and not abs(claimed - true) <= SUSPECT * (abs(true) + abs(claimed)) + 1e-9
