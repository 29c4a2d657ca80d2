"""f's graph at one point, and its true derivatives there.

A function of Values is recorded and computed with 60 digits. One that leaves the graph (`math.exp`, `.data`) is differentiated
with differences of floats, which come with a bound on their error.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from ..arithmetic.referee import DIGITS, nearest, referee
from ..engine import Value
from ..errors import InputError
from ..replay import replay
from ..tape import Tape
from ..traversal import topological_order
from ..trees import flatten, labelled, parted
from .differences import derivative, has_corner
from .exact import TOLERANCE, ExactGraph, Slope, slope
from .problem import Point, Problem, Recorded, signature_of, value_or_none

Index = int | str                                                    # the number of an input or output, or the label of a step
DOUBTS = 100                                                         # a slope beside a kink may be off by so many times its doubt
LIMIT = 1e-6                                                         # how closely slopes around a point must agree, of their size
BESIDE = 1e-9                                                        # the distance, of |x|, to points right beside one


@dataclass(frozen=True)
class Target:
    """What a claim is about: ∂of/∂by, or without `by` the value of a step or an output. `output` and `place` are where to find
    the two in the problem."""

    of: str
    by: str
    output: Index | None
    place: Index
    first: str = ""                                                  # the input of the first of two derivatives

    @property
    def label(self) -> str:
        """∂e/∂b; ∂²e/∂a∂b for a second derivative; for the value of a step, c."""
        if self.first:
            return f"∂²{self.of}/∂{self.by}²" if self.first == self.by else f"∂²{self.of}/∂{self.first}∂{self.by}"
        return f"∂{self.of}/∂{self.by}" if self.by else self.of

    def is_mirror_of(self, other: Target) -> bool:
        """Whether the two are mirrored at the diagonal of a matrix: ∂f/∂w[0][1] and ∂f/∂w[1][0]; ∂f[0]/∂x[1] and ∂f[1]/∂x[0]."""
        (f, rows), (w, places) = parted(self.of), parted(self.by)
        (g, others), (x, theirs) = parted(other.of), parted(other.by)
        if (f, w) != (g, x) or self.label == other.label:
            return False
        if len(places) == 2 and rows == others:
            return theirs == places[::-1]
        return len(rows) == len(places) == 1 and (others, theirs) == (places, rows)


@dataclass(frozen=True)
class Truth:
    """The true value of a target at a point: any number from `low` to `high`, give or take `doubt`.

    Errors are relative to `size`. `note` says why there is a range, or why nothing is known. It `is_limit` if it is that of the
    slopes around a point at which f has another formula.
    """

    value: Any
    low: Any
    high: Any
    size: Any
    doubt: Any = 0.0
    note: str = ""
    is_limit: bool = False


def _smooth(value: Any, sides: list[Any], size: Any, doubt: Any) -> Truth:
    """The truth where the slopes on both sides agree: kinks have cancelled, or a case fills a hole, as in (exp(x) - 1)/x at 0.
    What the graph itself gives is then exact, or one of its conventions, which counts for nothing."""
    slope = (sides[0] + sides[1]) / 2
    if abs(value - slope) <= doubt:
        return Truth(value, value, value, size, doubt)
    return Truth(slope, slope, slope, max(size, abs(slope)), doubt)


def _doubt(slopes: Sequence[Slope], size: Any) -> Any:
    """How far apart slopes may be that are one."""
    return TOLERANCE * size + sum([DOUBTS * s.doubt + 1e-20 * abs(s.value) for s in slopes])


def _unknown(note: str) -> Truth:
    return Truth(None, None, None, None, note=note)


class Probe:
    """A function recorded at a point, with its derivatives with 60 digits."""

    is_opaque = False

    def __init__(self, problem: Problem, recorded: Recorded) -> None:
        self.problem = problem
        self.recorded = recorded
        self.is_beside = False                                       # stands right beside another
        self.is_extreme = False                                      # has very large or small inputs that nobody asked for
        self.point: Point = recorded.point
        self.digits = DIGITS
        self._exact: dict[Value, ExactGraph] = {}
        self._truths: dict[Target, Truth] = {}
        self._moved: dict[tuple[float, bool], Probe | None] = {}
        self._finer: dict[int, Probe] = {}
        self.tapes: dict[ExactGraph, tuple[Tape, Any]] = {}          # in floats, with the signature of each

    def moved(self, move: float, whole: bool = False) -> Probe | None:
        """The probe with every input scaled by 1 + move. With `whole`, f is recorded there, and None means that it has no value;
        otherwise only the point changes, which is enough to evaluate a claim."""
        if (move, whole) not in self._moved:
            point = tuple([x * (1.0 + move) for x in self.point])
            there = probe_at(self.problem, point, self.is_opaque) if whole else type(self)(self.problem, self.recorded)
            if there is not None:
                there.point = point
            self._moved[move, whole] = there
        return self._moved[move, whole]

    @property
    def finer(self) -> Probe:
        """The probe with twice the digits."""
        return self.with_digits(2 * self.digits)

    def with_digits(self, digits: int) -> Probe:
        """The probe with this many digits."""
        if digits not in self._finer:
            self._finer[digits] = probe = type(self)(self.problem, self.recorded)
            probe.point, probe.digits, probe.is_extreme = self.point, digits, self.is_extreme
        return self._finer[digits]

    def digits_to_see(self, target: Target) -> int:
        """How many digits it takes until nothing is lost in a sum with the largest number: at (1, 1e-300), or beside sinh(100)²,
        it takes more than 120."""
        known = self.located(target)
        numbers = [*self.point, 1.0, *([nearest(known[0].scale), nearest(known[0].gradient[known[1]])] if known else [])]
        orders = [math.log10(min(abs(x), sys.float_info.max)) for x in numbers if x]
        return 2 * DIGITS + 2 * math.ceil(max(orders) - min(orders))

    @cached_property
    def beside(self) -> list[Recorded]:
        """f recorded right beside the point, on several sides, if that gives a different graph, as Python's own `if` does at a
        threshold, and a case that fills a hole. Otherwise nothing."""
        if self.is_opaque or not self.problem.branches:
            return []
        here = signature_of(topological_order(*self.recorded.outputs))
        found = []
        for signs in ((1.0,), (-1.0,), (1.0, -1.0), (-1.0, 1.0)):
            point = [x + signs[k % len(signs)] * BESIDE * (abs(x) or 1.0) for k, x in enumerate(self.point)]
            there = value_or_none(partial(self.problem.record, point), beside=True)
            found += [there] if there is not None else []
        return found if any([signature_of(topological_order(*there.outputs)) != here for there in found]) else []

    def _find(self, place: Index) -> Value | None:
        return self.recorded.leaves[place] if isinstance(place, int) else self.steps.get(place)

    @cached_property
    def steps(self) -> dict[str, Value]:
        """The nodes of the named steps by label: c, or p[0], p[1] for a list."""
        known: dict[str, Value] = {}
        for name, x in self.recorded.steps.items():
            known.update([(label, v) for label, v in zip(labelled(x, name), flatten(x)[0]) if isinstance(v, Value)])
        return known

    def output(self, place: Index) -> Value | None:
        """The node of an output or a step, or None if this graph has no such step."""
        return self.recorded.outputs[place] if isinstance(place, int) else self.steps.get(place)

    def exact(self, output: Value) -> ExactGraph:
        """The derivatives of an output or a step by all inputs and steps."""
        if output not in self._exact:
            by = list(dict.fromkeys([*self.recorded.leaves, *self.steps.values()]))
            self._exact[output] = ExactGraph(output, by, self.recorded.exact, self.digits)
        return self._exact[output]

    def located(self, target: Target) -> tuple[ExactGraph, int] | None:
        """The graph of a target's output, and the number of its input there; None if this graph has no such step."""
        if target.output is None:
            return None                                              # the target is a value
        output, place = self.output(target.output), self._find(target.place)
        if output is None or place is None:
            return None
        graph = self.exact(output)
        return graph, graph.place[place]

    def truth(self, target: Target) -> Truth:
        """The true value of a target here."""
        if target not in self._truths:
            self._truths[target] = self._find_truth(target)
        return self._truths[target]

    def _find_truth(self, target: Target) -> Truth:
        if target.output is None:
            value = self._value(target.place)
            return Truth(value, value, value, abs(value))
        known = self.located(target)
        if known is None:
            return _unknown("this step does not exist here")
        graph, k = known
        value, size = graph.gradient[k], graph.size[k]
        if not (abs(value) < math.inf and abs(size) < math.inf):
            return _unknown("the slope is infinite" if value == value else "the partial is undefined")
        if not graph.kinks:
            around = self._around(target, graph) if size == 0 and not self.is_beside else None
            return around or Truth(value, value, value, size)
        slopes = [s for s in (slope(graph, k, side) for side in (-1, 1)) if s.settles and abs(s.value) < math.inf]
        sides = [s.value for s in slopes]
        if not sides:
            return _unknown("the output jumps here, or its slope is infinite")
        doubt = _doubt(slopes, size)
        if len(sides) == 2 and abs(sides[0] - sides[1]) <= doubt:
            return _smooth(value, sides, size, doubt)
        low, high = min(value, *sides), max(value, *sides)
        note = f"a kink at {self.problem.at(self.point)}: any slope in {nearest(low):.6g} … {nearest(high):.6g} is right"
        is_kink = high - low > doubt
        return Truth(value, low, high, size, 1e-20 * (abs(low) + abs(high)), note if is_kink else "")

    def _around(self, target: Target, graph: ExactGraph) -> Truth | None:
        """The truth of a flat piece that is a single point, such as the 1 in (exp(x) - 1)/x if x != 0 else 1: the limit of the
        slopes around it. None if there is no such limit, or f jumps there."""
        found = []
        for recorded in self.beside:
            probe = Probe(self.problem, recorded)
            probe.is_beside = True
            truth, known = probe.truth(target), probe.located(target)
            if truth.value is None or truth.low != truth.high or known is None:
                return None
            if abs(known[0].value - graph.value) > LIMIT * (abs(graph.value) + abs(truth.value)):
                return None
            found.append(truth.value)
        scale = max([abs(slope) for slope in found], default=0) + abs(graph.value)
        if not found or max(found) - min(found) > LIMIT * scale:
            return None
        limit = sum(found) / len(found)                              # what is odd in the distance cancels
        return Truth(limit, limit, limit, scale, LIMIT * (max(found) - min(found)) + BESIDE ** 2 * scale, is_limit=True)

    def _value(self, place: Index) -> Any:
        v = self.output(place)
        assert v is not None
        return ExactGraph(v, [], self.recorded.exact, self.digits).value

    def rounding(self, target: Target) -> Any:
        """How much the true derivative changes with the last bits of the inputs."""
        known = self.located(target)
        return 0.0 if known is None else known[0].rounding[known[1]]

    @cached_property
    def numbers(self) -> dict[str, Any]:
        """The numbers that a formula may use, with 60 digits, by name: the inputs, the named steps, the output."""
        m = referee(self.digits)
        values: dict[Value, Any] = {}
        for v in (*self.recorded.outputs, *self.steps.values()):
            if v not in values:
                known_values = self._exact[v].values if v in self._exact else replay(
                    m, topological_order(v), {x: m.number(q) for x, q in self.recorded.exact.items()})
                values.update(known_values)
        known: dict[str, Any] = {}
        for name, x in (*zip(self.problem.names, self.recorded.arguments), *self.recorded.steps.items()):
            leaves, _ = flatten(x)
            known[name] = _as_lists(x, iter([values[v] if v in values else m.number(v.data if isinstance(v, Value) else v)
                                             for v in leaves]))
        outputs = [values[v] for v in self.recorded.outputs]
        known.setdefault(self.problem.output, outputs[0] if len(outputs) == 1 else outputs)
        return known

    @property
    def arguments(self) -> list[Any]:
        """The arguments, in their structure, as 60-digit numbers."""
        m = referee(self.digits)
        result: list[Any] = self.problem.rebuild([m.number(x) for x in self.point])
        return result


