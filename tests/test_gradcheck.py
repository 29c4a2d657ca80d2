"""gradcheck: what it finds right, wrong and inconclusive; its own checks have planted errors that they must find."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value, functions, grad, gradcheck, gradient, losses
from autograd.checking import gradient_check
from autograd.checking.exact import ExactGraph
from autograd.checking.report import Finding, Report
from autograd.errors import GradientError, InputError, OperandError
from autograd.nn import MLP
from autograd.ops import TABLE

RIGHT: list[Any] = [
    ("a + b", (1.0, 2.3e-57)), ("a*b + 1e9*a", (3.0, 1e-200)),
    (lambda a, b: (a + b) * (b + 1), (2.0, 1.0)), ("(a+b)*(b+1)", {"b": 1, "a": 2}), ("relu(x)", 1e-300), ("relu(x)", -1e-300), ("sigmoid(x)", 20.0),
    ("sin(50*x)*exp(y)", (1.0, 2.0)), ("x*1e8 + y*1e-8", (1.0, 1.0)), ("x*y", (1e-300, 1e300)), ("log(x)", 1e-300), ("sin(1e15*x)", 0.3), ("(x + 1e10) - 1e10", 0.1),
    ("(1 - cos(x))/x**2", 1e-4), ("x if x > 0 else 0.01*x", 3.0), ("logsumexp(x, y, 700)", (800.0, 790.0)), (lambda w: ag.dot(w, w), [1.0, 2.0, 3.0]),
    (lambda w, b: ag.tanh(ag.dot(w, [1.0, 2.0]) + b), ([0.1, 0.2], 0.3)), (lambda x: 3.0, 2.0), (lambda x, *rest: x * rest[0], (2.0, 3.0)),
    (lambda x: ag.sum((x * x).ravel()), (np.array([[1.0, 2.0]]),)), (max, (2.0, 3.0)), ("sqrt(x)", 1e-20), ("abs(x)", 0.0), ("relu(x)", 0.0),
    ("maximum(x, y)", (1.0, 1.0)), ("max(x, y, 0)", (0.0, 0.0)), ("hypot(x, y)", (0.0, 0.0)), ("clamp(x, 0, 1)", 1.0), ("clamp(x, 0)", 0.0), ("clamp(x, max=1)", 1.0), ("logsumexp(x, y)", (1.0, 1.0)),
    (lambda x, y=1.0: x * y, (2.0, 3.0)), (lambda xs: ag.sum(xs), ([1.0],)), ("elu(x, alpha=2)", 0.0),
    ("leaky_relu(x)", 0.0), ("selu(x)", 0.0), ("elu(x)", 0.0), ("atan2(y, x)", (1.0, -1.0)),
    ("relu(x)**2", 0.0), ("abs(x)**3", 0.0), ("abs(x)*x", 0.0), (lambda x: ag.relu(x) ** 3 + x ** 3, 0.0), ("x**3 if x < 0 else 2*x**3", 0.0), (lambda x: x ** 3, 0.0), ("sin(x) - x", 0.0),
    (lambda x: (x - 1) ** 3, 1.0), ("x**5", 0.0), ("1e-50*x", 1.0), ("x**3 if x > 0 else 0*x", 0.0), ("maximum(x, 0)**2", 0.0), ("sin(abs(x))", 0.0), ("exp(x) - exp(x) + x", 3.0)]


@pytest.mark.parametrize(("f", "point"), RIGHT, ids=lambda x: x if isinstance(x, str) else "")
def test_what_is_right(f: Any, point: Any) -> None:
    report = gradcheck(f, point)
    assert report, str(report)
    assert report.findings
    report.raise_if_wrong()


INCONCLUSIVE = [("step(x)", 0.0, "f jumps here"), ("sign(x)", 0.0, "f jumps here"), ("sqrt(x)", 0.0, "its slope is infinite"), ("cbrt(x)", 0.0, "its slope is infinite"),
                ("tanh(x)", 300.0, "too small, compared with"), ("logsumexp(x, 800)", 1.0, "too small, compared with"), ("atan2(y, x)", (0.0, -1.0), "f jumps here"), ("sin(1e60*x)", 1.0, "do not settle"), ("sin(1e300*x)", 1.0, "do not settle"),
                ("sqrt(x) if x > 0 else 0*x", 0.0, "infinite"),
                (lambda x: x.data * x, 3.0, ".data"), (lambda x: x.detach() * x, 3.0, ".detach()"), (lambda x: Value(x.data ** 2), 3.0, ".data"),
                (lambda x: x * 2 if x > 1 else x, 1.0, "Python if"), (lambda x: x * x if x >= 1 else x * 0 - 7, 1.0, "Python if"),
                (lambda x: x * x.data + 0 * ag.log(2.00001 - x), 2.0, ".data"), (lambda x: x * x.data * ag.sqrt(2.0001 - x), 2.0, ".data")]


@pytest.mark.parametrize(("f", "point", "note"), INCONCLUSIVE)
def test_what_is_inconclusive(f: str, point: Any, note: str) -> None:
    report = gradcheck(f, point)
    assert not report
    finding = next(finding for finding in report.findings if finding.verdict != "right")
    assert (finding.verdict, note in finding.note) == ("inconclusive", True), str(report)


def test_kinks_that_cancel_are_wrong_and_say_why() -> None:
    report = gradcheck("relu(x) - relu(-x)", 0.0)
    assert [finding.verdict for finding in report.findings] == ["wrong"]
    assert "convention" in report.findings[0].note


def test_terms_that_cancel_beyond_60_digits_are_told() -> None:
    finding = gradcheck("exp(x) - exp(x) + x", 300.0).findings[0]
    assert (finding.verdict, finding.note) == ("right", "terms of size 4e+130 cancel")


def test_at_a_kink_both_slopes_are_told() -> None:
    assert "0 … 1" in str(gradcheck("relu(x)", 0.0))
    assert gradcheck("abs(x)", 0.0).findings[0].note == "a kink: the slope is -1 below and 1 above"


@pytest.mark.parametrize("factor", [10.0, 1.0 + 1e-6, -1.0, 0.0])
@pytest.mark.parametrize("name", ["tanh", "relu", "mul"])
def test_a_planted_wrong_partial_is_found(name: str, factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    row = TABLE[name]
    right = row.partials[0]
    monkeypatch.setattr(row, "partials", (lambda m, y, *xs: right(m, y, *xs) * factor, *row.partials[1:]))
    report = gradcheck(lambda x, y: ag.relu(ag.tanh(x) * y), (0.5, 2.0))
    assert not report
    assert report.findings[0].verdict == "wrong"
    with pytest.raises(GradientError, match="wrong"):
        report.raise_if_wrong()


def test_a_graph_already_recorded_is_checked_by_its_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    loss = losses.bce_with_logits(model([[0.0, 1.0], [1.0, 1.0]]), [1.0, 0.0])
    report = gradcheck(loss, model.parameters())
    assert report
    assert [finding.partial for finding in report.findings][:2] == ["∂f/∂layer1.neuron1.w[0]", "∂f/∂layer1.neuron1.w[1]"]
    assert [finding.autodiff for finding in report.findings] == pytest.approx(gradient(loss, model.parameters()), rel=1e-12)
    x = Value(2.0)
    assert [(f.partial, f.note) for f in gradcheck(x * 3.0, [Value(1.0, name="y"), x]).findings] == [("∂f/∂y", "not in the graph"), ("∂f/∂x[1]", "")]
    for strangers in ([], [Value(2.0)]):
        with pytest.raises(InputError, match="none of the leaves is in the graph"):
            gradcheck(x * 3.0, strangers)
    square = x * x
    x.data = 5.0
    assert gradcheck(square, [x]).findings[0].autodiff == 10.0       # of the numbers that the leaves hold now
    for leaves in ([loss], [1.0]):
        with pytest.raises(OperandError, match="the leaves to check"):
            gradcheck(loss, leaves)
    right = TABLE["dot"].partials[0]
    monkeypatch.setattr(TABLE["dot"], "partials", (lambda m, y, *xs: [d * 1.001 for d in right(m, y, *xs)],))
    assert not gradcheck(loss, model.parameters())


def test_a_planted_wrong_slope_at_a_kink_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TABLE["relu"], "partials", (lambda m, y, x: m.where(x > 0.0, 1.0, -0.5),))
    assert not gradcheck("relu(x)", 0.0)


def test_a_planted_error_in_a_tiny_slope_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TABLE["identity"], "partials", (lambda m, y, x: 10.0,))
    assert not gradcheck(lambda x: ag.identity(x * 1e-50), 1.0)
    assert not gradcheck(lambda x: ag.identity(x ** 3 * 1e-50), 1.0)


def test_the_report_prints_as_a_table_and_as_data() -> None:
    report = gradcheck("(a+b)*(b+1)", (2.0, 1.0))
    assert str(report) == """\
