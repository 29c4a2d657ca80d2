"""Optimisers, which change parameters by their gradients and match PyTorch step by step; and gradient clipping.

    optimizer = Adam(model.parameters(), lr=0.01)
    for ...:
        optimizer.zero_grad()
        loss(...).backward()
        optimizer.step()

SGD (momentum, Nesterov, weight decay), Adagrad, RMSprop, Rprop, Adam; clip_by_norm, clip_by_value
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from .engine import Value
from .errors import InputError, OperandError, RangeError
from .inputs import described, finite, flag, is_array, quoted
from .messages import node_text, unknown_name
from .node import numbers_of
from .text import counted
from .trees import flatten

__all__ = ["SGD", "Adagrad", "Adam", "Optimizer", "RMSprop", "Rprop", "clip_by_norm", "clip_by_value"]

FEW = 32                                                             # parameters that are as fast one by one
Memory = tuple[Any, ...]                                             # what an optimiser keeps for each parameter


class Optimizer:
    """The base of all optimisers. For one of your own, write `change`.

    Attributes:
        parameters: the leaves to change. lr: the learning rate; it may be set between steps. steps: how many steps were made.
    """

    memory: Memory = ()                                              # for each parameter, before the first step
    takes_arrays: ClassVar[bool] = False                             # whether `change` does, too: all parameters at once

    def __init__(self, parameters: Iterable[Value], lr: float, weight_decay: float = 0.0) -> None:
        self.parameters = _leaves(parameters)
        self.lr = lr
        self.weight_decay = finite("weight_decay", weight_decay, least=0.0)
        self.steps = 0
        self._memories: list[Memory] = [self.memory] * len(self.parameters)

    @property
    def lr(self) -> float:
        """The learning rate."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = finite("lr", lr, least=0.0)

    def change(self, x: Any, g: Any, memory: Memory) -> tuple[Any, Memory]:
        """Return a parameter's new number and its new memory, given the number x, the gradient g and the memory so far.
        `self.steps` is the number of this step, counted from 1."""
        raise OperandError(f"{type(self).__name__} has no change method: write its rule as `def change(self, x, g, memory):`")

    def step(self) -> None:
        """Change every parameter by its gradient.

        Raises RangeError if a parameter would become infinite or NaN. After an error or an interrupt nothing has changed.
        """
        self._advance(self._one_by_one)

    def step_by(self, gradients: Any) -> None:
        """Make a `step` with an array of gradients, which become the `grad` of the parameters. The result is that of
        `step`, bit for bit; with many parameters it is faster, since the rule is applied to whole arrays where it can be.

        >>> import numpy as np
        >>> w = Value(1.0)
        >>> SGD([w], lr=0.1).step_by(np.array([2.0]))
        >>> w.data, w.grad
        (0.8, 2.0)
        """
        for p, g in zip(self.parameters, gradients.tolist()):
            p.grad = g
        together = self.takes_arrays and len(self.parameters) >= FEW and len(set(map(len, self._memories))) == 1
        self._advance(self._together if together else self._one_by_one)

    def _advance(self, rule: Callable[[list[float], list[float]], tuple[list[float], list[Memory]]]) -> None:
        """Set the parameters and memories to what the rule gives for their numbers and gradients, or change nothing."""
        before, memories, steps = numbers_of(self.parameters), self._memories, self.steps
        try:
            self.steps += 1
            changed, new = rule(before, [p.grad for p in self.parameters])
            for p, x in zip(self.parameters, changed):
                if not math.isfinite(x):
                    raise RangeError(f"a step would set {node_text(p)} to {x} (its gradient is {p.grad}): use a smaller learning "
                                     "rate, or clip the gradients")
                p.data = x
            self._memories = new
        except BaseException:
            self.steps, self._memories = steps, memories
            for p, x in zip(self.parameters, before):
                p.data = x
            raise

    def _one_by_one(self, xs: list[float], gs: list[float]) -> tuple[list[float], list[Memory]]:
        decay = self.weight_decay
        changed = [self.change(x, g + decay * x if decay else g, memory) for x, g, memory in zip(xs, gs, self._memories)]
        return [x for x, _ in changed], [memory for _, memory in changed]

    def _together(self, xs: list[float], gs: list[float]) -> tuple[list[float], list[Memory]]:
        import numpy as np
        x, g, memory = np.array(xs), np.array(gs), tuple([np.array(column) for column in zip(*self._memories)])
        with np.errstate(all="ignore"):
            changed, new = self.change(x, g + self.weight_decay * x if self.weight_decay else g, memory)
        return changed.tolist(), list(zip(*[column.tolist() for column in new])) or self._memories

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.0. Do so before each sweep: the gradients of leaves add up over sweeps."""
        for p in self.parameters:
            p.grad = 0.0

    def __repr__(self) -> str:
        count = len(self.parameters)
        return f"{type(self).__name__}({counted(count, 'parameter')}, lr={self.lr:g})"


class SGD(Optimizer):
    """x - lr g. With momentum x - lr v, where v is g at first and then momentum v + g. With nesterov x - lr (g + momentum v).

    Args:
        momentum: how much of its velocity v a parameter keeps (Polyak 1964). dampening: how much of g is left out of v.
        weight_decay: weight_decay x is added to g. nesterov: look ahead (Nesterov 1983, as in Sutskever et al. 2013).

    Raises InputError for a negative number, and for nesterov without momentum or with dampening.

    >>> w = Value(1.0)
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.8
    """

    takes_arrays = True

    def __init__(self, parameters: Iterable[Value], lr: float = 0.001, momentum: float = 0.0, dampening: float = 0.0,
                 weight_decay: float = 0.0, nesterov: bool = False) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.momentum = finite("momentum", momentum, least=0.0)
        self.dampening = finite("dampening", dampening)
        self.nesterov = flag("nesterov", nesterov)
        if self.nesterov and (self.momentum == 0.0 or self.dampening != 0.0):
            raise InputError("nesterov needs momentum above 0 and no dampening")

    def change(self, x: Any, g: Any, memory: Memory) -> tuple[Any, Memory]:
        """x - lr v."""
        if self.momentum == 0.0:
            return x - self.lr * g, memory
        v = self.momentum * memory[0] + (1.0 - self.dampening) * g if memory else g
        return x - self.lr * (g + self.momentum * v if self.nesterov else v), (v,)


class Adagrad(Optimizer):
    """x - lr g/(sqrt(s) + eps), where s is the sum of all g² so far (Duchi et al. 2011).

    Args:
        lr_decay: the rate at step t is lr/(1 + (t - 1) lr_decay). initial_accumulator_value: the initial s.

    Raises InputError for a negative number.

    >>> w = Value(1.0)
    >>> optimizer = Adagrad([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.9
    """

    takes_arrays = True

    def __init__(self, parameters: Iterable[Value], lr: float = 0.01, lr_decay: float = 0.0, weight_decay: float = 0.0,
                 initial_accumulator_value: float = 0.0, eps: float = 1e-10) -> None:
        self.memory = (finite("initial_accumulator_value", initial_accumulator_value, least=0.0),)
        super().__init__(parameters, lr, weight_decay)
        self.lr_decay = finite("lr_decay", lr_decay, least=0.0)
        self.eps = finite("eps", eps, above=0.0)

    def change(self, x: Any, g: Any, memory: Memory) -> tuple[Any, Memory]:
        """x - lr g/(sqrt(s) + eps)."""
        s = memory[0] + g * g
        rate = self.lr / (1.0 + (self.steps - 1) * self.lr_decay)
        return x - rate * (g / (_root(s) + self.eps)), (s,)


class RMSprop(Optimizer):
    """x - lr g/(sqrt(s) + eps), where s is a running mean of g²: alpha s + (1 - alpha) g² (Tieleman & Hinton 2012, lecture 6.5).

    Args:
        momentum: as in `SGD`, applied to what is subtracted. centered: subtract the square of the running mean of g from s
            (Graves 2013).

    Raises InputError for a negative number.

    >>> w = Value(1.0)
    >>> optimizer = RMSprop([w], lr=0.01)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.9
    """

    memory = (0.0, 0.0, 0.0)
    takes_arrays = True

    def __init__(self, parameters: Iterable[Value], lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.alpha = finite("alpha", alpha, least=0.0, below=1.0)
        self.eps = finite("eps", eps, above=0.0)
        self.momentum = finite("momentum", momentum, least=0.0)
        self.centered = flag("centered", centered)

    def change(self, x: Any, g: Any, memory: Memory) -> tuple[Any, Memory]:
        """x - lr g/(sqrt(s) + eps)."""
        s, mean, v = memory
        s = self.alpha * s + (1.0 - self.alpha) * g * g
        if self.centered:
            mean = mean + (1.0 - self.alpha) * (g - mean)
        variance = s - mean * mean
        ratio = g / (_root(variance * (variance > 0.0)) + self.eps)  # rounding may make it negative
        v = self.momentum * v + ratio
        return x - self.lr * v, (s, mean, v)


class Rprop(Optimizer):
    """x - sign(g) d. The step d is multiplied by etas[1] while g keeps its sign, and by etas[0] when the sign changes; x then
    waits one step (Riedmiller & Braun 1993). Use it on whole batches, since only the signs of the gradients count.

    Args:
        lr: the initial d; it has no effect after the first step. etas: the two factors. step_sizes: the least and greatest d.

    Raises InputError unless 0 < etas[0] < 1 < etas[1] and 0 < step_sizes[0] <= step_sizes[1].

    >>> w = Value(1.0)
    >>> optimizer = Rprop([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.9
    """

    def __init__(self, parameters: Iterable[Value], lr: float = 0.01, etas: tuple[float, float] = (0.5, 1.2),
                 step_sizes: tuple[float, float] = (1e-6, 50.0)) -> None:
        super().__init__(parameters, lr)
        self.etas, self.step_sizes = _pair("etas", etas, above=0.0), _pair("step_sizes", step_sizes, above=0.0)
        if not self.etas[0] < 1.0 < self.etas[1]:
            raise InputError(f"etas must satisfy 0 < etas[0] < 1 < etas[1], got {quoted(etas)}")
        if not self.step_sizes[0] <= self.step_sizes[1]:
            raise InputError(f"step_sizes must satisfy 0 < step_sizes[0] <= step_sizes[1], got {step_sizes}")

    def change(self, x: float, g: float, memory: Memory) -> tuple[float, Memory]:
        """x - sign(g) d."""
        before, d = memory or (0.0, self.lr)
        shrink, grow = self.etas
        least, most = self.step_sizes
        product = g * before
        d = min(max(d * (grow if product > 0.0 else shrink if product < 0.0 else 1.0), least), most)
        if product < 0.0:
            g = 0.0
        return x - d if g > 0.0 else x + d if g < 0.0 else x, (g, d)


class Adam(Optimizer):
    """x - lr m'/(sqrt(v') + eps), where m and v are running means of g and g², and m' and v' are bias-corrected (Kingma & Ba
    2015, algorithm 1).

    Args:
        betas: how much of m and of v each step keeps.

    Raises InputError for a negative number, or a beta outside [0, 1).

    >>> w = Value(1.0)
    >>> optimizer = Adam([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.9
    """

    memory = (0.0, 0.0)
    takes_arrays = True

    def __init__(self, parameters: Iterable[Value], lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 0.0) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.betas = _pair("betas", betas, least=0.0, below=1.0)
        self.eps = finite("eps", eps, above=0.0)

    def change(self, x: Any, g: Any, memory: Memory) -> tuple[Any, Memory]:
        """x - lr m'/(sqrt(v') + eps)."""
        (m, v), (beta1, beta2) = memory, self.betas
        m = m + (1.0 - beta1) * (g - m)
        v = beta2 * v + (1.0 - beta2) * g * g
        rate = self.lr / (1.0 - beta1 ** self.steps)
        return x - rate * m / (_root(v) / math.sqrt(1.0 - beta2 ** self.steps) + self.eps), (m, v)


# Clipping -----------------------------------------------------------------------------------------------------------------------

def clip_by_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale all gradients by one factor so that their Euclidean norm is at most max_norm. Returns the norm before scaling.

    As in PyTorch the factor is max_norm/(norm + 1e-6). Raises InputError if max_norm is negative, or if a gradient is infinite or
    NaN.

    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, 4.0
    >>> clip_by_norm([a, b], 1.0), round(a.grad, 3), round(b.grad, 3)
    (5.0, 0.6, 0.8)
    """
    leaves = _leaves(parameters)
    limit = finite("max_norm", max_norm, least=0.0)
    norm = math.hypot(*[p.grad for p in leaves])
    if not math.isfinite(norm):
        raise InputError(f"the norm of the gradients is {norm}: one of them is infinite or NaN, or they are too large")
    factor = limit / (norm + 1e-6)
    if factor < 1.0:
        for p in leaves:
            p.grad *= factor
    return norm


def clip_by_value(parameters: Iterable[Value], limit: float) -> None:
    """Clip every gradient to [-limit, limit]. Raises InputError if limit is negative.

    >>> a = Value(0.0)
    >>> a.grad = -3.0
    >>> clip_by_value([a], 0.5)
    >>> a.grad
    -0.5
    """
    limit = finite("limit", limit, least=0.0)
    leaves = _leaves(parameters)
    for p in leaves:
        p.grad = min(max(p.grad, -limit), limit)


# ------------------------------------------------------------------------------------------------------------------------------

def _leaves(parameters: Iterable[Value]) -> list[Value]:
    if hasattr(parameters, "parameters") or callable(parameters):
        raise OperandError("parameters must be a sequence of Values, not a module or its method: pass model.parameters()")
    if isinstance(parameters, Value) or not hasattr(parameters, "__iter__"):
        raise OperandError(f"parameters must be a sequence of Values, as in [w, b], got {described(parameters)}")
    leaves = flatten(parameters)[0] if is_array(parameters) else list(parameters)
    for p in leaves:
        if not isinstance(p, Value):
            raise OperandError(f"a parameter must be a Value, got {described(p)}")
        if p.op is not None:
            raise InputError(f"{p!r} was computed, so it cannot be a parameter: pass a leaf, made by Value(...)")
    if not leaves:
        raise InputError("there are no parameters: a model's are the leaf Values in its attributes and in lists and dicts there")
    if len({id(p) for p in leaves}) < len(leaves):
        raise InputError("a parameter occurs twice, so a step would change it twice: pass it once")
    return leaves


def _root(x: Any) -> Any:
    """The square root of a float, or of an array."""
    if type(x) is float:
        return math.sqrt(x)
    import numpy as np
    return np.sqrt(x)


def _pair(name: str, pair: Any, **bounds: float) -> tuple[float, float]:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        raise InputError(f"{name} must be two numbers, got {described(pair)}")
    return finite(f"{name}[0]", pair[0], **bounds), finite(f"{name}[1]", pair[1], **bounds)


# PyTorch's names, and what to use here instead.
_ELSEWHERE = {"lr_scheduler": "set optimizer.lr between steps", "StepLR": "set optimizer.lr between steps",
              "AdamW": "it is not implemented; Adam adds weight_decay to the gradient",
              "clip_grad_norm_": "it is clip_by_norm here", "clip_grad_value_": "it is clip_by_value here"}


if not TYPE_CHECKING:                                                # with a __getattr__, type checkers accept any name
    def __getattr__(name: str) -> Any:
        raise unknown_name("autograd.optim", name, __all__, _ELSEWHERE)