class OpaqueProbe(Probe):
    """A function of floats at a point, with its derivatives by finite differences."""

    is_opaque = True

    def _find_truth(self, target: Target) -> Truth:
        """The true value of a target here, as far as finite differences can tell."""
        m = referee()
        if target.output is None or not isinstance(target.place, int) or not isinstance(target.output, int):
            raise InputError(f"{target.label} cannot be checked: f leaves the graph (math.*, .data), so it has no named steps")
        j, k = target.place, target.output

        def along(x: float) -> float:
            return self.problem.in_floats((*self.point[:j], x, *self.point[j + 1:]))[k]

        value, doubt = derivative(along, self.point[j])
        if value is None:
            return _unknown("the differences do not settle")
        if has_corner(along, self.point[j]):
            return _unknown(f"f has a kink or a jump at {self.problem.at(self.point)}")
        return Truth(m.number(value), m.number(value), m.number(value), m.number(abs(value)), m.number(doubt))

    def located(self, target: Target) -> tuple[ExactGraph, int] | None:
        """None, for there is no graph."""
        return None


def _as_lists(x: Any, numbers: Any) -> Any:
    """The numbers in the structure of x, with arrays as lists, which formulas take."""
    if hasattr(x, "tolist") and hasattr(x, "shape") and not isinstance(x, Value):
        x = x.tolist()
    if isinstance(x, (list, tuple)):
        return [_as_lists(item, numbers) for item in x]
    if isinstance(x, dict):
        return [_as_lists(item, numbers) for item in x.values()]
    return next(numbers)


def probe_at(problem: Problem, point: Point, opaque: bool) -> Probe | None:
    """The probe at a point, or None if the function has no finite value there. Under side conditions it is moved to where they
    hold."""
    if problem.surface is not None:
        on = problem.surface.nearest(point)
        if on is None:
            return None
        point = on
    if not opaque:
        recorded = value_or_none(lambda: problem.record(point))
        finite = recorded is not None and all([math.isfinite(v.data) for v in recorded.outputs])
        return Probe(problem, recorded) if recorded is not None and finite else None
    outputs = value_or_none(lambda: problem.in_floats(point))
    if outputs is None or not all([math.isfinite(y) for y in outputs]):
        return None
    leaves = [Value(x, name=label) for x, label in zip(point, problem.labels)]
    return OpaqueProbe(problem, Recorded(point, leaves, problem.rebuild(list(leaves)), [Value(y) for y in outputs], {}))
