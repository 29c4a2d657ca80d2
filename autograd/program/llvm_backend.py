"""Runs a program as native code: straight-line functions of vectors, a lane for each element, compiled by LLVM (llvmlite).

writer.py writes them. This file compiles them, calls them, and lends them the special functions that Python computes.
"""

from __future__ import annotations

import ctypes
import functools
import math
import platform
import struct
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..arithmetic.floats import FLOAT
from ..errors import MissingExtraError
from .driver import CALL, SPACE
from .exchange import Inputs, Memory, address_of, selection
from .helpers import symbol_of
from .kernels import KERNELS
from .simplify import LANE, Code, reached
from .writer import SHORT, Writer

LINE = 8                                                             # floats in a line of the processor's cache
LARGE = 500_000                                                      # results that do not fit into it
WORK, KERNEL, WRITING = {"div": 8, "sqrt": 8}, 25, 30                # the time that lines and results in lanes take, in additions


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
    """Code, compiled when it is first called. `results` are lines; each result is in each lane if its rank is LANE, else one
    number.

    Args:
        width: floats in a vector; by default as many as the processor's vectors hold.
    """

    name = "LLVM"

    def __init__(self, code: Code, results: Sequence[int], width: int | None = None) -> None:
        self._rows = _rows_to_stream(code, results)
        self._version = functools.cache(functools.partial(_Version, code, results, width or vector_width()))

    def __call__(self, given: Inputs) -> tuple[Any, Any]:
        """The results in lanes, and the others; see `Runnable`."""
        return self._version(self._rows * given.count > LARGE)(given)


def _rows_to_stream(code: Code, results: Sequence[int]) -> int:
    """How many results in lanes there are, if it takes longer to write them than to compute them; else 0."""
    rows = sum([code.ranks[k] == LANE for k in results])
    work = sum([WORK.get(code.names[k], KERNEL if code.names[k] in KERNELS else 1)
                for k in reached(code, results) if code.ranks[k] == LANE])
    return rows if work < WRITING * rows else 0


class _Version:
    """Code, compiled. With `streams`, results in lanes are written past the processor's cache: this is faster if they do not fit
    into it and little else is done, and slower else."""

    def __init__(self, code: Code, results: Sequence[int], width: int, streams: bool) -> None:
        writer = Writer(code, results, width, streams)
        text = writer.text()
        self._keep = _link_specials(writer.specials)
        module = llvm().parse_assembly(text)
        short = writer.count <= SHORT
        machine = _machine(2 if writer.is_careful else 0, width)
        if short:
            options = llvm().create_pipeline_tuning_options(speed_level=2)
            options.slp_vectorization = options.loop_vectorization = False
            builder = llvm().create_pass_builder(machine, options)
            builder.getModulePassManager().run(module, builder)
        self._engine = llvm().create_mcjit_compiler(module, machine)
        self._engine.finalize_object()
        self._run = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self._engine.get_function_address("run"))
        self._columns, self._rows = writer.lane_columns, writer.rows
        self._has_all = self._columns == list(range(len(code.columns())))
        self._pack = struct.Struct(f"Pqq{len(self._columns)}P").pack_into
        others = [writer.memory[k] for k in results if code.ranks[k] != LANE]
        places = max(code.inputs.values(), default=-1) + 2           # and the number of lanes
        wanted = selection([place % places for place in writer.shared_places])
        self._make = functools.partial(_Workspace, writer, places, wanted, selection(others))
        self._free: list[_Workspace] = []                            # workspaces that no thread uses now
        self._memory = Memory()
        self._streams = streams

    def __call__(self, given: Inputs) -> tuple[Any, Any]:
        try:
            space = self._free.pop()
        except IndexError:
            space = self._make()
        addresses, count = given.addresses, given.count
        if not self._has_all:
            addresses = [addresses[j] for j in self._columns]
        out, address, stride = self._results(count)
        self._pack(space.call, 0, address, count, stride, *addresses)
        for start, numbers in given.pieces:
            space.given[start:start + len(numbers)] = numbers
        space.given[-1] = count
        if space.wanted is not None:
            space.shared[:] = space.wanted()
        self._run(space.address)
        others = space.others()
        self._free.append(space)
        return out, others

    def _results(self, count: int) -> tuple[Any, int, int]:
        """An array for results, its address, and how far apart its rows are."""
        if not self._rows:
            return np.empty((0, count)), 0, count
        if not self._streams:
            out = self._memory.table(self._rows, count)
            return out, address_of(out), count
        stride = -(-count // LINE) * LINE
        memory = self._memory.table(1, self._rows * stride + LINE)[0]
        address = address_of(memory)
        start = -address % (8 * LINE) // 8
        out = memory[start:start + self._rows * stride].reshape(self._rows, stride)
        return out[:, :count], address + 8 * start, stride


class _Workspace:
    """The memory of one run, and its addresses."""

    def __init__(self, writer: Writer, places: int, wanted: Any, others: Any) -> None:
        width, columns, rows = writer.width, len(writer.lane_columns), writer.rows
        size = writer.size + writer.sum_width                        # for sums are written by vectors
        self.wanted: Any = None
        if isinstance(wanted, slice):                                # what is given lies in the memory of the run; the program
            whole = np.zeros(max(wanted.start + size, places))       # writes over what it does not want
            self.given, self.memory = whole[:places], whole[wanted.start:]
        else:
            self.given, self.memory = np.zeros(places), np.zeros(size)
            self.wanted = functools.partial(self.given.take, wanted)
        self.shared = self.memory[:len(writer.shared_places)]
        self.others = self.memory[others].copy if isinstance(others, slice) else functools.partial(self.memory.take, others)
        self.call: Any = np.zeros(len(CALL) + columns + 1, dtype=np.uintp)
        self.columns = self.call[len(CALL):]
        self.scratch = _aligned(max(writer.slots, 1) * writer.tile, width)
        self.sums = _aligned(writer.totals + writer.sum_width, writer.sum_width)
        self.tail = _aligned(columns + rows + 2, width)              # and which lanes count: all, and those of a rest
        self.tail[columns + rows] = 1.0
        self.table = np.array([address_of(row) for row in self.tail], dtype=np.uintp)
        self._arrays = np.array([address_of(getattr(self, name)) for name in SPACE], dtype=np.uintp)
        self.address = address_of(self._arrays)


def _aligned(rows: int, width: int) -> Any:
    """Rows of zeros, a vector each, where vectors may lie."""
    whole = np.zeros(rows * width + LINE)
    start = -address_of(whole) % (8 * LINE) // 8
    return whole[start:start + rows * width].reshape(rows, width)


# Special functions, which Python computes ----------------------------------------------------------------------------------

_callbacks: dict[str, Any] = {}


def _link_specials(specials: Iterable[tuple[str, int]]) -> list[Any]:
    """Tell LLVM where the special functions are."""
    for name, count in specials:
        symbol = symbol_of(name, count)
        if symbol not in _callbacks:
            function = functools.partial(_special, name.removeprefix("special "))
            made = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * count)(function)
            llvm().add_symbol(symbol, ctypes.cast(made, ctypes.c_void_p).value)
            _callbacks[symbol] = made
    return list(_callbacks.values())


def _special(name: str, *xs: float) -> float:
    try:
        return float(FLOAT.special(name, *xs))
    except OverflowError:
        return math.inf
    except (ValueError, ArithmeticError):
        return math.nan
