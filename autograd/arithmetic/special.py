"""Special functions, by mpmath: where no short formula keeps its digits. `m.special("gamma", x)` is one of these in every
arithmetic: the referee's is computed here, a float's is the referee's, rounded once.

Each takes an mpmath context and that context's numbers, and returns a number good to the context's precision; a complex
result, or an error raised by mpmath, means that there is no value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HUGE = 10 ** 10                                                      # exp of more has an exponent too long to be useful
HIGHEST, SPARE = 1000, 20                                            # orders that may be asked for, and more for derivatives
GUARD = 40                                                           # bits, against what a few steps round off


def _widely(extra: int | Callable[..., int], function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, computed with more bits than it is asked for."""
    def result(mp: Any, *xs: Any) -> Any:
        bits = extra if isinstance(extra, int) else extra(mp, *xs)
        with mp.workprec(mp.prec + GUARD + bits):
            y = function(mp, *xs)
        return +y
    return result


def exponential(mp: Any, x: Any) -> Any:
    """exp(x), but inf or 0 far out."""
    return mp.exp(x) if abs(x) < HUGE or abs(x) == mp.inf else mp.inf if x > 0 else mp.zero


def _magnitude(mp: Any, *xs: Any) -> int:
    """The binary exponent of the largest, 0 if that is negative."""
    return max([0, *[int(mp.mag(x)) for x in xs if x and mp.isfinite(x)]])


# The gamma function ----------------------------------------------------------------------------------------------------------

def _check_pole(mp: Any, x: Any) -> None:
    if x <= 0 and (x == -mp.inf or x == mp.floor(x)):
        raise ValueError("a pole of the gamma function")


def _gamma(mp: Any, x: Any) -> Any:
    _check_pole(mp, x)
    return mp.gamma(x) if abs(x) < HUGE else mp.inf if x > 0 else mp.zero


def _lgamma(mp: Any, x: Any) -> Any:
    _check_pole(mp, x)
    return mp.inf if x == mp.inf else mp.loggamma(x).real


def _polygamma(mp: Any, n: Any, x: Any) -> Any:
    _check_order(mp, n)
    _check_pole(mp, x)
    if x == mp.inf:
        return mp.inf if n == 0 else mp.zero
    if x > 0:
        return mp.psi(int(n), x)
    return (-1) ** int(n) * mp.psi(int(n), 1 - x) - mp.pi * _cotangent_derivative(mp, int(n), x)  # DLMF 5.15.6


def _cotangent_derivative(mp: Any, n: int, x: Any) -> Any:
    """The nth derivative of cot(pi x): a polynomial in c = cot(pi x), since that of c is -pi (1 + c**2)."""
    powers = [mp.zero, mp.one]
    for _ in range(n):
        slopes = [k * a for k, a in enumerate(powers)][1:]
        powers = [-mp.pi * (a + b) for a, b in zip([*slopes, 0, 0], [0, 0, *slopes])]
    return mp.polyval(powers[::-1], mp.cospi(x) / mp.sinpi(x))


def _order_bits(mp: Any, n: Any, x: Any) -> int:
    """What the two terms of the reflection may lose: the powers of cot(pi x), and what cancels."""
    return 16 * int(n) + 2 * _magnitude(mp, x) + 20 if x <= 0 and mp.isfinite(n) and 0 <= n <= HIGHEST + SPARE else 0


def _check_order(mp: Any, n: Any, least: int = 0) -> None:
    if not mp.isfinite(n) or n != mp.floor(n) or not least <= n <= HIGHEST + SPARE:
        raise ValueError(f"an order must be a whole number from {least} to {HIGHEST}")


def _check_above_0(a: Any, b: Any) -> None:
    if not (a > 0 and b > 0):
        raise ValueError("the beta function needs numbers above 0")


def _beta(mp: Any, a: Any, b: Any) -> Any:
    _check_above_0(a, b)
    if mp.inf in (a, b):
        return mp.zero
    if max(a, b) < 1e6:
        return mp.beta(a, b)
    return exponential(mp, mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b))


