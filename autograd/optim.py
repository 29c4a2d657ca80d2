"""Optimisers: rules that change parameters by their gradients, step by step as PyTorch's; and the clipping of gradients.

    optimizer = Adam(model.parameters(), lr=0.01)
    for ...:
        optimizer.zero_grad()
        loss(...).backward()
        optimizer.step()

SGD (momentum, Nesterov, weight decay), Adagrad, RMSprop, Rprop, Adam; clip_by_norm, clip_by_value
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .engine import Value
from .errors import InputError, OperandError, RangeError
from .inputs import described, finite, is_array, is_real
from .messages import node_text, unknown_name
from .text import counted
from .trees import flatten

__all__ = ["SGD", "Adagrad", "Adam", "Optimizer", "RMSprop", "Rprop", "clip_by_norm", "clip_by_value"]

Memory = tuple[float, ...]                                           # what an optimiser keeps of each parameter


class Optimizer:
    """What optimisers have in common. Of your own, write `change`.

    Attributes:
        parameters: what it changes. lr: the learning rate, a number that can be set between steps. steps: how many were made.
    """

    memory: Memory = ()                                              # of a parameter, before the first step

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

    def change(self, x: float, g: float, memory: Memory) -> tuple[float, Memory]:
        """A parameter and what is kept of it after this step, from the number x, its gradient g, and what was kept. `self.steps`
        is the number of this step, from 1."""
        raise OperandError(f"{type(self).__name__} has no change: write the rule as `def change(self, x, g, memory):`")

    def step(self) -> None:
        """Change every parameter by its gradient.

        Raises RangeError if a parameter would become infinite or NaN. An error or an interrupt leaves all as they were.
        """
        before, memories, decay = [p.data for p in self.parameters], self._memories, self.weight_decay
        gradients = _gradients(self.parameters)
        self.steps += 1
        try:
            changed = [self.change(x, g + decay * x if decay else g, memory) for x, g, memory in zip(before, gradients, memories)]
            for p, (x, _) in zip(self.parameters, changed):
                if not math.isfinite(x):
                    raise RangeError(f"a step would make {node_text(p)} {x}, by its gradient {p.grad}: take a smaller learning "
                                     "rate, or clip the gradients")
                p.data = x
            self._memories = [memory for _, memory in changed]
        except BaseException:
            self.steps -= 1
            self._memories = memories
            for p, x in zip(self.parameters, before):
                p.data = x
            raise

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.0, before a sweep: leaves add up over sweeps."""
        for p in self.parameters:
            p.grad = 0.0

    def __repr__(self) -> str:
        count = len(self.parameters)
        return f"{type(self).__name__}({counted(count, 'parameter')}, lr={self.lr:g})"


class SGD(Optimizer):
    """x - lr g; with momentum x - lr v, where v is momentum v + g and g at first; with nesterov x - lr (g + momentum v).

    Args:
        momentum: how much of its velocity a parameter keeps (Polyak 1964). dampening: how much of g is left out of v.
        weight_decay: added to g as weight_decay x. nesterov: look ahead (Nesterov 1983, as in Sutskever et al. 2013).

    Raises InputError for a negative number, and for nesterov without momentum or with dampening.

    >>> w = Value(1.0)
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.8
    """

    def __init__(self, parameters: Iterable[Value], lr: float = 0.001, momentum: float = 0.0, dampening: float = 0.0,
                 weight_decay: float = 0.0, nesterov: bool = False) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.momentum = finite("momentum", momentum, least=0.0)
        self.dampening = finite("dampening", dampening)
        self.nesterov = nesterov
        if nesterov and (self.momentum == 0.0 or self.dampening != 0.0):
            raise InputError("nesterov needs a momentum above 0 and no dampening")

    def change(self, x: float, g: float, memory: Memory) -> tuple[float, Memory]:
        """x - lr v."""
        if self.momentum == 0.0:
            return x - self.lr * g, memory
        v = self.momentum * memory[0] + (1.0 - self.dampening) * g if memory else g
        return x - self.lr * (g + self.momentum * v if self.nesterov else v), (v,)


