"""What the table is computed in. An arithmetic names the primitives of one kind of number; the table derives the rest.

FLOAT      Python's floats, which raise outside a domain: the values and the cached local partials of a node
IEEE       the same, answering inf and nan where Python raises: a partial at the edge of a domain
referee()  mpmath with 60 digits in a context of its own: what is true
numpy()    NumPy arrays, element by element
TEXT       formulas
"""

from __future__ import annotations

import decimal
import math
import operator
import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial, reduce
from numbers import Real
from typing import Any

from .errors import InputError, MissingExtraError, OperandError, RangeError
from .ops import TABLE

Function = Callable[..., Any]

DIGITS = 60


@dataclass
class Arithmetic:
    """The primitives, for numbers that bring + - * / < <= > >= - abs() along; `m.sigmoid`, ... follow from the table.

    `number` turns an exact float into a number; `widen` and `narrow` lead to guard digits and back.
    """

    name: str
    number: Function
    pi: Any
    exp: Function
    exp2: Function
    expm1: Function
    log: Function
    log2: Function
    log10: Function
    log1p: Function
    pow: Function
    sqrt: Function
    cbrt: Function
    sin: Function
    cos: Function
    tan: Function
    asin: Function
    acos: Function
    atan: Function
    atan2: Function
    sinh: Function
    cosh: Function
    tanh: Function
    asinh: Function
    acosh: Function
    atanh: Function
    hypot: Function
    erf: Function
    erfc: Function
    erf_slope: Function
    floor: Function
    where: Function
    equal: Function
    not_equal: Function
    sum: Function
    widen: Function
    narrow: Function

    def __getattr__(self, name: str) -> Function:
        if name not in TABLE:
            raise AttributeError(f"the arithmetic {self.__dict__.get('name')} has no {name!r}")
        derived = partial(TABLE[name].value, self)
        setattr(self, name, derived)
        return derived


# Real numbers -----------------------------------------------------------------------------------------------------------

def is_real(x: object) -> bool:
    """Whether x is a real number: int, float, bool, Fraction, Decimal, a NumPy scalar."""
    if isinstance(x, (float, int)):
        return True
    if isinstance(x, (Real, Decimal)):
        return not is_referee_number(x)
    return type(x).__module__ == "numpy" and type(x).__name__ in ("bool", "bool_")


def real(x: object) -> float:
    """A real number as a float; whatever else is given is refused with a TypeError that names it."""
    if not is_real(x):
        raise OperandError(f"a real number is needed, not {described(x)}")
    try:
        return float(x)  # type: ignore[arg-type]
    except OverflowError:
        raise RangeError(f"{described(x)} is too large for a float") from None
    except ValueError:                                               # a signalling NaN of decimal
        raise OperandError(f"a real number is needed, not {described(x)}") from None


def whole(name: str, n: Any, least: int = 1) -> int:
    """n as an int, if it is a whole number of at least so much; `name` is what an error calls it."""
    try:
        count = operator.index(n)
    except TypeError:
        raise OperandError(f"{name} is a whole number, not {described(n)}") from None
    if count < least:
        raise InputError(f"{name} is at least {least}, not {count}")
    return count


def finite(name: str, x: Any, *, least: float | None = None, above: float | None = None, most: float | None = None,
           below: float | None = None) -> float:
    """x as a float, if it is a finite number within these bounds; `name` is what an error calls it."""
    bounds = {"of at least": (least, operator.ge), "above": (above, operator.gt), "at most": (most, operator.le),
              "below": (below, operator.lt)}
    asked = [(word, bound, holds) for word, (bound, holds) in bounds.items() if bound is not None]
    if not (is_real(x) and math.isfinite(real(x)) and all([holds(x, bound) for _, bound, holds in asked])):
        wanted = " and ".join([f"{word} {bound:g}" for word, bound, _ in asked])
        raise InputError(f"{name} is a number {wanted}".rstrip() + f", and {described(x)} is given")
    return real(x)