def _polygamma_gap(mp: Any, n: Any, a: Any, b: Any) -> Any:
    _check_above_0(a, b)
    return _polygamma(mp, n, a) - _polygamma(mp, n, a + b)


def _gap_bits(mp: Any, n: Any, a: Any, b: Any) -> int:
    """What the difference loses: a and a + b may differ only far behind the point."""
    return 2 * _magnitude(mp, a, 1 / a if a else a) + _magnitude(mp, 1 / b if b else b)


# The error function and the normal distribution ------------------------------------------------------------------------------

def _erfcx_derivative(mp: Any, n: Any, x: Any) -> Any:
    """f(n + 1) = 2 x f(n) + 2 n f(n - 1), from f(0) = exp(x**2) erfc(x) and f(1) = 2 x f(0) - 2/sqrt(pi)."""
    _check_order(mp, n)
    if abs(x) == mp.inf:
        return mp.zero if x > 0 else mp.inf if n % 2 == 0 else -mp.inf
    if x > 1e4:
        return _erfcx_far(mp, int(n), x)
    if x < -1e5:
        return mp.inf if n % 2 == 0 else -mp.inf                     # exp(1e10)
    y = mp.exp(x * x) * mp.erfc(x)
    if n == 0:
        return y
    before, y = y, 2 * x * y - 2 / mp.sqrt(mp.pi)
    for k in range(1, int(n)):
        before, y = y, 2 * x * y + 2 * k * before
    return y


def _erfcx_far(mp: Any, n: int, x: Any) -> Any:
    """The asymptotic series 1/(x sqrt(pi)) (1 - 1/(2 x**2) + 3/(4 x**4) - ...), differentiated n times."""
    total, term = mp.zero, 1 / (x * mp.sqrt(mp.pi))
    for k in range(200):
        share = term * mp.rf(2 * k + 1, n) * (-1 / x) ** n
        total += share
        if abs(share) <= abs(total) * mp.eps:
            return total
        term *= -(2 * k + 1) / (2 * x * x)
    raise ValueError("the series does not end")


def _erfcx_bits(mp: Any, n: Any, x: Any) -> int:
    """Each step of the recurrence loses up to x**2."""
    return 2 * _magnitude(mp, x) * (int(n) + 1) if mp.isfinite(n) and 0 <= n <= HIGHEST + SPARE and x < 1e4 else 0


def _ndtr(mp: Any, x: Any) -> Any:
    z = -x / mp.sqrt(2)
    return mp.erfc(z) / 2 if z < HUGE else mp.zero


def _ndtr_slope(mp: Any, x: Any) -> Any:
    return exponential(mp, -x * x / 2) / mp.sqrt(2 * mp.pi)


def _log_ndtr(mp: Any, x: Any) -> Any:
    if x >= -10:
        return mp.log1p(-_ndtr(mp, -x)) if x > 0 else mp.log(_ndtr(mp, x))
    return mp.log(_erfcx_derivative(mp, mp.zero, -x / mp.sqrt(2)) / 2) - x * x / 2 if x > -mp.inf else -mp.inf


def _ndtri(mp: Any, p: Any) -> Any:
    """Newton's method on log(ndtr), which is concave: from the left it never overshoots."""
    if not 0 < p < 1:
        raise ValueError("a probability must lie between 0 and 1")
    if p > 0.5:
        return -_ndtri(mp, 1 - p)
    aim = mp.log(p)
    x = -mp.sqrt(-2 * aim)
    while p < 0.5:                                                   # at 1/2 it is 0
        y = _log_ndtr(mp, x)
        step = (aim - y) / (_ndtr_slope(mp, x) / mp.exp(y))
        x += step
        if step <= abs(x) * mp.eps * 1024:
            return x
    return mp.zero


def _ndtri_slope(mp: Any, p: Any) -> Any:
    return 1 / _ndtr_slope(mp, _ndtri(mp, p))


def _erfinv(mp: Any, x: Any) -> Any:
    if not abs(x) < 1:
        raise ValueError("a value of erf must lie between -1 and 1")
    return mp.erfinv(x)


