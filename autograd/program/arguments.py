"""The arguments of a compiled function, taken apart: which numbers are in lanes, and which the lanes share."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described, is_array, is_real, real, table_as_array
from ..messages import node_text
from ..node import Node
from ..trees import DEEPEST, TOO_DEEP, labelled

Rebuild = Callable[[Iterator[Any]], Any]


class Columns(list[Any]):
    """By place, an array with a number for each lane, or None; and their addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[int] = []

    def add(self, column: Any) -> None:
        """Add a column, or None."""
        self.append(column)
        self.addresses.append(0 if column is None else address_of(column))


class Arguments:
    """The numbers in the arguments, in order; each has a place.

    Attributes:
        key: the structure, without the numbers.
        columns: for each place an array with a number for each lane, or None if the lanes share it: then `shared` has it.
        count: how many lanes there are; None if no argument is an array.
        nodes: the parameters of modules, by place.
        spans: for each argument its first place, and the place after its last.
    """

    def __init__(self, args: Sequence[Any]) -> None:
        self.columns = Columns()
        self.shared: list[float] = []
        self.count: int | None = None
        self.spans: list[tuple[int, int]] = []
        self.nodes: dict[int, Value] = {}
        self.modules: list[Any] = []
        self._args = args
        self._calls: list[Rebuild] = []
        self._results: list[Rebuild] = []
        keys = []
        for x in args:
            start = len(self.columns)
            key, call, result = self._taken(x, 0)
            keys.append(key)
            self._calls.append(call)
            self._results.append(result)
            self.spans.append((start, len(self.columns)))
        self.key = tuple(keys)

    def labels(self, names: Sequence[str]) -> list[str]:
        """What each number is called, given names of the arguments: x, w[0], p['bias']."""
        found: list[str] = []
        for k, x in enumerate(self._args):
            found += _labels(x, names[k] if k < len(names) else f"x{k + 1}")
        return found

    def leaves(self, labels: Sequence[str]) -> list[Value]:
        """A Value for each place, with the number of the first lane."""
        found = []
        for place, (column, x, label) in enumerate(zip(self.columns, self.shared, labels)):
            first = x if column is None else float(column[0]) if len(column) else 0.0
            found.append(self.nodes[place] if place in self.nodes else Value(first, label))
        return found

    def for_call(self, leaves: Sequence[Value]) -> list[Any]:
        """The arguments with Values in the place of numbers."""
        waiting = iter(leaves)
        return [call(waiting) for call in self._calls]

    def result(self, k: int, numbers: Iterator[Any]) -> Any:
        """The next numbers in the structure of argument k; a list for a module."""
        return self._results[k](numbers)

    def _taken(self, x: Any, level: int) -> tuple[Any, Rebuild, Rebuild]:
        """The structure of x, and functions that rebuild it: from Values for the call, and from derivatives."""
        if type(x) is list and set(map(type, x)) == {float}:
            return self._floats(x)
        if isinstance(x, Node):
            raise OperandError(f"a program takes numbers, but {node_text(x)} is a Value, whose gradient would be lost: call the "
                               "function that was compiled, or pass its .data")
        if not is_array(x) and is_real(x):
            self.columns.add(None)
            self.shared.append(real(x))
            return "number", next, next
        if level > DEEPEST:
            raise InputError(TOO_DEEP)
        if is_module(x):
            return self._module(x)
        x = table_as_array(x)
        if is_array(x):
            return self._lanes(x)
        if isinstance(x, Mapping):
            parts = {key: self._taken(item, level + 1) for key, item in x.items()}
            return (("dict", *[(key, part[0]) for key, part in parts.items()]),
                    lambda waiting: {key: part[1](waiting) for key, part in parts.items()},
                    lambda waiting: {key: part[2](waiting) for key, part in parts.items()})
        if isinstance(x, (list, tuple)):
            items = [self._taken(item, level + 1) for item in x]
            kind: Any = list if isinstance(x, list) else type(x)

            def made(found: list[Any]) -> Any:
                return kind(*found) if hasattr(x, "_fields") else kind(found)
            return ((kind, *[item[0] for item in items]),
                    lambda waiting: made([item[1](waiting) for item in items]),
                    lambda waiting: made([item[2](waiting) for item in items]))
        raise OperandError("a compiled function takes numbers, arrays, modules, and lists, tuples and dicts of these, got "
                           f"{described(x)}")

    def _floats(self, x: list[float]) -> tuple[Any, Rebuild, Rebuild]:
        count = len(x)
        self.columns += [None] * count
        self.columns.addresses += [0] * count
        self.shared += x

        def row(waiting: Iterator[Any]) -> list[Any]:
            return list(itertools.islice(waiting, count))
        return ("floats", count), row, row

    def _module(self, x: Any) -> tuple[Any, Rebuild, Rebuild]:
        self.modules.append(x)
        parameters: list[Value] = x.parameters()
        for p in parameters:
            self.nodes[len(self.columns)] = p
            self.columns.add(None)
            self.shared.append(p.data)

        def listed(waiting: Iterator[Any]) -> list[Any]:
            return list(itertools.islice(waiting, len(parameters)))

        def same(waiting: Iterator[Any]) -> Any:
            listed(waiting)
            return x
        return ("module", id(x), *map(id, parameters)), same, listed

    def _lanes(self, x: Any) -> tuple[Any, Rebuild, Rebuild]:
        """An array: its first axis goes over the lanes."""
        import numpy as np
        numbers = x
        if type(x) is not np.ndarray or x.dtype != float:
            if x.dtype.kind not in "biufO" or np.ma.is_masked(x):
                raise OperandError(f"an array must hold real numbers, got {described(x)}")
            plain = np.asarray(x)
            numbers = (np.array([real(z) for z in plain.ravel()], dtype=float).reshape(plain.shape) if x.dtype.kind == "O"
                       else plain.astype(float))
        if numbers.ndim == 0:
            return self._taken(float(numbers), 0)
        if self.count is not None and len(numbers) != self.count:
            raise InputError("arrays have one sample per lane, so their first axes must have the same length, got "
                             f"{self.count} and {len(numbers)}")
        self.count = len(numbers)
        if numbers.ndim == 1:
            self.columns.add(np.ascontiguousarray(numbers))
            self.shared.append(0.0)
            return "lanes", next, next
        shape = numbers.shape[1:]
        table = np.ascontiguousarray(numbers.reshape(len(numbers), math.prod(shape)).T)
        columns = list(table)
        self.columns += columns
        start = address_of(table)
        self.columns.addresses += range(start, start + table.nbytes, 8 * len(numbers)) if table.nbytes else [start] * len(columns)
        self.shared += [0.0] * len(columns)

        def call(waiting: Iterator[Any]) -> Any:
            sample = np.empty(len(columns), dtype=object)
            sample[:] = [next(waiting) for _ in columns]
            return sample.reshape(shape)

        def result(waiting: Iterator[Any]) -> Any:
            return np.stack([next(waiting) for _ in columns], axis=-1).reshape(numbers.shape) if columns else numbers
        return ("lanes", shape), call, result


def address_of(x: Any) -> int:
    """Where the numbers of an array lie in memory."""
    return int(x.__array_interface__["data"][0])


def is_module(x: Any) -> bool:
    """Whether x is a module: what can be called and has parameters."""
    return callable(x) and callable(getattr(x, "parameters", None))


def _labels(x: Any, name: str) -> list[str]:
    if is_module(x):
        return [p.name or f"{name}.parameters()[{k}]" for k, p in enumerate(x.parameters())]
    x = table_as_array(x)
    if is_array(x):
        return labelled(x[0], name) if x.ndim and len(x) else [name] * (1 if x.ndim < 2 else math.prod(x.shape[1:]))
    if isinstance(x, Mapping):
        return [label for key, item in x.items() for label in _labels(item, f"{name}[{key!r}]")]
    if isinstance(x, (list, tuple)):
        return [label for k, item in enumerate(x) for label in _labels(item, f"{name}[{k}]")]
    return [name]


def parameter_names(f: Callable[..., Any]) -> list[str]:
    """The names of a function's positional parameters, as far as they are known."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
