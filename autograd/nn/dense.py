"""Dense layers: neurons, layers of neurons, and modules in sequence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import functions as F
from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import Random, described, flag, generator, whole
from ..scopes import current, here
from ..trees import as_lists, depth
from ..weighted import side, weighted_sum
from .activation import SUITED, Activation, Kind, PReLU, chosen, name_of, takes_a_row
from .convolution import returns_images
from .initialisers import Initialiser, initialiser
from .module import Module, row_of

__all__ = ["MLP", "Layer", "Neuron", "Sequential"]


class Neuron(Module):
    """activation(w · x + b) for a row x of n_in numbers or Values. `init` draws the weights; the bias is 0 at first.

    Args:
        activation: a name ("relu", "tanh", ..., "linear"), a function of one number, a module such as `PReLU`, or None.
        init: "uniform", "normal", "xavier" (or "glorot"), "he" (or "kaiming"), or a function of n_in, n_out and a
            `random.Random`. None chooses what suits the activation: "he" for relu and its relatives, else "xavier".
        n_out: how many neurons the layer has; "xavier" needs it.
        rng: a `random.Random`, or a seed for one; None draws fresh weights each time.
        nonlin: micrograd's switch; False is activation=None.

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
        n_in, n_out = whole("n_in", n_in), whole("n_out", n_out)
        of = chosen(activation if flag("nonlin", nonlin) else None)
        if takes_a_row(of.function):
            raise InputError(f"{name_of(of.function)} takes a whole row, but a neuron has one output: give it to a Layer")
        draw, source = initialiser(init, of.suited), generator(rng)
        self.activation = of.function
        self.w = [Value(draw(n_in, n_out, source)) for _ in range(n_in)]
        self.b = Value(0.0)

    def forward(self, x: Any) -> Any:
        """The output for one row."""
        row = row_of(x)
        if len(row) != len(self.w):
            raise _unfit("neuron", len(self.w), len(row))
        return self.output(row, self.activation, side(row))

    def output(self, row: list[Any], activation: Any, right: Any = None) -> Any:
        """The output for a row of the right length. Its layer passes in its own activation, and the `side` of the row, which all
        its neurons share."""
        z = weighted_sum(self.w, right)                              # None unless all are Values, or the row all floats
        z = (F.dot(self.w, row) if z is None else z) + self.b
        return z if activation is None else activation(z)

    def describe(self) -> str:
        """The sizes and the activation."""
        return f"{len(self.w)} -> 1{_comma(self.activation)}"


class Layer(Module):
    """n_out neurons, each connected to every input. A layer of one neuron returns a Value, not a list, as in micrograd. A layer
    with one input also takes a bare number.

    Args:
        activation: as for `Neuron`; "softmax" and "log_softmax" take all the outputs at once. init, rng, nonlin: as for `Neuron`.

    Attributes:
        neurons: a list of `Neuron`s; `neurons[j].w[i]` is the weight of input i in neuron j. activation: the function, or None.

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
        of = chosen(activation if flag("nonlin", nonlin) else None)
        of_each = None if takes_a_row(of.function) else of.function
        self.n_in = n_in
        self.activation = of.function                                # first, so that PReLU's slope is layer1.activation.slope
        self.neurons = [Neuron(n_in, of_each, init=initialiser(init, of.suited), n_out=n_out, rng=source) for _ in range(n_out)]

    def forward(self, x: Any) -> Any:
        """The list of outputs for one row, or the one output if there is one neuron."""
        row = row_of(x)
        if len(row) != self.n_in:
            raise _unfit("layer", self.n_in, len(row))
        of_all = takes_a_row(self.activation)
        of_each = None if of_all else self.activation
        outputs, layer, right = [], current(), side(row)
        try:
            for neuron in self.neurons:
                here[0] = (neuron._name, layer)
                outputs.append(neuron.output(row, of_each, right))
        finally:
            here[0] = layer
        if of_all:
            outputs = self.activation(outputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def describe(self) -> str:
        """The sizes and the activation."""
        return f"{self.n_in} -> {len(self.neurons)}{_comma(self.activation)}"


class Sequential(Module):
    """Modules in sequence: each takes what the one before returned. Samples go through one by one, except that batch
    normalisation in training gets the whole batch.

    The name of an activation, or autograd's function of that name, stands for `Activation`. Any other function is called with
    what the layer before returned. The first layer tells whether a sample is a row or an image. `model[0]` is the first layer.

    >>> from autograd.nn import BatchNorm1d
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
            if returns_images(before) and getattr(layer, "sample_rank", None) == 1:
                raise InputError(f"layer{k + 2} takes rows, but layer{k + 1} returns images: put Flatten() between them")

    @property
    def sample_rank(self) -> int | None:  # type: ignore[override]
        """How deeply one sample nests, as told by the first layer that does not act on single numbers."""
        telling = [layer for layer in self.layers if not isinstance(layer, (Activation, PReLU))]
        return getattr(telling[0], "sample_rank", None) if telling else None

    def forward(self, x: Any) -> Any:
        """What the last layer returns."""
        is_batch = depth(x) > (self.sample_rank or 0) and self.needs_batch
        for layer in self.layers:
            x = [layer(sample) for sample in x] if is_batch and not getattr(layer, "needs_batch", False) else layer(x)
        return x

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, k: int) -> Any:
        return self.layers[k]


def _module(layer: Any) -> Any:
    """A layer in the form that Sequential calls. Names of activations, and autograd's own functions for them, become modules."""
    if isinstance(layer, Module):
        return layer
    if not callable(layer) and not isinstance(layer, str):
        raise OperandError("a layer of Sequential must be a module, a function, or the name of an activation, "
                           f"got {described(layer)}")
    is_named = isinstance(layer, str) or any([layer is getattr(F, name, None) for name in SUITED])
    return Activation(layer) if is_named else layer


class MLP(Sequential):
    """A multilayer perceptron: layers of n_out[0], n_out[1], ... neurons. The last layer gives the outputs.

    Args:
        n_in: the number of inputs. n_out: the number of neurons in each layer.
        activation: that of the hidden layers. output: that of the last layer, linear by default. Both are as for `Layer`.
        init: as for `Neuron`. rng: a `random.Random`, or a seed for one; None draws fresh weights each time.

    Raises InputError for a size below 1 or an unknown activation, OperandError for a size that is not a whole number.

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
            raise InputError(f"n_out must be a list of layer sizes, as in MLP(2, [16, 16, 1]), got {described(n_out)}")
        source, sizes = generator(rng), [n_in, *n_out]
        kinds = [activation] * (len(n_out) - 1) + [output]
        super().__init__(*[Layer(i, o, kind, init=init, rng=source) for i, o, kind in zip(sizes, n_out, kinds)])


def _unfit(what: str, n_in: int, given: int) -> InputError:
    if n_in == 1:
        return InputError(f"a {what} of one input takes one number, got {given}: pass a batch as rows, [[x] for x in xs]")
    return InputError(f"a {what} of {n_in} inputs takes {n_in} numbers, got {given}")


def _comma(activation: Any) -> str:
    return "" if activation is None else f", {name_of(activation)}"
