"""One point at which claims are tried: the function's graph there, and what its derivatives truly are.

A function of Values is recorded and computed with 60 digits. One that leaves the graph (`math.exp`, `.data`) is judged by
differences of floats, which know how far off they may be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from ..arithmetic.referee import nearest, referee
from ..engine import Value
from ..errors import InputError
from ..sweep import topological_order
from ..trees import flatten, labelled
from .differences import slope
from .problem import Point, Problem, Recorded, signature_of, value_or_none
from .referee import Referee
from .ridders import derivative, has_corner
from .tape import Tape

Place = int | str                                                     # a flat input or output by number, or a step by its label
BESIDE = 1e-9                                                        # how far right beside a point is, of |x|
TOLERANCE = 1e-12                                                    # of the sum of the absolute path products


@dataclass(frozen=True)
class Target:
    """What a claim is about: d output / d place, or, without an output, the value of a place."""

    label: str
    output: Place | None
    place: Place


@dataclass(frozen=True)
class Truth:
    """What is true of a target at a point: any value from `low` to `high`, give or take the doubt.

    `size` is what errors are measured by. `note` says why the range is one, or why nothing is known.
    """

    value: Any
    low: Any
    high: Any
    size: Any
    doubt: Any = 0.0
    note: str = ""


class Probe:
    """A function recorded at a point, with its derivatives to 60 digits."""

    is_opaque = False

    def __init__(self, problem: Problem, recorded: Recorded) -> None:
        self.problem = problem
        self.recorded = recorded
        self.is_extreme = False                                      # very large or very small inputs that nobody asked for
        self.point: Point = recorded.point
        self._referees: dict[Value, Referee] = {}
        self._moved: dict[tuple[float, bool], Probe | None] = {}
        self.tapes: dict[Referee, tuple[Tape, Any]] = {}             # in floats, with the structure of each; made when needed

    def moved(self, move: float, whole: bool = False) -> Probe | None:
        """The probe with each input so much larger, relatively: with `whole` f is recorded there, None where it has no value;
        else only the numbers are others, for a claim that looks at nothing else."""
        if (move, whole) not in self._moved:
            point = tuple([x * (1.0 + move) for x in self.point])
            there = probe_at(self.problem, point, self.is_opaque) if whole else type(self)(self.problem, self.recorded)
            if there is not None:
                there.point = point
            self._moved[move, whole] = there
        return self._moved[move, whole]

    @cached_property
    def beside(self) -> list[Recorded]:
        """f recorded right beside the point, on several sides, if another graph is recorded there: as a function with Python's
        own `if` does at a threshold. Else nothing."""
        if self.is_opaque or self.problem.text is not None:
            return []
        here = signature_of(topological_order(*self.recorded.outputs))
        found = []
        for signs in ((1.0,), (-1.0,), (1.0, -1.0), (-1.0, 1.0)):
            point = [x + signs[k % len(signs)] * BESIDE * (abs(x) or 1.0) for k, x in enumerate(self.point)]
            there = value_or_none(partial(self.problem.record, point))
            found += [there] if there is not None else []
        return found if any([signature_of(topological_order(*there.outputs)) != here for there in found]) else []

    def _find(self, place: Place) -> Value | None:
        return self.recorded.leaves[place] if isinstance(place, int) else self.steps.get(place)

    @cached_property
    def steps(self) -> dict[str, Value]:
        """The named steps by label: c, or p[0], p[1] for a list."""
        known: dict[str, Value] = {}
        for name, x in self.recorded.steps.items():
            known.update([(label, v) for label, v in zip(labelled(x, name), flatten(x)[0]) if isinstance(v, Value)])
        return known

    def output(self, place: Place) -> Value | None:
        """The output or the step at a place; None if this graph has no such step."""
        return self.recorded.outputs[place] if isinstance(place, int) else self.steps.get(place)

    def referee(self, output: Value) -> Referee:
        """The derivatives of an output, or a step, by all inputs and steps."""
        if output not in self._referees:
            by = list(dict.fromkeys([*self.recorded.leaves, *self.steps.values()]))
            self._referees[output] = Referee(output, by, self.recorded.exact)
        return self._referees[output]

    def judge(self, target: Target) -> tuple[Referee, int] | None:
        """The referee of a target's output, and the number of its place there; None where this graph has no such step."""
        if target.output is None:
            return None                                              # it is about a value
        output, place = self.output(target.output), self._find(target.place)
        if output is None or place is None:
            return None
        judge = self.referee(output)
        return judge, judge.place[place]

    def truth(self, target: Target) -> Truth:
        """What is true of a target here."""
        if target.output is None:
            value = self._value(target.place)
            return Truth(value, value, value, abs(value))
        known = self.judge(target)
        if known is None:
            return Truth(None, None, None, None, note="there is no such step here")
        judge, k = known
        value, size = judge.gradient[k], judge.size[k]
        if not (abs(value) < math.inf and abs(size) < math.inf):
            return Truth(None, None, None, None, note="the slope is infinite")
        if not judge.kinks:
            return Truth(value, value, value, size)
        sides = [s.value for s in (slope(judge, k, side) for side in (-1, 1)) if s.settles and abs(s.value) < math.inf]
        if not sides:
            return Truth(None, None, None, None, note="the output jumps here, or its slope is infinite")
        low, high = min(value, *sides), max(value, *sides)
        note = f"a kink at {self.problem.at(self.point)}: any slope in {nearest(low):.6g} … {nearest(high):.6g} is right"
        is_kink = high - low > TOLERANCE * size + 1e-20 * (abs(high) + abs(low))
        return Truth(value, low, high, size, 1e-20 * (abs(low) + abs(high)), note if is_kink else "")

    def _value(self, place: Place) -> Any:
        v = self.output(place)
        assert v is not None
        return Referee(v, [], self.recorded.exact).value

    def rounding(self, target: Target) -> Any:
        """By how much the truth changes with the last bits of the inputs."""
        known = self.judge(target)
        return 0.0 if known is None else known[0].rounding[known[1]]

    @cached_property
    def numbers(self) -> dict[str, Any]:
        """What a formula may use, with 60 digits: the inputs by name, the named steps, the output."""
        m = referee()
        values: dict[Value, Any] = {}
        for v in (*self.recorded.outputs, *self.steps.values()):
            if v not in values:
                values.update(Referee(v, [], self.recorded.exact).values)
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
        """The arguments with 60 digits, in their own structure."""
        m = referee()
        result: list[Any] = self.problem.rebuild([m.number(x) for x in self.point])
        return result


