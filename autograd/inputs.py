"""What users pass in (numbers, sizes, generators), checked at the door."""

from __future__ import annotations

import math
import operator
import random
from decimal import Decimal
from numbers import Real
from typing import Any

from .errors import InputError, OperandError, RangeError
from .text import printable, shortened

Random = random.Random | int | None

LONGEST = 60                                                         # characters of a repr in an error message


def is_real(x: object) -> bool:
    """Whether x is a real number: int, float, bool, Fraction, Decimal, a NumPy scalar."""
    if isinstance(x, (float, int)):
        return True
    if isinstance(x, (Real, Decimal)):
        return not is_referee_number(x) and type(x).__name__ != "timedelta64"  # NumPy registers it as a whole number
    return type(x).__module__ == "numpy" and type(x).__name__ in ("bool", "bool_")


def is_referee_number(x: object) -> bool:
    """Whether x is one of the 60-digit numbers of arithmetic/referee.py."""
    return getattr(type(x), "is_autograd_referee", False)


def is_array(x: Any) -> bool:
    """Whether x is a NumPy array; a NumPy scalar is not."""
    return hasattr(x, "__array_interface__") and hasattr(x, "dtype") and not is_real(x)


def has_array(*xs: Any) -> bool:
    """Whether any of them is an array."""
    return any([is_array(x) for x in xs])


def real(x: object) -> float:
    """A real number as a float. Raises OperandError for anything else, RangeError if it is too large for a float."""
    if not is_real(x):
        raise OperandError(f"expected a real number, got {described(x)}")
    try:
        return float(x)  # type: ignore[arg-type]
    except OverflowError:
        raise RangeError(f"{described(x)} is too large for a float") from None
    except ValueError:                                               # a signalling NaN of decimal
        raise OperandError(f"expected a real number, got {described(x)}") from None


def whole(name: str, n: Any, least: int = 1) -> int:
    """n as an int, if it is a whole number of at least `least`; `name` is what an error calls it."""
    try:
        count = operator.index(n)
    except TypeError:
        raise OperandError(f"{name} must be a whole number, got {described(n)}") from None
    if count < least:
        raise InputError(f"{name} must be at least {least}, got {count}")
    return count


def finite(name: str, x: Any, *, least: float | None = None, above: float | None = None, most: float | None = None,
           below: float | None = None) -> float:
    """x as a float, if it is a finite number within these bounds; `name` is what an error calls it."""
    if not is_real(x) or not math.isfinite(real(x)):
        raise InputError(f"{name} must be a finite number, got {described(x)}")
    holds = [least is None or x >= least, above is None or x > above, most is None or x <= most, below is None or x < below]
    if not all(holds):
        raise InputError(f"{name} must {_bounds(least, above, most, below)}, got {real(x)!r}")
    return real(x)


def _bounds(least: float | None, above: float | None, most: float | None, below: float | None) -> str:
    """Bounds in words: "be at least 0", "lie in [0, 1)"."""
    low, high = above if least is None else least, below if most is None else most
    if low is not None and high is not None:
        return f"lie in {'(' if least is None else '['}{low:g}, {high:g}{')' if most is None else ']'}"
    if low is not None:
        return f"be {'above' if least is None else 'at least'} {low:g}"
    return f"be {'below' if most is None else 'at most'} {high:g}"


def described(x: object) -> str:
    """What was given, for an error message: "the str 'abc'"."""
    if x is None:
        return "None"
    kind = type(x).__name__
    try:
        text = printable(repr(x))
    except Exception:                                                # a repr of somebody else's; or a number of 4,300 digits
        return f"a {kind} that cannot be shown"
    shown = shortened(text, LONGEST)
    return shown if text.startswith(f"{kind}(") else f"the {kind} {shown}"


def generator(rng: Random) -> random.Random:
    """rng itself if it is a `random.Random`; else a new one, seeded with the whole number, or with fresh entropy for None. It
    never uses the global generator.

    >>> generator(7).random() == generator(7).random()
    True
    """
    if isinstance(rng, random.Random):
        return rng
    try:
        return random.Random(None if rng is None else operator.index(rng))
    except TypeError:
        raise OperandError(f"rng must be a random.Random or a whole number to seed one, got {described(rng)}") from None
