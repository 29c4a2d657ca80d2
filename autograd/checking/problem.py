"""The function or formula to differentiate, and how to record it at a point."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..arithmetic.floats import FLOAT, IEEE
from ..arithmetic.graph import GRAPH
from ..arithmetic.referee import referee
from ..derivatives import gradient
from ..engine import Value
from ..errors import AutogradError, FormulaError, InputError, OperandError
from ..expressions import Expression
from ..inputs import real
from ..ops import OWN, TABLE
from ..replay import replay, value_in
from ..traversal import partials_by_operand, topological_order
from ..trees import Rebuild, flatten, labelled
from .arguments import Function, function_of
from .condition import Surface
from .foreign import InFloats

Point = tuple[float, ...]
LONG_DECIMAL = 15                                                    # digits of a decimal that may stand for a constant
NEARBY = 1e-4                                                        # the move of an input to see what was recorded
CLEARLY = 1e-6                                                       # by how much a user's partial is called wrong
RECORDED = 1e-6                                                      # how closely f must agree there with its recorded graph


@dataclass(frozen=True)
class Recorded:
    """A function recorded at one point.

    Attributes:
        point: the inputs as flat numbers. leaves: a Value for each. arguments: the leaves in the structure of the arguments.
        outputs: the Values of the result, in order. named: the steps of a formula by name; None if the nodes tell. exact: the
            numbers of leaves that no float can hold.
    """

    point: Point
    leaves: list[Value]
    arguments: list[Any]
    outputs: list[Value]
    named: dict[str, Any] | None = None
    exact: dict[Value, Fraction] = field(default_factory=dict)

    @cached_property
    def steps(self) -> dict[str, Any]:
        """The named nodes; few points ask for them."""
        if self.named is not None:
            return self.named
        labels = {x.name for x in self.leaves}
        inside = [v for v in topological_order(*self.outputs) if v.op is not None and v.name is not None]
        return {v.name: v for v in inside if v.name is not None and v.name not in labels and v.name.isidentifier()}

    @cached_property
    def place(self) -> dict[Value, int]:
        """The index of each leaf."""
        return {x: k for k, x in enumerate(self.leaves)}


class Problem:
    """A function to differentiate, with the structure of its arguments.

    Attributes:
        function: takes numbers and structures of them. names: those of its arguments. output: the name of its result.
        size: the number of flat inputs. labels: their names. rebuild: puts flat inputs into the structure of the arguments.
        text: the formula, or None. takes_values: whether f takes Values although no gradient flows through them.
    """

    def __init__(self, f: str | Function, template: Mapping[str, Any]) -> None:
        self.function = function_of(f)
        self.text = self.function.text if isinstance(self.function, Expression) else None
        self.output = getattr(self.function, "output", None) or "f"
        self.names = list(template)
        self.takes_values = False
        self._on_floats = InFloats(self.function)
        self.surface: Surface | None = None                          # of side conditions
        inputs, self.rebuild = flatten(list(template.values()))
        self.size = len(inputs)
        self.labels = [label for name, x in template.items() for label in labelled(x, name)]
        if self.output in self.labels:
            self.output = next(name for name in ("f", "y", "z", "f0") if name not in self.labels)

    def record(self, point: Sequence[float]) -> Recorded:
        """The graph of the function at a point; raises what the function raises.

        The function gets its own copy of the arguments, for it may change what it is given.
        """
        leaves = [Value(x, name=label) for x, label in zip(point, self.labels)]
        arguments, given = self.rebuild(list(leaves)), self.rebuild(list(leaves))
        if isinstance(self.function, Expression):
            recording = self.function.record(dict(zip(self.names, given)))
            outputs = _outputs(recording.output)
            _check_rows(outputs)
            return Recorded(tuple(point), leaves, arguments, outputs, recording.steps, recording.exact)
        outputs = _outputs(self.function(*given))
        _check_rows(outputs)
        for x, z in zip(leaves, point):
            if x.data != z:
                raise InputError(f"f sets the data of its own argument {x.name}: compute with a new name instead")
        return Recorded(tuple(point), leaves, arguments, outputs)

    @property
    def branches(self) -> bool:
        """Whether f may take different steps at different points: a function, or a formula with a case."""
        return not isinstance(self.function, Expression) or self.function.has_cases

    @property
    def is_exact(self) -> bool:
        """Whether f is a formula without long decimals, which may stand for constants such as π, at points that are exact."""
        return self.surface is None and isinstance(self.function, Expression) and self.function.digits < LONG_DECIMAL

    def in_floats(self, point: Sequence[float]) -> list[float]:
        """The outputs of a function that leaves the graph, as floats; ValueError where it leaves the real numbers."""
        try:
            result = self._on_floats(*self.rebuild([Value(x) for x in point] if self.takes_values else list(point)))
        except TypeError as error:                                   # from math.log((-2)**0.5)
            raise ValueError("f has no real value there") if "complex" in str(error) else error from None
        check_real(result, "f")
        return [x.data if isinstance(x, Value) else float(x) for x in flatten(result)[0]]

    def output_label(self, k: int, count: int) -> str:
        """The name of output k of `count`."""
        return self.output if count == 1 else f"{self.output}[{k}]"

    def at(self, point: Sequence[float]) -> str:
        """A point as text: "a = 2, b = 1"."""
        return ", ".join([f"{label} = {x:.6g}" for label, x in zip(self.labels, point)])


def check_real(x: Any, what: str) -> None:
    """Raise ValueError for a complex number, in any structure: (-8)**0.5 in floats."""
    if isinstance(x, complex) or type(x).__name__ == "mpc":          # mpmath's, of the referee's numbers
        raise ValueError(f"{what} has no real value there")
    for item in x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else ():
        check_real(item, what)


def is_recorded(function: Callable[..., Any], rebuild: Rebuild, output: Value, leaves: Sequence[Value], which: int = 0) -> bool:
    """Whether f, called again at nearby points on either side, agrees there with a replay of its recorded graph. `which` is the
    number of the output."""
    seen = 0
    order = topological_order(output)
    for move in (NEARBY, -NEARBY, NEARBY ** 2, -NEARBY ** 2):
        nearby = [x.data + move * (abs(x.data) or 1.0) / (k + 1) for k, x in enumerate(leaves)]
        try:
            again = flatten(function(*rebuild([Value(z) for z in nearby])))[0][which]
            there = again.data if isinstance(again, Value) else real(again)
        except (AutogradError, ArithmeticError):
            continue                                                 # f has no value there: look elsewhere
        values = replay(IEEE, order, {x: IEEE.number(z) for x, z in zip(leaves, nearby)})
        sizes = [abs(float(y)) for y in values.values() if math.isfinite(float(y))]
        if abs(there - float(values[output])) > RECORDED * abs(move) * max(sizes, default=0.0):
            return False
        seen += 1
    return seen > 0 or not leaves


def _outputs(result: Any) -> list[Value]:
    if result is None:
        raise OperandError("f returned None: is a `return` missing?")
    return [x if isinstance(x, Value) else Value(x) for x in flatten(result)[0]]


def _check_rows(outputs: Sequence[Value]) -> None:
    """Raise FloatsOnlyError if a user's operation is written in floats, so that there are no 60 digits; InputError if its
    partials are not those of its value, since what is true is computed from them."""
    for v in topological_order(*outputs) if OWN else ():
        if v.op is None or TABLE.get(v.op.name) is v.op:
            continue
        value_in(referee(), v, {x: referee().number(x.data) for x in v.parents})
        operands = [Value(x.data if isinstance(x, Value) else x) for x in v.operands]
        if v.op.kink is not None and v.op.kink(FLOAT, *[x.data for x in operands]) == 0.0:
            continue
        slopes = gradient(v.op.value(GRAPH, *operands), operands)
        for x, slope, d in zip(v.op.operand_names, slopes, partials_by_operand(v)):
            if d is not None and math.isfinite(slope) and abs(d - slope) > CLEARLY * (abs(slope) + abs(d)) + CLEARLY:
                raise InputError(f"the partial of {v.op} with respect to {x} is {d:.6g} where its value has {slope:.6g}: mend it "
                                 f"first, with verify({v.op.name})")


def signature_of(order: Sequence[Value]) -> tuple[Any, ...]:
    """The operation and the operands of each node. Graphs of the same structure have the same signature."""
    place: dict[Value, int] = {v: k for k, v in enumerate(order)}
    return tuple([(v.op.name if v.op else v.name, *[place[x] if isinstance(x, Value) else None for x in v.operands])
                  for v in order])


def value_or_none(function: Callable[[], Any], beside: bool = False) -> Any | None:
    """What the function returns, or None where it has no value. Raises a mistake of the caller's; but not `beside` a point that
    was asked for, where f may refuse what it is given."""
    try:
        return function()
    except (InputError, OperandError, FormulaError):
        if beside:
            return None
        raise
    except (AutogradError, ArithmeticError, ValueError):
        return None
