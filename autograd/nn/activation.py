"""Activations as modules, and their look-up by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from .. import functions as F
from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described
from ..text import did_you_mean
from ..trees import flatten
from .initialisers import Initialiser, he, xavier
from .module import Module

__all__ = ["Activation", "PReLU"]

Kind = str | Callable[[Any], Any] | None                            # how an activation may be given


class PReLU(Module):
    """leaky_relu with a learnable slope, 0.25 at first (He et al. 2015). It acts on every number of its input.

    `activation=PReLU` gives each layer its own slope; `activation=PReLU()` shares one slope among all layers.

    >>> PReLU(0.5)([-2.0, 3.0])
    [Value(-1.0), Value(3.0)]
    """

    def __init__(self, slope: float = 0.25) -> None:
        self.slope = Value(slope)

    def forward(self, x: Any) -> Any:
        """prelu(x, slope) of every number."""
        numbers, rebuild = flatten(x)
        return rebuild([F.prelu(z, self.slope) for z in numbers])


# Activations by name, each with the initial weights that suit it.
SUITED: dict[str, Initialiser] = {
    "linear": xavier, "identity": xavier, "step": xavier, "sigmoid": xavier, "log_sigmoid": xavier, "tanh": xavier, "sin": xavier,
    "relu": he, "leaky_relu": he, "prelu": he, "elu": he, "selu": xavier, "softplus": he, "silu": he, "swish": he, "mish": he,
    "gelu": he, "relu6": he, "hardswish": he, "hardtanh": xavier, "hardsigmoid": xavier, "softsign": xavier, "tanhshrink": xavier,
    "softshrink": xavier, "hardshrink": xavier, "softmax": xavier, "log_softmax": xavier}


class Chosen(NamedTuple):
    """A resolved activation: its function, or None if it is linear, and the initial weights that suit it."""

    function: Any
    suited: Initialiser


def chosen(activation: Any) -> Chosen:
    """Resolve an activation that is given by name, as a function or as a module."""
    if isinstance(activation, bool):                                 # micrograd: Neuron(2, False) is linear
        activation = "relu" if activation else None
    if isinstance(activation, Activation):
        activation = activation.activation
    if isinstance(activation, str) and activation not in SUITED:
        raise InputError(f"unknown activation {activation!r}{did_you_mean(activation.lower(), SUITED) or '.'} Choose from "
                         f"{', '.join(SUITED)}, or pass a function of one number")
    if activation is None or (isinstance(activation, str) and activation in ("linear", "identity")):
        return Chosen(None, xavier)
    if isinstance(activation, str):
        return Chosen(PReLU() if activation == "prelu" else getattr(F, activation), SUITED[activation])
    if isinstance(activation, type) and issubclass(activation, Module):
        activation = activation()
    if not callable(activation):
        raise OperandError(f"activation must be a name, a function of one number, or None, got {described(activation)}")
    return Chosen(activation, SUITED.get(name_of(activation), he if isinstance(activation, Module) else xavier))


def name_of(function: Any) -> str:
    """The name of an activation; "" for None."""
    return "" if function is None else getattr(function, "__name__", type(function).__name__)


def takes_a_row(function: Any) -> bool:
    """Whether an activation takes all the outputs of a layer at once."""
    return name_of(function) in ("softmax", "log_softmax")


class Activation(Module):
    """An activation as a module. It acts on every number of a row, an image or a batch; softmax acts on whole rows.

    Raises InputError for an unknown name.

    >>> Activation("relu")([[-2.0, 3.0], [1.0, -1.0]])
    [[0.0, 3.0], [1.0, 0.0]]
    """

    def __init__(self, activation: Kind) -> None:
        self.activation = chosen(activation).function
        if takes_a_row(self.activation):
            self.sample_rank = 1

    def forward(self, x: Any) -> Any:
        """The activation of every number, or of the row."""
        if self.activation is None:
            return x
        if takes_a_row(self.activation):
            return self.activation(x)
        numbers, rebuild = flatten(x)
        return rebuild([self.activation(z) for z in numbers])

    def describe(self) -> str:
        """The name of the activation."""
        return name_of(self.activation) or "linear"
