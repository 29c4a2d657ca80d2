"""Losses: against their definitions at 60 digits, against PyTorch where it is installed, their gradients by `verify`, their errors."""

from __future__ import annotations

import importlib.util
import inspect
import math
import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

from autograd import Value, gradient, losses, verify
from autograd.errors import InputError, OperandError, RangeError
from autograd.losses import (
    bce,
    bce_with_logits,
    cross_entropy,
    half_squared_error,
    hinge,
    huber,
    kl_div,
    l1,
    l2_penalty,
    mse,
    multi_margin,
    nll,
    smooth_l1,
)
from autograd.trees import flatten, labelled

from .test_functions import names_of, off_by_one, partial_of, spelt_out, stated_in, value_of

EXTREME = [0.0, 1.0, -1.0, 30.0, -30.0, 700.0, -700.0, 1e-300, -1e-300, 0.5, 2.0]
mp = mpmath.MPContext()
mp.dps = 60

# One prediction and one target each: the loss, and its definition.
DEFINED: list[tuple[Callable[..., Any], Callable[[Any, Any], Any], dict[str, float]]] = [
    (mse, lambda p, t: (p - t) ** 2, {}), (half_squared_error, lambda p, t: (p - t) ** 2 / 2, {}), (l1, lambda p, t: abs(p - t), {}),
    (huber, lambda p, t: (p - t) ** 2 / 2 if abs(p - t) <= 1 else abs(p - t) - mp.mpf(1) / 2, {}), (huber, lambda p, t: (p - t) ** 2 / 2 if abs(p - t) <= 2.5 else 2.5 * (abs(p - t) - mp.mpf(2.5) / 2), {"delta": 2.5}),
    (smooth_l1, lambda p, t: (p - t) ** 2 / 2 if abs(p - t) < 1 else abs(p - t) - mp.mpf(1) / 2, {}), (smooth_l1, lambda p, t: (p - t) ** 2 if abs(p - t) < 0.5 else abs(p - t) - mp.mpf(1) / 4, {"beta": 0.5}), (smooth_l1, lambda p, t: abs(p - t), {"beta": 0.0}),
    (bce_with_logits, lambda p, t: mp.log1p(mp.exp(-abs(p))) + max(p, 0) - t * p, {})]


def points(count: int = 400) -> list[tuple[float, float]]:
    rng = random.Random(5)
    return [(x, t) for x in EXTREME for t in (0.0, 1.0, 0.3)] + [(rng.uniform(-4, 4), rng.choice([0.0, 1.0, rng.random()])) for _ in range(count)]


@pytest.mark.parametrize(("loss", "definition", "options"), DEFINED, ids=lambda x: getattr(x, "__name__", ""))
def test_a_loss_is_its_definition(loss: Callable[..., Any], definition: Callable[[Any, Any], Any], options: dict[str, float]) -> None:
    for p, t in points():
        exact = definition(mp.mpf(p), mp.mpf(t))
        scale = abs(exact) + 2.0 ** -52 * (abs(p) + abs(t)) * (1.0 + abs(p - t))
        for x in (p, Value(p)):
            y = loss([x], [t], **options)
            assert abs((y.data if isinstance(y, Value) else y) - exact) <= 8.0 * 2.0 ** -52 * scale, (p, t)


def test_bce_is_its_definition_and_ends_at_100() -> None:
    for x in (0.0, 1e-300, 1e-40, 1e-10, 0.25, 0.5, 0.9, 1.0 - 2.0 ** -53, 1.0):
        for t in (0.0, 0.3, 1.0):
            logs = [max(mp.log(z), -100) if z else mp.mpf(-100) for z in (mp.mpf(x), 1 - mp.mpf(x))]
            exact = -(mp.mpf(t) * logs[0] + (1 - mp.mpf(t)) * logs[1])
            assert abs(bce(x, t) - exact) <= 1e-14 * (1 + abs(exact)), (x, t)
    assert (bce(0.0, 1.0), bce(1.0, 0.0), bce(0.0, 0.0)) == (100.0, 100.0, 0.0)
    p = Value(0.25)
    assert gradient(bce(p, 1.0), p) == -4.0


@pytest.mark.parametrize("p", [1e-40, 1e-20, 1e-12, 0.25, 1.0 - 1e-12, 1.0 - 2.0 ** -53])
def test_the_derivative_of_bce_is_exact_up_to_where_its_logarithms_end(p: float) -> None:
    for t in (0.0, 0.3, 1.0):
        v = Value(p)
        exact = (mp.mpf(p) - mp.mpf(t)) / (mp.mpf(p) * (1 - mp.mpf(p)))
        assert abs(gradient(bce(v, t), v) - exact) <= 1e-15 * (mp.mpf(t) / mp.mpf(p) + mp.mpf(1 - t) / (1 - mp.mpf(p)))
    for beyond in (0.0, 1e-300):
        v = Value(beyond)
        assert gradient(bce(v, 1.0), v) == 0.0


