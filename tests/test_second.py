"""Claims of second derivatives, under side conditions, to some digits, and claims that cannot be read."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import grad, hessian, jacobian, verify
from autograd.checking.second import second_derivative
from autograd.errors import FormulaError, GradientError, InputError, OperandError

F = "x**3*y + sin(x*y)"
FXX, FXY, FYY = "6*x*y - y**2*sin(x*y)", "3*x² + cos(x*y) - x*y*sin(x*y)", "-x²*sin(x*y)"


@pytest.mark.parametrize("line", [
    f"∂²f/∂x² = {FXX}", f"d2f/dx2 = {FXX}", f"d²f/dx² = {FXX}", f"d^2f/dx^2 = {FXX}", f"∂²f/∂x∂y = {FXY}", f"d2f/dxdy = {FXY}", f"∂²f/(∂y∂x) = {FXY}", f"∂²f/∂y² = {FYY}", "d2f/dx2 < 6*x*y + y**2 + 1"])
def test_second_derivatives_as_they_are_written(line: str) -> None:
    assert verify(F, line)
    wrong = line.replace("6*x*y", "6*x*y - 2*y**2 - 2" if "<" in line else "5*x*y").replace("3*x²", "3*x").replace("-x²*sin", "x²*sin")
    assert verify(F, wrong).verdict == "wrong"


def test_of_one_input_primes_will_do() -> None:
    assert verify("x**3", "f''(x) = 6x")
    assert verify("y = x**3", ["y'' = 6x", "y' = 3x²", "d2y/dx2 = 6x"])
    report = verify("x**3", ["f''(x) = 3x²"])
    assert report.verdict == "wrong"
    assert any(["that is ∂f/∂x itself" in cause.text for cause in report.findings[0].causes])


def test_in_a_mapping_and_as_a_whole() -> None:
    assert verify(F, {"∂²f/∂x²": FXX, "x": "3*x²*y + y*cos(x*y)"})
    assert verify(F, hessian=[[FXX, FXY], [FXY, FYY]])
    assert verify(F, {"x": "3*x²*y + y*cos(x*y)"}, hessian=[[FXX, FXY], [FXY, FYY]])
    report = verify(F, hessian=[[FXX, FXY], [FXY, "x²*sin(x*y)"]])
    assert [finding.verdict for finding in report.findings] == ["right", "right", "right", "wrong"]
    assert [finding.partial for finding in report.findings] == ["∂²f/∂x²", "∂²f/∂x∂y", "∂²f/∂y∂x", "∂²f/∂y²"]
    assert verify(lambda x: x ** 4, hessian=lambda x: 12 * x ** 2)
    assert not verify(lambda x: x ** 4, hessian=lambda x: 12 * x)
    for claims in ([[1, 2]], [1, 2], [[1], [2]]):
        with pytest.raises(InputError, match="Hessian must be 2 x 2"):
            verify(F, hessian=claims)
    with pytest.raises(InputError, match="of one number"):
        verify("[x, y]", hessian=[[0, 0], [0, 0]])


def test_what_grad_jacobian_and_hessian_return_keeps_the_arguments() -> None:
    def loss(w: Any, b: Any) -> Any:
        return w ** 2 * b + b ** 3

    assert verify(hessian(loss), hessian_by_hand)
    assert verify(jacobian(loss), lambda w, b: [[2 * b, 2 * w], [2 * w, 6 * b]])
    assert verify(grad(loss), {"w": "2*b", "b": "2*w"})
    assert not verify(grad(loss), {"w": "2*b", "b": "w"})


def hessian_by_hand(w: Any, b: Any) -> Any:
    """The eight derivatives of the four entries of the Hessian of w²b + b³."""
    return [[0, 2], [2, 0], [2, 0], [0, 6]]


@pytest.mark.parametrize(("left", "found"), [
    ("∂²f/∂x²", ("f", ["x", "x"])), ("d2f/dx2", ("f", ["x", "x"])), ("d2L/dx2", ("L", ["x", "x"])), ("∂²f/∂x∂y", ("f", ["x", "y"])), ("d2f/dxdy", ("f", ["x", "y"])),
    ("f''(x)", ("f", ["x", "x"])), ("g″", ("g", [])), ("d2f/dw[0]dw[1]", ("f", ["w[0]", "w[1]"])), ("df/dx", None), ("c", None)])
def test_the_names_in_a_second_derivative(left: str, found: Any) -> None:
    assert second_derivative(left, lambda name: name in ("x", "y", "w[0]", "w[1]", "d")) == found


@pytest.mark.parametrize(("f", "claims", "message"), [
    (F, "∂²f/∂x∂z = 1", "not a second derivative of f"), (F, "f''(z) = 1", "must name inputs of f"), (F, "f'' = 1", "by which inputs"), ("c = x*y; e = c**2", "∂²c/∂x² = 0", "of f itself"),
    (F, "∂²g/∂x² = 1 + ", "cannot be read")])
def test_second_derivatives_that_cannot_be_read(f: str, claims: str, message: str) -> None:
    with pytest.raises((InputError, FormulaError), match=message):
        verify(f, claims)


def test_second_derivatives_need_a_graph() -> None:
    with pytest.raises(InputError, match="need a graph"):
        verify(lambda x: math.exp(x), ["∂²f/∂x² = exp(x)"])


# Side conditions ---------------------------------------------------------------------------------------------------------------

CE = "-sum(y[i]*log(softmax(z)[i]) for i in range(3))"
DOMAIN = {"z": [(-2, 2)] * 3, "y": [(-1, 1)] * 3}


def test_a_claim_may_hold_under_a_condition_only() -> None:
    assert verify(CE, {"z": "softmax(z) - y"}, domain=DOMAIN, given="y[0] + y[1] + y[2] = 1")
    assert not verify(CE, {"z": "softmax(z) - y"}, domain=DOMAIN)
    assert not verify(CE, {"z": "softmax(z) + y"}, domain=DOMAIN, given="y[0] + y[1] + y[2] = 1")
    assert verify("x**3*y", {"x": "3*x*(1 - y**2 + x - x)*y + 3*x**2*y - 3*x*(1 - y**2)*y"}, given="x**2 + y**2 = 1")
    assert verify("x*y", {"x": "y + (x**2 + y**2 - 4)*7", "y": "x"}, given="x**2 + y**2 = 4")
    assert verify("x*y*z", {"x": "y*(1 - x - y)", "y": "x*z"}, given=["x + y + z = 1"])
    assert verify("a*b*c", {"a": "2*c"}, given="a = b; b = 2")


@given(st.floats(-3, 3), st.floats(0.3, 3))
def test_every_point_lies_on_the_condition(x: float, r: float) -> None:
    assert verify("x*y", {"x": "y"}, given="x + y = 4", points=[(x, 4.0 - x)])
    with pytest.raises(InputError, match="the condition does not hold at"):
        verify("x*y", {"x": "y"}, given="x + y = 4", points=[(x, 4.0 - x + r)])


@pytest.mark.parametrize(("condition", "error", "message"), [
    ("x + y", InputError, "not an equation"), ("x + q = 1", InputError, "must speak of f's inputs"), (3, OperandError, "must be a condition"), ([3], OperandError, "must be text"), ("x < 1", InputError, "not an equation"), ("1 = 2", InputError, "f's inputs"),
    ("x**2 = -1", InputError, "no value at any")])
def test_conditions_that_are_refused(condition: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        verify("x*y", {"x": "y"}, given=condition)


# Digits ------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("claim", "verdict", "note"), [
    ("0.10499", "right", "right to the 5 digits given"), (0.105, "right", "right to the 3 digits given"), ("0.104993585403507", "right", ""), ("0.1", "wrong", ""), ("0.10", "wrong", ""), (0.11, "wrong", ""), ("0.1051", "wrong", ""), ("0", "wrong", "")])
def test_a_decimal_at_a_point_is_judged_to_its_digits(claim: Any, verdict: str, note: str) -> None:
    finding = verify("sigmoid(x)", {"x": claim}, points=[{"x": 2}]).findings[0]
    assert finding.verdict == verdict
    if note:
        assert finding.note == note
        assert verify("sigmoid(x)", {"x": claim}, points=[{"x": 2}], strict=True).verdict == "wrong"
        assert verify("sigmoid(x)", {"x": claim}).verdict == "wrong"


def test_whole_numbers_are_exact_always() -> None:
    assert not verify("100.4*x", {"x": 100}, points=[{"x": 2}])
    assert not verify("100.04*x", {"x": 100.0}, points=[{"x": 2}])
    assert verify("100.04*x", {"x": "100.0"}, points=[{"x": 2}])     # four digits, as written
    with pytest.raises(OperandError, match="strict"):
        verify("x", {"x": 1}, strict="yes")  # type: ignore[arg-type]


# Claims that cannot be read ----------------------------------------------------------------------------------------------------

def test_the_others_are_judged() -> None:
    report = verify("x**3*y", ["df/dx = 3x²y", "df/dy = 2z", "df/dq = 4", "nonsense"])
    assert [finding.verdict for finding in report.findings] == ["right", "not read", "not read", "not read"]
    assert report.verdict == "not read"
    assert not report
    text = str(report)
    assert "df/dy: not read: the claim '2z' uses z" in text
    assert "df/dq: not read: the claim for q names no input or named step of f" in text
    assert "nonsense: not read: 'nonsense' is not a claim: write df/dx = ..." in text
    with pytest.raises(GradientError):
        report.raise_if_wrong()
    assert verify("x*y", {"x": "y", "y": "x + "}).findings[1].verdict == "not read"
    assert verify("x*y", {"x": "y", "y": "[x, x]"}).findings[1].verdict == "not read"
    assert verify("x*y", {"x": "x", "y": "2z"}).verdict == "wrong"
    assert report.to_dict()["findings"][1]["note"].startswith("the claim '2z' uses z")
    assert "not read" in report.to_markdown()


def test_a_claim_alone_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(InputError, match="uses z"):
        verify("x*y", {"x": "2z"})


def test_points_that_are_skipped_are_told_by_their_reason() -> None:
    assert "where f is too large for a float" in str(verify("exp(x**2)", {"x": "2*x*exp(x**2)"}))
    assert "outside f's domain" in str(verify("log(x)", {"x": "1/x"}))
    report = verify("x**n", {"x": "n*x**(n - 1)", "n": "x**n*log(x)"}, points=[(-2, 3)])
    assert [finding.verdict for finding in report.findings] == ["right", "inconclusive"]
    assert "undefined" in report.findings[1].note
