"""Derivatives of formulas as formulas, in closed form: sums and products with their numbers collected, powers of a base together.

All partials are the table's, read as text. It serves to show a derivation's last line, to say how a claim differs from what is
right, and to make exercises; what is computed never depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache

from ..arithmetic.text import PRETTY, PrettyText
from ..ops import TABLE
from .formula import Expression
from .tree import ADD, CALL, INV, MUL, NAME, NEG, NUMBER, ONE, POW, NoTree, Tree, added, call, inverse, name, number, power, times

ZERO = number(0)
Y = "y_"                                                             # the value of an operation, in its partials
ROWS = {ADD: "add", MUL: "mul", NEG: "neg", INV: "reciprocal", POW: "pow"}  # those of the table that trees have kinds for


def derivative(tree: Tree, by: str, named: Mapping[str, Tree] | None = None) -> Tree:
    """The derivative of a formula by a name. `named` are parts, by their text, that go by a name in the result, such as a for
    sigmoid(net).

    Raises NoTree if the formula has a function whose derivative is no plain formula, such as relu.
    """
    found = _derivative(tree, by, named)
    for text, step in sorted((named or {}).items(), key=lambda item: -len(item[0])):
        found = found.everywhere(text, step)
    return found


def _derivative(tree: Tree, by: str, named: Mapping[str, Tree] | None) -> Tree:
    """The chain rule: the sum over the parts of the table's partial by each, times the part's own derivative."""
    if by not in tree.names:
        return ZERO
    if tree.kind == NAME:
        return ONE
    if tree.kind == CALL and tree.text == "mean":
        tree = times(added(*tree.parts), inverse(number(len(tree.parts))))
    return plus(*[product(_partial(tree, j, named), _derivative(part, by, named)) for j, part in enumerate(tree.parts)
                  if by in part.names])


def _partial(tree: Tree, j: int, named: Mapping[str, Tree] | None) -> Tree:
    """The partial of a tree by its part j, in terms of its value and its parts; parts that have a name go by it."""
    parts = [_called(part, named) for part in tree.parts]
    if tree.kind in (ADD, MUL):                                      # of any number of parts: of this one and the others
        others = [part for k, part in enumerate(parts) if k != j]
        parts, j = [parts[j], added(*others) if tree.kind == ADD else times(*others)], 0
    given = {Y: _called(tree, named), **{f"x{k}_": part for k, part in enumerate(parts)}}
    return simplified(_put_in(_rule(ROWS.get(tree.kind, tree.text), j), given))


def _called(tree: Tree, named: Mapping[str, Tree] | None) -> Tree:
    """A part by its name, if it has one."""
    return (named or {}).get(str(tree), tree)


@cache
def _rule(operation: str, j: int) -> Tree:
    """The table's partial of an operation, as a textbook writes it: a tree in y_ and x0_, x1_, ..."""
    row = TABLE.get("log" if operation == "ln" else operation)
    if row is None or row.nary or row.kink is not None or j >= len(row.partials):
        raise NoTree
    operands = [PrettyText(f"x{k}_") for k in range(len(row.operand_names))]
    tree = Expression(str(PRETTY.number(row.partials[j](PRETTY, PrettyText(Y), *operands)))).tree
    if tree is None:
        raise NoTree
    return tree.everywhere(str(call(operation, *[name(f"x{k}_") for k in range(len(operands))])), name(Y))  # a(1 - a)


def _put_in(tree: Tree, given: Mapping[str, Tree]) -> Tree:
    if tree.kind == NAME:
        return given.get(tree.text, tree)
    return Tree(tree.kind, tuple([_put_in(part, given) for part in tree.parts]), tree.text, tree.number) if tree.parts else tree


