"""`fit`: train a model on batches of samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..engine import Value
from ..errors import InputError, MissingExtraError, OperandError, RangeError
from ..inputs import Random, described, generator, is_array, is_real, whole
from ..optim import Optimizer
from ..text import counted
from ..trees import depth, is_sequence
from .module import Module

__all__ = ["History", "fit"]


@dataclass(repr=False)
class History:
    """What `fit` saw, in plain numbers.

    Attributes:
        loss: of each epoch the mean of its batches' losses, weighted by their sizes. batch_loss: the loss of each batch. (A loss
            that is a sum, as half_squared_error is unless told otherwise, grows with the batch.)
        interrupted: whether Ctrl-C ended it early.

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


def fit(model: Callable[[Any], Any], loss: Callable[[Any, Any], Any], data: tuple[Any, Any], optimizer: Optimizer, *,
        epochs: int = 1, batch_size: int = 32, rng: Random = None, progress: bool = True) -> History:
    """Train the model: in every epoch each sample once, in a new order, a batch at a time.

    Of each batch it takes loss(predictions, targets), sweeps backward, and lets the optimiser make a step.

    Args:
        model: what makes a prediction of an input: a `Module`, or any function. It is given one sample at a time; a module with
            batch normalisation the whole batch. A module is set to be trained, and afterwards back to what it was.
        loss: of a list of predictions and a list of targets, such as `losses.mse`; it answers with a Value.
        data: the inputs and their targets, two sequences of the same length, or arrays.
        optimizer: such as `Adam(model.parameters())`.
        batch_size: samples in a batch; the last one of an epoch may have fewer.
        rng: a `random.Random`, or a seed for one, for the order of the samples; None draws afresh. For several calls after each
            other pass one `random.Random`: a seed would give each the same order.
        progress: show a bar (tqdm, which the extra "demos" brings).

    Ctrl-C ends it: the model is then as the last finished step left it, and `interrupted` of the history is true.

    Raises InputError if there are no samples, or not as many targets, or the optimiser has none of the model's parameters;
    OperandError if the loss is no Value, which means that no parameter is in it; RangeError if it, or a parameter, becomes
    infinite or NaN, and then the model is as the last step left it; MissingExtraError if a bar is wanted and tqdm is not
    installed.

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
        raise OperandError(f"fit takes an optimiser, such as SGD(model.parameters(), lr=0.1), not {described(optimizer)}")
    epochs, batch_size = whole("epochs", epochs), whole("batch_size", batch_size)
    modules = _checked_modules(model, optimizer, len(inputs), batch_size)
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
                value = _trained(model, loss, [inputs[k] for k in batch], [targets[k] for k in batch], optimizer)
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
    """The modules of the model, if it is one, and fits the optimiser and the batches."""
    if not isinstance(model, Module):
        return []
    if not {id(p) for p in model.parameters()} & {id(p) for p in optimizer.parameters}:
        raise InputError("the optimiser has none of the model's parameters: make it of model.parameters()")
    modules = list(model.modules())
    if any([module.batch_only for module in modules]) and (samples % batch_size == 1 or batch_size == 1):
        raise InputError(f"{samples} samples in batches of {batch_size} leave a batch of one, and batch normalisation needs two: "
                         "take another batch_size")
    return modules


def _trained(model: Callable[[Any], Any], loss: Callable[[Any, Any], Any], inputs: list[Any], targets: list[Any],
             optimizer: Optimizer) -> float:
    """One step on one batch; answers its loss. A step that is not made leaves no trace in a module's buffers."""
    modules = model.modules() if isinstance(model, Module) else ()
    buffers = [(module, key, list(getattr(module, key))) for module in modules for key in module.buffers]
    try:
        return _step(model, loss, inputs, targets, optimizer)
    except BaseException:
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
        raise OperandError(f"the loss of a batch is to be a Value, and it is {described(value)}: is the model made of the "
                           "optimiser's parameters, and does the loss reduce to one number?")
    if not math.isfinite(value.data):
        raise RangeError(f"the loss of a batch is {value.data}: it diverges. Take a smaller learning rate, or scale the inputs; "
                         "the model is as the last step left it")
    optimizer.zero_grad()
    value.backward()
    optimizer.step()
    return value.data


def _samples(data: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """The inputs and the targets, as sequences of the same length."""
    if not isinstance(data, (list, tuple)) or len(data) != 2:
        raise OperandError("data is a pair of inputs and targets, as in fit(model, loss, (inputs, targets), ...), not "
                           f"{described(data)}")
    data = [x.to_numpy() if hasattr(x, "to_numpy") else x for x in data]  # a table of pandas'
    if all([isinstance(x, (list, tuple)) and len(x) == 2 and depth(x[0]) > depth(x[1]) for x in data]):
        raise InputError("data is a pair of inputs and targets, and this looks like two pairs of one input and its target: "
                         "turn pairs into tuple(zip(*pairs))")
    for x in data:
        if not is_sequence(x) and (not isinstance(x, Sequence) or isinstance(x, str)):
            raise OperandError(f"inputs and targets are sequences or arrays, not {described(x)}")
    inputs, targets = [x.tolist() if is_array(x) else x for x in data]
    if len(inputs) != len(targets):
        raise InputError(f"each input needs a target: there are {len(inputs)} and {len(targets)}")
    if not len(inputs):
        raise InputError("there are no samples to fit")
    return inputs, targets


class _NoBar:
    """A progress bar that nobody sees."""

    def update(self) -> None:
        """Nothing to show."""

    def set_description(self, text: str, refresh: bool = True) -> None:
        """Nothing to say."""

    def close(self) -> None:
        """Nothing to end."""


def _bar(total: int, progress: bool) -> Any:
    if not progress:
        return _NoBar()
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise MissingExtraError("the progress bar needs tqdm: pip install 'scalar-autograd[demos]', or pass "
                                "progress=False") from None
    return tqdm(total=total, unit="batch")
