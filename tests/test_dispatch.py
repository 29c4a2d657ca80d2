"""dispatch: which arithmetic a call asks for, and what each does with what it is given."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.arithmetic import referee
from autograd.arithmetic.dispatch import ARRAYS, ELEMENTS, NAMED_FLOATS, arithmetic_of
from autograd.arithmetic.graph import GRAPH
from autograd.errors import DomainError, OperandError

V, Q = Value(0.5, name="v"), referee().number(0.5)
FLOATS, OBJECTS = np.array([0.5, 0.25]), np.array([V, 0.25], dtype=object)


@pytest.mark.parametrize(("operands", "kind"), [
    ((), NAMED_FLOATS), ((1.0,), NAMED_FLOATS), ((1, True, Fraction(1, 2), Decimal("0.5"), np.float64(1.0), np.bool_(True)), NAMED_FLOATS), ((V,), GRAPH), ((1.0, V), GRAPH), ((V, 2), GRAPH),
    ((Q, 1.0), referee()), ((FLOATS,), ARRAYS), ((FLOATS, 2.0), ARRAYS), ((np.array([1, 2], dtype=np.uint8),), ARRAYS), ((np.array([True]),), ARRAYS), ((FLOATS, V), ELEMENTS), ((OBJECTS,), ELEMENTS), ((OBJECTS, FLOATS), ELEMENTS)])
def test_the_arithmetic_that_operands_ask_for(operands: Any, kind: Any) -> None:
    assert arithmetic_of(*operands) is kind


@pytest.mark.parametrize("stranger", ["1", None, 1j, [1.0], (1.0,), {}, np.array(["a"]), np.array([1j]), np.array([np.datetime64("2020")])])
def test_what_is_no_number_is_refused(stranger: Any) -> None:
    with pytest.raises(OperandError):
        arithmetic_of(stranger)


def test_each_computes_the_same() -> None:
    expected = math.exp(0.5) + 0.5
    for x in (0.5, V, Q, FLOATS, OBJECTS):
        m = arithmetic_of(x)
        y = m.exp(m.number(x)) + x
        first = y[0] if isinstance(y, np.ndarray) else y
        assert abs((first.data if isinstance(first, Value) else float(str(first))) - expected) < 1e-15
    assert isinstance(arithmetic_of(OBJECTS).exp(OBJECTS)[0], Value)
    assert isinstance(arithmetic_of(OBJECTS).exp(OBJECTS)[1], float)


def test_small_whole_numbers_in_arrays_become_floats() -> None:
    assert list(ARRAYS.sub(np.array([1], dtype=np.uint8), 2)) == [-1.0]
    assert list(ARRAYS.add(np.array([True]), True)) == [2.0]


def test_errors_of_floats_name_the_operation() -> None:
    with pytest.raises(DomainError, match="log has no value at x = -1"):
        NAMED_FLOATS.log(-1.0)


@pytest.mark.parametrize("m", [NAMED_FLOATS, ELEMENTS, ARRAYS, GRAPH])
def test_a_misspelt_operation_is_an_error_of_the_arithmetic(m: Any) -> None:
    with pytest.raises(AttributeError, match="cossh"):
        m.cossh(1.0)
    assert abs(float(getattr(m.pi, "data", m.pi)) - math.pi) < 1e-15