def simplified(tree: Tree) -> Tree:
    """The formula with its numbers collected."""
    parts = [simplified(part) for part in tree.parts]
    if tree.kind == ADD:
        return plus(*parts)
    if tree.kind == MUL:
        return product(*parts)
    if tree.kind == NEG:
        return product(number(-1), parts[0])
    if tree.kind == INV:
        return product(inverse(parts[0]))
    if tree.kind == POW and str(parts[1]) in ("0", "1"):
        return parts[0] if str(parts[1]) == "1" else ONE
    return Tree(tree.kind, tuple(parts), tree.text, tree.number) if parts else tree


def product(*factors: Tree) -> Tree:
    """A product in normal form: one number in front, then each base once, with its exponent."""
    coefficient = Fraction(1)
    bases: dict[str, tuple[Tree, Fraction]] = {}
    waiting = list(reversed([(factor, Fraction(1)) for factor in factors]))
    while waiting:
        x, n = waiting.pop()
        if x.kind == MUL:
            waiting += reversed([(part, n) for part in x.parts])
        elif x.kind == INV:
            waiting.append((x.parts[0], -n))
        elif x.kind == NEG and n.denominator == 1:
            coefficient = -coefficient if n.numerator % 2 else coefficient
            waiting.append((x.parts[0], n))
        elif x.kind == NUMBER and n.denominator == 1 and not x.text.isalpha() and (x.number or n > 0):
            coefficient *= x.number ** int(n)
        elif x.kind == POW and x.parts[1].kind == NUMBER:
            waiting.append((x.parts[0], n * x.parts[1].number))
        elif x.kind == POW and x.parts[1].kind == NEG and x.parts[1].parts[0].kind == NUMBER:
            waiting.append((x.parts[0], -n * x.parts[1].parts[0].number))
        else:
            base, before = bases.get(str(x), (x, Fraction(0)))
            bases[str(x)] = base, before + n
    if coefficient == 0:
        return ZERO
    over = [base if n == 1 else power(base, number(n)) for base, n in bases.values() if n > 0]
    under = [Tree(INV, (base if n == -1 else power(base, number(-n)),)) for base, n in bases.values() if n < 0]
    size = abs(coefficient)
    front = [number(size.numerator)] if size.numerator != 1 or not over else []
    back = [Tree(INV, (number(size.denominator),))] if size.denominator != 1 else []
    parts = [*front, *over, *back, *under]
    result = parts[0] if len(parts) == 1 else Tree(MUL, tuple(parts))
    return Tree(NEG, (result,)) if coefficient < 0 else result


def plus(*terms: Tree) -> Tree:
    """A sum in normal form: equal terms together, the numbers last."""
    found: dict[str, tuple[Tree, Fraction]] = {}
    constant = Fraction(0)
    for term in [x for part in terms for x in (part.parts if part.kind == ADD else (part,))]:
        rest, coefficient = _divided(product(term))
        if rest is None:
            constant += coefficient
        else:
            base, before = found.get(str(rest), (rest, Fraction(0)))
            found[str(rest)] = base, before + coefficient
    parts = [product(number(c), rest) for rest, c in found.values() if c]
    parts += [number(constant)] if constant or not parts else []
    first = next((k for k, part in enumerate(parts) if part.kind != NEG), 0)
    return added(parts[first], *parts[:first], *parts[first + 1:])


def _divided(term: Tree) -> tuple[Tree | None, Fraction]:
    """A term in normal form as what it has besides its number, None if nothing, and the number."""
    if term.kind == NEG:
        rest, c = _divided(term.parts[0])
        return rest, -c
    if term.kind == NUMBER and not term.text.isalpha():
        return None, term.number
    if term.kind != MUL:
        return term, Fraction(1)
    c, parts = Fraction(1), []
    for part in term.parts:
        inner = part.parts[0] if part.kind == INV else part
        if inner.kind == NUMBER and not inner.text.isalpha() and inner.number:
            c = c / inner.number if part.kind == INV else c * inner.number
        else:
            parts.append(part)
    if not parts:
        return None, c
    if parts[0].kind == INV and len(parts) == 1:
        return parts[0], c
    return (parts[0] if len(parts) == 1 else Tree(MUL, tuple(parts))), c
