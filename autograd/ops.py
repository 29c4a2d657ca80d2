"""The table of operations. Each is written once and works in every arithmetic.

A row gives the signature, the value, and one local partial for each operand, in this order. They are written in terms of an
arithmetic `m` (see arithmetic/): `+ - * / < <= > >=` and abs() act on the numbers themselves, everything else is `m.exp`,
`m.where`, ... A partial also receives the value `y`, so that it need not compute it again.

* A partial that is `FLAT` is zero wherever it exists: nothing flows to that operand (the condition of `where`).
* An operation on any number of operands, "sum(*xs)", has a single function for all its partials, which returns a list.
* `domain` is true where the value exists; `kink` is 0 where a partial jumps.
* Constants are exact in every arithmetic: pi is `m.pi`, ln 2 is `m.log(2.0)`, a third is `x / 3.0`. With 60 digits, 0.333...
  would be wrong from the 17th on. (The two constants of SELU are floats by definition.)
* `m.where` evaluates both branches, so the one not taken must be guarded: `m.exp(m.clamp(x, -INF, 0.0))`.
* `m.special` is a function that no short formula gives to the last digit: mpmath computes it (arithmetic/special.py).
* Of several formulas, the row has the one that keeps its digits in float64: sech², not 1 - tanh².
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import mul
from typing import Any

from .errors import InputError

Rule = Callable[..., Any]

INF = float("inf")


def FLAT(m: Any, y: Any, *operands: Any) -> float:
    """The partial by an operand that nothing flows to."""
    return 0.0


class Operation:
    """One row of the table.

    `name`, `operand_names` and `nary` come from the signature. `value(m, *operands)` and `partials[k](m, y, *operands)` compute
    in the arithmetic m. `flat` holds the positions of the operands that nothing flows to; `is_flat` says that it holds them all.
    A row that `chooses` depends, at any point, on some of its operands alone: nothing flows to one that it did not choose, whose
    partial is 0. True says so of all operands, a tuple of those at its positions. `is_plain` says that gradient flows to all
    operands, always. `symbol` is the operator between the operands, if there is one. `domain(m, *operands)` is true where the
    value exists; `needs` says the same in words, where a formula could not. `kink(m, *operands)` is 0 where a partial jumps.
    """

    __slots__ = ("name", "operand_names", "nary", "value", "partials", "flat", "is_flat", "is_plain", "chooses", "symbol",
                 "domain", "needs", "kink")

    def __init__(self, signature: str, value: Rule, *partials: Rule, symbol: str = "", domain: Rule | None = None,
                 needs: str = "", kink: Rule | None = None, chooses: bool | tuple[int, ...] = False) -> None:
        self.name, _, names = signature.rstrip(")").partition("(")
        self.operand_names: list[str] = names.split(", ") if names else []
        self.nary: bool = names.startswith("*")
        self.value: Rule = value
        self.partials: Sequence[Rule] = partials
        self.flat: frozenset[int] = frozenset([k for k, d in enumerate(partials) if d is FLAT])
        self.is_flat: bool = bool(partials) and len(self.flat) == len(partials)
        self.chooses: bool | tuple[int, ...] = chooses
        self.is_plain: bool = not (self.flat or chooses)
        self.symbol: str = symbol
        self.domain: Rule | None = domain
        self.needs: str = needs
        self.kink: Rule | None = kink
        self.register()

    def register(self) -> None:
        """Enter the row in the table."""
        TABLE[self.name] = self

    def local_partials(self, m: Any, y: Any, operands: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
        """d y / d operand for the wanted operands; None for the others and where nothing flows."""
        if self.nary and self.partials[0] is FLAT:
            return [None] * len(operands)
        if self.nary:
            partials = self.partials[0](m, y, *operands)
            return list(partials) if all(wanted) else [d if w else None for d, w in zip(partials, wanted)]
        return [d(m, y, *operands) if w and d is not FLAT else None for d, w in zip(self.partials, wanted)]

    def passes_over(self, j: int, partial: Any) -> bool:
        """Whether the row chose another operand than the one at j. Then nothing flows to it, not even 0 times infinity."""
        among = self.chooses if isinstance(self.chooses, bool) else j in self.chooses
        return among and bool(partial == 0.0)

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(self.operand_names)})"

    @property
    def key(self) -> str:
        """The key for `row_of`: its name, or its signature if a user has defined it."""
        return self.name if TABLE.get(self.name) is self else repr(self)

    def __reduce__(self) -> Any:
        return row_of, (self.key,)


TABLE: dict[str, Operation] = {}
OWN: dict[str, Operation] = {}                                       # rows that users have made


def row_of(key: str) -> Operation:
    """The row of this key. Raises InputError for a user's that is not defined here."""
    if not key.endswith(")"):
        return TABLE[key]
    if key == DETACH.key:
        return DETACH
    name = key.partition("(")[0]
    if name not in OWN or repr(OWN[name]) != key:
        raise InputError(f"the graph uses the operation {key!r}, which is not defined here: define it with "
                         "autograd.operation, then load the graph")
    return OWN[name]


class _Unlisted(Operation):
    """A row that is no function of the table."""

    __slots__ = ()

    def register(self) -> None:
        """It is not entered."""


DETACH = _Unlisted("detach(x)", lambda m, x: x, FLAT)                # v.detach() while a function is recorded


# Arithmetic -----------------------------------------------------------------------------------------------------------

ADD = Operation("add(a, b)", lambda m, a, b: a + b,
                lambda m, y, a, b: 1.0,
                lambda m, y, a, b: 1.0, symbol="+")