def test_cross_entropy_of_an_unlikely_class_keeps_its_gradient() -> None:
    for row, y, slopes in (([0.0, 1.0, -1e16], 2, [0.2689414213699951, 0.7310585786300049, -1.0]), ([0.0, 1.0, -math.inf], 2, [0.2689414213699951, 0.7310585786300049, -1.0]), ([1e308, -1e308], 1, [1.0, -1.0])):
        z = [Value(x) for x in row]
        assert gradient(cross_entropy(z, y), z) == pytest.approx(slopes, rel=4e-16)


def test_huber_and_smooth_l1_at_their_edges() -> None:
    for loss, curvature in ((huber, 1.0), (lambda p, t: smooth_l1(p, t, beta=0.5), 2.0)):
        p = Value(0.0)
        slope = gradient(loss([p], [0.0]), p, create_graph=True)
        assert gradient(slope, p) == curvature
    for x, t, options, value, slope in ((0.0, 1e308, {"beta": 0.3}, 1e308, -1.0), (0.0, 1e3, {"beta": 1e-306}, 1e3, -1.0), (math.inf, 0.0, {}, math.inf, 1.0), (0.0, 1e-300, {"beta": 1e-300}, 5e-301, -1.0), (0.0, 1e-17, {"beta": 1e-300}, 1e-17, -1.0)):
        v = Value(x)
        y = smooth_l1([v], [t], **options)
        assert (y.data, gradient(y, v)) == (value, slope)
    v = Value(1e308)
    assert gradient(huber([v], [-1e308]), v) == 1.0


def test_infinite_logits_of_impossible_classes_and_rounded_probabilities() -> None:
    assert kl_div([-math.inf, math.log(0.5)], [0.0, 0.5], reduction="sum") == 0.0
    assert cross_entropy([Value(-math.inf), 0.0], [0, 1]) == 0.0
    assert bce([math.nextafter(1.0, 2.0)], [1]) == pytest.approx(0.0, abs=1e-15)
    with pytest.raises(InputError, match=r"bce probabilities must lie in \[0, 1\], got 1\.001"):
        bce([1.001], [1])
    assert [math.copysign(1.0, x) for x in (bce([1.0], [1]), cross_entropy([0.0, 1000.0], [0, 1]))] == [1.0, 1.0]


def test_numbers_of_any_kind_and_in_any_order() -> None:
    for number in (Decimal("0.5"), Fraction(1, 2), np.float32(0.5)):
        for loss in (mse, l1, huber, smooth_l1, bce, bce_with_logits, half_squared_error):
            assert loss([number], [0.25]) == loss([0.5], [0.25])
        assert cross_entropy([number, 1], 0) == cross_entropy([0.5, 1.0], 0)
        assert l2_penalty([number], 1.0) == 0.125
    assert mse([np.bool_(True)], [np.bool_(False)]) == 1.0
    assert mse({"a": 1.0, "b": 5.0}, {"b": 5.0, "a": 1.0}) == 0.0
    rows = [[-0.7, -0.7], [-0.7, -0.7]]
    assert kl_div({"a": rows[0], "b": rows[1]}, {"a": [0.25, 0.75], "b": [0.25, 0.75]}, reduction="batchmean") == kl_div(rows, [[0.25, 0.75]] * 2, reduction="batchmean")


def test_cross_entropy_keeps_its_digits() -> None:
    for row in ([40.0, 0.0], [1e4, 0.0, -1e4], [3.0, 1.0, -3.0], [0.0], [700.0, 699.0]):
        for y in range(len(row)):
            exact = mp.log(mp.fsum([mp.exp(mp.mpf(z) - row[y]) for z in row]))
            assert abs(cross_entropy(row, y) - exact) <= 4e-16 * abs(exact)
            z = [Value(x) for x in row]
            slopes = gradient(cross_entropy(z, y), z)
            total = mp.fsum([mp.exp(mp.mpf(x) - max(row)) for x in row])
            for i, slope in enumerate(slopes):
                true = mp.exp(mp.mpf(row[i]) - max(row)) / total - (i == y)
                assert abs(slope - true) <= 4e-16 * max(abs(true), 1e-300), (row, y, i)
    assert cross_entropy([[1.0, 2.0]], [[0.25, 0.75]]) == pytest.approx(0.25 * cross_entropy([1.0, 2.0], 0) + 0.75 * cross_entropy([1.0, 2.0], 1), rel=1e-15)


