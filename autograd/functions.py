"""Functions: on floats, Values, the referee's 60-digit numbers and NumPy arrays alike.

What kind of number goes in comes out: `exp(0.0)` is a float, `exp(v)` a node of the graph, `exp(array)` an array. Outside its
domain a function of floats or Values raises `DomainError`; one of float arrays answers as NumPy does. The derivative of each is
in the table (ops.py); the activations at the end are composed of the table's operations.

Functions of any number of operands - sum, dot, prod, max, min, logsumexp, mean, maxout, softmax, log_softmax - take one
iterable each, as the builtins do; an array stands for all its elements.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from .arithmetic.dispatch import ELEMENTS, arithmetic_of
from .engine import Value, weighted_sum
from .errors import InputError, OperandError
from .inputs import Random, described, generator, has_array, is_array, is_real, real
from .ops import INF

if TYPE_CHECKING:
    from numpy.typing import NDArray

Number = TypeVar("Number", Value, float, "NDArray[Any]")

__all__ = [
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "square", "reciprocal", "sqrt", "cbrt", "pow", "hypot",
    "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf",
    "erfc", "abs", "sign", "maximum", "minimum", "clamp", "where", "less", "less_equal", "greater", "greater_equal",
    "equal", "not_equal", "identity", "step", "relu", "sigmoid", "log_sigmoid", "softplus", "selu", "sum", "dot",
    "prod", "max", "min", "logsumexp", "mean", "maxout", "softmax", "log_softmax", "leaky_relu", "prelu", "rrelu",
    "elu", "swish", "silu", "mish", "gelu", "arcsin", "arccos", "arctan", "arctan2", "arcsinh", "arccosh", "arctanh",
    "clip"]

# Exponentials and logarithms -------------------------------------------------------------------------------------------

def exp(x: Number) -> Number:
    """e**x. Its derivative is itself.

    >>> exp(0.0)
    1.0
    """
    return arithmetic_of(x).exp(x)  # type: ignore[no-any-return]


def exp2(x: Number) -> Number:
    """2**x. Its derivative is 2**x ln 2.

    >>> exp2(3.0)
    8.0
    """
    return arithmetic_of(x).exp2(x)  # type: ignore[no-any-return]


def expm1(x: Number) -> Number:
    """e**x - 1, with all its digits near 0. Its derivative is e**x.

    >>> expm1(1e-20)
    1e-20
    """
    return arithmetic_of(x).expm1(x)  # type: ignore[no-any-return]


def log(x: Number) -> Number:
    """The natural logarithm of x > 0. Its derivative is 1/x.

    >>> log(1.0)
    0.0
    """
    return arithmetic_of(x).log(x)  # type: ignore[no-any-return]


def log2(x: Number) -> Number:
    """The logarithm of x > 0 to base 2. Its derivative is 1/(x ln 2).

    >>> log2(8.0)
    3.0
    """
    return arithmetic_of(x).log2(x)  # type: ignore[no-any-return]


def log10(x: Number) -> Number:
    """The logarithm of x > 0 to base 10. Its derivative is 1/(x ln 10).

    >>> log10(1000.0)
    3.0
    """
    return arithmetic_of(x).log10(x)  # type: ignore[no-any-return]


def log1p(x: Number) -> Number:
    """log(1 + x) of x > -1, with all its digits near 0. Its derivative is 1/(1 + x).

    >>> log1p(1e-20)
    1e-20
    """
    return arithmetic_of(x).log1p(x)  # type: ignore[no-any-return]


# Powers and roots ------------------------------------------------------------------------------------------------------

def square(x: Number) -> Number:
    """x*x. Its derivative is 2x.

    >>> square(3.0)
    9.0
    """
    return arithmetic_of(x).square(x)  # type: ignore[no-any-return]


def reciprocal(x: Number) -> Number:
    """1/x of x != 0. Its derivative is -1/x**2.

    >>> reciprocal(4.0)
    0.25
    """
    return arithmetic_of(x).reciprocal(x)  # type: ignore[no-any-return]


def sqrt(x: Number) -> Number:
    """The square root of x >= 0. Its derivative is 1/(2 sqrt(x)), which is inf at 0.

    >>> sqrt(9.0)
    3.0
    """
    return arithmetic_of(x).sqrt(x)  # type: ignore[no-any-return]


def cbrt(x: Number) -> Number:
    """The cube root, of negative numbers too. Its derivative is 1/(3 cbrt(x)**2), which is inf at 0.

    >>> cbrt(-8.0)
    -2.0
    """
    return arithmetic_of(x).cbrt(x)  # type: ignore[no-any-return]


def pow(x: Any, n: Any) -> Any:
    """x**n; 0**0 is 1, with both derivatives 0. A negative x needs a constant whole n.

    By x the derivative is n x**(n - 1), by n it is x**n log(x).

    >>> pow(2.0, 10.0)
    1024.0
    """
    return arithmetic_of(x, n).pow(x, n)


def hypot(a: Any, b: Any) -> Any:
    """sqrt(a**2 + b**2), without overflow. Its derivatives are a/hypot and b/hypot; 0 and 0 at the origin.

    >>> hypot(3.0, 4.0)
    5.0
    """
    return arithmetic_of(a, b).hypot(a, b)


# Trigonometric functions, of radians -----------------------------------------------------------------------------------

def sin(x: Number) -> Number:
    """The sine. Its derivative is cos(x).

    >>> sin(0.0)
    0.0
    """
    return arithmetic_of(x).sin(x)  # type: ignore[no-any-return]


def cos(x: Number) -> Number:
    """The cosine. Its derivative is -sin(x).

    >>> cos(0.0)
    1.0
    """
    return arithmetic_of(x).cos(x)  # type: ignore[no-any-return]


def tan(x: Number) -> Number:
    """The tangent. Its derivative is 1 + tan(x)**2.

    >>> tan(0.0)
    0.0
    """
    return arithmetic_of(x).tan(x)  # type: ignore[no-any-return]


def asin(x: Number) -> Number:
    """The angle in [-pi/2, pi/2] whose sine is x, of abs(x) <= 1. Its derivative is 1/sqrt(1 - x**2).

    >>> asin(1.0)
    1.5707963267948966
    """
    return arithmetic_of(x).asin(x)  # type: ignore[no-any-return]


def acos(x: Number) -> Number:
    """The angle in [0, pi] whose cosine is x, of abs(x) <= 1. Its derivative is -1/sqrt(1 - x**2).

    >>> acos(1.0)
    0.0
    """
    return arithmetic_of(x).acos(x)  # type: ignore[no-any-return]


def atan(x: Number) -> Number:
    """The angle in (-pi/2, pi/2) whose tangent is x. Its derivative is 1/(1 + x**2).

    >>> atan(1.0)
    0.7853981633974483
    """
    return arithmetic_of(x).atan(x)  # type: ignore[no-any-return]


def atan2(a: Any, b: Any) -> Any:
    """The angle in [-pi, pi] of the point (b, a), as `math.atan2(y, x)`. Its derivatives are b/(a**2 + b**2) and
    -a/(a**2 + b**2); 0 and 0 at the origin.

    >>> atan2(1.0, -1.0)
    2.356194490192345
    """
    return arithmetic_of(a, b).atan2(a, b)


arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2


# Hyperbolic functions --------------------------------------------------------------------------------------------------

def sinh(x: Number) -> Number:
    """The hyperbolic sine. Its derivative is cosh(x).

    >>> sinh(0.0)
    0.0
    """
    return arithmetic_of(x).sinh(x)  # type: ignore[no-any-return]


def cosh(x: Number) -> Number:
    """The hyperbolic cosine. Its derivative is sinh(x).

    >>> cosh(0.0)
    1.0
    """
    return arithmetic_of(x).cosh(x)  # type: ignore[no-any-return]


def tanh(x: Number) -> Number:
    """The hyperbolic tangent, in (-1, 1). Its derivative is sech(x)**2 = 1 - tanh(x)**2, which is 1 at 0.

    >>> tanh(0.0)
    0.0
    """
    return arithmetic_of(x).tanh(x)  # type: ignore[no-any-return]


def asinh(x: Number) -> Number:
    """The inverse of sinh. Its derivative is 1/sqrt(1 + x**2).

    >>> asinh(0.0)
    0.0
    """
    return arithmetic_of(x).asinh(x)  # type: ignore[no-any-return]


def acosh(x: Number) -> Number:
    """The inverse of cosh, of x >= 1. Its derivative is 1/sqrt(x**2 - 1), which is inf at 1.

    >>> acosh(1.0)
    0.0
    """
    return arithmetic_of(x).acosh(x)  # type: ignore[no-any-return]


def atanh(x: Number) -> Number:
    """The inverse of tanh, of abs(x) < 1. Its derivative is 1/(1 - x**2).

    >>> atanh(0.0)
    0.0
    """
    return arithmetic_of(x).atanh(x)  # type: ignore[no-any-return]


arcsinh, arccosh, arctanh = asinh, acosh, atanh


# Error functions -------------------------------------------------------------------------------------------------------

def erf(x: Number) -> Number:
    """The error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to x. Its derivative is 2/sqrt(pi) exp(-x**2).

    >>> erf(0.0)
    0.0
    """
    return arithmetic_of(x).erf(x)  # type: ignore[no-any-return]


def erfc(x: Number) -> Number:
    """1 - erf(x), with all its digits where that is near 0. Its derivative is -2/sqrt(pi) exp(-x**2).

    >>> erfc(0.0)
    1.0
    """
    return arithmetic_of(x).erfc(x)  # type: ignore[no-any-return]


# Piecewise functions ---------------------------------------------------------------------------------------------------

def abs(x: Number) -> Number:
    """The absolute value. Its derivative is sign(x); 0 at the kink at 0.

    >>> abs(-2.0)
    2.0
    """
    return arithmetic_of(x).abs(x)  # type: ignore[no-any-return]


def sign(x: Number) -> Number:
    """-1, 0 or 1. Nothing flows through it.

    >>> sign(-2.0)
    -1.0
    """
    return arithmetic_of(x).sign(x)  # type: ignore[no-any-return]


def maximum(a: Any, b: Any) -> Any:
    """The larger of two. Its derivative is 1 by that one and 0 by the other; 1/2 each where they are equal.

    >>> maximum(2.0, 3.0)
    3.0
    """
    return arithmetic_of(a, b).maximum(a, b)


def minimum(a: Any, b: Any) -> Any:
    """The smaller of two. Its derivative is 1 by that one and 0 by the other; 1/2 each where they are equal.

    >>> minimum(2.0, 3.0)
    2.0
    """
    return arithmetic_of(a, b).minimum(a, b)


def clamp(x: Any, min: Any = -INF, max: Any = INF) -> Any:
    """x, but no less than min and no more than max. Its derivative by x is 1 between them and at both limits, 0 outside.

    At 0 the three ways to cut off at 0 differ: relu(x) has the derivative 0 there, maximum(x, 0) 1/2, clamp(x, min=0) 1.

    A limit of None is no limit. Raises InputError if min is greater than max.

    >>> clamp(5.0, 0.0, 1.0)
    1.0
    """
    low, high = -INF if min is None else min, INF if max is None else max
    m = arithmetic_of(x, low, high)
    crossed: Any = low > high
    if crossed.any() if has_array(crossed) else crossed:
        raise InputError(f"clamp needs min <= max, not min = {low} and max = {high}")
    return m.clamp(x, low, high)


clip = clamp


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, else b; element by element for arrays. The derivative is 1 by the one that was chosen.

    A condition such as `x > 0` is recorded, so that a graph computed again decides again. Both branches are computed: keep
    the one that is not taken inside its domain.

    >>> x = Value(-2.0)
    >>> where(x > 0, x, 0.01 * x)
    Value(-0.02)
    """
    return arithmetic_of(condition, a, b).where(condition, a, b)