SUB = Operation("sub(a, b)", lambda m, a, b: a - b,
                lambda m, y, a, b: 1.0,
                lambda m, y, a, b: -1.0, symbol="-")

MUL = Operation("mul(a, b)", lambda m, a, b: a * b,
                lambda m, y, a, b: b,
                lambda m, y, a, b: a, symbol="*")

EXCESS = Operation("excess(a, b)", lambda m, a, b: m.where(m.equal(a, b), 0.0, a - b),  # a - b; 0 for equal infinities, too
                   lambda m, y, a, b: 1.0,
                   lambda m, y, a, b: -1.0)

DIV = Operation("div(a, b)", lambda m, a, b: a / b,
                lambda m, y, a, b: m.reciprocal(b),                  # exact for a constant, too
                lambda m, y, a, b: -y / b, symbol="/",
                needs="a divisor other than 0")

NEG = Operation("neg(x)", lambda m, x: -x,
                lambda m, y, x: -1.0, symbol="-")

IDENTITY = Operation("identity(x)", lambda m, x: x,                  # the same number under another node
                     lambda m, y, x: 1.0)

SQUARE = Operation("square(x)", lambda m, x: x * x,
                   lambda m, y, x: 2.0 * x)

RECIPROCAL = Operation("reciprocal(x)", lambda m, x: 1.0 / x,
                       lambda m, y, x: -y * y,
                       domain=lambda m, x: m.not_equal(x, 0.0))


def _power_slope(m: Any, y: Any, x: Any, n: Any) -> Any:
    """n x**(n - 1). It is 0 at n = 0, and n y / x where n - 1 would be rounded: for a fractional n below 1/2."""
    if isinstance(n, float) and (n >= 0.5 or n % 1.0 == 0.0):        # a constant, the usual case
        return n * m.pow(x, n - 1.0) if n else 0.0
    if getattr(m, "never_rounds", False):                            # a textbook's
        return n * m.pow(x, n - 1.0)
    nonzero = m.where(m.equal(x, 0.0), 1.0, x)
    flat = m.equal(n, 0.0)
    rounded = m.where(n < 0.5, m.not_equal(m.floor(n), n), 0.0)
    by_ratio = m.where(rounded, m.where(abs(x) < INF, m.not_equal(x, 0.0), 0.0), 0.0)
    by_power = n * m.pow(x, m.where(flat, 1.0, m.where(by_ratio, 1.0, n - 1.0)))
    return m.where(flat, n / nonzero * y, m.where(by_ratio, n * y / nonzero, by_power))


POW = Operation("pow(x, n)", lambda m, x, n: m.pow(x, n),
                _power_slope,                                        # 0 ** 0 is 1, with partials 0 and 0
                lambda m, y, x, n: y * m.log(m.where(m.equal(x, 0.0), 1.0, x)), symbol="**",
                needs="x >= 0 unless n is a constant whole number, and x != 0 where n < 0")

# Exponentials and logarithms ------------------------------------------------------------------------------------------

EXP = Operation("exp(x)", lambda m, x: m.exp(x),
                lambda m, y, x: y)

EXP2 = Operation("exp2(x)", lambda m, x: m.exp2(x),
                 lambda m, y, x: y * m.log(2.0))

EXP10 = Operation("exp10(x)", lambda m, x: m.pow(10.0, x),
                  lambda m, y, x: y * m.log(10.0))

EXPM1 = Operation("expm1(x)", lambda m, x: m.expm1(x),
                  lambda m, y, x: m.exp(x))                          # not y + 1: digits lost where y is near -1

LOG = Operation("log(x)", lambda m, x: m.log(x),
                lambda m, y, x: 1.0 / x,
                domain=lambda m, x: x > 0.0)

LOG2 = Operation("log2(x)", lambda m, x: m.log2(x),
                 lambda m, y, x: 1.0 / m.log(2.0) / x,
                 domain=lambda m, x: x > 0.0)

LOG10 = Operation("log10(x)", lambda m, x: m.log10(x),
                  lambda m, y, x: 1.0 / m.log(10.0) / x,
                  domain=lambda m, x: x > 0.0)

LOG1P = Operation("log1p(x)", lambda m, x: m.log1p(x),
                  lambda m, y, x: 1.0 / (1.0 + x),
                  domain=lambda m, x: x > -1.0)

LOG1MEXP = Operation("log1mexp(x)", lambda m, x: m.where(x < 0.7,    # log(1 - exp(-x)), by the two ways of Mächler 2012
                                                         m.log(-m.expm1(-m.clamp(x, -1.0, 0.7))),
                                                         m.log1p(-m.exp(-m.clamp(x, 0.7, INF)))),
                     lambda m, y, x: m.exp(-x) / -m.expm1(-x),
                     domain=lambda m, x: x > 0.0)

LOGDIFFEXP = Operation("logdiffexp(a, b)", lambda m, a, b: a + m.log1mexp(a - b),
                       lambda m, y, a, b: -1.0 / m.expm1(b - a),
                       lambda m, y, a, b: m.exp(b - a) / m.expm1(b - a),
                       domain=lambda m, a, b: a > b)

LOGADDEXP2 = Operation("logaddexp2(a, b)",
                       lambda m, a, b: m.maximum(a, b) + m.log1p(m.exp2(-abs(m.excess(a, b)))) / m.log(2.0),
                       lambda m, y, a, b: m.sigmoid2(m.excess(a, b)),
                       lambda m, y, a, b: m.sigmoid2(m.excess(b, a)))