def _erfinv_slope(mp: Any, x: Any) -> Any:
    return mp.sqrt(mp.pi) / 2 * mp.exp(_erfinv(mp, x) ** 2)


def _tanhshrink(mp: Any, x: Any) -> Any:
    return x - mp.tanh(x) if abs(x) < HUGE else x - mp.sign(x)


def _shrink_bits(mp: Any, x: Any) -> int:
    """What x - tanh(x), about x**3/3, loses near 0."""
    return 2 * _magnitude(mp, 1 / x) if x else 0


# Bessel functions, and sin(pi x)/(pi x) --------------------------------------------------------------------------------------

def _iv(mp: Any, n: Any, x: Any) -> Any:
    _check_order(mp, n, -HIGHEST - SPARE)
    odd = n % 2 != 0
    if abs(x) > HUGE:
        return -mp.inf if odd and x < 0 else mp.inf
    y = mp.besseli(int(abs(n)), abs(x))
    return -y if odd and x < 0 else y


def _sinc_derivative(mp: Any, n: Any, x: Any) -> Any:
    """The power series near 0; elsewhere x f(n) + n f(n - 1) = pi**(n - 1) sin(pi x + n pi/2)."""
    _check_order(mp, n)
    if not mp.isfinite(x):
        raise ValueError("sinc needs a finite number")
    if abs(x) < 1 + n:
        return _sinc_series(mp, int(n), x)
    y = mp.sinpi(x) / (mp.pi * x)
    for k in range(1, int(n) + 1):
        y = (mp.pi ** (k - 1) * mp.sinpi(x + mp.mpf(k) / 2) - k * y) / x
    return y


def _sinc_series(mp: Any, n: int, x: Any) -> Any:
    """The terms (-1)**k (pi x)**(2k)/(2k + 1)!, differentiated n times."""
    k = (n + 1) // 2
    power = x ** (2 * k - n)
    term = (-1) ** k * mp.pi ** (2 * k) / (2 * k + 1) * power / mp.factorial(2 * k - n)
    total = mp.zero
    while True:
        total += term
        if abs(term) <= abs(total) * mp.eps / 1024 or not term:
            return total
        term *= -(mp.pi * x) ** 2 * (2 * k + 1) / ((2 * k + 3) * (2 * k + 2 - n) * (2 * k + 1 - n))
        k += 1


def _sinc_bits(mp: Any, n: Any, x: Any) -> int:
    """The terms of the series grow to exp(pi x), and each step of the recurrence may lose what it subtracts."""
    if not (mp.isfinite(n) and mp.isfinite(x)) or abs(n) > HIGHEST + SPARE:
        return 0
    return int(5 * (min(abs(x), abs(n) + 1) + 1)) + 4 * int(abs(n)) + _magnitude(mp, x)


def _squared_bits(mp: Any, x: Any) -> int:
    """For exp(x**2) to keep its digits."""
    return 2 * _magnitude(mp, x) + 4


SPECIAL: dict[str, Callable[..., Any]] = {
    "gamma": _widely(_magnitude, _gamma), "lgamma": _widely(_magnitude, _lgamma), "polygamma": _widely(_order_bits, _polygamma),
    "beta": _widely(_magnitude, _beta), "polygamma_gap": _widely(_gap_bits, _polygamma_gap),
    "erfinv": _widely(0, _erfinv), "erfinv_slope": _widely(20, _erfinv_slope),
    "erfcx_derivative": _widely(_erfcx_bits, _erfcx_derivative),
    "ndtr": _widely(_squared_bits, _ndtr), "ndtr_slope": _widely(_squared_bits, _ndtr_slope),
    "log_ndtr": _widely(_squared_bits, _log_ndtr), "ndtri": _widely(20, _ndtri), "ndtri_slope": _widely(20, _ndtri_slope),
    "tanhshrink": _widely(_shrink_bits, _tanhshrink), "iv": _widely(_magnitude, _iv),
    "sinc_derivative": _widely(_sinc_bits, _sinc_derivative)}
"""The functions by name; each takes a context and numbers of that context."""
