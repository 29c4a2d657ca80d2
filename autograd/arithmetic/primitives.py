"""What every arithmetic of single numbers provides. The table derives all other functions from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..ops import TABLE

Function = Callable[..., Any]


@dataclass
class Arithmetic:
    """The primitives, for numbers that support + - * / < <= > >= - and abs(). The others, such as `m.sigmoid`, come from the
    table.

    `number` turns an exact float into a number. `widen` adds guard digits, and `narrow` rounds them off again.
    """

    name: str
    number: Function
    pi: Any
    exp: Function
    exp2: Function
    expm1: Function
    log: Function
    log2: Function
    log10: Function
    log1p: Function
    pow: Function
    sqrt: Function
    cbrt: Function
    sin: Function
    cos: Function
    tan: Function
    asin: Function
    acos: Function
    atan: Function
    atan2: Function
    sinh: Function
    cosh: Function
    tanh: Function
    asinh: Function
    acosh: Function
    atanh: Function
    hypot: Function
    erf: Function
    erfc: Function
    erf_slope: Function
    floor: Function
    mod: Function
    floor_divide: Function
    special: Function
    where: Function
    equal: Function
    not_equal: Function
    sum: Function
    widen: Function
    narrow: Function
    digits: int = 0                                                  # of the referee's numbers
    has_own_numbers: bool = False                                    # which floats are not: each result is made one

    def __getattr__(self, name: str) -> Function:
        if name not in TABLE:
            raise AttributeError(f"the arithmetic {self.__dict__.get('name')} has no {name!r}")
        derived: Function = partial(TABLE[name].value, self)
        if self.has_own_numbers:                                     # the 1.0 of a sign, too, or its sine would have 16 digits
            derived = partial(_as_number, self.number, derived)
        setattr(self, name, derived)
        return derived


def _as_number(number: Function, function: Function, *xs: Any) -> Any:
    return number(function(*xs))


def choose(c: Any, a: Any, b: Any) -> Any:
    """`where` for single numbers."""
    return a if c else b


def equal(a: Any, b: Any) -> Any:
    """a == b."""
    return a == b


def not_equal(a: Any, b: Any) -> Any:
    """a != b."""
    return a != b