def _logistic(m: Any, x: Any, power: Rule) -> Any:
    """p/(1 + p) for the power p of x, without overflow."""
    e = power(-abs(x))
    return m.where(x < 0.0, e, 1.0) / (1.0 + e)


SIGMOID2 = Operation("sigmoid2(x)", lambda m, x: _logistic(m, x, m.exp2),  # 2**x/(1 + 2**x)
                     lambda m, y, x: m.log(2.0) * (y * m.sigmoid2(-x)))


XLOGY = Operation("xlogy(x, y)", lambda m, x, y: x * m.log(_or_1(m, x, y)),  # as PyTorch has it, 0 where x is 0
                  lambda m, _, x, y: m.log(_or_1(m, x, y)),
                  lambda m, _, x, y: x / _or_1(m, x, y),
                  domain=lambda m, x, y: m.where(m.equal(x, 0.0), 1.0, y > 0.0), needs="y > 0 unless x is 0")

XLOG1PY = Operation("xlog1py(x, y)", lambda m, x, y: x * m.log1p(_or_0(m, x, y)),
                    lambda m, _, x, y: m.log1p(_or_0(m, x, y)),
                    lambda m, _, x, y: x / (1.0 + _or_0(m, x, y)),
                    domain=lambda m, x, y: m.where(m.equal(x, 0.0), 1.0, y > -1.0), needs="y > -1 unless x is 0")


def _or_1(m: Any, x: Any, y: Any) -> Any:
    """y, but 1 where x is 0 and y has no finite logarithm."""
    return m.where(m.equal(x, 0.0), m.where(y > 0.0, m.where(y < INF, y, 1.0), 1.0), y)


def _or_0(m: Any, x: Any, y: Any) -> Any:
    """y, but 0 where x is 0 and 1 + y has no finite logarithm."""
    return m.where(m.equal(x, 0.0), m.where(y > -1.0, m.where(y < INF, y, 0.0), 0.0), y)


SQRT = Operation("sqrt(x)", lambda m, x: m.sqrt(x),
                 lambda m, y, x: 0.5 / y,                            # inf at 0
                 domain=lambda m, x: x >= 0.0)

CBRT = Operation("cbrt(x)", lambda m, x: m.cbrt(x),
                 lambda m, y, x: 1.0 / (3.0 * y * y))                # inf at 0

# Trigonometric --------------------------------------------------------------------------------------------------------


def _is_finite(m: Any, x: Any) -> Any:
    return abs(x) < INF


def _is_finite_and_not_0(m: Any, x: Any) -> Any:
    return m.where(abs(x) < INF, m.not_equal(x, 0.0), 0.0)


def _other_leg(m: Any, x: Any) -> Any:
    """sqrt(1 - x**2)."""
    return m.sqrt((1.0 - x) * (1.0 + x))


SIN = Operation("sin(x)", lambda m, x: m.sin(x),
                lambda m, y, x: m.cos(x),
                domain=_is_finite, needs="a finite x")

COS = Operation("cos(x)", lambda m, x: m.cos(x),
                lambda m, y, x: -m.sin(x),
                domain=_is_finite, needs="a finite x")

TAN = Operation("tan(x)", lambda m, x: m.tan(x),
                lambda m, y, x: 1.0 + y * y,
                domain=_is_finite, needs="a finite x")

SINPI = Operation("sinpi(x)", lambda m, x: _alternating(m, m.round(x)) * m.sin(m.pi * (x - m.round(x))),
                  lambda m, y, x: m.pi * m.cospi(x),
                  domain=_is_finite, needs="a finite x")

COSPI = Operation("cospi(x)", lambda m, x: _alternating(m, m.round(x)) * _cosine_of_half(m, abs(x - m.round(x))),
                  lambda m, y, x: -m.pi * m.sinpi(x),
                  domain=_is_finite, needs="a finite x")


def _alternating(m: Any, n: Any) -> Any:
    """(-1)**n for a whole n."""
    return m.where(m.equal(m.floor(n / 2.0) * 2.0, n), 1.0, -1.0)


def _cosine_of_half(m: Any, r: Any) -> Any:
    """cos(pi r) for r in [0, 1/2]: near 1/2 as a sine, which keeps its digits there."""
    return m.where(r < 0.25, m.cos(m.pi * r), m.sin(m.pi * (0.5 - r)))


SEC = Operation("sec(x)", lambda m, x: 1.0 / m.cos(x),
                lambda m, y, x: y * m.tan(x),
                domain=_is_finite, needs="a finite x")

CSC = Operation("csc(x)", lambda m, x: 1.0 / m.sin(x),
                lambda m, y, x: -y * m.cot(x),
                domain=_is_finite_and_not_0, needs="a finite x other than 0")

COT = Operation("cot(x)", lambda m, x: 1.0 / m.tan(x),
                lambda m, y, x: -(1.0 + y * y),
                domain=_is_finite_and_not_0, needs="a finite x other than 0")

ASIN = Operation("asin(x)", lambda m, x: m.asin(x),
                 lambda m, y, x: 1.0 / _other_leg(m, x),
                 domain=lambda m, x: abs(x) <= 1.0)

ACOS = Operation("acos(x)", lambda m, x: m.acos(x),
                 lambda m, y, x: -1.0 / _other_leg(m, x),
                 domain=lambda m, x: abs(x) <= 1.0)

ATAN = Operation("atan(x)", lambda m, x: m.atan(x),
                 lambda m, y, x: m.square(1.0 / m.hypot(1.0, x)))    # not 1 / (1 + x*x), which overflows


