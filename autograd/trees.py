"""Nested arguments (floats, lists, tuples, dicts and NumPy arrays, in any combination) as one flat list, and back."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

from .errors import InputError, OperandError
from .inputs import described, is_array, is_real, is_referee_number, is_table, table_as_array
from .node import Node

DEEPEST = 100                                                        # levels; a list that contains itself has no end
TOO_DEEP = f"lists nest more than {DEEPEST} levels deep: does one contain itself?"
MOST = 10_000                                                        # numbers that subscripts may ask for
Rebuild = Callable[[list[Any]], Any]


def flatten(x: Any) -> tuple[list[Any], Rebuild]:
    """The numbers and Values in x, in order, and a function that rebuilds x with others in their places.

    >>> numbers, rebuild = flatten({"w": [1.0, 2.0], "b": 3.0})
    >>> numbers
    [1.0, 2.0, 3.0]
    >>> rebuild([10.0, 20.0, 30.0])
    {'w': [10.0, 20.0], 'b': 30.0}
    """
    leaves: list[Any] = []
    together = _taken_apart(x, leaves)
    return leaves, lambda others: together(iter(others))


def _taken_apart(x: Any, leaves: list[Any], level: int = 0) -> Callable[[Any], Any]:
    """Collect the leaves of x. Returns a function that rebuilds x from an iterator over new leaves."""
    if isinstance(x, Node) or is_real(x) or is_referee_number(x):
        leaves.append(x)
        return next
    if level > DEEPEST:
        raise InputError(TOO_DEEP)
    if isinstance(x, Mapping):
        parts: dict[Any, Any] = {key: _taken_apart(item, leaves, level + 1) for key, item in x.items()}
        return lambda others: _mapping(x, {key: part(others) for key, part in parts.items()})
    if isinstance(x, (list, tuple)):
        items = [_taken_apart(item, leaves, level + 1) for item in x]
        return lambda others: _sequence(x, [item(others) for item in items])
    if is_table(x):
        array = _taken_apart(x.to_numpy(), leaves, level)
        return lambda others: _table(x, array(others))
    if is_array(x):
        flat = x.ravel().tolist()
        for item in flat:
            _taken_apart(item, leaves, level + 1)
        return lambda others: array_of([next(others) for _ in flat], x.shape)
    raise OperandError(f"expected numbers, Values, or lists, tuples, dicts or arrays of them, got {described(x)}")


def check_depth(x: Any) -> None:
    """Raise InputError if lists, tuples or mappings nest too deeply, as they do where one contains itself."""
    waiting = [(x, 0)]
    while waiting:
        item, level = waiting.pop()
        if level > DEEPEST:
            raise InputError(TOO_DEEP)
        if isinstance(item, Mapping):
            item = list(item.values())
        if isinstance(item, (list, tuple)):
            waiting.extend([(part, level + 1) for part in item if isinstance(part, (list, tuple, Mapping))])


def is_sequence(x: Any) -> bool:
    """Whether x is a list, a tuple, a table, or an array of at least one dimension."""
    return isinstance(x, (list, tuple)) or (is_array(x) and x.ndim > 0) or is_table(x)


def depth(x: Any) -> int:
    """How deeply sequences nest: 0 for a number, 1 for a row, 2 for a sequence of rows."""
    levels = 0
    while is_sequence(x):
        levels += 1
        if levels > DEEPEST:
            raise InputError(TOO_DEEP)
        if not len(x):
            break
        x = table_as_array(x)[0]
    return levels


def number(x: Any) -> Any:
    """The number in a Value; a plain number unchanged."""
    return x.data if isinstance(x, Node) else x


def sizes_of(x: Any) -> tuple[int, ...]:
    """The lengths of the sides of an array or of nested lists; () for a number."""
    return (len(x), *sizes_of(x[0])) if isinstance(x, (list, tuple)) and x else tuple(getattr(x, "shape", ()))


def as_lists(x: Any, level: int = 0) -> Any:
    """x with arrays and tuples turned into lists, at any depth. Mappings stay mappings."""
    if level > DEEPEST:
        raise InputError(TOO_DEEP)
    x = table_as_array(x)
    if isinstance(x, Mapping):
        return {key: as_lists(item, level + 1) for key, item in x.items()}
    if is_array(x):
        return x.tolist()
    return [as_lists(item, level + 1) for item in x] if isinstance(x, (list, tuple)) else x


def labelled(x: Any, name: str) -> list[str]:
    """Names for the numbers in x, in the order of `flatten`: a; w[0] and w[1]; w[1][2]; w['bias'].

    >>> labelled({"w": [1.0, 2.0], "b": 3.0}, "p")
    ["p['w'][0]", "p['w'][1]", "p['b']"]
    """
    if isinstance(x, Mapping):
        return [label for key, item in x.items() for label in labelled(item, f"{name}[{key!r}]")]
    x = table_as_array(x)
    if is_array(x):
        return [name + "".join([f"[{k}]" for k in place]) for place in itertools.product(*[range(n) for n in x.shape])]
    if isinstance(x, (list, tuple)):
        return [label for k, item in enumerate(x) for label in labelled(item, f"{name}[{k}]")]
    return [name]


def parted(label: str) -> tuple[str, tuple[int, ...]]:
    """A label of `labelled` as a name and the numbers in the brackets behind it.

    >>> parted("w[1][2]"), parted("b")
    (('w', (1, 2)), ('b', ()))
    """
    match = re.fullmatch(r"(?s)(.*?)((?:\[\d+\])*)", label)
    assert match is not None
    return match[1], tuple([int(k) for k in re.findall(r"\d+", match[2])])


def assembled(point: Mapping[str, Any]) -> dict[str, Any]:
    """A point whose names are elements of lists, {"w[0]": 1, "w[1]": 2}, with the lists put together."""
    places: dict[str, dict[tuple[int, ...], Any]] = {}
    whole: dict[str, Any] = {}
    for label, x in point.items():
        name, place = parted(str(label).strip())
        if place:
            places.setdefault(name, {})[place] = x
        else:
            whole[label] = x
    for name, numbers in places.items():
        template = nested(numbers)
        labels = [parted(label)[1] for label in labelled(template, "")]
        missing = [place for place in labels if place not in numbers]
        if missing:
            raise InputError(f"the point has no number for {name}[{']['.join(map(str, missing[0]))}]")
        whole[name] = flatten(template)[1]([numbers[place] for place in labels])
    return whole


def nested(places: Iterable[tuple[int, ...]], most: int = MOST) -> Any:
    """A nested list of zeros, large enough for all the places, but of no more than so many numbers."""
    places = [place for place in places if place]
    if not places:
        return 0.0
    count = max([place[0] for place in places]) + 1
    deeper = [place[1:] for place in places]
    if count > most:
        raise InputError(f"the subscripts ask for more than {MOST} numbers: {', '.join(map(str, places[:3]))}")
    return [nested(deeper, most // count) for _ in range(count)]


def _mapping(x: Mapping[Any, Any], items: dict[Any, Any]) -> Any:
    """A mapping of x's type, such as an OrderedDict, or a defaultdict with its factory."""
    if type(x) is dict or not isinstance(x, MutableMapping):
        return items
    same = copy.copy(x)
    same.update(items)
    return same