# How each loss is called to verify its docstring: f, what the names in the formulas stand for, the domain.
ROWS = [(-3.0, 3.0)] * 3
STATED: dict[str, list[tuple[Callable[..., Any], dict[str, Any], dict[str, Any]]]] = {
    "mse": [(lambda p, t: mse(p, t), {}, {})], "half_squared_error": [(lambda p, t: half_squared_error(p, t), {}, {})], "l1": [(lambda p, t: l1(p, t), {}, {})],
    "huber": [(lambda p, t: huber(p, t), {"delta": 1.0}, {}), (lambda p, t: huber(p, t, delta=0.25), {"delta": 0.25}, {})],
    "smooth_l1": [(lambda p, t: smooth_l1(p, t), {"beta": 1.0}, {}), (lambda p, t: smooth_l1(p, t, beta=2.0), {"beta": 2.0}, {})],
    "hinge": [(lambda s: hinge(s, 1), {"t": 1}, {}), (lambda s: hinge(s, -1), {"t": -1}, {})],
    "bce": [(lambda p, t: bce(p, t), {}, {"p": (0.01, 0.99), "t": (0.0, 1.0)})], "bce_with_logits": [(lambda z, t: bce_with_logits(z, t), {}, {"t": (0.0, 1.0)})],
    "cross_entropy": [(lambda z: cross_entropy(z, 1), {"t": [0, 1, 0]}, {"z": ROWS}), (lambda z: cross_entropy(z, [0.25, 0.25, 0.5]), {"t": [0.25, 0.25, 0.5]}, {"z": ROWS})],
    "nll": [(lambda q: nll(q, 1), {"y": 1}, {"q": [(-3.0, 0.0)] * 3})], "multi_margin": [(lambda s: multi_margin(s, 0, margin=1.5), {"margin": 1.5}, {"s": ROWS})],
    "kl_div": [(lambda q, t: kl_div(q, t), {}, {"q": (-3.0, 0.0), "t": (0.01, 1.0)}), (lambda q: kl_div(q, 0.0), {"t": 0}, {"q": (-3.0, 0.0)})],
    "l2_penalty": [(lambda w: l2_penalty(w, 0.3), {"strength": 0.3}, {"w": ROWS})]}
TARGETS_NOT_STATED = {"kl_div": {"t"}}                                 # a target, and in practice a constant


def test_every_loss_states_its_derivative() -> None:
    assert set(STATED) == set(losses.__all__)
    for name, cases in STATED.items():
        stated = names_of(stated_in(getattr(losses, name).__doc__))
        inputs = set(inspect.signature(cases[0][0]).parameters)
        assert stated == inputs - TARGETS_NOT_STATED.get(name, set()), name


@pytest.mark.parametrize("name", STATED)
def test_the_derivative_is_what_the_docstring_says(name: str) -> None:
    for f, meanings, domain in STATED[name]:
        claims = spelt_out(stated_in(getattr(losses, name).__doc__), meanings)
        report = verify(f, claims, domain=domain)
        assert [finding.verdict for finding in report.findings] == ["right"] * len(claims), str(report)
        for k, claim in enumerate(claims):
            planted = verify(f, [*claims[:k], off_by_one(claim), *claims[k + 1:]], domain=domain)
            assert [finding.verdict for finding in planted.findings] == ["right"] * k + ["wrong"] + ["right"] * (len(claims) - k - 1), str(planted)


@pytest.mark.parametrize(("name", "f", "at", "meanings"), [
    ("l1", lambda p, t: l1(p, t), {"p": 0.5, "t": 0.5}, {}), ("hinge", lambda s: hinge(s, 1), {"s": 1.0}, {"t": 1}), ("hinge", lambda s: hinge(s, -1), {"s": -1.0}, {"t": -1}),
    ("huber", lambda p, t: huber(p, t), {"p": 1.5, "t": 0.5}, {"delta": 1.0}), ("smooth_l1", lambda p, t: smooth_l1(p, t), {"p": 0.5, "t": 1.5}, {"beta": 1.0}), ("multi_margin", lambda s: multi_margin(s, 0), {"s": [1.0, 0.0, -1.0]}, {"margin": 1.0})])
def test_at_a_kink_the_docstring_states_the_convention(name: str, f: Callable[..., Any], at: dict[str, Any], meanings: dict[str, Any]) -> None:
    leaves, rebuild = flatten(list(at.values()))
    values = [Value(x) for x in leaves]
    slopes = dict(zip([label for key, x in at.items() for label in labelled(x, key)], gradient(f(*rebuild(values)), values)))
    for claim in spelt_out(stated_in(getattr(losses, name).__doc__), meanings):
        assert value_of(claim, at) == slopes[partial_of(claim)], claim


