"""tape and explanations: the price of every change of every local partial, and what it means that something explains a claim."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, gradient, verify
from autograd.checking.diagnosis.edges import FORMS
from autograd.checking.diagnosis.samples import Sample, explains
from autograd.checking.verdict import Outcome
from autograd.tape import Tape
from autograd.traversal import topological_order

from .strategies import Recipe, recipes


@given(recipes(most=6))
def test_the_adjoints_of_a_tape_are_the_gradient(recipe: Recipe) -> None:
    _, output = recipe.build()
    order = topological_order(output)
    tape = Tape(order)
    assert tape.adjoints == gradient(output, order)


@given(recipes(most=6))
def test_forward_and_backward_agree(recipe: Recipe) -> None:
    leaves, output = recipe.build()
    tape = Tape(topological_order(output))
    for x in leaves:
        place = tape.place(x)
        if place is not None and all([abs(d) < 1e6 for ds in tape.partials for d in ds if d is not None]):
            assert tape.tangents(place)[-1] == pytest.approx(tape.adjoints[place], rel=1e-9, abs=1e-9)


@given(recipes(most=6), st.floats(-3, 3), st.data())
def test_the_gradient_is_linear_in_each_local_partial(recipe: Recipe, other: float, data: Any) -> None:
    leaves, output = recipe.build()
    tape = Tape(topological_order(output))
    x = tape.place(leaves[0])
    assume(x is not None and tape.edges(x))
    assert x is not None
    k, j = data.draw(st.sampled_from(tape.edges(x)))
    u, d = tape.operands[k][j], tape.partials[k][j]
    assert u is not None
    assert d is not None
    assume(max([abs(g) for g in (*tape.adjoints, *tape.tangents(x), d)]) < 1e4)
    predicted = tape.adjoints[x] + tape.adjoints[k] * (other - d) * tape.tangents(x)[u]
    assert tape.swept({(k, j): other})[x] == pytest.approx(predicted, rel=1e-9, abs=1e-7)


def sample(claimed: float, verdict: str = "wrong") -> Sample:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    tape = Tape(topological_order((a + b) * (b + 1)))
    place = tape.place(b)
    assert place is not None
    probe: Any = None
    truth: Any = None
    target: Any = None
    return Sample(Outcome(target, probe, truth, claimed, verdict), tape, place, claimed, 5.0, 5.0, 1e-9)


def test_a_number_or_edits_explain_a_claim_at_all_points_or_not() -> None:
    first, second = sample(2.0), sample(3.0)
    assert explains([first], lambda s: 2.0)
    assert not explains([first, second], lambda s: 2.0)
    edge = next(edge for edge in first.graph.edges(first.x) if first.graph.tangents(first.x)[edge[0]] == 1.0)
    assert not explains([first], lambda s: {edge: first.spot(edge).d})       # the right number at a wrong point explains nothing
    root = len(first.graph.nodes) - 1
    assert explains([first], lambda s: {(root, 1): 0.0}) or explains([first], lambda s: {(root, 0): 0.0})
    assert explains([sample(0.0)], lambda s: {(root, 0): 0.0, (root, 1): 0.0})


def test_where_a_mistake_has_no_value_the_claim_must_not_be_wrong() -> None:
    def nothing(s: Sample) -> float:
        raise ZeroDivisionError
    assert not explains([sample(2.0)], nothing)
    assert explains([sample(5.0, "right")], nothing)


def test_forms_are_computed_and_printed_by_one_formula() -> None:
    from autograd.arithmetic.floats import FLOAT
    from autograd.arithmetic.text import TEXT, Text
    for _, form in FORMS:
        text = str(TEXT.number(form(TEXT, Text("h"))))
        assert ag.expression(text)(0.3) == pytest.approx(form(FLOAT, 0.3), rel=1e-15)


@pytest.mark.parametrize(("f", "claim", "kind", "text"), [
    ("sin(x)", "1.37*cos(x)", "constant factor", "the factor 1.37 is too much"), ("x**2", "2*x + 5", "constant term", "the constant 5"), ("exp(a*b*c)", "b*exp(a*b*c)", "factor missing", "a factor c is missing"), ("a**2*b + c", "2*a*b + c", "term too much", "the term c is too much"),
    ("a**2*b + c*a", "2*a*b", "path forgotten", "the path a"), ("a**2*b", "2*a*b*c", "", ""), ("x**2*y", "x**2", "partial of another input", "that is ∂f/∂y")])
def test_what_the_numbers_alone_show(f: str, claim: str, kind: str, text: str) -> None:
    by = "a" if "a" in f.replace("exp", "") and "x**" not in f and "sin" not in f else "x"
    report = verify(f if "c" in f or "c" not in claim else f + " + 0*c", {by: claim})
    causes = report.findings[0].causes
    if kind:
        assert kind in [cause.kind for cause in causes]
        assert any([text in cause.text for cause in causes]), [cause.text for cause in causes]
