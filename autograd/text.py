"""Lines of text: numbers as a reader wants them, counts, tables, names that were misspelt."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
FROM_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
FROM_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
         "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
         "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
         "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω"}


def pretty_name(name: str) -> str:
    """A name as a textbook sets it: θ for theta, w₁ for w_1, λ₂ for lambda_2. A name of another form stays.

    >>> pretty_name("theta"), pretty_name("w_12"), pretty_name("w[0]")
    ('θ', 'w₁₂', 'w[0]')
    """
    match = re.fullmatch(r"([^\W\d_]+)(?:_(\d+))?", name)
    if match is None:
        return name
    return GREEK.get(match[1], match[1]) + (match[2] or "").translate(SUBSCRIPTS)


def number(x: float, digits: int = 4) -> str:
    """A number for a label: 2, 0.05502, 1e-07; whole ones below a million in full."""
    if math.isfinite(x) and x == int(x) and abs(x) < 1e6:
        return str(int(x))
    return f"{x:.{digits}g}"


def exact_number(x: float) -> str:
    """A number with as many digits as it takes to read it back: 2, not 2.0; 0.1."""
    return f"{x:.0f}" if math.isfinite(x) and x == math.floor(x) and abs(x) < 1e16 else repr(x)


def counted(n: int, what: str, several: str = "") -> str:
    """ "1 epoch", "2 epochs"; `several` is the plural where an s will not do."""
    return f"{n} {what if n == 1 else several or what + 's'}"


def listed(names: Sequence[object], most: int = 8) -> str:
    """ "a, b, c", or "a, b, ... and 3 more"."""
    shown = ", ".join([str(name) for name in names[:most]])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """": did you mean tanh?", for tahn: letters in another order come first, then what difflib finds closest."""
    names = list(known)
    close = [other for other in names if sorted(other) == sorted(name)] or difflib.get_close_matches(name, names, n=1)
    return f": did you mean {close[0]}?" if close else ""


def printable(text: str) -> str:
    """A text on one line: white space as a space, and what cannot be printed as a replacement character."""
    return "".join([c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text])


def shortened(text: str, most: int = 200) -> str:
    """A text of no more than so many characters, with dots for the rest."""
    return text if len(text) <= most else text[:most - 3] + "..."


def in_markdown(text: str) -> str:
    """A text as Markdown shows it: nothing in it is taken for emphasis, a link, a formula, a cell or HTML."""
    text = re.sub(r"([\\`*_\[\]$~|])", r"\\\1", printable(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code_in_markdown(text: str) -> str:
    """A text as code in a table of Markdown."""
    ticks = "`" * (max([len(run) for run in re.findall("`+", text)], default=0) + 1)
    space = " " if "`" in text else ""
    return f"{ticks}{space}{printable(text)}{space}{ticks}".replace("|", "\\|")


def fence(lines: Sequence[str]) -> str:
    """What encloses lines as code in Markdown."""
    return "`" * max([3, *[len(run) + 1 for line in lines for run in re.findall("`+", line)]])


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Rows of cells as lines of text, the columns two spaces apart; those in `right` flush right."""
    widths = [max([_width(row[k]) for row in rows]) for k in range(len(rows[0]))]
    lines: list[str] = []
    for row in rows:
        cells = [" " * (w - _width(cell)) + cell if k in right else cell + " " * (w - _width(cell))
                 for k, (cell, w) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    """How many columns a text takes in a terminal: none for a combining mark, two for a wide character."""
    return sum([0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text])