ASEC = Operation("asec(x)", lambda m, x: m.atan2(_leg(m, x), m.sign(x)),  # not acos(1/x), which loses digits near 1
                 lambda m, y, x: 1.0 / abs(x) / _leg(m, x),
                 domain=lambda m, x: abs(x) >= 1.0)

ACSC = Operation("acsc(x)", lambda m, x: m.atan2(m.sign(x), _leg(m, x)),
                 lambda m, y, x: -1.0 / abs(x) / _leg(m, x),
                 domain=lambda m, x: abs(x) >= 1.0)

ACOT = Operation("acot(x)", lambda m, x: m.atan2(m.where(x < 0.0, -1.0, 1.0), abs(x)),  # atan(1/x): DLMF 4.23.9
                 lambda m, y, x: -m.square(1.0 / m.hypot(1.0, x)),
                 kink=lambda m, x: x)


def _leg(m: Any, x: Any) -> Any:
    """sqrt(x**2 - 1), without overflow."""
    return m.sqrt(abs(x) - 1.0) * m.sqrt(abs(x) + 1.0)


def _unless_origin(m: Any, a: Any, b: Any, partial: Rule) -> Any:
    """A partial as a function of h = hypot(a, b), but 0 at the origin, without dividing by h = 0."""
    h = m.hypot(a, b)
    at_origin = m.equal(h, 0.0)
    return m.where(at_origin, 0.0, partial(m.where(at_origin, 1.0, h)))


ATAN2 = Operation("atan2(a, b)", lambda m, a, b: m.atan2(a, b),      # the angle of the point (b, a)
                  lambda m, y, a, b: _unless_origin(m, a, b, lambda h: b / h / h),
                  lambda m, y, a, b: _unless_origin(m, a, b, lambda h: -a / h / h),
                  kink=lambda m, a, b: m.where(b < 0.0, a, m.hypot(a, b)))  # the cut at a = 0, b < 0; and the origin

HYPOT = Operation("hypot(a, b)", lambda m, a, b: m.hypot(a, b),      # partials 0 and 0 at the origin
                  lambda m, y, a, b: _unless_origin(m, a, b, lambda h: a / h),
                  lambda m, y, a, b: _unless_origin(m, a, b, lambda h: b / h),
                  kink=lambda m, a, b: m.hypot(a, b))

# Hyperbolic -----------------------------------------------------------------------------------------------------------

SINH = Operation("sinh(x)", lambda m, x: m.sinh(x),
                 lambda m, y, x: m.cosh(x))

COSH = Operation("cosh(x)", lambda m, x: m.cosh(x),
                 lambda m, y, x: m.sinh(x))

TANH = Operation("tanh(x)", lambda m, x: m.tanh(x),
                 lambda m, y, x: m.sech_squared(x))                  # not 1 - y*y: digits lost where y is near 1


def _sech_squared(m: Any, x: Any) -> Any:
    """(2 / (exp(x) + exp(-x)))**2. Far out it squares exp(-x), because exp(-2x) becomes subnormal long before exp(-x) does."""
    e, s = m.exp(-2.0 * abs(x)), m.exp(-abs(x))
    near, far = 4.0 * e / ((1.0 + e) * (1.0 + e)), 2.0 * s / (1.0 + s * s)
    return m.where(abs(x) < 20.0, near, far * far)


SECH_SQUARED = Operation("sech_squared(x)", _sech_squared,           # 1 / cosh(x)**2, but it never overflows
                         lambda m, y, x: -2.0 * y * m.tanh(x))

ASINH = Operation("asinh(x)", lambda m, x: m.asinh(x),
                  lambda m, y, x: 1.0 / m.hypot(1.0, x))

ACOSH = Operation("acosh(x)", lambda m, x: m.acosh(x),
                  lambda m, y, x: 1.0 / (m.sqrt(x - 1.0) * m.sqrt(x + 1.0)),
                  domain=lambda m, x: x >= 1.0)

ATANH = Operation("atanh(x)", lambda m, x: m.atanh(x),
                  lambda m, y, x: 1.0 / ((1.0 - x) * (1.0 + x)),
                  domain=lambda m, x: abs(x) < 1.0)


def _sech(m: Any, x: Any) -> Any:
    e = m.exp(-abs(x))
    return 2.0 * e / (1.0 + e * e)


SECH = Operation("sech(x)", _sech,
                 lambda m, y, x: -y * m.tanh(x))

CSCH = Operation("csch(x)", lambda m, x: m.sign(x) * (-2.0 * m.exp(-abs(x)) / m.expm1(-2.0 * abs(x))),
                 lambda m, y, x: -y * m.coth(x),
                 domain=lambda m, x: m.not_equal(x, 0.0))

COTH = Operation("coth(x)", lambda m, x: 1.0 / m.tanh(x),
                 lambda m, y, x: -m.square(m.csch(x)),
                 domain=lambda m, x: m.not_equal(x, 0.0))

ASECH = Operation("asech(x)", lambda m, x: m.where(x < 0.5,          # not acosh(1/x), which loses digits near 1
                                                   m.log(1.0 + _other_leg(m, x)) - m.log(x),
                                                   m.asinh(_other_leg(m, x) / x)),
                  lambda m, y, x: -1.0 / (x * _other_leg(m, x)),
                  domain=lambda m, x: m.where(x > 0.0, x <= 1.0, 0.0), needs="0 < x <= 1")

