"""Explanations in the reader's own formulas: a small change of the claim that makes it right, and a small change of f whose
derivative is the claim."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...arithmetic.referee import nearest
from ...derivatives import gradient
from ...engine import Value
from ...errors import AutogradError
from ...expressions import Expression
from ...expressions.algebra import derivative, plus, product
from ...expressions.tree import INV, NAME, NEG, NUMBER, NoTree, Tree, finite, inverse, negative
from ..problem import Problem
from ..sources import Formula
from ..truth import Target
from ..verdict import Case
from .mutations import Mutation, abridged, in_words, mutations
from .samples import Candidate, Sample

# Of a claim, and of f, that are tried: a count and no time, so that a slow machine says the same.
CHANGES, READINGS = 12_000, 600
SHOWN, SHORT = 80, 50                                                # characters of the right derivative, and of a difference
MOST_NODES = 90                                                      # parts of a claim that is looked at
MOST_POOL = 40                                                       # parts that may be put in
MOST_TOKENS = 70                                                     # of a claim in which parentheses are tried
IN_THEIR_WORDS = 0.1                                                 # what a change of the claim is likelier than others

Numbers = dict[str, float]


def repairs(problem: Problem, case: Case, samples: Sequence[Sample]) -> Iterator[Candidate]:
    """The changes of the claim that make it right."""
    source = case.claim.source
    if not isinstance(source, Formula) or source.count != 1 or len([s for s in samples if s.is_wrong]) < 2:
        return
    tree = source.formula.tree
    if tree is None or tree.size > MOST_NODES:
        return
    spots: list[tuple[Sample, Numbers, dict[int, Any]]] = [(sample, _numbers(sample), {}) for sample in samples]
    first, given, known = spots[0]
    if finite(lambda: tree.value(given, known)) is None:
        return
    names = _names(problem, case)
    changes: Iterator[Grouped | Mutation] = itertools.chain(_parenthesised(source),
                                                            mutations(tree, names, _pool(problem, tree, names)))
    for change in itertools.islice(changes, CHANGES):
        new = change.tree if isinstance(change, Grouped) else change.of(tree)
        if _is_right(new, first, given, known) and all([_is_right(new, *spot) for spot in spots[1:]]):
            if isinstance(change, Grouped):
                cost = 1.15 if change.after in "*/" else 1.28        # behind a minus it is one sign
                yield Candidate(cost, "parentheses", f"parentheses are missing in your formula: {abridged(str(new))}")
            else:
                yield Candidate(change.cost - IN_THEIR_WORDS, change.kind, _said(change, tree, new))


def _said(change: Mutation, tree: Tree, new: Tree) -> str:
    """A change of the claim in words."""
    old, better = in_words(change)
    if change.kind == "exponent" and change.missing:
        return f"the exponents are wrong in your formula: {change.missing}"
    if change.kind == "sign flipped":
        return f"the sign of {old} is wrong in your formula"
    if change.extra:
        what = "factor" if "factor" in change.kind else "term"
        where = f" in {old}" if change.path else ""
        return f"the {what} {abridged(change.extra)} is too much{where}"
    if change.missing and change.kind in ("factor missing", "factor too much", "constant factor"):
        every = "every " if change.everywhere else ""
        if "…" in old + better:
            return f"in your formula, a factor {abridged(change.missing)} is missing in {every}{old}"
        return f"in your formula, {every}{old} should be {better}: a factor {abridged(change.missing)} is missing there"
    if change.missing:
        return f"in your formula, {old} should be {better}: the term {abridged(change.missing)} is missing"
    every = "every " if change.everywhere else ""
    return f"in your formula, {every}{old} should be {better}"


def difference(problem: Problem, case: Case) -> str:
    """How a claim differs from what is right, as a formula, if that is short: by a term or by a factor."""
    source, target, function = case.claim.source, case.claim.target, problem.function
    if not (isinstance(source, Formula) and isinstance(function, Expression)) or target.first or target.output != 0:
        return ""
    claimed, tree = source.formula.tree, function.tree
    if claimed is None or tree is None or source.count != 1:
        return ""
    try:
        right = derivative(tree, target.by)
        less, ratio = str(plus(claimed, negative(right))), str(product(claimed, inverse(right)))
    except (NoTree, ZeroDivisionError, RecursionError):
        return ""
    said = [f"The right derivative is {right}."] if len(str(right)) <= SHOWN else []
    if len(less) <= SHORT:
        said.append(f"Yours minus the right one is {less}.")
    elif len(ratio) <= SHORT:
        said.append(f"Yours divided by the right one is {ratio}.")
    return " ".join(said)


def misread(problem: Problem, case: Case, samples: Sequence[Sample],
            others: Sequence[tuple[Target, bool, Sequence[Sample]]]) -> Iterator[Candidate]:
    """The changes of f whose derivative is the claim: it is right for another function. `others` are the other claims, and
    whether each is wrong."""
    target = case.claim.target
    function = problem.function
    if not isinstance(function, Expression) or not isinstance(target.place, int) or target.output != 0 or target.first:
        return
    tree = function.tree
    if tree is None or tree.size > MOST_NODES or len([s for s in samples if s.is_wrong]) < 2:
        return
    names = list(problem.labels)
    pool = [Tree(NAME, (), label) for label in names][:8]
    readings = (change for change in mutations(tree, names, pool) if _is_reading(change))
    changes: Iterator[Grouped | Mutation] = itertools.chain(_parenthesised(Formula(function.text, 1, problem.names)), readings)
    for change in itertools.islice(changes, READINGS):
        new = change.tree if isinstance(change, Grouped) else change.of(tree)
        if all([_is_derivative(new, problem, sample, target.place) for sample in samples]):
            text = (f"that is the derivative of {abridged(str(new))}: parentheses are lost" if isinstance(change, Grouped)
                    else _misread_as(change))
            cost = 1.2 if isinstance(change, Grouped) else change.cost + 0.12
            yield Candidate(cost + _agreement(new, problem, others), "f misread", text)


def _is_reading(change: Mutation) -> bool:
    """Whether people misread a formula in this way; the rest is for claims."""
    return change.kind in ("one name for another", "sign flipped", "exponent", "another number", "a function too much",
                           "one function for another", "term too much", "factor too much", "inverted", "split") and (
        change.kind != "factor too much" or bool(change.extra))


def _misread_as(change: Mutation) -> str:
    old, new = in_words(change)
    if change.kind == "a function too much" and change.extra:
        return f"that is the derivative of f without {change.extra}"
    if change.extra:
        what = "factor" if "factor" in change.kind else "term"
        return f"that is the derivative of f without the {what} {abridged(change.extra)}"
    return f"that is the derivative of f with {new} in the place of {old}"


def _agreement(new: Tree, problem: Problem, others: Sequence[tuple[Target, bool, Sequence[Sample]]]) -> float:
    """What to add to the cost: less if another wrong claim is the derivative of the same function, more if a right one is not."""
    weight = 0.0
    for target, is_wrong, samples in others:
        if not samples or target.output != 0 or target.first or not isinstance(target.place, int):
            continue
        holds = all([_is_derivative(new, problem, sample, target.place) for sample in samples[:4]])
        weight += -0.2 if holds and is_wrong else 0.35 if not holds and not is_wrong else 0.0
    return max(-0.4, min(weight, 0.7))


def _is_derivative(tree: Tree, problem: Problem, sample: Sample, place: int) -> bool:
    """Whether the claim is the derivative of this function at a sample."""
    leaves = [Value(x) for x in sample.outcome.probe.point]
    y = finite(lambda: _value(tree, dict(zip(problem.labels, leaves))))
    if y is None:
        return False
    slope = gradient(y, leaves[place]) if isinstance(y, Value) else 0.0
    return sample.matches(slope) and not (sample.is_wrong and slope == sample.true)


def _value(tree: Tree, given: dict[str, Any]) -> Any:
    try:
        return tree.value(given, {})
    except AutogradError as error:
        raise ArithmeticError from error


def _is_right(tree: Tree, sample: Sample, given: Numbers, known: dict[int, Any]) -> bool:
    """Whether a changed claim has the right value at a sample."""
    try:
        y = tree.value(given, dict(known))
    except (ArithmeticError, ValueError, TypeError):
        return False
    return bool(abs(y - sample.true) <= sample.close * (sample.size + abs(y)))


def _numbers(sample: Sample) -> Numbers:
    """The numbers that a formula may use at a sample, by name, with the elements of lists."""
    found: Numbers = {}

    def gather(label: str, x: Any) -> None:
        if isinstance(x, list):
            for k, item in enumerate(x):
                gather(f"{label}[{k}]", item)
        else:
            found[label] = nearest(x)
    for label, x in sample.outcome.probe.numbers.items():
        gather(label, x)
    return found


def _names(problem: Problem, case: Case) -> list[str]:
    """The names that may stand for one another: inputs and named steps."""
    steps = list(case.outcomes[0].probe.steps) if case.outcomes else []
    return [*problem.labels, *steps][:24]


def _pool(problem: Problem, tree: Tree, names: Sequence[str]) -> list[Tree]:
    """The parts that may be put into a claim: names, and parts of f and of the claim itself, the smaller ones first."""
    function = problem.function
    own = function.tree if isinstance(function, Expression) else None
    found = {label: Tree(NAME, (), label) for label in names}
    parts = [part for whole in (tree, own) if whole is not None for _, part in whole.walk()]
    for part in sorted(parts, key=lambda part: part.size):
        if part.kind not in (NUMBER, NAME, INV, NEG) and part.size <= 25 and part.names:
            found.setdefault(str(part), part)
    return list(found.values())[:MOST_POOL]


# Parentheses -------------------------------------------------------------------------------------------------------------------

_OPERAND = re.compile(r"[^\W\d]\w*(?:\[\d+\])*|\d+\.?\d*(?:[eE][+-]?\d+)?|[()\[\]]|\*\*|[-+*/,]")


@dataclass(frozen=True)
class Grouped:
    """A formula with one more pair of parentheses, and the sign before it."""

    tree: Tree
    after: str


def _parenthesised(source: Formula) -> Iterator[Grouped]:
    """The formula with one more pair of parentheses, wherever that makes another one."""
    text = source.formula.plain
    tokens = list(_OPERAND.finditer(text))
    if len(tokens) > MOST_TOKENS or "=" in text or not any([t[0] in "+-" for t in tokens]):
        return
    seen = {str(source.formula.tree)}
    for before, start, end in _pairs(tokens):
        try:
            tree = Expression(f"{text[:start]}({text[start:end]}){text[end:]}", source.formula.names).tree
        except (AutogradError, SyntaxError):
            continue
        if tree is not None and str(tree) not in seen:
            seen.add(str(tree))
            yield Grouped(tree, before)


def _pairs(tokens: Sequence[re.Match[str]]) -> Iterator[tuple[str, int, int]]:
    """Where a pair of parentheses may stand around more than one factor, and the sign before it."""
    for k, (before, start) in enumerate(itertools.pairwise(tokens), 1):
        if before[0] not in ("*", "/", "-", "**") or start[0] in ("*", "/", "**", "+"):
            continue                                                 # there a pair changes nothing, or moves another's end
        depth, crosses = 0, False
        for end in tokens[k:]:
            depth += (end[0] in "([") - (end[0] in ")]")
            if depth < 0 or end[0] == ",":
                break
            crosses = crosses or (end[0] in "+-*/" and depth == 0 and end is not start)
            if depth == 0 and crosses and end[0] not in ("+", "-", "*", "/", "**", "(", "["):
                yield before[0], start.start(), end.end()
