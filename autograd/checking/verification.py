"""`verify`: are these hand-derived partials right? If not: at which simplest point, and what may have gone wrong."""

from __future__ import annotations

import itertools
import statistics
from functools import partial
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ..arithmetic import described, nearest
from ..engine import topological_order
from ..errors import AutogradError, InputError, OperandError
from ..structure import flatten
from .claims import Claim, Reader, Text
from .diagnosis import diagnosed
from .differences import is_recorded
from .points import (
    DEFAULT,
    DRAWN,
    FALLBACKS,
    SIMPLE,
    TRIES,
    at_thresholds,
    drawn,
    is_extreme,
    ranges_of,
    simplicity,
    special,
    usable,
)
from .probe import TOLERANCE, Probe, Truth, probe_at
from .problem import Point, Problem, arguments_at, checked_numbers, function_of, template_of, value_or_none
from .report import INCONCLUSIVE, RIGHT, WRONG, ClaimFinding, Report
from .samples import Case, Outcome

WORK = 24_000                                                        # nodes times points
FEWEST, MOST = 12, 48                                                # points
SETTLED = 3                                                          # as many points make a claim right
UNSEEN = 1e-40                                                       # of a typical slope: 60 digits may have cancelled
NEARLY = 1e-6                                                        # an error that rounding might explain
LAST_BITS = 2.0 ** -48                                               # of a number of size 1, with some arithmetic
IN_FLOATS = 1e-9                                                     # an error that the rounding of floats does not explain


def verify(f: Any, claims: Any, *, domain: Optional[Mapping[str, Any]] = None, points: Optional[Any] = None) -> Report:
    """Whether hand-derived partial derivatives of f are right; where one is wrong, how wrong, and by which slip.

    f is recorded at many points, and differentiated with 60 digits; so are the claims computed. A claim is right if it differs
    nowhere by more than 1e-12 of the sum of the absolute products along all paths. At a kink any slope between the two sides is
    right. A function of floats alone (`math.exp`) is judged by differences, which may find it "inconclusive".

    Args:
        f: a formula as text, with named steps if you like, or a function of Values. Its result may be a list.
        claims: a mapping of names to formulas, numbers or functions, such as {"a": "b + 1"}; a name may be that of an input, of
            an element of one ("w[1][2]"), or of a named step. Or lines, ["de/da = b + 1", "de/db = a + b"]. Or a function of
            f's arguments that returns all partials, as a hand-written backward pass does. For a result with several numbers, a
            list with one claim for each, or a Jacobian with a row for each.
        domain: a mapping of names to ranges (lo, hi), or lists of ranges for lists. What it leaves out lies around 0.
        points: where to try the claims, instead of points drawn over the domain: a list of points as `gradcheck` takes them.

    Returns a Report: true only if all claims are right. Raises InputError, FormulaError or OperandError for what cannot be read,
    is about no input of f, or has the wrong number of parts; GradientError never (see `Report.raise_if_wrong`).

    >>> report = verify("c = a + b; d = b + 1; e = c*d", {"a": "b + 1", "b": "b + 1"})
    >>> bool(report)
    False
    >>> print(report)
    verify c = a + b; d = b + 1; e = c*d
    partial  claimed  verdict  at            you  should be  ratio
    ∂e/∂a    b + 1    right    48 points
    ∂e/∂b    b + 1    wrong    a = 2, b = 1  2    5          2/5
    <BLANKLINE>
    ∂e/∂b = b + 1 is wrong at a = 2, b = 1: you have 2, it should be 5.
      Likely: the path b → d → e is forgotten (one term of the product rule): its term ∂e/∂d · ∂d/∂b = 3 × 1 = 3 is missing
      Or: that is ∂e/∂a
    """
    function = function_of(f)
    _check_domain(domain)
    given = _points(points)
    problem, opaque = _problem(f, function, claims, domain or {}, given)
    chosen = [tuple(checked_numbers(_flat(problem, p), problem.labels)) for p in given]
    ranges = ranges_of(problem, domain or {})
    probes, skipped = _probes(problem, opaque, chosen, ranges)
    if not probes:
        raise InputError(f"f has no value at any of {skipped} points: give a domain where it has one, such as "
                         f"domain={{{(problem.labels or ['x'])[0]!r}: (1, 2)}}")
    read = Reader(problem, probes[0]).read(claims)
    if not chosen and not opaque:
        probes = _with_thresholds_of_claims(problem, probes, read, ranges)
    cases = [_case(problem, claim, probes) for claim in read]
    findings = [_finding(problem, case) for case in cases]
    if any([finding.verdict == WRONG for finding in findings]):
        findings = diagnosed(problem, cases, findings)
    return Report(f"verify {problem.text or 'f'}", findings, _notes(problem, read, skipped, len(probes[0].recorded.outputs)))