ACSCH = Operation("acsch(x)", lambda m, x: m.where(abs(x) < 1.0,
                                                   m.sign(x) * (m.log(1.0 + m.hypot(1.0, x)) - m.log(abs(x))),
                                                   m.asinh(1.0 / x)),
                  lambda m, y, x: -1.0 / abs(x) / m.hypot(1.0, x),
                  domain=lambda m, x: m.not_equal(x, 0.0))

ACOTH = Operation("acoth(x)", lambda m, x: m.sign(x) * (0.5 * m.log1p(2.0 / (abs(x) - 1.0))),
                  lambda m, y, x: -1.0 / (x - 1.0) / (x + 1.0),
                  domain=lambda m, x: abs(x) > 1.0)

# Error functions ------------------------------------------------------------------------------------------------------

ERF = Operation("erf(x)", lambda m, x: m.erf(x),
                lambda m, y, x: m.erf_slope(x))

ERFC = Operation("erfc(x)", lambda m, x: m.erfc(x),                  # 1 - erf(x), with all digits in the far tail
                 lambda m, y, x: -m.erf_slope(x))

ERF_SLOPE = Operation("erf_slope(x)", lambda m, x: m.erf_slope(x),   # 2/sqrt(pi) exp(-x**2)
                      lambda m, y, x: -2.0 * (x * y))

ERFINV = Operation("erfinv(x)", lambda m, x: m.special("erfinv", x),
                   lambda m, y, x: m.erfinv_slope(x),
                   domain=lambda m, x: abs(x) < 1.0)

ERFINV_SLOPE = Operation("erfinv_slope(x)", lambda m, x: m.special("erfinv_slope", x),  # sqrt(pi)/2 exp(erfinv(x)**2)
                         lambda m, y, x: 2.0 * m.erfinv(x) * y * y,
                         domain=lambda m, x: abs(x) < 1.0)

ERFCX = Operation("erfcx(x)", lambda m, x: m.special("erfcx_derivative", 0.0, x),  # exp(x**2) erfc(x)
                  lambda m, y, x: m.erfcx_derivative(1.0, x))

ERFCX_DERIVATIVE = Operation("erfcx_derivative(n, x)", lambda m, n, x: m.special("erfcx_derivative", n, x),  # the nth
                             FLAT,
                             lambda m, y, n, x: m.erfcx_derivative(n + 1.0, x), needs="a whole n from 0 to 1000")

# The normal distribution ----------------------------------------------------------------------------------------------

NDTR = Operation("ndtr(x)", lambda m, x: m.special("ndtr", x),
                 lambda m, y, x: m.ndtr_slope(x))

NDTR_SLOPE = Operation("ndtr_slope(x)", lambda m, x: m.special("ndtr_slope", x),  # the density: exp(-x**2/2)/sqrt(2 pi)
                       lambda m, y, x: -x * y)

LOG_NDTR = Operation("log_ndtr(x)", lambda m, x: m.special("log_ndtr", x),
                     lambda m, y, x: m.where(x < 0.0, m.sqrt(2.0 / m.pi) / m.erfcx(m.where(x < 0.0, -x, 1.0) / m.sqrt(2.0)),
                                             m.ndtr_slope(x) / m.ndtr(m.where(x < 0.0, 1.0, x))))

NDTRI = Operation("ndtri(p)", lambda m, p: m.special("ndtri", p),
                  lambda m, y, p: m.ndtri_slope(p),
                  domain=lambda m, p: m.where(p > 0.0, p < 1.0, 0.0), needs="0 < p < 1")

NDTRI_SLOPE = Operation("ndtri_slope(p)", lambda m, p: m.special("ndtri_slope", p),  # 1 over the density at ndtri(p)
                        lambda m, y, p: m.ndtri(p) * y * y,
                        domain=lambda m, p: m.where(p > 0.0, p < 1.0, 0.0), needs="0 < p < 1")

# Gamma and Bessel functions -------------------------------------------------------------------------------------------


def _no_pole(m: Any, x: Any) -> Any:
    """Whether x is none of the poles of the gamma function, 0, -1, -2, ..."""
    finite = m.where(abs(x) < INF, x, 0.0)
    return m.where(x > 0.0, 1.0, m.not_equal(m.floor(finite), finite))


NO_POLE = "an x other than 0, -1, -2, ..."

GAMMA = Operation("gamma(x)", lambda m, x: m.special("gamma", x),
                  lambda m, y, x: y * m.digamma(x),
                  domain=_no_pole, needs=NO_POLE)

LGAMMA = Operation("lgamma(x)", lambda m, x: m.special("lgamma", x),  # log|gamma(x)|
                   lambda m, y, x: m.digamma(x),
                   domain=_no_pole, needs=NO_POLE)

DIGAMMA = Operation("digamma(x)", lambda m, x: m.special("polygamma", 0.0, x),
                    lambda m, y, x: m.polygamma(1.0, x),
                    domain=_no_pole, needs=NO_POLE)

POLYGAMMA = Operation("polygamma(n, x)", lambda m, n, x: m.special("polygamma", n, x),  # the nth derivative of digamma
                      FLAT,
                      lambda m, y, n, x: m.polygamma(n + 1.0, x),
                      needs="a whole n from 0 to 1000, and an x other than 0, -1, -2, ...")

BETA = Operation("beta(a, b)", lambda m, a, b: m.special("beta", a, b),
                 lambda m, y, a, b: y * m.polygamma_gap(0.0, a, b),
                 lambda m, y, a, b: y * m.polygamma_gap(0.0, b, a),
                 needs="a > 0 and b > 0")

