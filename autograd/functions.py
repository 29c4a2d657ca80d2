"""Functions of floats, Values, NumPy arrays and the referee's 60-digit numbers.

You get back the kind of number you put in: `exp(0.0)` is a float, `exp(v)` a node of the graph, `exp(array)` an array. Outside
its domain a function raises `DomainError` for floats and Values; for an array of floats it does what NumPy does. The local
partials live in the table (ops.py). The activations at the end are composed of the table's operations.

The functions of any number of operands - sum, dot, prod, max, min, logsumexp, mean, maxout, softmax, log_softmax - take one
iterable per argument, as the builtins do; an array stands for all its elements.

Every docstring states the function's partials on lines such as `d/dx = cos(x)`, in the notation that `verify` reads; i and j
stand for any place in a list. tests/test_functions.py verifies them all.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from .arithmetic.dispatch import ELEMENTS, arithmetic_of
from .engine import Value, weighted_sum
from .errors import InputError, OperandError
from .inputs import Random, described, equals, flag, generator, has_array, is_array, is_real, quoted, real
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
    """x**n. A negative x needs a constant whole n.

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


# Piecewise functions ---------------------------------------------------------------------------------------------------

def abs(x: Number) -> Number:
    """The absolute value.

    d/dx = sign(x)

    At the kink at 0 the derivative is 0.

    >>> abs(-2.0)
    2.0
    """
    return arithmetic_of(x).abs(x)


def sign(x: Number) -> Number:
    """-1, 0 or 1. No gradient flows through it.

    d/dx = 0

    >>> sign(-2.0)
    -1.0
    """
    return arithmetic_of(x).sign(x)


def maximum(a: Any, b: Any) -> Any:
    """The larger of two. Where they are equal, each gets half the gradient.

    d/da = 1 if a > b else 1/2 if a == b else 0
    d/db = 1 if b > a else 1/2 if a == b else 0

    >>> maximum(2.0, 3.0)
    3.0
    """
    return arithmetic_of(a, b).maximum(a, b)


def minimum(a: Any, b: Any) -> Any:
    """The smaller of two. Where they are equal, each gets half the gradient.

    d/da = 1 if a < b else 1/2 if a == b else 0
    d/db = 1 if b < a else 1/2 if a == b else 0

    >>> minimum(2.0, 3.0)
    2.0
    """
    return arithmetic_of(a, b).minimum(a, b)


def clamp(x: Any, min: Any = -INF, max: Any = INF) -> Any:
    """x, but no less than min and no more than max. None means no limit. Raises InputError if min is greater than max.

    d/dx = 1 if min <= x <= max else 0
    d/dmin = 1 if x < min else 0, d/dmax = 1 if x > max else 0

    Three functions cut off at 0, and their derivatives at 0 differ: it is 0 for relu(x), 1/2 for maximum(x, 0), and 1 for
    clamp(x, min=0).

    >>> clamp(5.0, 0.0, 1.0)
    1.0
    """
    low, high = -INF if min is None else min, INF if max is None else max
    m = arithmetic_of(x, low, high)
    low, high = [real(z) if is_real(z) else z for z in (low, high)]  # not each kind of number can be compared with an array
    crossed: Any = low > high
    if crossed.any() if has_array(crossed) else crossed:
        raise InputError(f"clamp needs min <= max, got min = {quoted(low)} and max = {quoted(high)}")
    return m.clamp(x, low, high)