class OpaqueProbe(Probe):
    """A function of floats alone at a point, with its derivatives by differences."""

    is_opaque = True

    def truth(self, target: Target) -> Truth:
        """What is true of a target here, as far as differences tell."""
        m = referee()
        if target.output is None or not isinstance(target.place, int) or not isinstance(target.output, int):
            raise InputError(f"{target.label} cannot be checked: f leaves the graph (math.*, .data), so it has no steps")
        j, k = target.place, target.output

        def along(x: float) -> float:
            return self.problem.in_floats((*self.point[:j], x, *self.point[j + 1:]))[k]
        value, doubt = derivative(along, self.point[j])
        if value is None:
            return Truth(None, None, None, None, note="the differences do not settle")
        if has_corner(along, self.point[j]):
            return Truth(None, None, None, None, note=f"f has a kink or a jump at {self.problem.at(self.point)}")
        return Truth(m.number(value), m.number(value), m.number(value), m.number(abs(value)), m.number(doubt))

    def rounding(self, target: Target) -> Any:
        """Nothing beyond the doubt."""
        return 0.0


def _as_lists(x: Any, numbers: Any) -> Any:
    """The numbers in the structure of x, with lists for arrays, as formulas take them."""
    if hasattr(x, "tolist") and hasattr(x, "shape") and not isinstance(x, Value):
        x = x.tolist()
    if isinstance(x, (list, tuple)):
        return [_as_lists(item, numbers) for item in x]
    if isinstance(x, dict):
        return [_as_lists(item, numbers) for item in x.values()]
    return next(numbers)


def probe_at(problem: Problem, point: Point, opaque: bool) -> Probe | None:
    """The probe at a point; None where the function has no finite value."""
    if not opaque:
        recorded = value_or_none(lambda: problem.record(point))
        finite = recorded is not None and all([math.isfinite(v.data) for v in recorded.outputs])
        return Probe(problem, recorded) if recorded is not None and finite else None
    outputs = value_or_none(lambda: problem.in_floats(point))
    if outputs is None or not all([math.isfinite(y) for y in outputs]):
        return None
    leaves = [Value(x, name=label) for x, label in zip(point, problem.labels)]
    return OpaqueProbe(problem, Recorded(point, leaves, problem.rebuild(list(leaves)), [Value(y) for y in outputs], {}))
