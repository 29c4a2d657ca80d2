"""Vectors and small matrices in formulas: lists of numbers, and lists of lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import FormulaError


def elementwise(f: Callable[..., Any], *xs: Any) -> Any:
    """f of numbers, or of each of the elements of lists. A number, or a row beside a matrix, goes with every element."""
    levels = [_depth(x) for x in xs]
    deepest = max(levels)
    if deepest == 0:
        return f(*xs)
    lists = [x for x, level in zip(xs, levels) if level == deepest]
    lengths = {len(x) for x in lists}
    if len(lengths) > 1:
        raise FormulaError(f"lists of {' and '.join(map(str, sorted(lengths)))} elements do not go together, element by element")
    return [elementwise(f, *[x[k] if level == deepest else x for x, level in zip(xs, levels)]) for k in range(lengths.pop())]


def matmul(a: Any, b: Any, dot: Callable[[list[Any], list[Any]], Any]) -> Any:
    """The product of two vectors, of a matrix and a vector, or of two matrices."""
    if not (_depth(a) in (1, 2) and _depth(b) in (1, 2)):
        raise FormulaError("@ multiplies vectors and matrices; a number times a vector is written with *")
    columns = b if _depth(b) == 1 else transposed(b)
    inner, outer = len(a if _depth(a) == 1 else a[0]), len(b)
    if inner != outer:
        raise FormulaError(f"the sizes {_size(a)} and {_size(b)} do not go together in a product with @: is one transposed?")
    if _depth(a) == 1:
        return dot(a, b) if _depth(b) == 1 else [dot(a, column) for column in columns]
    return [dot(row, b) if _depth(b) == 1 else [dot(row, column) for column in columns] for row in a]


def transposed(x: Any) -> Any:
    """A matrix with rows and columns exchanged; a vector remains as it is."""
    if _depth(x) > 2 or not isinstance(x, list):
        raise FormulaError(".T transposes vectors and matrices")
    return x if _depth(x) == 1 else [list(column) for column in zip(*x)]


def _depth(x: Any) -> int:
    return 1 + _depth(x[0]) if isinstance(x, list) and x else int(isinstance(x, list))


def _size(x: Any) -> str:
    return f"{len(x)} x {len(x[0])}" if _depth(x) == 2 else str(len(x))
