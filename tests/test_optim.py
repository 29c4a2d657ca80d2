"""Optimisers: their first steps by hand, all of them against PyTorch, what they refuse, what an interrupt leaves."""

from __future__ import annotations

import importlib.util
import json
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Value, optim
from autograd.errors import InputError, OperandError, RangeError
from autograd.nn import MLP
from autograd.optim import SGD, Adagrad, Adam, Optimizer, RMSprop, Rprop, clip_by_norm, clip_by_value

RULES: list[tuple[Callable[..., Optimizer], dict[str, Any]]] = [
    (SGD, {"lr": 0.1}), (SGD, {"lr": 0.1, "momentum": 0.9}), (SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    (SGD, {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}), (SGD, {"lr": 0.1, "weight_decay": 0.5}), (Adagrad, {"lr": 0.1}),
    (Adagrad, {"lr": 1.0, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-6}), (RMSprop, {"lr": 0.01}),
    (RMSprop, {"lr": 0.01, "alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1}), (RMSprop, {"lr": 0.01, "centered": True, "eps": 1e-4}), (Rprop, {"lr": 0.01}),
    (Rprop, {"lr": 0.1, "etas": (0.4, 1.5), "step_sizes": (1e-3, 0.5)}), (Adam, {"lr": 0.1}), (Adam, {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1})]


def ids(case: Any) -> str:
    return case.__name__ if hasattr(case, "__name__") else ",".join(case)


def test_steps_by_hand() -> None:
    def after(make: Callable[..., Optimizer], gradients: list[float], **options: Any) -> float:
        p = Value(1.0)
        optimizer = make([p], **options)
        for g in gradients:
            p.grad = g
            optimizer.step()
        return p.data

    assert after(SGD, [2.0, 2.0], lr=0.1) == pytest.approx(0.6)
    assert after(SGD, [2.0, 2.0], lr=0.1, momentum=0.5) == pytest.approx(1.0 - 0.1 * 2.0 - 0.1 * 3.0)
    assert after(SGD, [2.0, 2.0], lr=0.1, momentum=0.5, nesterov=True) == pytest.approx(1.0 - 0.1 * 3.0 - 0.1 * (2.0 + 0.5 * 3.0))
    assert after(SGD, [2.0], lr=0.1, weight_decay=3.0) == pytest.approx(0.5)
    assert after(Adagrad, [3.0, 4.0], lr=1.0) == pytest.approx(1.0 - 1.0 - 4.0 / 5.0)
    assert after(RMSprop, [2.0], lr=1.0, alpha=0.75) == pytest.approx(1.0 - 2.0 / 1.0)
    assert after(Rprop, [5.0, 0.1, -3.0, -1.0], lr=0.1, step_sizes=(1e-6, 50.0)) == pytest.approx(1.0 - 0.1 - 0.12 + 0.06)
    assert after(Adam, [3.0, 3.0], lr=0.1) == pytest.approx(0.8)


@pytest.mark.parametrize(("make", "options"), RULES, ids=ids)
def test_each_finds_the_minimum_of_a_parabola(make: Callable[..., Optimizer], options: dict[str, Any]) -> None:
    x, y = Value(3.0), Value(-2.0)
    optimizer = make([x, y], **options)
    first = ((x - 1.0) ** 2 + 2.0 * (y - 0.5) ** 2).data
    for _ in range(400):
        loss = (x - 1.0) ** 2 + 2.0 * (y - 0.5) ** 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert optimizer.steps == 400
    assert loss.data < 0.15 * first                                  # weight decay draws towards 0, Adagrad is slow


def test_the_learning_rate_can_be_set_between_steps() -> None:
    p = Value(1.0)
    optimizer = SGD([p], lr=0.1)
    p.grad = 1.0
    optimizer.step()
    optimizer.lr = 0.5
    optimizer.step()
    assert p.data == pytest.approx(0.4)
    assert repr(optimizer) == "SGD(1 parameter, lr=0.5)"
    with pytest.raises(InputError, match="lr must be at least 0, got"):
        optimizer.lr = -1.0


def test_an_interrupted_step_changes_nothing() -> None:
    class Interrupted(Adam):
        pressed = False

        def change(self, x: float, g: float, memory: Any) -> Any:
            if self.pressed and x > 1.5:                             # between the first parameter and the second
                raise KeyboardInterrupt
            return super().change(x, g, memory)

    p, q = Value(1.0), Value(2.0)
    optimizer, plain = Interrupted([p, q], lr=0.1), Adam([Value(1.0), Value(2.0)], lr=0.1)
    for o in (optimizer, plain):
        for v in o.parameters:
            v.grad = 1.0
        o.step()
    before = p.data, q.data
    optimizer.pressed = True
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    assert (p.data, q.data, optimizer.steps) == (*before, 1)
    optimizer.pressed = False
    optimizer.step()                                                 # and then it goes on as if nothing had been
    plain.step()
    assert (p.data, q.data) == tuple([v.data for v in plain.parameters])


def test_rprop_takes_the_rate_of_its_first_step_and_waits_where_there_is_no_slope() -> None:
    p = Value(1.0)
    optimizer = Rprop([p], lr=0.1)
    optimizer.lr = 0.5
    p.grad = 1.0
    optimizer.step()
    assert p.data == 0.5
    p.grad = math.nan
    optimizer.step()
    assert p.data == 0.5


def test_centred_rmsprop_survives_a_constant_gradient() -> None:
    for alpha in (0.1, 0.5, 0.99):
        p = Value(1.0)
        optimizer = RMSprop([p], alpha=alpha, centered=True)
        p.grad = 0.07461532054837015
        for _ in range(2000):
            optimizer.step()
        assert math.isfinite(p.data)


def test_a_step_to_infinity_is_refused_and_changes_nothing() -> None:
    p, q = Value(1.0, name="p"), Value(2.0, name="q")
    optimizer = SGD([p, q], lr=10.0, momentum=0.9)
    p.grad, q.grad = 1.0, 1e308
    with pytest.raises(RangeError, match=r"a step would set q to -inf \(its gradient is 1e\+308\)"):
        optimizer.step()
    assert (p.data, q.data, optimizer.steps) == (1.0, 2.0, 0)
    q.grad = 1.0
    optimizer.step()
    assert (p.data, q.data) == (-9.0, -8.0)


def test_clipping() -> None:
    ps = [Value(0.0) for _ in range(3)]

    def gradients(*gs: float) -> None:
        for p, g in zip(ps, gs):
            p.grad = g

    gradients(3.0, 0.0, 4.0)
    assert clip_by_norm(ps, 10.0) == 5.0
    assert [p.grad for p in ps] == [3.0, 0.0, 4.0]
    assert clip_by_norm(ps, 1.0) == 5.0
    assert [p.grad for p in ps] == pytest.approx([0.6, 0.0, 0.8], rel=1e-6)
    gradients(3e200, 0.0, 4e200)
    assert clip_by_norm(ps, 1.0) == pytest.approx(5e200)
    gradients(math.nan, 1e9, 0.0)
    with pytest.raises(InputError, match="the norm of the gradients is nan"):
        clip_by_norm(ps, 1.0)
    gradients(-5.0, 0.25, 5.0)
    clip_by_value(ps, 0.5)
    assert [p.grad for p in ps] == [-0.5, 0.25, 0.5]


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: SGD(MLP(1, [1]), lr=0.1), OperandError, "model.parameters()"), (lambda: SGD(MLP(1, [1]).parameters, lr=0.1), OperandError, "model.parameters()"), (lambda: SGD(Value(1.0), lr=0.1), OperandError, "as in [w, b]"), (lambda: SGD(3, lr=0.1), OperandError, "a sequence of Values"), (lambda: SGD([1.0], lr=0.1), OperandError, "a parameter must be a Value, got the float 1.0"),
    (lambda: SGD([Value(1.0) * 2.0], lr=0.1), InputError, "was computed"), (lambda: SGD([], lr=0.1), InputError, "no parameters"), (lambda: (lambda p: SGD([p, p], lr=0.1))(Value(1.0)), InputError, "occurs twice"), (lambda: SGD([Value(1.0)], lr=-0.1), InputError, "lr must be at least 0, got -0.1"),
    (lambda: SGD([Value(1.0)], lr="fast"), InputError, "the str 'fast'"), (lambda: SGD([Value(1.0)], lr=0.1, nesterov=True), InputError, "momentum above 0"), (lambda: SGD([Value(1.0)], lr=math.nan), InputError, "nan"), (lambda: Adam([Value(1.0)], betas=(0.9, 1.0)), InputError, "betas[1] must lie in [0, 1), got 1.0"),
    (lambda: Adam([Value(1.0)], betas=0.9), InputError, "two numbers"), (lambda: Adam([Value(1.0)], eps=0.0), InputError, "eps must be above 0, got 0.0"), (lambda: SGD([Value(1.0)], lr=math.inf), InputError, "inf"), (lambda: Rprop([Value(1.0)], step_sizes=(5.0, 1.0)), InputError, "step_sizes must satisfy 0 < step_sizes[0] <= step_sizes[1], got (5.0, 1.0)"), (lambda: SGD([Value(1.0)], dampening=math.nan), InputError, "dampening must be a finite number"), (lambda: Rprop([Value(1.0)], step_sizes=(-5.0, 1.0)), InputError, "step_sizes[0] must be above 0"), (lambda: RMSprop([Value(1.0)], alpha=2.0), InputError, "alpha must lie in [0, 1), got 2.0"), (lambda: SGD([Value(1.0)], lr=0.1, momentum=0.5, dampening=0.5, nesterov=True), InputError, "no dampening"), (lambda: SGD(np.array(1.0)), OperandError, "a parameter must be a Value"), (lambda: Rprop([Value(1.0)], etas=(1.5, 1.2)), InputError, "etas must satisfy 0 < etas[0] < 1 < etas[1]"), (lambda: clip_by_norm([Value(1.0)], -1.0), InputError, "max_norm"), (lambda: Optimizer([Value(1.0)], 0.1).step(), OperandError, "has no change")])
