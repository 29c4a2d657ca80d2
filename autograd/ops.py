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
* Of several formulas, the row has the one that keeps its digits in float64: sech², not 1 - tanh².
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import mul
from typing import Any

Rule = Callable[..., Any]

INF = float("inf")


def FLAT(m: Any, y: Any, *operands: Any) -> float:
    """The partial by an operand that nothing flows to."""
    return 0.0


class Operation:
    """One row of the table.

    `name`, `operand_names` and `nary` come from the signature. `value(m, *operands)` and `partials[k](m, y, *operands)` compute
    in the arithmetic m. `flat` holds the positions of the operands that nothing flows to; `is_flat` says that it holds them all.
    A row that `chooses` returns one of its operands; nothing flows to an operand whose partial is 0. `symbol` is the operator
    between the operands, if there is one. `domain(m, *operands)` is true where the value exists; `needs` says the same in words,
    where a formula could not. `kink(m, *operands)` is 0 where a partial jumps.
    """

    __slots__ = ("name", "operand_names", "nary", "value", "partials", "flat", "is_flat", "chooses", "symbol", "domain", "needs",
                 "kink")

    def __init__(self, signature: str, value: Rule, *partials: Rule, symbol: str = "", domain: Rule | None = None,
                 needs: str = "", kink: Rule | None = None, chooses: bool = False) -> None:
        self.name, _, names = signature.rstrip(")").partition("(")
        self.operand_names: list[str] = names.split(", ") if names else []
        self.nary: bool = names.startswith("*")
        self.value: Rule = value
        self.partials: Sequence[Rule] = partials
        self.flat: frozenset[int] = frozenset([k for k, d in enumerate(partials) if d is FLAT])
        self.is_flat: bool = bool(partials) and len(self.flat) == len(partials)
        self.chooses: bool = chooses
        self.symbol: str = symbol
        self.domain: Rule | None = domain
        self.needs: str = needs
        self.kink: Rule | None = kink
        TABLE[self.name] = self

    def local_partials(self, m: Any, y: Any, operands: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
        """d y / d operand for the wanted operands; None for the others and where nothing flows."""
        if self.nary and self.partials[0] is FLAT:
            return [None] * len(operands)
        if self.nary:
            partials = self.partials[0](m, y, *operands)
            return list(partials) if all(wanted) else [d if w else None for d, w in zip(partials, wanted)]
        return [d(m, y, *operands) if w and d is not FLAT else None for d, w in zip(self.partials, wanted)]

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(self.operand_names)})"

    def __reduce__(self) -> Any:
        return _row, (self.name,)


TABLE: dict[str, Operation] = {}


def _row(name: str) -> Operation:
    return TABLE[name]


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

SQRT = Operation("sqrt(x)", lambda m, x: m.sqrt(x),
                 lambda m, y, x: 0.5 / y,                            # inf at 0
                 domain=lambda m, x: x >= 0.0)

CBRT = Operation("cbrt(x)", lambda m, x: m.cbrt(x),
                 lambda m, y, x: 1.0 / (3.0 * y * y))                # inf at 0

# Trigonometric --------------------------------------------------------------------------------------------------------

SIN = Operation("sin(x)", lambda m, x: m.sin(x),
                lambda m, y, x: m.cos(x),
                domain=lambda m, x: abs(x) < INF)

COS = Operation("cos(x)", lambda m, x: m.cos(x),
                lambda m, y, x: -m.sin(x),
                domain=lambda m, x: abs(x) < INF)

TAN = Operation("tan(x)", lambda m, x: m.tan(x),
                lambda m, y, x: 1.0 + y * y,
                domain=lambda m, x: abs(x) < INF)

ASIN = Operation("asin(x)", lambda m, x: m.asin(x),
                 lambda m, y, x: 1.0 / m.sqrt((1.0 - x) * (1.0 + x)),
                 domain=lambda m, x: abs(x) <= 1.0)

ACOS = Operation("acos(x)", lambda m, x: m.acos(x),
                 lambda m, y, x: -1.0 / m.sqrt((1.0 - x) * (1.0 + x)),
                 domain=lambda m, x: abs(x) <= 1.0)

ATAN = Operation("atan(x)", lambda m, x: m.atan(x),
                 lambda m, y, x: m.square(1.0 / m.hypot(1.0, x)))    # not 1 / (1 + x*x), which overflows


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

# Error functions ------------------------------------------------------------------------------------------------------

ERF = Operation("erf(x)", lambda m, x: m.erf(x),
                lambda m, y, x: m.erf_slope(x))

ERFC = Operation("erfc(x)", lambda m, x: m.erfc(x),                  # 1 - erf(x), with all digits in the far tail
                 lambda m, y, x: -m.erf_slope(x))

ERF_SLOPE = Operation("erf_slope(x)", lambda m, x: m.erf_slope(x),   # 2/sqrt(pi) exp(-x**2)
                      lambda m, y, x: -2.0 * (x * y))

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
                  domain=lambda m, x: abs(x) < INF,
                  kink=lambda m, x: x - m.floor(x))

SIGN = Operation("sign(x)", lambda m, x: m.where(x > 0.0, 1.0, m.where(x < 0.0, -1.0, x)), FLAT,
                 kink=lambda m, x: x)

