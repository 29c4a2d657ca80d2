"""What comes from elsewhere: LaTeX and SymPy's expressions become formulas, and functions of PyTorch's tensors get tensors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ..errors import FormulaError
from ..expressions import Expression, from_latex, from_sympy, is_latex, is_sympy, line_from_latex


def formula_of(f: Any) -> Any:
    """f, with LaTeX or an expression of SymPy as a formula in text; a vector becomes a list."""
    if is_sympy(f):
        return Expression(_listed(_tidied(from_sympy(f))), order=sorted([from_sympy(name) for name in f.free_symbols]))
    return _tidied(from_latex(f)) if isinstance(f, str) and is_latex(f) else f


def _listed(text: Any) -> str:
    return text if isinstance(text, str) else f"[{', '.join([_listed(item) for item in text])}]"


def _tidied(text: Any, known: Sequence[str] = ()) -> Any:
    """A formula, or lists of them, without needless parentheses, where that can be done; of "left = right" the right side."""
    if isinstance(text, list):
        return [_tidied(item, known) for item in text]
    left, equals, right = text.rpartition(" = ")
    tree = Expression(right, known).tree
    return text if tree is None else f"{left}{equals}{tree}"


def claims_of(claims: Any, known: Sequence[str]) -> Any:
    """Claims, with LaTeX and SymPy's expressions in text. `known` are the names that they may use."""
    if is_sympy(claims):
        return _tidied(from_sympy(claims, known), known)
    if isinstance(claims, str) and is_latex(claims):
        try:
            return _tidied(line_from_latex(claims, known), known)
        except FormulaError:                                         # the reader of claims will say so of this one alone
            return claims
    if isinstance(claims, Mapping):
        return {_key(key, known): claims_of(item, known) for key, item in claims.items()}
    if type(claims) in (list, tuple):
        return type(claims)([claims_of(item, known) for item in claims])
    return claims


def _key(key: Any, known: Sequence[str]) -> Any:
    if is_sympy(key):
        return from_sympy(key, known)
    if isinstance(key, str) and (is_latex(key) or "{" in key):
        return line_from_latex(f"{key} = 0", known).rpartition(" = ")[0]
    return key


# Tensors -----------------------------------------------------------------------------------------------------------------------

class InFloats:
    """A function of floats, or of PyTorch's tensors, which it then gets in their place; its result is floats and lists."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._takes_tensors = False

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """What the function returns. Raises what it raises on floats, unless it wants tensors."""
        if not self._takes_tensors:
            try:
                return self._function(*arguments, **named)
            except (TypeError, AttributeError) as error:
                said = str(error)
                if "torch" not in sys.modules or ("Tensor" not in said and "has no attribute" not in said):
                    raise
                self._takes_tensors = True
        import torch

        tensor = partial(torch.tensor, dtype=torch.float64)
        return _from_tensors(self._function(*map(tensor, arguments), **{name: tensor(x) for name, x in named.items()}))


def _from_tensors(x: Any) -> Any:
    """Tensors, in any structure, as floats and lists."""
    if type(x).__module__.partition(".")[0] == "torch":
        return x.detach().tolist()
    if isinstance(x, Mapping):
        return {key: _from_tensors(item) for key, item in x.items()}
    if type(x) in (list, tuple):
        return type(x)([_from_tensors(item) for item in x])
    return x
