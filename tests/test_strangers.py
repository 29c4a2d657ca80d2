"""What is no number, no name and no flag, at the doors that once let it in: each gets an error of ours, and none hangs."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value, draw, expression, losses, nn, optim, sweep, testing, verify
from autograd.checking.sheet import read_sheet
from autograd.errors import AutogradError, InputError, OperandError, RangeError

HUGE = 10 ** 5000                                                    # Python refuses to print it
BOTH = np.array([True, False])                                       # NumPy refuses to call it true or false
LOOP: list[Any] = []
LOOP.append(LOOP)
DEEP: list[Any] = []
for _ in range(5000):
    DEEP = [DEEP]


def x() -> Value:
    return Value(2.0, name="x")


def anything() -> Any:
    """A Value, of which the type checker knows nothing."""
    return x()


REFUSED: dict[str, Callable[[], Any]] = {
    "clamp, huge": lambda: ag.clamp(x(), HUGE, -HUGE), "clamp, a huge fraction": lambda: ag.clamp(x(), Fraction(HUGE)),
    "gelu": lambda: ag.gelu(x(), approximate=HUGE),  # type: ignore[arg-type]
    "argnums": lambda: ag.grad(lambda z: z, argnums=-HUGE)(1.0), "direction": lambda: draw(x(), direction=HUGE),  # type: ignore[arg-type]
    "theme": lambda: draw(x(), theme=DEEP), "partials": lambda: draw(x(), partials=HUGE),  # type: ignore[arg-type]
    "reduction": lambda: losses.mse([x()], [1.0], reduction=HUGE),  # type: ignore[arg-type]
    "kl_div": lambda: losses.kl_div([x()], [1.0], reduction=BOTH),  # type: ignore[arg-type]
    "a size": lambda: nn.Layer(-HUGE, 2), "low": lambda: testing.values(HUGE, 1.0), "high": lambda: testing.values(1.0, -HUGE),
    "a claim": lambda: verify("x*y", {"x": Fraction(HUGE)}), "another claim": lambda: verify("x*y", {"x": HUGE}),
    "training": lambda: ag.rrelu(x(), training=BOTH),  # type: ignore[arg-type]
    "create_graph": lambda: ag.gradient(x(), x(), create_graph=BOTH),  # type: ignore[arg-type]
    "nonlin": lambda: nn.Neuron(2, nonlin=BOTH),  # type: ignore[arg-type]
    "nesterov": lambda: optim.SGD([x()], nesterov=BOTH),  # type: ignore[arg-type]
    "centered": lambda: optim.RMSprop([x()], centered=[1, 2]),  # type: ignore[arg-type]
    "operations": lambda: testing.expressions(operations=BOTH),  # type: ignore[arg-type]
    "many operations": lambda: testing.expressions(operations=10 ** 9),
    "endless operations": lambda: testing.expressions(operations=math.inf),  # type: ignore[arg-type]
    "an endless argument": lambda: expression("x*2")(LOOP), "a deep argument": lambda: expression("x*2")(DEEP),
    "endless claims": lambda: verify("x*y", LOOP), "a deep claim": lambda: verify("x*y", {"x": DEEP}),
    "an endless claim": lambda: verify("x*y", {"x": {"a": LOOP}}), "record": lambda: expression("x").record(True),  # type: ignore[arg-type]
    "names": lambda: expression("x").record({1: 2}), "a sheet": lambda: read_sheet(True),  # type: ignore[dict-item, arg-type]
    "clamp, a signalling NaN": lambda: ag.clamp(x(), Decimal("sNaN")), "swish": lambda: ag.swish(x(), Decimal("sNaN")),
    "smooth_l1": lambda: losses.smooth_l1([x()], [1.0], beta=Decimal("sNaN")),  # type: ignore[arg-type]
    "beta": lambda: losses.smooth_l1([x()], [1.0], beta=Fraction(1, HUGE)),  # type: ignore[arg-type]
    "eps": lambda: optim.Adam([x()], eps=Fraction(1, HUGE)),  # type: ignore[arg-type]
    "a time": lambda: anything() * np.timedelta64(5, "ns"), "a sum of times": lambda: ag.sum([np.timedelta64(5, "ns")]),
    "a mean of times": lambda: ag.mean([x(), np.timedelta64(5, "ns")]), "times": lambda: ag.exp(np.array([5], "timedelta64[ns]")),
    "a list beside an array": lambda: ag.clamp(np.array([x()], object), LOOP), "a string": lambda: ag.atan2(np.array([]), "∂"),
    "bytes": lambda: ag.maximum(np.eye(2), bytearray(b"x")), "a huge number": lambda: ag.hypot(np.float16(1), 10 ** 400),
    "shapes": lambda: np.asarray(ag.greater_equal(np.array([1.0, 2.0]), np.array([]))),
    "more shapes": lambda: ag.atan2(np.zeros((2, 0)), np.ones(2)), "of Values": lambda: ag.hypot(np.array([x(), x()]), np.ones(3)),
    "a limit beside an array": lambda: ag.clip(np.array([1.0], np.float16), -HUGE), "a class": lambda: losses.multi_margin([0.5, x()], -HUGE),
    "n_out": lambda: nn.Neuron(2, None, n_out=slice(2)), "etas": lambda: optim.Rprop([x()], etas=(-HUGE, HUGE)), "a beta of another shape": lambda: ag.swish(np.array([]), np.array([1.0, 2.0])),
    "lists in an array": lambda: ag.swish(np.array([[1], [2, 3]], dtype=object), 2.0),
    "a file": lambda: draw(x()).save(True), "another file": lambda: sweep(x()).save(3),  # type: ignore[arg-type]
    "points": lambda: testing.points(3), "values": lambda: testing.values("a", "b")}  # type: ignore[arg-type]


@pytest.mark.parametrize("door", REFUSED)
def test_a_stranger_is_refused_in_our_words(door: str) -> None:
    with pytest.raises(AutogradError) as caught:
        REFUSED[door]()
    assert isinstance(caught.value, (InputError, OperandError, RangeError))
    assert len(str(caught.value)) < 400


def test_what_can_be_compared_is_compared() -> None:
    assert ag.clamp(x(), Decimal("1.5"), Decimal(3)).data == 2.0
    assert x() != Decimal("sNaN")
    assert (x() == Decimal("sNaN")) is False
    assert Value(0.5) == Decimal("0.5")
    assert Value(0.1) != Decimal("0.1")                              # the float is not exactly that


@pytest.mark.parametrize("claim", [1.8e308, 1.797e308, Decimal("1e999999"), Decimal("-1e-999999")], ids=str)
def test_a_claim_at_the_edge_of_the_floats_is_wrong(claim: Any) -> None:
    assert verify("x*y", {"x": claim}).verdict == "wrong"


@pytest.mark.parametrize("g", [10 ** 400, -HUGE, Fraction(HUGE)], ids=["400 digits", "negative", "a fraction"])
def test_a_gradient_that_is_too_large_is_refused(g: Any) -> None:
    p = Value(1.0)
    with pytest.raises(RangeError, match="too large for a float"):
        p.grad = g
    assert p.grad == 0.0


def test_a_gradient_of_another_kind_of_number() -> None:
    p = Value(1.0)
    p.grad = Decimal("0.1")  # type: ignore[assignment]
    optim.SGD([p], lr=0.1).step()
    assert p.data == pytest.approx(0.99)


def test_graphs_that_differ_from_point_to_point_have_no_common_kink() -> None:
    report = verify("(x + relu(x)) if y > 0.3 else atanh(x)", {"x": "(y > 0.3)*(1 - step(x)) + (y <= 0.3)*(1/(1 - x**2))"})
    assert report.verdict == "wrong"


@pytest.mark.parametrize(("f", "name", "claim"), [
    ("tanh(sinh(2*x)**2)", "x", "(1 - tanh(sinh(2*x)**2)**2)*4*sinh(2*x)*cosh(2*x)"),
    ("tanh(y) if y > 0.3 else x", "y", "(1 - tanh(y)**2)*(y > 0.3)"), ("tanh(z*(4 < z))", "z", "(1 - tanh(z*(4 < z))**2)*(4 < z)"),
    ("square(log_sigmoid(maximum(2, x)))", "x", "(2*(log_sigmoid(maximum(2, x))))*(((1 - (sigmoid(maximum(2, x)))))*((2 < x)))"),
    ("gelu(x)*1e-300", "x", "1e-300*((1 + erf(x/sqrt(2)))/2 + x*exp(-x**2/2)/sqrt(2*pi))")])
def test_a_claim_that_cancels_far_out_is_not_wrong(f: str, name: str, claim: str) -> None:
    assert verify(f, {name: claim}).verdict == "right"
    assert verify(f, {name: f"1.0000000001*({claim})"}).verdict == "wrong"


def test_underflow_makes_no_claim_wrong() -> None:
    assert verify(lambda z: math.exp(math.sinh(z)), {"z": "exp(sinh(z))*cosh(z)"}).verdict == "right"
    assert verify("cos(1e-300*x)", {"x": lambda x: -math.sin(1e-300 * float(x)) * 1e-300}).verdict != "wrong"
    assert verify(lambda z: math.exp(math.sinh(z)), {"z": "2*exp(sinh(z))*cosh(z)"}).verdict == "wrong"


def test_a_function_of_floats_that_looks_recorded_at_first() -> None:
    def f(z: Any) -> Any:
        return math.exp(math.sin(max(2, z + z)))
    assert verify(f, {"z": "0 if z < 1 else exp(sin(2*z))*cos(2*z)*2"}).verdict == "right"
    assert verify(f, {"z": "0 if z < 1 else exp(sin(2*z))*cos(2*z)"}).verdict == "wrong"


def test_a_decimal_goes_together_with_floats_and_a_signalling_nan_is_no_order() -> None:
    assert ag.lerp(Value(1.0), Decimal("3"), 0.5).data == 2.0
    assert ag.lerp(Value(1.0), Decimal("1e999999"), 0.5).data == float("inf")
    with pytest.raises(InputError, match="the order of iv"):
        ag.iv(Decimal("sNaN"), 1.0)
