"""Claims in LaTeX, in SymPy's expressions, and functions of NumPy, SciPy and PyTorch."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import sympy
from scipy import special

from autograd import expression, verify
from autograd.checking.foreign import claims_of, formula_of
from autograd.errors import FormulaError, InputError, MissingExtraError
from autograd.expressions import from_latex

READ = {
    r"\log(1+e^{x})": "log(1 + exp(x))", r"\frac{1}{1+e^{-x}}": "1/(1 + exp(-x))", r"\sum_{i=1}^{3} x_{i}^2": "x_1**2 + x_2**2 + x_3**2", r"\sigma(z)(1-\sigma(z))": "sigmoid(z)*(1 - sigmoid(z))",
    r"2xy\cdot 3": "2*x*y*3", r"\left|x\right| + |y|": "abs(x) + abs(y)", r"1e-3 \cdot x": "0.001*x", r"\mathrm{net} x + \text{loss}^2": "net*x + loss**2", r"\mathcal{L} x": "L*x", r"e^{T} + T": "exp(T) + T", r"\hat{y} - y": "y_hat - y", r"\mathrm{relu}(x)": "relu(x)", r"\operatorname{softplus}(x) - \text{tanh}(x)": "softplus(x) - tanh(x)",
    r"-\frac{1}{2}\left(\frac{x-\mu}{\sigma}\right)^2 - \ln\sigma": "-((x - mu)/sigma)**2/2 - log(sigma)", r"\frac{x}{\sqrt{2\pi}}": "x/sqrt(2*pi)", r"e^{-\lambda x}": "exp(-λ*x)", r"\sin^2 x + \cos^{2}(x)": "sin(x)**2 + cos(x)**2",
    r"\max(0, x)": "max([0, x])", r"a^{1/2}": "sqrt(a)", r"\log_{10} x": "log(x)/log(10)", r"\mathbf{w}_1 x": "w_1*x", r"\frac{1}{N}\sum_{i=1}^{2}(\hat y_i - w x_i)^2": "((y_hat_1 - w*x_1)**2 + (y_hat_2 - w*x_2)**2)/N",
    r"x\,(1-x)": "x*(1 - x)", r"L = \frac{1}{2}(a-y)^2": "L = (a - y)**2/2", r"\displaystyle \exp\left(-\frac{x^2}{2}\right),": "exp(-x**2/2)"}


@pytest.mark.parametrize("text", READ)
def test_latex_is_read_as_it_is_meant(text: str) -> None:
    assert formula_of(text) == READ[text]
    f = expression(text)
    assert isinstance(f(**{name: 0.3 + 0.1 * k for k, name in enumerate(f.names)}), float)


@pytest.mark.parametrize(("line", "plain"), [
    (r"\frac{\partial L}{\partial w} = x", "∂L/∂w = x"), (r"\frac{\partial^2 f}{\partial x \partial y} = 2x", "∂²f/∂x∂y = 2*x"), (r"\dfrac{\partial^{2} f}{\partial x^{2}} = 2", "∂²f/∂x² = 2"), (r"\frac{d}{dx} f = 2x", "∂f/∂x = 2*x"),
    (r"\partial f/\partial x_1 = x_2", "∂f/∂x_1 = x_2"), (r"\frac{\partial L}{\partial \hat{y}} = \hat y - y", "∂L/∂y_hat = y_hat - y"), (r"\frac{\mathrm{d} f}{\mathrm{d} x} = \sum_{k=1}^{2} k x", "∂f/∂x = x + 2*x")])
def test_derivatives_in_latex(line: str, plain: str) -> None:
    assert claims_of(line, ["x_1", "x_2"]) == plain


@pytest.mark.parametrize(("text", "message"), [(r"\frac{1}{", "cannot be read"), (r"\sum_{i=1}^{n} x_i", "must be numbers"), (r"\sum_{i=1}^{1000} x_i", "too long"), (r"\int x", "not understood"), (r"\|x\|", "norm"), (r"\mathbf{w}^T \mathbf{x}", "transpose"), (r"w^{\top} x", "transpose"), (r"\sigma^2(z)", "two ways"), (r"\operatorname{gudermann}(x)", "unknown function gudermann"), (r"\lim_{x \to 0} x", "not understood")])
def test_latex_that_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        from_latex(text)


def test_without_sympy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sympy.parsing.latex", None)
    with pytest.raises(MissingExtraError, match=r"scalar-autograd\[sympy\]"):
        verify(r"\frac{1}{x}", {"x": "-1/x**2"})


def test_a_derivation_pasted_from_a_paper() -> None:
    f = r"L = \frac{1}{2}\sum_{i=1}^{3} (y_i - w x_i)^2"
    assert verify(f, [r"\frac{\partial L}{\partial w} = -\sum_{i=1}^{3} x_i (y_i - w x_i)", r"\frac{\partial L}{\partial x_1} = -w(y_1 - w x_1)"])
    report = verify(f, {"w": r"\sum_{i=1}^{3} x_i (y_i - w x_i)"})
    assert report.verdict == "wrong"
    assert verify(r"\log(1+e^{x})", r"\frac{1}{1+e^{-x}}")
    assert verify("w[0]*x + w[1]", {"w[0]": r"x"})
    assert verify("theta*x**2", {r"\theta": r"x^{2}", "x": r"2\theta x"})
    report = verify("x*y", {"x": r"\frac{y}{", "y": "x"})
    assert [finding.verdict for finding in report.findings] == ["not read", "right"]


def test_expressions_and_matrices_of_sympy() -> None:
    x, y = sympy.symbols("x y")
    f = x ** 3 * sympy.sin(y) + sympy.exp(x * y) / 2
    assert verify(f, {"x": sympy.diff(f, x), y: sympy.diff(f, y)})
    assert not verify(f, {"x": sympy.diff(f, y)})
    assert verify(f, hessian=sympy.hessian(f, (x, y)))
    system = sympy.Matrix([x * y, x + y ** 2])
    assert verify(system, system.jacobian([x, y]))
    assert not verify(system, system.jacobian([x, y]).T)
    assert verify(sympy.Piecewise((x ** 2, x > 0), (sympy.Integer(0), True)), {"x": sympy.Piecewise((2 * x, x > 0), (0, True))})
    assert verify(sympy.Abs(x) + sympy.Max(x, y) + sympy.Heaviside(y) * 0, {"x": "sign(x) + (1 if x > y else 0)"})
    assert verify("x**2", {"x": 2 * x})
    for strange in (sympy.Integral(x, x), sympy.Function("g")(x) * x, sympy.Eq(y, x ** 2), x > y, sympy.Symbol("x_1") * sympy.Symbol("x_{1}")):
        with pytest.raises((FormulaError, InputError)):
            verify(strange, {"x": "1"})


# NumPy and SciPy ---------------------------------------------------------------------------------------------------------------

def test_functions_of_scipy_are_tried_in_floats() -> None:
    assert verify(lambda x: special.expit(x) ** 2, {"x": "2*sigmoid(x)**2*(1 - sigmoid(x))"})
    assert verify(lambda x, y: special.xlogy(x, y), {"y": "x/y", "x": "log(y)"}, domain={"x": (0.1, 2), "y": (0.1, 2)})
    assert verify(lambda z: special.logsumexp(z), {"z": lambda z: special.softmax(z)}, domain={"z": [(-2, 2)] * 3})
    assert not verify(lambda z: special.logsumexp(z), {"z": lambda z: special.expit(z)}, domain={"z": [(-2, 2)] * 3})
    assert not verify(lambda x: special.expit(x), {"x": "sigmoid(x)**2"})


def test_functions_of_numpy() -> None:
    points = [(np.array([0.1, 0.2]),), (np.array([0.3, -0.2]),)]
    assert verify(lambda x: np.sum(np.tanh(x) ** 2), {"x": lambda x: 2 * np.tanh(x) * (1 - np.tanh(x) ** 2)}, points=points)
    assert not verify(lambda x: np.sum(np.tanh(x) ** 2), {"x": lambda x: 2 * np.tanh(x) * (1 - np.tanh(x))}, points=points)


@pytest.mark.torch
def test_functions_of_tensors() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")

    def f(w: Any, x: Any) -> Any:
        return torch.sigmoid(w * x) ** 2

    def slope(w: Any, x: Any) -> Any:
        s = torch.sigmoid(w * x)
        return 2 * s * s * (1 - s) * x

    assert verify(f, {"w": slope, "x": "2*sigmoid(w*x)**2*(1 - sigmoid(w*x))*w"})
    assert not verify(f, {"w": lambda w, x: torch.sigmoid(w * x) * x})
    assert verify(lambda z: torch.logsumexp(z, 0), {"z": lambda z: torch.softmax(z, 0)}, domain={"z": [(-2, 2)] * 3})
