"""The arguments of a compiled function, taken apart: which numbers are in lanes, and which the lanes share."""

from __future__ import annotations

import ctypes
import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described, is_array, is_real, real, table_as_array
from ..messages import node_text
from ..node import Node, numbers_of
from ..text import counted
from ..trees import DEEPEST, TOO_DEEP, labelled


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
    """What a program gave, taken one after the other: numbers in lanes, and others."""

    def __init__(self, rows: Any, others: Any) -> None:
        self._rows, self._others, self._row, self._other = rows, others, 0, 0

    def lanes(self, count: int) -> Any:
        """The next results in lanes, one in each row."""
        self._row += count
        return self._rows[self._row - count:self._row]

    def lane(self) -> Any:
        """The next result in lanes."""
        self._row += 1
        return self._rows[self._row - 1]

    def tables(self, shape: tuple[int, ...]) -> Any:
        """The next results in lanes, an array in each."""
        found = self.lanes(math.prod(shape)).T
        return found.reshape((len(found), *shape))

    def shared(self, count: int) -> Any:
        """The next of the others, as an array."""
        self._other += count
        return self._others[self._other - count:self._other]

    def table(self, shape: tuple[int, ...]) -> Any:
        """The next of the others, as an array of this shape."""
        return self.shared(math.prod(shape)).reshape(shape)

    def row(self, count: int) -> list[float]:
        """The next of the others, as a list."""
        found: list[float] = self.shared(count).tolist()
        return found

    module = row

    def number(self) -> float:
        """The next of the others."""
        self._other += 1
        return float(self._others[self._other - 1])


class Arguments:
    """The numbers in the arguments, in order; each has a place.

    Attributes:
        structures: of each argument, without the numbers: "number" or "lanes" (a number in lanes), ("row", count) for a list of
            floats, ("lanes", shape) and ("shared", shape) for arrays, ("module", id, ids of its parameters), ("dict", (key,
            structure), ...), or the type of a sequence and the structures of its items. They tell recordings apart.
        columns: the arrays in lanes. pieces: the numbers that the lanes share, as the first place and a list or an array of what
            comes one after the other.
        count: how many lanes there are; None if no argument is an array in lanes.
        nodes: the parameters of modules, by place.
        spans: for each argument its first place, and the place after its last.
    """

    def __init__(self, args: Sequence[Any], shared: Sequence[int] = ()) -> None:
        import numpy as np
        self._array_type, self._float_type = np.ndarray, np.dtype(float)
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
        self._shared = chosen("shared", shared, len(args)) if shared else ()
        found = []
        for k, x in enumerate(args):
            start = self.size
            found.append(self._taken(x, 0, k in self._shared))
            self.spans.append((start, self.size))
        self.structures = tuple(found)

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
        source = _Values(leaves, self.modules)
        return [rebuilt(structure, source) for structure in self.structures]

    def _taken(self, x: Any, level: int, is_shared: bool) -> Any:
        """Take the numbers of x; returns its structure."""
        kind: Any = type(x)                                          # what most calls are made of comes first
        if kind is self._array_type and x.ndim and x.dtype is self._float_type:
            return self._floats_in(x, is_shared)
        if kind is float:
            return self._share([x], "number")
        if kind is list and set(map(type, x)) == {float}:
            return self._share(x, ("row", len(x)))
        if isinstance(x, Node):
            raise OperandError(f"a program takes numbers, but {node_text(x)} is a Value, whose gradient would be lost: call the "
                               "function that was compiled, or pass its .data")
        if not is_array(x) and is_real(x):
            return self._share([real(x)], "number")
        if level > DEEPEST:
            raise InputError(TOO_DEEP)
        if is_module(x):
            return self._module(x)
        x = table_as_array(x)
        if is_array(x):
            return self._array(x, is_shared)
        if isinstance(x, Mapping):
            return "dict", *[(key, self._taken(item, level + 1, is_shared)) for key, item in x.items()]
        if isinstance(x, (list, tuple)):
            return list if isinstance(x, list) else kind, *[self._taken(item, level + 1, is_shared) for item in x]
        raise OperandError("a compiled function takes numbers, arrays, modules, and lists, tuples and dicts of these, got "
                           f"{described(x)}")

    def _share(self, numbers: list[float], structure: Any) -> Any:
        """Give numbers that the lanes share the next places; returns their structure."""
        if self._open is None:
            self._open = []
            self.pieces.append((self.size, self._open))
        self._open += numbers
        self.size += len(numbers)
        return structure

    def _module(self, x: Any) -> Any:
        self.modules.append(x)
        parameters: list[Value] = list(x.parameters())
        self.nodes.update(zip(itertools.count(self.size), parameters))
        return self._share(numbers_of(parameters), ("module", id(x), *map(id, parameters)))

    def _array(self, x: Any, is_shared: bool) -> Any:
        import numpy as np
        if x.dtype.kind not in "biufO" or np.ma.is_masked(x):
            raise OperandError(f"an array must hold real numbers, got {described(x)}")
        plain = np.asarray(x)
        numbers = (np.array([real(z) for z in plain.ravel()], dtype=float).reshape(plain.shape) if x.dtype.kind == "O"
                   else plain.astype(float))
        return self._floats_in(numbers, is_shared) if numbers.ndim else self._share([float(numbers)], "number")

    def _floats_in(self, numbers: Any, is_shared: bool) -> Any:
        """An array of floats: its first axis goes over the lanes, or the lanes share all of it."""
        import numpy as np
        shape = numbers.shape
        if is_shared:
            self.pieces.append((self.size, numbers.ravel()))
            self._open = None
            self.size += numbers.size
            return "shared", shape
        if self.count is not None and shape[0] != self.count:
            raise InputError("arrays have one sample per lane, so their first axes must have the same length, got "
                             f"{self.count} and {shape[0]}: name those that all lanes share, as in compile(f, shared=1)")
        self.count = shape[0]
        size = math.prod(shape[1:])
        self._lane_spans.append((self.size, self.size + size))
        self._open = None
        self.size += size
        if len(shape) == 1:
            self.columns.add(np.ascontiguousarray(numbers))
            return "lanes"
        self.columns.add(np.ascontiguousarray(numbers.reshape(shape[0], size).T))
        return "lanes", shape[1:]


