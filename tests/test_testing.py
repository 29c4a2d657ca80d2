"""autograd.testing: assert_gradient and the strategies."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, gradcheck
from autograd.errors import GradientError, InputError, MissingExtraError
from autograd.testing import assert_gradient, expressions, points, values


def test_assert_gradient_passes_and_fails_with_the_report() -> None:
    assert_gradient("x**3", {"x": "3*x**2"})
    with pytest.raises(AssertionError, match="by the power rule") as raised:
        assert_gradient("x**3", {"x": "x**2"})
    assert isinstance(raised.value, GradientError)
    assert "verify x**3" in str(raised.value)
    assert_gradient("abs(x)", {"x": "1"}, domain={"x": (1, 2)})
    assert_gradient("x**3", {"x": 12}, points=[2])


@settings(max_examples=30, deadline=None)
@given(expressions("a", "b"), points("a", "b", low=-2.0, high=2.0))
def test_expressions_have_values_and_gradients_at_all_points(text: str, point: dict[str, float]) -> None:
    function = ag.expression(text)
    assert set(function.names) <= {"a", "b"}
    report = gradcheck(lambda a, b: function(**{name: {"a": a, "b": b}[name] for name in function.names}) + 0 * a, point)
    assert "wrong" not in [finding.verdict for finding in report.findings], str(report)


@given(values(0.5, 2.0, name="x"), st.data())
def test_values_are_leaves_within_their_bounds(x: Value, data: st.DataObject) -> None:
    assert isinstance(x, Value)
    assert (x.op, x.name) == (None, "x")
    assert 0.5 <= x.data <= 2.0


def test_bad_arguments() -> None:
    with pytest.raises(InputError, match="needs the names"):
        points()
    with pytest.raises(InputError, match="low must not be above high"):
        values(2.0, 1.0)


def test_without_hypothesis_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis.strategies", None)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(MissingExtraError, match=r"scalar-autograd\[test\]"):
        points("a")