def less(a: Any, b: Any) -> Any:
    """a < b, recorded as 1 or 0. Nothing flows through a comparison.

    >>> less(Value(1.0), 2.0)
    Value(1.0)
    """
    return arithmetic_of(a, b).less(a, b)


def less_equal(a: Any, b: Any) -> Any:
    """a <= b, recorded as 1 or 0.

    >>> less_equal(Value(1.0), 1.0)
    Value(1.0)
    """
    return arithmetic_of(a, b).less_equal(a, b)


def greater(a: Any, b: Any) -> Any:
    """a > b, recorded as 1 or 0.

    >>> greater(Value(1.0), 2.0)
    Value(0.0)
    """
    return arithmetic_of(a, b).greater(a, b)


def greater_equal(a: Any, b: Any) -> Any:
    """a >= b, recorded as 1 or 0.

    >>> greater_equal(Value(1.0), 2.0)
    Value(0.0)
    """
    return arithmetic_of(a, b).greater_equal(a, b)


def equal(a: Any, b: Any) -> Any:
    """a == b, recorded as 1 or 0; the operator == on Values gives a plain bool instead.

    >>> equal(Value(1.0), 1.0)
    Value(1.0)
    """
    return arithmetic_of(a, b).equal(a, b)


def not_equal(a: Any, b: Any) -> Any:
    """a != b, recorded as 1 or 0; the operator != on Values gives a plain bool instead.

    >>> not_equal(Value(1.0), 1.0)
    Value(0.0)
    """
    return arithmetic_of(a, b).not_equal(a, b)


