"""Modules and networks: names, states, initial weights, the layers against their definitions and PyTorch, errors."""

from __future__ import annotations

import copy
import importlib.util
import json
import math
import pickle
import random
import statistics
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from autograd import Value, gradcheck, gradient, losses, nn, relu, tanh
from autograd.errors import InputError, OperandError, RangeError
from autograd.nn import (
    MLP,
    Activation,
    AvgPool2d,
    BatchNorm1d,
    Conv2d,
    Flatten,
    Layer,
    MaxPool2d,
    Module,
    Neuron,
    PReLU,
    Sequential,
)


class Line(Module):
    def __init__(self) -> None:
        self.slope, self.offset = Value(2.0), Value(1.0)

    def forward(self, x: Any) -> Any:
        return self.slope * x + self.offset


# Modules ------------------------------------------------------------------------------------------------------------------------

def test_micrograds_network_runs_as_it_is() -> None:
    model = MLP(2, [16, 16, 1])
    assert len(model.parameters()) == 337
    scores = list(map(model, [list(map(Value, row)) for row in ([1.0, 2.0], [0.5, -1.0])]))
    loss = sum((1 + -yi * score).relu() for yi, score in zip([1, -1], scores)) * (1.0 / 2) + 1e-4 * sum(p * p for p in model.parameters())
    model.zero_grad()
    loss.backward()
    before = loss.data
    for p in model.parameters():
        p.data -= 0.01 * p.grad
    scores = list(map(model, [[1.0, 2.0], [0.5, -1.0]]))
    assert sum((1 + -yi * score).relu() for yi, score in zip([1, -1], scores)).data / 2 < before
    assert Neuron(2, nonlin=False).activation is None


def test_parameters_are_named_by_where_they_are() -> None:
    class Net(Module):
        def __init__(self) -> None:
            self.scale = Value(1.0)
            self.blocks = [MLP(1, [2], rng=0), PReLU()]
            self.table = {"a": [Value(0.0), Value(0.0)], "head": Line()}
            self._hidden = Value(5.0)
            self.last = self.scale * 2.0                             # computed: no parameter

        def forward(self, x: Any) -> Any:
            return x

    net = Net()
    names = ["scale", "table['a'][0]", "table['a'][1]", *[f"block1.layer1.neuron{k}.{p}" for k in (1, 2) for p in ("w[0]", "b")],
             "block2.slope", "table['head'].slope", "table['head'].offset"]
    assert [name for name, _ in net.named_parameters()] == names
    assert [p.name for p in net.parameters()] == names
    assert [type(module).__name__ for module in net.modules()].count("Neuron") == 2


def test_a_parameter_that_two_modules_share_counts_once() -> None:
    shared = Line()
    model = Sequential(shared, shared)
    assert [name for name, _ in model.named_parameters()] == ["layer1.slope", "layer1.offset"]
    assert [p.name for p in model.parameters()] == ["layer1.slope", "layer1.offset"]
    assert model(1.0).data == 7.0
    of_all, of_each = MLP(1, [2, 2, 1], activation=PReLU()), MLP(1, [2, 2, 1], activation=PReLU)
    assert [[n for n, _ in m.named_parameters() if "slope" in n] for m in (of_all, of_each)] == [
        ["layer1.activation.slope"], ["layer1.activation.slope", "layer2.activation.slope"]]


def test_zero_grad_train_and_eval_reach_everything() -> None:
    model = Sequential(Layer(1, 2, "tanh", rng=0), BatchNorm1d(2), Layer(2, 1, None, rng=0))
    losses.mse(model([[1.0], [2.0]]), [3.0, 5.0]).backward()
    assert all([p.grad for p in model.layers[2].parameters()])
    model.zero_grad()
    assert not any([p.grad for p in model.parameters()])
    assert model.needs_batch
    assert model.eval() is model
    assert not any([m.training for m in model.modules()])
    assert not model.needs_batch
    assert all([m.training for m in model.train().modules()])


