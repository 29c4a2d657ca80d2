"""Writes functions of vectors in LLVM's assembly language: the builder that the kernels are written in."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

FLOATS, INTEGERS, TRUTHS = "double", "i64", "i1"
OF_INTEGERS = {"oeq": "eq", "une": "ne", "olt": "slt", "ole": "sle", "ogt": "sgt", "oge": "sge"}  # predicates, by those of floats


def hexadecimal(x: float) -> str:
    """A float as LLVM reads it back, bit for bit."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


class Vector:
    """A vector of floats, integers or truths in a function that is being written."""

    __slots__ = ("builder", "kind", "text")

    def __init__(self, builder: Builder, text: str, kind: str = FLOATS) -> None:
        self.builder, self.text, self.kind = builder, text, kind

    def _with(self, float_operation: str, integer_operation: str, a: Any, b: Any) -> Vector:
        k = self.builder
        operation = float_operation if self.kind == FLOATS else integer_operation
        return k.line(f"{operation} {k.types[self.kind]} {k.text(a, self.kind)}, {k.text(b, self.kind)}", self.kind)

    def __add__(self, b: Any) -> Vector: return self._with("fadd", "add", self, b)
    def __radd__(self, a: Any) -> Vector: return self._with("fadd", "add", a, self)
    def __sub__(self, b: Any) -> Vector: return self._with("fsub", "sub", self, b)
    def __rsub__(self, a: Any) -> Vector: return self._with("fsub", "sub", a, self)
    def __mul__(self, b: Any) -> Vector: return self._with("fmul", "mul", self, b)
    def __rmul__(self, a: Any) -> Vector: return self._with("fmul", "mul", a, self)
    def __truediv__(self, b: Any) -> Vector: return self._with("fdiv", "sdiv", self, b)
    def __rtruediv__(self, a: Any) -> Vector: return self._with("fdiv", "sdiv", a, self)
    def __and__(self, b: Any) -> Vector: return self._with("", "and", self, b)
    def __or__(self, b: Any) -> Vector: return self._with("", "or", self, b)
    def __xor__(self, b: Any) -> Vector: return self._with("", "xor", self, b)
    def __lshift__(self, b: int) -> Vector: return self._with("", "shl", self, b)
    def __rshift__(self, b: int) -> Vector: return self._with("", "ashr", self, b)
    def __lt__(self, b: Any) -> Vector: return self.builder.compare("olt", self, b)
    def __le__(self, b: Any) -> Vector: return self.builder.compare("ole", self, b)
    def __gt__(self, b: Any) -> Vector: return self.builder.compare("ogt", self, b)
    def __ge__(self, b: Any) -> Vector: return self.builder.compare("oge", self, b)
    def __eq__(self, b: object) -> Any: return self.builder.compare("oeq", self, b)
    def __ne__(self, b: object) -> Any: return self.builder.compare("une", self, b)
    def __neg__(self) -> Vector: return self.builder.line(f"fneg {self.builder.types[FLOATS]} {self.text}")
    def __abs__(self) -> Vector: return self.builder.intrinsic("fabs", self)


