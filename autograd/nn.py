"""A small network library on Values: every weight a leaf of the graph, every neuron a few nodes of it.

    model = MLP(2, [16, 16, 1])                     micrograd's: two inputs, two hidden layers of relu, one output
    model = MLP(64, [32, 10], activation="tanh", rng=0)
    model(x), model(batch)                          one sample, or a sequence of them

Parts:           Neuron, Layer, Activation, PReLU, BatchNorm1d; for images Conv2d, MaxPool2d, AvgPool2d, Flatten
Made of parts:   MLP, Sequential, and your own `Module`
Initial weights: uniform, normal, xavier, he; those that suit the activation unless `init` says otherwise
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from . import functions as F
from .activation import SUITED, Activation, Kind, PReLU, chosen, name_of, takes_a_row
from .arithmetic import described, finite, is_real, real, whole
from .convolution import AvgPool2d, Conv2d, Flatten, MaxPool2d, answers_with_images
from .dispatch import is_array
from .engine import Value, set_scope
from .errors import InputError, OperandError
from .initialisers import Initialiser, he, initialiser, normal, uniform, xavier
from .modules import Module
from .randomness import Random, generator
from .scopes import Scope, here
from .structure import as_lists, depth, is_sequence, number
from .wording import unknown_name

__all__ = ["MLP", "Activation", "AvgPool2d", "BatchNorm1d", "Conv2d", "Flatten", "Layer", "MaxPool2d", "Module", "Neuron",
           "PReLU", "Scope", "Sequential", "he", "normal", "uniform", "xavier"]


# Dense layers -----------------------------------------------------------------------------------------------------------------

class Neuron(Module):
    """activation(w · x + b), for a row x of n_in numbers or Values. The weights are drawn by `init`; the bias is 0 at first.

    Args:
        activation: a name ("relu", "tanh", ..., "linear"), a function of one number, a module such as `PReLU`, or None.
        init: "uniform", "normal", "xavier" (or "glorot"), "he" (or "kaiming"), or a function of n_in, n_out and a
            `random.Random`; if None what suits the activation, "he" for relu and what is like it, else "xavier".
        n_out: how many neurons the layer has, for "xavier".
        rng: a `random.Random`, or a seed for one; None draws afresh. nonlin: micrograd's word; False for activation=None.

    Attributes:
        w: the weights, a list of n_in leaves. b: the bias. activation: the function, or None.

    >>> neuron = Neuron(2, "tanh", rng=0)
    >>> [p.name for p in neuron.parameters()]
    ['w[0]', 'w[1]', 'b']
    >>> neuron([0.0, 0.0])
    Value(0.0)
    """

    sample_rank = 1

    def __init__(self, n_in: int, activation: Kind = "relu", *, init: str | Initialiser | None = None, n_out: int = 1,
                 rng: Random = None, nonlin: bool = True) -> None:
        n_in = whole("n_in", n_in)
        of = chosen(activation if nonlin else None)
        if takes_a_row(of.function):
            raise InputError(f"{name_of(of.function)} takes a whole row, and a neuron has one output: give it to a Layer")
        draw, source = initialiser(init, of.suited), generator(rng)
        self.activation = of.function
        self.w = [Value(draw(n_in, n_out, source)) for _ in range(n_in)]
        self.b = Value(0.0)

    def forward(self, x: Any) -> Any:
        """The output of one row."""
        row = _row(x)
        if len(row) != len(self.w):
            raise _unfit("neuron", len(self.w), len(row))
        return self.output(row, self.activation)

    def output(self, row: list[Any], activation: Any) -> Any:
        """The output of a row that is known to fit, with an activation that may be its layer's."""
        z = F.dot(self.w, row) + self.b
        return z if activation is None else activation(z)

    def describe(self) -> str:
        """Its sizes."""
        return f"{len(self.w)} -> 1{_comma(self.activation)}"


