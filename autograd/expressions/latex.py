r"""Formulas in LaTeX, as pasted from a paper, and SymPy's expressions, as formulas in text.

SymPy's own parser reads the LaTeX (extra `sympy`); what it does not know is spelled out first: \operatorname{relu}, \hat y,
\left| x \right|. Sums with numbers as limits are written out.
"""

from __future__ import annotations

import keyword
import re
import warnings
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from ..errors import FormulaError, MissingExtraError
from ..text import GREEK, shortened
from .reader import ALSO_NAMES, FUNCTIONS

OWN = ("sigmoid", "relu", "softplus", "erf", "erfc", "elu", "selu", "gelu", "silu", "swish", "mish", "softmax", "logsumexp",
       "sign", "sech", "csch", "coth")
FUNCTION_NAMES = {"Abs": "abs", "Max": "max", "Min": "min", "sigma": "sigmoid", "Heaviside": "step", "sign": "sign", "log": "log",
                  "ln": "log", "loggamma": "lgamma", "ceiling": "ceil", "Mod": "mod", "besseli": "iv"}
PLACEHOLDERS = [rf"\{name}" for name in ("Xi", "Upsilon", "Psi", "Omega", "Gamma", "Lambda", "Pi", "varkappa")]
LETTERS = ("mathbf", "boldsymbol", "bm", "mathcal", "mathscr", "mathbb", "mathit", "mathsf")   # other shapes of a letter
PARSED = frozenset([                                                   # commands that SymPy's parser knows
    "frac", "dfrac", "tfrac", "sqrt", "sum", "prod", "log", "ln", "exp", "sin", "cos", "tan", "sec", "csc", "cot", "arcsin",
    "arccos", "arctan", "sinh", "cosh", "tanh", "arsinh", "arcosh", "artanh", "max", "min", "cdot", "times", "div", "pm",
    "infty", "pi", "partial", "le", "ge", "leq", "geq", "lt", "gt", "ne", "neq", "alpha", "beta", "gamma", "delta", "epsilon",
    "varepsilon", "zeta", "eta", "theta", "vartheta", "iota", "kappa", "lambda", "mu", "nu", "xi", "omicron", "rho", "varrho",
    "sigma", "varsigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi",
    "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega", "varkappa"])
WORD = 80_001                                                        # a word is a w with this subscript, or a larger one
ACCENTS = ("hat", "bar", "tilde", "vec", "dot", "widehat", "overline")
CODE = 90_001                                                        # an accent is a subscript, of which a number is left
MOST = 200                                                           # terms of a sum that are written out
COMPARED = {"StrictGreaterThan": ">", "GreaterThan": ">=", "StrictLessThan": "<", "LessThan": "<=", "Equality": "==",
            "Unequality": "!="}


def is_sympy(x: object) -> bool:
    """Whether x is an expression or a matrix of SymPy, which is not imported to find out."""
    return type(x).__module__.partition(".")[0] == "sympy"


