"""Python's floats, which raise outside a domain: the values and the cached local partials of nodes. And IEEE floats, which give
inf or nan instead: the local partials at the edge of a domain."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal
from functools import partial, reduce
from typing import Any

from .primitives import Arithmetic, Function, choose, equal, not_equal

# Floats -----------------------------------------------------------------------------------------------------------------


def _power(x: float, n: float) -> float:
    if x < 0.0 and n % 1.0 != 0.0 and math.isfinite(x) and math.isfinite(n):  # Python would make it complex
        raise ValueError("a negative number to a fractional power")
    return float(x ** n)


def _cube_root(x: float) -> float:
    """C's cbrt may be off by 4 ulp; one Newton step makes it less than 1."""
    y = math.cbrt(x)
    if y == 0.0 or not math.isfinite(y):
        return y
    return y - (y - x / (y * y)) / 3.0


def _floor(x: float) -> float:
    if not math.isfinite(x):
        raise ValueError("no whole number is the floor of an infinity")
    return float(math.floor(x))


def _mod(a: float, b: float) -> float:
    if math.isinf(a):
        raise ValueError("what infinity leaves is unknown")
    return a % b


def _floor_divide(a: float, b: float) -> float:
    if math.isinf(a):
        raise ValueError("how often a number goes into infinity is unknown")
    return a // b


def _float_sum(*xs: float) -> float:
    try:
        return math.fsum(xs)
    except ValueError:                                               # infinities of both signs: as IEEE adds them
        return math.nan
    except OverflowError:                                            # on the way; perhaps not in the end
        unbounded = [x for x in xs if not math.isfinite(x)]
        if unbounded:
            return reduce(lambda a, b: a + b, unbounded)
        return math.fsum([x * 2.0 ** -64 for x in xs]) * 2.0 ** 64


class _Wide:
    """A factor with 40 digits and a boundless exponent, so that a long product is rounded only once."""

    __slots__ = ("number",)
    context = decimal.Context(prec=40, Emin=-10 ** 15, Emax=10 ** 15, traps=[])

    def __init__(self, number: Decimal) -> None:
        self.number = number

    def __mul__(self, other: _Wide) -> _Wide:
        return _Wide(self.context.multiply(self.number, other.number))


def _widen(x: float) -> _Wide:
    return _Wide(_Wide.context.create_decimal_from_float(x))


def _narrow(x: _Wide) -> float:
    return float(x.number)


def _bell(x: float, scale: float, height: float) -> float:
    """height exp(-scale x**2), for a scale of 1 or 1/2. Plain exp(-x * x) would lose up to 350 ulp, so x is split such that the
    square of its head is exact. Far out the result is scaled, so that it is rounded to a subnormal number only once."""
    head = math.floor(x * 4096.0) / 4096.0
    lift = 512.0 if scale * x * x > 625.0 else 0.0
    y = height * math.exp(lift - scale * head * head) * math.exp(-scale * (x - head) * (x + head))
    return y * math.exp(-lift) if lift else y


def erf_slope(x: float) -> float:
    """2/sqrt(pi) exp(-x**2)."""
    if not -28.0 < x < 28.0:
        return 0.0 if x == x else x
    return _bell(x, 1.0, 2.0 / math.sqrt(math.pi))


def _ndtr_slope(x: float) -> float:
    """exp(-x**2/2)/sqrt(2 pi), the density of the normal distribution."""
    if not -39.0 < x < 39.0:
        return 0.0 if x == x else x
    return _bell(x, 0.5, 1.0 / math.sqrt(2.0 * math.pi))


_HALF_ROOT, _HALF_ROOT_REST = 0.7071067811865476, -4.833646656726457e-17  # sqrt(1/2) to 32 digits


def _ndtr(x: float) -> float:
    """erfc(-x/sqrt(2))/2. In the tail the rounding of x/sqrt(2) would cost up to 700 ulp: its rest is taken to first order."""
    if not -39.0 < x < 39.0:
        return (0.0 if x < 0.0 else 1.0) if x == x else x
    z = -x * _HALF_ROOT
    a, b = _halves(-x), _halves(_HALF_ROOT)
    rest = ((a[0] * b[0] - z) + a[0] * b[1] + a[1] * b[0]) + a[1] * b[1] - x * _HALF_ROOT_REST
    return 0.5 * math.erfc(z) - 0.5 * rest * erf_slope(z)


def _halves(x: float) -> tuple[float, float]:
    """x as a sum of two floats of 26 bits, so that products of them are exact (Veltkamp 1968)."""
    wide = 134217729.0 * x
    high = wide - (wide - x)
    return high, x - high


def _tanhshrink(x: float) -> float:
    """x - tanh(x), where nothing cancels."""
    return x - math.tanh(x) if not abs(x) < 1.5 else _exactly("tanhshrink", x)