class Adagrad(Optimizer):
    """x - lr g/(sqrt(s) + eps), where s is the sum of all g² so far (Duchi et al. 2011).

    Args:
        lr_decay: the rate at step t is lr/(1 + (t - 1) lr_decay). initial_accumulator_value: s at first.

    Raises InputError for a negative number.

    >>> w = Value(1.0)
    >>> optimizer = Adagrad([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.9
    """

    def __init__(self, parameters: Iterable[Value], lr: float = 0.01, lr_decay: float = 0.0, weight_decay: float = 0.0,
                 initial_accumulator_value: float = 0.0, eps: float = 1e-10) -> None:
        self.memory = (finite("initial_accumulator_value", initial_accumulator_value, least=0.0),)
        super().__init__(parameters, lr, weight_decay)
        self.lr_decay = finite("lr_decay", lr_decay, least=0.0)
        self.eps = finite("eps", eps, above=0.0)

    def change(self, x: float, g: float, memory: Memory) -> tuple[float, Memory]:
        """x - lr g/(sqrt(s) + eps)."""
        s = memory[0] + g * g
        rate = self.lr / (1.0 + (self.steps - 1) * self.lr_decay)
        return x - rate * (g / (math.sqrt(s) + self.eps)), (s,)


class RMSprop(Optimizer):
    """x - lr g/(sqrt(s) + eps), where s is a running mean of g²: alpha s + (1 - alpha) g² (Tieleman & Hinton 2012, lecture 6.5).

    Args:
        momentum: as of `SGD`, of what would be subtracted. centered: from s the square of the running mean of g is subtracted
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

    def __init__(self, parameters: Iterable[Value], lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8,
                 weight_decay: float = 0.0, momentum: float = 0.0, centered: bool = False) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.alpha = finite("alpha", alpha, least=0.0, below=1.0)
        self.eps = finite("eps", eps, above=0.0)
        self.momentum = finite("momentum", momentum, least=0.0)
        self.centered = centered

    def change(self, x: float, g: float, memory: Memory) -> tuple[float, Memory]:
        """x - lr g/(sqrt(s) + eps)."""
        s, mean, v = memory
        s = self.alpha * s + (1.0 - self.alpha) * g * g
        if self.centered:
            mean = mean + (1.0 - self.alpha) * (g - mean)
        ratio = g / (math.sqrt(max(s - mean * mean, 0.0)) + self.eps)  # rounding may leave it below 0
        v = self.momentum * v + ratio
        return x - self.lr * v, (s, mean, v)


class Rprop(Optimizer):
    """x - sign(g) d, where the step d grows by etas[1] while g keeps its sign, and shrinks by etas[0] where it changes; after a
    change x waits one step (Riedmiller & Braun 1993). For whole batches: only the signs of the gradients count.

    Args:
        lr: d at first; it counts only at the first step. etas: the two factors. step_sizes: the least and the greatest d.

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
            raise InputError(f"etas are a factor from 0 to 1 and one above 1, not {etas}")
        if not self.step_sizes[0] <= self.step_sizes[1]:
            raise InputError(f"step_sizes are the least step, above 0, and the greatest, not {step_sizes}")

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
    """x - lr m'/(sqrt(v') + eps), where m and v are running means of g and g², and m' and v' are freed of their start at 0
    (Kingma & Ba 2015, algorithm 1).

    Args:
        betas: how much of m and of v is kept at each step.

    Raises InputError for a negative number, or a beta outside [0, 1).

    >>> w = Value(1.0)
    >>> optimizer = Adam([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    0.9
    """

    memory = (0.0, 0.0)

    def __init__(self, parameters: Iterable[Value], lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 0.0) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.betas = _pair("betas", betas, least=0.0, below=1.0)
        self.eps = finite("eps", eps, above=0.0)

    def change(self, x: float, g: float, memory: Memory) -> tuple[float, Memory]:
        """x - lr m'/(sqrt(v') + eps)."""
        (m, v), (beta1, beta2) = memory, self.betas
        m = m + (1.0 - beta1) * (g - m)
        v = beta2 * v + (1.0 - beta2) * g * g
        rate = self.lr / (1.0 - beta1 ** self.steps)
        return x - rate * m / (math.sqrt(v) / math.sqrt(1.0 - beta2 ** self.steps) + self.eps), (m, v)


