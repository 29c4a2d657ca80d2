"""The points at which claims are tried: spread over the domain, simple and special ones, on both sides of every threshold, and
where floats already show that a claim is off."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from ..arithmetic.floats import IEEE
from ..derivatives import gradient
from ..engine import Value
from ..errors import AutogradError, InputError
from ..inputs import described, real
from ..replay import operands_in, replay
from ..text import did_you_mean, listed
from ..traversal import topological_order
from .arguments import is_range
from .claims import Claim
from .problem import Point, Problem, Recorded, signature_of, value_or_none
from .sources import Called, Formula
from .truth import Probe, probe_at

Range = tuple[float, float]
Ranges = Sequence[Range | None]                                      # None where the domain gives none

DEFAULT = (-3.0, 3.0)
FALLBACKS = ((0.1, 3.0), (0.05, 0.95), (1.05, 5.0), (-0.95, 0.95), (1e-3, 1e3))  # tried if f has hardly any values in the default
SPECIAL = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 10.0, -10.0, 1e-3, 20.0, -20.0, 50.0, -50.0, 100.0, -100.0, 300.0)
FAR = (1e-8, -1e-8, 1e3, 1e8, -1e8)                                  # where floats lose their digits
ATTEMPTS = 60_000                                                    # nodes visited in the search for thresholds
SIMPLE = ((2.0, 1.0, -1.0), (1.0, 2.0, -1.0), (-1.0, 2.0, 1.0), (3.0, -2.0, 2.0), (0.5, 2.0, -0.5), (1.0,), (-1.0,), (0.0,))
EXTREME = (1e-4, 500.0)                                              # an input outside these is not moderate
DRAWN = 12                                                           # points spread over the domain
TRIES = 16                                                           # candidates for each of them
WORK = 24_000                                                        # limit for nodes times points
FEWEST, MOST = 8, 48                                                 # points
SCREENED = 120                                                       # points at which claims are screened in floats
SCREENING = 10_000                                                   # limit for nodes times such points
SUSPECT = 1e-6                                                       # a relative error that rounding cannot explain
SUSPECTS = 6                                                         # points added because of such errors


# Probes ------------------------------------------------------------------------------------------------------------------------

def probes_of(problem: Problem, opaque: bool, chosen: Sequence[Point], ranges: Ranges) -> tuple[list[Probe], list[Point]]:
    """f at the chosen points, or at points over the domain; and the points where it has no value."""
    at = partial(probe_at, problem, opaque=opaque)
    if problem.surface is not None:
        for point in chosen:
            if not problem.surface.holds(point):
                raise InputError(f"the condition does not hold at {problem.at(point)}")
        at = partial(_on_surface, problem, opaque, ranges)
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


def _on_surface(problem: Problem, opaque: bool, ranges: Ranges, point: Point) -> Probe | None:
    """f at the point nearby where the side conditions hold, unless that leaves the domain."""
    probe = probe_at(problem, point, opaque)
    inside = probe is not None and all([r is None or r[0] <= x <= r[1] for x, r in zip(probe.point, ranges)])
    return probe if inside else None


def overflows(problem: Problem, point: Point, opaque: bool) -> bool:
    """Whether f is too large for a float at a point, or on the way there."""
    try:
        outputs = problem.in_floats(point) if opaque else [v.data for v in problem.record(point).outputs]
    except OverflowError:                                            # our RangeError among them
        return True
    except (AutogradError, ArithmeticError, ValueError):
        return False
    return any([math.isinf(y) for y in outputs])


def spread(ranges: Ranges, default: Range, count: int) -> Iterator[Point]:
    """Points spread over the ranges, with the default where there is none; made as they are asked for."""
    return drawn([r or default for r in ranges], count)


def _budget(probes: Sequence[Probe]) -> int:
    """How many points the size of the graph allows us to try."""
    nodes = len(topological_order(*probes[0].recorded.outputs)) * len(probes[0].recorded.outputs)
    return max(FEWEST, min(MOST, WORK // max(nodes, 1)))


def _grows(problem: Problem, probes: Sequence[Probe]) -> bool:
    """Whether the size of the graph varies from point to point, as with a loop whose length is an input. Such an f is not tried
    at very large inputs."""
    return problem.text is None and len({len(topological_order(*p.recorded.outputs)) for p in probes}) > 2


def more_probes(problem: Problem, probes: list[Probe], claims: Sequence[Claim], ranges: Ranges) -> list[Probe]:
    """The probes and more: on both sides of the thresholds in a claim's own formula, and where a claim differs from the gradient
    when both are computed in floats."""
    known = {probe.point for probe in probes}
    points = _thresholds_of_claims(problem, probes, claims, ranges)
    points += _suspects(problem, claims, ranges) if len(probes[0].recorded.outputs) == 1 else []
    more = [probe_at(problem, point, False) for point in dict.fromkeys(points) if point not in known]
    return probes + [probe for probe in more if probe is not None]


def _thresholds_of_claims(problem: Problem, probes: list[Probe], claims: Sequence[Claim], ranges: Ranges) -> list[Point]:
    points: list[Point] = []
    for claim in _one_a_source(claims):
        source = claim.source
        if not isinstance(source, Formula) or not set(source.formula.names) <= set(problem.names) or source.is_number:
            continue
        template = dict(zip(problem.names, problem.rebuild([0.0] * problem.size)))
        branches = Problem(source.formula, {name: template[name] for name in source.formula.names})
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
    """Points where a claim in floats is not the gradient in floats: a cheap look at many finds errors in narrow places."""
    watched = [c for c in claims if c.relation == "=" and c.target.output is not None and isinstance(c.source, (Formula, Called))
               and isinstance(c.target.place, int)]
    if not watched or problem.size > 8 or problem.surface is not None:
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
        slopes = gradient(recorded.outputs[0], recorded.leaves)      # one sweep for all claims
        if any([_differs(problem, claim, recorded, slopes) for claim in watched]):
            points.append(point)
    return points


def _differs(problem: Problem, claim: Claim, recorded: Recorded, slopes: Sequence[float]) -> bool:
    if claim.target.output != 0 or not isinstance(claim.target.place, int):
        return False
    try:
        claimed = claim.source.in_floats(dict(zip(problem.names, problem.rebuild(list(recorded.point)))), problem, claim.part)
    except (AutogradError, ArithmeticError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        return False
    true = slopes[claim.target.place]
    return claimed is not None and math.isfinite(true) and not abs(claimed - true) <= SUSPECT * (abs(true) + abs(claimed)) + 1e-9


# Points ------------------------------------------------------------------------------------------------------------------------

def ranges_of(problem: Problem, domain: Mapping[str, Any]) -> list[Range | None]:
    """The range of each flat input, or None where the domain gives none."""
    known: list[Range | None] = []
    for name in domain:
        if name not in problem.names and name not in problem.labels:
            hint = did_you_mean(name, problem.names) or f": f takes {listed(problem.names)}"
            raise InputError(f"the domain names {name}, which is not an argument of f{hint}")
    for label in problem.labels:
        name = label.partition("[")[0]
        known.append(_range(domain[label], label) if label in domain
                     else _part(domain[name], label, name) if name in domain else None)
    return known


def _part(ranges: Any, label: str, name: str) -> Range:
    """The range of w[1][2] in the domain of w, which is one range for all or a nested list of them."""
    for k in label[len(name):].replace("[", " ").replace("]", " ").split():
        if is_range(ranges) or not isinstance(ranges, (list, tuple)) or not k.isdigit() or int(k) >= len(ranges):
            break
        ranges = ranges[int(k)]
    return _range(ranges, label)


def _range(pair: Any, label: str) -> Range:
    if not is_range(pair):
        raise InputError(f"the domain of {label} must be a pair (lo, hi), got {described(pair)}")
    lo, hi = real(pair[0]), real(pair[1])
    if not lo <= hi:
        raise InputError(f"the domain of {label} must be (lo, hi) with lo <= hi, got {pair!r}")
    return lo, hi


def drawn(ranges: Sequence[Range], count: int) -> Iterator[Point]:
    """Points spread evenly over a box, with few digits: Roberts' sequence of the generalised golden ratio."""
    n = len(ranges)
    phi = 2.0
    for _ in range(60):
        phi = (1.0 + phi) ** (1.0 / (n + 1))
    for k in range(1, count + 1):
        yield tuple([_scaled((0.5 + k * phi ** -(j + 1)) % 1.0, *r) for j, r in enumerate(ranges)])


