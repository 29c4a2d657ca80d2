"""Which back end runs a program."""

from __future__ import annotations

import functools
import importlib.util
import warnings
from collections.abc import Sequence
from typing import Any, Protocol

from ..arithmetic.arrays import numpy
from ..errors import InputError
from .exchange import Inputs
from .simplify import Code


class Runnable(Protocol):
    """Code that a back end has prepared. See `NumPyProgram` and `NativeProgram`."""

    name: str

    def __call__(self, given: Inputs) -> tuple[Any, Any]:
        """The results in lanes, as rows of an array, and the others, as an array of numbers."""


BACKENDS = ("llvm", "numpy")


@functools.cache
def default_backend() -> str:
    """LLVM if llvmlite is there, else NumPy. Says once that it would be faster with llvmlite."""
    if importlib.util.find_spec("llvmlite") is not None:
        return "llvm"
    warnings.warn("llvmlite is not installed, so programs run on NumPy, more slowly (with the same results, to rounding): "
                  "pip install 'scalar-autograd[fast]'", stacklevel=4)
    return "numpy"


def checked_backend(name: str | None) -> str:
    """The name of a back end; the default for None. Raises InputError for an unknown one, MissingExtraError without NumPy."""
    numpy()                                                          # without which there is no program
    if name is None:
        return default_backend()
    if name not in BACKENDS:
        raise InputError(f"backend must be 'llvm', 'numpy' or None, got {name!r}")
    return name


def prepared(backend: str, code: Code, results: Sequence[int]) -> Runnable:
    """The code, ready to run."""
    if backend == "llvm":
        from .llvm_backend import NativeProgram
        return NativeProgram(code, results)
    from .numpy_backend import NumPyProgram
    return NumPyProgram(code, results)
