"""Activations of a neuron."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from ..arithmetic.dispatch import ELEMENTS, arithmetic_of
from ..engine import Value
from ..errors import DomainError, InputError, OperandError
from ..inputs import Random, described, equals, finite, flag, generator, has_array, quoted, real
from ..trees import number
from .arguments import Number, like, limits, row
from .piecewise import greater, where

# Rows of the table -----------------------------------------------------------------------------------------------------


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
    return x.relu() if type(x) is Value else arithmetic_of(x).relu(x)  # hot: skip choosing an arithmetic


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


def softplus(x: Any, beta: Any = 1.0, *, threshold: float | None = None) -> Any:
    """log(1 + exp(beta*x))/beta, the natural logarithm, without overflow.

    d/dx = sigmoid(beta*x)
    d/dbeta = x*sigmoid(beta*x)/beta - log(1 + exp(beta*x))/beta**2

    Args:
        threshold: where beta*x is larger, the result is x itself; PyTorch's default is 20. None computes it everywhere.

    Raises DomainError if beta is 0, InputError if the threshold is not finite.

    >>> softplus(1000.0)
    1000.0
    """
    m = arithmetic_of(x, beta)
    if equals(number(beta), 0.0):
        raise DomainError("softplus has no value at beta = 0: it needs a beta other than 0")
    if equals(beta, 1.0):
        y, scaled = m.softplus(x), x
    else:
        scaled = m.mul(beta, x)
        y = m.div(m.softplus(scaled), beta)
    return y if threshold is None else where(greater(scaled, finite("threshold", threshold)), x, y)


def selu(x: Number) -> Number:
    """The self-normalizing elu of Klambauer et al. 2017: scale times elu(x, alpha), with their constants, scale = 1.0507... and
    alpha = 1.6732...

    d/dx = scale if x > 0 else scale*alpha*exp(x)

    >>> selu(0.0)
    0.0
    """
    return arithmetic_of(x).selu(x)


def hardtanh(x: Any, min: Any = -1.0, max: Any = 1.0) -> Any:
    """`clamp`, but at the limits themselves the derivative by x is 0.

    d/dx = 1 if min < x < max else 0
    d/dmin = 1 if x <= min else 0, d/dmax = 1 if x >= max else 0

    Raises InputError if min is greater than max.

    >>> hardtanh(-3.0)
    -1.0
    """
    m, low, high = limits("hardtanh", x, min, max)
    return m.hardtanh(x, low, high)


def relu6(x: Number) -> Number:
    """min(max(0, x), 6).

    d/dx = 1 if 0 < x < 6 else 0

    >>> relu6(8.0)
    6.0
    """
    return hardtanh(x, 0.0, 6.0)


def threshold(x: Any, threshold: Any, value: Any) -> Any:
    """x above the threshold, else the value.

    d/dx = 1 if x > threshold else 0
    d/dthreshold = 0, d/dvalue = 0 if x > threshold else 1

    >>> threshold(0.3, 0.5, -1.0)
    -1.0
    """
    return arithmetic_of(x, threshold, value).threshold(x, threshold, value)


def hardshrink(x: Any, lambd: Any = 0.5) -> Any:
    """0 where abs(x) <= lambd, else x.

    d/dx = 0 if abs(x) <= lambd else 1
    d/dlambd = 0

    Raises InputError if lambd is below 0.

    >>> hardshrink(0.3)
    0.0
    """
    return arithmetic_of(x, lambd).hardshrink(x, _no_less_than_0("hardshrink", lambd))


def softshrink(x: Any, lambd: Any = 0.5) -> Any:
    """0 where abs(x) <= lambd, elsewhere x moved towards 0 by lambd.

    d/dx = 0 if abs(x) <= lambd else 1
    d/dlambd = 0 if abs(x) <= lambd else -sign(x)

    Raises InputError if lambd is below 0.

    >>> softshrink(2.0)
    1.5
    """
    return arithmetic_of(x, lambd).softshrink(x, _no_less_than_0("softshrink", lambd))


def softsign(x: Number) -> Number:
    """x/(1 + abs(x)), in (-1, 1).

    d/dx = 1/(1 + abs(x))**2

    >>> softsign(3.0)
    0.75
    """
    return arithmetic_of(x).softsign(x)


# Composed of others ----------------------------------------------------------------------------------------------------

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

    >>> from autograd import Value
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
    """x*Φ(x), where Φ is the cumulative distribution function of the standard normal distribution (Hendrycks & Gimpel 2016).

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


def hardsigmoid(x: Any) -> Any:
    """relu6(x + 3)/6, a piecewise linear approximation of sigmoid.

    d/dx = 1/6 if -3 < x < 3 else 0

    >>> hardsigmoid(0.0)
    0.5
    """
    return relu6(arithmetic_of(x).number(x) + 3.0) / 6.0


def hardswish(x: Any) -> Any:
    """x*hardsigmoid(x) (Howard et al. 2019).

    d/dx = 0 if x <= -3 else 1 if x >= 3 else x/3 + 1/2

    >>> hardswish(3.0)
    3.0
    """
    return arithmetic_of(x).number(x) * hardsigmoid(x)


def tanhshrink(x: Number) -> Number:
    """x - tanh(x), accurate near 0 too.

    d/dx = tanh(x)**2

    >>> tanhshrink(0.0)
    0.0
    """
    return arithmetic_of(x).tanhshrink(x)


def glu(xs: Iterable[Any]) -> Any:
    """The gated linear unit (Dauphin et al. 2017): xs[i]*sigmoid(xs[i + n]), for the n numbers in the first half of xs. Returns a
    list, or an array for a one-dimensional array. Raises InputError unless the count is even.

    >>> glu([2.0, 4.0, 0.0, 0.0])
    [1.0, 2.0]
    """
    items = row("glu", xs)
    if len(items) % 2:
        raise InputError(f"glu needs an even number of operands, got {len(items)}")
    half = len(items) // 2
    return like(xs, [arithmetic_of(a, b).number(a) * sigmoid(b) for a, b in zip(items[:half], items[half:])])


def _no_less_than_0(name: str, lambd: Any) -> Any:
    low: Any = number(lambd) < 0.0
    if low.any() if has_array(low) else low:
        raise InputError(f"{name} needs lambd >= 0, got {quoted(lambd)}")
    return lambd
