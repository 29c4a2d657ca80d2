"""Formulas as small trees that can be changed: sums, products and calls, with a - b as a + (-b) and a/b as a · (1/b).

A tree is computed in floats or on Values, and printed as one would write it. It is for looking at what is nearly a formula: what
someone may have meant instead.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..arithmetic.dispatch import arithmetic_of
from ..engine import Value
from ..text import SUPERSCRIPTS
from .evaluation import slope_of
from .notation import PRIME
from .reader import CONSTANTS, FUNCTIONS, LOOPS, OF_ONE_ITERABLE, Steps, whole
from .shapes import runs

ADD, MUL, POW, NEG, INV, NAME, NUMBER, CALL = "add", "mul", "pow", "neg", "inv", "name", "number", "call"
LIST, SUM, PRODUCT, SIGNED, POWER, ATOM = range(6)                   # how tightly a tree binds, as text
LARGEST = 10 ** 300                                                  # of a number that is written as a decimal
MOST = 200                                                           # of these a tree is too large to be changed usefully
Path = tuple[int, ...]


class NoTree(Exception):  # noqa: N818  (it is caught and never shown)
    """The formula has parts that a tree cannot have: comparisons, branches, whole lists."""


@dataclass(frozen=True, eq=False)
class Tree:
    """A part of a formula: its kind, its parts, and for a name, a number or a call what it is called."""

    kind: str
    parts: tuple[Tree, ...] = ()
    text: str = ""
    number: Fraction = Fraction(0)

    @cached_property
    def size(self) -> int:
        """The number of parts, itself included."""
        return 1 + sum([part.size for part in self.parts])

    @cached_property
    def names(self) -> frozenset[str]:
        """The names in it."""
        return frozenset([self.text]) if self.kind == NAME else frozenset().union(*[part.names for part in self.parts])

    def __str__(self) -> str:
        return self._written[0]

    def within(self, level: int) -> str:
        """As text, in parentheses if it binds less tightly than that."""
        text, own = self._written
        return text if own >= level else f"({text})"

    @cached_property
    def _written(self) -> tuple[str, int]:
        if self.kind == ADD:
            text = self.parts[0].within(SUM)
            for part in self.parts[1:]:
                term = part.within(PRODUCT) if part.kind != NEG else f"-{part.parts[0].within(PRODUCT)}"
                text += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
            return text, SUM
        if self.kind == MUL:
            over = [part for part in self.parts if part.kind != INV and not (part.kind == NUMBER and part.number == 1)] or [ONE]
            under = [part.parts[0] for part in self.parts if part.kind == INV]
            text = "*".join([part.within(PRODUCT if k == 0 else POWER) for k, part in enumerate(over)])
            if under:
                text += f"/{under[0].within(POWER)}" if len(under) == 1 else f"/({'*'.join([u.within(POWER) for u in under])})"
            return text, PRODUCT
        if self.kind == POW:
            return f"{self.parts[0].within(ATOM)}**{self.parts[1].within(POWER)}", POWER
        if self.kind == NEG:
            return f"-{self.parts[0].within(PRODUCT)}", SIGNED if self.parts[0].kind not in (MUL, INV) else PRODUCT
        if self.kind == INV:
            return f"1/{self.parts[0].within(POWER)}", PRODUCT
        if self.kind == CALL:
            inner = ", ".join([str(part) for part in self.parts])
            return f"{self.text.replace(PRIME, chr(39))}({f'[{inner}]' if self.text in OF_ONE_ITERABLE else inner})", ATOM
        return self.text, ATOM if self.kind == NAME or self.number.denominator == 1 or "/" not in self.text else PRODUCT

    def latex(self, named: Callable[[str], str], level: int = LIST) -> str:
        """As LaTeX, in parentheses if it binds less tightly than that; `named` writes the names."""
        text, own = self._in_latex(named)
        return text if own >= level else rf"\left({text}\right)"

    def _in_latex(self, named: Callable[[str], str]) -> tuple[str, int]:
        if self.kind == ADD:
            text = ""
            for part in self.parts:
                term = part.latex(named, PRODUCT if part.kind != NEG else SIGNED)
                text += term if not text else f" - {term[1:]}" if term.startswith("-") else f" + {term}"
            return text, SUM
        if self.kind in (MUL, INV):
            parts = self.parts if self.kind == MUL else (self,)
            over = [part for part in parts if part.kind != INV and not (part.kind == NUMBER and part.number == 1)] or [ONE]
            under = [part.parts[0] for part in parts if part.kind == INV]
            tight = PRODUCT if under and len(over) == 1 else POWER
            top = r" \cdot ".join([part.latex(named, LIST if under and len(over) == 1 else tight) for part in over])
            bottom = r" \cdot ".join([part.latex(named, LIST if len(under) == 1 else POWER) for part in under])
            return (rf"\frac{{{top}}}{{{bottom}}}", ATOM) if under else (top, PRODUCT)
        if self.kind == POW:
            return f"{self.parts[0].latex(named, ATOM)}^{{{self.parts[1].latex(named)}}}", POWER
        if self.kind == NEG:
            return f"-{self.parts[0].latex(named, PRODUCT)}", SIGNED
        if self.kind == CALL:
            inner = ", ".join([part.latex(named) for part in self.parts])
            if self.text == "sqrt":
                return rf"\sqrt{{{inner}}}", ATOM
            known = self.text in ("sin", "cos", "tan", "exp", "log", "sinh", "cosh", "tanh", "max", "min")
            return rf"{f'{chr(92)}{self.text}' if known else f'{chr(92)}operatorname{{{self.text}}}'}\left({inner}\right)", ATOM
        return (named(self.text) if self.kind == NAME else r"\pi" if self.text == "pi" else self.text), ATOM

    def pretty(self) -> str:
        """As reports and derivations write formulas: a × b², with signs instead of stars."""
        text = re.sub(r"\*\*(\d)(?![\d.])", lambda power: power[1].translate(SUPERSCRIPTS), str(self))
        return re.sub(r"(?<!\*)\*(?!\*)", " × ", text)

    def value(self, given: Mapping[str, Any], known: dict[int, Any]) -> Any:
        """Its value, given numbers or Values for its names; `known` keeps that of every part. Raises what operations raise."""
        found = known.get(id(self))
        if found is None:
            found = known[id(self)] = self._computed(given, known)
        return found

    def _computed(self, given: Mapping[str, Any], known: dict[int, Any]) -> Any:
        if self.kind == NAME:
            return given[self.text]
        if self.kind == NUMBER:
            try:
                return float(self.number)
            except OverflowError:
                return math.inf
        xs = [part.value(given, known) for part in self.parts]
        if self.kind == ADD:
            total = xs[0]
            for x in xs[1:]:
                total = total + x
            return total
        if self.kind == MUL:
            total = xs[0]
            for part, x in zip(self.parts[1:], xs[1:]):
                total = total / known[id(part.parts[0])] if part.kind == INV else total * x
            return total
        if self.kind == NEG:
            return -xs[0]
        if self.kind == INV:
            return 1.0 / xs[0]
        if self.kind == POW:
            return arithmetic_of(*xs).pow(*xs)
        if self.text.endswith(PRIME):
            return slope_of(self.text, xs[0])
        return FUNCTIONS[self.text](xs) if self.text in OF_ONE_ITERABLE else FUNCTIONS[self.text](*xs)

    def at(self, path: Path) -> Tree:
        """The part at a path."""
        return self if not path else self.parts[path[0]].at(path[1:])

    def changed(self, path: Path, new: Tree) -> Tree:
        """The tree with another part at a path."""
        if not path:
            return new
        parts = tuple([part.changed(path[1:], new) if k == path[0] else part for k, part in enumerate(self.parts)])
        return Tree(self.kind, parts, self.text, self.number)

    def everywhere(self, old: str, new: Tree) -> Tree:
        """The tree with another part for each that reads like `old`."""
        if str(self) == old:
            return new
        parts = tuple([part.everywhere(old, new) for part in self.parts])
        return self if all([a is b for a, b in zip(parts, self.parts)]) else Tree(self.kind, parts, self.text, self.number)

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Tree]]:
        """All parts, with their paths."""
        yield path, self
        for k, part in enumerate(self.parts):
            yield from part.walk((*path, k))


def number(x: Fraction | int) -> Tree:
    """A number as a tree."""
    q = Fraction(x)
    if q < 0:
        return Tree(NEG, (number(-q),))
    short = str(q.numerator / q.denominator) if abs(q) < LARGEST else "too large for a float"
    text = str(q.numerator) if q.denominator == 1 else short if len(short) < 8 else f"{q.numerator}/{q.denominator}"
    return Tree(NUMBER, (), text, q)


ONE, TWO, HALF = number(1), number(2), number(Fraction(1, 2))


def name(text: str) -> Tree:
    """A name as a tree."""
    return Tree(NAME, (), text)


def added(*parts: Tree) -> Tree:
    """A sum; sums within it become part of it."""
    flat = [x for part in parts for x in (part.parts if part.kind == ADD else (part,))]
    return flat[0] if len(flat) == 1 else Tree(ADD, tuple(flat))


def times(*parts: Tree) -> Tree:
    """A product; products within it become part of it."""
    flat = [x for part in parts for x in (part.parts if part.kind == MUL else (part,))]
    return flat[0] if len(flat) == 1 else Tree(MUL, tuple(flat))


def negative(x: Tree) -> Tree:
    """-x."""
    return x.parts[0] if x.kind == NEG else Tree(NEG, (x,))


def inverse(x: Tree) -> Tree:
    """1/x; that of a product is the product of those of its factors."""
    if x.kind == MUL:
        return Tree(MUL, tuple([inverse(part) for part in x.parts]))
    return x.parts[0] if x.kind == INV else Tree(INV, (x,))


def power(x: Tree, n: Tree) -> Tree:
    """x**n."""
    return Tree(POW, (x, n))


def call(function: str, *parts: Tree) -> Tree:
    """function(…)."""
    return Tree(CALL, parts, function)


def tree_of(steps: Steps, exact: Mapping[ast.AST, Fraction]) -> Tree:
    """The tree of a formula that has been read, with its named steps put in. Raises NoTree if it has other parts."""
    known: dict[str, Tree] = {}
    tree = ONE
    for step, node in steps:
        tree = _Builder(known, exact).of(node)
        if tree.size > MOST:
            raise NoTree
        if step is not None:
            known[step] = tree
    return tree


class _Builder:

    def __init__(self, known: Mapping[str, Tree], exact: Mapping[ast.AST, Fraction]) -> None:
        self._known, self._exact = known, exact
        self._bound: dict[str, int] = {}

    def of(self, node: ast.AST) -> Tree:
        if isinstance(node, ast.Constant) and node in self._exact:
            return number(self._exact[node])
        if isinstance(node, ast.Name):
            if node.id in self._bound:
                return number(self._bound[node.id])
            if node.id in CONSTANTS:
                return Tree(NUMBER, (), node.id, Fraction(math.pi))
            return self._known.get(node.id) or name(node.id)
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            x = self.of(node.operand)
            return negative(x) if isinstance(node.op, ast.USub) else x
        if isinstance(node, ast.Subscript):
            return self._element(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self._call(node, node.func.id)
        raise NoTree

    def _binary(self, node: ast.BinOp) -> Tree:
        a, b = self.of(node.left), self.of(node.right)
        if isinstance(node.op, ast.Add):
            return added(a, b)
        if isinstance(node.op, ast.Sub):
            return added(a, negative(b) if b.kind != ADD else Tree(NEG, (b,)))
        if isinstance(node.op, ast.Mult):
            return times(a, b)
        if isinstance(node.op, ast.Div):
            if a.kind == b.kind == NUMBER and b.number and not (a.text in CONSTANTS or b.text in CONSTANTS):
                return number(a.number / b.number)                   # 1/3
            return times(a, Tree(INV, (b,)))
        if isinstance(node.op, ast.Pow):
            return power(a, b)
        raise NoTree

    def _element(self, node: ast.Subscript) -> Tree:
        places: list[int] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Subscript):
            try:
                places.append(whole(inner.slice, self._bound, lambda x: []))
            except (KeyError, AssertionError):
                raise NoTree from None
            inner = inner.value
        if not isinstance(inner, ast.Name) or inner.id in self._known or min(places) < 0:
            raise NoTree
        return name(inner.id + "".join([f"[{k}]" for k in reversed(places)]))

    def _call(self, node: ast.Call, function: str) -> Tree:
        if function in OF_ONE_ITERABLE and function not in ("softmax", "log_softmax"):
            if len(node.args) == 1 and isinstance(node.args[0], (ast.List, ast.Tuple)):
                return self._of_many(function, [self.of(x) for x in node.args[0].elts])
            if len(node.args) == 1 and isinstance(node.args[0], LOOPS):
                return self._of_many(function, self._loop(node.args[0]))
            if len(node.args) > 1:
                return self._of_many(function, [self.of(x) for x in node.args])
            raise NoTree
        if function in ("where", "dot", "softmax", "log_softmax") or not node.args:
            raise NoTree
        return call(function, *[self.of(x) for x in node.args])

    def _of_many(self, function: str, parts: Sequence[Tree]) -> Tree:
        if not parts:
            raise NoTree
        return added(*parts) if function == "sum" else Tree(CALL, tuple(parts), function)

    def _loop(self, node: ast.ListComp | ast.GeneratorExp) -> list[Tree]:
        before, found = dict(self._bound), []
        if any([part.ifs for part in node.generators]):
            raise NoTree
        for values in runs(node, self._bound):
            self._bound = values
            found.append(self.of(node.elt))
            if len(found) > MOST:
                raise NoTree
        self._bound = before
        return found


def finite(f: Callable[[], Any]) -> Any:
    """What f returns, or None where it has no finite value."""
    try:
        y = f()
    except (ArithmeticError, ValueError, TypeError, KeyError):
        return None
    x = y.data if isinstance(y, Value) else y
    return y if x - x == 0 else None
