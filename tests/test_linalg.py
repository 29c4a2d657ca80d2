"""solve, inv, det: against NumPy, with gradients against their formulas; singular matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autograd import Value, det, grad, gradcheck, gradient, inv, jacobian, solve
from autograd.errors import DomainError, InputError
from autograd.linalg import _without_division

sizes = st.integers(1, 5)


def matrix(n: int, seed: int) -> Any:
    return np.random.default_rng(seed).normal(size=(n, n))


@given(sizes, st.integers(0, 10 ** 6))
def test_they_are_numpys(n: int, seed: int) -> None:
    a = matrix(n, seed)
    assume(np.linalg.cond(a) < 1e6)
    b = np.random.default_rng(seed + 1).normal(size=n)
    assert solve(a, b) == pytest.approx(np.linalg.solve(a, b), rel=1e-7, abs=1e-7)
    assert inv(a) == pytest.approx(np.linalg.inv(a), rel=1e-7, abs=1e-7)
    assert det(a) == pytest.approx(np.linalg.det(a), rel=1e-7, abs=1e-9)
    assert _without_division(a.tolist()) == pytest.approx(np.linalg.det(a), rel=1e-7, abs=1e-9)
    assert isinstance(solve(a, b), np.ndarray)
    assert isinstance(inv(a.tolist()), list)
    assert solve(a, np.stack([b, 2 * b], axis=1)) == pytest.approx(np.linalg.solve(a, np.stack([b, 2 * b], axis=1)), rel=1e-7, abs=1e-7)


@given(sizes, st.integers(0, 10 ** 6))
def test_gradients_are_those_of_the_formulas(n: int, seed: int) -> None:
    a = matrix(n, seed)
    assume(np.linalg.cond(a) < 1e4)
    assert grad(det)(a) == pytest.approx(np.linalg.det(a) * np.linalg.inv(a).T, rel=1e-6, abs=1e-8)
    b = np.ones(n)
    x = np.linalg.solve(a, b)
    back = np.linalg.solve(a.T, np.ones(n))                          # of the sum of x
    assert grad(lambda a: sum(solve(a, b)))(a) == pytest.approx(-np.outer(back, x), rel=1e-5, abs=1e-6)
    assert jacobian(lambda b: solve(a, b))(b) == pytest.approx(np.linalg.inv(a), rel=1e-6, abs=1e-8)


def test_a_singular_matrix_has_a_determinant_with_a_gradient_and_no_solution() -> None:
    a = [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]]
    assert (det(a), grad(det)(a)) == (0.0, [[4.0, 4.0, -4.0], [-2.0, -2.0, 2.0], [0.0, 0.0, 0.0]])  # the cofactors
    assert gradcheck(lambda x, z: det([[x, z], [z, x]]), (2.0, 2.0))
    assert det([[0.0]]) == 0.0
    for f in (lambda: solve(a, [1.0, 2.0, 3.0]), lambda: inv(a)):
        with pytest.raises(DomainError, match="needs a non-singular matrix"):
            f()


def test_pivoting_takes_the_largest() -> None:
    x = Value(1e-20)
    found = solve([[x, 1.0], [1.0, 1.0]], [1.0, 2.0])
    assert [z.data for z in found] == [1.0, 1.0]
    assert gradient(found[0], x) == pytest.approx(1.0)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: det([[1.0, 2.0]]), "square matrix"), (lambda: inv(3.0), "square matrix"), (lambda: det([[1.0, 2.0], [3.0]]), "rows of the same length, got rows of 1 and 2"), (lambda: det([]), "an empty list"), (lambda: solve([[1.0, 2.0], [3.0, 4.0]], [[1.0], [1.0, 2.0]]), "got rows of 1 and 2"),
    (lambda: solve([[1.0]], [1.0, 2.0]), "a right-hand side of 1 number or row"), (lambda: solve([[1.0]], 2.0), "a right-hand side of 1 number or row")])
def test_shapes_that_do_not_fit_are_told(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()
