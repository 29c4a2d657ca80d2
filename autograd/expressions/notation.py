"""Formulas as people write them, in Python's notation: 2x, x^2, x², |x|, sin²(x), √x, σ'(z), 2π.

The text is cut into tokens, and each token is written as Python would have it, with a * where two stand side by side. What can be
read in two ways, such as 1/2x, is an error that shows both.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from ..errors import FormulaError
from ..text import FROM_SUPERSCRIPTS, shortened

SIGNS = {"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-", "≤": "<=", "≥": ">=", "≠": "!=", "^": "**"}
WORDS = ("and", "or", "not", "if", "else", "for", "in")              # of Python's own, which a formula may have
PRIME = "ʹ"                                                          # a letter that ends the name of a derivative, tanhʹ
SUPERSCRIPTS = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_TOKEN = re.compile(rf"""
    (?P<space>\s+|\#[^\n]*) | (?P<power>⁻?[{SUPERSCRIPTS[1:]}]+|⁻) | (?P<pi>π(?![_0-9]))
  | (?P<number>0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)
  | (?P<name>[^\W\d{SUPERSCRIPTS}π][^\W{SUPERSCRIPTS}π]*) | (?P<prime>['′’]+(?=\s*\())
  | (?P<string>"[^"\n]*"|'[^'\n]*') | (?P<open>[(\[]) | (?P<close>[)\]]) | (?P<bar>\|) | (?P<root>√)
  | (?P<sign>\*\*|//|<=|>=|==|!=|<<|>>|[-+*/^×·⋅÷−–≤≥≠<>=%@]) | (?P<other>.)""", re.X | re.S)


@dataclass
class Token:
    """A part of a formula: its kind, its text as given, and as Python writes it. `depth` counts the brackets around it."""

    kind: str
    given: str
    written: str
    depth: int = 0

    @property
    def ends_a_value(self) -> bool:
        """Whether a factor may end here."""
        return self.kind in ("number", "pi", "close", "power", "closing") or (self.kind == "name" and self.given not in WORDS)

    @property
    def is_operator(self) -> bool:
        """Whether a value must follow."""
        return self.kind in ("sign", "open", "opening", "root") or self.given in (*WORDS, ",", ";", ":")


def is_latex(text: str) -> bool:
    """Whether a text has commands such as \\frac, or braces as in x^{2}."""
    return re.search(r"\\[a-zA-Z|{]|[\^_]\{", text) is not None


def in_python(text: str, functions: frozenset[str]) -> str:
    """A formula in Python's notation. Raises FormulaError for one that can be read in two ways."""
    text = text.strip()
    tokens = _joined(_tokens(text), text, functions)
    tokens = _functions_to_a_power(tokens, text, functions)
    _check_powers([token for token in tokens if token.kind != "space"], text)
    return "".join([token.written for token in tokens])


def _check_powers(tokens: list[Token], text: str) -> None:
    """Raise FormulaError for a power of a power without parentheses, x²^3, and for a root before a power, √x²."""
    for before, token in itertools.pairwise(tokens):
        if before.kind == "power" and (token.kind == "power" or token.written == "**"):
            raise FormulaError(f"{shortened(text)!r} can be read in two ways: put one of the two powers in parentheses, as in "
                               "(x²)³")
        if before.kind == "closing" and not before.given and token.kind == "power":
            raise FormulaError(f"{shortened(text)!r} can be read in two ways: write √(x²) or (√x)²")


def _tokens(text: str) -> list[Token]:
    found, depth = [], 0
    if raised := re.search("[ᵃ-ᶻⁱⁿᵀᵁᵂˣʰʲʳʷʸ]", text):
        raise FormulaError(f"the superscript {raised[0]} in {shortened(text)!r} is not read: write x^n, or x.T for a transpose")
    for match in _TOKEN.finditer(text):
        kind, given = str(match.lastgroup), match[0]
        written = SIGNS.get(given, given)
        if kind == "power":
            written = f"**{given.translate(FROM_SUPERSCRIPTS)}"
        elif kind == "pi":
            written = "pi"
        elif kind == "prime":
            written = PRIME * len(given)
        elif kind == "root":
            written = "sqrt"
        elif given == "σ":
            is_called = re.match(rf"\s*(?:[{SUPERSCRIPTS}]+\s*|[′’']+\s*)?\(", text[match.end():])
            written = "sigmoid" if is_called else given              # else it is a name, as in x²/σ²
        if depth == 0 and given == "," and re.search(r"\d$", text[:match.start()]) and re.match(r"\d", text[match.end():]):
            raise FormulaError(f"{shortened(text)!r} has a comma between digits: write 1.5 for one and a half, and 1000 for a "
                               "thousand")
        depth -= kind == "close"
        found.append(Token(kind, given, written, depth))
        depth += kind == "open"
    return found


def _joined(tokens: list[Token], text: str, functions: frozenset[str]) -> list[Token]:
    """The tokens with a * between factors, and bars and roots as calls."""
    found: list[Token] = []
    before: Token | None = None                                      # the last token that is no space
    binding: dict[int, str] = {}                                     # by depth: a / or a power that the next factor belongs to
    numerator: dict[int, str] = {}
    bars: list[int] = []                                             # the depths of open bars
    roots: list[int] = []                                            # where a root over a single factor ends
    shift = 0                                                        # depth of open bars
    of_function = False                                              # whether the last token is the ² of sin²
    for k, token in enumerate(tokens):
        if token.kind == "space":
            found.append(token)
            if token.depth + shift == 0 and re.search(r"[\r\n]", token.given):
                before = None                                        # a new step
                binding.clear()
            continue
        depth = token.depth + shift
        if token.kind == "bar":
            is_closing = bool(bars) and bars[-1] == token.depth and before is not None and before.ends_a_value
            if is_closing:
                bars.pop()
                shift -= 1
                depth -= 1
                token = Token("closing", "|", ")", depth)
            else:
                if before is not None and before.kind == "opening":
                    raise FormulaError(f"a norm ||x|| in {shortened(text)!r} is not read: write sqrt(sum(x²))")
                bars.append(token.depth)
                shift += 1
                token = Token("opening", "|", "abs(", depth)
        starts = token.kind in ("number", "pi", "opening", "root") or token.given == "(" or (
            token.kind == "name" and token.given not in WORDS)
        is_call = token.given == "(" and before is not None and (before.kind in ("name", "prime", "root"))
        after_power = before is not None and before.kind == "power" and token.given == "(" and of_function
        if (starts and before is not None and before.ends_a_value and not is_call and not after_power
                and _may_multiply(before, token)):
            if binding.get(depth) in ("/", "**"):
                raise FormulaError(_two_ways(text, binding[depth], numerator.get(depth, "1"), before, token, found))
            found.append(Token("sign", "", "*", depth))
        elif token.kind == "sign" and before is not None and before.ends_a_value:
            binding[depth] = token.written
            numerator[depth] = before.given if before.kind in ("number", "name", "pi") else f"(…{before.given}"
        elif token.given in (*WORDS, ",", ";", ":"):
            binding.pop(depth, None)
        if token.kind in ("open", "opening"):
            binding.pop(depth + 1, None)
        if token.kind == "root":
            following = next((tokens[j] for j in range(k + 1, len(tokens)) if tokens[j].kind != "space"), None)
            if following is not None and following.given != "(":
                token = Token("root", "√", "sqrt(", depth)
                roots.append(len(found))
        found.append(token)
        of_function = token.kind == "power" and before is not None and before.kind == "name" and before.written in functions
        if roots and before is not None and before.kind == "root" and token.kind != "root":
            found.append(Token("closing", "", ")" * len(roots), depth))
            roots.clear()
        before = token
    if bars:
        raise FormulaError(f"a | is missing in {shortened(text)!r}: an absolute value is written |x| or abs(x)")
    return found


def _may_multiply(before: Token, token: Token) -> bool:
    """Whether two neighbours are factors: 2x, 2(x), (x)(y), (x)y, x²y, |x|y; but not x y, x 2 or a call, x(y)."""
    if before.kind == "name":
        return token.kind in ("opening", "pi", "root")
    if before.given == "]":
        return token.kind == "name" or token.kind == "pi"
    return token.kind != "number"


def _two_ways(text: str, sign: str, left: str, before: Token, token: Token, found: list[Token]) -> str:
    middle = before.given if before.kind in ("number", "name", "pi") else f"(…{before.given}"
    right = token.given if token.kind in ("number", "name", "pi") else f"{token.given}…)"
    left = left or "1"
    mark = "/" if sign == "/" else "^"
    return (f"{shortened(text)!r} can be read in two ways near {middle}{right}: write {left}{mark}({middle}*{right}) or "
            f"({left}{mark}{middle})*{right}")


def _functions_to_a_power(tokens: list[Token], text: str, functions: frozenset[str]) -> list[Token]:
    """sin²(x) as (sin(x))**2: the power moves behind the call."""
    known = [token for token in tokens if token.kind != "space"]
    moved: dict[int, list[Token]] = {}                               # by the ) behind which a power goes
    for k, (token, power, opening) in enumerate(zip(known, known[1:], known[2:])):
        if token.kind != "name" or token.written not in functions or power.kind != "power" or opening.given != "(":
            continue
        if power.given.startswith("⁻"):
            inverse = f"a{token.written}" if f"a{token.written}" in functions else f"the inverse of {token.written}"
            raise FormulaError(f"{shortened(text)!r} can be read in two ways: write {inverse}(…) for the inverse function, or "
                               f"1/{token.written}(…)")
        end = next((t for t in known[k + 3:] if t.given == ")" and t.depth == opening.depth), None)
        if end is not None:
            moved.setdefault(id(end), []).append(Token("power", "", power.written, opening.depth))
            power.written, power.kind = "", "space"
    return [t for token in tokens for t in (token, *moved.get(id(token), ()))]