FAST: dict[str, Function] = {"ndtr": _ndtr, "ndtr_slope": _ndtr_slope, "tanhshrink": _tanhshrink}
DIGITS = 30                                                          # with which the other special functions are computed


def _special(name: str, *xs: float) -> float:
    """A special function of floats: by a formula that keeps its digits, or the referee's."""
    return FAST[name](*xs) if name in FAST else _exactly(name, *xs)


def _exactly(name: str, *xs: float) -> float:
    """The referee's, rounded once."""
    if any([x != x for x in xs]):
        return math.nan
    from .referee import nearest, referee
    y = nearest(referee(DIGITS).special(name, *xs))
    if y != y:
        raise ValueError("no value")
    if math.isinf(y) and all([math.isfinite(x) for x in xs]):
        raise OverflowError("too large for a float")
    return y


FLOAT = Arithmetic(
    name="float", number=float, pi=math.pi, exp=math.exp, exp2=math.exp2, expm1=math.expm1, log=math.log, log2=math.log2,
    log10=math.log10, log1p=math.log1p, pow=_power, sqrt=math.sqrt, cbrt=_cube_root, sin=math.sin, cos=math.cos, tan=math.tan,
    asin=math.asin, acos=math.acos, atan=math.atan, atan2=math.atan2, sinh=math.sinh, cosh=math.cosh, tanh=math.tanh,
    asinh=math.asinh, acosh=math.acosh, atanh=math.atanh, hypot=math.hypot, erf=math.erf, erfc=math.erfc, erf_slope=erf_slope,
    floor=_floor, mod=_mod, floor_divide=_floor_divide, special=_special, where=choose,
    equal=equal, not_equal=not_equal, sum=_float_sum, widen=_widen, narrow=_narrow)


# IEEE floats ------------------------------------------------------------------------------------------------------------

class _Ieee(float):
    """A float that gives inf or nan where Python's own raises."""

    def __truediv__(self, b: Any) -> _Ieee:
        if b == 0.0:
            no_value = self == 0.0 or self != self
            return _Ieee(math.nan if no_value else math.copysign(math.inf, self) * math.copysign(1.0, b))
        return _Ieee(float(self) / float(b))

    def __rtruediv__(self, a: Any) -> _Ieee:
        return _Ieee(a) / self

    def __add__(self, b: Any) -> _Ieee:
        return _Ieee(float(self) + float(b))

    def __sub__(self, b: Any) -> _Ieee:
        return _Ieee(float(self) - float(b))

    def __rsub__(self, a: Any) -> _Ieee:
        return _Ieee(float(a) - float(self))

    def __mul__(self, b: Any) -> _Ieee:
        return _Ieee(float(self) * float(b))

    def __neg__(self) -> _Ieee:
        return _Ieee(-float(self))

    def __abs__(self) -> _Ieee:
        return _Ieee(abs(float(self)))

    __radd__ = __add__
    __rmul__ = __mul__


def _ieee_power(x: float, n: float) -> float:
    try:
        return _power(x, n)
    except ZeroDivisionError:
        return math.inf
    except OverflowError:
        return -math.inf if x < 0.0 and n % 2.0 == 1.0 else math.inf


def _with_pole(function: Function, pole: float) -> Function:
    """A logarithm that is -inf at its pole."""
    return lambda x: -math.inf if x == pole else function(x)


def _ieee_sinh(x: float) -> float:
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(math.inf, x)


def _ieee_atanh(x: float) -> float:
    return math.copysign(math.inf, x) if abs(x) == 1.0 else math.atanh(x)


def ieee_answer(function: Function) -> Function:
    """A function of floats that gives inf or nan where the original raises."""
    def result(*xs: float) -> _Ieee:
        try:
            return _Ieee(function(*map(float, xs)))
        except OverflowError:
            return _Ieee(math.inf)
        except (ValueError, ZeroDivisionError):
            return _Ieee(math.nan)
    return result


def _ieee() -> Arithmetic:
    exact = {"name", "number", "pi", "where", "equal", "not_equal", "widen", "narrow"}
    made: dict[str, Any] = {name: value if name in exact else ieee_answer(value)
                            for name, value in vars(FLOAT).items() if name in Arithmetic.__dataclass_fields__}
    made.update(name="IEEE float", number=_Ieee, has_own_numbers=True,
                pow=ieee_answer(_ieee_power), log=ieee_answer(_with_pole(math.log, 0.0)),
                log2=ieee_answer(_with_pole(math.log2, 0.0)), log10=ieee_answer(_with_pole(math.log10, 0.0)),
                log1p=ieee_answer(_with_pole(math.log1p, -1.0)), sinh=ieee_answer(_ieee_sinh), atanh=ieee_answer(_ieee_atanh),
                narrow=lambda x: _Ieee(_narrow(x)), special=lambda name, *xs: ieee_answer(partial(_special, name))(*xs))
    return Arithmetic(**made)


IEEE = _ieee()
