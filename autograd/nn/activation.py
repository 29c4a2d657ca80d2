"""Activations as modules, and what is meant by the name of one."""

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

Kind = str | Callable[[Any], Any] | None                            # of an activation


class PReLU(Module):
    """leaky_relu whose slope is a parameter, 0.25 at first (He et al. 2015); applied to each number it is given.

    `activation=PReLU` gives each layer one of its own, `activation=PReLU()` all layers the same.

    >>> PReLU(0.5)([-2.0, 3.0])
    [Value(-1.0), Value(3.0)]
    """

    def __init__(self, slope: float = 0.25) -> None:
        self.slope = Value(slope)

    def forward(self, x: Any) -> Any:
        """prelu(x, slope) of each number."""
        numbers, rebuild = flatten(x)
        return rebuild([F.prelu(z, self.slope) for z in numbers])


# By name, with the initial weights that suit them.
SUITED: dict[str, Initialiser] = {
    "linear": xavier, "identity": xavier, "step": xavier, "sigmoid": xavier, "log_sigmoid": xavier, "tanh": xavier, "sin": xavier,
    "relu": he, "leaky_relu": he, "prelu": he, "elu": he, "selu": xavier, "softplus": he, "silu": he, "swish": he, "mish": he,
    "gelu": he, "softmax": xavier, "log_softmax": xavier}


class Chosen(NamedTuple):
    """An activation that was asked for: its function, or None for linear, and the initial weights that suit it."""

    function: Any
    suited: Initialiser


def chosen(activation: Any) -> Chosen:
    """An activation by name, as a function, or as a module."""
    if isinstance(activation, bool):                                 # micrograd's Neuron(2, False) has none
        activation = "relu" if activation else None
    if isinstance(activation, Activation):
        activation = activation.activation
    if isinstance(activation, str) and activation not in SUITED:
        raise InputError(f"there is no activation {activation!r}{did_you_mean(activation.lower(), SUITED)}; there are "
                         f"{', '.join(SUITED)}, and any function of one number")
    if activation is None or (isinstance(activation, str) and activation in ("linear", "identity")):
        return Chosen(None, xavier)
    if isinstance(activation, str):
        return Chosen(PReLU() if activation == "prelu" else getattr(F, activation), SUITED[activation])
    if isinstance(activation, type) and issubclass(activation, Module):
        activation = activation()
    if not callable(activation):
        raise OperandError(f"an activation is a name, a function of one number, or None, not {described(activation)}")
    return Chosen(activation, SUITED.get(name_of(activation), he if isinstance(activation, Module) else xavier))


def name_of(function: Any) -> str:
    """What an activation is called; "" for none."""
    return "" if function is None else getattr(function, "__name__", type(function).__name__)


def takes_a_row(function: Any) -> bool:
    """Whether it takes all the outputs of a layer at once."""
    return name_of(function) in ("softmax", "log_softmax")


class Activation(Module):
    """An activation as a module: of each number in a row, an image or a batch; of softmax, of a row or of each row in a batch.

    Raises InputError for a name that there is not.

    >>> Activation("relu")([[-2.0, 3.0], [1.0, -1.0]])
    [[0.0, 3.0], [1.0, 0.0]]
    """

    def __init__(self, activation: Kind) -> None:
        self.activation = chosen(activation).function
        if takes_a_row(self.activation):
            self.sample_rank = 1

    def forward(self, x: Any) -> Any:
        """The activation of each number, or of the row."""
        if self.activation is None:
            return x
        if takes_a_row(self.activation):
            return self.activation(x)
        numbers, rebuild = flatten(x)
        return rebuild([self.activation(z) for z in numbers])

    def describe(self) -> str:
        """Its name."""
        return name_of(self.activation) or "linear"