# Activations that are rows of the table --------------------------------------------------------------------------------

def identity(x: Number) -> Number:
    """x itself, as another node. Its derivative is 1.

    >>> identity(2.0)
    2.0
    """
    return arithmetic_of(x).identity(x)  # type: ignore[no-any-return]


def step(x: Number) -> Number:
    """The binary step: 0 below 0, else 1. Its derivative is 0, so there is nothing to learn from.

    >>> step(0.0)
    1.0
    """
    return arithmetic_of(x).step(x)  # type: ignore[no-any-return]


def relu(x: Number) -> Number:
    """max(0, x). Its derivative is 0 for x <= 0, kink included, and 1 above.

    >>> relu(-2.0)
    0.0
    """
    return arithmetic_of(x).relu(x)  # type: ignore[no-any-return]


def sigmoid(x: Number) -> Number:
    """1/(1 + exp(-x)), in (0, 1). Its derivative is sigmoid(x) (1 - sigmoid(x)), at most 0.25.

    >>> sigmoid(0.0)
    0.5
    """
    return arithmetic_of(x).sigmoid(x)  # type: ignore[no-any-return]


def log_sigmoid(x: Number) -> Number:
    """log(sigmoid(x)), without overflow. Its derivative is sigmoid(-x).

    >>> log_sigmoid(-1000.0)
    -1000.0
    """
    return arithmetic_of(x).log_sigmoid(x)  # type: ignore[no-any-return]


