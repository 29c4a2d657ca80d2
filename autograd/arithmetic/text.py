"""Formulas as text: plain, as Python and `expression` read them; in a textbook's notation; and in LaTeX."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import reduce
from typing import Any, ClassVar

from ..ops import TABLE
from ..text import FROM_SUBSCRIPTS, GREEK, SUPERSCRIPTS, exact_number, number, printable

# Plain ------------------------------------------------------------------------------------------------------------------------


class Text:
    """A formula. `strength` says how tightly its outermost operator binds: -1 conditional, 0 comparison, 1 sum, 2 product,
    4 power, 9 atom."""

    __slots__ = ("strength", "text")
    times = "*"

    def __init__(self, text: str, strength: int = 9) -> None:
        self.text, self.strength = text, strength

    @classmethod
    def of(cls, x: Any) -> Text:
        """A number, or a formula, as a formula."""
        return x if isinstance(x, Text) else cls(exact_number(float(x)), 9 if math.copysign(1.0, x) > 0 else 1)

    @classmethod
    def named(cls, name: str) -> Text:
        """A node's name as a formula."""
        return cls(name)

    def __str__(self) -> str:
        return self.text

    @property
    def autograd_arithmetic(self) -> TextArithmetic:
        """The arithmetic that functions of it are computed in."""
        return {Text: TEXT, PrettyText: PRETTY, LatexText: LATEX}[type(self)]

    def within(self, strength: int) -> str:
        return self.text if self.strength >= strength else f"({self.text})"

    def __add__(self, b: Any) -> Text: return _infix(self, " + ", b, 1, right=2)
    def __radd__(self, a: Any) -> Text: return _infix(a, " + ", self, 1, right=2)
    def __sub__(self, b: Any) -> Text: return _infix(self, " - ", b, 1, right=2)
    def __rsub__(self, a: Any) -> Text: return _infix(a, " - ", self, 1, right=2)
    def __mul__(self, b: Any) -> Text: return _infix(self, self.times, b, 2, right=3)
    def __rmul__(self, a: Any) -> Text: return _infix(a, self.times, self, 2, right=3)
    def __truediv__(self, b: Any) -> Text: return _infix(self, "/", b, 2, right=3)
    def __rtruediv__(self, a: Any) -> Text: return _infix(a, "/", self, 2, right=3)
    def __lt__(self, b: Any) -> Text: return _infix(self, " < ", b, 0, 1, 1)
    def __le__(self, b: Any) -> Text: return _infix(self, " <= ", b, 0, 1, 1)
    def __gt__(self, b: Any) -> Text: return _infix(self, " > ", b, 0, 1, 1)
    def __ge__(self, b: Any) -> Text: return _infix(self, " >= ", b, 0, 1, 1)
    def __pow__(self, b: Any) -> Text: return self.autograd_arithmetic.pow(self, b)
    def __rpow__(self, a: Any) -> Text: return self.autograd_arithmetic.pow(a, self)
    def __mod__(self, b: Any) -> Text: return self.autograd_arithmetic.mod(self, b)
    def __rmod__(self, a: Any) -> Text: return self.autograd_arithmetic.mod(a, self)
    def __floordiv__(self, b: Any) -> Text: return self.autograd_arithmetic.floor_divide(self, b)
    def __rfloordiv__(self, a: Any) -> Text: return self.autograd_arithmetic.floor_divide(a, self)
    def __pos__(self) -> Text: return self
    def __neg__(self) -> Text: return type(self)("-" + self.within(2), 1)
    def __abs__(self) -> Text: return type(self)(f"abs({self})")


def _infix(a: Any, symbol: str, b: Any, strength: int, left: int | None = None, right: int | None = None) -> Text:
    kind = type(a) if isinstance(a, Text) else type(b) if isinstance(b, Text) else Text
    left, right = (strength if side is None else side for side in (left, right))
    return kind(kind.of(a).within(left) + symbol + kind.of(b).within(right), strength)


