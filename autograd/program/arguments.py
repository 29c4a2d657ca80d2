"""The arguments of a compiled function, taken apart: which numbers are in lanes, and which the lanes share."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described, is_array, is_real, real, table_as_array
from ..node import Node

Rebuild = Callable[[Iterator[Any]], Any]


class Arguments:
    """The numbers in the arguments, in order; each has a place.

    Attributes:
        key: the structure, without the numbers. names: what each number is called.
        columns: for each place an array with a number for each lane, or None if the lanes share it: then `shared` has it.
        count: how many lanes there are; None if no argument is an array.
        nodes: for each place the Value that stands for it while the function is recorded.
        spans: for each argument its first place, and the place after its last.
    """

    def __init__(self, args: Sequence[Any], names: Sequence[str]) -> None:
        self.names: list[str] = []
        self.columns: list[Any] = []
        self.shared: list[float] = []
        self.count: int | None = None
        self.spans: list[tuple[int, int]] = []
        self.nodes: list[Value | None] = []                          # those of a module; the others are made when they are needed
        self._counted = ""
        self._calls: list[Rebuild] = []
        self._results: list[Rebuild] = []
        keys = []
        for k, x in enumerate(args):
            start = len(self.names)
            key, call, result = self._taken(x, names[k] if k < len(names) else f"x{k + 1}", 0)
            keys.append(key)
            self._calls.append(call)
            self._results.append(result)
            self.spans.append((start, len(self.names)))
        self.key = tuple(keys)

    def leaves(self) -> list[Value]:
        """A Value for each place, with the number of the first lane."""
        return [Value(self.shared[k] if self.columns[k] is None else self._first(self.columns[k]), self.names[k]) if v is None else v
                for k, v in enumerate(self.nodes)]

    def _first(self, column: Any) -> float:
        return float(column[0]) if len(column) else 0.0

    def for_call(self, leaves: Sequence[Value]) -> list[Any]:
        """The arguments with Values in the place of numbers."""
        waiting = iter(leaves)
        return [call(waiting) for call in self._calls]

    def result(self, k: int, numbers: Sequence[Any]) -> Any:
        """Numbers, for each place of argument k, in the structure of the argument; a list for a module."""
        return self._results[k](iter(numbers))

    def _place(self, name: str, column: Any, number: float, node: Value | None = None) -> None:
        self.names.append(name)
        self.columns.append(column)
        self.shared.append(number)
        self.nodes.append(node)

    def _taken(self, x: Any, name: str, level: int) -> tuple[Any, Rebuild, Rebuild]:
        """The structure of x, and functions that rebuild it: from Values for the call, and from derivatives."""
        if level > 100:
            raise InputError(f"{name} nests more than 100 levels deep: does a list contain itself?")
        if isinstance(x, Node) or is_real(x):
            self._place(name, None, x.data if isinstance(x, Node) else real(x))
            return "number", next, next
        if callable(x) and callable(getattr(x, "parameters", None)):  # a module
            parameters: list[Value] = x.parameters()
            for p in parameters:
                self._place(p.name or name, None, p.data, p)

            def same(waiting: Iterator[Any]) -> Any:
                for _ in parameters:
                    next(waiting)
                return x
            return ("module", id(x), len(parameters)), same, lambda waiting: [next(waiting) for _ in parameters]
        x = table_as_array(x)
        if is_array(x):
            return self._lanes(x, name)
        if isinstance(x, Mapping):
            parts = {key: self._taken(item, f"{name}[{key!r}]", level + 1) for key, item in x.items()}
            return (("dict", *[(key, part[0]) for key, part in parts.items()]),
                    lambda waiting: {key: part[1](waiting) for key, part in parts.items()},
                    lambda waiting: {key: part[2](waiting) for key, part in parts.items()})
        if isinstance(x, (list, tuple)):
            items = [self._taken(item, f"{name}[{k}]", level + 1) for k, item in enumerate(x)]
            kind: Any = list if isinstance(x, list) else type(x) if hasattr(x, "_fields") else tuple
            made = (lambda found: kind(*found)) if hasattr(x, "_fields") else kind
            return ((kind, *[item[0] for item in items]),
                    lambda waiting: made([item[1](waiting) for item in items]), lambda waiting: made([item[2](waiting) for item in items]))
        raise OperandError(f"a compiled function takes numbers, arrays, and lists, tuples, dicts and modules of them: {name} is "
                           f"{described(x)}")

    def _lanes(self, x: Any, name: str) -> tuple[Any, Rebuild, Rebuild]:
        """An array: its first axis goes over the lanes."""
        import numpy as np
        try:
            numbers = np.asarray(x, dtype=float)
        except (TypeError, ValueError):
            raise OperandError(f"an array must hold real numbers: {name} is {described(x)}") from None
        if numbers.ndim == 0:
            self._place(name, None, float(numbers))
            return "number", next, next
        if self.count is not None and len(numbers) != self.count:
            raise InputError(f"arrays have one sample a lane, so their first sides must agree: {self._counted} has {self.count}, "
                             f"{name} has {len(numbers)}")
        self.count, self._counted = len(numbers), self._counted or name
        shape = numbers.shape[1:]
        columns = np.ascontiguousarray(numbers.reshape(len(numbers), -1).T)
        for place, column in zip(np.ndindex(shape), columns):
            self._place(name + "".join([f"[{k}]" for k in place]), column, 0.0)

        def call(waiting: Iterator[Any]) -> Any:
            if not shape:
                return next(waiting)
            sample = np.empty(len(columns), dtype=object)
            sample[:] = [next(waiting) for _ in columns]
            return sample.reshape(shape)

        def result(waiting: Iterator[Any]) -> Any:
            return np.stack([next(waiting) for _ in columns], axis=-1).reshape(numbers.shape) if len(columns) else numbers
        return ("lanes", shape), call, result


def parameter_names(f: Callable[..., Any]) -> list[str]:
    """The names of a function's positional parameters, as far as they are known."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