class Builder:
    """Collects the lines of one function of vectors of `width` floats; a width of 1 writes scalars."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.types = {kind: vector_type(kind, width) for kind in (FLOATS, INTEGERS, TRUTHS)}
        self.suffix = "f64" if width == 1 else f"v{width}f64"
        self.lines: list[str] = []

    def line(self, code: str, kind: str = FLOATS) -> Vector:
        """The result of an instruction."""
        name = f"%t{len(self.lines)}"
        self.lines.append(f"  {name} = {code}")
        return Vector(self, name, kind)

    def text(self, x: Any, kind: str = FLOATS) -> str:
        """A vector's name, or a constant in all lanes."""
        if isinstance(x, Vector):
            return x.text
        return splat(kind, hexadecimal(float(x)) if kind == FLOATS else str(int(x)), self.width)

    def compare(self, predicate: str, a: Vector, b: Any) -> Vector:
        """A comparison in each lane."""
        operation = f"fcmp {predicate}" if a.kind == FLOATS else f"icmp {OF_INTEGERS[predicate]}"
        return self.line(f"{operation} {self.types[a.kind]} {a.text}, {self.text(b, a.kind)}", TRUTHS)

    def is_nan(self, a: Vector) -> Vector:
        """Where a is NaN."""
        return self.compare("uno", a, a)

    def unordered_less(self, a: Vector, b: Any) -> Vector:
        """Where a < b, or one of them is NaN."""
        return self.compare("ult", a, b)

    def where(self, c: Vector, a: Any, b: Any) -> Vector:
        """a where c holds, else b."""
        floats = self.types[FLOATS]
        return self.line(f"select {self.types[TRUTHS]} {c.text}, {floats} {self.text(a)}, {floats} {self.text(b)}")

    def intrinsic(self, name: str, *xs: Any) -> Vector:
        """One of LLVM's own functions."""
        floats = self.types[FLOATS]
        return self.line(f"call {floats} @llvm.{name}.{self.suffix}({', '.join([f'{floats} {self.text(x)}' for x in xs])})")

    def fma(self, a: Any, b: Any, c: Any) -> Vector:
        """a b + c, rounded once."""
        return self.intrinsic("fma", a, b, c)

    def rest_of_square(self, x: Vector, s: Vector) -> Vector:
        """x² - s, exactly, for the rounded square s."""
        return self.fma(x, x, -s)

    def copysign(self, a: Any, b: Any) -> Vector:
        """|a| with the sign of b."""
        return self.intrinsic("copysign", a, b)

    def polynomial(self, x: Any, coefficients: Sequence[float]) -> Any:
        """By Horner's rule; the coefficient of the highest power comes first."""
        y: Any = coefficients[0]
        for c in coefficients[1:]:
            y = self.fma(y, x, c)
        return y

    def polynomials(self, x: Any, several: Sequence[Sequence[float]]) -> list[Any]:
        """Several of the same x."""
        return [self.polynomial(x, coefficients) for coefficients in several]

    def at_most(self, x: Vector, limit: float) -> Vector:
        """The smaller of both; NaN for NaN."""
        return self.where(x > limit, limit, x)

    def bits(self, x: Vector) -> Vector:
        """The bits of floats, as integers."""
        return self.line(f"bitcast {self.types[FLOATS]} {x.text} to {self.types[INTEGERS]}", INTEGERS)

    def float_of(self, x: Vector) -> Vector:
        """The floats of these bits."""
        return self.line(f"bitcast {self.types[INTEGERS]} {x.text} to {self.types[FLOATS]}")


INTRINSICS = {"fabs": 1, "sqrt": 1, "floor": 1, "fma": 3, "copysign": 2}  # and the numbers of their operands


def vector_type(kind: str, width: int) -> str:
    """A type of LLVM's: "<8 x double>"."""
    return kind if width == 1 else f"<{width} x {kind}>"


def mask(lanes: Sequence[int]) -> str:
    """The mask of a shuffle that takes these lanes."""
    return f"<{len(lanes)} x i32> <{', '.join([f'i32 {lane}' for lane in lanes])}>"


def run_of_lanes(first: int, count: int) -> str:
    """The mask of a shuffle that takes lanes one after the other."""
    return mask(range(first, first + count))


def splat(kind: str, number: str, width: int) -> str:
    """A constant in all lanes."""
    return number if width == 1 else f"splat ({kind} {number})"


def declarations(width: int) -> str:
    """What a module of this width has to declare."""
    floats, suffix = vector_type(FLOATS, width), "f64" if width == 1 else f"v{width}f64"
    return "".join([f"declare {floats} @llvm.{name}.{suffix}({', '.join([floats] * count)})\n"
                    for name, count in INTRINSICS.items()])