POLYGAMMA_GAP = Operation("polygamma_gap(n, a, b)",                  # polygamma(n, a) - polygamma(n, a + b)
                          lambda m, n, a, b: m.special("polygamma_gap", n, a, b),
                          FLAT,
                          lambda m, y, n, a, b: m.polygamma_gap(n + 1.0, a, b),
                          lambda m, y, n, a, b: -m.polygamma(n + 1.0, a + b), needs="a whole n from 0 to 1000, a > 0 and b > 0")

I0 = Operation("i0(x)", lambda m, x: m.special("iv", 0.0, x),
               lambda m, y, x: m.i1(x))

I1 = Operation("i1(x)", lambda m, x: m.special("iv", 1.0, x),
               lambda m, y, x: 0.5 * (m.i0(x) + m.iv(2.0, x)))

IV = Operation("iv(n, x)", lambda m, n, x: m.special("iv", n, x),    # iv(-n, x) is iv(n, x)
               FLAT,
               lambda m, y, n, x: 0.5 * (m.iv(n - 1.0, x) + m.iv(n + 1.0, x)), needs="a whole n from -1000 to 1000")

SINC = Operation("sinc(x)", lambda m, x: m.special("sinc_derivative", 0.0, x),  # sin(pi x)/(pi x)
                 lambda m, y, x: m.sinc_derivative(1.0, x),
                 domain=_is_finite, needs="a finite x")

SINC_DERIVATIVE = Operation("sinc_derivative(n, x)", lambda m, n, x: m.special("sinc_derivative", n, x),  # the nth
                            FLAT,
                            lambda m, y, n, x: m.sinc_derivative(n + 1.0, x), needs="a whole n from 0 to 1000, and a finite x")

# Comparisons: 1 where they hold, else 0; nothing flows through them ------------------------------------------------------

LESS = Operation("less(a, b)", lambda m, a, b: a < b, FLAT, FLAT, symbol="<",
                 kink=lambda m, a, b: a - b)

LESS_EQUAL = Operation("less_equal(a, b)", lambda m, a, b: a <= b, FLAT, FLAT, symbol="<=",
                       kink=lambda m, a, b: a - b)

GREATER = Operation("greater(a, b)", lambda m, a, b: a > b, FLAT, FLAT, symbol=">",
                    kink=lambda m, a, b: a - b)

GREATER_EQUAL = Operation("greater_equal(a, b)", lambda m, a, b: a >= b, FLAT, FLAT, symbol=">=",
                          kink=lambda m, a, b: a - b)

EQUAL = Operation("equal(a, b)", lambda m, a, b: m.equal(a, b), FLAT, FLAT, symbol="==",
                  kink=lambda m, a, b: a - b)

NOT_EQUAL = Operation("not_equal(a, b)", lambda m, a, b: m.not_equal(a, b), FLAT, FLAT, symbol="!=",
                      kink=lambda m, a, b: a - b)

# Piecewise ------------------------------------------------------------------------------------------------------------

WHERE = Operation("where(c, a, b)", lambda m, c, a, b: m.where(c, a, b),
                  FLAT,
                  lambda m, y, c, a, b: m.where(c, 1.0, 0.0),
                  lambda m, y, c, a, b: m.where(c, 0.0, 1.0), chooses=True)

FLOOR = Operation("floor(x)", lambda m, x: m.floor(x), FLAT,
                  domain=_is_finite, needs="a finite x",
                  kink=lambda m, x: x - m.floor(x))

CEIL = Operation("ceil(x)", lambda m, x: -m.floor(-x), FLAT,
                 domain=_is_finite, needs="a finite x",
                 kink=lambda m, x: x - m.floor(x))


def _round(m: Any, x: Any) -> Any:
    """To the nearest whole number, and from the middle to the even one, as Python's round."""
    low = m.floor(x)
    is_even = m.equal(m.floor(low / 2.0) * 2.0, low)
    return m.where(x - low < 0.5, low, m.where(x - low > 0.5, low + 1.0, m.where(is_even, low, low + 1.0)))


ROUND = Operation("round(x)", _round, FLAT,
                  domain=_is_finite, needs="a finite x",
                  kink=lambda m, x: x - m.floor(x) - 0.5)

TRUNC = Operation("trunc(x)", lambda m, x: m.where(x < 0.0, -m.floor(-x), m.floor(x)), FLAT,
                  domain=_is_finite, needs="a finite x",
                  kink=lambda m, x: m.where(abs(x) < 1.0, 1.0, x - m.floor(x)))

MOD = Operation("mod(a, b)", lambda m, a, b: m.mod(a, b),            # the sign is that of b, as in Python
                lambda m, y, a, b: 1.0,
                lambda m, y, a, b: -m.floor_divide(a, b), symbol="%",
                needs="a finite a, and a divisor other than 0", kink=lambda m, a, b: m.mod(a, b))

FMOD = Operation("fmod(a, b)", lambda m, a, b: m.where(a < 0.0, -m.mod(abs(a), abs(b)), m.mod(abs(a), abs(b))),  # that of a
                 lambda m, y, a, b: 1.0,
                 lambda m, y, a, b: -m.round((a - y) / b),
                 needs="a finite a, and a divisor other than 0",
                 kink=lambda m, a, b: m.where(abs(a) < abs(b), 1.0, m.mod(abs(a), abs(b))))

FLOOR_DIVIDE = Operation("floor_divide(a, b)", lambda m, a, b: m.floor_divide(a, b), FLAT, FLAT, symbol="//",
                         needs="a finite a, and a divisor other than 0", kink=lambda m, a, b: m.mod(a, b))