def test_a_state_survives_json_and_any_other_is_refused() -> None:
    model = Sequential(Layer(2, 2, rng=0), BatchNorm1d(2), Layer(2, 1, rng=1))
    model([[1.0, 2.0], [3.0, -1.0]])
    state = json.loads(json.dumps(model.state_dict()))
    assert "layer2.running_mean[1]" in state
    other = Sequential(Layer(2, 2), BatchNorm1d(2), Layer(2, 1))
    other.load_state_dict(state)
    assert other.state_dict() == state
    assert other.eval()([1.0, 2.0]) == model.eval()([1.0, 2.0])
    wrong = [({**state, "layer1.neuron1.w[0]": "1"}, "layer1.neuron1.w[0] must be a number, got the str '1'"), ({**state, "nowhere": 1.0}, "unknown nowhere"),
             ({k: x for k, x in state.items() if "layer1" not in k}, "missing layer1.neuron1.w[0], layer1.neuron1.w[1], layer1.neuron1.b and 3 more"),
             ({("layer1.nueron1.b" if k == "layer1.neuron1.b" else k): x for k, x in state.items()}, "did you mean layer1.neuron1.b?")]
    for bad, message in wrong:
        with pytest.raises(InputError) as raised:
            other.load_state_dict(bad)
        assert message in str(raised.value)
        assert other.state_dict() == state
    with pytest.raises(OperandError, match="names and numbers"):
        other.load_state_dict([1.0])  # type: ignore[arg-type]


def test_a_refused_state_changes_nothing() -> None:
    model = Sequential(Layer(1, 1, None, rng=0), BatchNorm1d(1))
    state = model.state_dict()
    for bad in (10 ** 400, Decimal("sNaN"), "1", None, 1j):
        for name in ("layer1.neuron1.b", "layer2.running_variance[0]"):
            with pytest.raises(InputError, match="must be a number"):
                model.load_state_dict({**dict.fromkeys(state, 5.0), name: bad})
            assert model.state_dict() == state
    with pytest.raises(InputError, match="unknown 1"):
        model.load_state_dict({**state, 1: 2.0})  # type: ignore[dict-item]


def test_names_stay_right_when_a_part_is_replaced() -> None:
    model = Sequential(Line(), MLP(1, [2, 1], rng=0))
    model[0].slope = Value(5.0)
    model[1].layers[0].neurons[1].b = Value(0.5)
    model[1].layers[1].neurons = [Neuron(2, rng=0)]
    assert [p.name for p in model.parameters()] == [name for name, _ in model.named_parameters()]
    assert model[1].layers[0].neurons[1].b.name == "layer2.layer1.neuron2.b"
    model[0].slope = None
    assert "layer1.slope" not in model.state_dict()


