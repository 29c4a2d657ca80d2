"""`verify`: check hand-derived partials. For a wrong one, find the simplest point that shows it, and what may have gone wrong."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..errors import AutogradError, FormulaError, InputError, OperandError
from ..inputs import described
from ..text import counted, listed
from ..trees import check_depth, flatten
from .arguments import arguments_at, checked_numbers, function_of, template_of
from .claims import Claim, Reader
from .diagnosis import diagnosed
from .points import DEFAULT, FALLBACKS, is_extreme, more_probes, probes_of, ranges_of, spread
from .problem import Point, Problem, is_recorded, value_or_none
from .report import WRONG, Report
from .truth import Probe
from .verdict import Trial, case_of, finding_of

SECONDS = 10.0                                                       # for computing the claims and what is true
FEWEST = 3                                                           # points that are tried, however long they take


def verify(f: Any, claims: Any, *, domain: Mapping[str, Any] | None = None, points: Any | None = None) -> Report:
    """Check hand-derived partial derivatives of f. For a wrong one, the report says how wrong it is and which slip explains it.

    f is recorded at many points. Its derivatives and the claims are computed with 60 digits. A claim is right if its error never
    exceeds 1e-12, relative to the true derivative if f and the claim are formulas. A function may hold rounded constants, so then
    the error is relative to the sum of the absolute path products. At a kink, any slope between the two sides is right. A
    function of plain floats (`math.exp`) is checked with finite differences, and the verdict may be "inconclusive". A check takes
    about 10 seconds at most: if they are up, fewer points are tried, and the report says so.

    Args:
        f: a formula as text, with named steps if you like, or a function of Values. It may return a list.
        claims: a mapping of names to formulas, numbers or functions, such as {"a": "b + 1"}, where a name is that of an input, of
            an element of one ("w[1][2]"), or of a named step. Or lines, ["de/da = b + 1", "de/db = a + b"]. Or a function of
            f's arguments that returns all the partials, like a hand-written backward pass. If f returns several numbers, give a
            list with one claim for each of them, or a Jacobian with one row for each.
        domain: a mapping of names to ranges (lo, hi), or to lists of ranges for lists. By default, inputs are tried around 0.
        points: where to try the claims, instead of points drawn from the domain: a list of points as `gradcheck` takes them.

    Returns a Report, which is true only if all claims are right. Raises InputError, FormulaError or OperandError if an argument
    cannot be read, a claim names no input of f, or a claim has the wrong number of parts. It never raises GradientError; for
    that, see `Report.raise_if_wrong`.

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
    check_depth(claims)
    check_depth(domain)
    given = _points(points)
    problem, opaque = _problem(f, function, claims, domain or {}, given)
    chosen = [tuple(checked_numbers(_flat(problem, p), problem.labels)) for p in given]
    ranges = ranges_of(problem, domain or {})
    try:
        probes, skipped = probes_of(problem, opaque, chosen, ranges)
    except OperandError:
        if opaque or problem.text is not None:
            raise
        opaque = True                                                # there is a point at which f leaves the graph
        probes, skipped = probes_of(problem, opaque, chosen, ranges)
    if not probes:
        raise InputError(f"f has no value at any of the points tried ({skipped}): give a domain where it has one, such as "
                         f"domain={{{(problem.labels or ['x'])[0]!r}: (1, 2)}}")
    read = Reader(problem, probes[0]).read(claims)
    if not chosen and not opaque:
        probes = more_probes(problem, probes, read, ranges)
    for probe in probes:
        probe.is_extreme = not chosen and is_extreme([x for x, r in zip(probe.point, ranges) if r is None])
    trials = _tried(read, probes)
    cases = [case_of(claim, tried) for claim, tried in zip(read, trials)]
    findings = [finding_of(problem, case) for case in cases]
    if any([finding.verdict == WRONG for finding in findings]):
        findings = diagnosed(problem, cases, findings)
    return Report(f"verify {problem.text or 'f'}", findings, _notes(problem, read, skipped, len(trials[0]), len(probes)))


# The arguments -----------------------------------------------------------------------------------------------------------------

def _check_domain(domain: Any) -> None:
    if domain is not None and not isinstance(domain, Mapping):
        raise OperandError(f"domain must be a mapping of names to ranges, such as {{'x': (0, 1)}}, got {described(domain)}")