def test_bad_input(call: Callable[[], Any], error: type, message: str) -> None:
    with pytest.raises(error) as raised:
        call()
    assert message in str(raised.value)


def test_every_optimiser_is_exported() -> None:
    assert all([callable(getattr(optim, name)) for name in optim.__all__])


GOLDEN = Path(__file__).parent / "golden" / "optimisers.json"        # where PyTorch's steps lead, by rule
EXTREMES = [0.0, 1.0, -1.0, 30.0, -30.0, 700.0, -700.0, 1e-300, -1e-300]


def starts_and_slopes(steps: int) -> tuple[list[float], list[list[float]]]:
    """Parameters, and gradients for each step: some extreme, some not."""
    rng = random.Random(2)
    start = [*EXTREMES, *[rng.uniform(-3, 3) for _ in range(20)]]
    return start, [[rng.choice([*EXTREMES, *[rng.uniform(-2, 2) for _ in range(20)]]) for _ in start] for _ in range(steps)]


def assert_equal_steps(ours: list[float], theirs: list[float]) -> None:
    for x, y in zip(ours, theirs):
        assert abs(x - y) <= 1e-12 * (1.0 + abs(y)), (x, y)


@pytest.mark.parametrize("rule", range(len(RULES)), ids=[f"{make.__name__}-{','.join(options)}" for make, options in RULES])
def test_every_rule_goes_where_pytorchs_went(rule: int) -> None:
    make, options = RULES[rule]
    recorded = json.loads(GOLDEN.read_text())[rule]
    assert [recorded["rule"], recorded["options"]] == [make.__name__, json.loads(json.dumps(options))]
    start, slopes = starts_and_slopes(len(recorded["data"]))
    ps = [Value(x) for x in start]
    optimizer = make(ps, **options)
    for row, data in zip(slopes, recorded["data"]):
        for p, g in zip(ps, row):
            p.grad = g
        optimizer.step()
        assert_equal_steps([p.data for p in ps], data)