clip = clamp


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition holds, else b; element by element for arrays.

    d/dcondition = 0
    d/da = 1 if condition else 0, d/db = 0 if condition else 1

    A condition such as `x > 0` is recorded, so replaying the graph decides again. Both branches are computed: keep the one that
    is not taken inside its domain.

    >>> x = Value(-2.0)
    >>> where(x > 0, x, 0.01 * x)
    Value(-0.02)
    """
    return arithmetic_of(condition, a, b).where(condition, a, b)


def less(a: Any, b: Any) -> Any:
    """a < b, recorded as 1 or 0. No gradient flows through a comparison.

    d/da = 0, d/db = 0

    >>> less(Value(1.0), 2.0)
    Value(1.0)
    """
    return arithmetic_of(a, b).less(a, b)


def less_equal(a: Any, b: Any) -> Any:
    """a <= b, recorded as 1 or 0.

    d/da = 0, d/db = 0

    >>> less_equal(Value(1.0), 1.0)
    Value(1.0)
    """
    return arithmetic_of(a, b).less_equal(a, b)


def greater(a: Any, b: Any) -> Any:
    """a > b, recorded as 1 or 0.

    d/da = 0, d/db = 0

    >>> greater(Value(1.0), 2.0)
    Value(0.0)
    """
    return arithmetic_of(a, b).greater(a, b)


def greater_equal(a: Any, b: Any) -> Any:
    """a >= b, recorded as 1 or 0.

    d/da = 0, d/db = 0

    >>> greater_equal(Value(1.0), 2.0)
    Value(0.0)
    """
    return arithmetic_of(a, b).greater_equal(a, b)


def equal(a: Any, b: Any) -> Any:
    """a == b, recorded as 1 or 0; the operator == on Values returns a plain bool instead.

    d/da = 0, d/db = 0

    >>> equal(Value(1.0), 1.0)
    Value(1.0)
    """
    return arithmetic_of(a, b).equal(a, b)


def not_equal(a: Any, b: Any) -> Any:
    """a != b, recorded as 1 or 0; the operator != on Values returns a plain bool instead.

    d/da = 0, d/db = 0

    >>> not_equal(Value(1.0), 1.0)
    Value(0.0)
    """
    return arithmetic_of(a, b).not_equal(a, b)


# Activations that are rows of the table --------------------------------------------------------------------------------

def identity(x: Number) -> Number:
    """x itself, as a new node.

    d/dx = 1

    >>> identity(2.0)
    2.0
    """
    return arithmetic_of(x).identity(x)


def step(x: Number) -> Number:
    """The binary step: 0 below 0, else 1. No gradient flows through it, so nothing can be learnt from it.

    d/dx = 0

    >>> step(0.0)
    1.0
    """
    return arithmetic_of(x).step(x)


def relu(x: Number) -> Number:
    """max(0, x).

    d/dx = 1 if x > 0 else 0

    >>> relu(-2.0)
    0.0
    """
    return arithmetic_of(x).relu(x)


def sigmoid(x: Number) -> Number:
    """1/(1 + exp(-x)), in (0, 1).

    d/dx = sigmoid(x)*(1 - sigmoid(x))

    The derivative is largest at 0, where it is 0.25.

    >>> sigmoid(0.0)
    0.5
    """
    return arithmetic_of(x).sigmoid(x)


def log_sigmoid(x: Number) -> Number:
    """log(sigmoid(x)), without overflow.

    d/dx = sigmoid(-x)

    >>> log_sigmoid(-1000.0)
    -1000.0
    """
    return arithmetic_of(x).log_sigmoid(x)


def softplus(x: Number) -> Number:
    """log(1 + exp(x)), the natural logarithm, without overflow.

    d/dx = sigmoid(x)

    >>> softplus(1000.0)
    1000.0
    """
    return arithmetic_of(x).softplus(x)


def selu(x: Number) -> Number:
    """The self-normalizing elu of Klambauer et al. 2017: scale times elu(x, alpha), with their constants, scale = 1.0507... and
    alpha = 1.6732...

    d/dx = scale if x > 0 else scale*alpha*exp(x)

    >>> selu(0.0)
    0.0
    """
    return arithmetic_of(x).selu(x)


# Any number of operands ------------------------------------------------------------------------------------------------

def sum(xs: Iterable[Any]) -> Any:
    """The sum, as one node. Floats are added exactly and rounded once (`math.fsum`); the sum of nothing is 0.0.

    d/dxs[i] = 1

    >>> sum([0.1] * 10)
    1.0
    """
    items = _items("sum", xs)
    return arithmetic_of(*items).sum(*items)


def dot(a: Iterable[Any], b: Iterable[Any]) -> Any:
    """a[0]*b[0] + a[1]*b[1] + ..., as one node: a neuron's weighted sum. Raises InputError if the lengths differ.

    d/da[i] = b[i], d/db[i] = a[i]

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    left, right = _items("dot", a), _items("dot", b)
    if len(left) != len(right):
        raise InputError(f"dot needs two sequences of the same length, got {len(left)} and {len(right)}")
    node = weighted_sum(left, right)
    return arithmetic_of(*left, *right).dot(*left, *right) if node is None else node


def prod(xs: Iterable[Any]) -> Any:
    """The product, as one node; the product of nothing is 1.0.

    The derivative by a factor is the product of the others. For three factors:

    d/dxs[0] = xs[1]*xs[2], d/dxs[1] = xs[0]*xs[2], d/dxs[2] = xs[0]*xs[1]

    >>> prod([1.0, 2.0, 3.0, 4.0])
    24.0
    """
    items = _items("prod", xs)
    return arithmetic_of(*items).prod(*items)


