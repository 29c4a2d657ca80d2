"""Trigonometric and hyperbolic functions, of radians."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dispatch import arithmetic_of
from ..engine import Value
from .arguments import Number

# Trigonometric functions -----------------------------------------------------------------------------------


def sin(x: Number) -> Number:
    """The sine.

    d/dx = cos(x)

    >>> sin(0.0)
    0.0
    """
    return arithmetic_of(x).sin(x)


def cos(x: Number) -> Number:
    """The cosine.

    d/dx = -sin(x)

    >>> cos(0.0)
    1.0
    """
    return arithmetic_of(x).cos(x)


def tan(x: Number) -> Number:
    """The tangent.

    d/dx = 1 + tan(x)**2

    >>> tan(0.0)
    0.0
    """
    return arithmetic_of(x).tan(x)


def asin(x: Number) -> Number:
    """The angle in [-pi/2, pi/2] whose sine is x, for abs(x) <= 1.

    d/dx = 1/sqrt(1 - x**2)

    >>> asin(1.0)
    1.5707963267948966
    """
    return arithmetic_of(x).asin(x)


def acos(x: Number) -> Number:
    """The angle in [0, pi] whose cosine is x, for abs(x) <= 1.

    d/dx = -1/sqrt(1 - x**2)

    >>> acos(1.0)
    0.0
    """
    return arithmetic_of(x).acos(x)


def atan(x: Number) -> Number:
    """The angle in (-pi/2, pi/2) whose tangent is x.

    d/dx = 1/(1 + x**2)

    >>> atan(1.0)
    0.7853981633974483
    """
    return arithmetic_of(x).atan(x)


def atan2(a: Any, b: Any) -> Any:
    """The angle in [-pi, pi] of the point (b, a), as `math.atan2(y, x)`.

    d/da = b/(a**2 + b**2), d/db = -a/(a**2 + b**2)

    At the origin both derivatives are 0.

    >>> atan2(1.0, -1.0)
    2.356194490192345
    """
    return arithmetic_of(a, b).atan2(a, b)


arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2


def sec(x: Number) -> Number:
    """1/cos(x), the secant. Its poles, at pi/2 + k*pi, are no floats.

    d/dx = sec(x)*tan(x)

    >>> sec(0.0)
    1.0
    """
    return arithmetic_of(x).sec(x)


def csc(x: Number) -> Number:
    """1/sin(x), the cosecant. Of its poles, at k*pi, only 0 is a float: there it raises DivisionError.

    d/dx = -csc(x)*cot(x)

    >>> csc(0.5)
    2.085829642933488
    """
    return arithmetic_of(x).csc(x)


def cot(x: Number) -> Number:
    """1/tan(x), the cotangent. Of its poles, at k*pi, only 0 is a float: there it raises DivisionError.

    d/dx = -csc(x)**2 = -(1 + cot(x)**2)

    >>> cot(0.5)
    1.830487721712452
    """
    return arithmetic_of(x).cot(x)


def asec(x: Number) -> Number:
    """The angle in [0, pi] whose secant is x, for abs(x) >= 1.

    d/dx = 1/(abs(x)*sqrt(x**2 - 1))

    >>> asec(1.0)
    0.0
    """
    return arithmetic_of(x).asec(x)


def acsc(x: Number) -> Number:
    """The angle in [-pi/2, pi/2] whose cosecant is x, for abs(x) >= 1.

    d/dx = -1/(abs(x)*sqrt(x**2 - 1))

    >>> acsc(1.0)
    1.5707963267948966
    """
    return arithmetic_of(x).acsc(x)


def acot(x: Number) -> Number:
    """atan(1/x), and pi/2 at 0, where it jumps: NIST DLMF 4.23.9.

    d/dx = -1/(1 + x**2)

    >>> acot(1.0)
    0.7853981633974483
    """
    return arithmetic_of(x).acot(x)


def sinpi(x: Number) -> Number:
    """sin(pi*x), exactly 0 at whole numbers.

    d/dx = pi*cos(pi*x)

    >>> sinpi(0.5)
    1.0
    """
    return arithmetic_of(x).sinpi(x)


def cospi(x: Number) -> Number:
    """cos(pi*x), exactly 0 halfway between whole numbers.

    d/dx = -pi*sin(pi*x)

    >>> cospi(0.5)
    0.0
    """
    return arithmetic_of(x).cospi(x)


def sinc(x: Number) -> Number:
    """sin(pi*x)/(pi*x), and 1 at 0, as in NumPy.

    d/dx = 0 if x == 0 else (cos(pi*x) - sinc(x))/x

    >>> sinc(0.5)
    0.6366197723675814
    """
    return arithmetic_of(x).sinc(x)


# Hyperbolic functions --------------------------------------------------------------------------------------------------

def sinh(x: Number) -> Number:
    """The hyperbolic sine.

    d/dx = cosh(x)

    >>> sinh(0.0)
    0.0
    """
    return arithmetic_of(x).sinh(x)


def cosh(x: Number) -> Number:
    """The hyperbolic cosine.

    d/dx = sinh(x)

    >>> cosh(0.0)
    1.0
    """
    return arithmetic_of(x).cosh(x)


def tanh(x: Number) -> Number:
    """The hyperbolic tangent, in (-1, 1).

    d/dx = 1/cosh(x)**2 = 1 - tanh(x)**2

    The derivative is largest at 0, where it is 1.

    >>> tanh(0.0)
    0.0
    """
    return x.tanh() if type(x) is Value else arithmetic_of(x).tanh(x)  # hot: skip choosing an arithmetic


def asinh(x: Number) -> Number:
    """The inverse of sinh.

    d/dx = 1/sqrt(1 + x**2)

    >>> asinh(0.0)
    0.0
    """
    return arithmetic_of(x).asinh(x)


def acosh(x: Number) -> Number:
    """The inverse of cosh, for x >= 1.

    d/dx = 1/sqrt(x**2 - 1)

    At 1 the derivative is inf.

    >>> acosh(1.0)
    0.0
    """
    return arithmetic_of(x).acosh(x)


def atanh(x: Number) -> Number:
    """The inverse of tanh, for abs(x) < 1.

    d/dx = 1/(1 - x**2)

    >>> atanh(0.0)
    0.0
    """
    return arithmetic_of(x).atanh(x)


arcsinh, arccosh, arctanh = asinh, acosh, atanh


def sech(x: Number) -> Number:
    """1/cosh(x), the hyperbolic secant.

    d/dx = -sech(x)*tanh(x)

    >>> sech(0.0)
    1.0
    """
    return arithmetic_of(x).sech(x)


def csch(x: Number) -> Number:
    """1/sinh(x), the hyperbolic cosecant, for x != 0.

    d/dx = -csch(x)*coth(x)

    >>> csch(0.5)
    1.9190347513349437
    """
    return arithmetic_of(x).csch(x)


def coth(x: Number) -> Number:
    """1/tanh(x), the hyperbolic cotangent, for x != 0.

    d/dx = -csch(x)**2

    >>> coth(0.5)
    2.163953413738653
    """
    return arithmetic_of(x).coth(x)


def asech(x: Number) -> Number:
    """The inverse of sech, for 0 < x <= 1.

    d/dx = -1/(x*sqrt(1 - x**2))

    At 1 the derivative is -inf.

    >>> asech(1.0)
    0.0
    """
    return arithmetic_of(x).asech(x)


def acsch(x: Number) -> Number:
    """The inverse of csch, for x != 0.

    d/dx = -1/(abs(x)*sqrt(1 + x**2))

    >>> acsch(1.0)
    0.881373587019543
    """
    return arithmetic_of(x).acsch(x)


def acoth(x: Number) -> Number:
    """The inverse of coth, for abs(x) > 1.

    d/dx = 1/(1 - x**2)

    >>> acoth(3.0)
    0.34657359027997264
    """
    return arithmetic_of(x).acoth(x)