def from_latex(text: str, known: Iterable[str] = ()) -> str:
    r"""A formula in LaTeX as one in text: r"\frac{1}{1+e^{-x}}" is "1/(1 + exp(-x))". `known` are the names that may occur.

    Raises FormulaError if it cannot be read, MissingExtraError if SymPy is missing.
    """
    try:
        from sympy.parsing.latex import parse_latex
    except ImportError:
        raise MissingExtraError("LaTeX is read by SymPy: pip install 'scalar-autograd[sympy]'") from None
    left, equals, right = _equation(text)
    if equals:                                                       # a named step: L = ...
        return f"{from_latex(left, known)} = {from_latex(right, known)}"
    plain, functions, words = _prepared(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = parse_latex(plain, strict=True, backend="antlr")
    except ImportError as error:
        raise MissingExtraError("LaTeX is read by SymPy and its parser: pip install 'scalar-autograd[sympy]' "
                                f"({error})") from None
    except Exception as error:                                       # whatever SymPy's parser stumbles over
        reason = " ".join(str(error).split())[:80]
        raise FormulaError(f"the LaTeX {shortened(text)!r} cannot be read: {reason}") from None
    return _Writer(known, functions, words).text(parsed)


def from_sympy(x: Any, known: Iterable[str] = ()) -> Any:
    """SymPy's expression as a formula in text; its matrix as a list of rows of them, or as a list if it is a vector."""
    writer = _Writer(known)
    if type(x).__name__ in COMPARED:
        raise FormulaError(f"{shortened(str(x))!r} is an equation or a bound, not a function: give its right side")
    if hasattr(x, "tolist") and hasattr(x, "shape"):
        rows = [[writer.text(item) for item in row] for row in x.tolist()]
        return [item for row in rows for item in row] if 1 in x.shape else rows
    return writer.text(x)


def _prepared(text: str) -> tuple[str, dict[str, str], list[str]]:
    """The LaTeX without what SymPy's parser does not know, and the functions and words that its placeholders stand for."""
    functions: dict[str, str] = {}
    words: list[str] = []
    text = re.sub(r"\\(?:displaystyle|textstyle|limits|nolimits|quad|qquad|[,;:! ])", " ", text)
    text = re.sub(r"\\(?:left|right|big|Big|bigg|Bigg)[lr]?\s*", "", text)
    if r"\|" in text or r"\Vert" in text:
        raise FormulaError(f"a norm in {shortened(text)!r} is not read: write the root of a sum of squares")
    if re.search(r"\^\s*(?:\{\s*)?\\(?:top|intercal)", text) or (re.search(r"\^\s*(?:T(?![a-zA-Z])|\{\s*T\s*\})", text)
                                                               and len(re.findall(r"(?<![a-zA-Z\\])T(?![a-zA-Z])", text)) == 1):
        raise FormulaError(f"a transpose in {shortened(text)!r} is not read: write W.T @ x, as text")
    if re.search(r"\\sigma\s*\^\s*(?:\d|\{[^{}]*\})\s*(?:\\left\s*)?\(", text):
        raise FormulaError(f"{shortened(text)!r} can be read in two ways: write \\sigma(z)^2 for the sigmoid's square, or "
                           "\\sigma^2 \\cdot (z)")
    text = re.sub(r"(?<![a-zA-Z\\])(\d+\.?\d*)[eE]([+-]?\d+)", lambda m: f"{Decimal(m[0]):f}", text)
    text = text.replace(r"\lvert", "|").replace(r"\rvert", "|").replace(r"\vert", "|").replace("&", "")
    text = re.sub(r"\\(?:mathrm|operatorname|text|textrm|mathit)\*?\{\s*(?:d)\s*\}", "d", text)

    def named(match: re.Match[str]) -> str:
        word = match[1].strip()
        if word in ("exp", "log", "ln", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min", "arcsin", "arccos", "arctan"):
            return rf"\{word} {match[2] or ''}"
        if word in FUNCTIONS:
            return _placeholder(word, functions) + (match[2] or "")
        if match[2]:
            raise FormulaError(f"unknown function {word} in {shortened(text)!r}")
        if len(word) == 1:
            return word
        words.append(word)
        return f"w_{{{WORD + len(words) - 1}}}"
    text = re.sub(r"\\(?:mathrm|operatorname|text|textrm|mathit|textit)\*?\{\s*(\w+)\s*\}(\s*\()?", named, text)
    text = re.sub(rf"\\({'|'.join(OWN)})\b", lambda match: _placeholder(match[1], functions), text)

    def accented(match: re.Match[str]) -> str:
        accent, letter, index = match.groups(default="")
        code = "" if accent in LETTERS else str(CODE + ACCENTS.index(accent))
        return letter + (f"_{{{code}{index}}}" if code or index else "")
    marks = "|".join((*ACCENTS, *LETTERS))
    text = re.sub(rf"\\({marks})(?![a-zA-Z])\s*\{{?\s*(\\?[a-zA-Z]+)\s*\}}?(?:_\{{?(\w+)\}}?)?", accented, text)
    # x_i (...) is a product, which the parser would take for a function
    letter = r"(?<![\\a-zA-Z])[a-zA-Z]|\\(?!log|sum|prod|max|min|int|lim)[a-zA-Z]+"
    text = re.sub(rf"((?:{letter})_(?:\{{[^{{}}]*\}}|\w))\s*(?=\()", r"\1 \\cdot ", text)
    unknown = [command for command in re.findall(r"\\([a-zA-Z]+)", text) if command not in PARSED]
    if unknown:
        raise FormulaError(f"\\{unknown[0]} in LaTeX is not understood: write the formula as text")
    return text.strip().rstrip(".,"), functions, words


def _placeholder(word: str, functions: dict[str, str]) -> str:
    """A Greek capital that stands for a function which the parser does not know."""
    if word not in functions.values():
        functions[PLACEHOLDERS[len(functions)][1:]] = word
    return "\\" + next(key for key, value in functions.items() if value == word) + " "


class _Writer:
    """Writes SymPy's expressions as formulas."""

    def __init__(self, known: Iterable[str], functions: dict[str, str] | None = None, words: Sequence[str] = ()) -> None:
        self._known, self._functions, self._words = set(known), functions, words  # no functions: from SymPy, where all are known
        self._symbols: dict[str, str] = {}

    def text(self, x: Any) -> str:
        import sympy

        if isinstance(x, sympy.Symbol):
            name = self.name(x.name)
            if self._symbols.setdefault(name, x.name) != x.name:
                raise FormulaError(f"the symbols {self._symbols[name]!r} and {x.name!r} would both be called {name}")
            return name
        if isinstance(x, sympy.Rational):
            return str(x.p) if x.q == 1 and x.p >= 0 else f"({x.p}/{x.q})" if x.q != 1 else f"({x.p})"
        if isinstance(x, sympy.Float):
            return f"({x!s})" if x < 0 else str(x)
        if x is sympy.E or (isinstance(x, sympy.NumberSymbol) and x == sympy.E):
            return "exp(1)"
        if x is sympy.pi:
            return "pi"
        if isinstance(x, sympy.Add):
            return "(" + " + ".join([self.text(part) for part in x.args]) + ")"
        if isinstance(x, sympy.Mul):
            return self._product(x)
        if isinstance(x, sympy.Pow):
            return self._power(x)
        if isinstance(x, sympy.Sum):
            return self._sum(x)
        if isinstance(x, sympy.Piecewise):
            return self._cases(x)
        if type(x).__name__ in COMPARED:
            return f"{self.text(x.args[0])} {COMPARED[type(x).__name__]} {self.text(x.args[1])}"
        if isinstance(x, sympy.Function) or type(x).__name__ in FUNCTION_NAMES:
            return self._call(x)
        raise FormulaError(f"{shortened(str(x))!r} has no place in a formula")

    def _product(self, x: Any) -> str:
        parts = [part for part in x.args if part != -1]
        over = [part for part in parts if not (part.is_Pow and part.exp == -1)]
        under = [part.base for part in parts if part.is_Pow and part.exp == -1]
        text = "*".join([self.text(part) for part in over] or ["1"])
        text += f"/({'*'.join([self.text(part) for part in under])})" if under else ""
        return f"(-{text})" if len([part for part in x.args if part == -1]) % 2 else f"({text})"

    def _power(self, x: Any) -> str:
        base, exponent = x.args
        if str(base) in ("e", "E") and "e" not in self._known:
            return f"exp({self.text(exponent)})"
        if exponent == -1:
            return f"(1/{self.text(base)})"
        if str(exponent) == "1/2":
            return f"sqrt({self.text(base)})"
        return f"({self.text(base)})**({self.text(exponent)})"

    def _sum(self, x: Any) -> str:
        inner, *limits = x.args
        if len(limits) != 1 or not (limits[0][1].is_Integer and limits[0][2].is_Integer):
            raise FormulaError(f"the limits of the sum {shortened(str(x))!r} must be numbers")
        index, low, high = limits[0]
        if high - low >= MOST:
            raise FormulaError(f"a sum of more than {MOST} terms is too long for a formula")
        terms = []
        for k in range(int(low), int(high) + 1):
            names = {s: _symbol(re.sub(rf"(?<=[_{{,\[*]){re.escape(index.name)}(?=[}},\]])", str(k), s.name))
                     for s in inner.free_symbols if s != index}
            terms.append(self.text(inner.xreplace({**names, index: _integer(k)})))
        return "(" + " + ".join(terms) + ")"

    def _cases(self, x: Any) -> str:
        text = ""
        for value, condition in x.args:
            text += self.text(value) if str(condition) == "True" else f"{self.text(value)} if {self.text(condition)} else "
        if text.endswith(" else "):
            raise FormulaError(f"the cases {shortened(str(x))!r} do not say what holds otherwise")
        return f"({text})"

    def _call(self, x: Any) -> str:
        function = type(x).__name__ if not hasattr(x.func, "name") else x.func.name
        base = function.rstrip("'")
        function = (self._functions or {}).get(base, FUNCTION_NAMES.get(base, base)) + "'" * (len(function) - len(base))
        arguments = [self.text(part) for part in (x.args[:1] if function == "step" else x.args)]
        if function == "log" and len(arguments) == 2:                # log(x, E)
            base = arguments.pop()
            if base not in ("exp(1)", "e"):
                return f"(log({arguments[0]})/log({base}))"
        if function.rstrip("'") not in FUNCTIONS and self._functions is None:
            raise FormulaError(f"unknown function {function}")
        if function == "sinc" and self._functions is None:
            return f"sinc({arguments[0]}/pi)"                        # SymPy's is sin(x)/x
        is_letter = function in GREEK and self._functions is not None and function not in self._functions.values()
        is_name = function in ALSO_NAMES and self.name(function) in self._known
        is_known = function in FUNCTIONS and not is_letter and not is_name  # γ(x - μ) is a product, not the gamma function
        if not is_known and len(arguments) == 1 and self.name(function) in self._known:
            return f"({self.name(function)}*{arguments[0]})"         # x(1 - x): a product
        if is_letter and function in FUNCTIONS:
            raise FormulaError(f"\\{function}(...) in LaTeX is a product of the letter, and there is no other {function}: write "
                               rf"\operatorname{{{function}}}(x) for the function")
        if not is_known and len(arguments) == 1 and len(function) == 1:
            return f"({function}*{arguments[0]})"
        return f"{function}({', '.join(arguments)})"

    def name(self, text: str) -> str:
        """A symbol's name as a formula has it: w_1 for w_{1}, or w1 or w[1] if that is what is known; λ for lambda."""
        word = re.fullmatch(r"w_\{?(8\d{4})\}?", text)
        if word and int(word[1]) - WORD < len(self._words):
            return self._words[int(word[1]) - WORD]
        text = re.sub(r"_\{?(9\d{4})\*?(\w*)\}?", lambda m: f"_{ACCENTS[int(m[1]) - CODE]}{'_' + m[2] if m[2] else ''}", text)
        plain = text.replace("{", "").replace("}", "").replace("\\", "").replace(",", "_").replace(" ", "")
        stem, _, index = plain.partition("_")
        choices = [plain, plain.replace("_", ""), f"{stem}[{index}]", GREEK.get(plain, plain),
                   f"{stem}hat" if index == "hat" else plain, f"{stem}_{index.partition('_')[0]}[{index.partition('_')[2]}]"]
        for choice in choices:
            if choice in self._known:
                return choice
        plain = GREEK.get(plain, plain + "_") if keyword.iskeyword(plain) else plain
        return plain if plain.isidentifier() or "[" in plain else re.sub(r"\W", "_", plain)


def _symbol(name: str) -> Any:
    import sympy
    return sympy.Symbol(name)


def _integer(k: int) -> Any:
    import sympy
    return sympy.Integer(k)


# Derivatives on the left of a claim --------------------------------------------------------------------------------------------

_NAME = r"\\?[a-zA-Z]+(?:\s*\{\s*\\?[a-zA-Z]+\s*\}|(?<=\\hat|\\bar|\\vec|\\dot)\s+[a-zA-Z])?(?:_\{[^{}]*\}|_\w)?"
_D = r"(?:\\partial|\\mathrm\{d\}|d)"
_FRACTION = re.compile(rf"\s*\\[dt]?frac\s*\{{\s*{_D}\s*(?P<two>\^\s*\{{?2\}}?)?\s*(?P<out>{_NAME})?\s*\}}\s*"
                       rf"\{{\s*{_D}\s*(?P<by>{_NAME})\s*(?:(?P<same>\^\s*\{{?2\}}?)|{_D}\s*(?P<by2>{_NAME}))?\s*\}}\s*(?P<after>{_NAME})?\s*")
_SLASH = re.compile(rf"\s*\\partial\s*(?P<out>{_NAME})?\s*/\s*\\partial\s*(?P<by>{_NAME})\s*")


def _equation(line: str) -> tuple[str, str, str]:
    """The sides of an equation, divided at the = that is in no braces."""
    depth = 0
    for k, sign in enumerate(line):
        depth += (sign == "{") - (sign == "}")
        if sign == "=" and depth == 0:
            return line[:k], "=", line[k + 1:]
    return line, "", ""


def line_from_latex(line: str, known: Iterable[str]) -> str:
    r"""A claim in LaTeX as one in text: r"\frac{\partial L}{\partial w} = x" is "∂L/∂w = x"."""
    left, equals, right = _equation(line)
    match = _FRACTION.fullmatch(left) or _SLASH.fullmatch(left)
    if match is None or not equals:
        return f"{from_latex(left, known)} = {from_latex(right, known)}" if equals else from_latex(line, known)
    parts = match.groupdict()
    out, by = [from_latex(name, known) if name else "" for name in (parts["out"] or parts.get("after"), parts["by"])]
    if parts.get("two"):
        other = from_latex(parts["by2"], known) if parts.get("by2") else by
        top = f"∂²{out}/∂{by}²" if other == by else f"∂²{out}/∂{by}∂{other}"
    else:
        top = f"∂{out}/∂{by}"
    return f"{top} = {from_latex(right, known)}"
