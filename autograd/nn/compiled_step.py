"""The steps of `fit(..., compiled=True)`: the loss of one sample, recorded once, and run for all samples of a batch as lanes."""

from __future__ import annotations

import contextlib
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from ..arithmetic.floats import FLOAT
from ..errors import AutogradError, DomainError, InputError, RangeError
from ..inputs import described, is_real
from ..optim import Optimizer
from ..program import Program, compile
from ..trees import flatten, number

CLOSE = 1e-6                                                         # how exactly a loss must be the mean or the sum
MOST = 256                                                           # samples for which it is looked at


class CompiledStep:
    """Makes steps of an optimiser on batches of samples.

    Raises InputError if the samples are not numbers of one shape, or if the loss of a batch is neither the mean nor the sum of
    the losses of its samples.
    """

    def __init__(self, model: Callable[[Any], Any], loss: Callable[[Any, Any], Any], inputs: Sequence[Any],
                 targets: Sequence[Any], optimizer: Optimizer) -> None:
        if getattr(model, "needs_batch", False):
            raise InputError("fit(..., compiled=True) computes each sample alone, but batch normalisation needs the whole batch: "
                             "leave out compiled=True")
        self.inputs, self.targets = _array("inputs", inputs), _array("targets", targets)
        self.optimizer = optimizer
        as_input, as_target = _in_the_form_of(inputs[0]), _in_the_form_of(targets[0])
        self.program: Program = compile(lambda x, t: loss([model(as_input(x))], [as_target(t)]), wrt=optimizer.parameters)
        self.is_mean = _is_mean(model, loss, inputs, targets)
        first, rebuild = flatten(model(inputs[0]))
        alike = [rebuild([number(x) for x in first])] * len(targets)
        with contextlib.suppress(DomainError, RangeError):           # of these numbers; a target that is refused is an error
            loss(alike, list(targets))

    def __call__(self, batch: Sequence[int]) -> float:
        """The loss of the batch before the step, which is made only if the loss is finite."""
        losses, slopes = self.program.value_and_gradients(self.inputs[batch], self.targets[batch])
        count = len(batch) if self.is_mean else 1
        value: float = FLOAT.sum(*losses.tolist()) / count
        if math.isfinite(value):
            self.optimizer.step_by(slopes / count)
        return value


def _array(what: str, samples: Sequence[Any]) -> Any:
    import numpy as np
    try:
        return np.array(samples, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"fit(..., compiled=True) needs {what} that are numbers, all of one shape; the first is "
                         f"{described(samples[0])}") from None


def _in_the_form_of(sample: Any) -> Callable[[Any], Any]:
    """A function that makes Values, which come as an array, a list or a tuple if that is what a sample is."""
    rebuild = flatten(sample)[1]
    return lambda x: rebuild(x.ravel().tolist()) if hasattr(x, "ravel") else x


def _is_mean(model: Any, loss: Any, inputs: Sequence[Any], targets: Sequence[Any]) -> bool:
    """Whether the loss of a batch is the mean of its samples' losses; False if it is their sum. Raises InputError if it is
    neither for the first samples, or for predictions that are drawn at random for many."""
    if len(inputs) == 1:
        return False                                                 # both
    first = [model(x) for x in inputs[:3]]
    source = random.Random(0)
    some = [targets[k] for k in source.sample(range(len(targets)), min(len(targets), MOST))]
    tried = [_mean_or_sum(loss, first, targets[:3])]
    for draw in (lambda: source.uniform(0.05, 0.95), lambda: source.gauss(0.0, 2.0)):
        tried.append(_mean_or_sum(loss, [_drawn(first[0], draw) for _ in some], some))
    return False not in tried


def _mean_or_sum(loss: Any, predictions: Sequence[Any], targets: Sequence[Any]) -> bool | None:
    """True for the mean, False for the sum; None if these numbers do not tell."""
    try:
        whole = float(number(loss(list(predictions), list(targets))))
        parts = [float(number(loss([p], [t]))) for p, t in zip(predictions, targets)]
    except (AutogradError, ValueError, ArithmeticError):
        return None
    size, count = sum([abs(x) for x in parts]), len(parts)
    if not math.isfinite(size) or size == 0.0 or abs(sum(parts)) < 1e-3 * size:
        return None
    if abs(whole - sum(parts) / count) <= CLOSE * size / count:
        return True
    if abs(whole - sum(parts)) <= CLOSE * size:
        return False
    told = ", ".join([f"{x:g}" for x in parts[:3]])
    raise InputError(f"the loss of {count} samples is {whole:g}, but their own losses are {told}{' ...' if count > 3 else ''}: "
                     "fit(..., compiled=True) needs a loss that is the mean or the sum of those of the samples")


def _drawn(prediction: Any, draw: Any) -> Any:
    if is_real(prediction) or (hasattr(prediction, "data") and not hasattr(prediction, "shape")):
        return draw()
    numbers, rebuild = flatten(prediction)
    return rebuild([draw() for _ in numbers])
