"""The arguments of a compiled function, taken apart: which numbers are in lanes, and which the lanes share."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described, is_array, is_real, real, table_as_array
from ..messages import node_text
from ..node import Node
from ..text import counted
from ..trees import DEEPEST, TOO_DEEP, labelled

Call = Callable[[Iterator[Any]], Any]                                # rebuilds an argument from Values
Result = Callable[["Results"], Any]                                  # rebuilds an argument from derivatives


class Columns:
    """The arrays in lanes, in the order of their places, each with a number for each lane; and their addresses."""

    def __init__(self, tables: Iterable[Any] = ()) -> None:
        self.tables: list[Any] = []                                  # a column or a table of them, a row each
        self.addresses: list[int] = []
        for table in tables:
            self.add(table)

    def add(self, table: Any) -> None:
        """Add a column, or a table with one in each row."""
        self.tables.append(table)
        start = address_of(table)
        if table.ndim == 1:
            self.addresses.append(start)
        else:
            self.addresses += range(start, start + table.nbytes, 8 * table.shape[1]) if table.nbytes else [start] * len(table)

    def arrays(self) -> list[Any]:
        """One array for each column."""
        return [column for table in self.tables for column in ([table] if table.ndim == 1 else table)]


class Results:
    """Numbers that a program gave, taken one after the other: those in lanes, and those that the lanes share."""

    def __init__(self, rows: Any, others: Any) -> None:
        self._rows, self._others, self._row, self._other = rows, others, 0, 0

    def lanes(self, count: int) -> Any:
        """The next results in lanes, one in each row."""
        self._row += count
        return self._rows[self._row - count:self._row]

    def lane(self) -> Any:
        """The next result in lanes."""
        return self.lanes(1)[0]

    def shared(self, count: int) -> Any:
        """The next of the others, as an array."""
        self._other += count
        return self._others[self._other - count:self._other]

    def number(self) -> float:
        """The next of the others."""
        return float(self.shared(1)[0])


class Arguments:
    """The numbers in the arguments, in order; each has a place.

    Attributes:
        key: the structure, without the numbers.
        is_lane: for each place whether it is in lanes. columns: the arrays of those that are.
        pieces: the numbers that the lanes share, as the first place and a list or an array of what comes one after the other.
        count: how many lanes there are; None if no argument is an array in lanes.
        nodes: the parameters of modules, by place.
        spans: for each argument its first place, and the place after its last.
    """

    def __init__(self, args: Sequence[Any], shared: Sequence[int] = ()) -> None:
        self.columns = Columns()
        self.pieces: list[tuple[int, Any]] = []
        self.count: int | None = None
        self.spans: list[tuple[int, int]] = []
        self.nodes: dict[int, Value] = {}
        self.modules: list[Any] = []
        self.size = 0                                                # places so far
        self._open: list[float] | None = None                        # the last piece, if another number may be added
        self._lane_spans: list[tuple[int, int]] = []
        self._args = args
        self._calls: list[Call] = []
        self._results: list[Result] = []
        self._shared = chosen("shared", shared, len(args)) if shared else ()
        keys = []
        for k, x in enumerate(args):
            start = self.size
            key, call, result = self._taken(x, 0, k in self._shared)
            keys.append(key)
            self._calls.append(call)
            self._results.append(result)
            self.spans.append((start, self.size))
        self.key = tuple(keys)

    @property
    def is_lane(self) -> list[bool]:
        """For each place whether it is in lanes."""
        found = [False] * self.size
        for start, end in self._lane_spans:
            found[start:end] = [True] * (end - start)
        return found

    def labels(self, names: Sequence[str]) -> list[str]:
        """What each number is called, given names of the arguments: x, w[0], p['bias']."""
        found: list[str] = []
        for k, x in enumerate(self._args):
            found += _labels(x, names[k] if k < len(names) else f"x{k + 1}", k in self._shared)
        return found

    def leaves(self, labels: Sequence[str]) -> list[Value]:
        """A Value for each place, with the number of the first lane."""
        first = [0.0] * self.size
        for start, numbers in self.pieces:
            first[start:start + len(numbers)] = map(float, numbers)
        lanes = [place for place, is_lane in enumerate(self.is_lane) if is_lane]
        for place, column in zip(lanes, self.columns.arrays()):
            first[place] = float(column[0]) if self.count else 0.0
        return [self.nodes[place] if place in self.nodes else Value(x, label)
                for place, (x, label) in enumerate(zip(first, labels))]

    def for_call(self, leaves: Sequence[Value]) -> list[Any]:
        """The arguments with Values in the place of numbers."""
        waiting = iter(leaves)
        return [call(waiting) for call in self._calls]

    def result(self, k: int, results: Results) -> Any:
        """The next results in the structure of argument k; a list for a module."""
        return self._results[k](results)

    def _taken(self, x: Any, level: int, is_shared: bool) -> tuple[Any, Call, Result]:
        """The structure of x, and functions that rebuild it: from Values for the call, and from derivatives."""
        if type(x) is list and set(map(type, x)) == {float}:
            return self._floats(x)
        if isinstance(x, Node):
            raise OperandError(f"a program takes numbers, but {node_text(x)} is a Value, whose gradient would be lost: call the "
                               "function that was compiled, or pass its .data")
        if not is_array(x) and is_real(x):
            self._share([real(x)])
            return "number", next, Results.number
        if level > DEEPEST:
            raise InputError(TOO_DEEP)
        if is_module(x):
            return self._module(x)
        x = table_as_array(x)
        if is_array(x):
            return self._array(x, is_shared)
        if isinstance(x, Mapping):
            parts = {key: self._taken(item, level + 1, is_shared) for key, item in x.items()}
            return (("dict", *[(key, part[0]) for key, part in parts.items()]),
                    lambda waiting: {key: part[1](waiting) for key, part in parts.items()},
                    lambda results: {key: part[2](results) for key, part in parts.items()})
        if isinstance(x, (list, tuple)):
            items = [self._taken(item, level + 1, is_shared) for item in x]
            kind: Any = list if isinstance(x, list) else type(x)

            def made(found: list[Any]) -> Any:
                return kind(*found) if hasattr(x, "_fields") else kind(found)
            return ((kind, *[item[0] for item in items]),
                    lambda waiting: made([item[1](waiting) for item in items]),
                    lambda results: made([item[2](results) for item in items]))
        raise OperandError("a compiled function takes numbers, arrays, modules, and lists, tuples and dicts of these, got "
                           f"{described(x)}")

    def _share(self, numbers: list[float]) -> None:
        """Give numbers that the lanes share the next places."""
        if self._open is None:
            self._open = []
            self.pieces.append((self.size, self._open))
        self._open += numbers
        self.size += len(numbers)

    def _floats(self, x: list[float]) -> tuple[Any, Call, Result]:
        count = len(x)
        self._share(x)
        return ("floats", count), lambda waiting: list(itertools.islice(waiting, count)), lambda r: r.shared(count).tolist()

    def _module(self, x: Any) -> tuple[Any, Call, Result]:
        self.modules.append(x)
        parameters: list[Value] = x.parameters()
        self.nodes.update(zip(itertools.count(self.size), parameters))
        self._share([p.data for p in parameters])

        def same(waiting: Iterator[Any]) -> Any:
            list(itertools.islice(waiting, len(parameters)))
            return x
        return ("module", id(x), *map(id, parameters)), same, lambda results: results.shared(len(parameters)).tolist()

    def _array(self, x: Any, is_shared: bool) -> tuple[Any, Call, Result]:
        """An array: its first axis goes over the lanes, or the lanes share all of it."""
        import numpy as np
        numbers = x
        if type(x) is not np.ndarray or x.dtype != float:
            if x.dtype.kind not in "biufO" or np.ma.is_masked(x):
                raise OperandError(f"an array must hold real numbers, got {described(x)}")
            plain = np.asarray(x)
            numbers = (np.array([real(z) for z in plain.ravel()], dtype=float).reshape(plain.shape) if x.dtype.kind == "O"
                       else plain.astype(float))
        if numbers.ndim == 0:
            return self._taken(float(numbers), 0, is_shared)
        shape = numbers.shape if is_shared else numbers.shape[1:]
        size = math.prod(shape)

        def call(waiting: Iterator[Any]) -> Any:
            found = np.empty(size, dtype=object)
            found[:] = list(itertools.islice(waiting, size))
            return found.reshape(shape)
        if is_shared:
            self.pieces.append((self.size, numbers.ravel()))
            self._open = None
            self.size += size
            return ("shared", shape), call, lambda results: results.shared(size).reshape(shape)
        if self.count is not None and len(numbers) != self.count:
            raise InputError("arrays have one sample per lane, so their first axes must have the same length, got "
                             f"{self.count} and {len(numbers)}: name those that all lanes share, as in compile(f, shared=1)")
        self.count = len(numbers)
        self._lane_spans.append((self.size, self.size + size))
        self._open = None
        self.size += size
        if numbers.ndim == 1:
            self.columns.add(np.ascontiguousarray(numbers))
            return "lanes", next, Results.lane
        self.columns.add(np.ascontiguousarray(numbers.reshape(len(numbers), size).T))
        return ("lanes", shape), call, lambda results: results.lanes(size).T.reshape(numbers.shape)


def chosen(what: str, numbers: Iterable[int], count: int) -> list[int]:
    """The numbers of arguments, counted from 0."""
    for k in numbers:
        if not -count <= k < count:
            raise InputError(f"{what} names argument {k}, but the function was called with {counted(count, 'argument')}, "
                             "numbered from 0")
    return [k % count for k in numbers]


def address_of(x: Any) -> int:
    """Where the numbers of an array lie in memory."""
    return int(x.__array_interface__["data"][0])


def is_module(x: Any) -> bool:
    """Whether x is a module: what can be called and has parameters."""
    return callable(x) and callable(getattr(x, "parameters", None))


def _labels(x: Any, name: str, is_shared: bool) -> list[str]:
    if is_module(x):
        return [p.name or f"{name}.parameters()[{k}]" for k, p in enumerate(x.parameters())]
    x = table_as_array(x)
    if is_array(x):
        if is_shared and x.ndim:
            return labelled(x, name)
        return labelled(x[0], name) if x.ndim and len(x) else [name] * (1 if x.ndim < 2 else math.prod(x.shape[1:]))
    if isinstance(x, Mapping):
        return [label for key, item in x.items() for label in _labels(item, f"{name}[{key!r}]", is_shared)]
    if isinstance(x, (list, tuple)):
        return [label for k, item in enumerate(x) for label in _labels(item, f"{name}[{k}]", is_shared)]
    return [name]


def parameter_names(f: Callable[..., Any]) -> list[str]:
    """The names of a function's positional parameters, as far as they are known."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
