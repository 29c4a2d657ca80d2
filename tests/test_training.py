"""fit: what it makes of data, models and losses; interrupts; the progress bar; what it refuses."""

from __future__ import annotations

import itertools
import json
import random
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import History, Value, fit, losses
from autograd.errors import InputError, OperandError, RangeError
from autograd.nn import MLP, BatchNorm1d, Layer, Module, Sequential, training
from autograd.optim import SGD, Adam

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def test_xor_is_learnt() -> None:
    model = MLP(2, [8, 1], activation="tanh", rng=1)
    history = fit(model, losses.bce_with_logits, XOR, Adam(model.parameters(), lr=0.1), epochs=100, batch_size=4, rng=0, progress=False)
    assert [model(x).data > 0.0 for x in XOR[0]] == [False, True, True, False]
    assert history.loss[-1] < 0.05 < history.loss[0]
    assert json.loads(json.dumps(asdict(history))) == {"loss": history.loss, "batch_loss": history.batch_loss, "interrupted": False}


def test_every_sample_once_an_epoch_in_a_new_order_from_rng() -> None:
    def orders(rng: Any) -> list[list[float]]:
        w, seen = Value(1.0), []

        def model(x: float) -> Value:
            seen.append(x)
            return w * x

        history = fit(model, losses.mse, (list(map(float, range(7))), [0.0] * 7), SGD([w], lr=1e-3), epochs=2, batch_size=3, rng=rng, progress=False)
        assert (len(history.loss), len(history.batch_loss)) == (2, 6)
        return [seen[:7], seen[7:]]

    rng = random.Random(5)
    w = Value(1.0)
    seen: list[float] = []

    def model(x: float) -> Value:
        seen.append(x)
        return w * x

    for _ in range(2):                                               # two calls go on as one would
        fit(model, losses.mse, (list(map(float, range(7))), [0.0] * 7), SGD([w], lr=1e-3), batch_size=3, rng=rng, progress=False)
    assert [seen[:7], seen[7:]] == orders(5)
    first, second = orders(5)
    assert sorted(first) == sorted(second) == list(map(float, range(7)))
    assert first != second
    assert orders(5) == [first, second] != orders(6)


def test_the_loss_of_an_epoch_is_the_mean_over_samples() -> None:
    w = Value(2.0)
    history = fit(lambda x: w * x, losses.mse, ([1.0, 2.0, 3.0], [0.0] * 3), SGD([w], lr=0.0), batch_size=2, progress=False)
    assert history.loss == pytest.approx([(4.0 + 16.0 + 36.0) / 3.0])


class Table:
    """What a table of pandas' shows."""

    def __init__(self, array: Any) -> None:
        self.to_numpy = lambda: array


def test_batch_normalisation_is_given_whole_batches_and_arrays_will_do() -> None:
    model = Sequential(Layer(1, 4, "tanh", rng=0), BatchNorm1d(4), Layer(4, 1, None, rng=1))
    x = np.linspace(-1.0, 1.0, 12).reshape(12, 1)
    history = fit(model, losses.mse, (Table(x), x[:, 0] ** 2), Adam(model.parameters(), lr=0.05), epochs=40, batch_size=6, rng=0, progress=False)
    assert history.loss[-1] < 0.1 * history.loss[0]
    assert isinstance(model.eval()([0.5]), Value)


def test_a_module_is_set_to_be_trained_and_back() -> None:
    model = Sequential(Layer(1, 2, None, rng=0), BatchNorm1d(2), Layer(2, 1, None, rng=1)).eval()
    fit(model, losses.mse, ([[1.0], [2.0], [3.0], [4.0]], [1.0, 0.0, 1.0, 0.0]), SGD(model.parameters(), lr=0.1), batch_size=2, progress=False)
    assert not model.needs_batch
    assert model[1].running_mean != [0.0, 0.0]
    with pytest.raises(InputError, match="3 samples in batches of 2 leave a batch of one"):
        fit(model, losses.mse, ([[1.0], [2.0], [3.0]], [1.0, 0.0, 1.0]), SGD(model.parameters(), lr=0.1), batch_size=2, progress=False)
    assert not model.training


def test_a_loss_that_diverges_ends_it() -> None:
    w = Value(1.0)
    with pytest.raises(RangeError, match="training diverges"):
        fit(lambda x: w * x * 1e200, losses.l1, ([1e200], [0.0]), SGD([w], lr=1.0), epochs=3, progress=False)
    assert w.data == 1.0


def test_histories_can_be_read() -> None:
    assert repr(History()) == "History(0 epochs, 0 batches)"
    assert repr(History([0.5], [0.6, 0.4], True)) == "History(1 epoch, 2 batches, loss 0.5 -> 0.5, interrupted)"


@pytest.mark.parametrize("where", ["model", "loss", "step"])
def test_ctrl_c_leaves_the_model_as_the_last_step_left_it(where: str) -> None:
    w = Value(1.0)
    states: list[float] = []

    class Watched(SGD):
        def step(self) -> None:
            if where == "step" and len(states) == 3:
                raise KeyboardInterrupt
            super().step()
            states.append(w.data)

    def interrupted(name: str) -> None:
        if where == name and len(states) == 3:
            raise KeyboardInterrupt

    def model(x: float) -> Value:
        interrupted("model")
        return w * x

    def loss(p: Any, t: Any) -> Value:
        interrupted("loss")
        return losses.mse(p, t)  # type: ignore[no-any-return]

    history = fit(model, loss, ([1.0, 2.0], [3.0, 6.0]), Watched([w], lr=0.1), epochs=10, batch_size=1, rng=0, progress=False)
    assert history.interrupted
    assert w.data == states[-1]
    assert (len(states), len(history.batch_loss), len(history.loss)) == (3, 3, 1)


