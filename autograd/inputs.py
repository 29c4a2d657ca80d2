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

# Annotations for what users pass in. In a compiled module a bare `float` would be converted to a C double, and Cython would raise
# its own error before ours.
RealNumber = float
Name = str | None

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
    return hasattr(x, "__array_interface__") and hasattr(x, "dtype") and x.dtype.kind not in "mM" and not is_real(x)


def is_table(x: Any) -> bool:
    """Whether x is a Series or DataFrame of pandas, or something like one."""
    return hasattr(x, "to_numpy") and hasattr(x, "index") and hasattr(x, "shape") and not isinstance(x, (str, bytes))


def table_as_array(x: Any) -> Any:
    """The array in a table; anything else unchanged."""
    return x.to_numpy() if hasattr(x, "to_numpy") else x


def has_array(*xs: Any) -> bool:
    """Whether any of them is an array."""
    return any([is_array(x) for x in xs])


def flag(name: str, x: Any) -> bool:
    """x as a bool, if it is one; `name` is what an error calls it."""
    if isinstance(x, bool) or (type(x).__module__ == "numpy" and type(x).__name__ in ("bool", "bool_")):
        return bool(x)
    raise OperandError(f"{name} must be True or False, got {described(x)}")


def equals(x: Any, value: float) -> bool:
    """Whether x is a real number and equals the value; a signalling NaN of decimal, which refuses to be compared, does not."""
    return is_real(x) and not (isinstance(x, Decimal) and x.is_snan()) and bool(x == value)


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
        raise InputError(f"{name} must be at least {least}, got {quoted(count)}")
    return count


def finite(name: str, x: Any, *, least: float | None = None, above: float | None = None, most: float | None = None,
           below: float | None = None) -> float:
    """x as a float, if it is a finite number within these bounds; `name` is what an error calls it."""
    if not is_real(x) or not math.isfinite(real(x)):
        raise InputError(f"{name} must be a finite number, got {described(x)}")
    z = real(x)
    holds = [least is None or z >= least, above is None or z > above, most is None or z <= most, below is None or z < below]
    if not all(holds):
        raise InputError(f"{name} must {_bounds(least, above, most, below)}, got {z!r}")
    return z


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
    kind, shown = type(x).__name__, quoted(x)
    return shown if shown.startswith(f"{kind}(") or shown.endswith(f" {kind} that cannot be shown") else f"the {kind} {shown}"


def quoted(x: object) -> str:
    """The repr of what was given, for an error message, if it has one that can be shown."""
    try:
        return shortened(printable(repr(x)), LONGEST)
    except Exception:                                                # a repr of somebody else's; or a number of 4,300 digits
        kind = type(x).__name__
        return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind} that cannot be shown"


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