STEP = Operation("step(x)", lambda m, x: m.where(x >= 0.0, 1.0, m.where(x < 0.0, 0.0, x)), FLAT,
                 kink=lambda m, x: x)

ABS = Operation("abs(x)", lambda m, x: abs(x),
                lambda m, y, x: m.sign(x),
                kink=lambda m, x: x)

MAXIMUM = Operation("maximum(a, b)", lambda m, a, b: m.where(a < b, b, m.where(m.equal(b, b), a, b)),
                    lambda m, y, a, b: m.where(a > b, 1.0, m.where(a < b, 0.0, 0.5)),
                    lambda m, y, a, b: m.where(b > a, 1.0, m.where(b < a, 0.0, 0.5)),
                    kink=lambda m, a, b: a - b)

MINIMUM = Operation("minimum(a, b)", lambda m, a, b: m.where(a > b, b, m.where(m.equal(b, b), a, b)),
                    lambda m, y, a, b: m.where(a < b, 1.0, m.where(a > b, 0.0, 0.5)),
                    lambda m, y, a, b: m.where(b < a, 1.0, m.where(b > a, 0.0, 0.5)),
                    kink=lambda m, a, b: a - b)

CLAMP = Operation("clamp(x, low, high)", lambda m, x, low, high: m.where(x < low, low, m.where(x > high, high, x)),
                  lambda m, y, x, low, high: m.where(x < low, 0.0, m.where(x > high, 0.0, 1.0)),
                  lambda m, y, x, low, high: m.where(x < low, 1.0, 0.0),
                  lambda m, y, x, low, high: m.where(x < low, 0.0, m.where(x > high, 1.0, 0.0)),
                  kink=lambda m, x, low, high: m.where(m.equal(x, low), 0.0, x - high))

# Activations ----------------------------------------------------------------------------------------------------------

RELU = Operation("relu(x)", lambda m, x: m.where(x <= 0.0, 0.0, x),
                 lambda m, y, x: m.where(x > 0.0, 1.0, 0.0),
                 kink=lambda m, x: x)

LEAKY_RELU = Operation("leaky_relu(x, slope)", lambda m, x, slope: m.where(x > 0.0, x, slope * x),
                       lambda m, y, x, slope: m.where(x > 0.0, 1.0, slope),
                       lambda m, y, x, slope: m.where(x > 0.0, 0.0, x),
                       kink=lambda m, x, slope: x)

ELU = Operation("elu(x, alpha)", lambda m, x, alpha: m.where(x > 0.0, x, alpha * m.expm1(m.clamp(x, -INF, 0.0))),
                lambda m, y, x, alpha: m.where(x > 0.0, 1.0, alpha * m.exp(m.clamp(x, -INF, 0.0))),
                lambda m, y, x, alpha: m.where(x > 0.0, 0.0, m.expm1(m.clamp(x, -INF, 0.0))),
                kink=lambda m, x, alpha: x)

# Klambauer et al. 2017, "Self-Normalizing Neural Networks", appendix: the fixed point (0, 1) of mean and variance.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946

SELU = Operation("selu(x)", lambda m, x: m.where(x > 0.0, SELU_SCALE * x,
                                                 SELU_SCALE * (SELU_ALPHA * m.expm1(m.clamp(x, -INF, 0.0)))),
                 lambda m, y, x: m.where(x > 0.0, SELU_SCALE, SELU_SCALE * (SELU_ALPHA * m.exp(m.clamp(x, -INF, 0.0)))),
                 kink=lambda m, x: x)


def _sigmoid(m: Any, x: Any) -> Any:
    e = m.exp(-abs(x))
    return m.where(x < 0.0, e, 1.0) / (1.0 + e)


SIGMOID = Operation("sigmoid(x)", _sigmoid,
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
                _shares, kink=lambda m, *xs: _ties(m, reduce(m.maximum, xs), xs))

MIN = Operation("min(*xs)", lambda m, *xs: reduce(m.minimum, xs),
                _shares, kink=lambda m, *xs: _ties(m, reduce(m.minimum, xs), xs))

PEAK = Operation("peak(*xs)", lambda m, *xs: reduce(m.maximum, xs),  # max(xs) held constant: the shift of a softmax
                 FLAT)


def _shifted_exps(m: Any, xs: Sequence[Any]) -> Any:
    top = m.peak(*xs)
    shift = m.where(abs(top) < INF, top, 0.0)
    return shift, top, [m.exp(x - shift) for x in xs]


def _logsumexp(m: Any, *xs: Any) -> Any:
    shift, top, exps = _shifted_exps(m, xs)
    rest = m.maximum(m.sum(-1.0, *exps), 0.0)                        # the largest term is exactly 1: log1p takes the others
    return m.where(abs(top) < INF, shift + m.log1p(rest), top)


def _softmax(m: Any, y: Any, *xs: Any) -> list[Any]:
    exps = _shifted_exps(m, xs)[2]                                   # not exp(x - y): y has lost the digits that count
    total = m.sum(*exps)
    return [e / total for e in exps]


LOGSUMEXP = Operation("logsumexp(*xs)", _logsumexp, _softmax)

# Constants ------------------------------------------------------------------------------------------------------------

PI = Operation("pi", lambda m: m.pi)