def _scaled(t: float, lo: float, hi: float) -> float:
    """The number at the fraction t of the way from lo to hi, rounded to three digits if that stays in between. The way is
    logarithmic if the range spans more than three powers of ten."""
    lo, hi = max(lo, -1e6), min(hi, 1e6)                             # the range may be infinite
    wide = lo > 0.0 and hi > 1e3 * lo
    x = math.exp(math.log(lo) + (math.log(hi) - math.log(lo)) * t) if wide else lo + (hi - lo) * t
    short = float(f"{x:.3g}")
    return short if lo <= short <= hi else min(max(x, lo), hi)


def special(ranges: Ranges, bases: Sequence[Point], most: int, moderate: bool = False) -> list[Point]:
    """Simple points, then points with one special input: 0, 1, large, small, or an end of its range. With `moderate`, very large
    and very small inputs are left out."""
    points = itertools.islice(_special(len(ranges), ranges, bases, moderate), 20 * most)
    return _inside(points, ranges, most)


def _inside(points: Iterable[Point], ranges: Ranges, most: int) -> list[Point]:
    """The first `most` different points within the ranges."""
    inside = [p for p in points if all([r is None or r[0] <= x <= r[1] for x, r in zip(p, ranges)])]
    return list(dict.fromkeys(inside))[:most]


