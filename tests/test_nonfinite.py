"""Where infinities and NaNs come from, and where nothing may flow."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Nonfinite, NonfiniteError, Value, draw, find_nonfinite, grad, gradient, losses
from autograd.arithmetic.graph import GRAPH
from autograd.scopes import Scope

INF = math.inf


def length(x: Any, y: Any) -> Any:
    return ag.sqrt(x * x + y * y)


# Nothing flows to what was not chosen ------------------------------------------------------------------------------------------------

UNCHOSEN: dict[str, Callable[[Any], Any]] = {
    "maximum": lambda n: ag.maximum(n, 1e-10), "minimum": lambda n: ag.minimum(n, -1.0), "clamp": lambda n: ag.clamp(n, min=1e-10),
    "clamp above": lambda n: ag.clamp(n, max=-1.0), "relu": lambda n: ag.relu(n - 1), "relu, the method": lambda n: (n - 1).relu(), "max": lambda n: ag.max([n, 1e-10]),
    "min": lambda n: ag.min([n, -1.0]), "where": lambda n: ag.where(n > 1, n, 2.0), "hardtanh": lambda n: ag.hardtanh(n, 1.0, 2.0), "relu6": lambda n: ag.relu6(n - 1),
    "threshold": lambda n: ag.threshold(n, 1.0, 3.0), "hardshrink": lambda n: ag.hardshrink(n), "softshrink": lambda n: ag.softshrink(n),
    "the slope of prelu": lambda n: ag.prelu(1.0, n), "alpha of elu": lambda n: ag.elu(1.0, n), "hinge": lambda n: losses.hinge([n + 2.0], [1])}


@pytest.mark.parametrize("name", UNCHOSEN)
def test_zero_times_infinity_does_not_reach_what_was_not_chosen(name: str) -> None:
    f = UNCHOSEN[name]
    assert grad(lambda x, y: f(length(x, y)), argnums=(0, 1))(0.0, 0.0) == (0.0, 0.0)
    x, y = Value(0.0), Value(0.0)
    out = f(length(x, y)) + x
    out.backward()
    assert (x.grad, y.grad) == (1.0, 0.0)
    slope = gradient(out, x, create_graph=True)
    assert (slope.data, gradient(slope, y)) == (1.0, 0.0)
    assert find_nonfinite(out) is None


def test_where_it_is_undecided_it_stays_nan() -> None:
    assert math.isnan(grad(lambda x: ag.sqrt(x * x) ** 2)(0.0))


def test_a_slope_of_0_that_may_change_is_no_choice() -> None:
    x, slope = Value(-2.0), Value(0.0)
    first = gradient(ag.prelu(x, slope), x, create_graph=True)
    assert (first.data, gradient(first, slope)) == (0.0, 1.0)        # d²/dx dslope is 1, though d/dx is 0


@given(st.lists(st.floats(-3.0, 3.0), min_size=2, max_size=4))
def test_a_chosen_operand_gets_its_gradient_as_before(xs: list[float]) -> None:
    leaves = [Value(x) for x in xs]
    for name, builtin in (("max", max), ("min", min)):
        y = getattr(ag, name)(leaves)
        assert y.data == builtin(xs)
        assert gradient(y, leaves) == [float(x == y.data) / xs.count(y.data) for x in xs]


# At infinities -----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("xs", "slopes"), [
    ([-INF], [1.0]), ([INF], [1.0]), ([1.0, INF], [0.0, 1.0]), ([-INF, 2.0], [0.0, 1.0]), ([-INF, -INF], [0.5, 0.5]), ([INF, INF, 0.0], [0.5, 0.5, 0.0])])
def test_logsumexp_and_softmax_at_infinities(xs: list[float], slopes: list[float]) -> None:
    leaves = [Value(x) for x in xs]
    assert gradient(ag.logsumexp(leaves), leaves) == slopes
    assert ag.softmax(xs) == slopes == [p.data for p in ag.softmax(leaves)]
    assert ag.log_softmax(xs) == [math.log(p) if p else -INF for p in slopes]
    assert [GRAPH.number(d.data) for d in gradient(ag.logsumexp(leaves), leaves, create_graph=True)] == slopes


def test_logsumexp_in_two_steps_is_that_in_one() -> None:
    a, b, c = Value(-INF), Value(-INF), Value(2.0)
    assert gradient(ag.logsumexp([ag.logsumexp([a, b]), c]), [a, b, c]) == [0.0, 0.0, 1.0] == gradient(ag.logsumexp([a, b, c]), [a, b, c])


def test_losses_at_the_edge() -> None:
    z = Value(-INF)
    loss = losses.bce_with_logits([z], [0.0])
    assert (loss.data, gradient(loss, z)) == (0.0, 0.0)
    assert losses.bce_with_logits([INF], [1.0]) == 0.0
    with pytest.raises(ValueError, match=r"bce_with_logits targets must lie in \[0, 1\], got -1\.0\. For targets of -1 and 1"):
        losses.bce_with_logits([Value(3.0)], [-1])
    p = Value(1e-311)
    assert gradient(losses.smooth_l1([p], [0.0], beta=1e-310), p) == pytest.approx(0.1, rel=1e-9)


# What is told of it ------------------------------------------------------------------------------------------------------------------

def test_the_first_value_that_is_not_finite() -> None:
    a, b = Value(1e200, name="a"), Value(1e200, name="b")
    with Scope("layer1"):
        y = a * b
    found = find_nonfinite(y + 1)
    assert isinstance(found, Nonfinite)
    assert (found.node, found.what, found.number, found.child) == (y, "value", INF, None)
    assert str(found) == "a*b is inf, in layer1, where a = 1e+200, b = 1e+200"
    leaf = Value(math.nan, name="target")
    assert str(find_nonfinite(leaf * 2)) == "the leaf target is nan: that is the value it was given"
    assert find_nonfinite(a + b) is None


def test_the_first_gradient_that_is_not_finite_with_both_factors() -> None:
    x, y = Value(0.0, name="x"), Value(0.0, name="y")
    n = length(x, y)
    found = find_nonfinite(n ** 2)
    assert isinstance(found, Nonfinite)
    assert (found.node, found.what, found.child, found.factors) == (n.parents[0], "gradient", n, (0.0, INF))
    assert math.isnan(found.number)
    assert str(found) == ("the gradient of x*x + y*y is nan: 0.0 × inf is undefined. The gradient of sqrt(x*x + y*y) is 0.0, and its local partial "
                          "with respect to x*x + y*y is inf at x*x + y*y = 0.0")
    assert "the gradient of sqrt(x) is 1.0, and its local partial with respect to x is inf at x = 0.0" in str(find_nonfinite(ag.sqrt(x)))
    z = Value(1e-200, name="z")
    both = z * 1e308 + z * 1.7e308
    assert "too large for a float, once that of" in str(find_nonfinite(both))


def test_a_checked_sweep_raises_before_it_touches_anything() -> None:
    x = Value(0.0, name="x")
    x.grad = 7.0
    y = ag.sqrt(x * x) ** 2
    with pytest.raises(NonfiniteError, match=r"0\.0 × inf is undefined") as caught:
        y.backward(check=True)
    assert isinstance(caught.value, FloatingPointError)
    assert (x.grad, y.grad) == (7.0, 0.0)
    (x + 1).backward(check=True)
    assert x.grad == 8.0
    for seed in (math.nan, INF):
        with pytest.raises(NonfiniteError, match="that is the seed of the sweep"):
            (x + 1).backward(seed, check=True)
    with pytest.raises(NonfiniteError, match=r"the gradient of \w+ is inf"):
        (x * 1e100).backward(1e300, check=True)
    assert x.grad == 8.0


def test_pictures_mark_it() -> None:
    x = Value(0.0, name="x")
    source = draw(ag.sqrt(x * x) ** 2).source
    marked = [line for line in source.splitlines() if 'color="#c81e1e"' in line]
    assert len(marked) == 2                                          # x and x*x
    assert sum("Here it starts: the gradient of x*x is nan" in line for line in marked) == 1
    assert "stroke:#c81e1e" in draw(ag.sqrt(x * x) ** 2).mermaid
    assert "#c81e1e" not in draw(x * x).source


def test_a_long_story_is_cut() -> None:
    x = Value(0.0, name="x" * 200)
    assert len(str(find_nonfinite(ag.sqrt(x)))) < 500
