"""A small network library on Values: every weight is a leaf of the graph, every neuron a few nodes.

    model = MLP(2, [16, 16, 1])                     as in micrograd: two inputs, two hidden layers of relu, one output
    model = MLP(64, [32, 10], activation="tanh", rng=0)
    model(x), model(batch)                          one sample, or a sequence of them

module.py         Module: parameters, names, state; the base of your own models
dense.py          Neuron, Layer, Sequential, MLP
activation.py     Activation, PReLU
normalisation.py  BatchNorm1d
convolution.py    Conv2d, MaxPool2d, AvgPool2d, Flatten, for images
initialisers.py   uniform, normal, xavier, he: initial weights; by default those that suit the activation
training.py       fit: train on shuffled batches
"""

from typing import TYPE_CHECKING, Any

from ..messages import unknown_name
from ..scopes import Scope
from .activation import Activation, PReLU
from .convolution import AvgPool2d, Conv2d, Flatten, MaxPool2d
from .dense import MLP, Layer, Neuron, Sequential
from .initialisers import he, normal, uniform, xavier
from .module import Module
from .normalisation import BatchNorm1d

__all__ = ["MLP", "Activation", "AvgPool2d", "BatchNorm1d", "Conv2d", "Flatten", "Layer", "MaxPool2d", "Module", "Neuron",
           "PReLU", "Scope", "Sequential", "he", "normal", "uniform", "xavier"]

# PyTorch's names, and what to use here instead.
_ELSEWHERE = {"Linear": "it is Layer(n_in, n_out, None) here", "ReLU": "it is Activation('relu') here",
              "Tanh": "it is Activation('tanh') here", "Sigmoid": "it is Activation('sigmoid') here",
              "Softmax": "it is Activation('softmax') here", "Parameter": "every leaf Value in a module is one",
              "BatchNorm2d": "it is not implemented; BatchNorm1d takes rows", "ModuleList": "use a list in an attribute",
              "CrossEntropyLoss": "it is losses.cross_entropy here", "MSELoss": "it is losses.mse here",
              "Identity": "it is Activation(None) here", "Dropout": "it is not implemented",
              "LSTM": "it is not implemented; its cell is a few lines"}


if not TYPE_CHECKING:                                                # with a __getattr__, type checkers accept any name
    def __getattr__(name: str) -> Any:
        raise unknown_name("autograd.nn", name, __all__, _ELSEWHERE)