# What is asked ------------------------------------------------------------------------------------------------------------------

def _check_domain(domain: Any) -> None:
    if domain is not None and not isinstance(domain, Mapping):
        raise OperandError(f"domain is a mapping of names to ranges, as {{'x': (0, 1)}}, not {described(domain)}")


def _points(points: Any) -> List[Any]:
    if points is None:
        return []
    if isinstance(points, Mapping):
        return [points]
    if not isinstance(points, (list, tuple)):
        raise OperandError(f"points is a list of points, as [{{'a': 2, 'b': 1}}], not {described(points)}")
    if not points:
        raise InputError("points is empty: leave it out to have points drawn")
    return list(points)


def _flat(problem: Problem, point: Any) -> List[Any]:
    arguments, _ = arguments_at(problem.function, point)
    numbers = flatten(arguments)[0]
    if len(numbers) != problem.size:
        raise InputError(f"a point has {len(numbers)} numbers, the first has {problem.size}: {', '.join(problem.labels[:6])}")
    return numbers


def _problem(f: Any, function: Any, claims: Any, domain: Mapping[str, Any], points: Sequence[Any]) -> Tuple[Problem, bool]:
    """The problem, with the structure of its arguments, and whether f leaves the graph."""
    templates = [template_of(function, claims, domain, points), template_of(function, None, domain, points)]
    failure: Optional[Exception] = None
    for template in templates[:1] if repr(templates[0]) == repr(templates[1]) else templates:
        problem = Problem(f, template)
        try:
            return problem, _leaves_the_graph(problem, domain, points)
        except (AutogradError, TypeError, AttributeError, IndexError, KeyError) as error:
            failure = failure or error
    assert failure is not None
    if isinstance(failure, AutogradError):
        raise failure
    raise OperandError(f"f cannot be called with a number for each of {', '.join(templates[0])}: {failure}. If it takes lists, "
                       "give points, or a domain with a list of ranges") from failure


def _leaves_the_graph(problem: Problem, domain: Mapping[str, Any], points: Sequence[Any]) -> bool:
    """Whether f is a function of floats alone; raises what is wrong with it if it is one of neither floats nor Values."""
    ranges = ranges_of(problem, domain)
    starts: List[Point] = [tuple(checked_numbers(_flat(problem, p), problem.labels)) for p in points]
    starts += [] if starts else list(itertools.chain(*[_spread(ranges, fallback, 8) for fallback in (DEFAULT, *FALLBACKS)]))
    try:
        recorded = next((r for r in (value_or_none(partial(problem.record, p)) for p in starts) if r is not None), None)
    except (OperandError, TypeError, AttributeError) as error:
        try:
            numbers = [value_or_none(partial(problem.in_floats, p)) for p in starts]
        except Exception:
            raise error from None
        if any([x is not None for x in numbers]):
            return True
        raise
    if recorded is None or problem.text is not None:
        return False
    return not all(
        [is_recorded(problem.function, problem.rebuild, y, recorded.leaves, k) for k, y in enumerate(recorded.outputs)]
    )


def _spread(ranges: Sequence[Optional[Tuple[float, float]]], default: Tuple[float, float], count: int) -> List[Point]:
    return list(drawn([r or default for r in ranges], count))


# Where it is tried -----------------------------------------------------------------------------------------------------------