def max(xs: Iterable[Any]) -> Any:
    """The largest, as one node. Raises InputError if there is none.

    d/dxs[i] = 1 if xs[i] == max(xs) else 0

    If k operands tie for the largest, each gets 1/k instead of 1.

    >>> max([1.0, 3.0, 2.0])
    3.0
    """
    items = _some("max", xs)
    return arithmetic_of(*items).max(*items)


def min(xs: Iterable[Any]) -> Any:
    """The smallest, as one node. Raises InputError if there is none.

    d/dxs[i] = 1 if xs[i] == min(xs) else 0

    If k operands tie for the smallest, each gets 1/k instead of 1.

    >>> min([1.0, 3.0, 2.0])
    1.0
    """
    items = _some("min", xs)
    return arithmetic_of(*items).min(*items)


def logsumexp(xs: Iterable[Any]) -> Any:
    """log(exp(xs[0]) + exp(xs[1]) + ...), without overflow, as one node. Raises InputError if there is no operand.

    d/dxs[i] = softmax(xs)[i]

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    items = _some("logsumexp", xs)
    return arithmetic_of(*items).logsumexp(*items)


def mean(xs: Iterable[Any]) -> Any:
    """The sum divided by n, the number of operands. Raises InputError if there is none.

    d/dxs[i] = 1/n

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    items = _some("mean", xs)
    return sum(items) / len(items)


def maxout(xs: Iterable[Any]) -> Any:
    """The largest of several linear pieces, a unit of Goodfellow et al. 2013 ("Maxout Networks"). It is `max` by another name.

    d/dxs[i] = 1 if xs[i] == max(xs) else 0

    >>> maxout([1.0, -3.0])
    1.0
    """
    return max(_some("maxout", xs))


def softmax(xs: Iterable[Any]) -> Any:
    """s[i] = exp(xs[i])/(exp(xs[0]) + exp(xs[1]) + ...), for each i. Returns a list, or an array for a one-dimensional array.

    ds[j]/dxs[i] = s[j]*((i == j) - s[i])

    The largest operand is subtracted first, as a constant, so logits of 1e4 do no harm. Raises InputError if there is no operand.

    >>> [round(p, 4) for p in softmax([3.0, 1.0, -3.0])]
    [0.8789, 0.1189, 0.0022]
    """
    exps = [exp(x) for x in _shifted("softmax", xs)]
    total = sum(exps)
    return _like(xs, [e / total for e in exps])


def log_softmax(xs: Iterable[Any]) -> Any:
    """q[i] = xs[i] - logsumexp(xs), for each i, accurate also where softmax rounds to 0 or 1. Returns a list, or an array for an
    array.

    dq[j]/dxs[i] = (i == j) - softmax(xs)[i]

    Raises InputError if there is no operand.

    >>> log_softmax([0.0, 1000.0])
    [-1000.0, 0.0]
    """
    shifted = _shifted("log_softmax", xs)
    total = logsumexp(shifted)
    return _like(xs, [x - total for x in shifted])


# Activations composed of others ----------------------------------------------------------------------------------------

def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """x above 0, slope*x below.

    d/dx = 1 if x > 0 else slope
    d/dslope = 0 if x > 0 else x

    >>> leaky_relu(-2.0)
    -0.02
    """
    return arithmetic_of(x, slope).leaky_relu(x, slope)


def prelu(x: Any, slope: Any) -> Any:
    """leaky_relu with a slope that is learnt (He et al. 2015).

    d/dx = 1 if x > 0 else slope
    d/dslope = 0 if x > 0 else x

    >>> slope = Value(0.25)
    >>> prelu(Value(-2.0), slope).backward()
    >>> slope.grad
    -2.0
    """
    return leaky_relu(x, slope)


def rrelu(x: Any, lower: float = 1 / 8, upper: float = 1 / 3, *, training: bool = True, rng: Random = None) -> Any:
    """leaky_relu with a slope drawn from [lower, upper] (Xu et al. 2015). With training=False the slope is their midpoint.

    Args:
        rng: a `random.Random`, or a seed for one; None seeds afresh. Each element of an array gets its own slope.

    Raises InputError if lower is greater than upper.

    >>> rrelu(-1.0, 0.25, 0.75, training=False)
    -0.5
    """
    lower, upper = real(lower), real(upper)
    if not lower <= upper:
        raise InputError(f"rrelu needs lower <= upper, got lower = {lower} and upper = {upper}")
    if not flag("training", training):
        return leaky_relu(x, (lower + upper) / 2)
    source = generator(rng)
    if not has_array(x):
        return leaky_relu(x, source.uniform(lower, upper))
    import numpy as np
    return leaky_relu(x, np.array([source.uniform(lower, upper) for _ in range(x.size)]).reshape(x.shape))


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """x above 0, alpha*(exp(x) - 1) below (Clevert et al. 2016).

    d/dx = 1 if x > 0 else alpha*exp(x) = 1 if x > 0 else elu(x, alpha) + alpha
    d/dalpha = 0 if x > 0 else exp(x) - 1

    >>> elu(-1000.0, 2.0)
    -2.0
    """
    return arithmetic_of(x, alpha).elu(x, alpha)


