"""Chooses the arithmetic for the operands of a call: floats, Values, the referee's numbers or arrays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ..engine import Value, evaluate
from ..errors import InputError, OperandError
from ..inputs import described, is_array, is_real, is_referee_number, real
from ..ops import TABLE, Operation
from .arrays import numpy
from .graph import GRAPH
from .referee import referee


def arithmetic_of(*operands: Any) -> Any:
    """The arithmetic that the operands call for. Raises OperandError if one is not a number."""
    kind: Any = NAMED_FLOATS
    for x in operands:
        if type(x) is float:
            continue
        if isinstance(x, Value):
            kind = GRAPH if kind is NAMED_FLOATS else kind
        elif is_array(x):
            return _of_arrays(operands)
        elif is_referee_number(x):
            kind = referee(max(type(x).autograd_digits, getattr(kind, "digits", 0)))
        elif hasattr(x, "autograd_arithmetic"):                      # a formula, or a line of a program
            return x.autograd_arithmetic
        elif not is_real(x):
            hint = ": pass x.to_numpy()" if hasattr(x, "to_numpy") else ""
            raise OperandError(f"expected a Value, a real number or an array, got {described(x)}{hint}")
    return kind


def _of_arrays(operands: Sequence[Any]) -> Any:
    """NumPy's arithmetic if all arrays and other operands are real; else element by element."""
    _check_shapes(operands)
    kinds = {x.dtype.kind if is_array(x) else _kind(x): x for x in operands}
    for kind, x in kinds.items():
        if kind not in "biufO":
            raise OperandError(f"expected an array of real numbers or Values, got one of {x.dtype}")
    return ELEMENTS if "O" in kinds else ARRAYS


def _kind(x: Any) -> str:
    """The kind of an operand beside an array, in NumPy's letters."""
    if is_real(x):
        return "f"
    if isinstance(x, Value) or is_referee_number(x):
        return "O"
    raise OperandError(f"expected a Value, a real number or an array, got {described(x)}")


class NamedFloats:
    """The arithmetic of floats whose errors name the operation and its operands."""

    def __getattr__(self, name: str) -> Any:
        return partial(evaluate, _row(name))

    @property
    def pi(self) -> float:
        return evaluate(TABLE["pi"])

    @staticmethod
    def number(x: Any) -> float:
        return real(x)


class Elements:
    """The arithmetic of object arrays: element by element, in the arithmetic that each element calls for."""

    def __getattr__(self, name: str) -> Any:
        _row(name)

        def function(*xs: Any) -> Any:
            return getattr(arithmetic_of(*xs), name)(*xs)
        return lambda *xs: self.each(function, *xs)

    @staticmethod
    def number(x: Any) -> Any:
        return x

    @property
    def pi(self) -> Any:
        return GRAPH.pi

    @staticmethod
    def each(function: Any, *arrays: Any) -> Any:
        """The function applied to each element."""
        import numpy as np
        return np.frompyfunc(function, len(arrays), 1)(*arrays)


class Arrays:
    """NumPy's arithmetic on arrays of any real numbers. They become floats first: the negative of a uint8 would wrap around, and
    the sum of two bools would be a bool."""

    def __getattr__(self, name: str) -> Any:
        import numpy as np
        _row(name)

        def function(*xs: Any) -> Any:
            return np.asarray(getattr(numpy(), name)(*[self.number(x) for x in xs]), dtype=float)
        return function

    @staticmethod
    def number(x: Any) -> Any:
        import numpy as np
        return np.asarray(real(x) if is_real(x) else x, dtype=float)

    @property
    def pi(self) -> Any:
        return numpy().pi


def _check_shapes(xs: Sequence[Any]) -> None:
    import numpy as np
    shapes = [np.shape(x) if is_array(x) else () for x in xs]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise InputError(f"arrays of the shapes {' and '.join([str(shape) for shape in shapes])} do not go together") from None


NAMED_FLOATS = NamedFloats()
ELEMENTS = Elements()
ARRAYS = Arrays()


def _row(name: str) -> Operation:
    if name not in TABLE:
        raise AttributeError(f"the table has no operation {name!r}")
    return TABLE[name]
