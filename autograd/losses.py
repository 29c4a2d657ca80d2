"""Losses, as operations on the graph: PyTorch's definitions under short names.

Predictions and targets are numbers, sequences of numbers, or sequences of rows: lists, tuples or arrays. Predictions may be
Values or floats. A loss over several numbers is the mean of their losses; `reduction` may ask for the "sum" instead, or for
"none", which returns one loss per number.

Regression:      mse, half_squared_error, l1, huber, smooth_l1
Two classes:     hinge (targets -1 and 1), bce (probabilities), bce_with_logits
Several classes: cross_entropy (logits), nll (log-probabilities), multi_margin (scores), kl_div (log-probabilities against a
                 distribution)
Weights:         l2_penalty

Every docstring states the partials of one loss, before the reduction, on lines such as `d/dp = p - t`, in the notation that
`verify` reads; i stands for any place in a row. tests/test_losses.py verifies them all.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import functions as F
from .engine import Value
from .errors import InputError, OperandError
from .inputs import described, equals, finite, is_real, is_referee_number, quoted, real
from .messages import unknown_name
from .scopes import is_recording
from .text import counted
from .trees import Rebuild, as_lists, flatten, flatten_like, is_sequence, number

__all__ = ["bce", "bce_with_logits", "cross_entropy", "half_squared_error", "hinge", "huber", "kl_div", "l1", "l2_penalty", "mse",
           "multi_margin", "nll", "smooth_l1"]

REDUCTIONS = ("mean", "sum", "none")
ROUNDED = 1e-6                                                       # how far from 1 the sum of a distribution may be
TINY = 5.6e-309                                                      # 1 over less is too large for a float
LOWEST_LOG = -100.0                                                  # where PyTorch clamps the logarithms of binary_cross_entropy


# Regression -----------------------------------------------------------------------------------------------------------

def mse(predictions: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """(p - t)², the squared error, averaged. `reduction` may be "sum" or "none".

    d/dp = 2*(p - t), d/dt = 2*(t - p)

    Raises InputError if there is nothing to compare, or if predictions and targets have different shapes.

    >>> mse([1.0, 2.0], [0.0, 4.0])
    2.5
    """
    return _elementwise(lambda p, t: F.square(p - t), predictions, targets, reduction)


def half_squared_error(predictions: Any, targets: Any, *, reduction: str = "sum") -> Any:
    """(p - t)²/2, summed, as in textbooks.

    d/dp = p - t, d/dt = t - p

    Raises what `mse` raises.

    >>> half_squared_error([0.75136507, 0.772928465], [0.01, 0.99])
    0.2983711091616805
    """
    return _elementwise(lambda p, t: F.square(p - t) / 2.0, predictions, targets, reduction)


def l1(predictions: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """|p - t|, the absolute error, averaged.

    d/dp = sign(p - t), d/dt = sign(t - p)

    Where p = t the derivative is 0. Raises what `mse` raises.

    >>> l1([1.0, 2.0], [0.0, 4.0])
    1.5
    """
    return _elementwise(lambda p, t: F.abs(p - t), predictions, targets, reduction)


def huber(predictions: Any, targets: Any, *, delta: float = 1.0, reduction: str = "mean") -> Any:
    """(p - t)²/2 up to |p - t| = delta, and delta*(|p - t| - delta/2) beyond, averaged. Huber 1964, "Robust Estimation of a
    Location Parameter".

    d/dp = clamp(p - t, -delta, delta), d/dt = clamp(t - p, -delta, delta)

    Raises what `mse` raises, and InputError unless delta > 0.

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
    """(p - t)²/(2*beta) up to |p - t| = beta, and |p - t| - beta/2 beyond, averaged: `huber` divided by beta. With beta = 0 it
    is `l1`. Girshick 2015, "Fast R-CNN".

    d/dp = clamp((p - t)/beta, -1, 1), d/dt = clamp((t - p)/beta, -1, 1)

    Raises what `mse` raises, and InputError unless beta >= 0.

    >>> smooth_l1([0.5, 3.0], [0.0, 0.0], beta=2.0)
    1.03125
    """
    if equals(beta, 0.0):
        return l1(predictions, targets, reduction=reduction)
    beta = finite("beta", beta, above=0.0)
    root = math.sqrt(2.0 * beta)

    def loss(p: Any, t: Any) -> Any:
        error = p - t
        far = F.abs(error)
        near = error / beta * (error / 2.0) if beta > TINY else F.square(error / root)
        return F.where(far <= beta, near, far - beta / 2.0)
    return _elementwise(loss, predictions, targets, reduction)


# Two classes ------------------------------------------------------------------------------------------------------------------

