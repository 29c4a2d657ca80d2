"""Functions with kinks and jumps: absolute values, extremes of two, rounding, comparisons."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dispatch import arithmetic_of
from ..ops import INF
from .arguments import Number, limits


def abs(x: Number) -> Number:
    """The absolute value.

    d/dx = sign(x)

    At the kink at 0 the derivative is 0.

    >>> abs(-2.0)
    2.0
    """
    return arithmetic_of(x).abs(x)


def sign(x: Number) -> Number:
    """-1, 0 or 1. No gradient flows through it.

    d/dx = 0

    >>> sign(-2.0)
    -1.0
    """
    return arithmetic_of(x).sign(x)


def copysign(a: Any, b: Any) -> Any:
    """abs(a) with the sign of b; that of -0.0 is negative.

    d/da = sign(a) if b >= 0 else -sign(a), d/db = 0

    >>> copysign(2.0, -3.0)
    -2.0
    """
    return arithmetic_of(a, b).copysign(a, b)


def floor(x: Number) -> Number:
    """The largest whole number that is no larger than x, as a float. No gradient flows through it.

    d/dx = 0

    >>> floor(-1.5)
    -2.0
    """
    return arithmetic_of(x).floor(x)


def ceil(x: Number) -> Number:
    """The smallest whole number that is no smaller than x, as a float. No gradient flows through it.

    d/dx = 0

    >>> ceil(1.5)
    2.0
    """
    return arithmetic_of(x).ceil(x)


def round(x: Number) -> Number:
    """The nearest whole number, as a float; halfway between two it is the even one, as in Python. No gradient flows through it.

    d/dx = 0

    >>> round(2.5)
    2.0
    """
    return arithmetic_of(x).round(x)


def trunc(x: Number) -> Number:
    """x rounded towards 0, as a float. No gradient flows through it.

    d/dx = 0

    >>> trunc(-1.5)
    -1.0
    """
    return arithmetic_of(x).trunc(x)


def mod(a: Any, b: Any) -> Any:
    """The remainder of a divided by b, with the sign of b, as Python's a % b.

    d/da = 1, d/db = -floor(a/b)

    It jumps where a is a multiple of b.

    >>> mod(-5.0, 3.0)
    1.0
    """
    return arithmetic_of(a, b).mod(a, b)


def fmod(a: Any, b: Any) -> Any:
    """The remainder of a divided by b, with the sign of a, as in C and `math.fmod`.

    d/da = 1, d/db = -trunc(a/b)

    >>> fmod(-5.0, 3.0)
    -2.0
    """
    return arithmetic_of(a, b).fmod(a, b)


def floor_divide(a: Any, b: Any) -> Any:
    """a // b: a/b, rounded down. No gradient flows through it.

    d/da = 0, d/db = 0

    >>> floor_divide(-5.0, 3.0)
    -2.0
    """
    return arithmetic_of(a, b).floor_divide(a, b)


def maximum(a: Any, b: Any) -> Any:
    """The larger of two. Where they are equal, each gets half the gradient.

    d/da = 1 if a > b else 1/2 if a == b else 0
    d/db = 1 if b > a else 1/2 if a == b else 0

    >>> maximum(2.0, 3.0)
    3.0
    """
    return arithmetic_of(a, b).maximum(a, b)


def minimum(a: Any, b: Any) -> Any:
    """The smaller of two. Where they are equal, each gets half the gradient.

    d/da = 1 if a < b else 1/2 if a == b else 0
    d/db = 1 if b < a else 1/2 if a == b else 0

    >>> minimum(2.0, 3.0)
    2.0
    """
    return arithmetic_of(a, b).minimum(a, b)


def clamp(x: Any, min: Any = -INF, max: Any = INF) -> Any:
    """x, but no less than min and no more than max. None means no limit. Raises InputError if min is greater than max.

    d/dx = 1 if min <= x <= max else 0
    d/dmin = 1 if x < min else 0, d/dmax = 1 if x > max else 0

    Three functions cut off at 0, and their derivatives at 0 differ: it is 0 for relu(x), 1/2 for maximum(x, 0), and 1 for
    clamp(x, min=0).

    >>> clamp(5.0, 0.0, 1.0)
    1.0
    """
    low, high = -INF if min is None else min, INF if max is None else max
    m, low, high = limits("clamp", x, low, high)
    return m.clamp(x, low, high)


clip = clamp


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, else b; element by element for arrays.

    d/dcondition = 0
    d/da = 1 if condition else 0, d/db = 0 if condition else 1

    A condition such as `x > 0` is recorded, so replaying the graph decides again. Both branches are computed: keep the one that
    is not taken inside its domain.

    >>> from autograd import Value
    >>> x = Value(-2.0)
    >>> where(x > 0, x, 0.01 * x)
    Value(-0.02)
    """
    return arithmetic_of(condition, a, b).where(condition, a, b)


def less(a: Any, b: Any) -> Any:
    """a < b, recorded as 1 or 0. No gradient flows through a comparison.

    d/da = 0, d/db = 0

    >>> from autograd import Value
    >>> less(Value(1.0), 2.0)
    Value(1.0)
    """
    return arithmetic_of(a, b).less(a, b)


def less_equal(a: Any, b: Any) -> Any:
    """a <= b, recorded as 1 or 0.

    d/da = 0, d/db = 0

    >>> from autograd import Value
    >>> less_equal(Value(1.0), 1.0)
    Value(1.0)
    """
    return arithmetic_of(a, b).less_equal(a, b)


def greater(a: Any, b: Any) -> Any:
    """a > b, recorded as 1 or 0.

    d/da = 0, d/db = 0

    >>> from autograd import Value
    >>> greater(Value(1.0), 2.0)
    Value(0.0)
    """
    return arithmetic_of(a, b).greater(a, b)


def greater_equal(a: Any, b: Any) -> Any:
    """a >= b, recorded as 1 or 0.

    d/da = 0, d/db = 0

    >>> from autograd import Value
    >>> greater_equal(Value(1.0), 2.0)
    Value(0.0)
    """
    return arithmetic_of(a, b).greater_equal(a, b)


def equal(a: Any, b: Any) -> Any:
    """a == b, recorded as 1 or 0; the operator == on Values returns a plain bool instead.

    d/da = 0, d/db = 0

    >>> from autograd import Value
    >>> equal(Value(1.0), 1.0)
    Value(1.0)
    """
    return arithmetic_of(a, b).equal(a, b)


def not_equal(a: Any, b: Any) -> Any:
    """a != b, recorded as 1 or 0; the operator != on Values returns a plain bool instead.

    d/da = 0, d/db = 0

    >>> from autograd import Value
    >>> not_equal(Value(1.0), 1.0)
    Value(0.0)
    """
    return arithmetic_of(a, b).not_equal(a, b)
