"""NumPy's back end: products of matrices, batches and blocks of lanes give what each line alone gives; planted errors are found."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from autograd.program import batches, numpy_backend
from autograd.program.batches import Batch, Sums, planned
from autograd.program.exchange import Inputs
from autograd.program.numpy_backend import NumPyProgram
from autograd.program.simplify import AFTER, COUNT, LANE, SHARED, Code, Number, reached

COLUMNS, WEIGHTS = 5, 24


def line_by_line(code: Code, results: Sequence[int], columns: Sequence[Any], weights: Sequence[float]) -> tuple[list[Any], list[float]]:
    """The results in lanes and the others, each line computed by itself in whole arrays."""
    count = len(columns[0])
    found: dict[int, Any] = {}
    functions: dict[str, Callable[..., Any]] = {
        "add": np.add, "sub": np.subtract, "mul": np.multiply, "neg": np.negative, "where": np.where, "less": np.less, "tanh": np.tanh,
        "and": np.logical_and, "erf": np.vectorize(math.erf, otypes=[float]), "total": np.sum, "spread": lambda x: np.full(count, x),
        "erf_slope": lambda x: 2.0 / math.sqrt(math.pi) * np.exp(-x * x),
        "dot": lambda *xs: sum([a * b for a, b in zip(xs[:len(xs) // 2], xs[len(xs) // 2:])])}
    for k in reached(code, results):
        if k in code.constants:
            found[k] = code.constants[k]
        elif k in code.inputs:
            place = code.inputs[k]
            found[k] = columns[place] if code.ranks[k] == LANE else count if place == COUNT else weights[place - COLUMNS]
        else:
            found[k] = functions[code.names[k]](*[found[x] for x in code.operands[k]])
    return ([np.asarray(found[k], dtype=float) for k in results if code.ranks[k] == LANE],
            [float(found[k]) for k in results if code.ranks[k] != LANE])


def random_code(seed: int) -> tuple[Code, list[int]]:
    """Layers of sums, functions of them, conditions, and totals of all kinds."""
    source = random.Random(seed)
    m = Code()
    xs: list[Any] = [m.input(k, LANE) for k in range(COLUMNS)]
    ws: list[Any] = [m.input(COLUMNS + k, SHARED) for k in range(WEIGHTS)]
    ws += [ws[0] * ws[1], m.tanh(ws[2]) - ws[3], m.input(COUNT, SHARED) * 0.125]
    every = list(xs)
    results: list[Any] = []
    for _ in range(source.randint(1, 3)):
        leaves = source.sample(every, min(source.randint(2, 6), len(every)))
        layer = []
        for _ in range(source.randint(1, 8)):
            terms = [source.choice(ws) * x if source.random() < 0.9 else x for x in leaves] + source.sample(ws, source.randint(0, 2))
            y = terms[0]
            for term in terms[1:]:
                y = y + term if source.random() < 0.7 else y - term
            layer.append(y)
        made = []
        for y in layer:
            kind = source.randrange(6)
            z = m.where(m.both(y < 0.5, source.choice(every) < 1.0), y, source.choice(every)) if kind == 0 else m.erf(y) if kind == 1 else m.tanh(y)
            made.append(z * m.write("erf_slope", y) if kind == 2 else z)
        results += source.sample(layer, source.randint(0, 1))
        every += made
        if source.random() < 0.6:                                    # the gradient by the weights of a layer
            results += [m.total(g * x) for g in made for x in leaves]
    results += [m.total(source.choice(every) * source.choice(every)) for _ in range(3)]
    results += [m.total(source.choice(every)), m.total(every[-1]) * ws[0] - 1.0, every[-1], source.choice(every) < 0.0, m.spread(ws[4]), ws[5]]
    return m, [m.constant(y).index for y in results]


def check(seed: int, few: int, most: int, count: int) -> None:
    code, results = random_code(seed)
    rng = np.random.default_rng(seed)
    columns, weights = list(rng.normal(size=(COLUMNS, count))), rng.normal(size=WEIGHTS).tolist()
    with np.errstate(all="ignore"):
        in_lanes, others = line_by_line(code, results, columns, weights)
    program = NumPyProgram(code, results, few, most)
    given = Inputs(columns, [0.0] * COLUMNS + weights, count)
    for _ in range(2):                                               # the second run in the memory of the first
        rows, rest = program(given)
        np.testing.assert_allclose(rows, np.reshape(in_lanes, (-1, count)), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(rest, others, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("few", "most", "count"), [(100, 100, 1), (100, 100, 7), (0, 100, 7), (0, 4, 9), (0, 4, 8), (0, 1, 3)])
def test_batches_and_blocks_give_what_each_line_alone_gives(few: int, most: int, count: int) -> None:
    for seed in range(60):
        check(seed, few, most, count)


def test_no_lanes_at_all() -> None:
    code, results = random_code(3)
    rows, others = NumPyProgram(code, results)(Inputs([np.zeros(0)] * COLUMNS, [0.0] * COLUMNS + [1.0] * WEIGHTS, 0))
    assert rows.shape[1] == 0
    assert others[0] == 0.0


def check_seeds() -> None:
    for seed in range(60):
        check(seed, 100, 100, 7)


def is_found() -> None:
    """A planted error must make some of the seeds fail."""
    with pytest.raises((AssertionError, KeyError, ValueError)):
        check_seeds()


def test_a_lost_sign_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = batches._as_sums
    monkeypatch.setattr(batches, "_as_sums", lambda leaves, group: right(leaves, [
        (k, [term._replace(sign=1.0) for term in terms], inner) for k, terms, inner in group]))
    is_found()


def test_rows_that_are_given_back_too_early_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = numpy_backend._needed
    monkeypatch.setattr(numpy_backend, "_needed", lambda batch: list(right(batch))[:1])
    is_found()


def test_totals_of_the_wrong_products_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(batches._crossed({1: {3: 10, 4: 11}, 2: {3: 12, 4: 13}, 3: {1: 10, 2: 12}, 4: {1: 11, 2: 13}})) == [((1, 2), (3, 4))]
    monkeypatch.setattr(numpy_backend, "_add_products", lambda total, rows, others: total.__iadd__(rows[::-1] @ others.T))
    is_found()


def network(m: Code, x: Sequence[Any], w: Sequence[Any], sizes: Sequence[int]) -> list[Number]:
    """Layers, the weights of each after those of the one before, its biases last."""
    k, h = 0, list(x)
    for size in sizes:
        h = [m.tanh(sum([w[k + j * len(h) + i] * h[i] for i in range(len(h))], w[k + size * len(h) + j])) for j in range(size)]
        k += size * (len(x) + 1)
    return h


def test_a_layer_is_one_product_and_its_functions_one_call() -> None:
    m = Code()
    x, w = [m.input(k, LANE) for k in range(5)], [m.input(5 + k, SHARED) for k in range(60)]
    results = [y.index for y in network(m, x, w, [5, 5])]
    plan = planned(m, reached(m, results), results, by_level=True)
    assert [type(batch) for batch in plan.batches] == [Sums, Batch, Sums, Batch]
    alone = planned(m, reached(m, results), results, by_level=False)
    assert [len(batch.lines) for batch in alone.batches] == [5, *[1] * 5, 5, *[1] * 5]


def test_the_gradient_of_a_layer_is_one_product() -> None:
    m = Code()
    gs, xs = [m.tanh(m.input(k, LANE)) for k in range(4)], [m.input(4 + k, LANE) for k in range(6)]
    results = [m.total(g * x).index for g in gs for x in xs]
    (totals,) = planned(m, reached(m, results), results, by_level=True).totals
    assert totals.crossed
    assert {len(totals.rows), len(totals.others)} == {4, 6}
    assert all([m.ranks[k] == AFTER for k in totals.lines])