class _Values:
    """The leaves of a recording, taken one after the other. It has the methods of `Results`."""

    def __init__(self, leaves: Sequence[Value], modules: Sequence[Any]) -> None:
        self._leaves, self._modules = iter(leaves), iter(modules)

    def number(self) -> Value:
        return next(self._leaves)

    lane = number

    def row(self, count: int) -> list[Value]:
        return list(itertools.islice(self._leaves, count))

    def table(self, shape: tuple[int, ...]) -> Any:
        import numpy as np
        found = np.empty(math.prod(shape), dtype=object)
        found[:] = self.row(found.size)
        return found.reshape(shape)

    tables = table

    def module(self, count: int) -> Any:
        self.row(count)
        return next(self._modules)


def rebuilt(structure: Any, source: Any) -> Any:
    """An argument of this structure with the next numbers, or Values, of a source."""
    if structure == "number":
        return source.number()
    if structure == "lanes":
        return source.lane()
    kind, *parts = structure
    if kind == "row":
        return source.row(*parts)
    if kind == "shared":
        return source.table(*parts)
    if kind == "lanes":
        return source.tables(*parts)
    if kind == "module":
        return source.module(len(parts) - 1)
    if kind == "dict":
        return {key: rebuilt(part, source) for key, part in parts}
    items = [rebuilt(part, source) for part in parts]
    return kind(*items) if hasattr(kind, "_fields") else kind(items)


def chosen(what: str, numbers: Iterable[int], count: int) -> list[int]:
    """The numbers of arguments, counted from 0."""
    for k in numbers:
        if not -count <= k < count:
            raise InputError(f"{what} names argument {k}, but the function was called with {counted(count, 'argument')}, "
                             "numbered from 0")
    return [k % count for k in numbers]


def address_of(x: Any) -> int:
    """Where the numbers of an array lie in memory."""
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(x))        # four times as fast
    except (TypeError, ValueError, BufferError):                     # an array that may not be written to, or an empty one
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