def test_what_one_sample_is_the_first_layer_says() -> None:
    class Summed(Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def forward(self, rows: Any) -> Any:
            return [self.w * sum(column) for column in zip(*rows)]

    model = Sequential(Summed(), Layer(2, 1, None, rng=0))
    rows = [[1.0, 2.0], [3.0, 4.0]]
    assert model(rows) == model[1]([4.0, 6.0])
    assert (model.sample_rank, Sequential("relu", Layer(2, 1)).sample_rank, Sequential(PReLU(), Conv2d(1, 1, 1)).sample_rank, Sequential("relu").sample_rank) == (None, 1, 3, None)


def test_an_activation_can_be_replaced() -> None:
    layer = Layer(2, 2, "relu", rng=0)
    layer.activation = tanh
    assert repr(layer) == "Layer(2 -> 2, tanh), 6 parameters"
    assert layer([1.0, 2.0]) == [tanh(neuron.output([1.0, 2.0], None)) for neuron in layer.neurons]
    neuron = Neuron(2, "relu", rng=0)
    neuron.activation = None
    assert repr(neuron) == "Neuron(2 -> 1), 3 parameters"
    assert neuron([[1.0, 2.0], [3.0, 4.0]]) == [neuron.forward([1.0, 2.0]), neuron.forward(np.array([3.0, 4.0]))]
    assert Layer(2, 1, rng=0).forward([1.0, 2.0]) == Layer(2, 1, rng=0)([1.0, 2.0])
    assert sum(MLP(2, [2], output=Activation("softmax"), rng=0)([1.0, 2.0])) == pytest.approx(1.0)


def test_two_parameters_of_one_name_are_refused() -> None:
    line = Line()
    line.layer1 = PReLU(0.1)
    with pytest.raises(InputError, match=r"two parameters would both be called layer1\.slope"):
        line.layers = [PReLU(0.2)]
    assert sorted(line.state_dict()) == ["layer1.slope", "offset", "slope"]


def test_modules_may_hold_themselves_and_large_arrays() -> None:
    line = Line()
    line.me = line
    line.table = np.zeros((400, 400))
    itself: list[Any] = []
    itself.append(itself)
    with pytest.raises(InputError, match="does one contain itself"):
        line.rows = itself
    assert [p.name for p in line.parameters()] == ["slope", "offset"]
    rows: list[Any] = []
    rows.append(rows)
    with pytest.raises(InputError, match="does one contain itself"):
        Layer(1, 1)(rows)


def test_copies_and_pickles_of_a_model_are_models_of_their_own() -> None:
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other.state_dict() == model.state_dict()
        other.parameters()[0].data += 1.0
        assert other.state_dict() != model.state_dict()


def test_reprs_can_be_read() -> None:
    assert repr(MLP(2, [3, 1], output="sigmoid")) == ("MLP, 13 parameters\n  layer1: Layer(2 -> 3, relu), 9 parameters\n"
                                                      "  layer2: Layer(3 -> 1, sigmoid), 4 parameters")
    assert repr(Sequential(Conv2d(1, 2, 3, padding=1, rng=0), MaxPool2d(2), AvgPool2d(2, stride=1), Flatten(), PReLU(), BatchNorm1d(3))) == (
        "Sequential, 27 parameters\n  layer1: Conv2d(1 -> 2, 3 x 3, padding 1), 20 parameters\n  layer2: MaxPool2d(2 x 2)\n"
        "  layer3: AvgPool2d(2 x 2, stride 1)\n  layer4: Flatten\n  layer5: PReLU, 1 parameter\n  layer6: BatchNorm1d(3), 6 parameters")
    assert repr(Line()) == "Line, 2 parameters"
    assert repr(Neuron(2, math.sin)) == "Neuron(2 -> 1, sin), 3 parameters"


# Initial weights ----------------------------------------------------------------------------------------------------------------

def test_the_initial_weights_suit_the_activation() -> None:
    def spread(activation: Any, init: Any = None) -> float:
        layer = Layer(200, 50, activation, init=init, rng=3)
        assert all([neuron.b.data == 0.0 for neuron in layer.neurons])
        return statistics.pstdev([w.data for neuron in layer.neurons for w in neuron.w])

    for activation in ("relu", "leaky_relu", "prelu", "elu", "softplus", "silu", "swish", "mish", "gelu", relu, PReLU):
        assert spread(activation) == pytest.approx(math.sqrt(2.0 / 200), rel=0.03)
    for activation in ("linear", "identity", "step", "sigmoid", "log_sigmoid", "tanh", "sin", "selu", "softmax", "log_softmax", None, tanh, math.sin):
        assert spread(activation) == pytest.approx(math.sqrt(2.0 / 250), rel=0.03)
    assert spread("tanh", "kaiming") == spread("tanh", "he") == spread("relu")
    assert spread("relu", "glorot") == spread("relu", "xavier") == spread("tanh")
    conv = Conv2d(10, 40, 3, rng=3)
    assert statistics.pstdev([p.data for p in conv.parameters()[:-40]]) == pytest.approx(math.sqrt(2.0 / 90), rel=0.03)
    assert statistics.pstdev([p.data for p in Conv2d(10, 40, 3, init="xavier", rng=3).parameters()[:-40]]) == pytest.approx(math.sqrt(2.0 / 450), rel=0.03)
    assert spread("relu", "uniform") == pytest.approx(1.0 / math.sqrt(3.0), rel=0.03)
    assert spread("relu", "normal") == pytest.approx(1.0, rel=0.03)
    assert spread("relu", lambda n_in, n_out, rng: n_in / n_out) == 0.0


def test_randomness_comes_from_rng_and_never_from_the_global_generator() -> None:
    state = random.getstate()
    weights = [MLP(2, [3, 1], rng=rng).state_dict() for rng in (7, np.int64(7), random.Random(7), 8, None, None)]
    assert weights[0] == weights[1] == weights[2]
    assert len({tuple(w.values()) for w in weights}) == 4
    assert random.getstate() == state


# Layers -------------------------------------------------------------------------------------------------------------------------

def test_rows_batches_arrays_and_single_numbers() -> None:
    model = MLP(2, [3, 2], activation="tanh", rng=0)
    rows = [[1.0, 2.0], [0.5, -1.0]]
    assert model(rows) == [model(row) for row in rows] == model(np.array(rows)) == model(tuple(map(tuple, rows)))
    assert model([1, 2]) == model([1.0, np.float64(2.0)]) == model([Value(1.0), Value(2.0)])
    of_one = MLP(1, [2, 1], rng=0)
    assert of_one(0.5) == of_one([0.5]) == of_one(Value(0.5)) == of_one([[0.5], [1.0]])[0]
    assert isinstance(of_one(0.5), Value)
    narrow = MLP(2, [1, 2], rng=0)
    assert len(narrow([1.0, 2.0])) == 2


def test_a_sequence_with_batch_normalisation_does_the_same_in_training_and_after() -> None:
    class Swap(Module):
        def forward(self, row: Any) -> Any:
            return [row[1], row[0]]

    seen: list[int] = []
    model = Sequential(Layer(2, 2, None, rng=0), BatchNorm1d(2), Swap(), lambda row: seen.append(len(row)) or row, "tanh", Layer(2, 2, None, rng=1), tanh, "softmax")
    rows = [[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]]
    trained = model(rows)
    used = model.eval()(rows)
    assert (len(trained), len(trained[0]), set(seen)) == (3, 2, {2})
    assert len(used) == 3
    bare = Sequential(Layer(2, 2, None, rng=0), Swap(), Activation("tanh"), Layer(2, 2, None, rng=1), Activation(tanh), Activation("softmax"))
    assert bare(rows) == [bare(row) for row in rows]
    assert (len(model), model[0] is model.layers[0]) == (8, True)


def test_an_activation_is_one_of_each_number() -> None:
    image = [[[Value(-1.0), 2.0]], [[0.0, -3.0]]]
    assert Activation("relu")(image) == [[[0.0, 2.0]], [[0.0, 0.0]]]
    assert Activation(None)(image) is image
    assert Activation("linear")(2.0) == 2.0
    assert sum(Activation("softmax")([1.0, 2.0])) == pytest.approx(1.0)
    assert [p.name for p in Sequential(Activation(PReLU), Activation("prelu")).parameters()] == ["layer1.activation.slope", "layer2.activation.slope"]
    assert [repr(Neuron(2, kind)) for kind in (False, True, "prelu")] == ["Neuron(2 -> 1), 3 parameters", "Neuron(2 -> 1, relu), 3 parameters", "Neuron(2 -> 1, PReLU), 4 parameters"]


def test_a_module_that_holds_its_parent_has_a_repr() -> None:
    child, parent = Line(), Line()
    parent.child = child
    child.parent = parent
    assert repr(parent) == "Line, 4 parameters\n  child: Line, 4 parameters"
    assert len(parent.parameters()) == 4


def test_a_module_is_called_with_options_too() -> None:
    class Scaled(Module):
        sample_rank = 1

        def forward(self, row: Any, by: float = 1.0) -> Any:
            return [by * x for x in row]

    assert Scaled()([1.0, 2.0], by=3.0) == [3.0, 6.0]
    assert Scaled()([[1.0], [2.0]], by=3.0) == [[3.0], [6.0]]


def test_softmax_takes_the_whole_row() -> None:
    model = MLP(2, [3], output="softmax", rng=0)
    assert sum([p.data for p in model([1.0, 2.0])]) == pytest.approx(1.0, abs=1e-15)


def test_a_convolution_is_its_formula() -> None:
    rng = random.Random(1)
    image = [[[rng.uniform(-1, 1) for _ in range(5)] for _ in range(6)] for _ in range(3)]
    conv = Conv2d(3, 2, 3, stride=2, padding=1, rng=2)
    for b in conv.b:
        b.data = rng.random()
    padded = np.pad(np.array(image), ((0, 0), (1, 1), (1, 1)))
    kernels = np.array([[[[w.data for w in row] for row in channel] for channel in kernel] for kernel in conv.w])
    out = conv(image)
    assert (len(out), len(out[0]), len(out[0][0])) == (2, conv.output_size(6), conv.output_size(5)) == (2, 3, 3)
    for o in range(2):
        for i in range(3):
            for j in range(3):
                window = padded[:, 2 * i:2 * i + 3, 2 * j:2 * j + 3]
                assert out[o][i][j].data == pytest.approx((window * kernels[o]).sum() + conv.b[o].data, abs=1e-14)
    assert conv([image, image])[1] == out == conv(np.array(image))
    assert [Conv2d(1, 1, 3, stride=s, padding=p).output_size(w) for w, s, p in ((5, 2, 0), (5, 2, 1), (7, 2, 1), (5, 1, 0))] == [2, 3, 4, 3]


def test_the_first_of_several_maxima_gets_the_gradient() -> None:
    xs = [[[Value(x) for x in row] for row in ([1.0, 3.0], [3.0, 0.0])]]
    top = MaxPool2d(2)(xs)[0][0][0]
    assert math.isnan(MaxPool2d(2)([[[1.0, math.nan], [2.0, 3.0]]])[0][0][0])
    assert math.isnan(MaxPool2d(2)([[[Value(1.0), 2.0], [Value(math.nan), 3.0]]])[0][0][0].data)
    assert (top.data, gradient(top, [x for row in xs[0] for x in row])) == (3.0, [0.0, 1.0, 0.0, 0.0])
    mean = AvgPool2d(2)(xs)[0][0][0]
    assert (mean.data, gradient(mean, [x for row in xs[0] for x in row])) == (1.75, [0.25] * 4)


def test_gradients_of_every_layer_pass_gradcheck() -> None:
    flat = [0.3, -0.7, 1.1, 0.4, -0.2, 0.9, 0.5, -1.3, 0.8]
    image = Sequential(Conv2d(1, 2, 2, rng=0), MaxPool2d(2, stride=1), AvgPool2d(1), PReLU(), Flatten(), Layer(2, 1, "tanh", rng=1))
    assert gradcheck(lambda x: image([[x[0:3], x[3:6], x[6:9]]]), [flat])
    batch = Sequential(Layer(2, 2, "tanh", rng=0), BatchNorm1d(2), Layer(2, 1, None, rng=1))
    assert gradcheck(lambda x: losses.mse(batch([x[0:2], x[2:4], x[4:6]]), [0.0, 1.0, 0.5]), [flat[:6]])


def test_batch_normalisation_in_training_and_after() -> None:
    norm = BatchNorm1d(2)
    rows = norm([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0]])
    for column in zip(*rows):
        assert sum([v.data for v in column]) == pytest.approx(0.0, abs=1e-12)
        assert sum([v.data ** 2 for v in column]) / 3 == pytest.approx(1.0, abs=1e-4)
    assert norm.running_mean == pytest.approx([0.3, 2.0])
    assert norm.running_variance == pytest.approx([0.9 + 0.1 * 4.0, 0.9 + 0.1 * 100.0])
    norm.eval()
    mean = norm.running_mean
    assert norm(mean) == [0.0, 0.0]
    assert norm([mean, mean]) == [[0.0, 0.0]] * 2
    one = BatchNorm1d(1)
    assert [v.data for v in one([1.0, 3.0])] == pytest.approx([-1.0, 1.0], abs=1e-4)
    assert isinstance(one.eval()(0.2), Value)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: MLP(2, []), InputError, "as in MLP(2, [16, 16, 1])"), (lambda: MLP(2, 3), InputError, "a list"), (lambda: MLP(2, [0]), InputError, "n_out must be at least 1, got 0"), (lambda: MLP(2.5, [1]), OperandError, "n_in must be a whole number"),
    (lambda: MLP(2, [1, 1], activation="rleu"), InputError, "did you mean relu?"), (lambda: MLP(2, [1], output="ReLU"), InputError, "did you mean relu?"), (lambda: MLP(1, [1])([1.0, 2.0]), InputError, "[[x] for x in xs]"), (lambda: Sequential(Conv2d(1, 1, 2), Layer(4, 1)), InputError, "put Flatten() between them"),
    (lambda: Line().train("no"), OperandError, "True or False"), (lambda: Layer(1, 1)(10 ** 400), RangeError, "too large for a float"), (lambda: MLP(1, [1, 1], np.array([1.0])), OperandError, "activation must be a name"), (lambda: Sequential(np.array([1.0])), OperandError, "a layer of Sequential"),
    (lambda: setattr(Line(), "slope", 3.0), InputError, "Line.slope holds parameters, so the float 3.0 cannot be assigned"), (lambda: setattr(Line(), "slope", Value(1.0) * 2.0), InputError, "p.data = 0.5"), (lambda: setattr(Neuron(2), "w", [1.0, 2.0]), InputError, "Neuron.w"), (lambda: MLP(2, [1], output=3), OperandError, "activation must be a name, a function of one number, or None, got the int 3"), (lambda: Neuron(2, "softmax"), InputError, "give it to a Layer"), (lambda: Layer(2, 2, init="xaver"), InputError, "did you mean xavier?"),
    (lambda: Layer(2, 2, init=3), OperandError, "init must be a name"), (lambda: Layer(2, 2, rng="x"), OperandError, "rng must be a random.Random"), (lambda: MLP(2, [1])([1.0, 2.0, 3.0]), InputError, "a layer of 2 inputs takes 2 numbers, got 3"), (lambda: Neuron(2)([1.0]), InputError, "got 1"),
    (lambda: MLP(2, [1])(["a", "b"]), OperandError, "got the str 'a'"), (lambda: MLP(2, [1])(None), OperandError, "got None"), (lambda: Sequential(), InputError, "at least one layer"), (lambda: Sequential(None), OperandError, "a module, a function, or the name"), (lambda: Sequential(3), OperandError, "a module, a function, or the name of an activation"), (lambda: Module()(1.0), OperandError, "no forward"),
    (lambda: Conv2d(1, 1, 3)([[1.0, 2.0], [3.0, 4.0]]), InputError, "a list of channels"), (lambda: Conv2d(1, 1, 3)([[[1.0, 2.0], [3.0, 4.0]]]), InputError, "a window of 3 does not fit on 2 pixels"), (lambda: Conv2d(2, 1, 1)([[[1.0]]]), InputError, "an image of 2 channels, got 1"),
    (lambda: Conv2d(1, 1, 1)([[[1.0, 2.0], [3.0]]]), InputError, "rows of equal length"), (lambda: Conv2d(1, 1, 1, padding=-1), InputError, "padding must be at least 0"), (lambda: MaxPool2d(0), InputError, "kernel_size must be at least 1"),
    (lambda: BatchNorm1d(2)([[1.0, 2.0]]), InputError, "at least two rows"), (lambda: BatchNorm1d(2)([1.0, 2.0]), InputError, "call model(batch)"), (lambda: BatchNorm1d(2)([[1.0], [2.0]]), InputError, "rows of 2 numbers, got 1"), (lambda: Sequential(Layer(2, 2), BatchNorm1d(2))([1.0, 2.0]), InputError, "call model(batch), or model.eval()"), (lambda: BatchNorm1d(1, eps=0.0), InputError, "eps"), (lambda: BatchNorm1d(1, momentum=2.0), InputError, "momentum")])