def softplus(x: Number) -> Number:
    """log(1 + exp(x)), with the natural logarithm, without overflow. Its derivative is sigmoid(x).

    >>> softplus(1000.0)
    1000.0
    """
    return arithmetic_of(x).softplus(x)  # type: ignore[no-any-return]


def selu(x: Number) -> Number:
    """The self-normalizing elu of Klambauer et al. 2017: scale times elu(x, alpha), with their constants.

    >>> selu(0.0)
    0.0
    """
    return arithmetic_of(x).selu(x)  # type: ignore[no-any-return]


# Any number of operands ------------------------------------------------------------------------------------------------

def sum(xs: Iterable[Any]) -> Any:
    """The sum, as one node. Floats are added exactly and rounded once (`math.fsum`); the sum of nothing is 0.0.

    >>> sum([0.1] * 10)
    1.0
    """
    items = _items("sum", xs)
    return arithmetic_of(*items).sum(*items)


def dot(a: Iterable[Any], b: Iterable[Any]) -> Any:
    """a[0] b[0] + a[1] b[1] + ..., as one node: a neuron's weighted sum. Raises InputError if the lengths differ.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    left, right = _items("dot", a), _items("dot", b)
    if len(left) != len(right):
        raise InputError(f"dot needs two sequences of the same length, not {len(left)} and {len(right)}")
    node = weighted_sum(left, right)
    return arithmetic_of(*left, *right).dot(*left, *right) if node is None else node


def prod(xs: Iterable[Any]) -> Any:
    """The product, as one node. The derivative by each factor is the product of the others; the product of nothing is 1.0.

    >>> prod([1.0, 2.0, 3.0, 4.0])
    24.0
    """
    items = _items("prod", xs)
    return arithmetic_of(*items).prod(*items)


def max(xs: Iterable[Any]) -> Any:
    """The largest, as one node. Its derivative is 1 by that one; k that are equal get 1/k each. InputError if there is none.

    >>> max([1.0, 3.0, 2.0])
    3.0
    """
    items = _some("max", xs)
    return arithmetic_of(*items).max(*items)


def min(xs: Iterable[Any]) -> Any:
    """The smallest, as one node. Its derivative is 1 by that one; k that are equal get 1/k each. InputError if there is none.

    >>> min([1.0, 3.0, 2.0])
    1.0
    """
    items = _some("min", xs)
    return arithmetic_of(*items).min(*items)


def logsumexp(xs: Iterable[Any]) -> Any:
    """log(exp(x1) + exp(x2) + ...), without overflow, as one node. Its derivatives are softmax(xs). InputError if there is none.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    items = _some("logsumexp", xs)
    return arithmetic_of(*items).logsumexp(*items)