def test_a_batch_that_was_not_finished_leaves_no_trace_in_running_numbers() -> None:
    model = Sequential(Layer(1, 2, None, rng=0), BatchNorm1d(2), Layer(2, 1, None, rng=1))
    states: list[Any] = []

    def loss(p: Any, t: Any) -> Value:
        states.append(model.state_dict())
        if len(states) == 3:
            raise KeyboardInterrupt
        return losses.mse(p, t)  # type: ignore[no-any-return]

    optimizer = SGD(model.parameters(), lr=0.01)
    history = fit(model, loss, ([[1.0], [2.0], [3.0], [5.0]], [1.0, 0.0, 1.0, 0.0]), optimizer, epochs=3, batch_size=2, rng=0, progress=False)
    assert history.interrupted
    assert optimizer.steps == 2
    running = {name: x for name, x in model.state_dict().items() if "running" in name}
    assert running == {name: states[1][name] for name in running} != {name: states[2][name] for name in running}


def test_buffers_changed_in_place_and_inputs_that_are_numbers() -> None:
    class Counting(Module):
        buffers = ("count",)

        def __init__(self) -> None:
            self.w, self.count = Value(1.0), [0.0]

        def forward(self, x: float) -> Value:
            self.count[0] += 1.0
            if self.count[0] == 3.0:
                raise KeyboardInterrupt
            return self.w * x

    model = Counting()
    assert fit(model, losses.mse, ([1.0, 2.0, 3.0], [0.0] * 3), SGD(model.parameters(), lr=0.01), batch_size=1, progress=False).interrupted
    assert model.state_dict()["count[0]"] == 2.0
    normal = Sequential(Layer(1, 2, "tanh", rng=0), BatchNorm1d(2), Layer(2, 1, None, rng=1))
    history = fit(normal, losses.mse, ([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]), SGD(normal.parameters(), lr=0.05), epochs=20, batch_size=4, progress=False)
    assert history.loss[-1] < history.loss[0]


def test_parameters_that_become_infinite_end_it() -> None:
    w = Value(1.0)
    with pytest.raises(RangeError, match=r"a step would set .* to -inf"):
        fit(lambda x: w * x, losses.mse, ([1e100], [0.0]), SGD([w], lr=1e200), epochs=5, progress=False)
    assert w.data == 1.0


def test_the_bar_counts_batches(capsys: pytest.CaptureFixture[str]) -> None:
    w = Value(1.0)
    fit(lambda x: w * x, losses.mse, ([1.0, 2.0], [3.0, 6.0]), SGD([w], lr=0.1), epochs=3, batch_size=1)
    shown = capsys.readouterr().err
    assert "6/6" in shown
    assert "epoch 3" in shown


def test_without_tqdm_it_shows_a_line_a_second(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    now = itertools.count(0.0, 0.4)
    monkeypatch.setattr(training.time, "monotonic", lambda: next(now))
    w = Value(1.0)
    fit(lambda x: w * x, losses.mse, ([1.0, 2.0], [3.0, 6.0]), SGD([w], lr=0.1), epochs=3, batch_size=1)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("6 of 6 batches, epoch 3: loss ")
    assert 2 <= len(lines) <= 4
    fit(lambda x: w * x, losses.mse, ([1.0], [3.0]), SGD([w], lr=0.1), progress=False)
    assert not capsys.readouterr().err


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"data": [([1.0], 2.0), ([3.0], 4.0)]}, InputError, "tuple(zip(*pairs))"), ({"model": losses.mse, "loss": MLP(1, [1])}, OperandError, "in this order"), ({"loss": "mse"}, OperandError, "the str 'mse' is not a loss"), ({"model": 3}, OperandError, "the int 3 is not a model"),
    ({"model": MLP(1, [1])}, InputError, "none of the model's parameters"), ({"data": [1.0, 2.0, 3.0]}, OperandError, "a pair of inputs and targets"), ({"data": (np.array(1.0), [1.0])}, OperandError, "sequences or arrays"), ({"data": (1.0, 2.0)}, OperandError, "sequences or arrays, got the float 1.0"), ({"data": ("ab", [1.0, 2.0])}, OperandError, "the str 'ab'"), ({"data": ([1.0], [1.0, 2.0])}, InputError, "1 input and 2 targets"),
    ({"data": ([], [])}, InputError, "no samples"), ({"optimizer": [Value(1.0)]}, OperandError, "optimizer must be one such as SGD"), ({"epochs": 0}, InputError, "epochs must be at least 1, got 0"), ({"batch_size": 1.5}, OperandError, "batch_size must be a whole number, got the float 1.5"), ({"rng": "x"}, OperandError, "rng must be"),
    ({"loss": lambda p, t: losses.mse(p, t, reduction="none")}, OperandError, "reduce to one number"), ({"model": lambda x: x}, OperandError, "must be a Value, got the float")])
def test_bad_input(change: Any, error: type, message: str) -> None:
    w = Value(1.0)
    given: dict[str, Any] = {"model": lambda x: w * x, "loss": losses.mse, "data": ([1.0, 2.0], [3.0, 6.0]), "optimizer": SGD([w], lr=0.1), **change}
    call: Callable[..., Any] = autograd.fit
    options = {name: given[name] for name in given if name in ("epochs", "batch_size", "rng")}
    with pytest.raises(error) as raised:
        call(given["model"], given["loss"], given["data"], given["optimizer"], progress=False, **options)
    assert message in str(raised.value)
    assert w.data == 1.0
