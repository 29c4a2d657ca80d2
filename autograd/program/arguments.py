"""The arguments of a compiled function, taken apart: which numbers are in lanes, and which the lanes share."""

from __future__ import annotations

import functools
import inspect
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described, is_array, is_real, real, table_as_array
from ..messages import node_text
from ..node import Node, numbers_of
from ..text import counted
from ..trees import DEEPEST, TOO_DEEP, labelled
from .exchange import Inputs


class Arguments(Inputs):
    """The numbers in the arguments, in order; each has a place.

    Attributes:
        structures: of each argument, without the numbers: "number" or "lanes" (a number in lanes), ("row", count) for a list of
            floats, ("lanes", shape) and ("shared", shape) for arrays, ("module", id, ids of its parameters), ("dict", (key,
            structure), ...), or the type of a sequence and the structures of its items. They tell recordings apart.
        has_lanes: whether an argument is an array in lanes; else there is one lane.
        modules: the modules among the arguments and in them.
        size: how many places there are.
    """

    __slots__ = ("_args", "_open", "_shared", "has_lanes", "modules", "size", "structures")

    def __init__(self, args: Sequence[Any], shared: tuple[int, ...] = ()) -> None:
        self.tables, self.addresses, self.pieces, self.count = [], [], [], 1
        shared = chosen("shared", shared, len(args)) if shared else shared
        self._args, self._shared = args, shared
        self._open: list[float] | None = None                        # the last piece, if another number may be added
        self.has_lanes = False
        self.modules: list[Any] = []
        self.size = 0                                                # places so far
        array, float_type = _array_and_float()
        self.structures = tuple([self._floats_in(x, k in shared) if type(x) is array and x.dtype is float_type and x.ndim
                                 else self._taken(x, 0, k in shared) for k, x in enumerate(args)])  # arrays without a detour

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
        kinds = [kind for structure in self.structures for kind in kinds_of(structure)]
        lanes = [place for place, kind in enumerate(kinds) if kind == "lanes"]
        for place, column in zip(lanes, self.arrays()):
            first[place] = float(column[0]) if self.count else 0.0
        parameters = (p for module in self.modules for p in module.parameters())
        return [next(parameters) if kind == "module" else Value(x, label) for kind, x, label in zip(kinds, first, labels)]

    def for_call(self, leaves: Sequence[Value]) -> list[Any]:
        """The arguments with Values in the place of numbers."""
        source = _Values(leaves, self.modules)
        return [rebuilt(structure, source) for structure in self.structures]

    def _taken(self, x: Any, level: int, is_shared: bool) -> Any:
        """Take the numbers of x; returns its structure."""
        kind: Any = type(x)
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
        return self._share(numbers_of(parameters), ("module", id(x), *map(id, parameters)))

    def _array(self, x: Any, is_shared: bool) -> Any:
        import numpy as np
        if x.dtype.kind not in "biufO" or np.ma.is_masked(x):
            raise OperandError(f"an array must hold real numbers, got {described(x)}")
        plain = np.asarray(x)
        numbers = (np.array([real(z) for z in plain.ravel()], dtype=float).reshape(plain.shape) if x.dtype.kind == "O"
                   else plain.astype(float, copy=False))
        return self._floats_in(numbers, is_shared) if numbers.ndim else self._share([float(numbers)], "number")

    def _floats_in(self, numbers: Any, is_shared: bool) -> Any:
        """An array of floats: its first axis goes over the lanes, or the lanes share all of it."""
        shape, place = numbers.shape, self.size
        self._open = None
        if is_shared:
            self.pieces.append((place, numbers if len(shape) == 1 else numbers.ravel()))
            self.size = place + numbers.size
            return "shared", shape
        if not self.has_lanes:
            self.has_lanes, self.count = True, shape[0]
        elif shape[0] != self.count:
            raise InputError("arrays have one sample per lane, so their first axes must have the same length, got "
                             f"{self.count} and {shape[0]}: name those that all lanes share, as in compile(f, shared=1)")
        if len(shape) == 1:
            self.size = place + 1
            self.add_column(numbers)
            return "lanes"
        size = math.prod(shape[1:])
        self.size = place + size
        self.add_table(numbers.reshape(shape[0], size).T)
        return "lanes", shape[1:]


@functools.cache
def _array_and_float() -> tuple[Any, Any]:
    """The types of arrays, and of floats in them."""
    import numpy as np
    return np.ndarray, np.dtype(float)


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


def kinds_of(structure: Any) -> list[str]:
    """For each number in an argument of this structure whether it is in "lanes", a parameter of a "module", or plainly
    "shared"."""
    if structure in ("number", "lanes"):
        return ["lanes" if structure == "lanes" else "shared"]
    kind, *parts = structure
    if kind == "row":
        return ["shared"] * parts[0]
    if kind in ("lanes", "shared"):
        return [kind] * math.prod(parts[0])
    if kind == "module":
        return ["module"] * (len(parts) - 1)
    return [found for part in parts for found in kinds_of(part[1] if kind == "dict" else part)]


@functools.lru_cache
def chosen(what: str, numbers: tuple[int, ...], count: int) -> tuple[int, ...]:
    """The numbers of arguments, counted from 0."""
    for k in numbers:
        if not -count <= k < count:
            raise InputError(f"{what} names argument {k}, but the function was called with {counted(count, 'argument')}, "
                             "numbered from 0")
    return tuple([k % count for k in numbers])


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


def in_order(f: str, names: Sequence[str], args: Sequence[Any], named: Mapping[str, Any]) -> list[Any]:
    """All arguments by position, given the names of a function's parameters. Raises InputError for an unknown name, an argument
    that is given twice, and a gap."""
    rest = names[len(args):]
    for name in named:
        if name not in rest:
            why = "is given twice" if name in names else "is not one of its arguments that can be given by position"
            raise InputError(f"{name} {why}; {f} takes {', '.join(names) or 'arguments without names'}")
    wanted = rest[:1 + max([rest.index(name) for name in named])]
    if missing := [name for name in wanted if name not in named]:
        raise InputError(f"{f} needs a number for {missing[0]} too, which comes before {wanted[-1]}")
    return [*args, *[named[name] for name in wanted]]