def described(x: object) -> str:
    """What was given, for an error message: "the str 'abc'"."""
    if x is None:
        return "None"
    text = repr(x) if not isinstance(x, int) or abs(x) < 10 ** 50 else "of more than 50 digits"
    if text.startswith(f"{type(x).__name__}("):
        return text
    return f"the {type(x).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


# Floats -----------------------------------------------------------------------------------------------------------------

def _power(x: float, n: float) -> float:
    y: Any = x ** n
    if isinstance(y, complex):
        raise ValueError("a negative number to a fractional power")
    return float(y)


def _choose(c: Any, a: Any, b: Any) -> Any:
    return a if c else b


def _equal(a: Any, b: Any) -> Any:
    return a == b


def _not_equal(a: Any, b: Any) -> Any:
    return a != b


def _cube_root(x: float) -> float:
    """C's cbrt may be 4 ulp off; a step of Newton's makes it less than 1."""
    y = math.cbrt(x)
    if y == 0.0 or not math.isfinite(y):
        return y
    return y - (y - x / (y * y)) / 3.0


def _floor(x: float) -> float:
    return float(math.floor(x))


def _float_sum(*xs: float) -> float:
    try:
        return math.fsum(xs)
    except ValueError:                                               # infinities: as IEEE adds them
        return reduce(lambda a, b: a + b, xs, 0.0)
    except OverflowError:                                            # on the way; perhaps not in the end
        return math.fsum([x * 2.0 ** -64 for x in xs]) * 2.0 ** 64


class _Wide:
    """A factor with 40 digits and a boundless exponent, so that a long product is rounded once."""

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


def _erf_slope(x: float) -> float:
    """2/sqrt(pi) exp(-x**2), of which exp(-x * x) loses up to 350 ulp: x is split so that the square of its head is exact,
    and far out the result is scaled, so that it is rounded to a subnormal number only once."""
    if not -28.0 < x < 28.0:
        return 0.0 if x == x else x
    head = math.floor(x * 4096.0) / 4096.0
    lift = 512.0 if abs(x) > 25.0 else 0.0
    slope = 2.0 / math.sqrt(math.pi) * math.exp(lift - head * head) * math.exp(-(x - head) * (x + head))
    return slope * math.exp(-lift) if lift else slope


FLOAT = Arithmetic(
    name="float", number=float, pi=math.pi, exp=math.exp, exp2=math.exp2, expm1=math.expm1, log=math.log, log2=math.log2,
    log10=math.log10, log1p=math.log1p, pow=_power, sqrt=math.sqrt, cbrt=_cube_root, sin=math.sin, cos=math.cos, tan=math.tan,
    asin=math.asin, acos=math.acos, atan=math.atan, atan2=math.atan2, sinh=math.sinh, cosh=math.cosh, tanh=math.tanh,
    asinh=math.asinh, acosh=math.acosh, atanh=math.atanh, hypot=math.hypot, erf=math.erf, erfc=math.erfc, erf_slope=_erf_slope,
    floor=_floor, where=_choose, equal=_equal, not_equal=_not_equal, sum=_float_sum, widen=_widen, narrow=_narrow)


# IEEE floats ------------------------------------------------------------------------------------------------------------

class _Ieee(float):
    """A float that answers inf or nan where Python's own raises."""

    def __truediv__(self, b: Any) -> _Ieee:
        if b == 0.0 and self == self:
            return _Ieee(math.copysign(math.inf, self) * math.copysign(1.0, b) if self else math.nan)
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
    """A logarithm with -inf at its pole."""
    return lambda x: -math.inf if x == pole else function(x)


def _ieee_sinh(x: float) -> float:
    return math.sinh(x) if abs(x) < 710.0 or math.isinf(x) else math.copysign(math.inf, x)


def _ieee_atanh(x: float) -> float:
    return math.copysign(math.inf, x) if abs(x) == 1.0 else math.atanh(x)


def _ieee_answer(function: Function) -> Function:
    def answer(*xs: float) -> _Ieee:
        try:
            return _Ieee(function(*map(float, xs)))
        except OverflowError:
            return _Ieee(math.inf)
        except (ValueError, ZeroDivisionError):
            return _Ieee(math.nan)
    return answer