class TextArithmetic:
    """The arithmetic of formulas. Every function of the table is written as a call: "sigmoid(x)", not what it is made of."""

    def __init__(self, kind: type[Text] = Text) -> None:
        self.name = "text"
        self.number = self.widen = self.narrow = kind.of
        self.named = kind.named
        self.pi = kind("pi")
        self._kind = kind

    def where(self, c: Any, a: Any, b: Any) -> Text:
        a, b, c = self.number(a), self.number(b), self.number(c)
        return self._kind(f"{a.within(0)} if {c.within(0)} else {b.within(-1)}", -1)

    def equal(self, a: Any, b: Any) -> Text:
        return _infix(a, " == ", b, 0, 1, 1)

    def not_equal(self, a: Any, b: Any) -> Text:
        return _infix(a, " != ", b, 0, 1, 1)

    def pow(self, a: Any, b: Any) -> Text:
        return _infix(a, "**", b, 4, 5, 4)

    def mod(self, a: Any, b: Any) -> Text:
        return _infix(a, " % ", b, 1, left=2, right=3)               # -a % b is (-a) % b

    def floor_divide(self, a: Any, b: Any) -> Text:
        return _infix(a, "//", b, 1, left=2, right=3)

    def excess(self, a: Any, b: Any) -> Text:
        return _infix(a, " - ", b, 1, right=2)

    def special(self, name: str, *xs: Any) -> Any:
        return self.__getattr__(name)(*xs)

    def reciprocal(self, x: Any) -> Text:
        return 1.0 / self.number(x)

    def sum(self, *xs: Any) -> Text:
        return reduce(lambda a, b: a + b, [self.number(x) for x in xs]) if xs else self.number(0.0)

    def __getattr__(self, name: str) -> Any:
        if name not in TABLE:
            raise AttributeError(f"the arithmetic of text has no {name!r}")
        return lambda *xs: self.call(name, xs)

    def call(self, name: str, xs: Sequence[Any]) -> Text:
        """A function as a call."""
        return self._kind(f"{name}({', '.join([str(self.number(x)) for x in xs])})")

    def infix(self, a: Any, symbol: str, b: Any) -> Text:
        """An operator between two operands, which are put in parentheses if they are more than one thing."""
        return _infix(self.number(a), f" {symbol} ", self.number(b), 1, 9, 9)


TEXT = TextArithmetic()


# In a textbook's notation ----------------------------------------------------------------------------------------------------

class PrettyText(Text):
    """A formula in a textbook's notation: a × b, x²."""

    __slots__ = ()
    times = " × "

    @classmethod
    def of(cls, x: Any) -> Text:
        """A number, or a formula, as a formula."""
        return x if isinstance(x, Text) else cls(number(x, 6), 9 if math.copysign(1.0, x) > 0 else 1)

    def __truediv__(self, b: Any) -> Text:
        return PrettyText(_in_front(self, b), 2)

    def __rtruediv__(self, a: Any) -> Text:
        return PrettyText.of(a) / self


def _in_front(a: Text, b: Any) -> str:
    """a / b, with a minus sign in front of the whole: -f/x, not (-f)/x."""
    sign = "-" if a.strength == 1 and a.text.startswith("-") and " + " not in a.text and " - " not in a.text else ""
    top = PrettyText(a.text[1:], 2) if sign else a
    return f"{sign}{top.within(2)}/{PrettyText.of(b).within(3)}"


