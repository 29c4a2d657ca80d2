"""Formulas as people write them, in Python's notation: 2x, x^2, x², |x|, sin²(x), √x, σ'(z), 2π.

The text is cut into tokens, and each token is written as Python would have it, with a * where two stand side by side. What can be
read in two ways, such as 1/2x, is an error that shows both.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

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
        return (self.kind in ("number", "pi", "close", "closing", "power", "rooted")
                or (self.kind == "name" and self.given not in WORDS))

    @property
    def starts_a_value(self) -> bool:
        """Whether a factor may start here."""
        return (self.kind in ("number", "pi", "opening", "root") or self.given == "("
                or (self.kind == "name" and self.given not in WORDS))

    @property
    def short(self) -> str:
        """The token as a message shows it: x for a name, (… for the start of more."""
        if self.kind in ("number", "name", "pi", "rooted"):
            return self.given
        if self.kind in ("root", "opening", "closing"):
            return {"√": "√…", "|": "|…|"}[self.given]
        return f"{self.given}…)" if self.starts_a_value else f"(…{self.given}"


def is_latex(text: str) -> bool:
    """Whether a text has commands such as \\frac, or braces as in x^{2}."""
    return re.search(r"\\[a-zA-Z|{,;:! ]|[\^_]\{", text) is not None


def in_python(text: str, functions: frozenset[str]) -> str:
    """A formula in Python's notation. Raises FormulaError for one that can be read in two ways."""
    text = text.strip()
    tokens = _roots(_functions_to_a_power(_bars(_tokens(text), text), text, functions), functions)
    _check_powers([token for token in tokens if token.kind != "space"], text)
    return "".join([token.written for token in _products(tokens, text)])


def _check_powers(tokens: list[Token], text: str) -> None:
    """Raise FormulaError for a power of a power without parentheses, x²^3, and for a root before a power, √x²."""
    for before, token in itertools.pairwise(tokens):
        if before.kind == "power" and (token.kind == "power" or token.written == "**"):
            raise FormulaError(f"{shortened(text)!r} can be read in two ways: put one of the two powers in parentheses, as in "
                               "(x²)³")
        if before.kind == "rooted" and token.kind == "power":
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


def _bars(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with each | as "abs(" or as ")"."""
    found: list[Token] = []
    before: Token | None = None                                      # the last token that is no space
    bars: list[int] = []                                             # the depths of open ones
    for token in tokens:
        depth = token.depth + len(bars)
        if token.kind != "bar":
            token = replace(token, depth=depth)
        elif bars and bars[-1] == token.depth and before is not None and before.ends_a_value:
            bars.pop()
            token = Token("closing", "|", ")", depth - 1)
        elif before is not None and before.kind == "opening":
            raise FormulaError(f"a norm ||x|| in {shortened(text)!r} is not read: write sqrt(sum(x²))")
        else:
            bars.append(token.depth)
            token = Token("opening", "|", "abs(", depth)
        found.append(token)
        before = before if token.kind == "space" else token
    if bars:
        raise FormulaError(f"a | is missing in {shortened(text)!r}: an absolute value is written |x| or abs(x)")
    return found


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


def _roots(tokens: list[Token], functions: frozenset[str]) -> list[Token]:
    """The tokens with a root over a factor without parentheses as a call: √x, √|x|, √sin(x), √√x."""
    closing = _closing(tokens)
    ends: dict[int, int] = {}                                        # by root, the last token of the factor behind it
    calls: dict[int, int] = {}                                       # by such a last token, how many calls end there
    for k in reversed(range(len(tokens))):
        start = _next(tokens, k + 1)
        if tokens[k].kind != "root" or start == len(tokens):
            continue
        end = ends.get(start) if tokens[start].kind == "root" else _end_of_factor(tokens, start, functions, closing)
        if end is not None:
            ends[k] = end
            if tokens[start].given != "(":
                tokens[k] = replace(tokens[k], written="sqrt(")
                calls[end] = calls.get(end, 0) + 1
    return [t for k, token in enumerate(tokens)
            for t in (token, *([Token("rooted", "√…", ")" * calls[k], token.depth)] if k in calls else []))]


def _end_of_factor(tokens: list[Token], k: int, functions: frozenset[str], closing: dict[int, int]) -> int | None:
    """The last token of the factor that starts with token k, with its subscripts; None if none starts there."""
    after = _next(tokens, k + 1)
    is_call = tokens[k].kind == "name" and tokens[k].written in functions and after in closing and tokens[after].given == "("
    end = closing[after] if is_call else closing.get(k, k if tokens[k].starts_a_value else None)
    while end is not None and end + 1 in closing and tokens[end + 1].given == "[":
        end = closing[end + 1]
    return end


def _closing(tokens: list[Token]) -> dict[int, int]:
    """By the number of each opening bracket or bar, that of the closing one."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for k, token in enumerate(tokens):
        if token.kind in ("open", "opening"):
            opened.append(k)
        elif token.kind in ("close", "closing") and opened:
            found[opened.pop()] = k
    return found


def _next(tokens: list[Token], k: int) -> int:
    """The first token from k on that is no space."""
    return next((j for j in range(k, len(tokens)) if tokens[j].kind != "space"), len(tokens))


def _products(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with a * between factors."""
    found: list[Token] = []
    before: Token | None = None                                      # the last token that is no space, and was given
    binding: dict[int, tuple[str, str]] = {}                         # by depth: a / or a power, and the end of what is before it
    for token in tokens:
        if token.kind == "space" or not token.given:
            found.append(token)
            if token.depth == 0 and re.search(r"[\r\n]", token.given):
                before = None                                        # a new step
                binding.clear()
            continue
        ends = before is not None and before.ends_a_value
        if before is not None and ends and token.starts_a_value and _may_multiply(before, token):
            sign, left = binding.get(token.depth, ("", ""))
            if sign in ("/", "**"):
                raise FormulaError(_two_ways(text, "/" if sign == "/" else "^", left, before.short, token.short))
            found.append(Token("sign", "", "*", token.depth))
        elif before is not None and ends and token.kind == "sign":
            binding[token.depth] = token.written, before.short
        elif token.given in (*WORDS, ",", ";", ":"):
            binding.pop(token.depth, None)
        if token.kind in ("open", "opening"):
            binding.pop(token.depth + 1, None)
        found.append(token)
        before = token
    return found


def _may_multiply(before: Token, token: Token) -> bool:
    """Whether two neighbours are factors: 2x, 2(x), (x)(y), (x)y, x²y, |x|y; but not x y, x 2 or a call, x(y)."""
    if before.kind == "name":
        return token.kind in ("opening", "pi", "root")
    if before.given == "]":
        return token.kind == "name" or token.kind == "pi"
    return token.kind != "number"


def _two_ways(text: str, sign: str, left: str, middle: str, right: str) -> str:
    return (f"{shortened(text)!r} can be read in two ways near {middle}{right}: write {left}{sign}({middle}*{right}) or "
            f"({left}{sign}{middle})*{right}")