def _ieee() -> Arithmetic:
    exact = {"name", "number", "pi", "where", "equal", "not_equal", "widen", "narrow"}
    made: dict[str, Any] = {name: value if name in exact else _ieee_answer(value)
                            for name, value in vars(FLOAT).items() if name in Arithmetic.__dataclass_fields__}
    made.update(name="IEEE float", number=_Ieee, pow=_ieee_answer(_ieee_power), log=_ieee_answer(_with_pole(math.log, 0.0)),
                log2=_ieee_answer(_with_pole(math.log2, 0.0)), log10=_ieee_answer(_with_pole(math.log10, 0.0)),
                log1p=_ieee_answer(_with_pole(math.log1p, -1.0)), sinh=_ieee_answer(_ieee_sinh), atanh=_ieee_answer(_ieee_atanh),
                narrow=lambda x: _Ieee(_narrow(x)))
    return Arithmetic(**made)


IEEE = _ieee()


# The referee: 60 digits -------------------------------------------------------------------------------------------------

_thread = threading.local()                                          # mpmath's contexts are not made for several threads at once


def referee(digits: int = DIGITS) -> Arithmetic:
    """mpmath at so many digits, in a context of its own for each thread. Where a function has no real value it answers nan.

    Its numbers refuse `float()`, so that a `math.exp` of one is an error and not 16 digits that pose as 60.
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
            top, bottom = x.as_integer_ratio()                       # exactly
            return mp.mpf(top) / mp.mpf(bottom)
        return mp.mpf(real(x))

    def on_reals(function: Function, guard: Function = lambda *xs: True) -> Function:
        """nan where the guard fails, or the operands are nan, or the result leaves the real numbers."""
        def answer(*xs: Any) -> Any:
            xs = tuple([number(x) for x in xs])
            if any(x != x for x in xs) or not guard(*xs):
                return mp.nan
            try:
                y = function(*xs)
            except (ValueError, ArithmeticError):
                return mp.nan
            return y if isinstance(y, kind) else mp.nan
        return answer

    def positive(x: Any) -> bool:
        return bool(x > 0)

    def power(x: Any, n: Any) -> Any:
        if x == 0:
            return mp.one if n == 0 else mp.zero if n > 0 else mp.nan
        if x > 0 or n == mp.floor(n):
            return mp.power(x, n)
        return mp.nan

    huge = mp.mpf(10) ** 10                                          # exp of more has an exponent too long to be useful

    def exponential(x: Any) -> Any:
        return mp.exp(x) if abs(x) < huge or abs(x) == mp.inf else mp.inf if x > 0 else mp.zero

    def hyperbolic(function: Function, limit: Function) -> Function:
        return lambda x: function(x) if abs(x) < huge else limit(x)

    def sign(x: Any) -> Any:
        return mp.one if x > 0 else -mp.one

    def complement(x: Any) -> Any:
        return mp.erfc(x) if x < huge else mp.zero

    cube_root = on_reals(lambda x: sign(x) * mp.cbrt(abs(x)) if x else x)

    def total(*xs: Any) -> Any:
        return reduce(lambda a, b: a + b, [number(x) for x in xs], mp.zero)

    return Arithmetic(
        name=f"{digits} digits", number=number, pi=+mp.pi,
        exp=on_reals(exponential), exp2=on_reals(lambda x: exponential(x * mp.ln2)),
        expm1=on_reals(lambda x: mp.expm1(x) if abs(x) < huge else exponential(x) - 1),
        log=on_reals(mp.log, positive), log2=on_reals(lambda x: mp.log(x) / mp.ln2, positive),
        log10=on_reals(lambda x: mp.log(x) / mp.ln10, positive), log1p=on_reals(mp.log1p, lambda x: x > -1),
        pow=on_reals(power), sqrt=on_reals(mp.sqrt, lambda x: x >= 0), cbrt=cube_root,
        sin=on_reals(mp.sin, mp.isfinite), cos=on_reals(mp.cos, mp.isfinite), tan=on_reals(mp.tan, mp.isfinite),
        asin=on_reals(mp.asin, lambda x: abs(x) <= 1), acos=on_reals(mp.acos, lambda x: abs(x) <= 1), atan=on_reals(mp.atan),
        atan2=on_reals(lambda a, b: mp.atan2(a, b) if a or b else mp.zero),
        sinh=on_reals(hyperbolic(mp.sinh, lambda x: x * mp.inf)), cosh=on_reals(hyperbolic(mp.cosh, lambda x: mp.inf)),
        tanh=on_reals(hyperbolic(mp.tanh, sign)),
        asinh=on_reals(mp.asinh), acosh=on_reals(mp.acosh, lambda x: x >= 1), atanh=on_reals(mp.atanh, lambda x: abs(x) < 1),
        hypot=on_reals(mp.hypot), erf=on_reals(mp.erf), erfc=on_reals(complement),
        erf_slope=on_reals(lambda x: 2 / mp.sqrt(mp.pi) * exponential(-x * x)), floor=on_reals(mp.floor, mp.isfinite),
        where=_choose, equal=_equal, not_equal=_not_equal, sum=total, widen=number, narrow=number)


def _ieee_division(divide: Function, mp: Any) -> Function:
    """Division that answers inf or nan where the divisor is zero."""
    def answer(a: Any, b: Any) -> Any:
        try:
            return divide(a, b)
        except ZeroDivisionError:
            top = b if a == 0 else a                                 # a reflected division has its operands the other way round
            return mp.inf if top > 0 else -mp.inf if top < 0 else mp.nan
    return answer


def is_referee_number(x: object) -> bool:
    """Whether x is a number of a referee's arithmetic."""
    return getattr(type(x), "is_autograd_referee", False)