SIGN = Operation("sign(x)", lambda m, x: m.where(x > 0.0, 1.0, m.where(x < 0.0, -1.0, x)), FLAT,
                 kink=lambda m, x: x)

STEP = Operation("step(x)", lambda m, x: m.where(x >= 0.0, 1.0, m.where(x < 0.0, 0.0, x)), FLAT,
                 kink=lambda m, x: x)

ABS = Operation("abs(x)", lambda m, x: abs(x),
                lambda m, y, x: m.sign(x),
                kink=lambda m, x: x)

COPYSIGN = Operation("copysign(a, b)", lambda m, a, b: m.where(m.atan2(b, -1.0) < 0.0, -abs(a), abs(a)),  # -0.0 is negative
                     lambda m, y, a, b: m.where(m.atan2(b, -1.0) < 0.0, -m.sign(a), m.sign(a)),
                     FLAT,
                     kink=lambda m, a, b: m.where(m.equal(b, 0.0), 0.0, a))

MAXIMUM = Operation("maximum(a, b)", lambda m, a, b: m.where(a < b, b, m.where(m.equal(b, b), a, b)),
                    lambda m, y, a, b: m.where(a > b, 1.0, m.where(a < b, 0.0, 0.5)),
                    lambda m, y, a, b: m.where(b > a, 1.0, m.where(b < a, 0.0, 0.5)),
                    kink=lambda m, a, b: a - b, chooses=True)

MINIMUM = Operation("minimum(a, b)", lambda m, a, b: m.where(a > b, b, m.where(m.equal(b, b), a, b)),
                    lambda m, y, a, b: m.where(a < b, 1.0, m.where(a > b, 0.0, 0.5)),
                    lambda m, y, a, b: m.where(b < a, 1.0, m.where(b > a, 0.0, 0.5)),
                    kink=lambda m, a, b: a - b, chooses=True)

CLAMP = Operation("clamp(x, low, high)", lambda m, x, low, high: m.where(x < low, low, m.where(x > high, high, x)),
                  lambda m, y, x, low, high: m.where(x < low, 0.0, m.where(x > high, 0.0, 1.0)),
                  lambda m, y, x, low, high: m.where(x < low, 1.0, 0.0),
                  lambda m, y, x, low, high: m.where(x < low, 0.0, m.where(x > high, 1.0, 0.0)),
                  kink=lambda m, x, low, high: m.where(m.equal(x, low), 0.0, x - high), chooses=True)

# Activations ----------------------------------------------------------------------------------------------------------

RELU = Operation("relu(x)", lambda m, x: m.where(x <= 0.0, 0.0, x),
                 lambda m, y, x: m.where(x > 0.0, 1.0, 0.0),
                 kink=lambda m, x: x, chooses=True)

LEAKY_RELU = Operation("leaky_relu(x, slope)", lambda m, x, slope: m.where(x > 0.0, x, slope * x),
                       lambda m, y, x, slope: m.where(x > 0.0, 1.0, slope),
                       lambda m, y, x, slope: m.where(x > 0.0, 0.0, x),
                       kink=lambda m, x, slope: x, chooses=(1,))

ELU = Operation("elu(x, alpha)", lambda m, x, alpha: m.where(x > 0.0, x, alpha * m.expm1(m.clamp(x, -INF, 0.0))),
                lambda m, y, x, alpha: m.where(x > 0.0, 1.0, alpha * m.exp(m.clamp(x, -INF, 0.0))),
                lambda m, y, x, alpha: m.where(x > 0.0, 0.0, m.expm1(m.clamp(x, -INF, 0.0))),
                kink=lambda m, x, alpha: x, chooses=(1,))

# Klambauer et al. 2017, "Self-Normalizing Neural Networks", appendix: the fixed point (0, 1) of mean and variance.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946

SELU = Operation("selu(x)", lambda m, x: m.where(x > 0.0, SELU_SCALE * x,
                                                 SELU_SCALE * (SELU_ALPHA * m.expm1(m.clamp(x, -INF, 0.0)))),
                 lambda m, y, x: m.where(x > 0.0, SELU_SCALE, SELU_SCALE * (SELU_ALPHA * m.exp(m.clamp(x, -INF, 0.0)))),
                 kink=lambda m, x: x)

HARDTANH = Operation("hardtanh(x, low, high)",                       # clamp, but flat at the limits too, as PyTorch has it
                     lambda m, x, low, high: m.clamp(x, low, high),
                     lambda m, y, x, low, high: m.where(x > low, m.where(x >= high, 0.0, 1.0), 0.0),
                     lambda m, y, x, low, high: m.where(x > low, 0.0, 1.0),
                     lambda m, y, x, low, high: m.where(x > low, m.where(x >= high, 1.0, 0.0), 0.0),
                     kink=lambda m, x, low, high: m.where(m.equal(x, low), 0.0, x - high), chooses=True)

THRESHOLD = Operation("threshold(x, limit, value)", lambda m, x, limit, value: m.where(x > limit, x, value),
                      lambda m, y, x, limit, value: m.where(x > limit, 1.0, 0.0),
                      FLAT,
                      lambda m, y, x, limit, value: m.where(x > limit, 0.0, 1.0),
                      kink=lambda m, x, limit, value: x - limit, chooses=True)

HARDSHRINK = Operation("hardshrink(x, limit)", lambda m, x, limit: m.where(abs(x) <= limit, 0.0, x),
                       lambda m, y, x, limit: m.where(abs(x) <= limit, 0.0, 1.0),
                       FLAT,
                       kink=lambda m, x, limit: abs(x) - limit, chooses=True)

