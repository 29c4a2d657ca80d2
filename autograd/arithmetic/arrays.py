"""NumPy arrays of floats, by NumPy's own functions."""

from __future__ import annotations

import math
from functools import cache, reduce
from typing import Any

from ..errors import MissingExtraError
from .floats import FLOAT, erf_slope, ieee_answer
from .primitives import Arithmetic, Function


@cache
def numpy() -> Arithmetic:
    """NumPy arrays of floats, element by element. Outside a domain they give NumPy's own results, and its warnings."""
    try:
        import numpy as np
    except ImportError:
        raise MissingExtraError("arrays need NumPy: pip install 'scalar-autograd[numpy]'") from None

    def elementwise(function: Function) -> Function:
        return np.vectorize(ieee_answer(function), otypes=[float])

    def total(*xs: Any) -> Any:
        """The sum, with what each addition rounds off added at the end (Neumaier 1974)."""
        found: Any = np.float64(0.0)
        rest: Any = np.float64(0.0)
        with np.errstate(invalid="ignore"):                          # from infinities
            for x in xs:
                larger = found + x
                rest = rest + np.where(abs(found) >= abs(x), (found - larger) + x, (x - larger) + found)
                found = larger
            return np.where(np.isfinite(rest), found + rest, found)[()]

    def special(name: str, *xs: Any) -> Any:
        return elementwise(lambda *xs: FLOAT.special(name, *xs))(*xs)

    def norm(*xs: Any) -> Any:
        """The root of a sum of squares, of any number of arrays."""
        if len(xs) == 2:
            return np.hypot(*xs)
        largest = reduce(np.maximum, [abs(x) for x in xs], np.float64(0.0))
        scale = np.where((largest > 0.0) & np.isfinite(largest), largest, 1.0)
        return scale * np.sqrt(total(*[(x / scale) ** 2 for x in xs]))

    def same(x: Any) -> Any:
        return x

    return Arithmetic(
        name="NumPy", number=np.float64, pi=np.pi, exp=np.exp, exp2=np.exp2, expm1=np.expm1, log=np.log, log2=np.log2,
        log10=np.log10, log1p=np.log1p, pow=np.power, sqrt=np.sqrt, cbrt=np.cbrt, sin=np.sin, cos=np.cos, tan=np.tan,
        asin=np.arcsin, acos=np.arccos, atan=np.arctan, atan2=np.arctan2, sinh=np.sinh, cosh=np.cosh, tanh=np.tanh,
        asinh=np.arcsinh, acosh=np.arccosh, atanh=np.arctanh, hypot=norm, erf=elementwise(math.erf),
        erfc=elementwise(math.erfc), erf_slope=elementwise(erf_slope), floor=np.floor, mod=np.mod, floor_divide=np.floor_divide,
        special=special, where=np.where, equal=np.equal, not_equal=np.not_equal, sum=total, widen=same, narrow=same)
