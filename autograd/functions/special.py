"""Error functions, the normal distribution, gamma and Bessel functions."""

from __future__ import annotations

from typing import Any

from ..arithmetic.dispatch import arithmetic_of
from .arguments import Number, order

# Error functions -------------------------------------------------------------------------------------------------------


def erf(x: Number) -> Number:
    """The error function: 2/sqrt(pi) times the integral of exp(-t**2) from 0 to x.

    d/dx = 2/sqrt(pi)*exp(-x**2)

    >>> erf(0.0)
    0.0
    """
    return arithmetic_of(x).erf(x)


def erfc(x: Number) -> Number:
    """1 - erf(x), accurate also where that is near 0.

    d/dx = -2/sqrt(pi)*exp(-x**2)

    >>> erfc(0.0)
    1.0
    """
    return arithmetic_of(x).erfc(x)


def erfinv(x: Number) -> Number:
    """The inverse of erf, for abs(x) < 1.

    d/dx = sqrt(pi)/2*exp(erfinv(x)**2)

    >>> erfinv(0.5)
    0.4769362762044699
    """
    return arithmetic_of(x).erfinv(x)


def erfcx(x: Number) -> Number:
    """exp(x**2)*erfc(x), without overflow of the one or underflow of the other.

    d/dx = 2*x*erfcx(x) - 2/sqrt(pi)

    >>> erfcx(100.0)
    0.005641613782989433
    """
    return arithmetic_of(x).erfcx(x)


# The normal distribution ---------------------------------------------------------------------------------------------


def ndtr(x: Number) -> Number:
    """The cumulative distribution function of the standard normal distribution, Φ(x): the probability of a number below x.

    d/dx = exp(-x**2/2)/sqrt(2*pi)

    >>> ndtr(0.0)
    0.5
    """
    return arithmetic_of(x).ndtr(x)


def log_ndtr(x: Number) -> Number:
    """log(ndtr(x)), accurate in both tails.

    d/dx = exp(-x**2/2)/(sqrt(2*pi)*ndtr(x))

    >>> log_ndtr(-100.0)
    -5005.524208694205
    """
    return arithmetic_of(x).log_ndtr(x)


def ndtri(p: Any) -> Any:
    """The inverse of ndtr, for 0 < p < 1: the quantile function of the standard normal distribution.

    d/dp = sqrt(2*pi)*exp(ndtri(p)**2/2)

    >>> ndtri(0.975)
    1.9599639845400538
    """
    return arithmetic_of(p).ndtri(p)


# Gamma and Bessel functions ------------------------------------------------------------------------------------------


def gamma(x: Number) -> Number:
    """The gamma function: gamma(n) is the factorial of n - 1. It has poles at 0, -1, -2, ...

    d/dx = gamma(x)*digamma(x)

    >>> gamma(5.0)
    24.0
    """
    return arithmetic_of(x).gamma(x)


def lgamma(x: Number) -> Number:
    """log|gamma(x)|, without overflow.

    d/dx = digamma(x)

    >>> lgamma(3.0)
    0.6931471805599453
    """
    return arithmetic_of(x).lgamma(x)


def digamma(x: Number) -> Number:
    """The derivative of lgamma, often written ψ(x).

    d/dx = trigamma(x)

    >>> digamma(1.0)
    -0.5772156649015329
    """
    return arithmetic_of(x).digamma(x)


def trigamma(x: Number) -> Number:
    """The derivative of digamma.

    d/dx = polygamma(2, x)

    >>> trigamma(1.0)
    1.6449340668482264
    """
    return polygamma(1.0, x)


def polygamma(n: Any, x: Any) -> Any:
    """The nth derivative of digamma, for a whole n from 0 to 1000.

    d/dx = polygamma(n + 1, x)

    Raises OperandError if n is not a plain number, InputError if it is not a whole number from 0 to 1000.

    >>> polygamma(1, 1.0)
    1.6449340668482264
    """
    return arithmetic_of(x).polygamma(order("polygamma", n, 0), x)


def beta(a: Any, b: Any) -> Any:
    """gamma(a)*gamma(b)/gamma(a + b), for a > 0 and b > 0.

    d/da = beta(a, b)*(digamma(a) - digamma(a + b)), d/db = beta(a, b)*(digamma(b) - digamma(a + b))

    >>> beta(2.0, 3.0)
    0.08333333333333333
    """
    return arithmetic_of(a, b).beta(a, b)


def i0(x: Number) -> Number:
    """The modified Bessel function of the first kind, of order 0.

    d/dx = i1(x)

    >>> i0(0.0)
    1.0
    """
    return arithmetic_of(x).i0(x)


def i1(x: Number) -> Number:
    """The modified Bessel function of the first kind, of order 1.

    d/dx = (i0(x) + iv(2, x))/2

    >>> i1(1.0)
    0.565159103992485
    """
    return arithmetic_of(x).i1(x)


def iv(n: Any, x: Any) -> Any:
    """The modified Bessel function of the first kind, of a whole order n.

    d/dx = (iv(n - 1, x) + iv(n + 1, x))/2

    Raises OperandError if n is not a plain number, InputError if it is not a whole number from -1000 to 1000.

    >>> iv(2, 1.0)
    0.13574766976703828
    """
    return arithmetic_of(x).iv(order("iv", n), x)
