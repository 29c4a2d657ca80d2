"""`operation`: rows of a user's own, in every arithmetic; what is missing from those in floats; errors planted in them."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, draw, explain, expression, grad, gradcheck, gradient, operation, page, sigmoid, verify
from autograd.arithmetic import referee
from autograd.errors import DomainError, FloatsOnlyError, InputError, OperandError
from autograd.expressions.reader import ALSO_NAMES, FUNCTIONS
from autograd.functions import __all__ as ours
from autograd.ops import OWN, TABLE


@pytest.fixture(autouse=True)
def none_left_behind() -> Iterator[None]:
    """What a test defines is gone after it."""
    kept = [(known, known.copy()) for known in (OWN, FUNCTIONS, ALSO_NAMES)]
    yield
    for known, before in kept:
        known.clear()
        known.update(before)


STYLES: dict[str, Callable[[], Any]] = {
    "of the operands": lambda: operation("glow(x)", lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x))),
    "of the value too": lambda: operation("glow(x)", lambda x: x * sigmoid(x), lambda y, x: sigmoid(x) + y * sigmoid(-x)),
    "against an arithmetic": lambda: operation("glow(x)", lambda m, x: x * m.sigmoid(x), lambda m, y, x: m.sigmoid(x) + y * m.sigmoid(-x)),
    "decorated": lambda: operation(decorated)}


def decorated(x: Any) -> Any:
    s = sigmoid(x)
    return x * s, s * (1 + x * sigmoid(-x))


decorated.__name__ = "glow"


@pytest.mark.parametrize("style", STYLES)
def test_an_operation_in_each_style_is_what_ours_is(style: str) -> None:
    glow = STYLES[style]()
    x = Value(0.7, name="x")
    y = glow(x)
    assert (y.op, y.operands, len(y.parents)) == (glow.row, (x,), 1)      # one node
    y.backward()
    assert x.grad == pytest.approx(gradient(ag.swish(x), x), rel=1e-15)
    assert glow(0.7) == y.data == pytest.approx(ag.swish(0.7), rel=1e-15)
    assert list(glow(np.array([0.7, -1.0]))) == pytest.approx([ag.swish(0.7), ag.swish(-1.0)], rel=1e-15)
    assert glow(np.array([x, 0.7]))[0].op is glow.row
    exact = glow(referee().number(0.7))
    assert abs(exact - ag.swish(referee().number(0.7))) < 1e-55
    for order in (grad, lambda f: grad(grad(f)), lambda f: grad(grad(grad(f)))):
        assert order(glow)(0.7) == pytest.approx(order(ag.swish)(0.7), rel=1e-13)  # type: ignore[no-untyped-call]
    assert gradcheck(glow, 0.7)
    assert verify(glow)
    assert verify("2*glow(x)", {"x": "2*(sigmoid(x) + glow(x)*sigmoid(-x))"})
    assert expression("glow(a) + 1")(0.7) == glow(0.7) + 1
    assert "glow(x)" in draw(y).source
    assert "∂glow(x)" in str(explain(y * 2, x))
    assert r"\operatorname{glow}" in explain(y * 2, x).to_latex()
    assert "glow$own" in page(y).html()
    assert str(verify(glow)).startswith("verify glow(x)")
    assert "∂glow/∂x" in str(verify(glow))


def ratio_of_two() -> Any:
    return operation("ratio(a, b)", lambda a, b: ag.abs(a) / b, lambda a, b: ag.sign(a) / b, lambda y, a, b: -y / b, domain=lambda a, b: b > 0,
                     needs="b > 0", kink=lambda a, b: a, symbol="⊘")


@given(st.floats(-5.0, 5.0), st.floats(0.1, 5.0))
def test_two_operands_a_domain_a_kink_and_a_symbol(a: float, b: float) -> None:
    ratio = ratio_of_two()
    x, z = Value(a, name="x"), Value(b, name="z")
    y = ratio(x, z)
    y.backward()
    assert (x.grad, z.grad) == ((a > 0) / b - (a < 0) / b, -abs(a) / b / b)
    assert "x ⊘ z" in draw(y).source
    assert ratio(a=a, b=b) == abs(a) / b


def test_the_partials_of_one_with_a_kink_are_verified() -> None:
    report = verify(ratio_of_two(), domain={"a": (-2, 2), "b": (0.5, 2)})
    assert report, report


def test_outside_its_domain_it_says_what_it_needs() -> None:
    half_log = operation("half_log(x)", lambda x: ag.log(x) / 2, lambda x: 1 / (2 * x), domain=lambda x: x > 0)
    with pytest.raises(DomainError, match=r"half_log has no value at x = -1\.0: it needs x > 0"):
        half_log(Value(-1.0))
    with np.errstate(all="ignore"):
        assert math.isnan(half_log(np.array([-1.0, 1.0]))[0])


def test_one_written_in_floats_works_and_says_what_is_missing() -> None:
    bell = operation("error_of(x)", math.erf, lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x))
    x = Value(0.5)
    assert gradient(bell(x), x) == pytest.approx(gradient(ag.erf(x), x), rel=1e-15)
    assert list(bell(np.array([0.5, 1.0]))) == [math.erf(0.5), math.erf(1.0)]
    with pytest.raises(FloatsOnlyError, match=r"the partial with respect to x of error_of\(x\) works on floats only, so it cannot be differentiated again"):
        grad(grad(bell))(0.5)
    with pytest.raises(FloatsOnlyError, match=r"the value of error_of\(x\) works on floats only, so it cannot be computed to 60 digits"):
        bell(referee().number(0.5))
    assert "error_of" in draw(bell(x)).source
    assert "error_of" in str(explain(bell(x) * 2, x))
    assert verify(bell)                                           # by differences
    assert verify(lambda a: a * bell(a), lambda a: bell(a) + a * 2 / math.sqrt(math.pi) * math.exp(-a * a))
    assert not verify(lambda a: a * bell(a), lambda a: bell(a))
    table = {0.0: 1.0, 1.0: 4.0}
    looked_up = operation("looked_up(x)", lambda x: table[float(x)], lambda x: 3.0)
    assert looked_up(Value(1.0)).data == 4.0


@pytest.mark.parametrize("style", ["in our functions", "in floats"])
def test_a_planted_error_in_a_partial_is_found(style: str) -> None:
    right = {"in our functions": (ag.tanh, lambda x: 1 - ag.tanh(x) ** 2), "in floats": (math.tanh, lambda x: 1 - math.tanh(x) ** 2)}[style]
    wrong = operation("bent(x)", right[0], lambda x: right[1](x) * (1 + 1e-3))
    report = verify(wrong)
    assert [finding.verdict for finding in report.findings] == ["wrong"]
    assert verify(operation("bent(x)", *right))
    if style == "in our functions":
        assert not verify(operation("bent(x)", right[0], lambda x: right[1](x) * (1 + 1e-9)))


def test_a_wrong_partial_among_several_is_named() -> None:
    blend = operation("blend(a, b)", lambda a, b: a * b ** 2, lambda a, b: b ** 2, lambda a, b: a * b)
    assert [(finding.partial, finding.verdict) for finding in verify(blend).findings] == [("∂blend/∂a", "right"), ("∂blend/∂b", "wrong")]


def test_graphs_with_it_are_copied_and_pickled_and_a_missing_one_is_told() -> None:
    bump = operation("bump(x)", lambda x: x * x + 1, lambda x: 2 * x)
    y = bump(Value(3.0)) * 2
    for z in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert z.parents[0].op is bump.row
    assert pickle.loads(pickle.dumps(bump))(2.0) == 5.0
    text = pickle.dumps(y)
    del OWN["bump"]
    with pytest.raises(InputError, match=r"'bump\(x\)', which is not defined here: define it with autograd\.operation"):
        pickle.loads(text)


def test_a_wrong_claim_about_a_function_that_uses_one() -> None:
    STYLES["of the operands"]()
    report = verify("glow(x) + x", {"x": "2x + 1"})
    assert [finding.verdict for finding in report.findings] == ["wrong"]
    wrong = operation("halved(x)", lambda x: x * x, lambda x: x)
    with pytest.raises(InputError, match=r"the partial of halved\(x\) with respect to x is .* where its value has .*verify\(halved\)"):
        verify("halved(x) + x", {"x": "x + 1"})
    assert not verify(wrong)


def test_its_domain_is_kept() -> None:
    twice = operation("twice(x)", lambda x: 2 * x, lambda x: 2.0, domain=lambda x: x > 0, needs="x > 0")
    for x in (-1.0, Value(-1.0)):
        with pytest.raises(DomainError, match="it needs x > 0"):
            twice(x)
    assert np.isnan(twice(np.array([-1.0, 1.0]))).tolist() == [True, False]
    assert verify(twice, domain={"x": (-1, 2)})


def test_python_s_operators_in_its_functions() -> None:
    odd = operation("odd(a, b)", lambda a, b: +a * b ** 2 + 2 ** a % 3 + a // 2, lambda a, b: b ** 2 + 2 ** a * ag.log(2.0), lambda a, b: 2 * a * b)
    y = odd(Value(1.3, name="a"), Value(0.7, name="b"))
    assert "odd" in page(y).html()
    assert "b²" in str(explain(y * 2, "a"))
    assert gradcheck(odd, (1.3, 0.7))


def test_a_redefined_one_of_another_signature_is_not_mistaken() -> None:
    old = operation("tz(x)", lambda x: 2 * x, lambda x: 2.0)
    text = pickle.dumps(old(Value(1.0)))
    operation("tz(x, y)", lambda x, y: x, lambda x, y: 1.0, lambda x, y: 0.0)
    with pytest.raises(InputError, match=r"'tz\(x\)', which is not defined here"):
        pickle.loads(text)


def test_a_name_may_still_be_that_of_a_variable() -> None:
    operation("w(x)", lambda x: x * 3, lambda x: 3.0)
    assert expression("w*x + w")(2.0, 5.0) == 12.0
    assert expression("w(x)")(2.0) == 6.0


def test_a_name_of_ours_stays_ours_in_formulas() -> None:
    mine = operation("tanh(x)", lambda x: x, lambda x: 1.0)
    assert mine(3.0) == 3.0
    assert expression("tanh(x)")(3.0) == ag.tanh(3.0)
    assert TABLE["tanh"] is not mine.row
    assert pickle.loads(pickle.dumps(mine(Value(3.0)))).op is mine.row
    assert {"tanh", "relu"} <= set(ours)


def alone(x: Any) -> Any:
    return x


def keywords(x: Any, *, k: Any) -> Any:
    return x, k


def too_few(a: Any, b: Any) -> Any:
    return a, 1.0


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: operation("f", lambda x: x, lambda x: 1), InputError, r'cannot be read: write it as "glow\(x\)"'),
    (lambda: operation("f(x, x)", lambda x, z: x, lambda x, z: 1, lambda x, z: 1), InputError, "cannot be read"),
    (lambda: operation(3, lambda x: x, lambda x: 1), OperandError, "must be a string, got the int 3"),  # type: ignore[call-overload]
    (lambda: operation("f(x)", None, lambda x: 1), OperandError, "needs a function for its value, got None"),  # type: ignore[call-overload]
    (lambda: operation("f(x, z)", lambda x, z: x, lambda x, z: 1), InputError, "needs 2 partials, one for each operand, got 1"),
    (lambda: operation("f(x)", lambda x: x, lambda x: 1, domain=3), OperandError, r"the domain of f\(x\) must be a function, got the int 3"),  # type: ignore[call-overload]
    (lambda: operation("f(x)", lambda x: x, 1.0), OperandError, "a partial of f\\(x\\) must be a function, got the float 1.0"),  # type: ignore[call-overload]
    (lambda: operation("f(x)", lambda a, b, c: a, lambda x: 1), InputError, r"must take \(x\), or \(m, x\) with an arithmetic m, but it takes 3 arguments"),
    (lambda: operation("f(x)", lambda x: x, lambda a, b, c, d: a), InputError, r"must take \(x\), \(y, x\) with the value y, or \(m, y, x\) with an arithmetic m"),
    (lambda: operation("f(if)", lambda x: x, lambda x: 1), InputError, "cannot be read"), (lambda: operation("f(x)))", lambda x: x, lambda x: 1), InputError, "cannot be read"),
    (lambda: operation(int), OperandError, "a function with a name"), (lambda: operation("f(x)", lambda x: "3.5", lambda x: 1)(1.0), OperandError, r"the value of f\(x\) must return a number, got the str '3.5'"),
    (lambda: operation("f(x)", lambda x: x, lambda x: None)(Value(1.0)), OperandError, r"must return a number, got None"), (lambda: operation(keywords), InputError, "must be the operands"),
    (lambda: operation(lambda x: x), OperandError, "a function with a name"), (lambda: operation(alone)(1.0), OperandError, "must return its value and its partials"),
    (lambda: operation(too_few)(Value(1.0), 2.0), OperandError, "must return 2 partials, one for each operand, got 1"),
    (lambda: operation("f(x)", lambda x: x, lambda x: 1)(1.0, 2.0), OperandError, "called with the wrong arguments"),
    (lambda: verify(lambda x: x * x), (InputError, OperandError), "claims")])
def test_what_cannot_be_an_operation_is_told(make: Callable[[], Any], error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        make()


# micrograd's way ------------------------------------------------------------------------------------------------------------------

def test_a_sweep_by_hand_as_in_the_lectures() -> None:
    a, b = Value(2.0), Value(-3.0)
    c = a * b
    d = c + a
    y = d.tanh()
    y.grad = 1.0
    for node in (y, d, c):
        node._backward()
    by_hand = (a.grad, b.grad)
    ag.zero_grad(y)
    assert (a.grad, b.grad, y.grad) == (0.0, 0.0, 0.0)
    y.backward()
    assert (a.grad, b.grad) == by_hand
    a.zero_grad()
    assert (a.grad, b.grad) == (0.0, by_hand[1])
    with pytest.raises(AttributeError, match=r"autograd\.operation makes one of your own"):
        y._backward = lambda: None


@pytest.mark.parametrize("arguments", [(2.0, (Value(1.0), Value(1.0)), "+"), (2.0, (), ""), (2.0, (Value(1.0),))])
def test_micrograds_constructor_is_answered(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(OperandError, match=r"here arithmetic makes it: a \+ b"):
        Value(*arguments)
