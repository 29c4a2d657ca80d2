"""Nested arguments - floats, lists, tuples, dicts, NumPy arrays, in each other - as one flat list, and back."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Tuple

from .arithmetic import described, is_real, is_referee_number
from .engine import Value
from .errors import OperandError

Rebuild = Callable[[List[Any]], Any]


def flatten(x: Any) -> Tuple[List[Any], Rebuild]:
    """The numbers and Values in x, in order, and a function that puts as many others in their places.

    >>> numbers, rebuild = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> numbers
    [1.0, 2.0, 3.0]
    >>> rebuild([10.0, 20.0, 30.0])
    {'w': [10.0, 20.0], 'b': 30.0}
    """
    leaves: List[Any] = []
    together = _taken_apart(x, leaves)
    return leaves, lambda others: together(iter(others))


def _taken_apart(x: Any, leaves: List[Any]) -> Callable[[Any], Any]:
    """Collect the leaves of x; the answer makes it anew from an iterator of others."""
    if isinstance(x, Value) or is_real(x) or is_referee_number(x):
        leaves.append(x)
        return next
    if isinstance(x, Mapping):
        parts: Dict[Any, Any] = {key: _taken_apart(item, leaves) for key, item in x.items()}
        return lambda others: {key: part(others) for key, part in parts.items()}
    if isinstance(x, (list, tuple)):
        items = [_taken_apart(item, leaves) for item in x]
        if hasattr(x, "_fields"):                                    # a namedtuple
            return lambda others: type(x)(*[item(others) for item in items])
        return lambda others: type(x)([item(others) for item in items])
    if hasattr(x, "dtype") and hasattr(x, "ravel"):
        flat = x.ravel().tolist()
        for item in flat:
            _taken_apart(item, leaves)
        return lambda others: _array([next(others) for _ in flat], x.shape)
    raise OperandError(f"numbers, Values, and lists, tuples, dicts or arrays of them are needed, not {described(x)}")


def _array(items: List[Any], shape: Tuple[int, ...]) -> Any:
    import numpy as np
    if any([isinstance(x, Value) for x in items]):
        array = np.empty(len(items), dtype=object)
        array[:] = items
        return array.reshape(shape)
    return np.array(items, dtype=float).reshape(shape)