def test_bad_input(call: Callable[[], Any], error: type, message: str) -> None:
    with pytest.raises(error) as raised:
        call()
    assert message in str(raised.value)


def test_every_part_is_exported() -> None:
    assert all([callable(getattr(nn, name)) for name in nn.__all__])


# PyTorch ------------------------------------------------------------------------------------------------------------------------

TORCH = importlib.util.find_spec("torch") is not None


@pytest.mark.torch
@pytest.mark.skipif(not TORCH, reason="PyTorch is not installed")
def test_layers_and_their_gradients_are_pytorchs() -> None:
    import torch

    rng = random.Random(4)
    for stride, padding, kernel in ((1, 0, 3), (2, 1, 3), (1, 1, 2), (2, 0, 2)):
        conv, pool = Conv2d(2, 3, kernel, stride, padding, rng=rng), MaxPool2d(2, 1)
        other = torch.nn.Conv2d(2, 3, kernel, stride, padding, dtype=torch.float64)
        with torch.no_grad():
            numbers = torch.tensor([p.data for p in conv.parameters()], dtype=torch.float64)
            other.weight.copy_(numbers[:-3].reshape(other.weight.shape))
            other.bias.copy_(numbers[-3:])
        image = [[[float(rng.randrange(-2, 3)) for _ in range(6)] for _ in range(5)] for _ in range(2)]  # with ties
        mine = pool([[[v.relu() for v in row] for row in rows] for rows in conv(image)])
        theirs = torch.nn.functional.max_pool2d(other(torch.tensor([image], dtype=torch.float64)).relu(), 2, 1)
        total = sum([v * v for rows in mine for row in rows for v in row], Value(0.0))
        total.backward()
        (theirs * theirs).sum().backward()
        assert total.data == pytest.approx((theirs * theirs).sum().item(), rel=1e-12)
        slopes = torch.cat([other.weight.grad.flatten(), other.bias.grad]).tolist()
        assert [p.grad for p in conv.parameters()] == pytest.approx(slopes, rel=1e-11, abs=1e-11)

    norm, peer = BatchNorm1d(3), torch.nn.BatchNorm1d(3, dtype=torch.float64)
    for _ in range(20):
        rows = [[rng.uniform(-3, 3) for _ in range(3)] for _ in range(5)]
        values, tensor = [[Value(x) for x in row] for row in rows], torch.tensor(rows, dtype=torch.float64, requires_grad=True)
        mine, theirs = norm(values), peer(tensor)
        weights = [[rng.uniform(-1, 1) for _ in range(3)] for _ in range(5)]
        total = sum([v * w for row, ws in zip(mine, weights) for v, w in zip(row, ws)], Value(0.0))
        norm.zero_grad()
        total.backward()
        peer.zero_grad()
        (theirs * torch.tensor(weights, dtype=torch.float64)).sum().backward()
        assert [v.data for row in mine for v in row] == pytest.approx(theirs.flatten().tolist(), rel=1e-12, abs=1e-12)
        assert [v.grad for row in values for v in row] == pytest.approx(tensor.grad.flatten().tolist(), rel=1e-11, abs=1e-12)
        assert [p.grad for p in norm.parameters()] == pytest.approx(torch.cat([peer.weight.grad, peer.bias.grad]).tolist(), rel=1e-12, abs=1e-12)
    assert norm.running_mean == pytest.approx(peer.running_mean.tolist(), rel=1e-12)
    assert norm.running_variance == pytest.approx(peer.running_var.tolist(), rel=1e-12)
    row: list[float] = [0.5, -1.0, 2.0]
    assert [v.data for v in norm.eval()(row)] == pytest.approx(peer.eval()(torch.tensor([row], dtype=torch.float64))[0].tolist(), rel=1e-12)
