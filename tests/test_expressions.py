"""Formulas as text: what they mean, how they are recorded, and what is refused."""

from __future__ import annotations

import contextlib
import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, expression, gradient
from autograd.arithmetic import referee
from autograd.errors import AutogradError, DivisionError, DomainError, FormulaError, InputError, OperandError, RangeError
from autograd.replay import replay
from autograd.traversal import topological_order


def test_names_are_arguments_in_the_order_of_the_text() -> None:
    f = expression("(b + a)*(b + 1)")
    assert f.names == ("b", "a")
    assert f(1.0, 2.0) == f(a=2.0, b=1.0) == f(1.0, a=2.0) == 6.0
    assert repr(f) == "expression('(b + a)*(b + 1)')"


MEANINGS = {
    "2 + 3*4 - 6/4": 12.5, "2**3**2": 512.0, "-2**2": -4.0, "(-2)**2": 4.0, "+3": 3.0, "1e-3 + 0x10 + 1_000": 1016.001,
    "7 if 1 < 2 else 8": 7.0, "1 < 2 < 3": 1.0, "1 < 2 > 3": 0.0, "1 == 1 and 2 != 2": 0.0, "0 or 5 > 4": 1.0, "not 0": 1.0, "not 3": 0.0,
    "1 <= 1 and 1 >= 1": 1.0, "max(1, 2, 3) + min([4, 5])": 7.0, "dot([1, 2], (3, 4))": 11.0, "softmax(0, 0)[1]": 0.5,
    "clamp(5, min=0, max=2)": 2.0, "where(1 > 2, 3, 4)": 4.0, "sum(1, 2) + sum([3])": 6.0, "gelu(0, approximate='tanh')": 0.0,
    "2×3·4÷8 − 1": 2.0, "3² + 2³": 17.0, "1 ≤ 2": 1.0, "cos(π)": -1.0, "pi": math.pi, "c = 2; d = c*3; c + d": 8.0, "[1, 2][0]": 1.0,
    "abs(-3)": 3.0, "pow(2, 3)": 8.0, "arctan2(0, 1)": 0.0, "log(1) if 1 > 2 else 5": 5.0, "log(0-1) if 1 > 2 else 5": 5.0}


@pytest.mark.parametrize("text", MEANINGS)
def test_what_a_formula_means(text: str) -> None:
    assert expression(text)() == pytest.approx(MEANINGS[text], rel=1e-15)


SAMPLES = ["a + b*2 - a/b", "a**2 + b**a", "a if a > b else 3*b", "exp(-a)*sin(b) + sqrt(b)", "a < b", "(a > 0.5) * b", "max(a, b, 1)", "a*a*b and b",
           "not a > b", "relu(a - b) + 0.1*pi", "1/(a + b)", "a or b"]


@pytest.mark.parametrize("text", SAMPLES)
@given(a=st.floats(0.1, 3.0), b=st.floats(0.1, 3.0))
def test_a_formula_is_the_same_on_every_kind_of_number(text: str, a: float, b: float) -> None:
    f = expression(text)
    point: dict[str, float] = {name: x for name, x in (("a", a), ("b", b)) if name in f.names}
    plain = f(**point)
    assert f(**{name: Value(x) for name, x in point.items()}).data == pytest.approx(plain, rel=1e-14)
    exact = f(**{name: referee().number(x) for name, x in point.items()})
    assert float(str(exact * referee().number(1))) == pytest.approx(float(plain), rel=1e-12)
    assert list(f(**{name: np.array([x, x]) for name, x in point.items()})) == pytest.approx([float(plain)] * 2, rel=1e-12)


def test_a_number_in_the_text_is_exact_for_the_referee() -> None:
    m = referee()
    assert expression("0.1*x")(m.number(10)) == 1
    assert expression("0.1*x")(m.number(1)) == m.number(Fraction(1, 10))
    assert expression("1e-30 + x")(m.number(0)) == m.number(Fraction(1, 10 ** 30))
    assert expression("0.0e99999999 + x")(m.number(2)) == 2


def test_a_conditional_is_recorded_so_that_a_replay_decides_again() -> None:
    x = Value(-2.0, name="x")
    y = expression("x if x > 0 else 0.01*x")(x)
    assert (y.data, gradient(y, x)) == (-0.02, 0.01)
    m = referee()
    order = topological_order(y)
    assert replay(m, order, {x: m.number(3)})[y] == 3


def test_a_branch_without_a_value_is_left_out() -> None:
    x = Value(-2.0)
    assert expression("log(x) if x > 0 else x*x")(x).data == 4.0
    assert expression("x > 0 and log(x) > 1")(x) == 0.0
    assert expression("x < 0 or log(x) > 1")(x) == 1.0
    assert expression("1/x if x != 0 else 0*x")(Value(0.0)).data == 0.0
    with pytest.raises(DomainError):
        expression("log(x) if x < 0 else 1")(x)


def test_steps_name_their_nodes() -> None:
    f = expression("c = a + b; d = b + 1\ne = c*d")
    e = f(Value(2.0), Value(1.0))
    assert (f.output, e.name, [p.name for p in e.parents], e.data) == ("e", "e", ["c", "d"], 6.0)


