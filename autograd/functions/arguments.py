"""What functions take, checked."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, TypeVar

from ..arithmetic.dispatch import arithmetic_of
from ..arithmetic.special import HIGHEST
from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described, has_array, is_array, is_real, is_referee_number, quoted, real, table_as_array
from ..ops import INF

if TYPE_CHECKING:
    from numpy.typing import NDArray

Number = TypeVar("Number", Value, float, "NDArray[Any]")

INSTEAD = {"max": "maximum(a, b)", "min": "minimum(a, b)", "sum": "a + b", "prod": "a * b", "mean": "(a + b) / 2"}  # for two


def items(name: str, xs: Any, others: tuple[Any, ...] = ()) -> list[Any]:
    """The operands in an iterable. There may be no `others` beside it."""
    if others:
        hint = f"write {INSTEAD[name]} for two, or " if name in INSTEAD else "write "
        raise OperandError(f"{name} takes one iterable, got {1 + len(others)} arguments: {hint}{name}([a, b, ...])")
    xs = table_as_array(xs)
    if is_array(xs):
        return list(xs.ravel().tolist())
    if isinstance(xs, (Value, str, bytes)) or not hasattr(xs, "__iter__"):
        raise OperandError(f"{name} takes an iterable of numbers or Values, got {described(xs)}. Put the operands in a list")
    return list(xs)


def some(name: str, xs: Any, others: tuple[Any, ...] = ()) -> list[Any]:
    """The operands in an iterable, of which there must be one at least."""
    found = items(name, xs, others)
    if not found:
        raise InputError(f"{name} needs at least one operand, got none")
    return found


def row(name: str, xs: Any) -> list[Any]:
    """The operands in an iterable; an array must have one dimension."""
    xs = table_as_array(xs)
    if is_array(xs) and xs.ndim != 1:
        raise InputError(f"{name} takes one row of numbers, got an array of shape {xs.shape}")
    return items(name, xs)


def like(xs: Any, results: list[Any]) -> Any:
    """The results as a list, or as an array if xs is one."""
    if not is_array(xs):
        return results
    import numpy as np
    kind = object if builtins.any([isinstance(x, Value) for x in results]) else float
    return np.array(results, dtype=kind)


def limits(name: str, x: Any, low: Any, high: Any) -> tuple[Any, Any, Any]:
    """The arithmetic for x and its limits, and the limits, which must not cross."""
    m = arithmetic_of(x, low, high)
    low, high = [real(z) if is_real(z) else z for z in (low, high)]  # not each kind of number can be compared with an array
    crossed: Any = low > high
    if crossed.any() if has_array(crossed) else crossed:
        raise InputError(f"{name} needs min <= max, got min = {quoted(low)} and max = {quoted(high)}")
    return m, low, high


def order(name: str, n: Any, least: int = -HIGHEST) -> float:
    """The order of a Bessel or polygamma function: a plain whole number, which nothing flows to."""
    if not (is_real(n) or is_referee_number(n)):
        raise OperandError(f"the order of {name} must be a plain whole number, got {described(n)}")
    try:
        is_order = n == n and n not in (INF, -INF) and int(n) == n and least <= n <= HIGHEST
    except ArithmeticError:                                          # Decimal's signalling NaN
        is_order = False
    if not is_order:
        raise InputError(f"the order of {name} must be a whole number from {least} to {HIGHEST}, got {quoted(n)}")
    return float(int(n))