def _table(x: Any, array: Any) -> Any:
    """A Series or DataFrame of x's type, with its labels."""
    labels = {"columns": x.columns} if array.ndim == 2 else {"name": x.name}
    return type(x)(array, index=x.index, **labels)


def _sequence(x: Any, items: list[Any]) -> Any:
    """A list or tuple of x's type."""
    if isinstance(x, tuple):
        return type(x)(*items) if hasattr(x, "_fields") else tuple(items)
    if type(x) is list:
        return items
    same = copy.copy(x)
    same[:] = items
    return same


def flatten_like(x: Any, other: Any) -> list[Any]:
    """The numbers in `other`, in the order of those in x. Raises InputError if the structures differ."""
    if isinstance(x, Mapping):
        if not isinstance(other, Mapping) or set(other) != set(x):
            raise InputError(f"expected a mapping with the keys {list(x)}, got {described(other)}")
        return [leaf for key in x for leaf in flatten_like(x[key], other[key])]
    if isinstance(x, (list, tuple)):
        if not isinstance(other, (list, tuple)) or len(other) != len(x):
            raise InputError(f"expected a sequence of length {len(x)}, got {described(other)}")
        return [leaf for one, another in zip(x, other) for leaf in flatten_like(one, another)]
    leaves = flatten(other)[0]
    if getattr(x, "shape", ()) != getattr(other, "shape", ()) or isinstance(other, (list, tuple, Mapping)):
        raise InputError(f"expected something of the shape of {described(x)}, got {described(other)}")
    return leaves


def array_of(items: list[Any], shape: tuple[int, ...]) -> Any:
    """The items as an array of this shape: of floats, or of objects if there are Values among them. Items that are arrays, with a
    number for each lane, are the first axis of the result."""
    import numpy as np
    if items and is_array(items[0]):
        return np.stack(items, axis=-1).reshape(len(items[0]), *shape)
    if any([isinstance(x, Node) or is_referee_number(x) for x in items]):
        array = np.empty(len(items), dtype=object)
        array[:] = items
        return array.reshape(shape)
    return np.array(items, dtype=float).reshape(shape)
