"""Nested arguments - floats, lists, tuples, dicts, NumPy arrays, in each other - as one flat list, and back."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from .errors import InputError, OperandError
from .inputs import described, is_array, is_real, is_referee_number
from .node import Node

DEEPEST = 100                                                        # a list may hold itself
Rebuild = Callable[[list[Any]], Any]


def flatten(x: Any) -> tuple[list[Any], Rebuild]:
    """The numbers and Values in x, in order, and a function that puts as many others in their places.

    >>> numbers, rebuild = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> numbers
    [1.0, 2.0, 3.0]
    >>> rebuild([10.0, 20.0, 30.0])
    {'w': [10.0, 20.0], 'b': 30.0}
    """
    leaves: list[Any] = []
    together = _taken_apart(x, leaves)
    return leaves, lambda others: together(iter(others))


def _taken_apart(x: Any, leaves: list[Any]) -> Callable[[Any], Any]:
    """Collect the leaves of x; the answer makes it anew from an iterator of others."""
    if isinstance(x, Node) or is_real(x) or is_referee_number(x):
        leaves.append(x)
        return next
    if isinstance(x, Mapping):
        parts: dict[Any, Any] = {key: _taken_apart(item, leaves) for key, item in x.items()}
        return lambda others: _mapping(x, {key: part(others) for key, part in parts.items()})
    if isinstance(x, (list, tuple)):
        items = [_taken_apart(item, leaves) for item in x]
        return lambda others: _sequence(x, [item(others) for item in items])
    if is_array(x):
        flat = x.ravel().tolist()
        for item in flat:
            _taken_apart(item, leaves)
        return lambda others: _array([next(others) for _ in flat], x.shape)
    raise OperandError(f"numbers, Values, and lists, tuples, dicts or arrays of them are needed, not {described(x)}")


def is_sequence(x: Any) -> bool:
    """Whether x holds others in a row: a list, a tuple, an array of one dimension or more."""
    return isinstance(x, (list, tuple)) or (is_array(x) and x.ndim > 0)


def depth(x: Any) -> int:
    """How deep sequences nest: 0 for a number, 1 for a row, 2 for a sequence of rows."""
    levels = 0
    while is_sequence(x):
        levels += 1
        if levels > DEEPEST:
            raise InputError(f"lists nest deeper than {DEEPEST} levels: does one hold itself?")
        if not len(x):
            break
        x = x[0]
    return levels


def number(x: Any) -> Any:
    """The number of a Value; a number as it is."""
    return x.data if isinstance(x, Node) else x


def as_lists(x: Any) -> Any:
    """x with lists for arrays and tuples, at any depth; mappings stay."""
    if isinstance(x, Mapping):
        return {key: as_lists(item) for key, item in x.items()}
    if is_array(x):
        return x.tolist()
    return [as_lists(item) for item in x] if isinstance(x, (list, tuple)) else x


def labelled(x: Any, name: str) -> list[str]:
    """What the numbers in x are called, in the order of `flatten`: a, or w[0], w[1], or w[1][2], w['bias'].

    >>> labelled({"w": [1.0, 2.0], "b": 3.0}, "p")
    ["p['w'][0]", "p['w'][1]", "p['b']"]
    """
    if isinstance(x, Mapping):
        return [label for key, item in x.items() for label in labelled(item, f"{name}[{key!r}]")]
    if is_array(x):
        return [name + "".join([f"[{k}]" for k in place]) for place in itertools.product(*[range(n) for n in x.shape])]
    if isinstance(x, (list, tuple)):
        return [label for k, item in enumerate(x) for label in labelled(item, f"{name}[{k}]")]
    return [name]


def _mapping(x: Mapping[Any, Any], items: dict[Any, Any]) -> Any:
    """A mapping of x's kind: an OrderedDict, a defaultdict with its factory, ..."""
    if type(x) is dict or not isinstance(x, MutableMapping):
        return items
    same = copy.copy(x)
    same.update(items)
    return same


def _sequence(x: Any, items: list[Any]) -> Any:
    """A list or tuple of x's kind."""
    if isinstance(x, tuple):
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if type(x) is list:
        return items
    same = copy.copy(x)
    same[:] = items
    return same


def flatten_like(x: Any, other: Any) -> list[Any]:
    """The numbers of `other` in the order of those of x; InputError if its structure is another."""
    if isinstance(x, Mapping):
        if not isinstance(other, Mapping) or set(other) != set(x):
            raise InputError(f"a mapping with the keys {list(x)} is needed, not {described(other)}")
        return [leaf for key in x for leaf in flatten_like(x[key], other[key])]
    if isinstance(x, (list, tuple)):
        if not isinstance(other, (list, tuple)) or len(other) != len(x):
            raise InputError(f"a sequence of {len(x)} is needed, not {described(other)}")
        return [leaf for one, another in zip(x, other) for leaf in flatten_like(one, another)]
    leaves = flatten(other)[0]
    if getattr(x, "shape", ()) != getattr(other, "shape", ()) or isinstance(other, (list, tuple, Mapping)):
        raise InputError(f"what has the shape of {described(x)} is needed, not {described(other)}")
    return leaves


def _array(items: list[Any], shape: tuple[int, ...]) -> Any:
    import numpy as np
    if any([isinstance(x, Node) or is_referee_number(x) for x in items]):
        array = np.empty(len(items), dtype=object)
        array[:] = items
        return array.reshape(shape)
    return np.array(items, dtype=float).reshape(shape)