def mean(xs: Iterable[Any]) -> Any:
    """The sum divided by the number. InputError if there is none.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    items = _some("mean", xs)
    return sum(items) / len(items)


def maxout(xs: Iterable[Any]) -> Any:
    """The largest of several linear pieces, as a unit of Goodfellow et al. 2013 ("Maxout Networks"): `max` by another name.

    >>> maxout([1.0, -3.0])
    1.0
    """
    return max(_some("maxout", xs))


def softmax(xs: Iterable[Any]) -> Any:
    """exp(x_i) / (exp(x_1) + exp(x_2) + ...) for each i: a list, or an array for an array of one dimension.

    The largest x is subtracted first, as a constant, so logits of 1e4 do no harm; d y_i / d x_j = y_i (1[i = j] - y_j).

    >>> [round(p, 4) for p in softmax([3.0, 1.0, -3.0])]
    [0.8789, 0.1189, 0.0022]
    """
    exps = [exp(x) for x in _shifted("softmax", xs)]
    total = sum(exps)
    return _like(xs, [e / total for e in exps])


def log_softmax(xs: Iterable[Any]) -> Any:
    """x_i - logsumexp(xs) for each i, also where softmax rounds to 0 or 1: a list, or an array for an array.

    >>> log_softmax([0.0, 1000.0])
    [-1000.0, 0.0]
    """
    shifted = _shifted("log_softmax", xs)
    total = logsumexp(shifted)
    return _like(xs, [x - total for x in shifted])


# Activations composed of others ----------------------------------------------------------------------------------------

def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """x above 0, slope * x below. Its derivative at the kink at 0 is the slope.

    >>> leaky_relu(-2.0)
    -0.02
    """
    return arithmetic_of(x, slope).leaky_relu(x, slope)


def prelu(x: Any, slope: Any) -> Any:
    """leaky_relu with a slope that is learnt (He et al. 2015): the derivative by the slope is x below 0, else 0.

    >>> slope = Value(0.25)
    >>> prelu(Value(-2.0), slope).backward()
    >>> slope.grad
    -2.0
    """
    return leaky_relu(x, slope)


def rrelu(x: Any, lower: float = 1 / 8, upper: float = 1 / 3, *, training: bool = True, rng: Random = None) -> Any:
    """leaky_relu with a slope drawn from [lower, upper] (Xu et al. 2015); with training=False the middle of it.

    Args:
        rng: a `random.Random`, or a seed for one; None draws afresh. An array gets a slope for each element.

    >>> rrelu(-1.0, 0.25, 0.75, training=False)
    -0.5
    """
    lower, upper = real(lower), real(upper)
    if not lower <= upper:
        raise InputError(f"rrelu needs lower <= upper, not lower = {lower} and upper = {upper}")
    if not training:
        return leaky_relu(x, (lower + upper) / 2)
    source = generator(rng)
    if not has_array(x):
        return leaky_relu(x, source.uniform(lower, upper))
    import numpy as np
    return leaky_relu(x, np.array([source.uniform(lower, upper) for _ in range(x.size)]).reshape(x.shape))


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """x above 0, alpha (exp(x) - 1) below (Clevert et al. 2016). Its derivative is elu(x) + alpha below 0, and alpha at 0.

    >>> elu(-1000.0, 2.0)
    -2.0
    """
    return arithmetic_of(x, alpha).elu(x, alpha)


def swish(x: Any, beta: Any = 1.0) -> Any:
    """x sigmoid(beta x) (Ramachandran et al. 2017). With beta = 1 its derivative is negative below about x = -1.278.

    >>> swish(0.0)
    0.0
    """
    m = arithmetic_of(x, beta)
    x, plain = m.number(x), is_real(beta) and beta == 1.0
    return x * m.sigmoid(x if plain else m.number(beta) * x)


def silu(x: Any) -> Any:
    """x sigmoid(x): swish with beta = 1.

    >>> silu(0.0)
    0.0
    """
    return swish(x)


def mish(x: Any) -> Any:
    """x tanh(softplus(x)) (Misra 2019), with the natural logarithm in softplus.

    >>> mish(0.0)
    0.0
    """
    m = arithmetic_of(x)
    x = m.number(x)
    return x * m.tanh(m.softplus(x))


def gelu(x: Any, *, approximate: str = "none") -> Any:
    """x Phi(x), with Phi the distribution function of the normal distribution (Hendrycks & Gimpel 2016).

    Args:
        approximate: "none" for x erfc(-x/sqrt(2))/2, exact also in the far tail; "tanh" for the paper's
            x (1 + tanh(sqrt(2/pi) (x + 0.044715 x**3)))/2, computed as x sigmoid(2 ...), which is the same. InputError for
            another word.

    >>> gelu(1.0)
    0.8413447460685429
    """
    m = arithmetic_of(x)
    if m is ELEMENTS:
        return m.each(partial(gelu, approximate=approximate), x)
    x = m.number(x)
    if approximate == "none":
        return x * (m.erfc(-x / m.sqrt(2.0)) / 2.0)
    if approximate == "tanh":
        return x * m.sigmoid(2.0 * m.sqrt(2.0 / m.pi) * (x + 44715.0 / 1e6 * (x * x * x)))
    raise InputError(f"gelu's approximate is 'none' or 'tanh', not {approximate!r}")


# Helpers -------------------------------------------------------------------------------------------------------------

def _items(name: str, xs: Iterable[Any]) -> list[Any]:
    if is_array(xs):
        return xs.ravel().tolist()  # type: ignore[attr-defined, no-any-return]
    if isinstance(xs, (Value, str, bytes)) or not hasattr(xs, "__iter__"):
        raise OperandError(f"{name} takes an iterable of numbers or Values, as in {name}([a, b]), not {described(xs)}")
    return list(xs)


def _some(name: str, xs: Iterable[Any]) -> list[Any]:
    items = _items(name, xs)
    if not items:
        raise InputError(f"{name} of nothing has no value: it needs at least one operand")
    return items


def _shifted(name: str, xs: Iterable[Any]) -> list[Any]:
    if is_array(xs) and xs.ndim != 1:  # type: ignore[attr-defined]
        raise InputError(f"{name} takes one row of numbers, not an array of shape {xs.shape}")  # type: ignore[attr-defined]
    items = _some(name, xs)
    m = arithmetic_of(*items)
    top = m.peak(*items)
    return [m.number(x) - top for x in items]


def _like(xs: Iterable[Any], items: list[Any]) -> Any:
    """The items as a list, or as an array where xs is one."""
    if not is_array(xs):
        return items
    import numpy as np
    kind = object if builtins.any([isinstance(x, Value) for x in items]) else float
    return np.array(items, dtype=kind)