def _points(points: Any) -> list[Any]:
    if points is None:
        return []
    if isinstance(points, Mapping):
        return [points]
    if hasattr(points, "__iter__") and not isinstance(points, (str, bytes)):
        points = list(points)
    if not isinstance(points, (list, tuple)):
        raise OperandError(f"points must be a list of points, such as [{{'a': 2, 'b': 1}}], got {described(points)}")
    if not points:
        raise InputError("points is empty: leave it out to have points chosen for you")
    return list(points)


def _flat(problem: Problem, point: Any) -> list[Any]:
    arguments, _ = arguments_at(problem.function, point)
    numbers = flatten(arguments)[0]
    if len(numbers) != problem.size:
        raise InputError(f"every point must have {counted(problem.size, 'number')}, as the first has "
                         f"({listed(problem.labels)}), got {len(numbers)}")
    return numbers


def _problem(f: Any, function: Any, claims: Any, domain: Mapping[str, Any], points: Sequence[Any]) -> tuple[Problem, bool]:
    """The problem, with the structure of its arguments, and whether f leaves the graph, so that only floats are left."""
    templates = [template_of(function, claims, domain, points), template_of(function, None, domain, points)]
    failure: Exception | None = None
    for template in templates[:1] if repr(templates[0]) == repr(templates[1]) else templates:
        problem = Problem(f, template)
        try:
            return problem, _leaves_the_graph(problem, domain, points)
        except (AutogradError, TypeError, AttributeError, IndexError, KeyError) as error:
            failure = failure or error
    assert failure is not None
    name = next(iter(templates[0]), "x")
    hint = f"If f takes lists, say how long they are, as in domain={{{name!r}: [(-3, 3)]*3}}, or give points"
    if isinstance(failure, (OperandError, FormulaError)):
        raise type(failure)(f"{failure}. {hint}") from failure
    if isinstance(failure, AutogradError):
        raise failure
    raise OperandError(f"f cannot be called with a number for each of {', '.join(templates[0])}: {failure}. {hint}") from failure


def _leaves_the_graph(problem: Problem, domain: Mapping[str, Any], points: Sequence[Any]) -> bool:
    """Whether f takes floats alone, or has no value at all. If it can be called neither with Values nor with floats, this raises
    what f raised on Values."""
    ranges = ranges_of(problem, domain)
    starts: list[Point] = [tuple(checked_numbers(_flat(problem, p), problem.labels)) for p in points]
    starts += [] if starts else list(itertools.chain(*[spread(ranges, fallback, 8) for fallback in (DEFAULT, *FALLBACKS)]))
    try:
        found = (value_or_none(partial(problem.record, p)) for p in starts)
        tried = found if problem.text is not None else list(found)   # at another point a function may take another branch
        recorded = next((r for r in tried if r is not None), None)
    except (OperandError, TypeError, AttributeError) as error:
        try:
            for p in starts:
                value_or_none(partial(problem.in_floats, p))
        except Exception:                                            # the error on Values says more than that on floats
            raise error from None
        return True
    if recorded is None or problem.text is not None:
        return False
    flows = [is_recorded(problem.function, problem.rebuild, y, recorded.leaves, k) for k, y in enumerate(recorded.outputs)]
    problem.takes_values = not all(flows)
    return problem.takes_values


def _tried(claims: Sequence[Claim], probes: Sequence[Probe]) -> list[list[Trial]]:
    """Each claim at as many probes as the time allows, the same for all."""
    deadline = time.perf_counter() + SECONDS
    trials: list[list[Trial]] = [[] for _ in claims]
    for k, probe in enumerate(probes):
        if k >= FEWEST and time.perf_counter() > deadline:
            break
        for claim, tried in zip(claims, trials):
            tried.append((probe, probe.truth(claim.target), claim.source.at(probe, claim.part)))
    return trials


def _notes(problem: Problem, claims: Sequence[Claim], skipped: int, tried: int, points: int) -> list[str]:
    notes = []
    if tried < points:
        notes.append(f"Tried {tried} of {points} points: the {SECONDS:g} seconds for a check were up.")
    claimed = {claim.target.place for claim in claims if claim.target.output is not None}
    unclaimed = [label for k, label in enumerate(problem.labels) if k not in claimed]
    if unclaimed and claimed:
        notes.append(f"Not claimed: {listed([f'∂{problem.output}/∂{label}' for label in unclaimed])}")
    if skipped:
        notes.append(f"Skipped {counted(skipped, 'point')} outside f's domain.")
    return notes
