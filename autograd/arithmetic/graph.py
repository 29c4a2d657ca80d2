"""The arithmetic of Values. Every result is a node, so that derivatives have derivatives."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..engine import Value, apply
from ..inputs import is_real, real
from ..ops import EQUAL, EXP, FLOOR, NOT_EQUAL, PI, RELU, TABLE, TANH, WHERE
from .floats import FLOAT


class Graph:
    """The arithmetic of Values. What depends on constants alone is decided at once, so that a graph need not record it."""

    name = "Value"

    def number(self, x: Any) -> Any:
        return real(x) if type(x) is not float and is_real(x) else x  # a Decimal does not go together with floats

    def widen(self, x: Any) -> Any:
        return x

    def narrow(self, x: Any) -> Any:
        return x

    @property
    def pi(self) -> Value:
        return apply(PI)

    def where(self, c: Any, a: Any, b: Any) -> Any:
        return apply(WHERE, c, a, b) if isinstance(c, Value) else a if c else b

    def equal(self, a: Any, b: Any) -> Any:
        return apply(EQUAL, a, b) if isinstance(a, Value) or isinstance(b, Value) else a == b

    def not_equal(self, a: Any, b: Any) -> Any:
        return apply(NOT_EQUAL, a, b) if isinstance(a, Value) or isinstance(b, Value) else a != b

    def floor(self, x: Any) -> Any:
        return apply(FLOOR, x) if isinstance(x, Value) else FLOAT.floor(x)

    def exp(self, x: Any) -> Any:                                    # the hot ones, which the engine spells out
        return x.exp() if isinstance(x, Value) else apply(EXP, x)

    def tanh(self, x: Any) -> Any:
        return x.tanh() if isinstance(x, Value) else apply(TANH, x)

    def relu(self, x: Any) -> Any:
        return x.relu() if isinstance(x, Value) else apply(RELU, x)

    def __getattr__(self, name: str) -> Any:
        if name not in TABLE:
            raise AttributeError(f"the arithmetic of Values has no {name!r}")
        function = partial(apply, TABLE[name])
        setattr(self, name, function)                                # from now on it is found at once
        return function


GRAPH = Graph()
