"""The functions that lines call: kernels, functions of libm lane by lane, and Python's a % b and a // b."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .kernels import BINARY, KERNELS, PAIRS, WITHIN
from .vectors import FLOATS, TRUTHS, Builder, Vector

LIBM = {"cbrt": 1, "tan": 1, "asin": 1, "acos": 1, "atan2": 2, "sinh": 1, "cosh": 1, "asinh": 1, "acosh": 1, "atanh": 1,
        "erfc": 1, "hypot": 2, "fmod": 2,                            # and the numbers of their operands
        **dict.fromkeys(WITHIN, 1)}                                  # for angles too large for a kernel
CALLED = {**KERNELS, **{"_and_".join(pair): kernel for pair, kernel in PAIRS.items()}}


def helper(name: str, width: int, attributes: str, libm: set[str]) -> str:
    """A function of vectors: a kernel, a pair of kernels, or one that asks libm lane by lane."""
    if name in CALLED:
        names = name.split("_and_")
        return _kernel(name, CALLED[name], width, attributes, WITHIN.get(names[0]), names, libm)
    k = Builder(width)
    count = 2 if name in ("mod", "floor_divide") else LIBM[name] if name in LIBM else int(name.rpartition("_")[2])
    xs = [Vector(k, f"%x{j}") for j in range(count)]
    if name in ("mod", "floor_divide"):
        libm.add("fmod")
        y = _divided(k, name, xs)
    else:
        if name in LIBM:
            libm.add(name)
        y = _by_lane(k, name, xs)
        if name == "cbrt":                                           # as the engine: C's may be off by 4 ulp
            step = y - (y - xs[0] / (y * y)) / 3.0
            y = k.where(abs(step) < math.inf, step, y)
    return _defined(name, k, [x.text for x in xs], k.lines, y.text, attributes)


def _defined(name: str, k: Builder, xs: Sequence[str], lines: Sequence[str], y: str, attributes: str, kind: str = "") -> str:
    floats = k.types[FLOATS]
    kind = kind or floats
    head = f"define internal {kind} @{name}_{k.width}({', '.join([f'{floats} {x}' for x in xs])}) {attributes} nounwind {{"
    return "\n".join([head, *lines, f"  ret {kind} {y}", "}\n"])


def _kernel(name: str, kernel: Any, width: int, attributes: str, within: Any, names: Sequence[str], libm: set[str]) -> str:
    k = Builder(width)
    floats = k.types[FLOATS]
    both = f"{{{floats}, {floats}}}"

    def returned(result: Any) -> str:
        if not isinstance(result, tuple):
            return str(result.text)
        first = k.line(f"insertvalue {both} poison, {floats} {result[0].text}, 0")
        return k.line(f"insertvalue {both} {first.text}, {floats} {result[1].text}, 1").text

    xs = [Vector(k, f"%x{j}") for j in range(2 if name in BINARY else 1)]
    x = xs[0]
    kind = both if len(names) == 2 else floats
    if within is None:
        y = returned(kernel(k, *xs))
        return _defined(name, k, [x.text for x in xs], k.lines, y, attributes, kind)
    fits = within(k, x).text
    if width > 1:
        bits = k.line(f"bitcast <{width} x i1> {fits} to i{width}", TRUTHS).text
        fits = k.line(f"icmp eq i{width} {bits}, -1", TRUTHS).text
    k.lines.append(f"  br i1 {fits}, label %fast, label %slow\nfast:")
    y = returned(kernel(k, x))
    k.lines.append(f"  ret {kind} {y}\nslow:")
    libm.update(names)
    slow = [_by_lane(k, each, [x]) for each in names]
    y = returned(slow[0] if len(slow) == 1 else tuple(slow))
    return _defined(name, k, ["%x0"], k.lines, y, attributes, kind)


def _by_lane(k: Builder, name: str, xs: Sequence[Vector]) -> Vector:
    """A function of scalars, called for each lane."""
    floats = k.types[FLOATS]
    if k.width == 1:
        return k.line(f"call double @{name}({', '.join([f'double {x.text}' for x in xs])})")
    y = Vector(k, "poison")
    for lane in range(k.width):
        parts = [k.line(f"extractelement {floats} {x.text}, i64 {lane}").text for x in xs]
        one = k.line(f"call double @{name}({', '.join([f'double {part}' for part in parts])})").text
        y = k.line(f"insertelement {floats} {y.text}, double {one}, i64 {lane}")
    return y


def _divided(k: Builder, name: str, xs: Sequence[Vector]) -> Vector:
    """Python's a % b or a // b, by C's fmod."""
    a, b = xs
    rest = _by_lane(k, "fmod", xs)
    below = rest * b < 0.0                                           # the signs differ
    if name == "mod":
        y = k.where(below, rest + b, rest)
        return k.where(y == 0.0, k.copysign(0.0, b), y)
    quotient = (a - rest) / b
    quotient = k.where(below, quotient - 1.0, quotient)
    y = k.intrinsic("floor", quotient)
    y = k.where(quotient - y > 0.5, y + 1.0, y)
    return k.where(quotient == 0.0, k.copysign(0.0, a / b), y)


def symbol_of(name: str, count: int) -> str:
    """The symbol under which a special function of so many operands is known to LLVM."""
    return f"{name.replace(' ', '_')}_{count}"
