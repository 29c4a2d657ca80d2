"""explain: the derivation in text, Markdown and LaTeX; its numbers are those of the sweep."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, explain, expression, gradient, verify
from autograd.arithmetic.text import LATEX, LatexText
from autograd.errors import FormulaError, InputError, OperandError

from .strategies import Recipe, recipes


def textbook() -> tuple[Value, Value, Value]:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    c.name, d.name = "c", "d"
    e = c * d
    e.name = "e"
    return a, b, e


def test_the_textbook_derivation() -> None:
    _, b, e = textbook()
    explanation = explain(e, b)
    assert (explanation.value, explanation.paths) == (5.0, 2)
    assert str(explanation) == """\
∂e/∂b at a = 2, b = 1
where c = a + b = 3, d = b + 1 = 2, e = c × d = 6

2 paths lead from b to e:
  b → c → e: ∂e/∂c · ∂c/∂b = 2 × 1 = 2
  b → d → e: ∂e/∂d · ∂d/∂b = 3 × 1 = 3

∂e/∂d = c = 3
∂e/∂c = d = 2
∂e/∂b = ∂e/∂c · ∂c/∂b + ∂e/∂d · ∂d/∂b
      = ∂e/∂c · 1 + ∂e/∂d · 1
      = d + c
      = 2 × 1 + 3 × 1
      = 5"""
    assert repr(explanation) == "<Explanation: ∂e/∂b = 5>"


def test_by_name_and_of_what_is_not_below() -> None:
    a, b, e = textbook()
    assert explain(e, "a").value == 2.0
    assert str(explain(e, e)).endswith("∂e/∂e = 1")
    nothing = explain(a, b)
    assert (nothing.value, nothing.paths) == (0.0, 0)
    assert "No path leads from b to a." in str(nothing)
    with pytest.raises(InputError, match="no value called q"):
        explain(e, "q")
    with pytest.raises(OperandError, match="takes a Value"):
        explain(3.0, b)  # type: ignore[arg-type]
    with pytest.raises(OperandError, match="wrt must be a Value or its name"):
        explain(e, 3.0)  # type: ignore[arg-type]


def test_latex_and_markdown() -> None:
    _, b, e = textbook()
    latex = explain(e, b).to_latex()
    assert latex.startswith("\\begin{align*}\nc &= a + b = 3 \\\\\nd &= b + 1 = 2 \\\\\ne &= c \\cdot d = 6 \\\\\n\\frac{\\partial e}{\\partial d} &= c = 3 \\\\\n")
    assert latex.count("\\begin") == latex.count("\\end")
    assert latex.count("{") == latex.count("}")
    markdown = explain(e, b)._repr_markdown_()
    assert "**∂e/∂b at a = 2, b = 1**" in markdown
    assert "- $b \\to c \\to e:\\quad \\frac{\\partial e}{\\partial c} \\cdot \\frac{\\partial c}{\\partial b} = 2 \\cdot 1 = 2$" in markdown
    assert explain(e, b)._repr_latex_().startswith("$$")


@pytest.mark.parametrize(("name", "latex"), [("x", "x"), ("w[0][1]", "w_{0,1}"), ("w5", "w_{5}"), ("v₁", "v_{1}"), ("alpha", "\\alpha"), ("loss", "\\mathrm{loss}"), ("lam_2", "\\mathrm{lam}_{2}"), ("net_in", "\\mathrm{net}_{\\mathrm{in}}")])
def test_names_in_latex(name: str, latex: str) -> None:
    assert str(LatexText.named(name)) == latex


def test_formulas_in_latex() -> None:
    x = Value(0.5, name="x")
    for y, part in ((ag.exp(-x), r"\exp\left(-x\right)"), (1 / (1 + x), r"\frac{1}{1 + x}"), (x ** 3, "x^{3}"), (ag.sqrt(x), r"\sqrt{x}"), (abs(x), r"\left|x\right|"), ((x + 1) ** 2, r"\left(x + 1\right)^{2}"), (x * 1e-7, r"x \cdot 10^{-7}"),
                    (ag.tanh(x), r"\tanh\left(x\right)"), (ag.leaky_relu(x), r"\operatorname{leaky\_relu}"), (ag.where(x > 0, x, 0.0), r"\begin{cases}"), (ag.log(x), r"\ln\left(x\right)"), (2 ** x, "2^{x}")):
        assert part in explain(y, x).to_markdown(), part
    with pytest.raises(AttributeError):
        LATEX.cossh


def test_no_equation_says_what_is_false() -> None:
    """Where the output takes a value twice, or directly and by way of another, no ∂f/∂x stands for an operand's share."""
    x = Value(0.5, name="x")
    c = x + 1
    c.name = "c"
    assert "∂f/∂c = 2 × c = 3" in str(explain(c * c, x))
    assert "∂f/∂x = 1/x + (-f/x)" in str(explain(x / x, x))
    assert "∂f/∂x = ∂f/∂(x + 1) · 1 + 0.316228" in str(explain(ag.hypot(x, x + 1), x))
    assert str(explain((x * 2 - 1) ** 3, x)).endswith("= 0 × 2\n      = 0")
    two = x + Value(1.0, name="x")
    with pytest.raises(InputError, match="several values are called x"):
        explain(two, "x")


