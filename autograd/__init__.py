"""Build a computational graph from ordinary arithmetic, see it, and verify gradients derived by hand.

>>> from autograd import Value
>>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
>>> e = (a + b) * (b + 1)
>>> e.backward()
>>> a.grad, b.grad
(2.0, 5.0)

Build:   Value; exp ... erf, relu ... gelu, sum, dot, softmax and the other functions (autograd.functions); solve, inv, det;
         operation, for one of your own
Learn:   autograd.losses: mse ... kl_div; autograd.nn: MLP, Conv2d, ...; autograd.optim: SGD ... Adam; fit
Derive:  gradient, grad, value_and_grad, jacobian, hessian, hvp
Run:     autograd.compile, for a function or a loss that runs again and again
See:     draw, sweep, page, explore
Check:   verify, gradcheck, explain, find_nonfinite
Text:    expression

`autograd.compiled` is True if the engine runs as native code, as after a `pip install` with a C compiler. Otherwise the same
files run as plain Python, with the same results.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import display, engine
from .derivatives import grad, gradient, hessian, hvp, jacobian, value_and_grad
from .engine import Value
from .errors import (
    AutogradError,
    DivisionError,
    DomainError,
    FloatsOnlyError,
    FormulaError,
    GradientError,
    InputError,
    MissingExtraError,
    NonfiniteError,
    OperandError,
    RangeError,
    ReadOnlyError,
    RenderError,
)
from .expressions import expression
from .functions import (
    abs,
    acos,
    acosh,
    acot,
    acoth,
    acsc,
    acsch,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    asec,
    asech,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    beta,
    cbrt,
    ceil,
    clamp,
    clip,
    copysign,
    cos,
    cosh,
    cospi,
    cot,
    coth,
    csc,
    csch,
    cumsum,
    digamma,
    dot,
    elu,
    equal,
    erf,
    erfc,
    erfcx,
    erfinv,
    exp,
    exp2,
    exp10,
    expm1,
    floor,
    floor_divide,
    fmod,
    gamma,
    gelu,
    glu,
    greater,
    greater_equal,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    hypot,
    i0,
    i1,
    identity,
    iv,
    leaky_relu,
    lerp,
    less,
    less_equal,
    lgamma,
    log,
    log1mexp,
    log1p,
    log2,
    log10,
    log_ndtr,
    log_sigmoid,
    log_softmax,
    logaddexp,
    logaddexp2,
    logdiffexp,
    logsumexp,
    max,
    maximum,
    maxout,
    mean,
    min,
    minimum,
    mish,
    mod,
    ndtr,
    ndtri,
    norm,
    not_equal,
    polygamma,
    pow,
    prelu,
    prod,
    reciprocal,
    relu,
    relu6,
    round,
    rrelu,
    sec,
    sech,
    selu,
    sigmoid,
    sign,
    silu,
    sin,
    sinc,
    sinh,
    sinpi,
    softmax,
    softplus,
    softshrink,
    softsign,
    sqrt,
    square,
    std,
    step,
    sum,
    swish,
    tan,
    tanh,
    tanhshrink,
    threshold,
    trigamma,
    trunc,
    var,
    where,
    xlog1py,
    xlogy,
)
from .linalg import det, inv, solve
from .messages import unknown_name
from .nonfinite import Nonfinite, find_nonfinite
from .operations import operation
from .traversal import zero_grad
from .ufuncs import HERE

if TYPE_CHECKING:
    from .checking import Explanation, Report, explain, gradcheck, verify
    from .drawing import Drawing, Page, Sweep, draw, draw_dot, explore, page, sweep
    from .nn.training import History, fit
    from .program import Program
    from .program import compile as compile

__version__ = "0.1.0"

compiled: bool = not str(engine.__file__).endswith(".py")            # whether the engine runs as native code


def _shown(kind: str) -> Callable[[Any], str | None]:
    return lambda x: getattr(importlib.import_module("autograd.drawing.notebook"), kind)(x)


display.HTML.update(Value=_shown("value"), Module=_shown("module"), History=_shown("curve"))

# What `from autograd import *` brings: all but the names of builtins, which are reached as autograd.sum, autograd.max, ...
__all__ = [
    "AutogradError", "DivisionError", "DomainError", "Drawing", "Explanation", "FloatsOnlyError", "FormulaError",
    "GradientError", "History", "InputError", "MissingExtraError", "Nonfinite", "NonfiniteError", "OperandError", "Page",
    "Program", "RangeError", "ReadOnlyError", "RenderError", "Report", "Sweep", "Value", "acos", "acosh", "acot", "acoth", "acsc",
    "acsch", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asec", "asech", "asin", "asinh",
    "atan", "atan2", "atanh", "beta", "cbrt", "ceil", "clamp", "clip", "copysign", "cos", "cosh", "cospi", "cot", "coth",
    "csc", "csch", "cumsum", "det", "digamma", "dot", "draw", "draw_dot", "elu", "equal", "erf", "erfc", "erfcx", "erfinv",
    "exp", "exp10", "exp2", "explain", "explore", "expm1", "expression", "find_nonfinite", "fit", "floor", "floor_divide",
    "fmod", "gamma", "gelu", "glu", "grad", "gradcheck", "gradient", "greater", "greater_equal", "hardshrink",
    "hardsigmoid", "hardswish", "hardtanh", "hessian", "hvp", "hypot", "i0", "i1", "identity", "inv", "iv", "jacobian",
    "leaky_relu", "lerp", "less", "less_equal", "lgamma", "log", "log10", "log1mexp", "log1p", "log2", "log_ndtr",
    "log_sigmoid", "log_softmax", "logaddexp", "logaddexp2", "logdiffexp", "logsumexp", "maximum", "maxout", "mean",
    "minimum", "mish", "mod", "ndtr", "ndtri", "norm", "not_equal", "operation", "page", "polygamma", "prelu", "prod",
    "reciprocal", "relu", "relu6", "rrelu", "sec", "sech", "selu", "sigmoid", "sign", "silu", "sin", "sinc", "sinh",
    "sinpi", "softmax", "softplus", "softshrink", "softsign", "solve", "sqrt", "square", "std", "step", "sweep", "swish",
    "tan", "tanh", "tanhshrink", "threshold", "trigamma", "trunc", "value_and_grad", "var", "verify", "where", "xlog1py",
    "xlogy", "zero_grad"]

_LOADED_WHEN_USED = {"draw": "drawing", "Drawing": "drawing", "draw_dot": "drawing", "sweep": "drawing", "Sweep": "drawing",
                     "explore": "drawing", "page": "drawing", "Page": "drawing",
                     "compile": "program", "Program": "program", "gradcheck": "checking", "Report": "checking",
                     "verify": "checking", "explain": "checking", "Explanation": "checking", "fit": "nn.training",
                     "History": "nn.training"}


_MODULES = ("losses", "nn", "optim", "program", "testing")           # loaded when used


if not TYPE_CHECKING:                                                # a type checker knows which names there are
    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return importlib.import_module(f"autograd.{name}")
        if name not in _LOADED_WHEN_USED:
            raise unknown_name("autograd", name, __dir__(), {theirs: f"use {ours}" for theirs, ours in HERE.items()})
        return getattr(importlib.import_module(f"autograd.{_LOADED_WHEN_USED[name]}"), name)


def __dir__() -> list[str]:
    inner = ("Any", "Callable", "HERE", "TYPE_CHECKING", "annotations", "display", "importlib", "unknown_name")
    own = [name for name in globals() if name not in inner]
    return sorted({*own, *__all__, *_MODULES})