class Layer(Module):
    """n_out neurons beside each other, each connected to every input. A layer of one neuron answers with a Value, not a list,
    as in micrograd; a layer with one input also takes a bare number.

    Args:
        activation: as of a `Neuron`; "softmax" and "log_softmax" take all its outputs at once. init, rng, nonlin: likewise.

    Attributes:
        neurons: a list of `Neuron`s: the weight of input i in neuron j is `neurons[j].w[i]`. activation: the function, or None.

    >>> layer = Layer(2, 3, "tanh", rng=0)
    >>> layer
    Layer(2 -> 3, tanh), 9 parameters
    >>> len(layer([1.0, 2.0])), len(layer([[1.0, 2.0], [3.0, 4.0]]))
    (3, 2)
    """

    sample_rank = 1

    def __init__(self, n_in: int, n_out: int, activation: Kind = "relu", *, init: str | Initialiser | None = None,
                 rng: Random = None, nonlin: bool = True) -> None:
        n_in, n_out, source = whole("n_in", n_in), whole("n_out", n_out), generator(rng)
        of = chosen(activation if nonlin else None)
        of_each = None if takes_a_row(of.function) else of.function
        self.n_in = n_in
        self.activation = of.function                                # a module there is named layer1.activation.slope
        self.neurons = [Neuron(n_in, of_each, init=initialiser(init, of.suited), n_out=n_out, rng=source) for _ in range(n_out)]

    def forward(self, x: Any) -> Any:
        """The outputs of one row; of a layer of one neuron, the output."""
        row = _row(x)
        if len(row) != self.n_in:
            raise _unfit("layer", self.n_in, len(row))
        of_all = takes_a_row(self.activation)
        of_each = None if of_all else self.activation
        outputs, layer = [], here()
        for neuron in self.neurons:
            set_scope((neuron._name, layer))
            outputs.append(neuron.output(row, of_each))
        set_scope(layer)
        if of_all:
            outputs = self.activation(outputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def describe(self) -> str:
        """Its sizes."""
        return f"{self.n_in} -> {len(self.neurons)}{_comma(self.activation)}"


class Sequential(Module):
    """Modules one after the other, each fed with what the one before gave: sample by sample, but for batch normalisation, which
    in training is given the whole batch.

    The name of an activation, or autograd's function of that name, stands for `Activation`; any other function is called with
    what the one before gave. What one sample is, a row or an image, the first layer says. `model[0]` is the first layer.

    >>> Sequential(Layer(2, 3, None), BatchNorm1d(3), "relu", Layer(3, 1, None))
    Sequential, 19 parameters
      layer1: Layer(2 -> 3), 9 parameters
      layer2: BatchNorm1d(3), 6 parameters
      layer3: Activation(relu)
      layer4: Layer(3 -> 1), 4 parameters
    """

    def __init__(self, *layers: Module | str | Callable[[Any], Any]) -> None:
        if not layers:
            raise InputError(f"{type(self).__name__} needs at least one layer")
        self.layers: list[Any] = [_module(layer) for layer in layers]
        for k, (before, layer) in enumerate(zip(self.layers, self.layers[1:])):
            if answers_with_images(before) and getattr(layer, "sample_rank", None) == 1:
                raise InputError(f"layer{k + 2} takes rows, and layer{k + 1} answers with images: put Flatten() between them")

    @property
    def sample_rank(self) -> int | None:  # type: ignore[override]
        """How deep one sample nests: as the first layer says that is not of each number by itself."""
        telling = [layer for layer in self.layers if not isinstance(layer, (Activation, PReLU))]
        return getattr(telling[0], "sample_rank", None) if telling else None

    def forward(self, x: Any) -> Any:
        """What the last one answers."""
        is_batch = depth(x) > (self.sample_rank or 0) and self.needs_batch
        for layer in self.layers:
            x = [layer(sample) for sample in x] if is_batch and not getattr(layer, "needs_batch", False) else layer(x)
        return x

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, k: int) -> Any:
        return self.layers[k]


def _module(layer: Any) -> Any:
    """A layer as Sequential calls it: the name of an activation, and autograd's own, become modules."""
    if isinstance(layer, Module):
        return layer
    if not callable(layer) and not isinstance(layer, str):
        raise OperandError(f"a layer of Sequential is a module, a function, or the name of an activation, not {described(layer)}")
    is_named = isinstance(layer, str) or any([layer is getattr(F, name, None) for name in SUITED])
    return Activation(layer) if is_named else layer


class MLP(Sequential):
    """A multilayer perceptron: layers of n_out[0], n_out[1], ... neurons, the last of which are the outputs.

    Args:
        n_in: how many inputs. n_out: how many neurons each layer has.
        activation: of the hidden layers; output: of the last one, None for none. Both as of a `Layer`.
        init: as of a `Neuron`. rng: a `random.Random`, or a seed for one; None draws afresh.

    Raises InputError for a size that is no whole number above 0, or an activation that there is not.

    >>> model = MLP(2, [16, 16, 1])
    >>> len(model.parameters()), model.parameters()[0].name
    (337, 'layer1.neuron1.w[0]')
    >>> model
    MLP, 337 parameters
      layer1: Layer(2 -> 16, relu), 48 parameters
      layer2: Layer(16 -> 16, relu), 272 parameters
      layer3: Layer(16 -> 1), 17 parameters
    """

    def __init__(self, n_in: int, n_out: Sequence[int], activation: Kind = "relu", output: Kind = None, *,
                 init: str | Initialiser | None = None, rng: Random = None) -> None:
        n_out = as_lists(n_out)
        if not isinstance(n_out, list) or not n_out:
            raise InputError(f"MLP takes the sizes of its layers as a list, as in MLP(2, [16, 16, 1]), not {described(n_out)}")
        source, sizes = generator(rng), [n_in, *n_out]
        kinds = [activation] * (len(n_out) - 1) + [output]
        super().__init__(*[Layer(i, o, kind, init=init, rng=source) for i, o, kind in zip(sizes, n_out, kinds)])