class _Textbook(TextArithmetic):
    """The helper rows of the table, as a textbook writes them, where nothing is rounded and no point is special."""

    never_rounds = True

    def square(self, x: Any) -> Text:
        return self.pow(x, 2.0)

    def sech_squared(self, x: Any) -> Text:
        return 1.0 - self.square(self.tanh(x))

    def erf_slope(self, x: Any) -> Any:
        return 2.0 / self.sqrt(self.pi) * self.exp(-self.square(x))

    def peak(self, *xs: Any) -> Any:
        return self.max(*xs)

    def sigmoid2(self, x: Any) -> Any:
        return 1.0 / (1.0 + self.pow(2.0, -self.number(x)))

    def erfinv_slope(self, x: Any) -> Any:
        return self.sqrt(self.pi) / 2.0 * self.exp(self.square(self.erfinv(x)))

    def ndtr_slope(self, x: Any) -> Any:
        return self.exp(-self.square(self.number(x)) / 2.0) / self.sqrt(2.0 * self.pi)

    def ndtri_slope(self, p: Any) -> Any:
        return self.sqrt(2.0 * self.pi) * self.exp(self.square(self.ndtri(p)) / 2.0)

    def sinc_derivative(self, n: Any, x: Any) -> Any:
        if n == 0.0:
            return self.sinc(x)
        x = self.number(x)
        around = [self.sin, self.cos, lambda z: -self.sin(z), lambda z: -self.cos(z)][int(n) % 4](self.pi * x)
        height = around if n == 1.0 else self.pow(self.pi, n - 1.0) * around
        rest = self.sinc_derivative(n - 1.0, x)
        return (height - (rest if n == 1.0 else n * rest)) / x

    def erfcx_derivative(self, n: Any, x: Any) -> Any:
        if n == 0.0:
            return self.erfcx(x)
        first = 2.0 * self.number(x) * self.erfcx_derivative(n - 1.0, x)
        last = 2.0 / self.sqrt(self.pi) if n == 1.0 else 2.0 * (n - 1.0) * self.erfcx_derivative(n - 2.0, x)
        return first - last if n == 1.0 else first + last

    def polygamma_gap(self, n: Any, a: Any, b: Any) -> Any:
        of = self.digamma if not isinstance(n, Text) and n == 0.0 else lambda x: self.polygamma(n, x)
        return of(a) - of(self.number(a) + b)