# Clipping -----------------------------------------------------------------------------------------------------------------------

def clip_by_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale all gradients by one factor, so that their Euclidean norm is max_norm at most; answers the norm that they had.

    As in PyTorch the factor is max_norm/(norm + 1e-6). Raises InputError if max_norm is below 0, or if a gradient is infinite or
    NaN.

    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, 4.0
    >>> clip_by_norm([a, b], 1.0), round(a.grad, 3), round(b.grad, 3)
    (5.0, 0.6, 0.8)
    """
    leaves = _leaves(parameters)
    limit = finite("max_norm", max_norm, least=0.0)
    norm = math.hypot(*_gradients(leaves))
    if not math.isfinite(norm):
        raise InputError(f"the norm of the gradients is {norm}: one of them is infinite or NaN, or all are too large")
    factor = limit / (norm + 1e-6)
    if factor < 1.0:
        for p in leaves:
            p.grad *= factor
    return norm


def clip_by_value(parameters: Iterable[Value], limit: float) -> None:
    """Bring every gradient into [-limit, limit]. Raises InputError unless limit >= 0.

    >>> a = Value(0.0)
    >>> a.grad = -3.0
    >>> clip_by_value([a], 0.5)
    >>> a.grad
    -0.5
    """
    limit = finite("limit", limit, least=0.0)
    leaves = _leaves(parameters)
    for p, g in zip(leaves, _gradients(leaves)):
        p.grad = min(max(g, -limit), limit)


# ------------------------------------------------------------------------------------------------------------------------------

def _leaves(parameters: Iterable[Value]) -> list[Value]:
    if hasattr(parameters, "parameters") or callable(parameters):
        raise OperandError("parameters are wanted, not the module or its method: model.parameters()")
    if isinstance(parameters, Value) or not hasattr(parameters, "__iter__"):
        raise OperandError(f"parameters are a sequence of Values, as in [w, b], not {described(parameters)}")
    leaves = flatten(parameters)[0] if is_array(parameters) else list(parameters)
    for p in leaves:
        if not isinstance(p, Value):
            raise OperandError(f"a parameter is a Value, not {described(p)}")
        if p.op is not None:
            raise InputError(f"{p!r} was computed, and cannot be set: a parameter is a leaf, made by Value(...)")
    if not leaves:
        raise InputError("there are no parameters: a model's are the leaf Values in its attributes, or in lists and dicts there")
    if len({id(p) for p in leaves}) < len(leaves):
        raise InputError("a parameter is there twice: it would be changed twice in a step")
    return leaves


def _gradients(leaves: list[Value]) -> list[float]:
    for p in leaves:
        if not is_real(p.grad):
            raise OperandError(f"the grad of {node_text(p)} is {described(p.grad)}: set it to 0.0, not None")
    return [p.grad for p in leaves]


def _pair(name: str, pair: Any, **bounds: float) -> tuple[float, float]:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        raise InputError(f"{name} are two numbers, not {described(pair)}")
    return finite(f"{name}[0]", pair[0], **bounds), finite(f"{name}[1]", pair[1], **bounds)


# What PyTorch's names are called here.
_ELSEWHERE = {"lr_scheduler": "set optimizer.lr between steps", "StepLR": "set optimizer.lr between steps",
              "AdamW": "it is not here; Adam adds weight_decay to the gradient instead",
              "clip_grad_norm_": "it is clip_by_norm here", "clip_grad_value_": "it is clip_by_value here"}


if not TYPE_CHECKING:                                                # a type checker knows which names there are
    def __getattr__(name: str) -> Any:
        raise unknown_name("autograd.optim", name, __all__, _ELSEWHERE)
