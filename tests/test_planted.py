"""Mistakes that people make, planted in functions of different shape: each is named first, or by what must change in the formula."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograd import expression, verify
from autograd.expressions.algebra import derivative, product
from autograd.expressions.tree import (
    ADD,
    CALL,
    INV,
    MUL,
    NAME,
    NUMBER,
    POW,
    Path,
    Tree,
    added,
    name,
    negative,
    number,
    power,
    times,
)

SHAPES: dict[str, str] = {                                           # and the input to differentiate by
    "x**2*sin(3*x) + x*y": "x", "(a - y)**2/2 + lam*a**2": "a", "log(w*x + b)*w": "w", "x*exp(-k*x)/(k + 1)": "x", "(u*v + 2)**3 - 4*u": "u",
    "m*g*h + m*v**2/2 - k*h**2": "h", "sqrt(p**2 + q**2)*p": "p", "r*cos(t) + r**2*sin(2*t)": "t", "tanh(w*x + b)*v": "w", "A*exp(-E/(R*T))": "T",
    "x*y*z + x**3*z - y**2": "x", "c/(1 + r) + c/(1 + r)**2": "r"}
DOMAIN = (0.4, 1.9)


def of(f: str, by: str) -> Tree:
    tree = expression(f).tree
    assert tree is not None
    return derivative(tree, by)


def said(f: str, by: str, claim: Any) -> list[str]:
    """What is said of a claim, the likeliest first; it must be wrong."""
    finding = verify(f, {by: str(claim)}, domain=dict.fromkeys(expression(f).names, DOMAIN)).findings[0]
    assert finding.verdict == "wrong", (f, str(claim))
    return [cause.text for cause in finding.causes]


def places(tree: Tree, *kinds: str) -> list[tuple[Path, Tree]]:
    return [(path, part) for path, part in tree.walk() if part.kind in kinds]


@pytest.mark.parametrize("f", SHAPES)
def test_a_term_is_forgotten(f: str) -> None:
    right = of(f, SHAPES[f])
    if right.kind != ADD:
        right = added(right, name(SHAPES[f]))                        # then one is too much
        assert f"the term {SHAPES[f]} is too much" in said(f, SHAPES[f], right)[0]
        return
    for k in range(len(right.parts)):
        claim = added(*[part for i, part in enumerate(right.parts) if i != k])
        texts = said(f, SHAPES[f], claim)
        assert texts, (f, str(claim))
        assert re.search("forgotten|missing|treated as a constant|is dropped|is taken at", texts[0]), (str(claim), texts)


@pytest.mark.parametrize("f", SHAPES)
def test_one_sign_is_lost(f: str) -> None:
    right = of(f, SHAPES[f])
    parts = right.parts if right.kind == ADD else (right,)
    for k in range(len(parts)):
        claim = added(*[negative(p) if i == k else p for i, p in enumerate(parts)])
        texts = said(f, SHAPES[f], claim)
        assert re.search("sign|has a plus|has a minus|in the wrong order", texts[0]), (str(claim), texts)


@pytest.mark.parametrize("f", SHAPES)
def test_one_name_stands_for_another(f: str) -> None:
    right, names = of(f, SHAPES[f]), expression(f).names
    for path, part in places(right, NAME)[:3]:
        other = next(n for n in names if n != part.text)
        claim = right.changed(path, name(other))
        texts = said(f, SHAPES[f], claim)
        assert any([re.search(rf"{re.escape(other)}.* should be .*{re.escape(part.text)}", text) for text in texts[:3]]), (str(claim), texts)


@pytest.mark.parametrize("f", SHAPES)
def test_an_exponent_or_a_factor_is_wrong(f: str) -> None:
    right = of(f, SHAPES[f])
    for path, part in places(right, POW):
        if part.parts[1].kind == NUMBER:
            claim = right.changed(path, power(part.parts[0], number(part.parts[1].number + 1)))
            texts = said(f, SHAPES[f], claim)
            assert re.search("should be|exponents|factor|is .*, not ", texts[0]), (str(claim), texts)
    for path, part in places(right, MUL):
        for k, factor in enumerate(part.parts):
            if factor.kind in (NAME, CALL, ADD) and len(part.parts) > 1:
                rest = [p for i, p in enumerate(part.parts) if i != k]
                claim = right.changed(path, times(*rest) if len(rest) > 1 else rest[0])
                texts = said(f, SHAPES[f], claim)
                assert any([re.search("missing|dropped|should be|is .*, not ", text) for text in texts[:2]]), (str(claim), texts)


@pytest.mark.parametrize("f", SHAPES)
def test_the_derivative_of_the_logarithm(f: str) -> None:
    tree = expression(f).tree
    assert tree is not None
    claim = product(of(f, SHAPES[f]), Tree(INV, (tree,)))
    texts = said(f, SHAPES[f], claim)
    assert "derivative of ln" in texts[0], (str(claim), texts)


PLANTED: list[tuple[str, str, Any, dict[str, Any]]] = [
    # what must be said first, f, the claim, options
    ("parentheses are missing", "(x**2 + 1)/(x + 3)", {"x": "(2*x*x + 3 - (x**2 + 1))/(x + 3)**2"}, {}),
    ("parentheses are missing", "k*log(m) - (k + r)*log(m + r)", {"m": "k/m - k + r/(m + r)"}, {"domain": dict.fromkeys("kmr", (1, 3))}),
    ("squared error", "-y*log(a) - (1 - y)*log(1 - a)", {"a": "a - y"}, {"domain": {"a": (0.1, 0.9), "y": (0, 1)}}),
    ("cross-entropy", "(a - y)**2/2", {"a": "-y/a + (1 - y)/(1 - a)"}, {"domain": {"a": (0.1, 0.9), "y": (0.1, 0.9)}}),
    ("sin(2*x) should be sinh(2*x)", "cosh(2*x)", {"x": "2*sin(2*x)"}, {}),
    ("cos(2*x) should be cosh(2*x)", "sinh(2*x)", {"x": "2*cos(2*x)"}, {}),
    ("not x × n**(x - 1)", "x**n", {"x": "x*n**(x - 1)"}, {"domain": {"x": (0.5, 2), "n": (1.5, 3)}}),
    ("at every mul", "tanh(w2*tanh(w1*x))", {"x": "(1 - tanh(w2*tanh(w1*x))**2)*(1 - tanh(w1*x)**2)"}, {}),
    ("s2 should be s1", "s1*x/(s2 + y)", {"x": "s2/(s2 + y)"}, {"domain": dict.fromkeys(("s1", "s2", "x", "y"), (1, 3))}),
    ("lam*(alpha*(exp(x) - 1) + alpha)", "lam*alpha*(exp(x) - 1)", {"x": "lam*alpha*(exp(x) - 1) + alpha"}, {}),
    ("factor 1/3", "mean([(x - a)**2, (x - b)**2, (x - c)**2])", {"x": "2*(x - a) + 2*(x - b) + 2*(x - c)"}, {}),
    ("a factor (c - d) is missing", "(a - b)*(c - d)*exp(x)", {"x": "(a - b)*exp(x)"}, {}),
    ("treated as a constant", "m = mean([x, y, z]); v = (x - m)**2 + (y - m)**2; f = (x - m)/sqrt(v)", {"x": "1/sqrt(v)"}, {"domain": {"x": (2, 3), "y": (0, 1), "z": (-2, -1)}}),
    ("that is ∂f/∂(√v), the derivative by √v", "-log(v)/2 - x**2/(2*v)", {"v": "-1/sqrt(v) + x**2/v**1.5"}, {"domain": {"v": (0.5, 2)}}),
    ("that is ∂f/∂(1/T)", "A*exp(-E/T)", {"T": "-E*A*exp(-E/T)"}, {"domain": dict.fromkeys("AET", (0.5, 2))}),
    ("with t = 0 put in", "A*exp(-g*t)*cos(w*t)", {"t": "-g*A"}, {}),
    ("sqrt(r**2) + sqrt(h**2) in the place of", "r*(r + sqrt(r**2 + h**2))", {"r": "4*r + h"}, {"domain": dict.fromkeys("rh", (0.5, 2))}),
    ("log(p) + log(q) in the place of log(p + q)", "log(p + q)*p", {"p": "log(p) + log(q) + 1"}, {"domain": dict.fromkeys("pq", (0.5, 2))}),
    ("without the term exp(k)", "-log(exp(a)/(exp(a) + exp(b) + exp(k)))", {"b": "exp(b)/(exp(a) + exp(b))"}, {}),
    ("(K/L)**(1 - a) should be", "A*K**a*L**(1 - a)", {"K": "a*A*(K/L)**(1 - a)"}, {"domain": dict.fromkeys("AKL", (0.5, 2)) | {"a": (0.2, 0.8)}}),
    ("with b in the place of a", "exp(a)/(exp(a) + exp(b) + exp(c))", {"b": "exp(b)/(exp(a) + exp(b) + exp(c))*(1 - exp(b)/(exp(a) + exp(b) + exp(c)))"}, {}),
    ("the exponents are wrong", "4*e0*((s/r)**12 - (s/r)**6)", {"r": "4*e0*(-12*s**12/r**11 + 6*s**6/r**5)"}, {"domain": dict.fromkeys(("e0", "s", "r"), (0.7, 1.4))}),
    ("with -x in the place of x", "-x*y - x*z + x**2", {"x": "y + z + 2*x"}, {})]


@pytest.mark.parametrize(("wanted", "f", "claims", "options"), PLANTED, ids=[f"{wanted[:30]} {f[:20]}" for wanted, f, *_ in PLANTED])
def test_what_people_did_is_said_first(wanted: str, f: str, claims: dict[str, str], options: dict[str, Any]) -> None:
    finding = verify(f, claims, **options).findings[0]
    assert finding.verdict == "wrong"
    assert finding.causes, str(finding)
    texts = [cause.text for cause in finding.causes]
    assert wanted in texts[0], texts


def test_a_cause_that_would_break_a_right_claim_is_not_told() -> None:
    """ds/db is right, so the sign of what both share cannot be the mistake."""
    report = verify("z = w*x + b; s = sigmoid(-z)", ["ds/db = -s*(1 - s)", "ds/dw = s*(1 - s)*x"])
    assert [finding.verdict for finding in report.findings] == ["right", "wrong"]
    assert all(["∂(-z)/∂z" not in cause.text for cause in report.findings[1].causes[:1]])


def test_names_of_ours_are_defined_on_the_spot() -> None:
    text = str(verify("exp(x)*(exp(x) + y) + log(exp(x)*(exp(x) + y))*y", {"y": "exp(x) + log(exp(x)*(exp(x) + y))"}))
    for name_of_ours in set(re.findall(r"v[₀-₉]+", text)):
        assert f"{name_of_ours} = " in text


def test_what_nothing_explains_is_said_with_the_difference_and_the_derivation() -> None:
    text = str(verify("x**3", {"x": "cos(x) + x**3 - 7"}))
    assert "The right derivative is 3*x**2." in text
    assert "Yours minus the right one is cos(x) + x**3 - 3*x**2 - 7." in text
    assert "Neither one slip nor two explain this. The right derivation:" in text


def test_a_witness_is_telling() -> None:
    at = verify("x*y*z", {"x": "y*z + 1e-9*x"}).findings[0]
    assert at.verdict == "wrong"
    point = verify("(a - b)*(b - c)*c", {"a": "(b - c)"}).findings[0]
    assert point.at is not None
    assert len(set(point.at.values())) == 3
    assert point.true != 0.0


def test_the_planted_claims_are_changes_and_nothing_else() -> None:
    """The right derivatives, as the same trees, are right."""
    for f, by in SHAPES.items():
        assert verify(f, {by: str(of(f, by))}, domain=dict.fromkeys(expression(f).names, DOMAIN)), f
