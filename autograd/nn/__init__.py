"""A small network library on Values: every weight a leaf of the graph, every neuron a few nodes of it.

    model = MLP(2, [16, 16, 1])                     micrograd's: two inputs, two hidden layers of relu, one output
    model = MLP(64, [32, 10], activation="tanh", rng=0)
    model(x), model(batch)                          one sample, or a sequence of them

module.py         Module: parameters, names, states; and your own models
dense.py          Neuron, Layer, Sequential, MLP
activation.py     Activation, PReLU
normalisation.py  BatchNorm1d
convolution.py    Conv2d, MaxPool2d, AvgPool2d, Flatten, for images
initialisers.py   uniform, normal, xavier, he: initial weights, which suit the activation unless `init` says otherwise
training.py       fit: training on shuffled batches
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

# What PyTorch's names are called here.
_ELSEWHERE = {"Linear": "it is Layer(n_in, n_out, None) here", "ReLU": "it is Activation('relu') here",
              "Tanh": "it is Activation('tanh') here", "Sigmoid": "it is Activation('sigmoid') here",
              "Softmax": "it is Activation('softmax') here", "Parameter": "every leaf Value in a module is one",
              "BatchNorm2d": "there is none of images; BatchNorm1d takes rows", "ModuleList": "a list in an attribute will do",
              "CrossEntropyLoss": "it is losses.cross_entropy here", "MSELoss": "it is losses.mse here",
              "Identity": "it is Activation(None) here", "Dropout": "there is none",
              "LSTM": "there is none; its cell is a few lines"}


if not TYPE_CHECKING:                                                # a type checker knows which names there are
    def __getattr__(name: str) -> Any:
        raise unknown_name("autograd.nn", name, __all__, _ELSEWHERE)