def _special(n: int, ranges: Ranges, bases: Sequence[Point], moderate: bool) -> Iterator[Point]:
    for pattern in SIMPLE:
        yield tuple([pattern[j % len(pattern)] for j in range(n)])
    for rank, x in enumerate(SPECIAL[:9]):
        yield from (_with(bases[(rank + j) % len(bases)], j, x) for j in range(n))
    for j, r in enumerate(ranges):
        yield from (_with(base, j, end) for base, end in zip(bases, r or ()) if math.isfinite(end))
    for rank, x in enumerate((*(() if moderate else FAR), *SPECIAL[9:])):
        yield from (_with(bases[(rank + j) % len(bases)], j, x) for j in range(n))


def _with(point: Point, j: int, x: float) -> Point:
    return (*point[:j], x, *point[j + 1:])


def at_thresholds(recorded: Sequence[Recorded], problem: Problem, ranges: Ranges, most: int) -> list[Point]:
    """Points at the kinks of the graphs and on both sides of them, found by Newton's method along one input; and on both sides of
    where a function with Python's own `if` records a different graph."""
    found: list[Point] = []
    visited = 0
    for base in recorded[:4]:
        for v in topological_order(*base.outputs):
            if v.op is None or v.op.kink is None or not v.parents or len(found) >= 3 * most:
                continue
            order = topological_order(v)
            for leaf in [x for x in order if x.op is None]:
                j = base.place.get(leaf)
                if j is None or visited > ATTEMPTS:
                    continue
                root, steps = _root(v, order, leaf)
                visited += steps * len(order)
                if root is not None:
                    found += [_with(base.point, j, x) for x in (root, *_beside(root))]
    for p, q in itertools.pairwise(recorded):
        if len(found) < 4 * most and _signature(p) != _signature(q):
            found += _change(problem, p, q)
    return _inside(found, ranges, most)


def _beside(root: float) -> list[float]:
    """Numbers with few digits on both sides of a root, at two distances."""
    gaps = [0.1 * max(abs(root), 1.0)] + ([0.1 * abs(root)] if 0.0 < abs(root) < 1.0 else [])
    return [float(f"{root + sign * gap:.4g}") for gap in gaps for sign in (-1.0, 1.0)]


def _root(v: Value, order: Sequence[Value], leaf: Value) -> tuple[float | None, int]:
    """Where the kink of a node lies along one leaf, or None if a few Newton steps do not reach it; and how often the graph was
    computed for that."""
    kink = v.op.kink if v.op is not None else None
    assert kink is not None

    def distance(x: float) -> float:
        values = replay(IEEE, order[:-1], {leaf: IEEE.number(x)})
        return float(kink(IEEE, *operands_in(IEEE, v, values)))

    x = leaf.data
    here = distance(x)
    for count in range(12):
        if here == 0.0:
            return x, 2 * count + 1
        step = 1e-6 * max(abs(x), 1e-3)
        slope = (distance(x + step) - here) / step
        if not math.isfinite(slope) or slope == 0.0 or not math.isfinite(here):
            return None, 2 * count + 2
        x -= here / slope
        x = float(f"{x:.12g}")                                       # 3 instead of 3.0000000000000004
        here = distance(x)
    return (x if abs(here) < 1e-9 else None), 25


def _signature(recorded: Recorded) -> Any:
    return signature_of(topological_order(*recorded.outputs))


def _change(problem: Problem, p: Recorded, q: Recorded) -> list[Point]:
    """Two points between p and q, close together, that record different graphs; and the middles between each and its end."""
    low, high, first = p.point, q.point, _signature(p)
    for _ in range(50):
        middle = tuple([a + (b - a) / 2 for a, b in zip(low, high)])
        there = value_or_none(partial(problem.record, middle))
        if there is None or middle in (low, high):
            break
        low, high = (middle, high) if _signature(there) == first else (low, middle)
    return [tuple([a + (b - a) / 2 for a, b in zip(*pair)]) for pair in ((p.point, low), (high, q.point))] + [low, high]


def is_extreme(point: Iterable[float]) -> bool:
    """Whether an input is so large or so small that floats may lose their digits."""
    return any([abs(x) > EXTREME[1] or 0.0 < abs(x) < EXTREME[0] for x in point])


@lru_cache(maxsize=4096)
def simplicity(point: Point) -> tuple[bool, bool, float]:
    """A sort key: moderate points first, then those without zeros, then those with the fewest digits."""
    equal = len(point) - len(set(map(abs, point)))
    digits = sum([len(f"{abs(x):.12g}") + (x < 0) * 0.5 + min(abs(x), 1e3) * 0.01 for x in point])
    return is_extreme(point), 0.0 in point, digits + 0.75 * equal


def usable(record: Callable[[Point], Any | None], candidates: Iterable[Point], wanted: int) -> tuple[list[Any], list[Point]]:
    """What `record` returns for the first `wanted` candidates with a value; and those without one."""
    found: list[Any] = []
    skipped: list[Point] = []
    for point in candidates:
        if len(found) == wanted:
            break
        made = record(point)
        if made is None:
            skipped.append(point)
        else:
            found.append(made)
    return found, skipped
