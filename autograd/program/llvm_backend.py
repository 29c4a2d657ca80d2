"""Runs a program as native code: straight-line functions of vectors, a lane for each element, compiled by LLVM (llvmlite).

writer.py writes them. This file compiles them, calls them, and lends them the special functions that Python computes.
"""

from __future__ import annotations

import ctypes
import functools
import math
import platform
from collections.abc import Iterable, Sequence
from typing import Any

from ..arithmetic.floats import FLOAT
from ..errors import MissingExtraError
from .simplify import LANE, Code
from .writer import Writer, symbol_of

SHORT = 1000                                                         # lines that LLVM improves as a whole


@functools.cache
def llvm() -> Any:
    """llvmlite's binding to LLVM, ready for this machine."""
    try:
        import llvmlite.binding as binding
    except ImportError:
        raise MissingExtraError("native code needs llvmlite: pip install 'scalar-autograd[fast]'") from None
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding


def vector_width() -> int:
    """How many floats one of this processor's vectors holds."""
    features = llvm().get_host_cpu_features()
    return 8 if features.get("avx512f") else 4 if features.get("avx2") else 2


def _machine(level: int, width: int) -> Any:
    features = llvm().get_host_cpu_features().flatten()
    if width == 8 and platform.machine() in ("x86_64", "AMD64"):
        features += ",-prefer-256-bit"
    return llvm().Target.from_default_triple().create_target_machine(
        cpu=llvm().get_host_cpu_name(), features=features, opt=level, jit=True, codemodel="jitdefault")


class NativeProgram:
    """Code, compiled. `results` are lines; each result is in each lane if its rank is LANE, else one number.

    Args:
        width: floats in a vector; by default as many as the processor's vectors hold.
    """

    name = "LLVM"

    def __init__(self, code: Code, results: Sequence[int], width: int | None = None) -> None:
        import numpy as np
        self.width = width or vector_width()
        writer = Writer(code, results, self.width)
        text = writer.text()
        self._keep = _link_specials(writer.specials)
        module = llvm().parse_assembly(text)
        short = writer.count <= SHORT
        machine = _machine(2 if short else 0, self.width)
        if short:
            options = llvm().create_pipeline_tuning_options(speed_level=2)
            options.slp_vectorization = options.loop_vectorization = False
            builder = llvm().create_pass_builder(machine, options)
            builder.getModulePassManager().run(module, builder)
        self._engine = llvm().create_mcjit_compiler(module, machine)
        self._engine.finalize_object()
        pointer, integer = ctypes.c_void_p, ctypes.c_int64
        take = ctypes.CFUNCTYPE(None, pointer, pointer, pointer, pointer, integer, pointer, integer)
        self._run = take(self._engine.get_function_address("run"))
        self._before = ctypes.CFUNCTYPE(None, pointer)(self._engine.get_function_address("before"))
        self._after = ctypes.CFUNCTYPE(None, pointer)(self._engine.get_function_address("after"))
        self._has_before, self._has_after = bool(writer.before), writer.needs_after
        self._shared = np.array(writer.shared_places, dtype=int)
        self._columns = writer.lane_places
        self._rows, self._totals = writer.rows, slice(writer.total_start, writer.total_start + writer.totals)
        self._others = np.array([writer.memory[k] for k in results if code.ranks[k] != LANE], dtype=int)
        self._make = functools.partial(_Workspace, self.width, writer)
        self._free: list[_Workspace] = []                            # one for each thread that runs the program now

    def __call__(self, columns: Sequence[Any], shared: Any, count: int) -> tuple[Any, Any]:
        """The results in lanes, as rows of an array, and the others, as an array of numbers. The columns are contiguous arrays of
        `count` floats, by their places; `shared` holds the other inputs by theirs."""
        try:
            space = self._free.pop()
        except IndexError:
            space = self._make()
        import numpy as np
        memory = space.memory
        memory[:len(self._shared)] = shared[self._shared]
        if self._has_before:
            self._before(space.at_memory)
        out = np.empty((self._rows, count))
        used = [columns[place] for place in self._columns]
        blocks, rest = divmod(count, self.width)
        space.sums.fill(0.0)
        if blocks:
            space.table[:len(used)] = [_address(x) for x in used]
            self._run(space.at_table, space.at_memory, space.at_scratch, _address(out) if self._rows else 0, count, space.at_sums, blocks)
        totals = space.sums.sum(1)
        if rest:
            tail, end, last = space.tail, space.end, space.last
            for row, x in zip(tail, used):
                row[:rest] = x[count - rest:]
                row[rest:] = x[count - 1]
            last.fill(0.0)
            self._run(space.at_tail_table, space.at_memory, space.at_scratch, space.at_end, self.width, space.at_last, 1)
            if self._rows:
                out[:, count - rest:] = end[:self._rows, :rest]
            totals += last[:, :rest].sum(1)
        memory[self._totals] = totals[:self._totals.stop - self._totals.start]
        if self._has_after:
            self._after(space.at_memory)
        others = memory[self._others]
        self._free.append(space)
        return out, others


class _Workspace:
    """The memory of one run, and its addresses."""

    def __init__(self, width: int, writer: Writer) -> None:
        import numpy as np
        columns = max(len(writer.lane_places), 1)
        self.memory = np.zeros(max(writer.size, 1))
        self.scratch = _aligned(max(writer.slots, 1) * writer.tile, width)
        self.sums, self.last = _aligned(max(writer.totals, 1), width), _aligned(max(writer.totals, 1), width)
        self.tail, self.end = _aligned(columns, width), _aligned(max(writer.rows, 1), width)
        self.table = np.zeros(columns, dtype=np.uintp)
        self.tail_table = np.array([_address(row) for row in self.tail], dtype=np.uintp)
        self.at_memory, self.at_scratch, self.at_sums, self.at_last, self.at_end, self.at_table, self.at_tail_table = [
            _address(x) for x in (self.memory, self.scratch, self.sums, self.last, self.end, self.table, self.tail_table)]


def _address(x: Any) -> int:
    return x.__array_interface__["data"][0]  # type: ignore[no-any-return]


def _aligned(rows: int, width: int) -> Any:
    """Rows of zeros, a vector each, where vectors may lie."""
    import numpy as np
    whole = np.zeros(rows * width + 8)
    start = (-_address(whole) % 64) // 8
    return whole[start:start + rows * width].reshape(rows, width)


# Special functions, which Python computes ------------------------------------------------------------------------------------------

_callbacks: dict[str, Any] = {}


def _link_specials(specials: Iterable[tuple[str, int]]) -> list[Any]:
    """Tell LLVM where the special functions are."""
    for name, count in specials:
        symbol = symbol_of(name, count)
        if symbol not in _callbacks:
            made = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * count)(functools.partial(_special, name.removeprefix("special ")))
            _callbacks[symbol] = made
            llvm().addsymbol_of(symbol, ctypes.cast(made, ctypes.c_void_p).value)
    return list(_callbacks.values())


def _special(name: str, *xs: float) -> float:
    try:
        return float(FLOAT.special(name, *xs))
    except OverflowError:
        return math.inf
    except (ValueError, ArithmeticError):
        return math.nan
