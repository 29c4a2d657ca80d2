"""Programs: a recorded graph, compiled, so that it runs as fast as hand-written C.

`compile(f)` records a function (record.py), differentiates it by the table (reverse.py), simplifies it while it is written
(simplify.py), and runs it over arrays: by LLVM (llvm_backend.py, with the functions of kernels.py), or by NumPy
(numpy_backend.py).
"""

from __future__ import annotations

from typing import Any

from ..errors import OperandError
from ..inputs import described
from ..node import Node
from .backends import checked_backend
from .function import Program
from .loss import LossProgram

__all__ = ["LossProgram", "Program", "compile"]


def compile(f: Any, wrt: Any = None, *, backend: str | None = None, checked: bool = False) -> Any:
    """Record a function once, and run it as native code from then on."""
    backend = checked_backend(backend)
    if isinstance(f, Node):
        return LossProgram(f, wrt, backend)
    if not callable(f):
        raise OperandError(f"compile takes a function, or the output of a graph, got {described(f)}")
    return Program(f, wrt, backend, checked)
