"""What people reported of other libraries, and missed in them: each as a test. Those that have a file of their own are there:
infinities in test_nonfinite.py, operations of one's own in test_operations.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, draw, explain, fit, functions, grad, gradcheck, gradient, hessian, jacobian, losses, verify
from autograd.errors import DomainError, InputError, OperandError
from autograd.optim import SGD

# Rounding, as Python has it ----------------------------------------------------------------------------------------------------------

finite = st.floats(-1e6, 1e6)


@given(finite, finite.filter(lambda b: abs(b) > 1e-6))
def test_python_s_division_works_on_values(a: float, b: float) -> None:
    x, z = Value(a), Value(b)
    for mine, python in ((x % z, a % b), (x % b, a % b), (a % z, a % b), (x // z, a // b), (x // b, a // b), (a // z, a // b), (ag.fmod(x, z), math.fmod(a, b))):
        assert isinstance(mine, Value)
        assert mine.data == python
    assert [v.data for v in divmod(x, z)] == list(divmod(a, b)) == [v.data for v in divmod(a, z)]
    assert gradient(x % z, [x, z]) == [1.0, -(a // b)]
    assert gradient(x // z, [x, z]) == [0.0, 0.0]


@given(finite)
def test_python_s_rounding_works_on_values(a: float) -> None:
    x = Value(a)
    for mine, python in ((round(x), round(a)), (math.floor(x), math.floor(a)), (math.ceil(x), math.ceil(a)), (math.trunc(x), math.trunc(a))):
        assert isinstance(mine, Value)
        assert mine.data == python
        assert gradient(mine * 2, x) == 0.0
    with pytest.raises(OperandError, match=r"write round\(v\.data, digits\)"):
        round(x, 2)
    assert ag.round(np.array([a]))[0] == round(a)


@pytest.mark.parametrize("x", [0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994, 4503599627370495.5, -2.5])
def test_the_middle_goes_to_the_even_one(x: float) -> None:
    assert ag.round(x) == round(x)


def test_kinks_of_mod_are_told() -> None:
    assert gradcheck("x % 3", 7)
    report = gradcheck("x % 3", 6)
    assert not report
    assert "f jumps here" in str(report)


# SciPy, where it is exact ------------------------------------------------------------------------------------------------------------

ONE: dict[str, tuple[Any, tuple[float, float]]] = {
    "lgamma": (scipy.special.gammaln, (0.1, 50.0)), "gamma": (scipy.special.gamma, (0.1, 30.0)), "digamma": (scipy.special.digamma, (0.1, 50.0)),
    "erfinv": (scipy.special.erfinv, (-0.99, 0.99)), "erfcx": (scipy.special.erfcx, (-3.0, 50.0)), "ndtr": (scipy.special.ndtr, (-8.0, 8.0)),
    "log_ndtr": (scipy.special.log_ndtr, (-50.0, 3.0)), "ndtri": (scipy.special.ndtri, (1e-6, 0.999)), "i0": (scipy.special.i0, (-20.0, 20.0)), "i1": (scipy.special.i1, (-20.0, 20.0)),
    "exp10": (scipy.special.exp10, (-20.0, 20.0)), "sinc": (np.sinc, (-5.0, 5.0)), "sec": (lambda x: 1 / np.cos(x), (-1.0, 1.0)), "acot": (lambda x: np.arctan(1 / x), (0.1, 9.0)),
    "asec": (lambda x: np.arccos(1 / x), (2.0, 9.0)), "acsc": (lambda x: np.arcsin(1 / x), (2.0, 9.0)), "coth": (lambda x: 1 / np.tanh(x), (0.1, 9.0)),
    "asech": (lambda x: np.arccosh(1 / x), (0.05, 0.8)), "acsch": (lambda x: np.arcsinh(1 / x), (0.1, 9.0)), "acoth": (lambda x: np.arctanh(1 / x), (1.5, 9.0))}
TWO: dict[str, tuple[Any, tuple[float, float]]] = {
    "xlogy": (scipy.special.xlogy, (0.1, 9.0)), "xlog1py": (scipy.special.xlog1py, (0.1, 9.0)), "beta": (scipy.special.beta, (0.2, 9.0)),
    "logaddexp": (np.logaddexp, (-9.0, 9.0)), "logaddexp2": (np.logaddexp2, (-9.0, 9.0)), "copysign": (np.copysign, (-9.0, 9.0)), "mod": (np.mod, (0.5, 9.0)), "fmod": (np.fmod, (-9.0, -0.5))}


@pytest.mark.parametrize("name", [*ONE, *TWO])
def test_values_are_scipys_and_numpys(name: str) -> None:
    theirs, (low, high) = {**ONE, **TWO}[name]
    rng = np.random.default_rng(1)
    for _ in range(60):
        xs = [float(x) for x in rng.uniform(low, high, size=2 if name in TWO else 1)]
        assert getattr(ag, name)(*xs) == pytest.approx(float(theirs(*xs)), rel=1e-12, abs=1e-14), xs
    arrays = [rng.uniform(low, high, size=(2, 3)) for _ in xs]
    assert getattr(ag, name)(*arrays) == pytest.approx(theirs(*arrays), rel=1e-12, abs=1e-14)


@given(st.integers(0, 4), st.floats(0.2, 20.0))
def test_orders_are_scipys(n: int, x: float) -> None:
    assert ag.polygamma(n, x) == pytest.approx(float(scipy.special.polygamma(n, x)), rel=1e-10)
    assert ag.iv(n, x) == pytest.approx(float(scipy.special.iv(n, x)), rel=1e-12)
    assert grad(lambda z: ag.polygamma(n, z))(x) == pytest.approx(float(scipy.special.polygamma(n + 1, x)), rel=1e-10)


@given(st.lists(st.floats(-50.0, 50.0), min_size=2, max_size=8))
def test_statistics_are_numpys(xs: list[float]) -> None:
    assert ag.norm(xs) == pytest.approx(float(np.linalg.norm(xs)), rel=1e-12, abs=1e-150)
    for ddof in (0, 1):
        assert ag.var(xs, ddof=ddof) == pytest.approx(float(np.var(xs, ddof=ddof)), rel=1e-9, abs=1e-20)
        assert ag.std(xs, ddof=ddof) == pytest.approx(float(np.std(xs, ddof=ddof)), rel=1e-9, abs=1e-10)
    assert ag.cumsum(xs) == pytest.approx(list(np.cumsum(xs)), rel=1e-12, abs=1e-12)
    assert isinstance(ag.cumsum(np.array(xs)), np.ndarray)


def test_the_second_derivative_where_two_are_equal() -> None:
    for a, b in ((1.0, 1.0), (1.0, 1.000000001)):
        assert hessian(ag.logaddexp2)(a, b)[0] == pytest.approx([math.log(2) / 4, -math.log(2) / 4])
        assert hessian(ag.logaddexp)(a, b)[0] == pytest.approx([0.25, -0.25])


@pytest.mark.parametrize(("n", "x"), [(30, -15.5), (30, -19.5), (40, -10.5), (100, -10.5), (3, -0.25), (0, -1e6 - 0.25)])
def test_polygamma_between_its_poles(n: int, x: float) -> None:
    with mpmath.workdps(600):
        assert ag.polygamma(n, x) == pytest.approx(float(mpmath.psi(n, x)), rel=1e-15)


def test_the_highest_orders_have_derivatives() -> None:
    with mpmath.workdps(60):
        slope = (mpmath.besseli(999, 1000) + mpmath.besseli(1001, 1000)) / 2
        assert grad(lambda z: ag.iv(1000, z))(1000.0) == pytest.approx(float(slope), rel=1e-14)
        assert grad(lambda z: ag.polygamma(1000, z))(400.0) == pytest.approx(float(mpmath.psi(1001, 400)), rel=1e-14)


def test_a_claim_without_a_value_where_two_inputs_are_equal_is_not_wrong() -> None:
    assert verify("abs(x-y)", {"x": "(x-y)/abs(x-y)"})
    assert verify("std(v)", {"v": "(v-mean(v))/(3std(v))"}, domain={"v": [(-2, 2)] * 3})
    assert not verify("abs(x-y)", {"x": "(y-x)/abs(x-y)"})


def test_what_is_0_at_the_origin_and_for_equal_numbers() -> None:
    assert grad(ag.norm)([0.0, 0.0]) == [0.0, 0.0]
    assert grad(ag.std)([2.0, 2.0, 2.0]) == [0.0, 0.0, 0.0] == grad(ag.std)([0.1, 0.1, 0.1])
    assert (ag.lerp(1e16, 1.0, 1.0), ag.lerp(0.7, 0.1, 1.0), ag.lerp(0.7, 0.1, 0.0)) == (1.0, 0.1, 0.7)
    for call in (lambda: ag.hardshrink(Value(1.0), Value(-1.0)), lambda: ag.hardshrink(np.array([1.0]), np.array([-1.0]))):
        with pytest.raises(InputError, match=r"needs lambd >= 0"):
            call()
    assert (ag.norm([]), ag.cumsum([])) == (0.0, [])
    with pytest.raises(InputError, match=r"var with ddof=1 needs at least 2 operands, got 1"):
        ag.var([1.0], ddof=1)
    with pytest.raises(InputError, match="even number of operands, got 3"):
        ag.glu([1.0, 2.0, 3.0])
    assert ag.glu(np.array([2.0, 4.0, 0.0, 0.0])) == pytest.approx([1.0, 2.0])
    with pytest.raises(InputError, match="softshrink needs lambd >= 0, got -1"):
        ag.softshrink(1.0, -1)
    assert [ag.softshrink(x) for x in (-2.0, 0.3, 2.0)] == [-1.5, 0.0, 1.5]


def test_softplus_with_a_beta_and_a_threshold() -> None:
    assert ag.softplus(2.0, 3.0) == pytest.approx(math.log1p(math.exp(6.0)) / 3.0, rel=1e-15)
    assert ag.softplus(8.0, 3.0, threshold=20) == 8.0
    assert ag.softplus(np.array([2.0, 8.0]), 3.0, threshold=20)[1] == 8.0
    x = Value(8.0)
    assert gradient(ag.softplus(x, 3.0, threshold=20), x) == 1.0
    with pytest.raises(DomainError, match="a beta other than 0"):
        ag.softplus(1.0, 0.0)
    with pytest.raises(DomainError, match="a beta other than 0"):
        grad(ag.softplus, (0, 1))(1.0, 0.0)


def test_far_out_they_neither_overflow_nor_lose_digits() -> None:
    assert ag.logdiffexp(1000.0, 999.0) == pytest.approx(1000.0 + math.log(-math.expm1(-1.0)), rel=1e-15)
    assert ag.log_ndtr(-1e5) == pytest.approx(-5e9, rel=1e-8)
    assert grad(ag.log_ndtr)(-1e5) == pytest.approx(1e5, rel=1e-9)
    assert ag.erfcx(1e200) == pytest.approx(1 / (math.sqrt(math.pi) * 1e200), rel=1e-15)
    assert ag.lgamma(1e300) == pytest.approx(1e300 * (math.log(1e300) - 1), rel=1e-12)
    assert grad(ag.gamma)(5.0) == pytest.approx(24.0 * scipy.special.digamma(5.0), rel=1e-15)
    with pytest.raises(OverflowError, match="gamma overflows at x = 180"):
        ag.gamma(180.0)


# NumPy, SciPy and pandas ---------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("call", "hint"), [
    (lambda v: np.logaddexp(v, 1.0), "use autograd.logaddexp"), (lambda v: np.copysign(v, -1.0), "use autograd.copysign"),
    (lambda v: scipy.special.expit(v), "use autograd.sigmoid"), (lambda v: scipy.special.gammaln(v), "use autograd.lgamma"),
    (lambda v: scipy.special.erfinv(v), "use autograd.erfinv"), (lambda v: scipy.special.psi(v), "use autograd.digamma"),
    (lambda v: scipy.special.logit(v), r"use log\(p\) - log1p\(-p\)"), (lambda v: scipy.special.ndtr(v), "use autograd.ndtr"),
    (lambda v: scipy.special.xlogy(v, v), "use autograd.xlogy"), (lambda v: np.isnan(v), r"use math\.isnan\(v\.data\)"), (lambda v: np.fabs(v), "use autograd.abs"),
    (lambda v: np.nextafter(v, 1.0), "would lose the gradient of a Value$"), (lambda v: np.zeros(2).__setitem__(0, v), "dtype=object")])
def test_functions_that_take_plain_numbers_say_what_to_use(call: Callable[[Value], Any], hint: str) -> None:
    with pytest.raises(OperandError, match=hint):
        call(Value(0.5))


def test_what_numpy_s_messages_name_is_there() -> None:
    from autograd.ufuncs import HERE
    for name in HERE.values():
        assert not name.isidentifier() or hasattr(ag, name), name


def test_numpys_functions_that_record() -> None:
    x, y = Value(0.3), Value(0.7)
    a = np.array([x, y])
    for value, slopes in ((np.maximum(a, 0.5).sum(), [0.0, 1.0]), (np.clip(a, 0.0, 0.5).sum(), [1.0, 0.0]), (np.where(a > 0.5, a, 2 * a).sum(), [2.0, 1.0]),
                          (np.linalg.norm(a), [0.3 / math.hypot(0.3, 0.7), 0.7 / math.hypot(0.3, 0.7)]), (np.floor(a).sum() + x, [1.0, 0.0]),
                          (np.mod(a, 0.4).sum(), [1.0, 1.0]), (np.var(a), [-0.2, 0.2])):
        assert isinstance(value, Value)
        assert gradient(value, [x, y]) == pytest.approx(slopes, rel=1e-14)
    for v in (np.hypot(2.0, x), np.arctan2(np.array([1.0, 2.0]), x)[1], x * np.array(Value(3.0), dtype=object), np.polyval([1, 2, 3], x), np.float64(2.0) * x, np.add(1.0, x), np.exp(x), np.hypot(x, 3.0), np.maximum(x, 0.1), np.fmod(x, 0.2), np.rint(x), np.trunc(x), np.ceil(x)):
        assert isinstance(v, Value)
    assert (np.array([1.0, 2.0]) * x)[1].data == 0.6


def test_arrays_in_arrays_out() -> None:
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert grad(lambda a: (a ** 2).sum())(x).shape == (2, 2)
    j = jacobian(lambda a: a ** 2)(x)
    assert j.shape == (2, 2, 2, 2)
    assert j[1, 0, 1, 0] == 6.0
    assert np.count_nonzero(j) == 4
    h = hessian(lambda a: (a ** 3).sum())(x)
    assert h.shape == (2, 2, 2, 2)
    assert h[0, 1, 0, 1] == 12.0
    assert jacobian(lambda a: a.sum())(x).shape == (1, 2, 2)
    assert jacobian(lambda a, b: [a[0] * b[0], a[1]])(np.array([1.0, 2.0]), np.array([3.0])).tolist() == [[3.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    assert hessian(lambda a: a[0] ** 2 * a[1])([1.0, 2.0]) == [[4.0, 2.0], [2.0, 0.0]]


def test_tables_of_pandas() -> None:
    s = pd.Series([1.0, 2.0], index=["a", "b"], name="w")
    g = grad(lambda s: (s * s).sum())(s)
    assert isinstance(g, pd.Series)
    assert (list(g), list(g.index), g.name) == ([2.0, 4.0], ["a", "b"], "w")
    frame = pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]})
    d = grad(lambda f: (f["x"] * f["y"]).sum())(frame)
    assert isinstance(d, pd.DataFrame)
    assert d.to_dict("list") == {"x": [3.0, 4.0], "y": [1.0, 2.0]}
    assert losses.mse(s, [0.0, 0.0]) == 2.5 == losses.mse([0.0, 0.0], s)
    assert losses.cross_entropy(frame, pd.Series([1, 0])) == pytest.approx(losses.cross_entropy(frame.to_numpy().tolist(), [1, 0]))
    w = Value(0.0)
    history = fit(lambda x: w * x[0], losses.mse, (frame[["x"]], pd.Series([2.0, 4.0])), SGD([w], lr=0.1), epochs=20, rng=0, progress=False)
    assert history.loss[-1] < 1e-3
    assert ag.sum(s) == 3.0
    assert ag.norm(frame) == pytest.approx(math.sqrt(30.0))
    with pytest.raises(OperandError, match=r"pass x\.to_numpy\(\)"):
        ag.exp(s)


# Words and names -----------------------------------------------------------------------------------------------------------------------

def test_the_builtins_habits_are_answered() -> None:
    x = Value(1.0)
    for name, hint in (("max", r"maximum\(a, b\) for two, or max\(\[a, b, ...\]\)"), ("min", r"minimum\(a, b\)"), ("sum", r"a \+ b"), ("mean", r"\(a \+ b\) / 2")):
        with pytest.raises(OperandError, match=f"{name} takes one iterable, got 2 arguments: write {hint}"):
            getattr(ag, name)(x, 2.0)
    with pytest.raises(OperandError, match=r"logsumexp takes one iterable, got 3 arguments: write logsumexp\(\[a, b, ...\]\)"):
        ag.logsumexp(x, 2.0, 3.0)


def test_orders_must_be_plain_whole_numbers() -> None:
    with pytest.raises(OperandError, match=r"the order of iv must be a plain whole number, got Value"):
        ag.iv(Value(1.0), 2.0)
    for bad in (0.5, -1, 2000, math.nan):
        with pytest.raises(InputError, match="the order of polygamma must be a whole number from 0 to 1000"):
            ag.polygamma(bad, 2.0)
    assert ag.iv(-2, 1.0) == ag.iv(2, 1.0)


def test_names_of_lists_and_arrays() -> None:
    weights, table = [Value(1.0), Value(2.0)], {"bias": Value(3.0)}
    grid = np.array([[Value(4.0)]])
    named = Value(5.0)
    pair = (named, 7.0)
    endless: list[Any] = [weights]
    endless.append(endless)
    y = ag.dot(weights, [2.0, 3.0]) + table["bias"] * grid[0, 0] * named
    names = {"weights": weights, "table": table, "grid": grid, "named": named, "pair": pair, "_hidden": [y], "text": "abc", "endless": endless, "numbers": [1.0, 2.0], "y": y}
    source = draw(y, names=names).source
    for name in ("weights[0]", "weights[1]", "table['bias']", "grid[0][0]", "named"):
        assert f'label="{name}' in source, name
    assert "pair" not in source
    assert "_hidden" not in source


def test_greek_and_subscripts() -> None:
    theta, w_1 = Value(0.5, name="theta"), Value(2.0, name="w_1")
    y = theta * w_1
    assert "θ × w₁" in draw(y).source
    assert "θ" in str(explain(y, theta))
    assert "w₁" in str(explain(y, theta))
    assert r"\theta" in explain(y, theta).to_latex()
    assert "w_{1}" in explain(y, theta).to_latex()
    w_in = Value(2.0, name="w_in")
    assert r"w_{\mathrm{in}}" in explain(theta * w_in, theta).to_latex()


def test_the_readme_lists_every_function() -> None:
    from pathlib import Path
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    table = readme.partition("### Functions")[2].partition("### What is where")[0]
    listed = {word for row in table.splitlines() if row.startswith("|") for word in row.rpartition(" | ")[2].strip("| ").replace(" (`arcsin`, ... too)", "").split(", ")}
    aliases = {"arcsin", "arccos", "arctan", "arctan2", "arcsinh", "arccosh", "arctanh", "clip"}
    comparisons = {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"}
    assert set(functions.__all__) - aliases - comparisons <= listed
    known = {*functions.__all__, *ag.__all__, *losses.__all__, *ag.nn.__all__, *ag.optim.__all__}
    assert {word for word in listed if word.isidentifier()} <= known | {"draw_dot"}