@pytest.mark.torch
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
def test_every_step_is_pytorchs(request: pytest.FixtureRequest) -> None:
    import torch

    recorded = []
    for make, options in RULES:
        start, slopes = starts_and_slopes(120)
        ps, tensor = [Value(x) for x in start], torch.tensor(start, dtype=torch.float64, requires_grad=True)
        mine, theirs = make(ps, **options), getattr(torch.optim, make.__name__)([tensor], **options)
        data = []
        for row in slopes:
            for p, g in zip(ps, row):
                p.grad = g
            tensor.grad = torch.tensor(row, dtype=torch.float64)
            mine.step()
            theirs.step()
            data.append(tensor.tolist())
            assert_equal_steps([p.data for p in ps], data[-1])
        recorded.append({"rule": make.__name__, "options": options, "data": data[:8]})
    if request.config.getoption("--rewrite-golden"):
        GOLDEN.write_text(json.dumps(recorded, indent=None) + "\n")
    for new, old in zip(recorded, json.loads(GOLDEN.read_text())):
        for ours, theirs in zip(new["data"], old["data"]):
            assert_equal_steps(ours, theirs)


@pytest.mark.torch
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
def test_clipping_is_pytorchs() -> None:
    import torch

    rng = random.Random(3)
    for _ in range(300):
        slopes = [rng.choice([0.0, 30.0, -700.0, 1e-300, rng.uniform(-1, 1)]) for _ in range(4)]
        limit = rng.choice([0.1, 1.0, 100.0])
        for mine, other in ((clip_by_norm, torch.nn.utils.clip_grad_norm_), (clip_by_value, torch.nn.utils.clip_grad_value_)):
            ps, tensor = [Value(0.0) for _ in slopes], torch.zeros(4, dtype=torch.float64, requires_grad=True)
            tensor.grad = torch.tensor(slopes, dtype=torch.float64)
            for p, g in zip(ps, slopes):
                p.grad = g
            a, b = mine(ps, limit), other([tensor], limit)
            assert [p.grad for p in ps] == pytest.approx(tensor.grad.tolist(), rel=1e-12, abs=0.0)
            assert a is b is None or a == pytest.approx(b.item(), rel=1e-12)