class _Pretty(_Textbook):

    def where(self, c: Any, a: Any, b: Any) -> Text:
        return self.number(b) if _is_guard(c, a, b) else super().where(c, a, b)

    def pow(self, a: Any, b: Any) -> Text:
        n = str(self.number(b))
        if n == "1" and not isinstance(b, Text):
            return PrettyText.of(a)                                  # as in the slope of a square
        if isinstance(b, Text) or not n.lstrip("-").isdigit():
            return super().pow(a, b)
        return PrettyText(self.number(a).within(5) + n.translate(SUPERSCRIPTS), 4)

    def sqrt(self, x: Any) -> Text:
        text = str(self.number(x))
        is_plain = text.isalnum() and not any([sign in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹" for sign in text])  # √x² would be (√x)² or √(x²)
        return PrettyText(f"√{text}" if is_plain else f"√({text})")

    def sigmoid(self, x: Any) -> Text:
        """sigmoid(-x) is written as 1 - sigmoid(x), as in textbooks."""
        text = str(x)
        if text[1:].isidentifier() and text[0] == "-":
            return PrettyText(f"1 - sigmoid({text[1:]})", 1)
        if re.fullmatch(r"-\([^()]*\)", text):
            return PrettyText(f"1 - sigmoid{text[1:]}", 1)
        return PrettyText(f"sigmoid({text})")


PRETTY = _Pretty(PrettyText)
PRETTY.pi = PrettyText("π")


# LaTeX ------------------------------------------------------------------------------------------------------------------------

FROM_GREEK = {sign: name for name, sign in GREEK.items()}


class LatexText(Text):
    """A formula in LaTeX."""

    __slots__ = ()
    times = r" \cdot "

    @classmethod
    def of(cls, x: Any) -> Text:
        """A number, or a formula, as a formula."""
        return x if isinstance(x, Text) else cls(latex_number(x), 9 if math.copysign(1.0, x) > 0 else 1)

    @classmethod
    def named(cls, name: str) -> Text:
        """A node's name as a formula: w[0][1] and w_in are w with subscripts, and alpha is a Greek letter."""
        stem, _, places = name.partition("[")
        match = re.fullmatch(r"([^\W\d_]+?)(?:_?([\d₀-₉]+)|_([^\W_]+))?", stem)
        letters, digits, word = (match[1], match[2], match[3]) if match else (stem, "", "")
        letters = FROM_GREEK.get(letters, letters)
        low = (digits or "").translate(FROM_SUBSCRIPTS) or (str(cls.named(word)) if word else "")
        subscript = ",".join(filter(None, [low, _escaped(places.replace("][", ",").rstrip("]"))]))
        root = re.fullmatch(r"√(\d+)", stem)
        if root:                                                     # a constant of ours
            return cls(rf"\sqrt{{{root[1]}}}")
        is_sign = len(letters) == 1 and ((letters.isascii() and letters.isalnum()) or "α" <= letters <= "ω")
        is_plain = letters.isascii()
        plain = (f"\\{letters}" if letters in GREEK else letters if is_sign
                 else rf"{f'{chr(92)}mathrm' if is_plain else f'{chr(92)}text'}{{{_escaped(letters)}}}")
        return cls(f"{plain}_{{{subscript}}}" if subscript else plain)

    def within(self, strength: int) -> str:
        """The formula, in parentheses if it binds less tightly."""
        return self.text if self.strength >= strength else rf"\left({self.text}\right)"

    def __truediv__(self, b: Any) -> Text:
        return LatexText(rf"\frac{{{self}}}{{{LatexText.of(b)}}}", 3)

    def __rtruediv__(self, a: Any) -> Text:
        return LatexText.of(a) / self

    def __abs__(self) -> Text:
        return LatexText(rf"\left|{self}\right|")


class _Latex(_Textbook):
    names: ClassVar[dict[str, str]] = {
        "log": r"\ln", "log2": r"\log_2", "log10": r"\log_{10}", "sigmoid": r"\sigma", "asin": r"\arcsin",
        "acos": r"\arccos", "atan": r"\arctan",
        **{name: rf"\{name}" for name in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min")},
    }

    def pow(self, a: Any, b: Any) -> Text:
        if not isinstance(b, Text) and b == 1.0:
            return LatexText.of(a)
        return LatexText(f"{self.number(a).within(5)}^{{{self.number(b)}}}", 4)

    def abs(self, x: Any) -> Text:
        return abs(LatexText.of(x))

    def sqrt(self, x: Any) -> Text:
        return LatexText(rf"\sqrt{{{self.number(x)}}}")

    def where(self, c: Any, a: Any, b: Any) -> Text:
        if _is_guard(c, a, b):
            return LatexText.of(b)
        return LatexText(rf"\begin{{cases}}{self.number(a)} & {self.number(c)}\\{self.number(b)} & \text{{else}}\end{{cases}}")

    def __getattr__(self, name: str) -> Any:
        super().__getattr__(name)                                    # raises for a name that is not in the table
        return lambda *xs: self.call(name, xs)

    def call(self, name: str, xs: Sequence[Any]) -> Text:
        """A function as a call."""
        plain = self.names.get(name) or rf"\operatorname{{{_escaped(name)}}}"
        return LatexText(rf"{plain}\left({', '.join([str(self.number(x)) for x in xs])}\right)")


def _is_guard(c: Any, a: Any, b: Any) -> bool:
    """Whether a `where` only guards a logarithm against 0: "1 if x == 0 else x"."""
    return not isinstance(a, Text) and a == 1.0 and str(c).replace(" ", "") == f"{PrettyText.of(b)}==0".replace(" ", "")


LATEX = _Latex(LatexText)
LATEX.pi = LatexText(r"\pi")


def number_in(x: float, m: TextArithmetic, digits: int = 4) -> str:
    """A number in the notation of an arithmetic of texts."""
    return latex_number(x, digits) if m is LATEX else number(x, digits)


def latex_number(x: float, digits: int = 4) -> str:
    """A number in LaTeX, with the power of ten written out."""
    text = number(x, digits)
    head, e, exponent = text.partition("e")
    power = f"10^{{{int(exponent or 0)}}}"
    if not e:
        return text.replace("inf", r"\infty")
    return power if head == "1" else f"-{power}" if head == "-1" else rf"{head} \cdot {power}"


_SPECIAL = {"\\": r"\backslash ", "^": r"\hat{}", "~": r"\sim ", "<": r"\lt ", ">": r"\gt ", "`": r"\grave{}",
            **{c: f"\\{c}" for c in "_%#&${}"}}                       # also where LaTeX stands in Markdown or HTML


def _escaped(name: str) -> str:
    """A name with LaTeX's special characters escaped."""
    return "".join([_SPECIAL.get(c, c) for c in printable(name)])