def hinge(scores: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """max(0, 1 - t*s), the margin loss of a support vector machine, averaged. The targets t are -1 or 1.

    d/ds = -t if t*s < 1 else 0

    Raises what `mse` raises, and InputError if a target is neither -1 nor 1.

    >>> hinge([0.5, -2.0], [1, -1])
    0.25
    """
    for t in _flat(targets)[0]:
        if number(t) not in (-1.0, 1.0):
            raise InputError(f"hinge targets must be -1 or 1, got {number(t):g}")
    return _elementwise(lambda s, t: F.relu(1.0 - t * s), scores, targets, reduction)


def bce(probabilities: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """-(t*log(p) + (1 - t)*log(1 - p)), the binary cross-entropy of probabilities, averaged. The targets t lie in [0, 1].

    d/dp = (p - t)/(p*(1 - p)), d/dt = log(1 - p) - log(p)

    The logarithms stop at -100, as PyTorch's do, so p = 0 and p = 1 have finite losses; beyond that the derivative of the
    logarithm is 0. For logits use `bce_with_logits`, which loses no digits.

    Raises what `mse` raises, and InputError if a probability or a target lies outside [0, 1] by more than rounding explains.

    >>> round(bce([0.5, 0.9], [1, 1]), 6)
    0.399254
    """
    _check_probabilities("bce probabilities", probabilities, ". For logits use bce_with_logits")
    _check_probabilities("bce targets", targets)

    def loss(p: Any, t: Any) -> Any:
        return t * -_clamped_log(p) + (1.0 - t) * -_clamped_log(1.0 - p)
    return _elementwise(loss, probabilities, targets, reduction)


def bce_with_logits(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """t*softplus(-z) + (1 - t)*softplus(z), averaged: the binary cross-entropy of sigmoid(z), without overflow or lost digits.

    d/dz = sigmoid(z) - t, d/dt = -z

    Raises what `mse` raises, and InputError if a target lies outside [0, 1] by more than rounding explains.

    >>> bce_with_logits([1000.0], [0.0])
    1000.0
    """
    _check_probabilities("bce_with_logits targets", targets, ". For targets of -1 and 1 take (t + 1)/2, or hinge")

    def loss(z: Any, t: Any) -> Any:
        if not isinstance(t, Value) and t in (0.0, 1.0):             # an infinite logit that is right costs nothing
            return F.softplus(-z if t else z)
        return t * F.softplus(-z) + (1.0 - t) * F.softplus(z)
    return _elementwise(loss, logits, targets, reduction)


# Several classes --------------------------------------------------------------------------------------------------------------

def cross_entropy(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """-log(softmax(z)[y]) for a row of logits z and its class y, or -sum(t*log(softmax(z))) for a distribution t; averaged over
    the rows.

    d/dz[i] = softmax(z)[i] - t[i]

    For a class, t is one-hot: 1 at y, else 0.

    Args:
        logits: a row of numbers, or a sequence of rows.
        targets: for each row a class, counted from 0, or a row of probabilities.

    Raises InputError for an empty row, a class out of range, the wrong number of targets, or probabilities that do not add up
    to 1.

    >>> round(cross_entropy([3.0, 1.0, -3.0], 0), 6)
    0.129109
    >>> round(cross_entropy([[3.0, 1.0, -3.0], [0.0, 0.0, 0.0]], [0, 2]), 6)
    0.613861
    """
    def loss(row: list[Any], target: Any) -> Any:
        if isinstance(target, list):
            return F.sum([t * -q for t, q in zip(target, F.log_softmax(row)) if isinstance(t, Value) or t != 0.0])
        if isinstance(target, Value):
            z = _picked(row, target)
            return F.logsumexp([other - z for other in row])
        if all([number(row[target]) >= number(z) for z in row]):     # here p - 1 keeps its digits: we subtract this very logit
            return F.logsumexp([z - row[target] if i != target else 0.0 for i, z in enumerate(row)])
        return -F.log_softmax(row)[target]                           # here p keeps its digits: log_softmax subtracts the largest
    return _by_row(loss, logits, targets, reduction, "cross_entropy")


def nll(log_probabilities: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """-q[y] for a row of log-probabilities q and its class y, averaged over the rows.

    d/dq[i] = -1 if i == y else 0

    Raises what `cross_entropy` raises, and InputError if a log-probability is above 0.

    >>> nll([[-0.1, -2.4], [-1.2, -0.4]], [0, 1])
    0.25
    """
    def loss(row: list[Any], target: Any) -> Any:
        if isinstance(target, Value):
            return -_picked(row, target)
        for q in [number(z) for z in row]:
            if q > ROUNDED:
                raise InputError(f"nll log-probabilities must be at most 0, got {q:g}. Pass log_softmax(logits), or pass the "
                                 "logits themselves to cross_entropy")
        return -row[_class("nll", target)]
    return _by_row(loss, log_probabilities, targets, reduction, "nll")


def multi_margin(scores: Any, targets: Any, *, margin: float = 1.0, reduction: str = "mean") -> Any:
    """The sum of max(0, margin - s[y] + s[i]) over the wrong classes i, divided by the number of classes; averaged over the
    rows.

    Each wrong class inside the margin pushes its own score down and that of the right class up. For three classes and y = 0:

    d/ds[0] = -((s[1] > s[0] - margin) + (s[2] > s[0] - margin))/3
    d/ds[1] = (s[1] > s[0] - margin)/3, d/ds[2] = (s[2] > s[0] - margin)/3

    Raises what `cross_entropy` raises.

    >>> multi_margin([0.1, 0.2, 0.4, 0.8], 3)
    0.32499999999999996
    """
    margin = finite("margin", margin)

    def loss(row: list[Any], target: Any) -> Any:
        if isinstance(target, Value):
            z = _picked(row, target)
            return F.sum([F.where(F.equal(target, i), 0.0, F.relu(margin - z + s)) for i, s in enumerate(row)]) / len(row)
        y = _class("multi_margin", target)
        return F.sum([F.relu(margin - row[y] + s) for i, s in enumerate(row) if i != y]) / len(row)
    return _by_row(loss, scores, targets, reduction, "multi_margin")


def kl_div(log_probabilities: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """t*(log(t) - q) for log-probabilities q and a distribution t, and 0 where t is 0: the terms of the Kullback-Leibler
    divergence of exp(q) from t.

    d/dq = -t

    `reduction` is the "mean" over all numbers, the "batchmean" over rows (the divergence itself), "sum" or "none".

    Raises what `mse` raises, and InputError if a target is negative.

    >>> round(kl_div([[-0.7, -0.7]], [[0.25, 0.75]], reduction="batchmean"), 6)
    0.137665
    """
    for t in _flat(targets)[0]:
        if not number(t) >= 0.0:
            raise InputError(f"kl_div targets must be at least 0, got {number(t):g}")

    def loss(q: Any, t: Any) -> Any:
        if is_recording():
            return F.where(t > 0.0, t * (F.log(F.where(t > 0.0, t, 1.0)) - q), 0.0 * F.clamp(q, -1.0))
        return t * (F.log(t) - q) if number(t) > 0.0 else 0.0 * F.clamp(q, -1.0)  # q may be -inf
    if isinstance(reduction, str) and reduction == "batchmean":
        rows = list(log_probabilities.values()) if isinstance(log_probabilities, Mapping) else log_probabilities
        is_batch = is_sequence(rows) and len(rows) > 0 and is_sequence(rows[0])
        return _elementwise(loss, log_probabilities, targets, "sum") / (len(rows) if is_batch else 1)
    return _elementwise(loss, log_probabilities, targets, reduction)


# Weights ----------------------------------------------------------------------------------------------------------------------

def l2_penalty(weights: Any, strength: float) -> Any:
    """strength/2 times the sum of w².

    d/dw[i] = strength*w[i]

    Raises InputError if there is no weight, or if the strength is below 0.

    >>> l2_penalty([1.0, 2.0], 0.1)
    0.25
    """
    numbers = _flat(weights)[0]
    if not numbers:
        raise InputError("l2_penalty needs at least one weight, got none")
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
        hint = ". Both hold the same number of values, so y.ravel() may help" if len(left) == len(right) else ""
        shapes = f"{_shape(predictions)} and {_shape(targets)}"
        raise InputError(f"predictions and targets must have the same shape, got {shapes}{hint}") from None
    return _reduced([loss(p, t) for p, t in zip(left, right)], rebuild, reduction)


def _flat(x: Any) -> tuple[list[Any], Rebuild]:
    """The numbers in x, as Values and floats, and a function that puts others in their places."""
    numbers, rebuild = flatten(x)
    return [_operand(z) for z in numbers], rebuild


def _operand(z: Any) -> Any:
    return z if type(z) is float or isinstance(z, Value) or is_referee_number(z) else real(z)


def _by_row(loss: Callable[[list[Any], Any], Any], rows: Any, targets: Any, reduction: str, name: str) -> Any:
    """The loss of each row and its target, reduced; a single row has a single loss."""
    rows, targets = as_lists(rows), as_lists(targets)
    if not is_sequence(rows):
        raise OperandError(f"{name} takes a row of numbers or a sequence of rows, got {described(rows)}")
    if not len(rows):
        raise InputError(f"{name} needs at least one class, got an empty row")
    if not is_sequence(rows[0]):
        return _reduced([loss(_row(name, rows), _checked(name, rows, targets))], lambda losses: losses[0], reduction)
    if not is_sequence(targets) or len(targets) != len(rows):
        count = len(targets) if is_sequence(targets) else 1
        raise InputError(f"{name} needs one target per row, got {counted(len(rows), 'row')} and {counted(count, 'target')}")
    losses = [loss(_row(name, row), _checked(name, row, target)) for row, target in zip(rows, targets)]
    return _reduced(losses, list, reduction)


def _checked(name: str, row: Sequence[Any], target: Any) -> Any:
    """A class within the row, or a distribution over it."""
    if not len(row):
        raise InputError(f"{name} needs at least one class in each row, got an empty row")
    if is_sequence(target):
        if len(target) != len(row):
            classes = counted(len(row), "class", "classes")
            raise InputError(f"{name} needs one probability per class, got {len(target)} for {classes}")
        probabilities = _row(name, target)
        for t in probabilities:
            if not 0.0 <= number(t) <= 1.0:
                raise InputError(f"{name} probabilities must lie in [0, 1], got {number(t):g}")
        total = math.fsum([number(t) for t in probabilities])
        if abs(total - 1.0) > ROUNDED:
            raise InputError(f"{name} probabilities must add up to 1, got a sum of {total:g}. Give classes as whole numbers, one "
                             "per row of logits; for two classes from one logit use bce_with_logits")
        return probabilities
    if is_recording() and isinstance(target, Value):
        return target                                                # each lane has a class of its own
    y = _class(name, target)
    if not 0 <= y < len(row):
        raise InputError(f"{name} classes must lie in [0, {len(row) - 1}], got {quoted(y)}")
    return y


def _row(name: str, row: Any) -> list[Any]:
    """The Values and floats of a row; OperandError if it holds anything else."""
    if not is_sequence(row):
        raise OperandError(f"{name} takes rows of numbers, got {described(row)} in place of a row")
    for z in row:
        if not (isinstance(z, Value) or is_real(z) or is_referee_number(z)):
            raise OperandError(f"{name} takes rows of numbers, got {described(z)} in a row. Pass the predictions first, then "
                               "the targets")
    return [_operand(z) for z in row]


def _picked(row: Sequence[Any], target: Value) -> Any:
    """The number of the class in a row, while a function is recorded for samples of any class; NaN for a class out of range."""
    z: Any = math.nan
    for k in reversed(range(len(row))):
        z = F.where(F.equal(target, k), row[k], z)
    return z


def _class(name: str, target: Any) -> int:
    try:
        return operator.index(int(target) if isinstance(target, float) and target.is_integer() else target)
    except TypeError:
        raise OperandError(f"{name} classes must be whole numbers, got {described(target)}") from None


def _reduced(losses: list[Any], rebuild: Rebuild, reduction: str) -> Any:
    if not isinstance(reduction, str) or reduction not in REDUCTIONS:
        raise InputError(f"reduction must be one of {', '.join(REDUCTIONS)}, got {quoted(reduction)}")
    if reduction == "none":
        return rebuild(losses)
    if not losses:
        raise InputError("a loss needs at least one prediction, got none")
    if len(losses) == 1:
        return losses[0]
    return F.sum(losses) if reduction == "sum" else F.mean(losses)


def _check_probabilities(what: str, numbers: Any, hint: str = "") -> None:
    for x in _flat(numbers)[0]:
        if not -ROUNDED <= number(x) <= 1.0 + ROUNDED:
            raise InputError(f"{what} must lie in [0, 1], got {number(x)!r}{hint}")


def _clamped_log(p: Any) -> Any:
    """log(p), but no less than -100."""
    return F.log(F.clamp(p, math.exp(LOWEST_LOG)))


def _shape(x: Any) -> str:
    """The shape of a structure, in words: "3", "2 x 3", "one number"."""
    dimensions: tuple[int, ...] = ()
    inner = x
    while is_sequence(inner):
        dimensions = (*dimensions, len(inner))
        inner = inner[0] if len(inner) else 0.0
    return " x ".join(map(str, dimensions)) or "one number"


# What we call PyTorch's losses.
_ELSEWHERE = {theirs: f"it is {ours} here" for theirs, ours in {
    "mse_loss": "mse", "l1_loss": "l1", "huber_loss": "huber", "smooth_l1_loss": "smooth_l1", "nll_loss": "nll",
    "binary_cross_entropy": "bce", "binary_cross_entropy_with_logits": "bce_with_logits",
    "multi_margin_loss": "multi_margin", "mae": "l1", "l1_penalty": 'strength * l1(w, [0] * len(w), reduction="sum")'}.items()}


if not TYPE_CHECKING:                                                # a type checker knows the names already
    def __getattr__(name: str) -> Any:
        raise unknown_name("autograd.losses", name, __all__, _ELSEWHERE)
