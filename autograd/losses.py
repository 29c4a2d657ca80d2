"""Losses, as operations on the graph: PyTorch's definitions under short names.

Predictions and targets are numbers, sequences of them, or sequences of rows: lists, tuples, arrays; the predictions Values or
floats. A loss over several numbers is their mean, or with `reduction` their "sum", or with "none" one loss for each.

Regression:      mse, half_squared_error, l1, huber, smooth_l1
Two classes:     hinge (targets -1 and 1), bce (probabilities), bce_with_logits
Several classes: cross_entropy (logits), nll (log-probabilities), multi_margin (scores), kl_div (log-probabilities against a
                 distribution)
Weights:         l2_penalty
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import functions as F
from .engine import Value
from .errors import InputError, OperandError
from .inputs import described, finite, is_real, is_referee_number, real
from .messages import unknown_name
from .trees import Rebuild, as_lists, flatten, flatten_like, is_sequence, number

__all__ = ["bce", "bce_with_logits", "cross_entropy", "half_squared_error", "hinge", "huber", "kl_div", "l1", "l2_penalty", "mse",
           "multi_margin", "nll", "smooth_l1"]

REDUCTIONS = ("mean", "sum", "none")
ROUNDED = 1e-6                                                       # how far from 1 a distribution may add up
LOWEST_LOG = -100.0                                                  # where PyTorch clamps the logarithms of binary_cross_entropy


# Regression -----------------------------------------------------------------------------------------------------------

def mse(predictions: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """(p - t)², the squared error, averaged. `reduction` may be "sum" or "none".

    Raises InputError if there is nothing to compare, or predictions and targets have different shapes.

    >>> mse([1.0, 2.0], [0.0, 4.0])
    2.5
    """
    return _elementwise(lambda p, t: F.square(p - t), predictions, targets, reduction)


def half_squared_error(predictions: Any, targets: Any, *, reduction: str = "sum") -> Any:
    """(p - t)²/2, summed, as the textbooks have it: its derivative is p - t. Raises what `mse` does.

    >>> half_squared_error([0.75136507, 0.772928465], [0.01, 0.99])
    0.2983711091616805
    """
    return _elementwise(lambda p, t: F.square(p - t) / 2.0, predictions, targets, reduction)


def l1(predictions: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """|p - t|, the absolute error, averaged; its derivative where p = t is 0. Raises what `mse` does.

    >>> l1([1.0, 2.0], [0.0, 4.0])
    1.5
    """
    return _elementwise(lambda p, t: F.abs(p - t), predictions, targets, reduction)


def huber(predictions: Any, targets: Any, *, delta: float = 1.0, reduction: str = "mean") -> Any:
    """(p - t)²/2 up to |p - t| = delta, and beyond delta (|p - t| - delta/2), averaged. Huber 1964, "Robust Estimation of a
    Location Parameter". Raises what `mse` does; InputError unless delta > 0.

    >>> huber([0.5, 3.0], [0.0, 0.0])
    1.3125
    """
    delta = finite("delta", delta, above=0.0)

    def loss(p: Any, t: Any) -> Any:
        error = p - t
        far = F.abs(error)
        return F.where(far <= delta, error * error / 2.0, delta * (far - delta / 2.0))
    return _elementwise(loss, predictions, targets, reduction)


def smooth_l1(predictions: Any, targets: Any, *, beta: float = 1.0, reduction: str = "mean") -> Any:
    """(p - t)²/(2 beta) up to |p - t| = beta, and beyond |p - t| - beta/2, averaged: `huber` divided by beta, and for beta = 0
    `l1`. Girshick 2015, "Fast R-CNN". Raises what `mse` does; InputError unless beta >= 0.

    >>> smooth_l1([0.5, 3.0], [0.0, 0.0], beta=2.0)
    1.03125
    """
    if is_real(beta) and beta == 0.0:
        return l1(predictions, targets, reduction=reduction)
    beta = finite("beta", beta, above=0.0)

    def loss(p: Any, t: Any) -> Any:
        error = p - t
        far = F.abs(error)
        return F.where(far <= beta, error / beta * (error / 2.0), far - beta / 2.0)
    return _elementwise(loss, predictions, targets, reduction)


# Two classes ------------------------------------------------------------------------------------------------------------------

def hinge(scores: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """max(0, 1 - t s), the margin loss of a support vector machine, averaged; the targets t are -1 or 1.

    At the margin the derivative is 0. Raises what `mse` does; InputError if a target is neither -1 nor 1.

    >>> hinge([0.5, -2.0], [1, -1])
    0.25
    """
    for t in _flat(targets)[0]:
        if number(t) not in (-1.0, 1.0):
            raise InputError(f"a target of hinge is -1 or 1, not {number(t):g}")
    return _elementwise(lambda s, t: F.relu(1.0 - t * s), scores, targets, reduction)


def bce(probabilities: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """-(t log p + (1 - t) log(1 - p)), binary cross-entropy of probabilities, averaged; t is from 0 to 1.

    The logarithms end at -100, as PyTorch's do, so that p = 0 and p = 1 have finite losses; beyond that end their derivative is
    0. Raises what `mse` does; InputError if a probability or a target lies outside [0, 1] by more than rounding leaves. Of
    logits take `bce_with_logits`, which loses no digits.

    >>> round(bce([0.5, 0.9], [1, 1]), 6)
    0.399254
    """
    for what, numbers in (("probability", probabilities), ("target", targets)):
        for x in _flat(numbers)[0]:
            if not -ROUNDED <= number(x) <= 1.0 + ROUNDED:
                hint = "; for logits use bce_with_logits" if what == "probability" else ""
                raise InputError(f"a {what} of bce lies from 0 to 1, which {number(x)!r} does not{hint}")

    def loss(p: Any, t: Any) -> Any:
        return t * -_clamped_log(p) + (1.0 - t) * -_clamped_log(1.0 - p)
    return _elementwise(loss, probabilities, targets, reduction)


def bce_with_logits(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """t softplus(-z) + (1 - t) softplus(z): binary cross-entropy of sigmoid(z), without overflow or lost digits, averaged. Its
    derivative is sigmoid(z) - t. Raises what `mse` does.

    >>> bce_with_logits([1000.0], [0.0])
    1000.0
    """
    return _elementwise(lambda z, t: t * F.softplus(-z) + (1.0 - t) * F.softplus(z), logits, targets, reduction)


# Several classes --------------------------------------------------------------------------------------------------------------

def cross_entropy(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """-log softmax(z)[y] of a row of logits z and its class y, or -sum t log softmax(z) for a distribution t; averaged over rows.

    Args:
        logits: a row of numbers, or a sequence of rows. targets: for each row a class, counted from 0, or a row of probabilities.

    Its derivatives are softmax(z) - t, with t one-hot for a class. Raises InputError for an empty row, a class out of range,
    another number of targets, or probabilities that do not add up to 1.

    >>> round(cross_entropy([3.0, 1.0, -3.0], 0), 6)
    0.129109
    >>> round(cross_entropy([[3.0, 1.0, -3.0], [0.0, 0.0, 0.0]], [0, 2]), 6)
    0.613861
    """
    def loss(row: list[Any], target: Any) -> Any:
        if isinstance(target, list):
            return F.sum([t * -q for t, q in zip(target, F.log_softmax(row)) if isinstance(t, Value) or t != 0.0])
        if all([number(row[target]) >= number(z) for z in row]):     # p - 1 keeps its digits by differences from this very one
            return F.logsumexp([z - row[target] if i != target else 0.0 for i, z in enumerate(row)])
        return -F.log_softmax(row)[target]                           # and any other p by differences from the largest
    return _by_row(loss, logits, targets, reduction, "cross_entropy")


def nll(log_probabilities: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """-q[y] of a row of log-probabilities q and its class y, averaged over rows. Raises what `cross_entropy` does; InputError if
    a log-probability is above 0.

    >>> nll([[-0.1, -2.4], [-1.2, -0.4]], [0, 1])
    0.25
    """
    def loss(row: list[Any], target: Any) -> Any:
        for q in [number(z) for z in row]:
            if q > ROUNDED:
                raise InputError(f"the logarithm of a probability is not above 0, which {q:g} is: nll takes log_softmax(logits), "
                                 "and cross_entropy the logits themselves")
        return -row[_class("nll", target)]
    return _by_row(loss, log_probabilities, targets, reduction, "nll")


def multi_margin(scores: Any, targets: Any, *, margin: float = 1.0, reduction: str = "mean") -> Any:
    """The sum over the wrong classes i of max(0, margin - s[y] + s[i]), divided by the number of classes; averaged over rows.
    Raises what `cross_entropy` does.

    >>> multi_margin([0.1, 0.2, 0.4, 0.8], 3)
    0.32499999999999996
    """
    margin = finite("margin", margin)

    def loss(row: list[Any], target: Any) -> Any:
        y = _class("multi_margin", target)
        return F.sum([F.relu(margin - row[y] + s) for i, s in enumerate(row) if i != y]) / len(row)
    return _by_row(loss, scores, targets, reduction, "multi_margin")


def kl_div(log_probabilities: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """t (log t - q) of log-probabilities q and a distribution t: the Kullback-Leibler divergence of exp(q) from t, term by
    term; 0 where t is 0.

    `reduction` is "mean" over all numbers, "batchmean" over rows (the divergence itself), "sum" or "none". Raises what `mse`
    does; InputError if a target is negative.

    >>> round(kl_div([[-0.7, -0.7]], [[0.25, 0.75]], reduction="batchmean"), 6)
    0.137665
    """
    for t in _flat(targets)[0]:
        if not number(t) >= 0.0:
            raise InputError(f"a target of kl_div is a probability, which {number(t):g} is not")

    def loss(q: Any, t: Any) -> Any:
        return t * (F.log(t) - q) if number(t) > 0.0 else 0.0 * F.clamp(q, -1.0)  # also where q is -inf
    if reduction == "batchmean":
        rows = list(log_probabilities.values()) if isinstance(log_probabilities, Mapping) else log_probabilities
        is_batch = is_sequence(rows) and len(rows) > 0 and is_sequence(rows[0])
        return _elementwise(loss, log_probabilities, targets, "sum") / (len(rows) if is_batch else 1)
    return _elementwise(loss, log_probabilities, targets, reduction)


# Weights ----------------------------------------------------------------------------------------------------------------------

def l2_penalty(weights: Any, strength: float) -> Any:
    """strength/2 times the sum of w²: its derivative is strength times w. Raises InputError if there is no weight, or if the
    strength is below 0.

    >>> l2_penalty([1.0, 2.0], 0.1)
    0.25
    """
    numbers = _flat(weights)[0]
    if not numbers:
        raise InputError("l2_penalty needs at least one weight")
    strength = finite("strength", strength, least=0.0)
    return strength / 2.0 * F.sum([F.square(w) for w in numbers])


# ------------------------------------------------------------------------------------------------------------------------------

def _elementwise(loss: Callable[[Any, Any], Any], predictions: Any, targets: Any, reduction: str) -> Any:
    """The loss of each number, reduced."""
    left, rebuild = _flat(predictions)
    try:
        right = [_operand(t) for t in flatten_like(as_lists(predictions), as_lists(targets))]
    except InputError:
        right = _flat(targets)[0]
        hint = "; they hold equally many numbers, so y.ravel() may help" if len(left) == len(right) else ""
        shapes = f"{_shape(predictions)} and {_shape(targets)}"
        raise InputError(f"predictions and targets need one shape: there are {shapes}{hint}") from None
    return _reduced([loss(p, t) for p, t in zip(left, right)], rebuild, reduction)


def _flat(x: Any) -> tuple[list[Any], Rebuild]:
    """The numbers in x, as Values and floats, and what puts others in their places."""
    numbers, rebuild = flatten(x)
    return [_operand(z) for z in numbers], rebuild


def _operand(z: Any) -> Any:
    return z if type(z) is float or isinstance(z, Value) or is_referee_number(z) else real(z)


def _by_row(loss: Callable[[list[Any], Any], Any], rows: Any, targets: Any, reduction: str, name: str) -> Any:
    """The loss of each row and its target, reduced; one row alone has one loss."""
    rows, targets = as_lists(rows), as_lists(targets)
    if not is_sequence(rows):
        raise OperandError(f"{name} takes a row of numbers, or rows, not {described(rows)}")
    if not len(rows):
        raise InputError(f"{name} needs at least one class")
    if not is_sequence(rows[0]):
        return _reduced([loss(_row(name, rows), _checked(name, rows, targets))], lambda losses: losses[0], reduction)
    if not is_sequence(targets) or len(targets) != len(rows):
        count = len(targets) if is_sequence(targets) else 1
        raise InputError(f"{name} needs a target for each of the {len(rows)} rows, not {count}")
    losses = [loss(_row(name, row), _checked(name, row, target)) for row, target in zip(rows, targets)]
    return _reduced(losses, list, reduction)


def _checked(name: str, row: Sequence[Any], target: Any) -> Any:
    """A class within the row, or a distribution over it."""
    if not len(row):
        raise InputError(f"{name} needs at least one class in each row")
    if is_sequence(target):
        if len(target) != len(row):
            raise InputError(f"a distribution of {name} has a probability for each of the {len(row)} classes, not {len(target)}")
        probabilities = _row(name, target)
        for t in probabilities:
            if not 0.0 <= number(t) <= 1.0:
                raise InputError(f"a probability lies from 0 to 1, which {number(t):g} does not")
        total = math.fsum([number(t) for t in probabilities])
        if abs(total - 1.0) > ROUNDED:
            raise InputError(f"the probabilities of a distribution add up to 1, and these to {total:g}; classes are whole "
                             "numbers, one for each row of logits, and for two classes by one logit there is bce_with_logits")
        return probabilities
    y = _class(name, target)
    if not 0 <= y < len(row):
        raise InputError(f"a class of {name} is counted from 0 to {len(row) - 1}, and not {y}")
    return y


def _row(name: str, row: Any) -> list[Any]:
    """The Values and floats of a row in which nothing else is."""
    if not is_sequence(row):
        raise OperandError(f"{name} takes rows of numbers, and {described(row)} is among them")
    for z in row:
        if not (isinstance(z, Value) or is_real(z) or is_referee_number(z)):
            raise OperandError(f"{name} takes the predictions first and then the targets, numbers or rows of numbers, not "
                               f"{described(z)} in a row")
    return [_operand(z) for z in row]


def _class(name: str, target: Any) -> int:
    try:
        return operator.index(int(target) if isinstance(target, float) and target.is_integer() else target)
    except TypeError:
        raise OperandError(f"a class of {name} is a whole number, not {described(target)}") from None


def _reduced(losses: list[Any], rebuild: Rebuild, reduction: str) -> Any:
    if not isinstance(reduction, str) or reduction not in REDUCTIONS:
        raise InputError(f"reduction is one of {', '.join(REDUCTIONS)}, not {reduction!r}")
    if reduction == "none":
        return rebuild(losses)
    if not losses:
        raise InputError("there is nothing to take a loss of: the predictions are empty")
    if len(losses) == 1:
        return losses[0]
    return F.sum(losses) if reduction == "sum" else F.mean(losses)


def _clamped_log(p: Any) -> Any:
    """log p, but -100 where that is below."""
    return F.log(F.clamp(p, math.exp(LOWEST_LOG)))


def _shape(x: Any) -> str:
    """The shape of a structure, in words: "3", "2 x 3", or how many numbers there are."""
    dimensions: tuple[int, ...] = ()
    inner = x
    while is_sequence(inner):
        dimensions = (*dimensions, len(inner))
        inner = inner[0] if len(inner) else 0.0
    return " x ".join(map(str, dimensions)) or "one number"


# What PyTorch's names are called here.
_ELSEWHERE = {theirs: f"it is {ours} here" for theirs, ours in {
    "mse_loss": "mse", "l1_loss": "l1", "huber_loss": "huber", "smooth_l1_loss": "smooth_l1", "nll_loss": "nll",
    "binary_cross_entropy": "bce", "binary_cross_entropy_with_logits": "bce_with_logits",
    "multi_margin_loss": "multi_margin", "mae": "l1", "l1_penalty": 'strength * l1(w, [0] * len(w), reduction="sum")'}.items()}


if not TYPE_CHECKING:                                                # a type checker knows which names there are
    def __getattr__(name: str) -> Any:
        raise unknown_name("autograd.losses", name, __all__, _ELSEWHERE)
