"""NumPy's and SciPy's functions of a Value: what they do, or what to use instead."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from .errors import OperandError
from .inputs import is_array, real
from .ops import TABLE

# What we call the functions of NumPy and SciPy that know no arrays of objects, where the name is another.
HERE = {
    "expit": "sigmoid", "log_expit": "log_sigmoid", "logit": "log(p) - log1p(-p)", "gammaln": "lgamma", "loggamma": "lgamma",
    "psi": "digamma", "entr": "-xlogy(x, x)", "rel_entr": "xlogy(x, x/y)", "heaviside": "step", "_sinpi": "sinpi", "fabs": "abs",
    "_cospi": "cospi", "logaddexp": "logaddexp",
    **dict.fromkeys(["isnan", "isfinite", "isinf"], "math.isnan(v.data), or autograd.find_nonfinite for a graph")}

NO_VERSION = ("not supported for the input", "no callable", "does not support argument")  # what NumPy says where it has none

# Those that Values have operators for, which record what they do: a comparison, too.
OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv, "power": operator.pow,
    "remainder": operator.mod, "floor_divide": operator.floordiv, "less": operator.lt, "less_equal": operator.le,
    "greater": operator.gt, "greater_equal": operator.ge}


METHODS = ("hypot", "arctan2", "fmod")                               # which NumPy asks of the first operand


def _as_values(kind: type, x: Any) -> Any:
    """Numbers, alone or in an array, as Values, so that they have methods."""
    import numpy as np
    return x if isinstance(x, kind) else np.frompyfunc(lambda z: z if isinstance(z, kind) else kind(z), 1, 1)(x)


def array_function(kind: type, ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What NumPy's protocol asks for where a function of its kind meets a Value: the function on arrays of objects, which calls
    the methods of Values. Raises OperandError, with our function, if it has no version for objects."""
    import numpy as np
    if method == "__call__" and ufunc.__name__ in OPERATORS and not options and not any([getattr(x, "ndim", 0) for x in inputs]):
        numbers = [x.item() if is_array(x) else x for x in inputs]
        return OPERATORS[ufunc.__name__](*[x if isinstance(x, kind) else real(x) for x in numbers])
    inputs = tuple([_as_values(kind, x) for x in inputs]) if ufunc.__name__ in METHODS else inputs
    arrays = [np.array(x, dtype=object) if isinstance(x, kind) else x for x in inputs]
    try:
        return getattr(ufunc, method)(*arrays, **options)
    except TypeError as error:
        if isinstance(error, OperandError) or not any([words in str(error) for words in NO_VERSION]):
            raise
        name = ufunc.__name__
        ours = HERE.get(name, name if name in TABLE else "")
        hint = f": use autograd.{ours}" if ours.isidentifier() else f": use {ours}" if ours else ""
        raise OperandError(f"{name} takes plain numbers, and would lose the gradient of a Value{hint}") from None
