"""Claims for arrays: one sentence for all entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import verify

RANDOM = np.random.default_rng(0)


def points(*shapes: tuple[int, ...], count: int = 3) -> list[tuple[Any, ...]]:
    return [tuple(RANDOM.normal(size=shape).round(2) for shape in shapes) for _ in range(count)]


def softmax(z: Any) -> Any:
    e = ag.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(z: Any) -> Any:
    p = softmax(z)
    return -(ag.log(p[0, 1]) + ag.log(p[1, 0])) / 2


def quadratic(w: Any, x: Any) -> Any:
    return ((w @ x) ** 2).sum()


def factorised(u: Any, v: Any, r: Any) -> Any:
    return ((r - u @ v.T) ** 2).sum() + 0.1 * (v ** 2).sum()


SQUARE, VECTOR = (3, 3), (3,)
MADE: list[tuple[str, Callable[..., Any], str, Callable[..., Any], list[tuple[Any, ...]]]] = [
    ("the matrix is transposed", quadratic, "w", lambda w, x: np.outer(x, 2 * w @ x), points(SQUARE, VECTOR)),
    ("the matrix is transposed", quadratic, "w", lambda w, x: np.outer(x, 2 * w @ x), points((2, 2), (2,))),
    ("W is used for Wᵀ", quadratic, "x", lambda w, x: 2 * w @ (w @ x), points(SQUARE, VECTOR)),
    ("W is used for Wᵀ", quadratic, "x", lambda w, x: 2 * w @ (w @ x), points((2, 2), (2,))),
    ("over the rows instead of the columns", lambda x, b: ((x + b) ** 2).sum(), "b", lambda x, b: 2 * (x + b).sum(axis=1), points(SQUARE, VECTOR)),
    ("12 times the right value everywhere: a sum instead of a mean, so 1/12 is missing", lambda x, b: ((x + b) ** 2).mean(), "b", lambda x, b: 2 * (x + b).sum(axis=0), points((4, 3), VECTOR)),
    ("only the first of the 4 uses of each entry is counted", lambda x, b: ((x + b) ** 2).sum(), "b", lambda x, b: 2 * (x + b)[0], points((4, 3), VECTOR)),
    ("the one-hot target, times 1/2, is missing", cross_entropy, "z", lambda z: softmax(z) / 2, points((2, 3))),
    ("the sign is flipped", quadratic, "w", lambda w, x: -np.outer(2 * w @ x, x), points((2, 3), VECTOR)),
    ("what comes from above, the derivative by the product, is transposed", factorised, "v", lambda u, v, r: -2 * (r - u @ v.T) @ u + 0.2 * v, points((3, 2), (3, 2), SQUARE)),
    ("multiplied element by element", lambda a, b, c: ((a @ b - c) ** 2).sum() / 2, "a", lambda a, b, c: (a @ b - c) * b.T, points(SQUARE, SQUARE, SQUARE)),
    ("multiplied element by element", lambda a, b, c: ((a @ b - c) ** 2).sum() / 2, "b", lambda a, b, c: a.T * (a @ b - c), points(SQUARE, SQUARE, SQUARE)),
    ("the term -y is missing", lambda z, y: (z ** 2).sum() / 2 - (y * z).sum(), "z", lambda z, y: z, points(VECTOR, VECTOR)),
    ("a factor m is missing, element by element", lambda z, m: (m * z ** 2).sum() / 2, "z", lambda z, m: z, points(VECTOR, VECTOR)),
    ("reverse order", lambda z, m: (m * z ** 2).sum() / 2, "z", lambda z, m: (m * z)[::-1], points(VECTOR, VECTOR)),
    ("right only where a is symmetric", lambda a, x: x @ a @ x, "x", lambda a, x: 2 * a @ x, points(SQUARE, VECTOR)),
    ("right only where the elements of t sum to 1", lambda z, t: -(t * ag.log(softmax(z))).sum(), "z", lambda z, t: softmax(z) - t, points(VECTOR, VECTOR))]


@pytest.mark.parametrize(("said", "f", "name", "claim", "at"), MADE, ids=[said for said, *_ in MADE])
def test_a_mistake_with_an_array_is_told_in_one_sentence(said: str, f: Callable[..., Any], name: str, claim: Callable[..., Any], at: list[tuple[Any, ...]]) -> None:
    report = verify(f, {name: claim}, points=at)
    text = str(report)
    assert said in text, text
    assert text.count("Likely") == 1
    assert text.count(" is wrong in ") == 1
    assert len(text.splitlines()) < 10


def test_a_right_array_is_one_row_and_nothing_is_said() -> None:
    text = str(verify(quadratic, {"w": lambda w, x: np.outer(2 * w @ x, x)}, points=points((2, 3), VECTOR)))
    assert "∂f/∂w[0][0] … [1][2]" in text
    assert "wrong" not in text
    assert "Not claimed: ∂f/∂x" in text


def test_findings_tell_of_every_entry() -> None:
    report = verify(quadratic, {"w": lambda w, x: np.outer(x, 2 * w @ x)}, points=points(SQUARE, VECTOR))
    assert len(report.findings) == 9
    assert {finding.verdict for finding in report.findings} == {"right", "wrong"}
    wrong = [finding for finding in report.findings if finding.verdict == "wrong"]
    assert {finding.array for finding in wrong} == {"∂f/∂w"}
    assert {finding.entries for finding in wrong} == {"6 of 9 entries"}
    assert "the matrix is transposed" in report.to_markdown()


def test_many_wrong_entries_without_a_common_cause_are_looked_at_in_part() -> None:
    scale = RANDOM.normal(size=(5, 5))
    report = verify(quadratic, {"w": lambda w, x: scale * np.outer(2 * w @ x, x) + ag.sin(w)}, points=points((5, 5), (5,)))
    assert "The cause was looked for in 10 of 25 wrong entries." in [finding.note for finding in report.findings]