# Normalisation ----------------------------------------------------------------------------------------------------------------

IN_TRAINING = ("batch normalisation in training takes a batch of two rows or more: call model(batch); or model.eval(), after "
               "which it takes one row, too")


class BatchNorm1d(Module):
    """Batch normalisation of rows of n numbers (Ioffe & Szegedy 2015): gamma (x - mean)/sqrt(variance + eps) + beta, for each of
    the n by itself.

    In training, mean and variance are those of the batch, and through them gradient flows; running ones are kept, as PyTorch
    keeps them, and used after `eval()`, when one row alone will do.

    Args:
        eps: added to the variance. momentum: how much of the running numbers a batch replaces.

    Raises InputError in training for a batch of fewer than two rows.

    >>> norm = BatchNorm1d(1)
    >>> [round(row[0].data, 3) for row in norm([[1.0], [3.0]])]
    [-1.0, 1.0]
    >>> norm.running_mean
    [0.2]
    """

    buffers = ("running_mean", "running_variance")
    batch_only = True
    sample_rank = 1

    def __init__(self, n: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        n = whole("n", n)
        self.eps, self.momentum = finite("eps", eps, above=0.0), finite("momentum", momentum, least=0.0, most=1.0)
        self.gamma = [Value(1.0) for _ in range(n)]
        self.beta = [Value(0.0) for _ in range(n)]
        self.running_mean = [0.0] * n
        self.running_variance = [1.0] * n

    def forward(self, x: Any) -> Any:
        """The batch, normalised; after `eval()` one row, normalised by the running numbers. Numbers stand for rows of one."""
        if not self.training:
            return self._each([x], self.running_mean, self.running_variance)[0]
        if not is_sequence(x) or len(x) < 2 or (len(self.gamma) > 1 and depth(x) < 2):
            raise InputError(IN_TRAINING)
        columns = list(zip(*[self._sized(row) for row in x]))
        means = [F.mean(column) for column in columns]
        variances = [F.mean([F.square(z - mean) for z in column]) for column, mean in zip(columns, means)]
        batch = self._each(x, means, variances)
        keep, unbiased = 1.0 - self.momentum, len(x) / (len(x) - 1.0)
        new = self.momentum
        self.running_mean = [keep * old + new * number(m) for old, m in zip(self.running_mean, means)]
        self.running_variance = [keep * old + new * unbiased * number(v) for old, v in zip(self.running_variance, variances)]
        return batch

    def _each(self, rows: Any, means: Sequence[Any], variances: Sequence[Any]) -> list[Any]:
        scales = [gamma / F.sqrt(variance + self.eps) for gamma, variance in zip(self.gamma, variances)]
        normalised = [[(z - mean) * scale + beta for z, mean, scale, beta in zip(self._sized(row), means, scales, self.beta)]
                      for row in rows]
        return [new[0] if isinstance(row, Value) or is_real(row) else new for row, new in zip(rows, normalised)]

    def _sized(self, x: Any) -> list[Any]:
        row = _row(x)
        if len(row) != len(self.gamma):
            raise InputError(f"batch normalisation of {len(self.gamma)} numbers takes rows of as many, not {len(row)}")
        return row

    def describe(self) -> str:
        """Its size."""
        return str(len(self.gamma))


# ------------------------------------------------------------------------------------------------------------------------------

def _row(x: Any) -> list[Any]:
    """One sample as a list of Values and floats; a number stands for a row of one."""
    items = x.ravel().tolist() if is_array(x) else x if is_sequence(x) else [x]
    return [z if isinstance(z, Value) or type(z) is float else _input(z) for z in items]


def _input(z: Any) -> Any:
    if is_real(z):
        return real(z)
    raise OperandError(f"an input is a row of numbers or Values, and {described(z)} is neither")


def _unfit(what: str, n_in: int, given: int) -> InputError:
    if n_in == 1:
        return InputError(f"a {what} of one input takes one number, not {given}; a batch is a list of rows: [[x] for x in xs]")
    return InputError(f"a {what} of {n_in} inputs takes as many numbers, not {given}")


def _comma(activation: Any) -> str:
    return "" if activation is None else f", {name_of(activation)}"


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