def test_reductions_and_shapes() -> None:
    p, t = [[1.0, 2.0], [3.0, 5.0]], [[0.0, 0.0], [0.0, 0.0]]
    assert mse(p, t) == 9.75
    assert mse(p, t, reduction="sum") == 39.0
    assert mse(p, t, reduction="none") == [[1.0, 4.0], [9.0, 25.0]]
    assert mse(np.array(p), np.array(t)) == 9.75
    assert mse(3.0, 1.0) == 4.0
    assert isinstance(mse([Value(1.0), 2.0], [0, 0]), Value)
    assert cross_entropy([[0.0, 0.0], [0.0, 0.0]], [0, 1], reduction="none") == pytest.approx([math.log(2.0)] * 2)
    assert cross_entropy(np.array([[0.0, 0.0]]), np.array([1])) == pytest.approx(math.log(2.0))
    assert kl_div([[math.log(0.5)] * 2] * 2, [[0.5, 0.5]] * 2, reduction="batchmean") == 0.0
    assert half_squared_error([1.0, 2.0], [0.0, 0.0]) == 2.5


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: mse([1.0], [1.0, 2.0]), InputError, "must have the same shape, got 1 and 2"), (lambda: mse([1.0, 2.0], [[1.0], [2.0]]), InputError, "y.ravel() may help"), (lambda: cross_entropy([1.0, 2.0, 3.0], [0, 1, 1]), InputError, "must add up to 1, got a sum of 2"), (lambda: cross_entropy([0, 1], [[0.5, 0.5], [0.5, 0.5]]), OperandError, "the predictions first"), (lambda: nll([0, 1], [[0.5, 0.5]] * 2), OperandError, "the predictions first"), (lambda: nll([[0.3, 0.7]], [0]), InputError, "nll log-probabilities must be at most 0, got 0.3. Pass log_softmax(logits)"), (lambda: mse([[1.0]], [1.0]), InputError, "got 1 x 1 and 1. Both hold the same number"), (lambda: mse([], []), InputError, "at least one prediction"), (lambda: cross_entropy([None], 0), OperandError, "got None in a row"), (lambda: multi_margin([[1.0, 2.0], 3.0], [0, 0]), OperandError, "takes rows of numbers, got the float 3.0"), (lambda: multi_margin([1.0, 2.0], 0, margin=math.nan), InputError, "margin must be a finite number"), (lambda: l2_penalty([1.0], -1.0), InputError, "strength"), (lambda: mse([1.0], [1.0], reduction=np.array(["mean"])), InputError, "reduction must be one of"), (lambda: bce([10 ** 400], [1.0]), RangeError, "too large"), (lambda: mse([1.0], [1.0], reduction="avg"), InputError, "reduction must be one of mean, sum, none, got 'avg'"),
    (lambda: mse("a", "b"), OperandError, "numbers, Values"), (lambda: huber([1.0], [1.0], delta=0.0), InputError, "delta must be above 0, got 0.0"), (lambda: smooth_l1([1.0], [1.0], beta=-1.0), InputError, "beta must be above 0, got -1.0"), (lambda: hinge([1.0], [0.0]), InputError, "hinge targets must be -1 or 1, got 0"),
    (lambda: bce([1.5], [1.0]), InputError, "bce probabilities must lie in [0, 1], got 1.5. For logits use bce_with_logits"), (lambda: bce([0.5], [2.0]), InputError, "bce targets must lie in [0, 1], got 2.0"), (lambda: cross_entropy([1.0, 2.0], 2), InputError, "cross_entropy classes must lie in [0, 1], got 2"), (lambda: cross_entropy([1.0, 2.0], -1), InputError, "got -1"),
    (lambda: cross_entropy([1.0, 2.0], 0.5), OperandError, "classes must be whole numbers, got the float 0.5"), (lambda: cross_entropy([], 0), InputError, "at least one class"), (lambda: cross_entropy([[]], [0]), InputError, "at least one class"), (lambda: cross_entropy([[1.0, 2.0]], [0, 1]), InputError, "one target per row, got 1 row and 2 targets"), (lambda: cross_entropy(3.0, 0), OperandError, "a row of numbers"),
    (lambda: cross_entropy([1.0, 2.0], [0.5, 0.25, 0.25]), InputError, "one probability per class, got 3 for 2 classes"), (lambda: cross_entropy([1.0, 2.0], [1.5, -0.5]), InputError, "cross_entropy probabilities must lie in [0, 1], got 1.5"), (lambda: kl_div([0.0], [-0.5]), InputError, "kl_div targets must be at least 0, got -0.5"), (lambda: l2_penalty([], 0.1), InputError, "at least one weight"), (lambda: nll([[0.0]], [None]), OperandError, "classes must be whole numbers, got None")])
