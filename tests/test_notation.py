"""Formulas as people write them: what they mean, and what can be read in two ways."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, expression, gradient, verify
from autograd.arithmetic import referee
from autograd.arithmetic.referee import nearest
from autograd.errors import FormulaError, InputError
from autograd.expressions import subscripts_of

X = {"x": 3.0, "y": 4.0, "z": 0.5}
MEANINGS = {
    "2x": 6.0, "3(x+1)": 12.0, "x^2": 9.0, "x²": 9.0, "x⁻¹": 1 / 3, "2^-x": 0.125, "|x - y|": 1.0, "2|x - |y||": 2.0, "|x||y|": 12.0, "|x|^2": 9.0,
    "2πx": 6 * math.pi, "πx": 3 * math.pi, "xπ": 3 * math.pi, "π(x+1)": 4 * math.pi, "e^x": math.exp(3), "e^(-x²/2)": math.exp(-4.5), "e**x + e^y": math.exp(3) + math.exp(4),
    "sin²(x) + cos²(x)": 1.0, "2sin²(x)": 2 * math.sin(3) ** 2, "(x+1)(y+1)": 20.0, "(x+1)y": 16.0, "x²y": 36.0, "2x²y³": 1152.0, "√x": math.sqrt(3), "√(x+y)": math.sqrt(7),
    "x√y": 6.0, "√|x|y": math.sqrt(3) * 4, "√√x": 3 ** 0.25, "√√(x)": 3 ** 0.25, "√exp(x)": math.exp(1.5), "√x y": math.sqrt(3) * 4, "exp(-(x - y)²/(2z²))": math.exp(-2), "1/(z√(2π))": 2 / math.sqrt(2 * math.pi), "√2x": math.sqrt(2) * 3, "2√x": 2 * math.sqrt(3), "2e3x": 6000.0, "1/2*x": 1.5, "6/2*3x": 27.0, "-x^2": -9.0, "2 x": 6.0, "2 if x > 0 else 3x": 2.0, "2x if x < 0 else 3x": 9.0,
    "σ(z)": 1 / (1 + math.exp(-0.5)), "σ'(z)": ag.sigmoid(0.5) * (1 - ag.sigmoid(0.5)), "tanh'(z)": 1 - math.tanh(0.5) ** 2, "sin''(z)": -math.sin(0.5), "log′(x)": 1 / 3,
    "sum(i^2 for i in range(4))": 14.0, "sum([x*i for i in range(1, 3)])": 9.0, "dot([x, y], [1, 2])": 11.0, "sum([i*j for i in range(3) for j in range(3) if i != j])": 4.0,
    "[1, 2] @ [x, y]": 11.0, "sum([[1, 2], [3, 4]] @ [x, y])": 36.0, "([[1, 2], [3, 4]].T @ [x, y])[0]": 15.0, "sum(([x, y] - [1, 2])**2)": 8.0, "sum(2*[x, y])": 14.0, "sum(exp([0, 0]))": 2.0,
    "sum(v for v in [x, y])": 7.0, "sum([x, y][i] for i in range(len([1, 2])))": 7.0, "c = 2x; d = 3(c + 1)\n d": 21.0}


@pytest.mark.parametrize("text", MEANINGS)
def test_what_people_write_means_what_they_mean(text: str) -> None:
    f = expression(text.replace("\n d", "\nd"))
    given = {name: X[name] for name in f.names}
    assert f(**given) == pytest.approx(MEANINGS[text], rel=1e-14)
    values = {name: Value(x) for name, x in given.items()}
    result = f(**values)
    assert (result.data if isinstance(result, Value) else result) == pytest.approx(MEANINGS[text], rel=1e-14)
    exact = f.with_digits(60, **{name: referee().number(x) for name, x in given.items()})
    assert nearest(exact) == pytest.approx(MEANINGS[text], rel=1e-14)


TWO_READINGS = {"x²^3": "two ways", "sin²(x)³": "two ways", "√x²": r"write √\(x²\) or \(√x\)²", "x²³³²^2": "two ways", "x⁻¹⁻¹": "two ways",
                "1/2x": r"write 1/\(2\*x\) or \(1/2\)\*x", "e^2x": r"write e\^\(2\*x\) or \(e\^2\)\*x", "1/x²y": "two ways", "2/(x)(y)": "two ways", "a/2(b+1)": "two ways",
                "sin⁻¹(x)": r"asin\(…\) for the inverse function, or 1/sin", "e*x + e^x": "write exp", "x/2π": "two ways"}


@pytest.mark.parametrize("text", TWO_READINGS)
def test_what_can_be_read_in_two_ways_is_refused_with_both(text: str) -> None:
    with pytest.raises(FormulaError, match=TWO_READINGS[text]):
        expression(text)


@pytest.mark.parametrize(("text", "message"), [
    ("xⁿ", "superscript ⁿ"), ("Wᵀ", "x.T for a transpose"), ("1,5x", "comma between digits"), ("||p||", "norm"), ("pow'(x)", "of one number"), ("clamp'(x)", "of one number"),
    ("|x", r"a \| is missing"), ("x|y", r"a \| is missing"), ("f'(a)", "f' in .* is unknown"), ("sum'(x)", "is unknown"), ("tanh'(x, y)", "of a function of one number"), ("x y", r"write x\*y"), ("x 2", "cannot be read")])
def test_what_cannot_be_read_says_what_to_write(text: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        expression(text)


@given(st.recursive(st.sampled_from(["x", "y", "2", "0.5"]), lambda inner: st.one_of(
    st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"), inner.map(lambda t: f"({t})**2"), inner.map(lambda t: f"abs({t})"),
    inner.map(lambda t: f"tanh({t})")), max_leaves=8))
def test_the_two_notations_agree(text: str) -> None:
    """The same formula with ^, bars, × and products without a sign."""
    written = text.replace("**2", "²" if len(text) % 2 else "^2").replace("*", "×").replace(")×(", ")(")
    while "abs(abs(" in written:                                     # ||x|| may be a norm, and is refused
        written = written.replace("abs(abs(", "abs((")
    while "abs(" in written:
        start = written.index("abs(")
        depth, end = 0, start + 3
        while True:
            depth += {"(": 1, ")": -1}.get(written[end], 0)
            if depth == 0:
                break
            end += 1
        written = f"{written[:start]}|{written[start + 4:end]}|{written[end + 1:]}"
    one, other = expression(text), expression(written)
    assert one.names == other.names
    assert other(**{name: X[name] for name in other.names}) == one(**{name: X[name] for name in one.names})


def test_derivatives_of_functions_are_operations_on_the_graph() -> None:
    x = Value(0.5)
    y = expression("σ'(z)*z")(x)
    s = ag.sigmoid(0.5)
    assert gradient(y, x) == pytest.approx(s * (1 - s) * (1 - 2 * s) * 0.5 + s * (1 - s), rel=1e-14)
    assert verify("tanh(x)*sigmoid(x)", {"x": "tanh'(x)σ(x) + tanh(x)σ'(x)"})
    assert not verify("tanh(x)*sigmoid(x)", {"x": "tanh'(x)σ(x) + tanh(x)σ(x)"})


def test_e_is_a_name_where_the_formula_has_it() -> None:
    assert expression("e**2 + x").names == ("e", "x")
    assert verify("e = x**2; e*x", {"x": "3*e"})
    assert verify("e^(2*x)", {"x": "2e^(2*x)"})


@pytest.mark.parametrize(("text", "places"), [
    ("sum(x[i]*w[i] for i in range(3))", {"x": {(0,), (1,), (2,)}, "w": {(0,), (1,), (2,)}}), ("df/dx[0] = sum(w[i + 1] for i in range(2))", {"w": {(1,), (2,)}, "dx": {(0,)}}),
    ("p - [0, 1, 0]", {"p": {(2,)}}), ("sum(a[i][j] for i in range(2) for j in range(2))", {"a": {(0, 0), (0, 1), (1, 0), (1, 1)}}), ("x + 1", {}), ("sum(x[i] for i in", {})])
def test_the_sizes_that_subscripts_tell(text: str, places: Any) -> None:
    found = subscripts_of(text)
    assert {name: found[name] for name in places} == places


def test_vectors_and_matrices_in_claims() -> None:
    domain = {"W": [[(-1, 1)] * 3] * 2, "x": [(-1, 1)] * 3, "y": [(-1, 1)] * 2}
    f = "sum((W @ x - y)²)/2"
    assert verify(f, {"W": "[[r*a for a in x] for r in W @ x - y]", "x": "W.T @ (W @ x - y)", "y": "y - W @ x"}, domain=domain)
    assert not verify(f, {"x": "W.T @ (W @ x + y)"}, domain=domain)
    assert verify("-sum(t[i]*log(softmax(z)[i]) for i in range(3))", {"z": "softmax(z)*sum(t) - t"}, domain={"t": [(0, 1)] * 3, "z": [(-2, 2)] * 3})


def test_sigma_is_a_name_where_it_is_not_called() -> None:
    assert expression("exp(-(x - μ)²/(2σ²))").names == ("x", "μ", "σ")
    assert expression("σ²(z)")(0.0) == 0.25


def test_the_shape_of_a_claim_counts_and_not_its_size_alone() -> None:
    f, domain = "sum(W[i][j] for i in range(2) for j in range(3))", {"W": [[(-1, 1)] * 3] * 2}
    for transposed in ("[[1, 1], [1, 1], [1, 1]]", [[1, 1], [1, 1], [1, 1]]):
        with pytest.raises(InputError, match="3 x 2, but 2 x 3 is needed: is it transposed"):
            verify(f, {"W": transposed}, domain=domain)
    assert verify(f, {"W": "[[1, 1, 1], [1, 1, 1]]"}, domain=domain)
    assert verify(f, {"W": [[1, 1, 1], [1, 1, 1]]}, domain=domain)
