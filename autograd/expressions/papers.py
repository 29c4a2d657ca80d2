"""LaTeX and SymPy's expressions as formulas that read well: without needless parentheses."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from . import latex
from .formula import Expression


def _tidied(text: str, known: Iterable[str]) -> str:
    """The formula without needless parentheses, if it can be written so."""
    tree = Expression(text, known).tree
    return text if tree is None else str(tree)


def from_latex(text: str, known: Iterable[str] = ()) -> str:
    r"""A formula in LaTeX as one in text: r"\frac{1}{1+e^{-x}}" is "1/(1 + exp(-x))". `known` are the names that may occur.

    Raises FormulaError if it cannot be read, MissingExtraError if SymPy is missing.
    """
    return latex.from_latex(text, known, partial(_tidied, known=known))


def from_sympy(x: Any, known: Iterable[str] = ()) -> Any:
    """SymPy's expression as a formula in text; its matrix as a list of rows of them, or as a list if it is a vector."""
    return latex.from_sympy(x, known, partial(_tidied, known=known))


def line_from_latex(line: str, known: Iterable[str]) -> str:
    r"""A claim in LaTeX as one in text: r"\frac{\partial L}{\partial w} = x" is "∂L/∂w = x"."""
    return latex.line_from_latex(line, known, partial(_tidied, known=known))
