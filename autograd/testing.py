"""Helpers for your own tests: `assert_gradient` for pytest, and strategies for Hypothesis (from the extra "test").

>>> from autograd.testing import assert_gradient
>>> assert_gradient("x**3", {"x": "3*x**2"})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .checking import verify
from .engine import Value
from .errors import InputError, MissingExtraError, OperandError
from .inputs import described, finite, quoted, whole

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["assert_gradient", "expressions", "points", "values"]


def assert_gradient(f: Any, claims: Any, *, domain: Mapping[str, Any] | None = None, points: Any | None = None) -> None:
    """Fail unless `verify` finds every claim right. The arguments are those of `verify`, and its report is the message.

    Raises GradientError, which is an AssertionError.

    >>> assert_gradient(lambda a, b: (a + b) * (b + 1), {"a": "b + 1", "b": "a + 2*b + 1"})
    >>> assert_gradient("tanh(x)", {"x": "1 - tanh(x)"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    autograd.errors.GradientError: verify tanh(x)
    ...
    """
    verify(f, claims, domain=domain, points=points).raise_if_wrong()


def points(*names: str, low: float = -3.0, high: float = 3.0) -> SearchStrategy[dict[str, float]]:
    """Points for `verify` and `gradcheck`: a number between `low` and `high` for each name."""
    for name in names:
        if not isinstance(name, str):
            raise OperandError(f"points takes names, got {described(name)}")
    if not names:
        raise InputError("points needs the names of the inputs, as in points('a', 'b')")
    found: SearchStrategy[dict[str, float]] = _strategies().fixed_dictionaries({name: _numbers(low, high) for name in names})
    return found


def values(low: float = -3.0, high: float = 3.0, *, name: str | None = None) -> SearchStrategy[Value]:
    """Leaves of a graph: Values with data between `low` and `high`."""
    if name is not None and not isinstance(name, str):
        raise OperandError(f"name must be a string, got {described(name)}")
    found: SearchStrategy[Value] = _numbers(low, high).map(lambda x: Value(x, name=name))
    return found


def expressions(*names: str, operations: int = 6) -> SearchStrategy[str]:
    """Formulas in the given names (x and y by default) that have a value and a finite gradient everywhere.

    Args:
        operations: roughly how many operations a formula has.
    """
    count = whole("operations", operations, least=0)
    if count > MOST:
        raise InputError(f"operations must be at most {MOST}, got {quoted(count)}")
    strategies = _strategies()
    leaves = strategies.sampled_from([*(names or ("x", "y")), "2", "0.5", "-3"])

    def larger(part: Any) -> Any:
        pairs = strategies.tuples(part, part)
        return strategies.one_of(
            strategies.tuples(strategies.sampled_from(_OF_ONE), part).map(lambda x: f"{x[0]}({x[1]})"),
            pairs.map(lambda x: f"({x[0]} + {x[1]})"), pairs.map(lambda x: f"({x[0]} - {x[1]})"),
            pairs.map(lambda x: f"{x[0]}*{x[1]}" if x[1][0] != "-" else f"{x[0]}*({x[1]})"),
            pairs.map(lambda x: f"({x[0]})/(2 + sin({x[1]}))"), part.map(lambda x: f"({x})**2"))
    found: SearchStrategy[str] = strategies.recursive(leaves, larger, max_leaves=max(count, 1))
    return found


MOST = 1000                                                          # operations in a formula
_OF_ONE: Sequence[str] = ("sin", "cos", "tanh", "sigmoid", "softplus", "atan", "erf", "asinh", "log_sigmoid")


def _numbers(low: float, high: float) -> Any:
    low, high = finite("low", low), finite("high", high)
    if not low <= high:
        raise InputError(f"low must not be above high, got {low!r} and {high!r}")
    return _strategies().floats(low, high, allow_nan=False, allow_infinity=False, allow_subnormal=False)


def _strategies() -> Any:
    try:
        import hypothesis.strategies
    except ImportError:
        raise MissingExtraError("strategies need Hypothesis: pip install 'scalar-autograd[test]'") from None
    return hypothesis.strategies
