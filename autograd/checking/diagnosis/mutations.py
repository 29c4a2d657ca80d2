"""Small changes of a formula: what a reader may have written for what was meant, or the reverse.

Each change has a cost, like the slips: the likelier, the lower. A change says what it does in words, with the parts as they stand
in the formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...expressions.tree import (
    ADD,
    CALL,
    HALF,
    INV,
    MUL,
    NAME,
    NEG,
    NUMBER,
    ONE,
    POW,
    TWO,
    Path,
    Tree,
    added,
    call,
    inverse,
    negative,
    number,
    power,
    times,
)

LONG = 60                                                            # characters; longer parts are not written out
ALIKE: Mapping[str, tuple[str, ...]] = {
    "sin": ("cos", "sinh"), "cos": ("sin", "cosh"), "tan": ("tanh",), "sinh": ("cosh", "sin"), "cosh": ("sinh", "cos"),
    "tanh": ("sigmoid", "tan"), "sigmoid": ("tanh",), "exp": ("log",), "log": ("exp", "log10", "log2"), "log10": ("log",),
    "log2": ("log",), "sqrt": ("square", "cbrt"), "abs": ("sign",), "maximum": ("minimum",), "minimum": ("maximum",),
    "sum": ("mean",), "mean": ("sum",), "asin": ("acos",), "acos": ("asin",), "erf": ("erfc",), "relu": ("step",)}
WRAPS = (("relu", 1.45), ("abs", 1.5), ("sqrt", 1.45), ("exp", 1.6), ("log", 1.6))


@dataclass(frozen=True)
class Mutation:
    """A change: where, what stands there and what is put there, and what is said of it.

    `old` and `new` are what a text names, which may be larger than what is changed. With `everywhere`, all parts that read like
    the old one are changed.
    """

    cost: float
    path: Path
    old: Tree
    new: Tree
    kind: str
    missing: str = ""                                                # a factor or a term that the new one has
    extra: str = ""                                                  # one that the old one has
    everywhere: bool = False

    def of(self, tree: Tree) -> Tree:
        """The changed formula."""
        return tree.everywhere(str(self.old), self.new) if self.everywhere else tree.changed(self.path, self.new)


def mutations(tree: Tree, names: Sequence[str], pool: Sequence[Tree]) -> Iterator[Mutation]:
    """The changes of a formula, at every part and at all parts that read alike. `names` are what may stand for one another, and
    `pool` the parts that may be put in."""
    counts: dict[str, int] = {}
    for _, part in tree.walk():
        counts[str(part)] = counts.get(str(part), 0) + 1
    seen: set[str] = set()
    for path, part in tree.walk():
        text = str(part)
        if part.kind == INV and path:
            continue                                                 # its inner part is changed instead
        for change in _of(part, path, names, pool, _is_exponent(tree, path)):
            yield change
        if counts[text] > 1 and text not in seen and part.kind != NUMBER:
            seen.add(text)
            for change in _of(part, path, names, pool, False):
                yield Mutation(change.cost + 0.05, path, change.old, change.new, change.kind, change.missing, change.extra, True)
    yield from _exponents(tree)
    for function in sorted({part.text for _, part in tree.walk() if part.kind == CALL}):
        if len([1 for _, part in tree.walk() if part.kind == CALL and part.text == function]) > 1:
            for k in (0, 1):
                new = _without(tree, function, k)
                if new is not tree:
                    yield Mutation(1.3, (), tree, new, "a function too much", extra=function)


def _is_exponent(tree: Tree, path: Path) -> bool:
    return bool(path) and tree.at(path[:-1]).kind == POW and path[-1] == 1


def _of(part: Tree, path: Path, names: Sequence[str], pool: Sequence[Tree], is_exponent: bool) -> Iterator[Mutation]:
    """The changes at one part."""
    def put(cost: float, new: Tree, kind: str, missing: str = "", extra: str = "") -> Mutation:
        return Mutation(cost, path, part, new, kind, missing, extra)

    if part.kind == NUMBER:
        yield from _of_number(part, part.number, path, is_exponent)
    if is_exponent and part.kind == NEG and part.parts[0].kind == NUMBER:
        yield from _of_number(part, -part.parts[0].number, path, is_exponent)
    if part.kind == NAME:
        for label in names:
            if label != part.text:
                yield put(1.3 if _stem(label) == _stem(part.text) else 1.35, Tree(NAME, (), label), "one name for another")
    if not is_exponent or part.kind != NUMBER:
        yield put(1.45 if is_exponent else 1.3, negative(part), "sign flipped")
        if not (part.kind == NUMBER and part.number == 1):
            yield put(1.4, inverse(part), "inverted")
    yield from _dropped(part, path)
    whole = not path
    yield put(1.45, power(part, TWO), "square missing")
    if part.kind == POW and part.parts[1].kind == NUMBER:
        yield put(1.4, part.parts[0], "exponent")
    if part.kind in (NAME, ADD, CALL):
        yield put(1.5, power(part, number(3)), "exponent")
    for function, cost in WRAPS:
        if not (part.kind == CALL and part.text == function) and part.kind != NUMBER:
            yield put(cost, call(function, part), "a function is missing")
    yield from _split(part, path)
    if part.kind == CALL:
        for function in ALIKE.get(part.text, ()):
            yield put(1.3, Tree(CALL, part.parts, function), "one function for another")
        for inner in part.parts if len(part.parts) == 1 or part.text in ("maximum", "minimum", "clamp") else ():
            if inner.names:
                yield put(1.33, inner, "a function too much")
    if part.kind != NUMBER:
        yield put(1.45, added(ONE, negative(part)), "1 - u for u")
    for factor in (TWO, HALF, number(3), number(Fraction(1, 3)), number(4), number(Fraction(1, 4))):
        yield put(1.4 if factor in (TWO, HALF) else 1.55, times(factor, part), "constant factor", missing=str(factor))
    for other in pool:
        if str(other) == str(part):
            continue
        simple = 0.0 if other.kind == NAME else 0.1
        if not (part.kind == NUMBER and is_exponent):
            yield put(1.45 + simple, times(part, other), "factor missing", missing=str(other))
            yield put(1.45 + simple, times(part, inverse(other)), "factor too much", missing=str(inverse(other)))
            if not is_exponent:
                rest = added(ONE, negative(other))
                yield put(1.5 + simple, times(part, rest), "factor missing", missing=str(rest))
        yield put(1.55 + simple, added(part, other), "term missing", missing=str(other))
        yield put(1.6 + simple, added(part, negative(other)), "term missing", missing=f"-{other.within(2)}")
        if not whole and (part.kind != NAME or other.kind != NAME):  # a whole formula for another is no explanation
            yield put(1.6 + simple, other, "one thing for another")
            yield put(1.65 + simple, negative(other), "one thing for another")


def _split(part: Tree, path: Path) -> Iterator[Mutation]:
    """A function of a sum as the sum of the functions, a power moved into a function or out of it, a logarithm of a product."""
    def put(cost: float, new: Tree, kind: str = "split") -> Mutation:
        return Mutation(cost, path, part, new, kind)

    def over(terms: Tree, f: Callable[[Tree], Tree]) -> Tree:
        return added(*[negative(f(term.parts[0])) if term.kind == NEG else f(term) for term in terms.parts])

    if part.kind == CALL and len(part.parts) == 1 and part.text != "abs":
        inner, function = part.parts[0], part.text
        if inner.kind == ADD:
            yield put(1.15, over(inner, lambda x: call(function, x)))
        if inner.kind == POW:
            yield put(1.2, power(call(function, inner.parts[0]), inner.parts[1]))
        if inner.kind == MUL and function in ("log", "exp", "sin", "cos", "log10", "log2"):
            yield put(1.2, times(*[inverse(call(function, x.parts[0])) if x.kind == INV else call(function, x)
                                   for x in inner.parts]))
    if part.kind == POW:
        base, n = part.parts
        if base.kind == ADD:
            yield put(1.15, over(base, lambda x: power(x, n)))
        if base.kind == CALL and len(base.parts) == 1:
            yield put(1.2, call(base.text, power(base.parts[0], n)))
    for k, factor in enumerate(part.parts if part.kind == MUL else ()):
        if factor.kind == INV and factor.parts[0].kind == ADD:
            new = over(factor.parts[0], lambda x: inverse(times(*[p for p in x.parts if not _is_one(p)])) if x.kind == MUL
                       else inverse(x))
            rest = [p for i, p in enumerate(part.parts) if i != k and not _is_one(p)]
            yield put(1.15, times(*rest, new) if rest else new)


def _is_one(x: Tree) -> bool:
    return x.kind == NUMBER and x.number == 1


def _of_number(part: Tree, x: Fraction, path: Path, is_exponent: bool) -> Iterator[Mutation]:
    cost = 1.25 if is_exponent else 1.4
    others = [x + 1, x - 1, x + 2, x - 2, -x, x + Fraction(1, 2), x - Fraction(1, 2), 2 * x, x / 2]
    for k, y in enumerate(dict.fromkeys(others)):
        if y != x and (y or not is_exponent):
            yield Mutation(cost + 0.03 * (k > 1), path, part, number(y), "exponent" if is_exponent else "another number")


def _dropped(part: Tree, path: Path) -> Iterator[Mutation]:
    """Terms or factors left out, one or two of them."""
    if part.kind not in (ADD, MUL) and not (part.kind == CALL and len(part.parts) > 1 and part.text in ("mean", "sum")):
        return
    what = "factor" if part.kind == MUL else "term"
    keep = range(len(part.parts))
    for k in keep:
        rest = [p for i, p in enumerate(part.parts) if i != k]
        kind = "constant factor" if part.kind == MUL and not part.parts[k].names else f"{what} too much"
        yield Mutation(1.35, path, part, _again(part, rest), kind, extra=str(part.parts[k]))
        for j in range(k + 1, len(part.parts)) if len(part.parts) > 2 else ():
            both = [p for i, p in enumerate(part.parts) if i not in (k, j)]
            yield Mutation(1.5, path, part, _again(part, both), f"{what} too much",
                           extra=str(_again(part, [part.parts[k], part.parts[j]])))


def _again(part: Tree, parts: Sequence[Tree]) -> Tree:
    if part.kind == CALL:
        return Tree(CALL, tuple(parts), part.text)
    return added(*parts) if part.kind == ADD else times(*parts)


def _exponents(tree: Tree) -> Iterator[Mutation]:
    """All exponents of one base moved by the same step: r**11 and r**5 for r**13 and r**7."""
    bases: dict[str, list[Tree]] = {}
    for _, part in tree.walk():
        if part.kind == POW and part.parts[1].kind == NUMBER:
            bases.setdefault(str(part.parts[0]), []).append(part)
    for base, parts in bases.items():
        for step in (1, -1, 2, -2) if len({str(p) for p in parts}) > 1 else ():
            yield Mutation(1.35, (), tree, _moved(tree, base, step), "exponent",
                           missing=f"{base} to {', '.join([str(p.parts[1].number + step) for p in parts])}")


def _without(tree: Tree, function: str, k: int) -> Tree:
    """The tree with argument k of a function for each of its calls."""
    parts = tuple([_without(part, function, k) for part in tree.parts])
    if tree.kind == CALL and tree.text == function and k < len(parts) and parts[k].names:
        return parts[k]
    return tree if all([a is b for a, b in zip(parts, tree.parts)]) else Tree(tree.kind, parts, tree.text, tree.number)


def _moved(tree: Tree, base: str, step: int) -> Tree:
    if tree.kind == POW and tree.parts[1].kind == NUMBER and str(tree.parts[0]) == base:
        return power(tree.parts[0], number(tree.parts[1].number + step))
    parts = tuple([_moved(part, base, step) for part in tree.parts])
    return Tree(tree.kind, parts, tree.text, tree.number) if parts else tree


def _stem(text: str) -> str:
    """x for x1 and x[0], which are easily mistaken for one another."""
    return text.partition("[")[0].rstrip("0123456789_")


def in_words(change: Mutation) -> tuple[str, str]:
    """The old part and the new one, short enough to read: as much as tells the two apart."""
    return abridged(str(change.old)), abridged(str(change.new))


def abridged(text: str) -> str:
    """A text with its start and its end, if it is too long."""
    return text if len(text) <= LONG else f"{text[:LONG // 2]} … {text[-LONG // 3:]}"