def test_names_cannot_break_latex() -> None:
    for name in ("100%", "x#1", "a&b", "{", "^", "~", "\\"):
        latex = explain(Value(1.0, name=name) * 2, name).to_latex()
        assert re.search(r"(?<!\\)[%#&]", latex.replace("&=", "")) is None


def test_many_paths_are_summed_node_by_node_and_never_listed() -> None:
    x = Value(0.5, name="x")
    y = x
    for _ in range(60):
        y = y * y / 2 + x
    explanation = explain(y, x)
    assert explanation.paths > 2 ** 60
    assert "paths lead from x" in str(explanation)
    assert len(str(explanation).splitlines()) < 1200
    total = ag.sum([x * k for k in range(1, 20)])
    assert " … + " in str(explain(total, x)).replace("+ … +", " … + ")


@settings(max_examples=60, deadline=None)
@given(recipes(), st.data())
def test_the_last_number_is_the_gradient(recipe: Recipe, data: st.DataObject) -> None:
    leaves, output = recipe.build()
    x = data.draw(st.sampled_from(leaves))
    explanation = explain(output, x)
    assert explanation.value == pytest.approx(gradient(output, x), rel=1e-12, abs=1e-300)
    last = str(explanation).splitlines()[-1].rpartition("= ")[2]
    assert float(last) == pytest.approx(explanation.value, rel=2e-5, abs=1e-300)
    assert not re.search(r"sech_squared|[a-z]_slope|_gap|_derivative|excess", str(explanation))


# Named steps -------------------------------------------------------------------------------------------------------------------

NEURON = "net = w*x + b; a = sigmoid(net); E = (a - y)**2/2"


def test_only_named_steps_are_steps_and_the_last_line_is_a_closed_form() -> None:
    text = str(explain(NEURON, "w", at={"w": 1, "x": 2, "b": 3, "y": 4}))
    assert [line.partition(" = ")[0] for line in text.splitlines() if line.startswith("∂E/")][1:] == ["∂E/∂a", "∂E/∂net", "∂E/∂w"]
    assert "= ∂E/∂a · (a × (1 - a))" in text
    assert "= (a - y) × a × (1 - a) × x\n" in text
    assert " · 1" not in text
    assert explain(NEURON, "w", at={"w": 1, "x": 2, "b": 3, "y": 4}).value == pytest.approx(-0.0399773, rel=1e-5)


@pytest.mark.parametrize(("formula", "by"), [
    (NEURON, "w"), (NEURON, "b"), ("c = a + b; d = b + 1; e = c*d", "b"), ("h1 = tanh(w*x); h2 = tanh(v*h1); L = (h2 - y)**2 + 0.1*w**2", "w"), ("p = x*y; q = p + x; r = q/p", "x"),
    ("s = sqrt(x**2 + y**2); t = log(s)*s", "x"), ("u = x**3; v = exp(-u/2)*u", "x"), ("m = mean([x, y, 3*x]); f = (x - m)**2 + m*x", "x")])
def test_the_closed_form_is_the_derivative(formula: str, by: str) -> None:
    """Every equation's last formula is right by our own checker, at many points."""
    explanation = explain(formula, by)
    lines = str(explanation).splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith(f"∂{lines[0].partition('∂')[2].partition('/')[0]}/∂{by} = "))
    closed = [line.strip().removeprefix("= ") for line in lines[start:]][-3] if len(lines) - start > 3 else lines[start].partition(" = ")[2].partition(" = ")[0]
    report = verify(formula, {by: closed}, domain=dict.fromkeys(expression(formula).names, (0.2, 2)))
    assert report, (closed, str(report))


def test_a_formula_with_lists_without_a_point_and_with_names() -> None:
    assert explain("z[0]*z[1]", "z[0]", at={"z[0]": 2, "z[1]": 3}).value == 3.0
    assert explain("sum(z)", "z[1]", at={"z": [1, 2]}).value == 1.0
    assert explain("x**2").value == 2.0
    a, b = Value(2.0), Value(1.0)
    c = a + b
    e = c * (b + 1)
    assert "∂e/∂c · 1" in str(explain(e, "b", names={"a": a, "b": b, "c": c, "e": e}))
    for wrong, at, error, message in (("x*y", None, InputError, "by which value"), ("[x, x]", None, InputError, "2 results"), ("2", None, FormulaError, "depends on nothing"), ("x", {"q": 1}, InputError, "does not occur")):
        with pytest.raises(error, match=message):
            explain(wrong, None, at=at)


def test_a_relu_on_the_way_is_told_node_by_node() -> None:
    text = str(explain("h = relu(w*x); E = h**2", "w", at={"w": 1, "x": 2}))
    assert "∂E/∂(w × x)" in text
    assert text.endswith("= 8")
