"""A recorded graph with 60 digits: its value, gradient, kinks, finite differences and slopes.

Differences use 100 digits and steps of 1e-35, so that neither rounding nor the step size shows in the first 60 digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..arithmetic.referee import DIGITS, nearest, referee
from ..engine import Value
from ..replay import operands_in, replay, sweep, value_in
from ..traversal import topological_order

TOLERANCE = 1e-12                                                    # error, of the sum of the absolute path products
DIFFERENCE_DIGITS = 100
STEP_EXPONENT = -35
ROUNDING = 1e-25                                                     # of the largest number: how large rounding may be
VANISHED = 1e-20                                                     # of an error: what twice the digits leave of rounding
SETTLED = 1e-20                                                      # how closely two differences must agree
CLOSER = 1e-2                                                        # smaller steps must shrink the error at least by this


class ExactGraph:
    """The graph below a Value, computed with 60 digits from the data of its leaves.

    Args:
        inputs: the leaves or interior nodes to differentiate by. exact: the numbers of leaves whose data is only rounded.

    Attributes:
        order: the nodes, operands first. values: the value of each. adjoints: d output / d node, where there is a path.
        place: the index of each input. value: the output's value. gradient: d output / d input, for each of the inputs.
        size: for each input the sum of the absolute path products; a gradient's error is relative to it.
        kinks: the nodes at a kink, where there is no single derivative.
    """

    def __init__(self, output: Value, inputs: Sequence[Value], exact: Mapping[Value, Fraction] | None = None,
                 digits: int = DIGITS) -> None:
        self.order = topological_order(output)
        self.inputs = list(inputs)
        self.place: dict[Value, int] = {x: k for k, x in enumerate(self.inputs)}
        self._exact = exact or {}
        self.digits = digits
        self._m = m = referee(digits)
        self._dependents: dict[int, list[Value]] = {}
        self.values = replay(m, self.order, {x: m.number(q) for x, q in self._exact.items()})
        local: dict[Value, list[Any]] = {}
        self.adjoints = sweep(m, self.order, self.values, local=local)
        self.value: Any = self.values[output]
        self.gradient: list[Any] = _by_input(m, self.adjoints, inputs)
        self.size: list[Any] = _by_input(m, sweep(m, self.order, self.values, local=local, absolute=True), inputs)
        self.kinks: list[Value] = [v for v in self.order if _at_kink(m, v, self.values)]

    @cached_property
    def finer(self) -> ExactGraph:
        """The same graph with twice the digits, which tells rounding of the digits there are from a difference that stays."""
        return ExactGraph(self.order[-1], self.inputs, self._exact, 2 * self.digits)

    @cached_property
    def scale(self) -> Any:
        """The largest number in the graph, a value or an adjoint: roundings of the graph are small beside it."""
        numbers = [abs(x) for x in (*self.values.values(), *self.adjoints.values(), self._m.number(1.0))]
        return max([x for x in numbers if x < math.inf])

    def difference(self, k: int, side: int = 0, shrink: int = 0) -> Any:
        """The finite difference by input k: central, or one-sided (1 above, -1 below); nan where f has no value. `shrink` makes
        the step that many powers of ten smaller."""
        at, step = self._start[self.inputs[k]], self.step(k, shrink)
        high = self._output(k, at + step) if side >= 0 else self._start[self.order[-1]]
        low = self._output(k, at - step) if side <= 0 else self._start[self.order[-1]]
        return self._m.number((high - low) / (step if side else 2 * step))

    def directional(self, direction: Sequence[int], shrink: int = 0) -> Any:
        """The central difference where all inputs move at once: input k by direction[k] of its own step, the result by one step
        of 1e-35. nan where f has no value."""
        known = {x: self._fine.number(q) for x, q in self._exact.items()}
        ends = []
        for sign in (1, -1):
            moved = {x: self._start[x] + sign * direction[k] * self.step(k, shrink) for k, x in enumerate(self.inputs)}
            ends.append(replay(self._fine, self.order, {**known, **moved})[self.order[-1]])
        return self._m.number((ends[0] - ends[1]) / (2 * self._unit(shrink)))

    def resolution(self, k: int) -> Any:
        """The smallest difference by input k that is not just rounding of the largest value in the graph."""
        step = self.step(k)
        return self._m.number((self._largest + step) * self._fine.number(10) ** (3 - self._digits) / step)

    def is_tame(self, k: int) -> bool:
        """Whether f changes by less than its own size over a step by input k; only then is a difference close to the slope."""
        return bool(self.step(k) * self.size[k] <= abs(self.value))

    def step(self, k: int, shrink: int = 0) -> Any:
        """The step of the differences by input k: 1e-35 of its value."""
        return self._unit(shrink) * self.scale_of(k)

    def scale_of(self, k: int) -> Any:
        """The size of input k, in which its steps are measured; that of 0 is 1."""
        return abs(self._start[self.inputs[k]]) or self._fine.number(1)

    def _unit(self, shrink: int) -> Any:
        return self._fine.number(10) ** (STEP_EXPONENT - shrink)

    @cached_property
    def rounding(self) -> list[Any]:
        """How much the derivative by each input changes when every leaf moves by one or two floats."""
        m = self._m
        sensitivity = [m.number(0.0) for _ in self.inputs]
        for sign in (1.0, -1.0):
            moved = {x: self.values[x] * (1.0 + sign * (2 + j % 2) * 2.0 ** -53)
                     for j, x in enumerate([v for v in self.order if v.op is None])}
            values = replay(m, self.order, moved)
            changed = _by_input(m, sweep(m, self.order, values), self.inputs)
            changes = [abs(new - old) for new, old in zip(changed, self.gradient)]
            sensitivity = [max(s, change) if change == change else s for s, change in zip(sensitivity, changes)]
        return sensitivity

    @cached_property
    def _digits(self) -> int:
        """Digits for the differences: more if an input is tiny beside the largest value, so that its step is not lost."""
        smallest = min([abs(x.data) for x in self.inputs if x.data], default=1.0)
        spread = math.frexp(nearest(self._largest))[1] - math.frexp(smallest)[1]
        return DIFFERENCE_DIGITS + self.digits - DIGITS + 50 * math.ceil(max(spread, 0) * math.log10(2.0) / 50 - 0.2)

    @cached_property
    def _fine(self) -> Any:
        return referee(self._digits)

    @cached_property
    def _largest(self) -> Any:
        return max([abs(x) for x in self.values.values() if abs(x) < math.inf], default=self._m.number(0.0))

    @cached_property
    def _start(self) -> dict[Value, Any]:
        """The value of every node, and of inputs that are not in the graph, with the digits of the differences."""
        values = replay(self._fine, self.order, {x: self._fine.number(q) for x, q in self._exact.items()})
        return {**{x: self._fine.number(x.data) for x in self.inputs}, **values}

    def _output(self, k: int, at: Any) -> Any:
        """The output where input k is another number: only what depends on it is computed again."""
        values = {**self._start, self.inputs[k]: at}
        for v in self._downstream(k):
            values[v] = value_in(self._fine, v, values)
        return values[self.order[-1]]

    def _downstream(self, k: int) -> list[Value]:
        """The nodes that depend on input k."""
        if k not in self._dependents:
            reached = {id(self.inputs[k])}
            found = []
            for v in self.order:
                if id(v) not in reached and any([id(p) in reached for p in v.parents]):
                    reached.add(id(v))
                    found.append(v)
            self._dependents[k] = found
        return self._dependents[k]


def _by_input(m: Any, adjoints: Mapping[int, Any], inputs: Sequence[Value]) -> list[Any]:
    return [m.number(adjoints.get(id(x), 0.0)) for x in inputs]


def _at_kink(m: Any, v: Value, values: dict[Value, Any]) -> bool:
    return v.op is not None and v.op.kink is not None and bool(v.parents) and v.op.kink(m, *operands_in(m, v, values)) == 0


@dataclass(frozen=True)
class Slope:
    """A slope from differences: its value, a bound on its error, and whether smaller steps settle on one value at all."""

    value: Any
    doubt: Any
    settles: bool


def slope(graph: ExactGraph, k: int, side: int) -> Slope:
    """The slope by input k from one side, or for side 0 from both."""
    noise = graph.resolution(k) * 10 ** 7 if graph.is_tame(k) else 0.0
    return _extrapolated([graph.difference(k, side, shrink) for shrink in (0, 3, 6)], 10 ** 3 if side else 10 ** 6, noise)


def slope_along(graph: ExactGraph, direction: Sequence[int]) -> Slope:
    """The slope along a direction, in which all inputs move at once."""
    return _extrapolated([graph.directional(direction, shrink) for shrink in (0, 3, 6)], 10 ** 6, 0.0)


def _extrapolated(d: Sequence[Any], order: int, noise: Any) -> Slope:
    """Richardson's extrapolation: differences at three steps give two extrapolated slopes. They must agree, or at least be much
    closer together than the differences are."""
    coarse, fine = (order * d[1] - d[0]) / (order - 1), (order * d[2] - d[1]) / (order - 1)
    doubt = abs(coarse - fine)
    settles = doubt <= SETTLED * max(abs(coarse), abs(fine)) + CLOSER * abs(d[0] - d[1]) + noise
    return Slope(fine, doubt, bool(settles))
