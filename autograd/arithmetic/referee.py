"""The referee: mpmath with 60 digits, in contexts of its own. It decides what is true."""

from __future__ import annotations

import math
import threading
from decimal import Decimal
from fractions import Fraction
from functools import partial, reduce
from typing import Any

from ..errors import OperandError
from ..inputs import is_referee_number, real
from .primitives import Arithmetic, Function, choose, equal, not_equal
from .special import HUGE, SPECIAL, exponential

DIGITS = 60
LONGEST = 5000                                                       # the exponent from which a Decimal is taken as a float

_thread = threading.local()                                          # mpmath's contexts are not safe to share between threads


def referee(digits: int = DIGITS) -> Arithmetic:
    """mpmath with this many digits, in a context of its own for each thread. A function without a real value gives nan.

    Its numbers refuse `float()`, so that `math.exp` of one raises an error instead of passing off 16 digits as 60.
    """
    made: dict[int, Arithmetic] = _thread.__dict__.setdefault("referees", {})
    if digits not in made:
        made[digits] = _referee(digits)
    return made[digits]


def _referee(digits: int) -> Arithmetic:
    import mpmath

    mp = mpmath.MPContext()
    mp.dps = digits
    kind = mp.mpf
    kind.is_autograd_referee = True
    kind.autograd_digits = digits
    kind.__float__ = _refuse_float
    kind.__truediv__, kind.__rtruediv__ = _ieee_division(kind.__truediv__, mp), _ieee_division(kind.__rtruediv__, mp)

    def number(x: Any) -> Any:
        if isinstance(x, kind):
            return x
        if is_referee_number(x):                                     # of another precision, or another thread
            return +mp.make_mpf(x._mpf_)
        if isinstance(x, (float, int)):
            return mp.mpf(float(x) if isinstance(x, float) else int(x))
        if isinstance(x, (Fraction, Decimal)) and x == x and abs(x) != math.inf:
            if isinstance(x, Decimal) and abs(x.adjusted()) > LONGEST:
                return mp.mpf(real(x))
            top, bottom = x.as_integer_ratio()                       # exactly
            return mp.mpf(top) / mp.mpf(bottom)
        return mp.mpf(real(x))

    def on_reals(function: Function, guard: Function = lambda *xs: True) -> Function:
        """The function, with nan where the guard fails, an operand is nan, or the result is not real."""
        def result(*xs: Any) -> Any:
            xs = tuple([number(x) for x in xs])
            if any(x != x for x in xs) or not guard(*xs):
                return mp.nan
            try:
                y = function(*xs)
            except (ValueError, ArithmeticError):
                return mp.nan
            return y if isinstance(y, kind) else mp.nan
        return result

    def positive(x: Any) -> bool:
        return bool(x > 0)

    huge = mp.mpf(HUGE)
    vast = mp.mpf(10) ** 3000                                        # of more, sin would need all the digits before the point

    def power(x: Any, n: Any) -> Any:
        if x == 0:
            return mp.one if n == 0 else mp.zero if n > 0 else mp.nan
        if x < 0 and n != mp.floor(n):
            return mp.nan
        if abs(n * mp.log(abs(x))) < huge:
            return mp.power(x, n)
        return mp.inf if (abs(x) > 1) == (n > 0) else mp.zero

    def moderate(x: Any) -> bool:
        return bool(abs(x) < vast)

    exp = partial(exponential, mp)

    def hyperbolic(function: Function, limit: Function) -> Function:
        return lambda x: function(x) if abs(x) < huge else limit(x)

    def sign(x: Any) -> Any:
        return mp.one if x > 0 else -mp.one

    def complement(x: Any) -> Any:
        return mp.erfc(x) if x < huge else mp.zero

    cube_root = on_reals(lambda x: sign(x) * mp.cbrt(abs(x)) if x else x)

    def divisible(a: Any, b: Any) -> bool:
        return bool(mp.isfinite(a) and b)

    def modulo(a: Any, b: Any) -> Any:
        with mp.workprec(mp.prec + _bits_between(mp, a, b)):
            return a % b if mp.isfinite(b) else a if a == 0 or (a > 0) == (b > 0) else b

    def quotient(a: Any, b: Any) -> Any:
        with mp.workprec(mp.prec + _bits_between(mp, a, b)):
            return mp.floor(a / b) if mp.isfinite(b) else mp.zero if a == 0 or (a > 0) == (b > 0) else -mp.one

    def length(*xs: Any) -> Any:
        return mp.sqrt(mp.fsum([x * x for x in xs]))

    def by_name(name: str, *xs: Any) -> Any:
        return on_reals(partial(SPECIAL[name], mp))(*xs)

    def total(*xs: Any) -> Any:
        return reduce(lambda a, b: a + b, [number(x) for x in xs], mp.zero)

    floor_divide = on_reals(quotient, divisible)
    kind.__floordiv__, kind.__rfloordiv__ = floor_divide, lambda b, a: floor_divide(a, b)
    return Arithmetic(
        name=f"{digits} digits", number=number, pi=+mp.pi,
        exp=on_reals(exp), exp2=on_reals(lambda x: exp(x * mp.ln2)),
        expm1=on_reals(lambda x: mp.expm1(x) if abs(x) < huge else exp(x) - 1),
        log=on_reals(mp.log, positive), log2=on_reals(lambda x: mp.log(x) / mp.ln2, positive),
        log10=on_reals(lambda x: mp.log(x) / mp.ln10, positive), log1p=on_reals(mp.log1p, lambda x: x > -1),
        pow=on_reals(power), sqrt=on_reals(mp.sqrt, lambda x: x >= 0), cbrt=cube_root,
        sin=on_reals(mp.sin, moderate), cos=on_reals(mp.cos, moderate), tan=on_reals(mp.tan, moderate),
        asin=on_reals(mp.asin, lambda x: abs(x) <= 1), acos=on_reals(mp.acos, lambda x: abs(x) <= 1), atan=on_reals(mp.atan),
        atan2=on_reals(lambda a, b: mp.atan2(a, b) if a or b else mp.zero),
        sinh=on_reals(hyperbolic(mp.sinh, lambda x: x * mp.inf)), cosh=on_reals(hyperbolic(mp.cosh, lambda x: mp.inf)),
        tanh=on_reals(hyperbolic(mp.tanh, sign)),
        asinh=on_reals(mp.asinh), acosh=on_reals(mp.acosh, lambda x: x >= 1), atanh=on_reals(mp.atanh, lambda x: abs(x) < 1),
        hypot=on_reals(length), erf=on_reals(mp.erf), erfc=on_reals(complement),
        erf_slope=on_reals(lambda x: 2 / mp.sqrt(mp.pi) * exp(-x * x)), floor=on_reals(mp.floor, mp.isfinite),
        mod=on_reals(modulo, divisible), floor_divide=floor_divide, special=by_name,
        where=choose, equal=equal, not_equal=not_equal, sum=total, widen=number, narrow=number, digits=digits,
        has_own_numbers=True)


def _bits_between(mp: Any, a: Any, b: Any) -> int:
    """How many more bits the quotient of two numbers has before its point."""
    return max(0, int(mp.mag(a)) - int(mp.mag(b))) + 8 if a and b and mp.isfinite(b) else 0


def _ieee_division(divide: Function, mp: Any) -> Function:
    """Division that gives inf or nan where the divisor is zero."""
    def result(a: Any, b: Any) -> Any:
        try:
            return divide(a, b)
        except ZeroDivisionError:
            top = b if a == 0 else a                                 # a reflected division gets its operands swapped
            return mp.inf if top > 0 else -mp.inf if top < 0 else mp.nan
    return result


def nearest(x: Any) -> float:
    """The float nearest to a referee's number; infinity if the number is too large for a float."""
    if not is_referee_number(x):
        return float(x)
    from mpmath.libmp import to_float
    try:
        return float(to_float(x._mpf_, rnd="n"))
    except OverflowError:
        return math.copysign(math.inf, 1.0 if x > 0 else -1.0)


def _refuse_float(self: Any) -> float:
    raise OperandError("a float would lose a referee number's digits: use autograd's functions (autograd.exp, not math.exp)")