def nearest(x: Any) -> float:
    """The float nearest to a referee's number; infinity if it is too large for one."""
    if not is_referee_number(x):
        return float(x)
    from mpmath.libmp import to_float
    try:
        return float(to_float(x._mpf_, rnd="n"))
    except OverflowError:
        return math.copysign(math.inf, 1.0 if x > 0 else -1.0)


def _refuse_float(self: Any) -> float:
    raise OperandError("a referee's number would lose its digits in a float: use autograd's functions (autograd.exp), not math's")


# NumPy ------------------------------------------------------------------------------------------------------------------

@cache
def numpy() -> Arithmetic:
    """NumPy arrays of floats, element by element, with NumPy's own answers (and warnings) outside a domain."""
    try:
        import numpy as np
    except ImportError:
        raise MissingExtraError("arrays need NumPy: pip install 'scalar-autograd[numpy]'") from None

    def elementwise(function: Function) -> Function:
        return np.vectorize(_ieee_answer(function), otypes=[float])

    def total(*xs: Any) -> Any:
        return reduce(np.add, xs, np.float64(0.0))

    def same(x: Any) -> Any:
        return x

    return Arithmetic(
        name="NumPy", number=np.float64, pi=np.pi, exp=np.exp, exp2=np.exp2, expm1=np.expm1, log=np.log, log2=np.log2,
        log10=np.log10, log1p=np.log1p, pow=np.power, sqrt=np.sqrt, cbrt=np.cbrt, sin=np.sin, cos=np.cos, tan=np.tan,
        asin=np.arcsin, acos=np.arccos, atan=np.arctan, atan2=np.arctan2, sinh=np.sinh, cosh=np.cosh, tanh=np.tanh,
        asinh=np.arcsinh, acosh=np.arccosh, atanh=np.arctanh, hypot=np.hypot, erf=elementwise(math.erf),
        erfc=elementwise(math.erfc), erf_slope=elementwise(_erf_slope), floor=np.floor, where=np.where,
        equal=np.equal, not_equal=np.not_equal, sum=total, widen=same, narrow=same)


# Text -------------------------------------------------------------------------------------------------------------------

