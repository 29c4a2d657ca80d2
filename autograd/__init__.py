"""Build a computational graph from ordinary arithmetic, see it, and verify gradients derived by hand.

>>> from autograd import Value
>>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
>>> e = (a + b) * (b + 1)
>>> e.backward()
>>> a.grad, b.grad
(2.0, 5.0)

Build:   Value; exp ... erf, relu ... gelu, sum, dot, softmax and the other functions (autograd.functions)
Learn:   autograd.losses: mse ... kl_div; autograd.nn: MLP, Conv2d, ...; autograd.optim: SGD ... Adam; fit
Derive:  gradient, grad, value_and_grad, jacobian, hessian, hvp
See:     draw, sweep, page, explore
Check:   verify, gradcheck, explain
Text:    expression
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import display
from .derivatives import grad, gradient, hessian, hvp, jacobian, value_and_grad
from .engine import Value
from .errors import (
    AutogradError,
    DivisionError,
    DomainError,
    FormulaError,
    GradientError,
    InputError,
    MissingExtraError,
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
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    clamp,
    clip,
    cos,
    cosh,
    dot,
    elu,
    equal,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    gelu,
    greater,
    greater_equal,
    hypot,
    identity,
    leaky_relu,
    less,
    less_equal,
    log,
    log1p,
    log2,
    log10,
    log_sigmoid,
    log_softmax,
    logsumexp,
    max,
    maximum,
    maxout,
    mean,
    min,
    minimum,
    mish,
    not_equal,
    pow,
    prelu,
    prod,
    reciprocal,
    relu,
    rrelu,
    selu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    sqrt,
    square,
    step,
    sum,
    swish,
    tan,
    tanh,
    where,
)
from .messages import unknown_name

if TYPE_CHECKING:
    from .checking import Explanation, Report, explain, gradcheck, verify
    from .drawing import Drawing, Page, Sweep, draw, draw_dot, explore, page, sweep
    from .nn.training import History, fit

__version__ = "0.1.0"


def _shown(kind: str) -> Callable[[Any], str | None]:
    return lambda x: getattr(importlib.import_module("autograd.drawing.notebook"), kind)(x)


display.HTML.update(Value=_shown("value"), Module=_shown("module"), History=_shown("curve"))

# What `from autograd import *` brings: all but the names of builtins, which are reached as autograd.sum, autograd.max, ...
__all__ = [
    "AutogradError", "DivisionError", "DomainError", "Drawing", "Explanation", "FormulaError", "GradientError", "History",
    "InputError", "MissingExtraError", "OperandError", "Page", "RangeError", "ReadOnlyError", "RenderError", "Report", "Sweep",
    "Value", "acos", "acosh", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "atan",
    "atan2", "atanh", "cbrt", "clamp", "clip", "cos", "cosh", "dot", "draw", "draw_dot", "elu", "equal", "erf", "erfc", "exp",
    "exp2", "explain", "explore", "expm1", "expression", "fit", "gelu", "grad", "gradcheck", "gradient", "greater",
    "greater_equal", "hessian", "hvp", "hypot", "identity", "jacobian", "leaky_relu", "less", "less_equal", "log", "log10",
    "log1p", "log2", "log_sigmoid", "log_softmax", "logsumexp", "maximum", "maxout", "mean", "minimum", "mish", "not_equal",
    "page", "prelu", "prod", "reciprocal", "relu", "rrelu", "selu", "sigmoid", "sign", "silu", "sin", "sinh", "softmax",
    "softplus", "sqrt", "square", "step", "sweep", "swish", "tan", "tanh", "value_and_grad", "verify", "where"]

_LOADED_WHEN_USED = {"draw": "drawing", "Drawing": "drawing", "draw_dot": "drawing", "sweep": "drawing", "Sweep": "drawing",
                     "explore": "drawing", "page": "drawing", "Page": "drawing",
                     "gradcheck": "checking", "Report": "checking",
                     "verify": "checking", "explain": "checking", "Explanation": "checking", "fit": "nn.training",
                     "History": "nn.training"}


_MODULES = ("losses", "nn", "optim", "testing")                      # loaded when used


if not TYPE_CHECKING:                                                # a type checker knows which names there are
    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return importlib.import_module(f"autograd.{name}")
        if name not in _LOADED_WHEN_USED:
            raise unknown_name("autograd", name, __dir__(), {})
        return getattr(importlib.import_module(f"autograd.{_LOADED_WHEN_USED[name]}"), name)


def __dir__() -> list[str]:
    inner = ("Any", "Callable", "TYPE_CHECKING", "annotations", "display", "importlib", "unknown_name")
    own = [name for name in globals() if name not in inner]
    return sorted({*own, *__all__, *_MODULES})
