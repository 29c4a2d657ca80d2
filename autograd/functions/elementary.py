"""Exponentials, logarithms, powers and roots."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dispatch import arithmetic_of
from ..engine import Value
from .arguments import Number

# Exponentials and logarithms -------------------------------------------------------------------------------------------


def exp(x: Number) -> Number:
    """e**x.

    d/dx = exp(x)

    >>> exp(0.0)
    1.0
    """
    return x.exp() if type(x) is Value else arithmetic_of(x).exp(x)  # hot: skip choosing an arithmetic


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