class Text:
    """A formula. `strength` says how tightly its outermost operator binds: -1 conditional, 0 comparison, 1 sum, 2 product,
    4 power, 9 atom."""

    __slots__ = ("strength", "text")
    times = "*"

    def __init__(self, text: str, strength: int = 9) -> None:
        self.text, self.strength = text, strength

    @classmethod
    def of(cls, x: Any) -> Text:
        """A number, or a formula, as a formula."""
        return x if isinstance(x, Text) else cls(number_text(float(x)), 9 if math.copysign(1.0, x) > 0 else 1)

    @classmethod
    def named(cls, name: str) -> Text:
        """What a node is called, as a formula."""
        return cls(name)

    def __str__(self) -> str:
        return self.text

    def within(self, strength: int) -> str:
        return self.text if self.strength >= strength else f"({self.text})"

    def __add__(self, b: Any) -> Text: return _infix(self, " + ", b, 1, right=2)
    def __radd__(self, a: Any) -> Text: return _infix(a, " + ", self, 1, right=2)
    def __sub__(self, b: Any) -> Text: return _infix(self, " - ", b, 1, right=2)
    def __rsub__(self, a: Any) -> Text: return _infix(a, " - ", self, 1, right=2)
    def __mul__(self, b: Any) -> Text: return _infix(self, self.times, b, 2, right=3)
    def __rmul__(self, a: Any) -> Text: return _infix(a, self.times, self, 2, right=3)
    def __truediv__(self, b: Any) -> Text: return _infix(self, "/", b, 2, right=3)
    def __rtruediv__(self, a: Any) -> Text: return _infix(a, "/", self, 2, right=3)
    def __lt__(self, b: Any) -> Text: return _infix(self, " < ", b, 0, 1, 1)
    def __le__(self, b: Any) -> Text: return _infix(self, " <= ", b, 0, 1, 1)
    def __gt__(self, b: Any) -> Text: return _infix(self, " > ", b, 0, 1, 1)
    def __ge__(self, b: Any) -> Text: return _infix(self, " >= ", b, 0, 1, 1)
    def __neg__(self) -> Text: return type(self)("-" + self.within(2), 1)
    def __abs__(self) -> Text: return type(self)(f"abs({self})")


def number_text(x: float) -> str:
    """A number as one would write it: 2, not 2.0; as many digits as it takes to be read back."""
    return f"{x:.0f}" if math.isfinite(x) and x == math.floor(x) and abs(x) < 1e16 else repr(x)


def _infix(a: Any, symbol: str, b: Any, strength: int, left: int | None = None, right: int | None = None) -> Text:
    kind = type(a) if isinstance(a, Text) else type(b) if isinstance(b, Text) else Text
    left, right = (strength if side is None else side for side in (left, right))
    return kind(kind.of(a).within(left) + symbol + kind.of(b).within(right), strength)


class TextArithmetic:
    """Formulas. Every function of the table is a call: "sigmoid(x)", not what it is made of."""

    def __init__(self, kind: type[Text] = Text) -> None:
        self.name = "text"
        self.number = self.widen = self.narrow = kind.of
        self.named = kind.named
        self.pi = kind("pi")
        self._kind = kind

    def where(self, c: Any, a: Any, b: Any) -> Text:
        a, b, c = self.number(a), self.number(b), self.number(c)
        return self._kind(f"{a.within(0)} if {c.within(0)} else {b.within(-1)}", -1)

    def equal(self, a: Any, b: Any) -> Text:
        return _infix(a, " == ", b, 0, 1, 1)

    def not_equal(self, a: Any, b: Any) -> Text:
        return _infix(a, " != ", b, 0, 1, 1)

    def pow(self, a: Any, b: Any) -> Text:
        return _infix(a, "**", b, 4, 5, 4)

    def reciprocal(self, x: Any) -> Text:
        return 1.0 / self.number(x)

    def sum(self, *xs: Any) -> Text:
        return reduce(lambda a, b: a + b, [self.number(x) for x in xs]) if xs else self.number(0.0)

    def __getattr__(self, name: str) -> Function:
        if name not in TABLE:
            raise AttributeError(f"the arithmetic of text has no {name!r}")
        return lambda *xs: self._kind(f"{name}({', '.join([str(self.number(x)) for x in xs])})")


TEXT = TextArithmetic()