def test_more_forms() -> None:
    assert expression("softmax(x, 1)[-1]")(1.0) == 0.5
    for terms in (900, 3000, 20_000):                                # beyond what the usual stack allows
        assert expression("+".join(["x"] * terms))(1.0) == terms
    assert expression("(x # \u2028   0.75\n + 0.25)")(1.0) == 1.25
    assert expression("(x \x0c + 0.1)")(1.0) == 1.1
    assert expression("dot(w, w)")((1.0, 2.0)) == 5.0
    assert expression("w[1]*w[0]")([2.0, 3.0]) == 6.0
    mine = Value(1.0) * 2
    assert expression("e = a")(mine) is mine
    assert mine.name is None
    for stranger in (1j, None, "a", [None]):
        with pytest.raises(AutogradError):
            expression("x + 1")(stranger)
    with pytest.raises(AutogradError):
        expression("x if x > 0 else exp(x, x)")(Value(1.0))


REFUSED = {
    "#": "empty", "0." + "1" * 5000: "too many digits",
    "": "empty", "   ": "empty", "a +": "cannot be read at column", "(a": "cannot be read", "tahn(x)": "did you mean tanh", "sigmod(x)": "did you mean sigmoid", "a(b)": r"a product is written a\*",
    "np.exp(x)": r"write exp\(x\), not np\.exp\(x\)", "math.pi": "names with a dot", "exp": r"write exp\(x\)", "where": r"write where\(x\)", "a = a + 1": "already in use",
    "c = a; c = b; c": "already in use", "pi = 3": "already in use", "import os": "a formula must be an expression", "x; y": "a formula must be an expression",
    "__import__('os')": "unknown function __import__", "().__class__": "names with a dot", "lambda: 1": "lambda has no place",
    "[i async for i in y]": "cannot be read|needs one variable", "x[" + "1+" * 900 + "1]": "more than 20 terms", "[x for x, z in y]": "needs one variable", "[x for i in range(a)]": "whole numbers",
    "f'{a}'": "has no place", "a << b": "<< has no place", "~a": "~ has no place", "lg(x)": "did you mean log10",
    "sin x": r"write sin\(x\)", "a is b": "Compare",
    "a in b": "Compare", "(a := 3)": "NamedExpr", "*a, b": "Starred", "exp(*a)": "one by one", "exp(**a)": "one by one", "{1: 2}": "Dict", "'a'": "is not a number",
    "None": "is not a number", "True": "is not a number", "1e999": "too large", "1e-9999": "too small", "x['a']": "Subscript", "x[a]": "Subscript",
    "a.b.c": "names with a dot", "1" * 5000: "cannot be read", "await a": "cannot be read|has no place", "yield": "a formula must|has no place", "a if b": "cannot be read",
    "-" * 100_000 + "a": "nested too deeply", "(" * 5000 + "a" + ")" * 5000: "cannot be read|nested", "a == b = c": "cannot be read", "'" + "x" * 10: "cannot be read", "\x00": "cannot be read"}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_what_is_refused_and_why(text: str) -> None:
    with pytest.raises(FormulaError, match=REFUSED[text]):
        expression(text)


def test_a_formula_is_a_string() -> None:
    with pytest.raises(OperandError, match="a formula must be a string, got the int 3"):
        expression(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "error", "message"), [
    ("1/0", DivisionError, "a divisor other than 0"), ("log(0-1)", DomainError, "x > 0"), ("9**9**9**9", RangeError, "overflows"), ("(0-8)**0.5", DomainError, "x >= 0"),
    ("softmax(1, 2)[5]", FormulaError, r"no element \[5\]"), ("exp(1, 2)", FormulaError, "wrong arguments"), ("exp(y=1)", FormulaError, "wrong arguments"),
    ("[1, 2] + [3]", FormulaError, "do not go together"), ("2 @ 3", FormulaError, "vectors and matrices"), ("[[1, 2]] @ [3]", FormulaError, "is one transposed"), ("[1] if 1 > 0 else [2]", FormulaError, "a list cannot"), ("1 if [1] else 2", FormulaError, "a list cannot"), ("max()", FormulaError, "wrong arguments"), ("sum(i for i in range(100000))", FormulaError, "more than 10,000"),
    ("where(1, 2)", FormulaError, "wrong arguments"), ("clamp(1, 2, 1)", InputError, "min <= max")])
def test_what_fails_when_it_is_computed(text: str, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        expression(text)()


def test_arguments_that_do_not_fit() -> None:
    f = expression("alpha + beta")
    for args, named, message in (((), {}, "needs a value for alpha, beta"), ((1, 2, 3), {}, "takes 2 arguments, got 3"),
                                 ((1,), {"alpha": 2}, "alpha was given twice"), ((1,), {"bata": 2}, "did you mean beta")):
        with pytest.raises(InputError, match=message):
            f(*args, **named)


def test_a_deeply_nested_formula_is_an_error_and_not_a_crash() -> None:
    text = "x"
    for _ in range(30):
        text = f"({text})*2 + 1"
    assert expression(text)(0.0) == 2.0 ** 30 - 1
    with pytest.raises(FormulaError, match=r"nested|cannot be read|recursion"):
        expression("-" * 3000 + "x")(1.0)


@given(st.text(max_size=30))
def test_any_text_is_a_formula_or_a_formula_error(text: str) -> None:
    try:
        f: Any = expression(text)
    except FormulaError:
        return
    with contextlib.suppress(AutogradError):
        f(*[0.5] * len(f.names))


@pytest.mark.parametrize(("text", "hint"), [("(a+b*(b+1)", "a ) is missing"), ("x[0", "a ] is missing"), ("lambda*x", "lambda is a word of Python's own"), ("x y", "write x*y, not x y"), ("sin x", "write sin(x), not sin x")])
def test_what_cannot_be_read_says_what_to_write(text: str, hint: str) -> None:
    with pytest.raises(FormulaError, match=re.escape(hint)):
        expression(text)