SOFTSHRINK = Operation("softshrink(x, limit)",
                       lambda m, x, limit: m.where(abs(x) <= limit, 0.0, m.where(x > 0.0, x - limit, x + limit)),
                       lambda m, y, x, limit: m.where(abs(x) <= limit, 0.0, 1.0),
                       lambda m, y, x, limit: m.where(abs(x) <= limit, 0.0, -m.sign(x)),
                       kink=lambda m, x, limit: abs(x) - limit, chooses=True)

TANHSHRINK = Operation("tanhshrink(x)", lambda m, x: m.special("tanhshrink", x),  # x - tanh(x)
                       lambda m, y, x: m.square(m.tanh(x)))

SOFTSIGN = Operation("softsign(x)", lambda m, x: m.where(abs(x) < INF, m.where(abs(x) < INF, x, 0.0) / (1.0 + abs(x)), m.sign(x)),
                     lambda m, y, x: m.square(1.0 / (1.0 + abs(x))))


SIGMOID = Operation("sigmoid(x)", lambda m, x: _logistic(m, x, m.exp),
                    lambda m, y, x: y * m.sigmoid(-x))               # not y (1 - y): digits lost where y is near 1

SOFTPLUS = Operation("softplus(x)", lambda m, x: m.relu(x) + m.log1p(m.exp(-abs(x))),
                     lambda m, y, x: m.sigmoid(x))

LOG_SIGMOID = Operation("log_sigmoid(x)", lambda m, x: -(m.relu(-x) + m.log1p(m.exp(-abs(x)))),
                        lambda m, y, x: m.sigmoid(-x))

# Any number of operands -----------------------------------------------------------------------------------------------

SUM = Operation("sum(*xs)", lambda m, *xs: m.sum(*xs),
                lambda m, y, *xs: [1.0] * len(xs), symbol="+")

DOT = Operation("dot(*ab)", lambda m, *ab: m.sum(*[a * b for a, b in zip(ab[:len(ab) // 2], ab[len(ab) // 2:])]),
                lambda m, y, *ab: ab[len(ab) // 2:] + ab[:len(ab) // 2], symbol="·")


def _running_products(m: Any, xs: Sequence[Any]) -> list[Any]:
    """1, x1, x1 x2, ..., up to the product of all, with guard digits if the arithmetic has them."""
    products = [m.widen(1.0)]
    for x in xs:
        products.append(products[-1] * m.widen(x))
    return products


def _products_of_others(m: Any, y: Any, *xs: Any) -> list[Any]:
    """d(prod x)/dx_j is the product of the others, computed without division, so that a factor of zero does no harm."""
    before, after = _running_products(m, xs), _running_products(m, xs[::-1])[::-1]
    return [m.narrow(b * a) for b, a in zip(before[:-1], after[1:])]


PROD = Operation("prod(*xs)", lambda m, *xs: m.narrow(reduce(mul, [m.widen(x) for x in xs])) if xs else 1.0,
                 _products_of_others, symbol="*")


def _shares(m: Any, y: Any, *xs: Any) -> list[Any]:
    """k tied operands get a gradient of 1/k each."""
    hits = [m.equal(x, y) for x in xs]
    share = 1.0 / m.sum(*[m.where(hit, 1.0, 0.0) for hit in hits])
    return [m.where(hit, share, 0.0) for hit in hits]


def _ties(m: Any, y: Any, xs: Sequence[Any]) -> Any:
    """0 if more than one operand equals the extreme y, else 1."""
    return m.where(m.sum(*[m.where(m.equal(x, y), 1.0, 0.0) for x in xs]) > 1.0, 0.0, 1.0)


MAX = Operation("max(*xs)", lambda m, *xs: reduce(m.maximum, xs),
                _shares, kink=lambda m, *xs: _ties(m, reduce(m.maximum, xs), xs), chooses=True)

MIN = Operation("min(*xs)", lambda m, *xs: reduce(m.minimum, xs),
                _shares, kink=lambda m, *xs: _ties(m, reduce(m.minimum, xs), xs), chooses=True)

PEAK = Operation("peak(*xs)", lambda m, *xs: reduce(m.maximum, xs),  # max(xs) held constant: the shift of a softmax
                 FLAT)


def _shifted_exps(m: Any, xs: Sequence[Any]) -> Any:
    top = m.peak(*xs)
    return top, [m.exp(m.excess(x, top)) for x in xs]


def _logsumexp(m: Any, *xs: Any) -> Any:
    top, exps = _shifted_exps(m, xs)
    return top + m.log1p(m.maximum(m.sum(-1.0, *exps), 0.0))         # the largest term is exactly 1: log1p takes the others


def _softmax(m: Any, y: Any, *xs: Any) -> list[Any]:
    exps = _shifted_exps(m, xs)[1]                                   # not exp(x - y): y has lost the digits that count
    total = m.sum(*exps)
    return [e / total for e in exps]


LOGSUMEXP = Operation("logsumexp(*xs)", _logsumexp, _softmax)

NORM = Operation("norm(*xs)", lambda m, *xs: m.hypot(*xs),           # partials 0 at the origin
                 lambda m, y, *xs: [x / m.where(m.equal(y, 0.0), 1.0, y) for x in xs],
                 kink=lambda m, *xs: m.hypot(*xs))

# Constants ------------------------------------------------------------------------------------------------------------

PI = Operation("pi", lambda m: m.pi)
