"""Sums of products, as one node each: what a layer of neurons computes."""

from __future__ import annotations

import math
from typing import Any

from .arithmetic.floats import FLOAT
from .engine import Nary, Value
from .node import Node, spread
from .ops import DOT, Operation

_fsum = math.fsum


class Weighted(Value):
    """A sum of products of Values, such as a neuron's weights, with Values or constants. Sums with the same right side share its
    tuples. If the left are all leaves, the sweep need not look for their parents."""

    __slots__ = ("_are_leaves", "_dleft", "_dright", "_left", "_right")

    _left: tuple[Node, ...]
    _dleft: tuple[float, ...]
    _right: tuple[Any, ...]
    _dright: tuple[float, ...]                                       # empty if the right are constants
    _are_leaves: bool                                                # the left

    @property
    def operands(self) -> tuple[Any, ...]:
        return self._left + self._right

    @property
    def partials(self) -> tuple[float, ...]:
        return self._dleft + self._dright

    def _flow(self) -> tuple[Node, ...]:
        right: tuple[Any, ...] = self._right if self._dright else ()
        return right if self._are_leaves else self._left + right

    def _pass_on(self, g: float) -> None:
        spread(self._left, self._dleft, g)
        if self._dright:
            spread(self._right, self._dright, g)

    @classmethod
    def _remade(cls, row: Operation, data: float, operands: tuple[Any, ...], partials: tuple[float, ...]) -> Value:
        return Nary._remade(row, data, operands, partials)


def side(row: list[Any]) -> tuple[tuple[Any, ...], tuple[float, ...]] | None:
    """The right side of weighted sums: the operands and their numbers, which are one tuple if the operands are constants. None
    unless all of them are Values or all are floats."""
    operands: tuple[Any, ...] = tuple(row)
    if row and type(row[0]) is float:
        return (operands, operands) if all([type(x) is float for x in row]) else None
    if not all([isinstance(x, Value) for x in row]):
        return None
    return operands, tuple([x._value for x in row])


def weighted_sum(weights: Any, right: tuple[tuple[Any, ...], tuple[float, ...]] | None) -> Value | None:
    """The node of `dot(weights, row)`, where `right` is `side(row)`; it agrees with the row of the table bit for bit. None if it
    does not apply: then use `dot`."""
    if right is None or type(weights) is not list or not weights or len(weights) != len(right[0]):
        return None
    left: list[Any] = weights
    numbers: tuple[float, ...] = right[1]
    found: list[float] = [0.0] * len(left)
    products: list[float] = [0.0] * len(left)
    leaves: bool = True
    v: Value
    z: float
    for k, x in enumerate(left):
        if not isinstance(x, Value):
            return None
        v = x
        leaves = leaves and v._row is None
        w: float = v._value
        z = numbers[k]
        found[k] = w
        products[k] = w * z
    node: Weighted = Weighted.__new__(Weighted)
    try:
        y: float = _fsum(products)
    except (ValueError, OverflowError):                              # fsum refuses inf - inf and overflow: do what the row does
        y = FLOAT.sum(*products)
    node._fill(y)
    node._row = DOT
    node._left = tuple(left)
    node._dleft = numbers
    node._right = right[0]
    node._dright = () if right[0] is numbers else tuple(found)
    node._are_leaves = leaves
    return node
