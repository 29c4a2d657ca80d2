"""Programs: a recorded graph, compiled to native code.

`compile(f)` records a function (record.py), differentiates it by the table (reverse.py; rows.py, to do so twice), simplifies it
while it is written (simplify.py), and runs it over arrays: by LLVM (llvm_backend.py, writer.py, with the functions of
kernels.py), or by NumPy (numpy_backend.py, batches.py). `compile(loss, wrt=parameters)` takes a graph already built and rolls its
loops over samples (roll.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described, flag
from .backends import checked_backend
from .function import Program, checked_shared, checked_wrt
from .loss import LossProgram

__all__ = ["LossProgram", "Program", "compile"]


@overload
def compile(f: Value, wrt: Any = None, *, backend: str | None = None, checked: bool = False) -> LossProgram: ...


@overload
def compile(f: Callable[..., Any], wrt: Any = None, *, shared: Any = (), backend: str | None = None,
            checked: bool = False) -> Program: ...


def compile(f: Any, wrt: Any = None, *, shared: Any = (), backend: str | None = None, checked: bool = False) -> Any:
    """Record a function, or a graph already built, once, and run it as native code from then on.

    Of a function it makes a `Program`, which records the function when it is first called, and again for arguments of another
    structure. Arguments are numbers, lists, tuples and dicts of them, and modules. An array has one sample a lane: for its first
    axis, all lanes run at once, each with a number (or a row) of the array, and share the other arguments. Values that the
    function brings with it, such as a model's parameters, are read in every call.

    >>> import numpy as np
    >>> import autograd as ag
    >>> program = ag.compile(lambda a, b: (a + b) * (b + 1))
    >>> program(2.0, 1.0), program.grad(2.0, 1.0)
    (6.0, (2.0, 5.0))
    >>> value, (by_a, by_b) = program.value_and_grad(np.array([2.0, 3.0, 4.0]), 1.0)
    >>> value.tolist(), by_a.tolist(), by_b                          # in each lane; and in total for the b that they share
    ([6.0, 8.0, 10.0], [2.0, 2.0, 2.0], 18.0)
    >>> program.hessian(2.0, 1.0).tolist()
    [[0.0, 1.0], [1.0, 2.0]]

    An array that all lanes share, such as a matrix of weights, is named by `shared`. The function is given an array of Values,
    and the derivatives by them come as an array of the same shape.

    >>> layer = ag.compile(lambda W, x: ag.sum(W @ x), wrt=0, shared=0)
    >>> inputs = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])       # three samples
    >>> value, by_W = layer.value_and_grad(np.array([[0.5, 1.0], [0.0, -1.0]]), inputs)
    >>> value.tolist(), by_W.tolist()
    ([0.5, 1.5, 2.5], [[9.0, 12.0], [9.0, 12.0]])

    Of a graph, such as a loss over many samples, it makes a `LossProgram`. `program()` returns the value and the derivatives by
    the parameters `wrt`, at their current numbers. All other leaves are constants. Sums of terms that
    are computed alike, such as a Python loop over samples makes, are rolled into lanes; `program.explain()` tells which.

    >>> from autograd import Value
    >>> w = Value(0.5, name="w")
    >>> loss = sum((w * x - y) ** 2 for x, y in [(1, 2), (2, 4), (3, 6), (4, 8)])
    >>> program = ag.compile(loss, wrt=[w])
    >>> program()
    (67.5, [-90.0])
    >>> w.data = 2.0
    >>> program()
    (0.0, [0.0])
    >>> print(program.explain().splitlines()[-1])
    a sum of 4 terms of 3 operations, rolled into lanes; they differ in 2 constants

    Args:
        f: a function of numbers, or the output of a graph.
        wrt: for a function the arguments to differentiate by, by number (an int, or several), or Values that it uses, such as
            model.parameters(); by default all arguments. For a graph the leaves, by default all of them.
        shared: the arguments, by number, whose arrays all lanes share.
        backend: "llvm" (extra "fast"), "numpy", or None for LLVM if it is installed.
        checked: raise DomainError, with the operation, the lane and the numbers, where a result is infinite or NaN.

    The results are those of the engine up to rounding, in IEEE arithmetic: where the engine raises DomainError there is NaN, or
    an infinity at a pole. (LLVM may round a sum once, together with a product in it; but not where two products may cancel.) A
    function runs once for all lanes, so it cannot decide by a number: a Value that is used as a truth value, as in `if x > 0`,
    raises OperandError with the line; write `autograd.where`. What it reads from `.data` is a constant; `x.detach()` is the
    number of each call, with no gradient.

    Raises OperandError if f is neither a function nor a Value, or if wrt is of the wrong kind; InputError for an unknown back
    end, for checked=True or `shared` with a graph, or, in a call, for an argument that wrt or `shared` names in vain;
    MissingExtraError without NumPy.
    """
    backend = checked_backend(backend)
    if isinstance(f, Value):
        if flag("checked", checked):
            raise InputError("checked=True is for functions; for a graph use output.backward(check=True) or "
                             "autograd.find_nonfinite")
        if shared != ():
            raise InputError("shared is for functions: in a graph nothing is in lanes until it is compiled")
        return LossProgram(f, wrt, backend)
    if not callable(f):
        raise OperandError(f"compile takes a function, or the output of a graph, got {described(f)}")
    return Program(f, checked_wrt(wrt), checked_shared(shared), backend, flag("checked", checked))
