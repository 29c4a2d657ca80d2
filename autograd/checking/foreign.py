"""What comes from elsewhere: LaTeX and SymPy's expressions become formulas, and functions of PyTorch's tensors get tensors."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..errors import FormulaError
from ..expressions import Expression, from_latex, from_sympy, is_latex, is_sympy, line_from_latex


def formula_of(f: Any) -> Any:
    """f, with LaTeX or an expression of SymPy as a formula in text; a vector becomes a list."""
    if is_sympy(f):
        return Expression(_listed(from_sympy(f)), order=sorted([from_sympy(name) for name in f.free_symbols]))
    return from_latex(f) if isinstance(f, str) and is_latex(f) else f


def _listed(text: Any) -> str:
    return text if isinstance(text, str) else f"[{', '.join([_listed(item) for item in text])}]"


def claims_of(claims: Any, known: Iterable[str]) -> Any:
    """Claims, with LaTeX and SymPy's expressions in text. `known` are the names that they may use."""
    known = list(known)
    if is_sympy(claims):
        return from_sympy(claims, known)
    if isinstance(claims, str) and is_latex(claims):
        try:
            return line_from_latex(claims, known)
        except FormulaError:                                         # the reader of claims will say so of this one alone
            return claims
    if isinstance(claims, Mapping):
        return {_key(key, known): claims_of(item, known) for key, item in claims.items()}
    if type(claims) in (list, tuple):
        return type(claims)([claims_of(item, known) for item in claims])
    return claims


def _key(key: Any, known: list[str]) -> Any:
    if is_sympy(key):
        return from_sympy(key, known)
    if isinstance(key, str) and (is_latex(key) or "{" in key):
        return line_from_latex(f"{key} = 0", known).rpartition(" = ")[0]
    return key


# Tensors -----------------------------------------------------------------------------------------------------------------------

def wants_tensors(error: BaseException) -> bool:
    """Whether an error may come from a function of PyTorch's tensors that was given floats."""
    said = str(error)
    return "torch" in sys.modules and isinstance(error, (TypeError, AttributeError)) and (
        "Tensor" in said or "has no attribute" in said)


def with_tensors(function: Callable[..., Any], arguments: Iterable[Any]) -> Any:
    """What a function of tensors returns for floats and lists of them, as floats and lists."""
    import torch

    result = function(*[torch.tensor(x, dtype=torch.float64) for x in arguments])
    return from_tensors(result)


def from_tensors(x: Any) -> Any:
    """Tensors, in any structure, as floats and lists."""
    if hasattr(x, "detach") and type(x).__module__.partition(".")[0] == "torch":
        return x.detach().tolist()
    if isinstance(x, Mapping):
        return {key: from_tensors(item) for key, item in x.items()}
    if type(x) in (list, tuple):
        return type(x)([from_tensors(item) for item in x])
    return x
