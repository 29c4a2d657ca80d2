"""Exponentials, logarithms, powers, roots, trigonometric and hyperbolic functions."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dispatch import arithmetic_of
from .arguments import Number

# Exponentials and logarithms -------------------------------------------------------------------------------------------

def exp(x: Number) -> Number:
    """e**x.

    d/dx = exp(x)

    >>> exp(0.0)
    1.0
    """
    return arithmetic_of(x).exp(x)


def exp2(x: Number) -> Number:
    """2**x.

    d/dx = 2**x*log(2)

    >>> exp2(3.0)
    8.0
    """
    return arithmetic_of(x).exp2(x)


def exp10(x: Number) -> Number:
    """10**x.

    d/dx = 10**x*log(10)

    >>> exp10(2.0)
    100.0
    """
    return arithmetic_of(x).exp10(x)


def expm1(x: Number) -> Number:
    """e**x - 1, accurate near 0 too.

    d/dx = exp(x)

    >>> expm1(1e-20)
    1e-20
    """
    return arithmetic_of(x).expm1(x)


def log(x: Number) -> Number:
    """The natural logarithm of x > 0.

    d/dx = 1/x

    >>> log(1.0)
    0.0
    """
    return arithmetic_of(x).log(x)


def log2(x: Number) -> Number:
    """The logarithm of x > 0 to base 2.

    d/dx = 1/(x*log(2))

    >>> log2(8.0)
    3.0
    """
    return arithmetic_of(x).log2(x)


def log10(x: Number) -> Number:
    """The logarithm of x > 0 to base 10.

    d/dx = 1/(x*log(10))

    >>> log10(1000.0)
    3.0
    """
    return arithmetic_of(x).log10(x)


def log1p(x: Number) -> Number:
    """log(1 + x) for x > -1, accurate near 0 too.

    d/dx = 1/(1 + x)

    >>> log1p(1e-20)
    1e-20
    """
    return arithmetic_of(x).log1p(x)

def log1mexp(x: Number) -> Number:
    """log(1 - exp(-x)) for x > 0, accurate near 0 and far out. Mächler 2012, "Accurately Computing log(1 - exp(-|a|))".

    d/dx = 1/(exp(x) - 1)

    >>> log1mexp(50.0)
    -1.9287498479639178e-22
    """
    return arithmetic_of(x).log1mexp(x)


def logaddexp(a: Any, b: Any) -> Any:
    """log(exp(a) + exp(b)), without overflow: `logsumexp` of two.

    d/da = exp(a)/(exp(a) + exp(b)), d/db = exp(b)/(exp(a) + exp(b))

    >>> logaddexp(1000.0, 1000.0)
    1000.6931471805599
    """
    return arithmetic_of(a, b).logsumexp(a, b)


def logaddexp2(a: Any, b: Any) -> Any:
    """log2(2**a + 2**b), without overflow.

    d/da = 2**a/(2**a + 2**b), d/db = 2**b/(2**a + 2**b)

    >>> logaddexp2(1000.0, 1000.0)
    1001.0
    """
    return arithmetic_of(a, b).logaddexp2(a, b)


def logdiffexp(a: Any, b: Any) -> Any:
    """log(exp(a) - exp(b)) for a > b, without overflow.

    d/da = exp(a)/(exp(a) - exp(b)), d/db = -exp(b)/(exp(a) - exp(b))

    >>> logdiffexp(1000.0, 0.0)
    1000.0
    """
    return arithmetic_of(a, b).logdiffexp(a, b)


def xlogy(x: Any, y: Any) -> Any:
    """x*log(y), and 0 where x = 0, whatever y is: a term of an entropy.

    d/dx = log(y), d/dy = x/y

    Where x = 0, and y <= 0 or y = inf, both derivatives are 0.

    >>> xlogy(0.0, 0.0)
    0.0
    """
    return arithmetic_of(x, y).xlogy(x, y)


def xlog1py(x: Any, y: Any) -> Any:
    """x*log(1 + y), and 0 where x = 0, whatever y is.

    d/dx = log1p(y), d/dy = x/(1 + y)

    Where x = 0, and y <= -1 or y = inf, both derivatives are 0.

    >>> xlog1py(0.0, -1.0)
    0.0
    """
    return arithmetic_of(x, y).xlog1py(x, y)


# Powers and roots ------------------------------------------------------------------------------------------------------

def square(x: Number) -> Number:
    """x*x.

    d/dx = 2*x

    >>> square(3.0)
    9.0
    """
    return arithmetic_of(x).square(x)


def reciprocal(x: Number) -> Number:
    """1/x for x != 0.

    d/dx = -1/x**2

    >>> reciprocal(4.0)
    0.25
    """
    return arithmetic_of(x).reciprocal(x)


def sqrt(x: Number) -> Number:
    """The square root of x >= 0.

    d/dx = 1/(2*sqrt(x))

    At 0 the derivative is inf.

    >>> sqrt(9.0)
    3.0
    """
    return arithmetic_of(x).sqrt(x)


def cbrt(x: Number) -> Number:
    """The cube root; x may be negative.

    d/dx = 1/(3*cbrt(x)**2)

    At 0 the derivative is inf.

    >>> cbrt(-8.0)
    -2.0
    """
    return arithmetic_of(x).cbrt(x)


def pow(x: Any, n: Any) -> Any:
    """x**n. A negative x needs a whole n; then the derivative with respect to n does not exist, and is NaN.

    d/dx = n*x**(n - 1), d/dn = x**n*log(x)

    0**0 is 1, and both its derivatives are 0.

    >>> pow(2.0, 10.0)
    1024.0
    """
    return arithmetic_of(x, n).pow(x, n)


def hypot(a: Any, b: Any) -> Any:
    """sqrt(a**2 + b**2), without overflow.

    d/da = a/hypot(a, b), d/db = b/hypot(a, b)

    At the origin both derivatives are 0.

    >>> hypot(3.0, 4.0)
    5.0
    """
    return arithmetic_of(a, b).hypot(a, b)

def lerp(a: Any, b: Any, t: Any) -> Any:
    """(1 - t)*a + t*b: from a at t = 0 to b at t = 1.

    d/da = 1 - t, d/db = t, d/dt = b - a

    >>> lerp(2.0, 4.0, 0.25)
    2.5
    """
    m = arithmetic_of(a, b, t)
    t = m.number(t)
    return (1.0 - t) * m.number(a) + t * m.number(b)


# Trigonometric functions, of radians -----------------------------------------------------------------------------------

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
    return arithmetic_of(x).tanh(x)


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
