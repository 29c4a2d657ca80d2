"""How large the lists of a formula must be, as far as its subscripts tell: x[i] for i in range(3) needs three numbers."""

from __future__ import annotations

import ast
import contextlib
import itertools
import re

from ..errors import FormulaError
from .notation import in_python
from .reader import FUNCTIONS, LOOPS, MOST_ELEMENTS, whole

Places = dict[str, set[tuple[int, ...]]]


def subscripts_of(text: str) -> Places:
    """The elements that the comprehensions of a formula or a claim take, and those that lists beside a vector must have: by name,
    {"x": {(0,), (1,), (2,)}}. What cannot be read tells nothing."""
    found: Places = {}
    if " for " not in text and "[" not in text:
        return found
    for part in re.split(r"(?<![<>=!~])=(?!=)|[;\n≈]", text):
        try:
            tree = ast.parse(in_python(part, frozenset(FUNCTIONS)), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError, FormulaError):
            continue
        with contextlib.suppress(RecursionError):                    # what nests so deeply tells nothing
            _walk(tree.body, {}, found)
    return found


def _walk(node: ast.AST, given: dict[str, int], found: Places) -> None:
    if isinstance(node, LOOPS):
        for values in runs(node, given):
            _walk(node.elt, values, found)
        return
    if isinstance(node, ast.Subscript):
        _subscript(node, given, found)
        while isinstance(node, ast.Subscript):
            node = node.value
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, ast.Name) and isinstance(other, ast.List) and other.elts:  # p - [0, 1, 0]
                found.setdefault(one.id, set()).add((len(other.elts) - 1,))
    for child in ast.iter_child_nodes(node):
        _walk(child, given, found)


def runs(node: ast.ListComp | ast.GeneratorExp, given: dict[str, int]) -> list[dict[str, int]]:
    """The values of the variables of a comprehension over ranges of numbers; nothing if a range depends on a list."""
    ranges = []
    for part in node.generators:
        call = part.iter
        if not (isinstance(part.target, ast.Name) and isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
                and call.func.id == "range" and all([isinstance(x, ast.Constant) and type(x.value) is int for x in call.args])):
            return []
        numbers = range(*[int(x.value) for x in call.args if isinstance(x, ast.Constant) and isinstance(x.value, int)][:3])
        ranges.append([(part.target.id, k) for k in numbers[:MOST_ELEMENTS]])
    return [{**given, **dict(pairs)} for pairs in itertools.islice(itertools.product(*ranges), MOST_ELEMENTS)]


def _subscript(node: ast.Subscript, given: dict[str, int], found: Places) -> None:
    """Note the element that w[i][j + 1] is."""
    places: list[int] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Subscript):
        try:
            places.append(whole(inner.slice, given, lambda x: []))
        except (KeyError, AssertionError, ValueError):
            return
        inner = inner.value
    if isinstance(inner, ast.Name) and min(places) >= 0:
        found.setdefault(inner.id, set()).add(tuple(reversed(places)))