gradcheck of (a+b)*(b+1) at a = 2, b = 1
partial  at  autodiff  differences  off by  verdict
∂f/∂a    2   2         2            0       right
∂f/∂b    1   5         5            0       right"""
    assert repr(report) == "<Report: 2 of 2 partials right>"
    second = report.to_dict()["findings"][1]
    assert second.pop("error") < 1e-50
    assert second == {
        "partial": "∂f/∂b", "at": 1.0, "autodiff": 5.0, "differences": 5.0, "verdict": "right", "note": "", "sides": None}
    assert "∂e/∂w " in str(gradcheck(ag.expression("e = w"), 1.0))
    assert "∂f/∂w[1]" in str(gradcheck(lambda w: w[0] * w[1], [1.0, 2.0]))


def test_threads_may_check_at_once() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def check(_: int) -> bool:
        return bool(gradcheck("expm1(x)*log1p(y) + softplus(x*y)", (0.3, 0.7)))
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(check, range(64)))


def test_a_report_is_true_only_if_all_is_right() -> None:
    def finding(verdict: str) -> Finding:
        return Finding("∂f/∂x", 0.0, 1.0, 1.0, 0.0, verdict)
    assert Report("t", [finding("right")])
    assert not Report("t", [finding("right"), finding("inconclusive")])
    assert not Report("t", [finding("wrong"), finding("right")])


@pytest.mark.parametrize(("f", "point", "error", "message"), [
    ("a*b", {"a": 1}, InputError, r"the point must name f's arguments \(a, b\), got \(a\)"), ("a*b", {"a": 1, "b": 2, "c": 3}, InputError, r"\(a, b\), got \(a, b, c\)"),
    ("a*b", [1.0], InputError, r"the point must have 2 arguments \(a, b\), got 1"), ("a", ["x"], OperandError, "numbers, Values"), (lambda x: [x, x], 1.0, OperandError, "one Value"), (lambda x: math.exp(x), 1.0, OperandError, "leave the graph"),
    ("a", [Value(1.0)], OperandError, "a must be a real number"),
    (3, 1.0, OperandError, "f must be a function or a formula")])
def test_bad_input(f: Callable[..., Any], point: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        gradcheck(f, point)


def test_the_referee_measures_a_gradient_by_its_paths() -> None:
    x = Value(3.0)
    y = x * x - 6.0 * x
    judge = ExactGraph(y, [x])
    assert (judge.value, judge.gradient[0], judge.size[0], judge.kinks) == (-9, 0, 12, [])
    assert abs(judge.difference(0)) < 1e-30


# Many inputs at once --------------------------------------------------------------------------------------------------------------

def many(xs: Sequence[Any]) -> Any:
    return functions.sum([x * x for x in xs]) + functions.tanh(xs[7]) * xs[3]


def test_many_inputs_are_checked_along_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    def alone(*_: Any) -> Any:
        raise AssertionError("an input was checked alone")
    monkeypatch.setattr(gradient_check, "slope", alone)
    point = [(k - 10) / 7 for k in range(21)]
    report = gradcheck(many, (point,))
    assert report
    assert [finding.autodiff for finding in report.findings] == pytest.approx(grad(many)(point), rel=1e-15)
    assert max([finding.error for finding in report.findings]) < 1e-40
    monkeypatch.setattr(gradient_check, "FEW", 30)
    with pytest.raises(AssertionError, match="alone"):
        gradcheck(many, (point,))


@pytest.mark.parametrize("error", [1e-3, 1e-9, 2e-12])
def test_a_wrong_partial_among_many_is_found_and_named(error: float, monkeypatch: pytest.MonkeyPatch) -> None:
    right = TABLE["tanh"].partials[0]
    monkeypatch.setattr(TABLE["tanh"], "partials", (lambda m, y, x: right(m, y, x) * (1.0 + error),))
    point = [(k - 10) / 7 for k in range(21)]
    found = [finding.verdict for finding in gradcheck(many, (point,)).findings]
    size = 2 * abs(point[7]) + abs(point[3])
    assert found[:7] + found[8:] == ["right"] * 20
    assert found[7] == ("wrong" if error * abs(point[3]) / math.cosh(point[7]) ** 2 > 1e-12 * size else "right")


def test_a_kink_among_many_is_told_as_before() -> None:
    report = gradcheck(lambda xs: functions.sum([functions.abs(x) for x in xs]), ([0.0] + [1.0] * 9,))
    assert report
    assert "a kink" in report.findings[0].note