@pytest.mark.parametrize("make", [
    lambda ps: SGD(ps, lr=0.1), lambda ps: SGD(ps, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1), lambda ps: Adagrad(ps, lr_decay=0.1),
    lambda ps: RMSprop(ps, momentum=0.5, centered=True), lambda ps: Rprop(ps), lambda ps: Adam(ps, weight_decay=0.01)], ids=range(6))
def test_step_by_is_step_bit_for_bit(make: Any) -> None:
    source = random.Random(0)
    one, other = [[Value(math.sin(k)) for k in range(50)] for _ in range(2)]
    by_step, by_array = make(one), make(other)
    for _ in range(5):
        gradients = [source.gauss(0.0, 1.0) for _ in one]
        for p, g in zip(one, gradients):
            p.grad = g
        by_step.step()
        by_array.step_by(np.array(gradients))
        assert [p.data.hex() for p in one] == [p.data.hex() for p in other]
    assert by_step._memories == by_array._memories


def test_an_array_step_that_diverges_changes_nothing() -> None:
    parameters = [Value(1.0) for _ in range(50)]
    optimizer = Adam(parameters)
    optimizer.step_by(np.ones(50))
    before, memories = [p.data for p in parameters], optimizer._memories
    with pytest.raises(RangeError, match="a step would set"):
        optimizer.step_by(np.array([1.0] * 49 + [math.nan]))
    assert ([p.data for p in parameters], optimizer.steps, optimizer._memories) == (before, 1, memories)
