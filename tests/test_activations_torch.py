"""Activations and their derivatives against PyTorch in float64, at thousands of points; where PyTorch loses digits, which the table
of exclusions lists, 60 digits are the referee instead."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable
from typing import Any

import mpmath
import pytest

import autograd as ag
from autograd import Value, gradient

mp = mpmath.MPContext()
mp.dps = 60

EXTREMES = [0.0, -0.0, 1e-300, -1e-300, 1e-20, -1e-20, 1.0, -1.0, 3.0, -3.0, 6.0, -6.0, 20.0, -20.0, 20.0001, 30.0, -30.0, 700.0, -700.0]
NAMES = {"relu": "relu", "leaky_relu": "leaky_relu", "elu": "elu", "selu": "selu", "sigmoid": "sigmoid", "log_sigmoid": "logsigmoid", "tanh": "tanh",
         "softplus": "softplus", "silu": "silu", "mish": "mish", "gelu": "gelu", "relu6": "relu6", "hardtanh": "hardtanh", "hardsigmoid": "hardsigmoid",
         "hardswish": "hardswish", "softsign": "softsign", "tanhshrink": "tanhshrink", "softshrink": "softshrink", "hardshrink": "hardshrink"}

# Where PyTorch's float64 is off by more than 1e-12: of the value or the derivative, the region, the exact one, and why.
EXCLUDED: dict[tuple[str, str], tuple[Callable[[float], bool], Callable[[Any], Any], str]] = {
    ("sigmoid", "derivative"): (lambda x: x > 9.0, lambda x: 1 / (1 + mp.exp(-x)) / (1 + mp.exp(x)), "computes s (1 - s)"),
    ("tanh", "derivative"): (lambda x: abs(x) > 4.0, lambda x: mp.sech(x) ** 2, "computes 1 - y²"),
    ("softplus", "value"): (lambda x: x > 20.0, lambda x: mp.log1p(mp.exp(-x)) + x, "is x above its threshold of 20"),
    ("softplus", "derivative"): (lambda x: x > 20.0, lambda x: 1 / (1 + mp.exp(-x)), "is 1 above its threshold of 20"),
    ("gelu", "value"): (lambda x: x < -3.0, lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2, "computes 1 + erf in the far tail"),
    ("gelu", "derivative"): (lambda x: x < -3.0, lambda x: mp.erfc(-x / mp.sqrt(2)) / 2 + x * mp.npdf(x), "likewise"),
    ("hardsigmoid", "derivative"): (lambda x: abs(x) < 3.0, lambda x: mp.mpf(1) / 6, "has 1/6 in single precision"),
    ("tanhshrink", "value"): (lambda x: abs(x) < 1.5, lambda x: x - mp.tanh(x) if abs(x) > 1e-15 else x ** 3 / 3 - 2 * x ** 5 / 15, "computes x - tanh(x)"),
    ("tanhshrink", "derivative"): (lambda x: abs(x) < 1.5, lambda x: mp.tanh(x) ** 2, "computes 1 - (1 - y²)")}


def points() -> list[float]:
    rng = random.Random(0)
    wide = [sign * 10.0 ** rng.uniform(-8.0, 2.84) for sign in (1.0, -1.0) for _ in range(1000)]
    return [*EXTREMES, *wide, *[rng.uniform(-8.0, 8.0) for _ in range(1000)], *[rng.uniform(-35.0, 35.0) for _ in range(1000)]]


def ours(name: str, x: float) -> dict[str, float]:
    v = Value(x)
    y = getattr(ag, name)(v)
    return {"value": y.data, "derivative": gradient(y, v)}


@pytest.mark.torch
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_activations_and_their_derivatives_are_pytorchs(name: str) -> None:
    import torch

    xs = points()
    tensor = torch.tensor(xs, dtype=torch.float64, requires_grad=True)
    y = getattr(torch.nn.functional, NAMES[name])(tensor)
    y.sum().backward()
    worst = {what: 0.0 for other, what in EXCLUDED if other == name}
    for x, value, slope in zip(xs, y.tolist(), tensor.grad.tolist()):
        for (what, mine), theirs in zip(ours(name, x).items(), (value, slope)):
            error = abs(mine - theirs) / max(abs(theirs), 1e-290)
            if what in worst and EXCLUDED[name, what][0](x):
                worst[what] = max(worst[what], error)
            else:
                assert error <= 1e-12, (what, x, mine, theirs)
    for what, error in worst.items():
        assert error > 1e-12, f"PyTorch's {what} is exact now: the exclusion can go"


@pytest.mark.parametrize(("name", "what"), EXCLUDED)
def test_where_pytorch_loses_digits_ours_are_those_of_60(name: str, what: str) -> None:
    region, exact, _ = EXCLUDED[name, what]
    inside = [x for x in points() if region(x)]
    assert len(inside) > 300
    for x in inside:
        true, mine = exact(mp.mpf(x)), ours(name, x)[what]
        assert abs(mine - true) <= 1e-12 * abs(true) + 1e-307, (x, mine, true)