def _probes(
    problem: Problem, opaque: bool, chosen: Sequence[Point], ranges: Sequence[Optional[Tuple[float, float]]]
) -> Tuple[List[Probe], int]:
    """f at the points that were chosen, else at points over the domain; and at how many it has no value."""
    def at(point: Point) -> Optional[Probe]:
        return probe_at(problem, point, opaque)
    if chosen:
        return usable(at, chosen, len(chosen))
    if problem.size == 0:
        return usable(at, [()], 1)
    found, skipped = usable(at, _spread(ranges, DEFAULT, DRAWN * TRIES), DRAWN)
    for fallback in FALLBACKS:
        if len(found) >= DRAWN // 2 or None not in ranges:
            break
        more, missed = usable(at, _spread(ranges, fallback, DRAWN * 2), DRAWN - len(found))
        found, skipped = found + more, skipped + missed
    if not found:
        return [], skipped
    most = _budget(found)
    points = special(ranges, [probe.point for probe in found], 2 * most)
    simple, missed = usable(at, points, most - len(found))
    thresholds = [] if opaque else at_thresholds([p.recorded for p in found + simple[:len(SIMPLE)]], problem, ranges, most // 2)
    beside, missed_there = usable(at, thresholds, most)
    unique = {probe.point: probe for probe in (*found, *simple, *beside)}
    return list(unique.values()), skipped + missed + missed_there


def _budget(probes: Sequence[Probe]) -> int:
    """How many points the size of the graph allows."""
    nodes = len(topological_order(*probes[0].recorded.outputs)) * len(probes[0].recorded.outputs)
    return max(FEWEST, min(MOST, WORK // max(nodes, 1)))


def _with_thresholds_of_claims(problem: Problem, probes: List[Probe], claims: Sequence[Claim],
                               ranges: Sequence[Optional[Tuple[float, float]]]) -> List[Probe]:
    """More points, on both sides of where a claim's own formula changes from one branch to another."""
    known = {probe.point for probe in probes}
    more: Dict[Point, Probe] = {}
    for claim in {id(claim.source): claim for claim in claims}.values():
        source = claim.source
        if not isinstance(source, Text) or not set(source.formula.names) <= set(problem.names) or source.is_number:
            continue
        branches = Problem(source.text, {name: x for name, x in zip(problem.names, problem.rebuild([0.0] * problem.size))
                                         if name in source.formula.names})
        places = [problem.labels.index(label) for label in branches.labels]
        starts = [[p.point[k] for k in places] for p in probes[:6]]
        recorded = [value_or_none(partial(branches.record, start)) for start in starts]
        found = at_thresholds([r for r in recorded if r is not None], branches, [ranges[k] for k in places], MOST // 6)
        for point, base in zip(found, itertools.cycle(probes)):
            whole = list(base.point)
            for k, x in zip(places, point):
                whole[k] = x
            probe = probe_at(problem, tuple(whole), False) if tuple(whole) not in known else None
            if probe is not None:
                more[probe.point] = probe
    return probes + list(more.values())


# What is found ---------------------------------------------------------------------------------------------------------------

def _case(problem: Problem, claim: Claim, probes: Sequence[Probe]) -> Case:
    truths = [probe.truth(claim.target) for probe in probes]
    known = [nearest(abs(t.value)) for t in truths if t.value is not None]
    typical = statistics.median(known) if known else 0.0
    outcomes = [Outcome(probe, truth, claimed, _verdict(claim, probe, truth, claimed, typical))
                for probe, truth, claimed in zip(probes, truths, [claim.source.at(probe, claim.part) for probe in probes])]
    return Case(claim, outcomes)


def _verdict(claim: Claim, probe: Probe, truth: Truth, claimed: Any, typical: float) -> str:
    if truth.value is None:
        return INCONCLUSIVE
    if claimed is None:
        return _without_value(claim, probe)
    if claim.relation in ("<", "<=", ">", ">="):
        return RIGHT if _holds(truth.value, claim.relation, claimed) else WRONG if truth.low == truth.high else INCONCLUSIVE
    distance = max(truth.low - claimed, claimed - truth.high, 0.0)
    allowed = TOLERANCE * truth.size + _rounded(claim)
    if distance <= allowed:
        return RIGHT
    if claim.source.is_opaque or probe.is_opaque:
        return _verdict_in_floats(claim, probe, truth, distance, typical)
    if distance <= UNSEEN * typical:
        return INCONCLUSIVE                                          # as f(1 - f) far out, where f is 1 to 60 digits
    exact = isinstance(claim.source, Text) and bool(probe.problem.text)
    if not exact and distance <= NEARLY * (truth.size + typical) and distance <= allowed + 16.0 * probe.rounding(claim.target):
        return RIGHT
    return WRONG


def _rounded(claim: Claim) -> float:
    """What the digits of "≈ 0.0822" leave open."""
    digits = claim.source.digits if claim.relation == "≈" and isinstance(claim.source, Text) else None
    return digits[0] * (1.0 + 1e-9) if digits else 0.0


def _holds(a: Any, relation: str, b: Any) -> bool:
    return bool(a < b if relation == "<" else a <= b if relation == "<=" else a > b if relation == ">" else a >= b)


def _verdict_in_floats(claim: Claim, probe: Probe, truth: Truth, distance: Any, typical: float) -> str:
    """Where the claim, or f, is computed in floats: right within the noise of its last bits, wrong well beyond it."""
    scale = nearest(truth.size) + typical
    noise = 64.0 * _noise(claim, probe) + 1e-14 * nearest(truth.size) + nearest(truth.doubt)
    if distance <= noise and noise <= NEARLY * scale:
        return RIGHT
    largest = max([abs(y.data) for y in probe.recorded.outputs])
    if is_extreme(probe.point) or distance <= 16.0 * noise + IN_FLOATS * scale or distance <= LAST_BITS * (largest + typical):
        return INCONCLUSIVE
    return INCONCLUSIVE if claim.source.is_opaque and _is_rounding(claim, probe, truth, distance) else WRONG


def _noise(claim: Claim, probe: Probe) -> float:
    """By how much a claim computed in floats changes from one float to the next."""
    if not claim.source.is_opaque:
        return 0.0
    here = claim.source.at(probe, claim.part)
    nearby = [_claimed_near(claim, probe, j * 2.0 ** -52) for j in (-4, -3, -2, -1, 1, 2, 3, 4)]
    return max([nearest(abs(there - here)) for there in nearby if there is not None], default=0.0)


def _is_rounding(claim: Claim, probe: Probe, truth: Truth, distance: Any) -> bool:
    """Whether an error is of rounding: it changes from point to point without order; or the claim has lost all its digits, and
    stands still where the truth moves on, as 1 - tanh(x)**2 does far out."""
    here = claim.source.at(probe, claim.part)
    moves = [(j * 1e-7, _claimed_near(claim, probe, j * 1e-7)) for j in (-3, -1, 1, 3)]
    near = [there for _, there in moves if there is not None]
    if near and distance <= LAST_BITS and all([there == here for there in near]) and truth.value != 0:
        return True
    spots = [
        (probe_at(probe.problem, _scaled(probe.point, move), probe.is_opaque), there)
        for move, there in moves
        if there is not None
    ]
    errors = [
        there - spot.truth(claim.target).value
        for spot, there in spots
        if spot is not None and spot.truth(claim.target).value is not None
    ]
    return any([abs(error - (here - truth.value)) > 0.1 * distance for error in errors])


def _claimed_near(claim: Claim, probe: Probe, move: float) -> Any:
    """The claim at a point nearby."""
    other = Probe(probe.problem, probe.recorded)
    other.point = _scaled(probe.point, move)
    return claim.source.at(other, claim.part)


def _scaled(point: Point, move: float) -> Point:
    return tuple([x * (1.0 + move) for x in point])


def _without_value(claim: Claim, probe: Probe) -> str:
    """The verdict on a claim that has no value where the partial has one: it may be a hole in a formula that is right around it,
    as x/x at 0; but where it has none nearby either, it is wrong."""
    if claim.source.is_opaque and is_extreme(probe.point):
        return INCONCLUSIVE                                          # an overflow of floats
    for move in (1e-3, -1e-3):
        nearby = probe_at(probe.problem, tuple([x + move * (abs(x) or 1.0) for x in probe.point]), probe.is_opaque)
        if nearby is None or claim.source.at(nearby, claim.part) is not None:
            return INCONCLUSIVE
    return WRONG


def _finding(problem: Problem, case: Case) -> ClaimFinding:
    claim, target = case.claim, case.claim.target
    wrong = sorted([o for o in case.outcomes if o.verdict == WRONG], key=lambda o: simplicity(o.probe.point))
    right = [o for o in case.outcomes if o.verdict == RIGHT]
    tried = len(wrong) + len(right)
    if wrong:
        first = wrong[0]
        claimed = None if first.claimed is None else nearest(first.claimed)
        true = nearest(first.truth.value)
        ratio = nearest(first.claimed / first.truth.value) if first.claimed is not None and first.truth.value != 0 else None
        return ClaimFinding(
            target.label,
            claim.text,
            WRONG,
            tried,
            "",
            dict(zip(problem.labels, first.probe.point)),
            claimed,
            true,
            ratio,
            graph=first.probe.output(target.output or 0),
        )
    graph = case.outcomes[0].probe.output(target.output or 0) if case.outcomes else None
    if len(right) >= min(SETTLED, len(case.outcomes)) and right and len(right) >= sum([_is_doubtful(o) for o in case.outcomes]):
        return ClaimFinding(target.label, claim.text, RIGHT, tried, _note(case), graph=graph)
    return ClaimFinding(target.label, claim.text, INCONCLUSIVE, tried, _why(case, len(right)), graph=graph)


def _is_doubtful(outcome: Outcome) -> bool:
    return outcome.verdict == INCONCLUSIVE and outcome.truth.value is not None and outcome.claimed is not None \
        and not is_extreme(outcome.probe.point)


def _note(case: Case) -> str:
    """What is remarkable about a claim that is right: kinks, and holes."""
    holes = [o for o in case.outcomes if o.claimed is None and o.truth.value is not None and o.truth.low == o.truth.high
             and not is_extreme(o.probe.point)]
    if holes:
        o = min(holes, key=lambda o: simplicity(o.probe.point))
        where = o.probe.problem.at(o.probe.point)
        return f"right where it has a value; at {where} it has none, where the partial is {nearest(o.truth.value):.6g}"
    kinks = sorted(
        [o for o in case.outcomes if o.truth.note and o.truth.value is not None], key=lambda o: simplicity(o.probe.point)
    )
    return kinks[0].truth.note if kinks else ""


def _why(case: Case, right: int) -> str:
    """Why nothing can be said."""
    doubtful = sorted([o for o in case.outcomes if _is_doubtful(o)], key=lambda o: simplicity(o.probe.point))
    if doubtful:
        o = doubtful[0]
        what = "f" if o.probe.is_opaque else "the claim"
        return (
            f"{what} is computed in floats, and at {o.probe.problem.at(o.probe.point)} "
            f"claimed {nearest(o.claimed):.9g} and true "
            f"{nearest(o.truth.value):.9g} are too close to tell from rounding; autograd.exp and its like have 60 digits"
        )
    notes = [o.truth.note for o in case.outcomes if o.truth.value is None and o.truth.note]
    holes = len([o for o in case.outcomes if o.claimed is None])
    reason = (
        notes[0]
        if notes
        else f"the claim has no value at {holes} of {len(case.outcomes)} points"
        if holes
        else "there are too few points"
    )
    tried = f"right at {right} of {len(case.outcomes)} points"
    return f"{tried}, and nothing can be said of the rest: {reason}. Give a domain, or points"


def _notes(problem: Problem, claims: Sequence[Claim], skipped: int, outputs: int) -> List[str]:
    notes = []
    claimed = {claim.target.place for claim in claims if claim.target.output is not None}
    unclaimed = [label for k, label in enumerate(problem.labels) if k not in claimed]
    if unclaimed and claimed:
        names = [f"∂{problem.output}/∂{label}" for label in unclaimed]
        notes.append(f"Not claimed: {', '.join(names[:8])}{', …' if len(names) > 8 else ''}")
    if skipped:
        notes.append(
            f"{skipped} point{'s' if skipped > 1 else ''} lay outside f's domain and {'were' if skipped > 1 else 'was'} left out."
        )
    return notes


