"""gradient, grad, value_and_grad, jacobian, hessian, hvp: structures, nesting, and what depends on nothing."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, grad, gradient, hessian, hvp, jacobian, value_and_grad
from autograd.arithmetic import referee
from autograd.errors import DomainError, InputError, OperandError


def e(a: Any, b: Any) -> Any:
    return (a + b) * (b + 1)


def test_gradient_of_a_graph_touches_no_grad() -> None:
    a, b = Value(2.0), Value(1.0)
    c = a + b
    y = c * (b + 1)
    assert gradient(y, [a, b, c, y]) == [2.0, 5.0, 2.0, 1.0]
    assert gradient(y, (a, {"b": [b]})) == (2.0, {"b": [5.0]})
    assert gradient(y, b) == 5.0
    assert [v.grad for v in (a, b, c, y)] == [0.0] * 4


def test_gradient_by_what_is_not_below_is_zero() -> None:
    a, stranger = Value(2.0), Value(3.0)
    assert gradient(a * 2, stranger) == 0.0
    assert gradient(3.0, [a]) == [0.0]
    zero = gradient(a * 2, stranger, create_graph=True)
    assert isinstance(zero, Value)
    assert zero.data == 0.0
    assert gradient(5, a, create_graph=True).data == 0.0


def test_gradient_takes_values_only() -> None:
    with pytest.raises(OperandError, match=r"the inputs of gradient must be Values, got the float 2\.0"):
        gradient(Value(1.0), [2.0])
    with pytest.raises(OperandError, match="got the str 'y'"):
        gradient("y", Value(1.0))
    with pytest.raises(OperandError, match="lists, tuples, dicts or arrays"):
        gradient(Value(1.0), "x")


def test_grad_by_one_argument_or_several() -> None:
    assert grad(e)(2.0, 1.0) == 2.0
    assert grad(e, argnums=1)(2, 1) == 5.0
    assert grad(e, argnums=(1, 0))(2.0, 1.0) == (5.0, 2.0)
    assert grad(e, argnums=-1)(2.0, 1.0) == 5.0
    assert grad(lambda x, power: x ** power)(3.0, power=2) == 6.0
    with pytest.raises(InputError, match="names an argument twice"):
        grad(e, argnums=(1, -1))(2.0, 1.0)
    with pytest.raises(OperandError, match=r"argnums must be a whole number or a tuple of them, got the float 1\.0"):
        grad(e, argnums=1.0)(2.0, 1.0)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="argument 2, but f was called with 2"):
        grad(e, argnums=2)(2.0, 1.0)


def test_constants_unused_and_repeated_inputs() -> None:
    assert grad(lambda x: 3.0)(2.0) == 0.0
    assert value_and_grad(lambda x, y: y * 2.0, argnums=(0, 1))(1.0, 3.0) == (6.0, (0.0, 2.0))
    assert grad(lambda x: x)(2.0) == 1.0
    x = Value(3.0)
    by_first, by_second = grad(lambda a, b: a * a * b, argnums=(0, 1))(x, x)
    assert (by_first.data, by_second.data) == (18.0, 9.0)
    assert hessian(lambda a: 7.0)(1.0) == [[0.0]]
    assert jacobian(lambda a, b: (a, 2.0))(1.0, 2.0) == [[1.0, 0.0], [0.0, 0.0]]


def test_structures_come_back_as_they_went_in() -> None:
    point = namedtuple("point", "x y")
    assert grad(lambda p: p.x * p.y)(point(2.0, 3.0)) == point(3.0, 2.0)
    assert grad(lambda w: w["a"][0] * w["b"][1][0])({"a": [2.0], "b": (1.0, [3.0])}) == {"a": [3.0], "b": (0.0, [2.0])}
    assert grad(lambda w: 1.0)({}) == {}
    slope = grad(lambda w: (w * w).sum())(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert slope.dtype == float
    assert slope.tolist() == [[2.0, 4.0], [6.0, 8.0]]
    values = np.array([Value(1.0), Value(2.0)])
    slope = grad(lambda w: (w * w).sum())(values)
    assert [gradient(d, v) for d, v in zip(slope, values)] == [2.0, 2.0]


def test_a_function_of_several_results_is_for_jacobian() -> None:
    with pytest.raises(OperandError, match="for several outputs use jacobian"):
        grad(lambda x: [x, x])(1.0)
    for derive in (grad, jacobian, hessian, hvp, value_and_grad):
        with pytest.raises(OperandError, match="expected a function to differentiate, got the int 5"):
            derive(5)  # type: ignore[operator]
    assert hessian(lambda x, n: x ** n)(2.0, n=3) == [[12.0]]
    with pytest.raises(OperandError, match="got None"):
        grad(lambda x: None)(1.0)


def test_grad_keeps_the_name_and_the_words_of_the_function() -> None:
    assert grad(e).__name__ == "e"


def test_answers_are_values_if_an_argument_is_one() -> None:
    assert isinstance(grad(e)(2.0, Value(1.0)), Value)
    assert isinstance(value_and_grad(e)(Value(2.0), 1.0)[0], Value)
    assert isinstance(grad(lambda x, k: k * x)(2.0, k=Value(3.0)), Value)
    assert isinstance(jacobian(e)(Value(2.0), 1.0)[0][1], Value)
    assert isinstance(value_and_grad(e)(2.0, 1.0)[0], float)


def test_an_outer_variable_is_not_taken_for_the_inner_one() -> None:
    assert grad(lambda x: x * grad(lambda y: x + y)(x))(3.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(1.0))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: x * x * y)(2.0))(3.0) == 6.0


def test_a_closure_over_an_outer_variable_is_not_lost() -> None:
    def inner(x: Any) -> Any:
        return jacobian(lambda y: [x * y, y])(1.0)[0][0]
    assert grad(inner)(3.0) == 1.0
    assert grad(lambda x: hessian(lambda y: x * x * y * y)(1.0)[0][0])(3.0) == 12.0
    assert grad(lambda x: hvp(lambda y: x * y * y)(1.0, 2.0))(3.0) == 4.0
    w = Value(5.0)                                                   # a parameter is no variable of a derivative
    assert type(grad(lambda x: w * x)(2.0)) is float


def test_an_inner_derivative_in_another_thread_is_not_lost() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def g(x: Any) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(grad(lambda y: x * y * y), 2.0).result()
    assert grad(g)(3.0) == 4.0


def test_structures_of_other_kinds_keep_their_kind() -> None:
    from collections import OrderedDict, defaultdict

    class Row(list):  # type: ignore[type-arg]
        def __init__(self, note: str, items: Any) -> None:
            super().__init__(items)
            self.note = note
    slope = grad(lambda d: d["a"] * d["zz"])(defaultdict(lambda: 7.0, a=1.0))
    assert (slope["a"], slope["new"]) == (7.0, 7.0)
    assert type(grad(lambda d: d["a"] * 2)(OrderedDict(a=1.0))) is OrderedDict
    row = grad(lambda r: r[0] * r[1])(Row("mine", [2.0, 3.0]))
    assert (row.note, list(row)) == ("mine", [3.0, 2.0])


def test_a_failing_function_leaves_nothing_behind() -> None:
    with pytest.raises(DomainError):
        grad(lambda x: ag.log(x))(-1.0)
    assert type(grad(lambda y: y * 2)(1.0)) is float


mp: Any = referee(60).number(1).context
ALL_ORDERS: list[Callable[..., Any]] = [
    ag.exp, ag.exp2, ag.expm1, ag.log, ag.log2, ag.log10, ag.log1p, ag.square, ag.reciprocal, ag.sqrt, ag.cbrt, ag.sin, ag.cos, ag.tan, ag.asin,
    ag.acos, ag.atan, ag.sinh, ag.cosh, ag.tanh, ag.asinh, ag.atanh, ag.erf, ag.erfc, ag.sigmoid, ag.log_sigmoid, ag.softplus, ag.selu, ag.elu,
    ag.silu, ag.mish, ag.gelu, lambda x: ag.gelu(x, approximate="tanh"), lambda x: ag.swish(x, 1.7), lambda x: x ** 0.3, lambda x: x ** 2.5, lambda x: x ** -3,
    lambda x: x ** x, lambda x: 2 ** x, lambda x: ag.logsumexp([x, x * x, 1.0]), lambda x: ag.softmax([x, 2 * x, 0.0])[1],
    lambda x: ag.log_softmax([x, 0.1])[0], lambda x: ag.prod([x, x, ag.sin(x)]), lambda x: ag.hypot(x, 2.0), lambda x: ag.atan2(x, 3.0),
    lambda x: ag.leaky_relu(x) * x, lambda x: ag.dot([x, x], [x, 3.0])]


@pytest.mark.parametrize("f", ALL_ORDERS, ids=lambda f: getattr(f, "__name__", "f"))
@pytest.mark.parametrize("at", [0.37, 0.81])
def test_third_derivatives_by_nesting_agree_with_mpmath(f: Callable[..., Any], at: float) -> None:
    third = grad(grad(grad(f)))(at)
    digits = referee(60)
    exact = mp.diff(lambda x: f(digits.number(x)), mp.mpf(at), 3, h=mp.mpf(10) ** -12)
    scale = max(1.0, abs(float(str(exact))))
    assert third == pytest.approx(float(str(exact)), abs=1e-11 * scale)


def test_high_orders_where_a_formula_would_overflow() -> None:
    f: Callable[..., Any] = ag.tanh
    for _ in range(4):
        f = grad(f)
        assert f(1000.0) == 0.0
    assert grad(grad(ag.sigmoid))(800.0) == pytest.approx(0.0, abs=1e-300)
    assert grad(grad(ag.softplus))(-800.0) == pytest.approx(0.0, abs=1e-300)
    assert grad(grad(ag.erf))(1e300) == 0.0
    assert grad(grad(grad(lambda x: x ** 2)))(0.0) == 0.0
    assert grad(grad(lambda x: x ** 1.0))(0.0) == 0.0
    assert hessian(lambda a, b: ag.hypot(a, b))(0.0, 0.0) == [[0.0, 0.0], [0.0, 0.0]]
    assert hessian(lambda a, b: ag.atan2(a, b))(0.0, 0.0) == [[0.0, 0.0], [0.0, 0.0]]
    assert grad(lambda x: x ** 0.3)(math.inf) == 0.0


def test_an_infinite_slope_is_a_number_but_no_graph() -> None:
    assert grad(ag.sqrt)(0.0) == math.inf
    with pytest.raises(DomainError, match="a derivative is infinite here and cannot be differentiated again"):
        grad(grad(ag.sqrt))(0.0)


@given(st.lists(st.floats(-2.0, 2.0), min_size=2, max_size=4))
@settings(max_examples=30)
def test_hessian_jacobian_of_gradient_and_hvp_agree(x: list[float]) -> None:
    def f(w: Any) -> Any:
        return ag.sum([ag.sin(a * b) + ag.exp(a) for a, b in zip(w, w[1:])]) * w[0]
    whole = hessian(f)(x)
    assert np.allclose(whole, jacobian(grad(f))(x), atol=1e-12)
    assert np.allclose(whole, np.transpose(whole), atol=1e-12)
    direction = [1.0, -2.0, 0.5, 3.0][:len(x)]
    assert np.allclose(hvp(f)(x, direction), np.array(whole) @ direction, atol=1e-10)


def test_hvp_of_a_structure_and_its_errors() -> None:
    assert hvp(lambda w: w["a"] ** 3 * w["b"])({"a": 2.0, "b": 1.0}, {"a": 1.0, "b": 0.0}) == {"a": 12.0, "b": 12.0}
    assert hvp(lambda x: x ** 3)(2.0, 1.0) == 12.0
    assert hvp(lambda d: d["a"] ** 3 * d["b"])({"a": 2.0, "b": 5.0}, {"b": 0.0, "a": 1.0}) == {"a": 60.0, "b": 12.0}
    for x, v in (([1.0, 2.0], [1.0]), ({"a": 1.0}, {"b": 1.0}), (2.0, [1.0]), ([1.0], {"a": 1.0}), (np.ones(2), np.ones(3))):
        with pytest.raises(InputError, match=r"expected .* got"):
            hvp(lambda x: 1.0)(x, v)


def test_softmax_and_its_jacobian() -> None:
    p = ag.softmax([3.0, 1.0, -3.0])
    assert [round(x, 4) for x in p] == [0.8789, 0.1189, 0.0022]
    whole = jacobian(ag.softmax)([3.0, 1.0, -3.0])
    for i in range(3):
        for j in range(3):
            assert whole[i][j] == pytest.approx(p[i] * ((i == j) - p[j]), abs=1e-15)


def test_the_2_2_2_network_of_the_textbooks() -> None:
    i, target = (0.05, 0.10), (0.01, 0.99)
    w = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55]

    def error(w: Any) -> Any:
        hidden = [ag.sigmoid(ag.dot(w[2 * k:2 * k + 2], i) + 0.35) for k in range(2)]
        out = [ag.sigmoid(ag.dot(w[4 + 2 * k:6 + 2 * k], hidden) + 0.60) for k in range(2)]
        return ag.sum([(o - t) ** 2 / 2 for o, t in zip(out, target)])
    value, slope = value_and_grad(error)(w)
    assert (round(value, 9), round(slope[4], 9), round(slope[0], 9)) == (0.298371109, 0.082167041, 0.000438568)
    after = [x - 0.5 * d for x, d in zip(w, slope)]
    assert [round(x, 9) for x in after] == [0.149780716, 0.199561432, 0.249751144, 0.299502287, 0.358916480, 0.408666186, 0.511301270, 0.561370121]
    assert round(error(after), 11) == 0.29102777369