def test_bad_input(call: Callable[[], Any], error: type, message: str) -> None:
    with pytest.raises(error) as raised:
        call()
    assert message in str(raised.value)


def test_every_loss_is_exported() -> None:
    assert all([callable(getattr(losses, name)) for name in losses.__all__])


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:reduction")                        # of PyTorch's kl_div
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
def test_losses_and_their_gradients_are_pytorchs() -> None:
    import torch
    import torch.nn.functional as T

    def compare(ours: Any, leaves: list[Value], theirs: Any, inputs: Any, excluded: Callable[[float], bool] = lambda x: False) -> None:
        theirs.backward()
        slopes = inputs.grad.flatten().tolist()
        scale = abs(theirs.item()) + sum([abs(x.data * s) for x, s in zip(leaves, slopes)])
        assert abs(ours.data - theirs.item()) <= 1e-12 * (scale + 1.0)
        for leaf, mine, other in zip(leaves, gradient(ours, leaves), slopes):
            assert excluded(leaf.data) or abs(mine - other) <= 1e-12 * (1.0 + abs(other)), (mine, other)

    rng = random.Random(3)
    elementwise = [(mse, T.mse_loss, {}), (l1, T.l1_loss, {}), (huber, T.huber_loss, {"delta": 1.5}), (smooth_l1, T.smooth_l1_loss, {"beta": 0.7}), (smooth_l1, T.smooth_l1_loss, {"beta": 0.0}), (bce_with_logits, T.binary_cross_entropy_with_logits, {})]
    for mine, other, options in elementwise:
        for reduction in ("mean", "sum"):
            for _ in range(150):
                p = [rng.choice([*EXTREME, rng.uniform(-3, 3)]) for _ in range(4)]
                t = [rng.choice([0.0, 1.0, rng.random(), *p[:1]]) for _ in range(4)] if mine is not bce_with_logits else [rng.choice([0.0, 1.0, rng.random()]) for _ in range(4)]
                leaves, x = [Value(z) for z in p], torch.tensor(p, dtype=torch.float64, requires_grad=True)
                compare(mine(leaves, t, reduction=reduction, **options), leaves, other(x, torch.tensor(t, dtype=torch.float64), reduction=reduction, **options), x)
    for _ in range(300):
        rows = [[rng.choice([*EXTREME, rng.uniform(-3, 3)]) for _ in range(3)] for _ in range(2)]
        classes = [rng.randrange(3) for _ in rows]
        for mine, other, options in ((cross_entropy, T.cross_entropy, {}), (nll, T.nll_loss, {}), (multi_margin, T.multi_margin_loss, {"margin": 1.25})):
            given = [[-abs(z) for z in row] for row in rows] if mine is nll else rows
            values = [[Value(z) for z in row] for row in given]
            x = torch.tensor(given, dtype=torch.float64, requires_grad=True)
            compare(mine(values, classes, **options), [v for row in values for v in row], other(x, torch.tensor(classes), **options), x)
        q = [[rng.uniform(-5, 0) for _ in range(3)] for _ in range(2)]
        d = [[0.0, 0.25, 0.75], [0.5, 0.5, 0.0]]
        for reduction in ("mean", "sum", "batchmean"):
            values = [[Value(z) for z in row] for row in q]
            x = torch.tensor(q, dtype=torch.float64, requires_grad=True)
            compare(kl_div(values, d, reduction=reduction), [v for row in values for v in row], T.kl_div(x, torch.tensor(d, dtype=torch.float64), reduction=reduction), x)
        p = [rng.choice([0.0, 1.0, 1e-300, 1e-20, rng.uniform(0.001, 0.999)]) for _ in range(4)]
        t = [rng.choice([0.0, 1.0, rng.random()]) for _ in range(4)]
        leaves, x = [Value(z) for z in p], torch.tensor(p, dtype=torch.float64, requires_grad=True)
        near_the_ends = lambda p: not 1e-11 < p < 1.0 - 1e-11        # where PyTorch divides by 1e-12 instead of p (1 - p); ours is in the test below
        compare(bce(leaves, t), leaves, T.binary_cross_entropy(x, torch.tensor(t, dtype=torch.float64)), x, near_the_ends)
