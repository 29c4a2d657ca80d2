"""What a program is given, and what it gives."""

from __future__ import annotations

import ctypes
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

SMALL = 8_192                                                        # floats that cost little to get anew


class Inputs:
    """The numbers that a program is given; each has a place.

    Attributes:
        tables: the arrays in lanes, in the order of their places: a column, with a number for each lane, or a table with a column
            in each row. addresses: where the columns lie in memory.
        pieces: the numbers that the lanes share: a place, and a list or an array of those from it on.
        count: how many lanes there are.
    """

    __slots__ = ("addresses", "count", "pieces", "tables")

    def __init__(self, columns: Iterable[Any], shared: Any, count: int) -> None:
        self.tables: list[Any] = []
        self.addresses: list[int] = []
        for column in columns:
            self.add_column(column)
        self.pieces: list[tuple[int, Any]] = [(0, shared)]
        self.count = count

    def add_column(self, column: Any) -> None:
        """Add an array with a number for each lane."""
        if not column.flags.c_contiguous:
            column = column.copy()
        self.tables.append(column)
        self.addresses.append(address_of(column))

    def add_table(self, table: Any) -> None:
        """Add an array with a column in each row."""
        if not table.flags.c_contiguous:
            table = table.copy()
        self.tables.append(table)
        start = address_of(table)
        self.addresses += range(start, start + table.nbytes, 8 * table.shape[1]) if table.nbytes else [start] * len(table)

    def arrays(self) -> list[Any]:
        """One array for each column."""
        return [column for table in self.tables for column in ([table] if table.ndim == 1 else table)]

    def shared(self, size: int) -> Any:
        """An array with the numbers that the lanes share at their places, and the number of lanes at the last."""
        import numpy as np
        found = np.zeros(size + 1)
        for start, numbers in self.pieces:
            found[start:start + len(numbers)] = numbers
        found[-1] = self.count
        return found


class Results:
    """What a program gave, taken one after the other: numbers in lanes, and others."""

    __slots__ = ("_other", "_others", "_row", "_rows")

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


class Memory:
    """Where results lie. The memory of an earlier call's is used again if nobody holds them any more, since getting so much of it
    anew can take longer than running the program."""

    def __init__(self) -> None:
        import numpy as np
        self._empty, self._given = np.empty, list[Any]()

    def table(self, rows: int, count: int) -> Any:
        """A table of floats, with so many in each row."""
        if rows * count < SMALL:
            return self._empty((rows, count))
        memory = None
        if self._given:
            memory, holders = _taken(self._given)
            if holders > ALONE or len(memory) != rows * count:
                memory = None
        if memory is None:
            memory = self._empty(rows * count)
        self._given.append(memory)
        return memory.reshape(rows, count)


def _taken(pool: list[Any]) -> tuple[Any, int]:
    """The last in the pool, which leaves it, and how many references to it there are."""
    try:
        taken = pool.pop()
    except IndexError:                                               # another thread was faster
        return None, sys.maxsize
    return taken, sys.getrefcount(taken)


ALONE = _taken([object()])[1]                                        # references to what only the pool held


def selection(places: Sequence[int]) -> Any:
    """What selects these places from an array: a slice, if they come one after the other."""
    import numpy as np
    first = places[0] if places else 0
    is_run = list(places) == list(range(first, first + len(places)))
    return slice(first, first + len(places)) if is_run else np.array(places, dtype=int)


def address_of(x: Any) -> int:
    """Where the numbers of an array lie in memory."""
    try:
        return _address(_memory(x))                                  # four times as fast
    except (TypeError, ValueError, BufferError):                     # an array that may not be written to, or an empty one
        return int(x.__array_interface__["data"][0])


_address, _memory = ctypes.addressof, ctypes.c_char.from_buffer