def swish(x: Any, beta: Any = 1.0) -> Any:
    """x*sigmoid(beta*x) (Ramachandran et al. 2017).

    d/dx = sigmoid(beta*x)*(1 + beta*x*sigmoid(-beta*x))
    d/dbeta = x**2*sigmoid(beta*x)*sigmoid(-beta*x)

    With beta = 1 the derivative is negative below about x = -1.278.

    >>> swish(0.0)
    0.0
    """
    m = arithmetic_of(x, beta)
    x, plain = m.number(x), equals(beta, 1.0)
    return x * m.sigmoid(x if plain else m.mul(beta, x))


def silu(x: Any) -> Any:
    """x*sigmoid(x): swish with beta = 1.

    d/dx = sigmoid(x)*(1 + x*sigmoid(-x))

    >>> silu(0.0)
    0.0
    """
    return swish(x)


def mish(x: Any) -> Any:
    """x*tanh(softplus(x)) (Misra 2019); softplus uses the natural logarithm.

    d/dx = tanh(softplus(x)) + x*sigmoid(x)*(1 - tanh(softplus(x))**2)

    >>> mish(0.0)
    0.0
    """
    m = arithmetic_of(x)
    x = m.number(x)
    return x * m.tanh(m.softplus(x))


def gelu(x: Any, *, approximate: str = "none") -> Any:
    """x*Phi(x), where Phi is the distribution function of the normal distribution (Hendrycks & Gimpel 2016).

    d/dx = erfc(-x/sqrt(2))/2 + x*exp(-x**2/2)/sqrt(2*pi)

    Args:
        approximate: "none" for x*erfc(-x/sqrt(2))/2, accurate also in the far tail, and with the derivative above; "tanh" for
            the paper's x*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))/2, computed as x*sigmoid(2*...), which is the same.

    Raises InputError for any other `approximate`.

    >>> gelu(1.0)
    0.8413447460685429
    """
    m = arithmetic_of(x)
    if m is ELEMENTS:
        return m.each(partial(gelu, approximate=approximate), x)
    x = m.number(x)
    if not isinstance(approximate, str):
        raise OperandError(f"approximate must be 'none' or 'tanh', got {described(approximate)}")
    if approximate == "none":
        return x * (m.erfc(-x / m.sqrt(2.0)) / 2.0)
    if approximate == "tanh":
        return x * m.sigmoid(2.0 * m.sqrt(2.0 / m.pi) * (x + 44715.0 / 1e6 * (x * x * x)))
    raise InputError(f"approximate must be 'none' or 'tanh', got {quoted(approximate)}")


# Helpers -------------------------------------------------------------------------------------------------------------

def _items(name: str, xs: Iterable[Any]) -> list[Any]:
    if is_array(xs):
        return xs.ravel().tolist()  # type: ignore[attr-defined]
    if isinstance(xs, (Value, str, bytes)) or not hasattr(xs, "__iter__"):
        raise OperandError(f"{name} takes an iterable of numbers or Values, got {described(xs)}. Put the operands in a list")
    return list(xs)


def _some(name: str, xs: Iterable[Any]) -> list[Any]:
    items = _items(name, xs)
    if not items:
        raise InputError(f"{name} needs at least one operand, got none")
    return items


def _shifted(name: str, xs: Iterable[Any]) -> list[Any]:
    if is_array(xs) and xs.ndim != 1:  # type: ignore[attr-defined]
        raise InputError(f"{name} takes one row of numbers, got an array of shape {xs.shape}")  # type: ignore[attr-defined]
    items = _some(name, xs)
    m = arithmetic_of(*items)
    top = m.peak(*items)
    return [m.number(x) - top for x in items]


def _like(xs: Iterable[Any], items: list[Any]) -> Any:
    """The items as a list, or as an array if xs is one."""
    if not is_array(xs):
        return items
    import numpy as np
    kind = object if builtins.any([isinstance(x, Value) for x in items]) else float
    return np.array(items, dtype=kind)
