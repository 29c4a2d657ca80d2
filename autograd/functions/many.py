"""Functions of any number of operands: each takes one iterable per argument, as the builtins do. An array of any shape counts as
the list of its elements; those that return a list take one dimension only."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any

from ..arithmetic.dispatch import arithmetic_of
from ..errors import InputError
from ..inputs import whole
from ..scopes import is_recording
from ..text import counted
from ..trees import number
from ..weighted import side, weighted_sum
from .arguments import items, like, row, some
from .elementary import exp


def sum(xs: Iterable[Any], *others: Any) -> Any:
    """The sum, as one node. Floats are added exactly and rounded once (`math.fsum`); the sum of nothing is 0.0.

    d/dxs[i] = 1

    >>> sum([0.1] * 10)
    1.0
    """
    operands = items("sum", xs, others)
    return arithmetic_of(*operands).sum(*operands)


def dot(a: Iterable[Any], b: Iterable[Any]) -> Any:
    """a[0]*b[0] + a[1]*b[1] + ..., as one node: a neuron's weighted sum. Raises InputError if the lengths differ.

    d/da[i] = b[i], d/db[i] = a[i]

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    left, right = items("dot", a), items("dot", b)
    if len(left) != len(right):
        raise InputError(f"dot needs two sequences of the same length, got {len(left)} and {len(right)}")
    node = weighted_sum(left, side(right))
    return arithmetic_of(*left, *right).dot(*left, *right) if node is None else node


def prod(xs: Iterable[Any], *others: Any) -> Any:
    """The product, as one node; the product of nothing is 1.0.

    The derivative by a factor is the product of the others. For three factors:

    d/dxs[0] = xs[1]*xs[2], d/dxs[1] = xs[0]*xs[2], d/dxs[2] = xs[0]*xs[1]

    >>> prod([1.0, 2.0, 3.0, 4.0])
    24.0
    """
    operands = items("prod", xs, others)
    return arithmetic_of(*operands).prod(*operands)


def max(xs: Iterable[Any], *others: Any) -> Any:
    """The largest, as one node. Raises InputError if there is none.

    d/dxs[i] = 1 if xs[i] == max(xs) else 0

    If k operands tie for the largest, each gets 1/k instead of 1.

    >>> max([1.0, 3.0, 2.0])
    3.0
    """
    operands = some("max", xs, others)
    return arithmetic_of(*operands).max(*operands)


def min(xs: Iterable[Any], *others: Any) -> Any:
    """The smallest, as one node. Raises InputError if there is none.

    d/dxs[i] = 1 if xs[i] == min(xs) else 0

    If k operands tie for the smallest, each gets 1/k instead of 1.

    >>> min([1.0, 3.0, 2.0])
    1.0
    """
    operands = some("min", xs, others)
    return arithmetic_of(*operands).min(*operands)


def logsumexp(xs: Iterable[Any], *others: Any) -> Any:
    """log(exp(xs[0]) + exp(xs[1]) + ...), without overflow, as one node. Raises InputError if there is no operand.

    d/dxs[i] = softmax(xs)[i]

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    operands = some("logsumexp", xs, others)
    return arithmetic_of(*operands).logsumexp(*operands)


def mean(xs: Iterable[Any], *others: Any) -> Any:
    """The sum divided by n, the number of operands. Raises InputError if there is none.

    d/dxs[i] = 1/n

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    operands = some("mean", xs, others)
    return sum(operands) / len(operands)


def maxout(xs: Iterable[Any], *others: Any) -> Any:
    """The largest of several linear pieces, a unit of Goodfellow et al. 2013 ("Maxout Networks"). It is `max` by another name.

    d/dxs[i] = 1 if xs[i] == max(xs) else 0

    >>> maxout([1.0, -3.0])
    1.0
    """
    return max(some("maxout", xs, others))


def softmax(xs: Iterable[Any]) -> Any:
    """s[i] = exp(xs[i])/(exp(xs[0]) + exp(xs[1]) + ...), for each i. Returns a list, or an array for a one-dimensional array.

    ds[j]/dxs[i] = s[j]*((i == j) - s[i])

    The largest operand is subtracted first, as a constant, so logits of 1e4 do no harm. Raises InputError if there is no operand.

    >>> [round(p, 4) for p in softmax([3.0, 1.0, -3.0])]
    [0.8789, 0.1189, 0.0022]
    """
    exps = [exp(x) for x in _shifted("softmax", xs)]
    total = sum(exps)
    return like(xs, [e / total for e in exps])


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
    return like(xs, [x - total for x in shifted])


def norm(xs: Iterable[Any]) -> Any:
    """sqrt(xs[0]**2 + xs[1]**2 + ...), the Euclidean length, without overflow, as one node; that of nothing is 0.0.

    d/dxs[i] = xs[i]/norm(xs)

    At the origin all derivatives are 0.

    >>> norm([3.0, 4.0])
    5.0
    """
    operands = items("norm", xs)
    return arithmetic_of(*operands).norm(*operands)


def _shifted(name: str, xs: Iterable[Any]) -> list[Any]:
    """Each operand minus the largest."""
    operands = some(name, row(name, xs))
    m = arithmetic_of(*operands)
    top = m.peak(*operands)
    return [m.excess(m.number(x), top) for x in operands]


def var(xs: Iterable[Any], *, ddof: int = 0) -> Any:
    """The variance: the sum of the squares of xs[i] - mean(xs), divided by n - ddof. With ddof=0, NumPy's default, it is that of
    a population; with ddof=1, PyTorch's, the unbiased estimate from a sample.

    d/dxs[i] = 2*(xs[i] - mean(xs))/(n - ddof)

    Raises InputError unless there are more than ddof operands.

    >>> var([1.0, 2.0, 6.0])
    4.666666666666667
    """
    deviations, count = _deviations("var", xs, ddof)
    return sum([d * d for d in deviations]) / count


def std(xs: Iterable[Any], *, ddof: int = 0) -> Any:
    """The standard deviation, the square root of `var`.

    d/dxs[i] = (xs[i] - mean(xs))/((n - ddof)*std(xs))

    Where all operands are equal the derivatives are 0. Raises InputError unless there are more than ddof operands.

    >>> std([1.0, 3.0])
    1.0
    """
    deviations, count = _deviations("std", xs, ddof)
    return norm(deviations) / math.sqrt(count)


def _deviations(name: str, xs: Iterable[Any], ddof: int) -> tuple[list[Any], float]:
    """Each operand minus the mean, and the number to divide by."""
    operands = some(name, xs)
    count = len(operands) - whole("ddof", ddof, 0)
    if count < 1:
        raise InputError(f"{name} with ddof={ddof} needs at least {counted(ddof + 1, 'operand')}, got {len(operands)}")
    first = operands[0] if is_recording() else number(operands[0])   # of equal numbers exactly 0 is left
    shifted = [arithmetic_of(x).number(x) - first for x in operands]
    center = mean(shifted)
    return [x - center for x in shifted], float(count)


def cumsum(xs: Iterable[Any]) -> Any:
    """s[i] = xs[0] + ... + xs[i], for each i. Returns a list, or an array for a one-dimensional array.

    ds[j]/dxs[i] = (i <= j)

    >>> cumsum([1.0, 2.0, 3.0])
    [1.0, 3.0, 6.0]
    """
    operands = row("cumsum", xs)
    m = arithmetic_of(*operands)
    return like(xs, list(itertools.accumulate([m.number(x) for x in operands])))
