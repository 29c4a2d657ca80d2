"""`fit`: train a model on batches of samples."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..display import html_of
from ..engine import Value
from ..errors import AutogradError, InputError, OperandError, RangeError
from ..inputs import Random, described, flag, generator, is_array, is_real, real, table_as_array, whole
from ..optim import Optimizer
from ..text import counted
from ..trees import depth, flatten, is_sequence
from .module import Module

__all__ = ["History", "fit"]


@dataclass(repr=False)
class History:
    """The course of a `fit`, in plain numbers.

    Attributes:
        loss: for each epoch the mean loss of its batches, weighted by their sizes. batch_loss: the loss of each batch. (A loss
            that is a sum, such as half_squared_error by default, grows with the batch.)
        interrupted: whether Ctrl-C ended the training early.

    >>> History(loss=[0.5, 0.25], batch_loss=[0.6, 0.4, 0.3, 0.2])
    History(2 epochs, 4 batches, loss 0.5 -> 0.25)
    """

    loss: list[float] = field(default_factory=list)
    batch_loss: list[float] = field(default_factory=list)
    interrupted: bool = False

    def __repr__(self) -> str:
        course = f", loss {self.loss[0]:.4g} -> {self.loss[-1]:.4g}" if self.loss else ""
        ended = ", interrupted" if self.interrupted else ""
        batches = f"{len(self.batch_loss)} batch{'' if len(self.batch_loss) == 1 else 'es'}"
        return f"History({counted(len(self.loss), 'epoch')}, {batches}{course}{ended})"

    def _repr_html_(self) -> str | None:
        return html_of("History", self)


def fit(model: Callable[[Any], Any], loss: Callable[[Any, Any], Any], data: tuple[Any, Any], optimizer: Optimizer, *,
        epochs: int = 1, batch_size: int = 32, rng: Random = None, progress: bool = True, compiled: bool = False) -> History:
    """Train the model: every epoch visits each sample once, in a new order, one batch at a time. Returns a History.

    For each batch it computes loss(predictions, targets), sweeps backward, and makes a step of the optimiser.

    Args:
        model: a `Module`, or any function that makes a prediction from an input. It gets one sample at a time, or the whole batch
            if it contains batch normalisation. A module is put into training mode, and afterwards back into the mode it was in.
        loss: a function of a list of predictions and a list of targets that returns a Value, such as `losses.mse`.
        data: the inputs and their targets: two sequences or arrays of the same length.
        optimizer: such as `Adam(model.parameters())`.
        batch_size: samples in a batch; the last batch of an epoch may be smaller.
        rng: a `random.Random`, or a seed for one, that shuffles the samples; None shuffles differently each time. To call `fit`
            several times in a row, pass one `random.Random`: with a seed, each call would use the same order.
        progress: whether to show a progress bar; without tqdm (extra "demos") a line a second.
        compiled: record the loss of one sample once, compile it, and run it for all samples of a batch at once (see
            `autograd.compile`; extra "fast"). The history is the same, to rounding. The model must not decide by the numbers of a
            sample (`if`), the loss must be the mean or the sum of the samples' losses, inputs and targets numbers of one shape
            each, and there must be no batch normalisation.

    Ctrl-C ends the training: the model stays as the last finished step left it, and the history's `interrupted` is True.

    Raises InputError if there are no samples, if inputs and targets differ in number, or if the optimiser has none of the model's
    parameters; OperandError if the loss is not a Value, which means that it depends on no parameter; RangeError if the loss or a
    parameter becomes infinite or NaN (the model stays as the last step left it).

    >>> from autograd import losses
    >>> from autograd.optim import SGD
    >>> w = Value(0.0, name="w")
    >>> history = fit(lambda x: w * x, losses.mse, ([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]), SGD([w], lr=0.1), epochs=30, batch_size=1,
    ...               rng=0, progress=False)
    >>> round(w.data, 6), len(history.loss)
    (2.0, 30)
    """
    for what, given in (("a model", model), ("a loss, such as losses.mse", loss)):
        if not callable(given) or (isinstance(given, Module) and given is loss):
            raise OperandError("fit takes a model, a loss, data and an optimiser, in this order: "
                               f"{described(given)} is not {what}")
    inputs, targets = _samples(data)
    if not isinstance(optimizer, Optimizer):
        raise OperandError(f"optimizer must be one such as SGD(model.parameters(), lr=0.1), got {described(optimizer)}")
    epochs, batch_size = whole("epochs", epochs), whole("batch_size", batch_size)
    modules = _checked_modules(model, optimizer, len(inputs), batch_size)
    made: Callable[[Sequence[int]], float] | None = None
    if flag("compiled", compiled):
        from .compiled_step import CompiledStep
        made = CompiledStep(model, loss, inputs, targets, optimizer)
    source, history = generator(rng), History()
    before = [module.training for module in modules]
    bar = _bar(epochs * -(-len(inputs) // batch_size), progress)
    try:
        for module in modules:
            module.training = True
        for epoch in range(epochs):
            order = source.sample(range(len(inputs)), len(inputs))
            total = 0.0
            for start in range(0, len(order), batch_size):
                batch = order[start:start + batch_size]
                chosen = [inputs[k] for k in batch], [targets[k] for k in batch]
                if made is None:
                    value = _trained(model, loss, *chosen, optimizer)
                else:
                    value = made(batch)
                    _check_finite(value, *chosen)
                history.batch_loss.append(value)
                total += value * len(batch)
                bar.update()
            history.loss.append(total / len(order))
            bar.set_description(f"epoch {epoch + 1}: loss {history.loss[-1]:.4g}", refresh=False)
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        bar.close()
        for module, training in zip(modules, before):
            module.training = training
    return history


def _checked_modules(model: Any, optimizer: Optimizer, samples: int, batch_size: int) -> list[Module]:
    """The modules of the model; none if it is a function. Raises InputError if the optimiser or the batches do not fit it."""
    if not isinstance(model, Module):
        return []
    if not {id(p) for p in model.parameters()} & {id(p) for p in optimizer.parameters}:
        raise InputError("the optimiser has none of the model's parameters: create it with model.parameters()")
    modules = list(model.modules())
    if any([module.batch_only for module in modules]) and (samples % batch_size == 1 or batch_size == 1):
        raise InputError(f"{samples} samples in batches of {batch_size} leave a batch of one, but batch normalisation needs "
                         "two: choose another batch_size")
    return modules


def _trained(model: Callable[[Any], Any], loss: Callable[[Any, Any], Any], inputs: list[Any], targets: list[Any],
             optimizer: Optimizer) -> float:
    """Make one step on one batch and return its loss. A step that was not made leaves no trace in the modules' buffers; after
    one that was, parameters and buffers belong together, even if an interrupt comes right then."""
    made = optimizer.steps
    modules = model.modules() if isinstance(model, Module) else ()
    buffers = [(module, key, list(getattr(module, key))) for module in modules for key in module.buffers]
    try:
        return _step(model, loss, inputs, targets, optimizer)
    except BaseException:
        if optimizer.steps == made:
            for module, key, numbers in buffers:
                setattr(module, key, numbers)
        raise


def _step(model: Callable[[Any], Any], loss: Callable[[Any, Any], Any], inputs: list[Any], targets: list[Any],
          optimizer: Optimizer) -> float:
    if getattr(model, "needs_batch", False):
        predictions = model([[x] if is_real(x) else x for x in inputs])
    else:
        predictions = [model(x) for x in inputs]
    value = loss(predictions, targets)
    if not isinstance(value, Value):
        raise OperandError(f"the loss of a batch must be a Value, got {described(value)}: does the model use the optimiser's "
                           "parameters, and does the loss reduce to one number?")
    _check_finite(value.data, inputs, targets)
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.data


def _check_finite(loss: float, inputs: list[Any], targets: list[Any]) -> None:
    """Raise an error for a loss that is infinite or NaN, and for the number in the batch that makes it so."""
    if math.isfinite(loss):
        return
    for what, numbers in (("an input", inputs), ("a target", targets)):
        strange = next((x for x in _plain_numbers(numbers) if not math.isfinite(x)), None)
        if strange is not None:
            raise InputError(f"{what} of the batch is {strange}: leave such samples out, or fill in a number")
    raise RangeError(f"the loss of a batch is {loss}, so training diverges: use a smaller learning rate, or scale the inputs. "
                     "The model is as the last step left it")


def _plain_numbers(x: Any) -> list[float]:
    """The plain numbers in what the model was given; none if it is something else."""
    try:
        return [real(z) for z in flatten(x)[0] if is_real(z)]
    except AutogradError:
        return []


def _samples(data: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """The inputs and the targets, as sequences of the same length."""
    if not isinstance(data, (list, tuple)) or len(data) != 2:
        raise OperandError("data must be a pair of inputs and targets, as in fit(model, loss, (inputs, targets), ...), got "
                           f"{described(data)}")
    data = [table_as_array(x) for x in data]
    if all([isinstance(x, (list, tuple)) and len(x) == 2 and depth(x[0]) > depth(x[1]) for x in data]):
        raise InputError("data must be a pair of inputs and targets, but looks like two pairs of one input and its target: "
                         "pass tuple(zip(*pairs))")
    for x in data:
        if not is_sequence(x) and (not isinstance(x, Sequence) or isinstance(x, str)):
            raise OperandError(f"inputs and targets must be sequences or arrays, got {described(x)}")
    inputs, targets = [x.tolist() if is_array(x) else x for x in data]
    if len(inputs) != len(targets):
        raise InputError(f"each input needs a target, got {counted(len(inputs), 'input')} and {counted(len(targets), 'target')}")
    if not len(inputs):
        raise InputError("data holds no samples")
    return inputs, targets


class _NoBar:
    """A progress bar that shows nothing."""

    def update(self) -> None:
        """Does nothing."""

    def set_description(self, text: str, refresh: bool = True) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""


class _Lines:
    """Progress as a line a second on the standard error, where there is no tqdm."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.words, self.shown = total, 0, "", time.monotonic()

    def update(self) -> None:
        """Counts a batch."""
        self.done += 1
        if time.monotonic() - self.shown >= SECONDS_BETWEEN:
            self._show()

    def set_description(self, text: str, refresh: bool = True) -> None:
        """Sets what a line says beside the count."""
        self.words = f", {text}"

    def close(self) -> None:
        """Shows where it ended."""
        self._show()

    def _show(self) -> None:
        self.shown = time.monotonic()
        print(f"{self.done} of {counted(self.total, 'batch', 'batches')}{self.words}", file=sys.stderr, flush=True)


SECONDS_BETWEEN = 1.0                                                # lines of progress


def _bar(total: int, progress: bool) -> Any:
    if not progress:
        return _NoBar()
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _Lines(total)
    return tqdm(total=total, unit="batch")
