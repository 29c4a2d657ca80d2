"""Random graphs over the whole table: gradients at 60 digits, in floats, and of second order; and a test of these tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from autograd.checking.exact import ExactGraph
from autograd.derivatives import gradient
from autograd.engine import Value, apply
from autograd.ops import FLAT, TABLE, Operation

from . import properties
from .strategies import KEPT, ROWS, Recipe, order, recipes


@given(recipes())
def test_the_gradient_at_60_digits_is_that_of_differences(recipe: Recipe) -> None:
    properties.check_gradient_at_60_digits(recipe)


@given(recipes())
def test_the_gradient_in_floats_is_that_at_60_digits_within_rounding(recipe: Recipe) -> None:
    properties.check_gradient_in_floats(recipe)


@given(recipes(most=5))
@settings(max_examples=60)
def test_second_derivatives_are_those_of_differences_of_the_first(recipe: Recipe) -> None:
    properties.check_second_derivatives(recipe)


@given(recipes())
def test_every_node_caches_one_partial_a_parent(recipe: Recipe) -> None:
    properties.check_local_partials(recipe)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_alone(row: Operation) -> None:
    @given(recipes(containing=row, most=0))
    @settings(max_examples=15)
    def holds(recipe: Recipe) -> None:
        properties.check_gradient_at_60_digits(recipe)
        properties.check_second_derivatives(recipe)
    holds()


def test_constants_on_a_path_are_multiplied_and_added_exactly() -> None:
    x = Value(0.7)
    y = apply(TABLE["selu"], apply(TABLE["selu"], x)) * 0.3 / 0.7 + x * 0.1 + x * 0.2
    judge = ExactGraph(y, [x])
    assert abs(judge.gradient[0] - judge.difference(0)) < 1e-50
    slope = gradient(y, x, create_graph=True)
    assert abs(ExactGraph(slope, [x]).value - judge.gradient[0]) < 1e-50


def test_every_row_with_a_domain_is_kept_inside_it() -> None:
    assert {row.name for row in ROWS if row.domain is not None or row.needs} <= set(KEPT)


# The test of the tests: a wrong partial must be found ------------------------------------------------------------------------

def wrong_partials(row: Operation) -> list[Any]:
    """Copies of the row's partials, in each of which one is off by a millionth."""
    if row.nary:
        right = row.partials[0]
        return [(lambda m, y, *xs: [d + 1e-6 for d in ([0.0] * len(xs) if right is FLAT else right(m, y, *xs))],)]
    copies = []
    for k, right in enumerate(row.partials):
        copies.append((*row.partials[:k], _off(right), *row.partials[k + 1:]))
    return copies


def _off(right: Callable[..., Any]) -> Callable[..., Any]:
    return lambda m, y, *xs: right(m, y, *xs) * (1.0 + 1e-6) + 1e-6


PLANTED = [(row, k) for row in ROWS for k in range(1 if row.nary else len(row.partials)) if KEPT.get(row.name, [None] * 3)[k] is not order]


@pytest.mark.parametrize(("row", "k"), PLANTED, ids=[f"{row.name}-{k}" for row, k in PLANTED])
def test_a_planted_wrong_partial_is_found(row: Operation, k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = wrong_partials(row)[k]
    monkeypatch.setattr(row, "partials", wrong)
    monkeypatch.setattr(row, "flat", frozenset([j for j, d in enumerate(wrong) if d is FLAT]))
    monkeypatch.setattr(row, "is_flat", False)

    @seed(1)
    @given(recipes(containing=row, most=1))
    @settings(max_examples=20, database=None, phases=[Phase.generate], report_multiple_bugs=False,
              suppress_health_check=list(HealthCheck))
    def holds(recipe: Recipe) -> None:
        properties.check_gradient_at_60_digits(recipe)
    with pytest.raises(AssertionError):                              # and not Flaky, which is no finding
        holds()


def test_the_planted_errors_cover_every_row() -> None:
    assert {row.name for row, _ in PLANTED} == set(TABLE) - {"pi", "peak"}


def test_a_gradient_that_is_ten_times_too_large_is_found() -> None:
    x = Value(0.5)
    y = x * x
    y._da *= 10.0
    y.backward()
    assert abs(ExactGraph(y, [x]).gradient[0] - x.grad) > 1.0
