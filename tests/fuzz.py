"""Fuzzers: what must never happen, tried with random input.

    python -m tests.fuzz [--seed N] [--count N | --minutes M] [--only NAME]

texts       random formulas and sheets: only AutogradErrors, an end, work linear in length
claims      random formulas x random claims: the true gradient is never wrong, a planted error never right
routes      f and its claim as text, as functions of Values and of floats, and as numbers: verdicts do not contradict
interrupts  Ctrl-C at a random line of a sweep, fit, verify or a model's call: nothing is left half done
strangers   every public function with every object of tests/strange.py: a result or an AutogradError
files       pictures under a file-size limit, interrupted, into impossible places: whole or not at all
streams     the command line with closed, broken and full streams, and interrupted: the exit code is the verdict

A fuzzer is a function of a `Tape`, the source of its random choices. It tries one input, and raises `FaultError` if it finds one; else
it returns a word for what it saw, which is counted. A tape is written by a seed and can be played again, shorter and with smaller
numbers, until the input that fails is small: the first of a list of choices should be the simplest.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mpmath

import autograd as ag
from autograd import Value, draw, expression, fit, gradient, losses, nn, optim, sweep, verify
from autograd.checking.sheet import as_markdown, as_text, mark, read_sheet
from autograd.errors import AutogradError, InputError
from autograd.traversal import topological_order

from . import strange
from .symbolic import (
    FINER,
    IN_FLOATS,
    SingularError,
    Tree,
    derivative,
    names_of,
    number_of,
    slipped,
    tree,
    tree_of,
    with_operands,
    written,
)

LIBRARY = str(Path(ag.__file__).parent)
SECONDS = 60                                                         # of processor time for one input: more is no end
SHRINKS = 300                                                        # shorter inputs that are tried after a fault


class FaultError(AssertionError):
    """What a fuzzer found. Its `kind` tells one fault from another."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class EndlessError(BaseException):
    """The processor time for an input is up."""


# The source of randomness -----------------------------------------------------------------------------------------------------------

class Tape(random.Random):
    """Random numbers from a seed, all of them written down; or from a list of those, and then zeros."""

    def __init__(self, seed: str = "", played: Sequence[int] | None = None) -> None:
        super().__init__(seed)
        self.played = played
        self.written: list[int] = []
        self.what = ""                                               # the input, for what is found before a fuzzer can tell

    def getrandbits(self, k: int) -> int:
        if self.played is None:
            x = super().getrandbits(k)
        else:
            x = self.played[len(self.written)] if len(self.written) < len(self.played) else 0
            x &= (1 << k) - 1
        self.written.append(x)
        return x

    def random(self) -> float:
        return self.getrandbits(53) / 2.0 ** 53

    def chance(self, p: float) -> bool:
        """True with probability p; False is the simpler."""
        return self.random() > 1.0 - p

    def number(self) -> float:
        """A number that is simple, special or any."""
        return self.choice((1.0, 2.0, 0.0, -1.0, 0.5, 3.0, -2.0, 1e8, 1e-300, -0.25, 100.0, -1e8, -1e-300, 1e-8, round(self.uniform(-3, 3), 3), self.uniform(-3, 3)))


Fuzzer = Callable[[Tape], str]


def attempt(fuzzer: Fuzzer, tape: Tape) -> str | FaultError:
    """What a fuzzer saw, or the fault that it found."""
    def stop(_: int, frame: Any) -> None:
        if frame is None or frame.f_code.co_name != "gc_callback":   # of Hypothesis, where it would be lost: the timer comes again
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            raise EndlessError
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, 0.05)
    try:
        return fuzzer(tape)
    except FaultError as fault:
        return fault
    except EndlessError:
        return FaultError("endless", f"{tape.what}: no end after {SECONDS} seconds of processor time:\n{traceback.format_exc(limit=-6)}")
    except Exception as error:
        return raised(error, f"{tape.what}: unexpected")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def raised(error: BaseException, what: str) -> FaultError:
    """The fault that a raw error is; where it was raised tells it from others."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(LIBRARY)] or frames[-1:]
    kind = f"{type(error).__name__} in {Path(ours[-1].filename).name}:{ours[-1].name}" if ours else type(error).__name__
    try:
        lines = "".join(traceback.format_exception(error, limit=-4))[-1500:]
    except Exception:
        lines = type(error).__name__
    return FaultError(kind, f"{what}: raw {type(error).__name__}\n{lines}")


def shrunk(fuzzer: Fuzzer, tape: Tape, fault: FaultError, tries: int = SHRINKS) -> FaultError:
    """The same fault from as short a tape, and as small numbers, as so many tries find."""
    numbers = list(tape.written)
    deadline = time.process_time() + SECONDS
    if fault.kind == "endless":
        return fault

    def fails(shorter: list[int]) -> bool:
        nonlocal numbers, fault, tries
        if tries <= 0 or time.process_time() > deadline:
            return False
        tries -= 1
        other = Tape(played=shorter)
        found = attempt(fuzzer, other)
        if not isinstance(found, FaultError) or found.kind != fault.kind:
            return False
        numbers, fault = shorter[:len(other.written)], found
        return True
    size = max(len(numbers) // 2, 1)
    while tries > 0:
        before = list(numbers)
        k = 0
        while k < len(numbers):
            if not fails(numbers[:k] + numbers[k + size:]):
                k += size
        if size == 1:
            for k in range(len(numbers)):
                any(k < len(numbers) and x < numbers[k] and fails([*numbers[:k], x, *numbers[k + 1:]]) for x in (0, numbers[min(k, len(numbers) - 1)] // 2))
            if numbers == before:
                break
        size = max(size // 2, 1)
    return fault


@dataclass
class Tally:
    """How many inputs a fuzzer tried, what it saw, and what it found: each kind of fault once."""

    name: str
    tried: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        seen = ", ".join([f"{n} {what}" for what, n in self.seen.most_common(12)])
        return f"{self.name}: {self.tried} inputs tried ({seen}), {len(self.faults)} faults found"


def run(name: str, seed: int = 0, count: int | None = None, minutes: float | None = None, *, most: int = 60, tries: int = SHRINKS, told: Callable[[str], None] | None = None) -> Tally:
    """Let a fuzzer try so many inputs, or for so many minutes, but find no more than `most` faults."""
    fuzzer, tally = FUZZERS[name], Tally(name)
    deadline = math.inf if minutes is None else time.monotonic() + 60.0 * minutes
    while len(tally.faults) < most and tally.tried < (math.inf if count is None else count) and time.monotonic() < deadline:
        tape = Tape(f"{seed}/{name}/{tally.tried}")
        found = attempt(fuzzer, tape)
        tally.tried += 1
        tally.seen[found if isinstance(found, str) else "faulty"] += 1
        if isinstance(found, FaultError) and found.kind not in tally.faults:
            tally.faults[found.kind] = str(shrunk(fuzzer, tape, found, tries))
            if told:
                told(f"[{seed}/{name}/{tally.tried - 1}] {found.kind}\n{tally.faults[found.kind]}\n")
    return tally


# texts ------------------------------------------------------------------------------------------------------------------------------

NAMES = ("x", "y", "z", "w1", "e", "α", "x_2", "df", "sin", "pi", "at", "in", "d")
NUMERALS = ("1", "2", "0", "0.5", "1e8", "1e-300", "1e308", "1e400", "1_0", "0x1f", ".5", "1.", "12345678901234567890", "1j", "9" * 30, "0." + "3" * 40, "007", "1e-400", "²")
CALLS = tuple(sorted(ag.expressions.reader.FUNCTIONS))
RELATIONS = ("=", "<", "<=", ">", ">=", "≈", "≤", "≥", "==", "!=", "~=")
SIGNS = ("+", "-", "*", "/", "**", "<", "<=", "==", "!=", ">", "%", "//", "@", "^", "·", "×", "÷", "−", "≤", " and ", " or ", ",", ".", ";", "=", "|", "&", "<<")
PIECES = ("(", ")", "[", "]", "x", "1", " ", "+", "*", "**", "-", ",", ";", "=", "\n", "sin(", "√", "²", "⁻¹", "σ(", "∂", "\t", "\x00", "\x1b[31m", "\r", "\f", "\u2028", "\ud800", "é", "ｘ", "𝒙", "'", '"', "'''", "#", "\\", ":=", "lambda x:", "if", " else ", " for x in ", "f'", "{", "}", "$", "`", "__class__", "import os", "e", "_", ".", "[0]", "[99999]", "[-1]", "≈", "..", "at x = 1", "in 0 .. 1", "[p]", "df/dx = ", "1e", "0b", "not ", "await ", "*x", "**x", "x=", "\ufeff", "\u202e", "٣", "1__0")


def formula(tape: Tape, depth: int) -> str:
    """A formula that may be right."""
    if depth <= 0 or tape.chance(0.15):
        return tape.choice(NAMES[:4] if not tape.chance(0.1) else NAMES) if not tape.chance(0.35) else tape.choice(NUMERALS[:4] if not tape.chance(0.2) else NUMERALS)
    a = lambda: formula(tape, depth - 1)
    kind = tape.randrange(12)
    if kind <= 2:
        return f"{a()} {tape.choice(SIGNS[:5] if not tape.chance(0.1) else SIGNS)} {a()}"
    if kind == 3:
        return f"({a()})"
    if kind <= 7:
        name = tape.choice(CALLS)
        if name in strange.OF_ONE_ITERABLE and not tape.chance(0.1):
            return f"{name}([{', '.join([a() for _ in range(tape.randrange(4))])}])"
        count = {"dot": 2}.get(name, strange.OPERANDS.get(name, 1)) if not tape.chance(0.05) else tape.randrange(4)
        options = f", {tape.choice(('slope', 'min', 'max', 'alpha', 'beta', 'approximate', 'x', 'n'))}={tape.choice((a(), repr('tanh')))}" if tape.chance(0.05) else ""
        return f"{name}({', '.join([a() if name != 'dot' else f'[{a()}, {a()}]' for _ in range(count)])}{options})"
    if kind == 8:
        return f"-{a()}"
    if kind == 9:
        return f"({a()} if {a()} {tape.choice(SIGNS[5:10])} {a()} else {a()})"
    if kind == 10:
        return f"[{a()}, {a()}][{tape.choice(('0', '1', '-1', '2', '0.5', 'x'))}]"
    return f"{tape.choice(('x', 'w', 'y'))}[{tape.choice(('0', '1', '2', '-1', '20', '99999', '10' * 9))}]"


def mutated(tape: Tape, text: str) -> str:
    """A text with something dropped, doubled, swapped, put in, repeated or nested."""
    k = tape.randrange(len(text) + 1)
    m = min(k + tape.randrange(6), len(text))
    kind = tape.randrange(9)
    if kind == 0:
        return text[:k] + text[m:]
    if kind == 1:
        return text[:m] + text[k:]
    if kind == 2:
        return text[:k] + text[k:m][::-1] + text[m:]
    if kind <= 5:
        return text[:k] + tape.choice(PIECES) + text[k:]
    if kind == 6:
        return text[:k] + chr(tape.choice((tape.randrange(128), tape.randrange(0x3000), tape.randrange(0x110000)))) + text[k:]
    if kind == 7:
        return text[:k] + tape.choice((text[k:m], *PIECES)) * tape.choice((2, 10, 110, 1000, 5000)) + text[m:]
    n = tape.choice((2, 20, 110, 300, 3000))
    return tape.choice(("(", "sin(", "-(", "[", "1+(", "not (", "(x if x else ")) * n + text + ")" * n


def claim(tape: Tape) -> str:
    """A claim that may be right."""
    out, by = tape.choice(("f", "", "e", "c", "y")), tape.choice(("x", "y", "c", "w[0]", "z"))
    left = tape.choice((f"d{out}/d{by}", f"∂{out}/∂{by}", "f'", f"{out}'({by})", f"d({out})/d({by})", "c"))
    return tape.choice((f"{left} {tape.choice(RELATIONS)} {formula(tape, 2)}", f"{formula(tape, 1)} {tape.choice(RELATIONS)} {left} {tape.choice(RELATIONS)} {formula(tape, 1)}", formula(tape, 2)))


def sheet(tape: Tape) -> str:
    """A sheet that may be right."""
    lines = []
    for _ in range(tape.randrange(3) + 1):
        lines += [f"[{tape.choice(('p', 'neuron', 'é', 'x*y'))}]", tape.choice((formula(tape, 2), f"c = {formula(tape, 2)}"))]
        for _ in range(tape.randrange(4)):
            lines.append(tape.choice((claim(tape), f"x in {formula(tape, 0)} .. {formula(tape, 0)}", f"at x = {formula(tape, 0)}, y = {formula(tape, 0)}", f"c{tape.randrange(3)} = {formula(tape, 2)}", "# x")) + tape.choice(("", "  # why")))
    return "\n".join(lines)


def refused(action: Callable[[], Any], what: str) -> Any:
    """What an action returns; None if it raises an AutogradError. Any other error is a fault."""
    try:
        return action()
    except AutogradError as error:
        try:
            message = str(error)
        except Exception as raw:
            raise raised(raw, what) from None
        if len(message) > 20_000:
            raise FaultError("long message", f"{what}: a message of {len(message)} characters") from None
        return None
    except Exception as error:
        raise raised(error, what) from None


def texts(tape: Tape) -> str:
    """Read, call, verify and mark one text."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        seen, text = _read(tape)
    if told:
        raise FaultError(f"warning {told[0].message}", f"{_short(text)}: {told[0].category.__name__} {told[0].message}")
    return seen


def _read(tape: Tape) -> tuple[str, str]:
    """What was seen, and the text."""
    kind = tape.choice(("formula", "formula", "formula", "verify", "sheet", "long"))
    if kind == "long":
        return "long texts", _long(tape)
    text = sheet(tape) if kind == "sheet" else formula(tape, tape.randrange(4))
    if kind == "formula" and tape.chance(0.2):
        text = f"c = {text}{tape.choice(('; ', ';', chr(10)))}{tape.choice(('c*x', 'f = c + y', 'c'))}"
    for _ in range(tape.choice((0, 1, 1, 2, 4))):
        text = mutated(tape, text)
    tape.what = f"{kind} {_short(text)}"
    if kind == "sheet":
        shown = f"sheet {_short(text)}"
        marked = _unfailing(lambda: mark(read_sheet(text)), shown)
        for item in marked:
            if "This is a fault in autograd" in item.error:
                raise FaultError(f"fault: {item.error.split(': ')[1][:40]}", f"{shown}: {item.error}")
        _unfailing(lambda: as_text(marked) + as_markdown(marked), shown)
        return "sheets", text
    if kind == "verify":
        claims = tape.choice((claim(tape), [claim(tape)], [claim(tape), claim(tape)], {"x": formula(tape, 2)}, formula(tape, 2)))
        report = refused(lambda: verify(text, claims), f"verify({_short(text)}, {_short(claims)})")
        if report is not None:
            _unfailing(lambda: str(report) + report.to_markdown() + str(report.to_dict()), f"the report of verify({_short(text)}, {_short(claims)})")
        return "refused claims" if report is None else report.verdict, text
    f = refused(lambda: expression(text), f"expression({_short(text)})")
    if f is None:
        return "refused formulas", text
    numbers = [tape.number() for _ in f.names]
    refused(lambda: f(*numbers), f"expression({_short(text)})({', '.join(map(repr, numbers))})")
    given = [Value(x, name=name) for x, name in zip(numbers, f.names)]
    y = refused(lambda: f(*given), f"expression({_short(text)}) of Values {numbers}")
    refused(lambda: f.record(dict(zip(f.names, given))), f"expression({_short(text)}).record at {numbers}")
    if isinstance(y, Value):
        refused(y.backward, f"backward of {_short(text)} at {numbers}")
    return "formulas", text


def _short(text: Any) -> str:
    shown = ascii(text) if not isinstance(text, str) or any(unicodedata.category(c)[0] == "C" for c in text) else repr(text)
    return shown if len(shown) <= 400 else f"{shown[:300]}...{shown[-60:]} ({len(shown)} characters)"


def _unfailing(action: Callable[[], Any], what: str) -> Any:
    try:
        return action()
    except Exception as error:
        raise raised(error, what) from None


def _long(tape: Tape) -> str:
    """A text with n pieces and one with 2n: the second takes about twice the work."""
    unit = "".join([tape.choice((*PIECES, formula(tape, 1), "c{k} = x\n", ";c{k} = x", "\n" + claim(tape))) for _ in range(tape.randrange(3) + 1)])
    head, tail = tape.choice(("", "x", "[p]\n", "[p]\nx*y\n", "f = ", "x in ", "[p]\nx*y\nx in ", "df/dx = ", "[p]\nx\nat x = 1")), tape.choice(("", "x", ")", "!", "\n", "= 1"))
    n = tape.choice((100, 200, 1000))
    small, large = [head + "".join([unit.replace("{k}", str(k)) for k in range(count)]) + tail for count in (n, 2 * n)]
    what = f"{head!r} + {unit!r}*{n} + {tail!r}"
    for name, read in (("expression", expression), ("read_sheet", read_sheet)):
        few, many = [calls(lambda read=read, text=text: refused(lambda: read(text), f"{name}({what})")) for text in (small, large)]
        if many > 3 * few + 3000:
            raise FaultError("work", f"{name}({what}): {few} function calls, but {many} for twice as many")
    return what


def calls(action: Callable[[], Any]) -> int:
    """How many functions, Python's and C's, an action calls."""
    count = 0

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


GAP = "1e-8"                                                         # of the true derivative: what makes a claim wrong
SEEN = "1e-600"                                                      # of the largest number on the way: smaller is rounding


def differs(claim: Tree, truth: Tree, f: Tree, point: dict[str, float]) -> bool | None:
    """Whether a claim is off at a point; None where that cannot be said."""
    with mpmath.workdps(FINER):
        at = {name: mpmath.mpf(x) for name, x in point.items()}
        sizes: list[Any] = []
        try:
            number_of(f, at, sizes)
            true = number_of(truth, at, sizes)
            off = abs(number_of(claim, at, sizes) - true)
        except SingularError:
            return None
        if off == 0 or off <= mpmath.mpf(SEEN) * max(sizes):
            return False
        return True if off > mpmath.mpf(GAP) * abs(true) else None


# claims ------------------------------------------------------------------------------------------------------------------------------

def _report(f: Any, claims: Any, what: str, **options: Any) -> Any:
    """The report; None if f has no value, or the like."""
    try:
        return verify(f, claims, **options)
    except InputError as error:
        if "no value at any" in str(error) or "the point must" in str(error):
            return None
        raise FaultError(f"InputError {str(error)[:20]}", f"{what}: {error}") from None
    except Exception as error:
        raise raised(error, what) from None


def claims(tape: Tape) -> str:
    """One formula, and one claim that is right or wrong."""
    f = tree(tape, tape.randrange(6) + 1)
    names = names_of(f)
    if not names:
        return "constant"
    by = tape.choice(names)
    truth = derivative(f, by)
    text, right = written(f), written(truth)
    if len(right) > 3000:
        return "too long"
    options: dict[str, Any] = {}
    if tape.chance(0.4):
        options["points"] = [{name: tape.number() for name in names} for _ in range(tape.randrange(4) + 1)]
    if tape.chance(0.2) and not isinstance(f[1], str):
        text = f"c = {written(f[1])}; e = {written((f[0], 'c', *f[2:]))}"
    is_wrong = tape.chance(0.5)
    claim = slipped(tape, truth, names) if is_wrong else truth
    if len(written(claim)) > 3000:
        return "too long"
    if is_wrong:
        points = options.get("points") or [{name: random.Random(f"{k}{name}").uniform(-3.0, 3.0) for name in names} for k in range(10)]
        off = [differs(claim, truth, f, point) for point in points]
        if not any(off) or ("points" not in options and sum([x is True for x in off]) < 8):
            return "wrong too seldom"
    what = f"verify({text!r}, {{{by!r}: {written(claim)!r}}}" + "".join([f", {key}={x!r}" for key, x in options.items()]) + ")"
    tape.what = what
    report = _report(text, {by: written(claim)}, what, **options)
    if report is None:
        return "no value"
    if is_wrong and report.verdict == "right":
        raise FaultError("wrong called right", f"{what} is called right, but it should be {right}")
    if not is_wrong and report.verdict == "wrong":
        finding = report.findings[0]
        try:
            with mpmath.workdps(FINER):
                number_of(f, {name: mpmath.mpf(x) for name, x in finding.at.items()}, [])
                true = number_of(truth, {name: mpmath.mpf(x) for name, x in finding.at.items()}, [])
        except SingularError:
            return "singular"
        raise FaultError("right called wrong", f"{what} is called wrong at {finding.at}: claimed {finding.claimed}, should be {finding.true}; mpmath says {mpmath.nstr(true, 20)} ({finding.note})")
    return f"{'wrong' if is_wrong else 'true'} called {report.verdict}"


# routes ------------------------------------------------------------------------------------------------------------------------------

IN_MATH = {"abs": abs, "square": lambda x: x * x, "reciprocal": lambda x: 1.0 / x, "sigmoid": lambda x: 1.0 / (1.0 + math.exp(-x)), "softplus": lambda x: max(x, 0.0) + math.log1p(math.exp(-abs(x))), "identity": lambda x: x, "maximum": max, "minimum": min, "relu": lambda x: max(x, 0.0), "step": lambda x: float(x >= 0), "sign": lambda x: float(x > 0) - float(x < 0), "where": lambda c, a, b: a if c else b,
           **{name: getattr(math, name) for name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "hypot", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "pi", "pow")}}
IN_VALUES = {**{name: getattr(ag.functions, name) for name in ag.functions.__all__}, "pi": math.pi}


def _function(text: str, names: Sequence[str], known: dict[str, Any]) -> Callable[..., Any]:
    return eval(f"lambda {', '.join(names)}: {text}", dict(known))


def _in_floats(x: Tree) -> bool:
    return isinstance(x, str) or ((x[0] in IN_MATH or x[0] in ("+", "-", "*", "/", "**", "neg", ">", "<", "==", "!=", "<=", "if")) and all([_in_floats(z) for z in x[1:]]))


def routes(tape: Tape) -> str:
    """One f and one claim in two ways each."""
    f = tree(tape, tape.randrange(4) + 1, IN_FLOATS)
    if tape.chance(0.25):
        f = ("+", ("*", "x", tree_of(tape.choice(IN_FLOATS))), with_operands(f, {"x": "y", "z": "y"}))
    if not names_of(f):
        return "constant"
    names = list(expression(written(f)).names)                       # in the order of f's arguments
    by = tape.choice(names)
    truth = derivative(f, by)
    claim = slipped(tape, truth, names) if tape.chance(0.4) else truth
    if len(written(claim)) > 1500:
        return "too long"
    fs: dict[str, Any] = {"text": written(f), "of Values": _function(written(f), names, IN_VALUES)}
    sources: dict[str, Any] = {"text": written(claim), "of Values": _function(written(claim), names, IN_VALUES)}
    if _in_floats(f):
        fs["of floats"] = _function(written(f), names, IN_MATH)
    if _in_floats(claim):
        sources["of floats"] = _function(written(claim), names, IN_MATH)
    if not names_of(claim):
        with contextlib.suppress(SingularError):
            sources["a number"] = float(number_of(claim, {}))
    if claim is truth:
        sources["by grad"] = lambda *xs: ag.grad(fs["of Values"], names.index(by))(*[float(str(x)) if type(x).__name__ != "float" and not isinstance(x, Value) else x for x in xs])
    pairs = [(a, b) for a in fs for b in sources]
    pairs = [("text", "text"), *tape.sample(pairs, min(2, len(pairs)))]
    options = {"points": [{name: tape.uniform(-2.0, 2.0) for name in names} for _ in range(4)]} if tape.chance(0.3) else {}
    verdicts = {}
    for a, b in dict.fromkeys(pairs):
        what = f"f = {written(f)!r} as {a}, claim by {by} = {written(claim)!r} as {b}, {options}"
        tape.what = what
        report = _report(fs[a], {by: sources[b]}, what, **options)
        if report is None:
            continue
        finding = report.findings[0]
        if report.verdict == "wrong" and differs(claim, truth, f, finding.at) is None:
            return "singular"
        if report.verdict == "wrong" and finding.claimed is None and b != "text":
            return "no value of a claim in Python, which computes both branches"
        verdicts[a, b] = report.verdict, f" at {finding.at}: {finding.claimed}, should be {finding.true}" if report.verdict == "wrong" else ""
    if {"right", "wrong"} <= {verdict for verdict, _ in verdicts.values()}:
        said = "; ".join([f"f as {a} and claim as {b}: {verdict} {finding}" for (a, b), (verdict, finding) in verdicts.items()])
        kind = " and ".join(sorted({f"{a}/{b}" for (a, b), (verdict, _) in verdicts.items() if verdict == "wrong"}))
        raise FaultError(f"contradiction: wrong are {kind}", f"f = {written(f)!r}, df/d{by} = {written(claim)!r}, {options}: {said}")
    return " and ".join(sorted({verdict for verdict, _ in verdicts.values()})) or "no value"


# interrupts --------------------------------------------------------------------------------------------------------------------------

class Interrupt(KeyboardInterrupt):
    """A planted one."""


def lines_of(action: Callable[[], Any], stop: int = 0, files: tuple[str, ...] = (".py",)) -> tuple[int, str]:
    """How many lines of the library, or of these files of it, an action runs, and where it was when the planted interrupt came, at
    line `stop`."""
    count, where = 0, ""

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count, where
        if not frame.f_code.co_filename.startswith(LIBRARY) or not frame.f_code.co_filename.endswith(files):
            return None
        if event == "line":
            count += 1
            if count == stop:
                where = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
                raise Interrupt
        return trace
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        pass
    except BaseException as error:
        sys.settrace(before)
        raise raised(error, f"interrupted at {where}") from None
    finally:
        sys.settrace(before)
    return count, where


def interrupts(tape: Tape) -> str:
    """One action, interrupted at one line."""
    action = tape.choice((_sweep, _fit, _fit, _model, _verify))
    result = action(tape)
    if Value(1.0).scope is not None:
        scope = str(Value(1.0).scope)
        ag.scopes.here[0] = None
        ag.scopes._thread.entered.clear()
        raise FaultError("scope", f"{result}: new nodes belong to the scope {scope!r}")
    return action.__name__[1:]


def _at(tape: Tape, count: int) -> int:
    return tape.randrange(max(count, 1)) + 1


def _sweep(tape: Tape) -> str:
    """backward()"""
    f = tree(tape, tape.randrange(8) + 1)
    names = names_of(f) or ["x"]
    leaves = [Value(tape.uniform(0.2, 2.0), name=name) for name in names]
    try:
        y = expression(written(f))(**{x.name: x for x in leaves if x.name in names_of(f)}) * 1.0
        y = y * y + y
    except AutogradError:
        return ""
    if not isinstance(y, Value) or not math.isfinite(y.data):
        return ""
    expected = gradient(y, leaves)
    _, where = lines_of(y.backward, _at(tape, lines_of(y.backward)[0]))
    for x in leaves:
        x.grad = 0.0
    y.backward()
    for x, g in zip(leaves, expected):
        if x.grad != g and abs(x.grad - g) > 1e-9 * abs(g) and not (math.isnan(g) and math.isnan(x.grad)):
            raise FaultError("gradient", f"after an interrupt of backward() at {where} of {written(f)} at {[x.data for x in leaves]}: {x.name}.grad is {x.grad}, should be {g}")
    return where


class Recorded(optim.Adam):
    """An optimiser that keeps the state of the model after each step."""


def _trainer(tape: Tape) -> Callable[[], tuple[Any, Any, Callable[..., Any]]]:
    sizes, batch, epochs = tape.choice(((1, 1), (2, 1), (2, 2))), tape.choice((2, 3)), tape.choice((1, 2))
    kind = tape.choice((lambda p: optim.SGD(p, lr=0.1), lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True), lambda p: optim.Adam(p, lr=0.1), lambda p: optim.RMSprop(p, lr=0.01, momentum=0.5), lambda p: optim.Rprop(p), lambda p: optim.Adagrad(p)))
    inner = tape.choice((lambda n: [nn.BatchNorm1d(n)], lambda n: [], lambda n: [nn.BatchNorm1d(n), nn.PReLU(), nn.Sequential(nn.BatchNorm1d(n))]))
    n = batch * 2
    data = ([[round(math.sin(3 * k + j), 3) for j in range(sizes[0])] for k in range(n)], [round(math.cos(k), 3) for k in range(n)])

    def made() -> tuple[Any, Any, Callable[..., Any]]:
        model = nn.Sequential(nn.Layer(sizes[0], sizes[1] + 1, "tanh", rng=1), *inner(sizes[1] + 1), nn.Layer(sizes[1] + 1, 1, None, rng=2))
        optimizer = kind(model.parameters())
        return model, optimizer, lambda: fit(model, losses.mse, data, optimizer, epochs=epochs, batch_size=batch, rng=0, progress=False)
    return made


def _state(model: Any, optimizer: Any) -> tuple[Any, ...]:
    return model.state_dict(), list(optimizer._memories)


def _fit(tape: Tape) -> str:
    """fit()"""
    made = _trainer(tape)
    model, optimizer, train = made()
    states = [_state(model, optimizer)]
    step = optimizer.step

    def kept() -> None:
        step()
        states.append(_state(model, optimizer))
    optimizer.step = kept
    files = tape.choice(((".py",), ("optim.py", "training.py", "normalisation.py")))  # anywhere, or where the state changes
    total, _ = lines_of(train, files=files)
    model, optimizer, train = made()
    _, where = lines_of(train, _at(tape, total), files)
    known = dict(zip(("parameters and running statistics", "memories"), states[optimizer.steps]))
    for (what, expected), found in zip(known.items(), _state(model, optimizer)):
        if found != expected:
            differ = [key for key in expected if found[key] != expected[key]] if isinstance(expected, dict) else "memories"
            raise FaultError("half a step", f"fit interrupted at {where}: optimizer.steps is {optimizer.steps}, but the {what} are of another step: {differ}\n{model}\n{optimizer}")
    if not all([module.training for module in model.modules()]):
        raise FaultError("training mode", f"fit interrupted at {where}: a module is left in another mode")
    return f"fit interrupted at {where}"


def _model(tape: Tape) -> str:
    """model(x)"""
    model: Any = tape.choice((lambda: nn.MLP(2, [2, 1], rng=0), lambda: nn.Sequential(nn.Layer(2, 2, "softmax", rng=0), nn.Sequential(nn.Layer(2, 1, "tanh", rng=0))), lambda: nn.Sequential(nn.Layer(2, 2, nn.PReLU(), rng=0), nn.BatchNorm1d(2)), lambda: nn.Sequential(nn.Conv2d(1, 1, 2, rng=0), nn.MaxPool2d(1), nn.Flatten())))()
    x: Any = [[[[0.5, 1.0, 2.0], [0.25, -1.0, 0.0], [1.0, 1.0, 3.0]]]] * 2 if "Conv2d" in repr(model) else [[0.5, 1.0], [2.0, -1.0]]
    buffers = model.state_dict()
    expected = [y.data for y in ag.trees.flatten(model(x))[0]]
    model.load_state_dict(buffers)
    total, _ = lines_of(lambda: model(x))
    model.load_state_dict(buffers)
    _, where = lines_of(lambda: model(x), _at(tape, total))
    if Value(1.0).scope is None:
        outputs = ag.trees.flatten(model(x))[0]
        if [y.data for y in outputs] != expected:
            raise FaultError("model", f"a model interrupted at {where} computes {outputs}, not {expected}:\n{model}")
        outer = {str(v.scope).split(".")[0] for v in topological_order(*outputs) if v.op is not None}
        if any([name and name not in str(list(vars(model)) + [n for n, _ in model._named_modules()]) for name in outer]):
            raise FaultError("scopes", f"a model interrupted at {where} computes in the scopes {outer}:\n{model}")
    return f"{type(model).__name__}(x) interrupted at {where}"


def _verify(tape: Tape) -> str:
    """verify()"""
    f, claims = tape.choice((("x*y", {"x": "y"}), ("c = x*x; sin(c)", {"x": "2*x*cos(x*x)", "c": "cos(c)"}), (" + ".join(["x"] * 300), {"x": "300"}), ("relu(x)*y", {"x": "y"})))
    options = {"points": [{name: 0.5 + k for k, name in enumerate(expression(f).names)}]}
    expected, limit = str(verify(f, claims, **options)), sys.getrecursionlimit()
    total, _ = lines_of(lambda: verify(f, claims, **options))
    _, where = lines_of(lambda: verify(f, claims, **options), _at(tape, total))
    if sys.getrecursionlimit() != limit:
        sys.setrecursionlimit(limit)
        raise FaultError("recursion limit", f"verify({f!r}) interrupted at {where}: another recursion limit is left behind")
    if str(verify(f, claims, **options)) != expected:
        raise FaultError("report", f"verify({f!r}, {claims!r}) interrupted at {where} says afterwards {verify(f, claims, **options)}")
    return f"verify interrupted at {where}"


# strangers ---------------------------------------------------------------------------------------------------------------------------

def strangers(tape: Tape) -> str:
    """One public function, with a stranger among its arguments, or two."""
    name = tape.choice(list(strange.DOORS))
    arguments = strange.DOORS[name]()[1]
    if not arguments:
        return "without arguments"
    places = {tape.randrange(len(arguments)): tape.choice(list(strange.STRANGERS)) for _ in range(2 if tape.chance(0.1) and not name.startswith("Value ") else 1)}
    tape.what = f"{name} with {places}"
    return knocked(name, places)


def knocked(name: str, places: dict[int, str]) -> str:
    """What a public function does with strangers in some of its places."""
    function, arguments = strange.DOORS[name]()
    if any([place in strange.SIZES.get(name, ()) and stranger in strange.LARGE for place, stranger in places.items()]):
        return "too large"
    for place, stranger in places.items():
        arguments[place] = strange.STRANGERS[stranger]()
    shown = ", ".join([places.get(k, "_") for k in range(len(arguments))])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = function(*arguments)
    except AutogradError as error:
        try:
            message = str(error)
        except Exception as raw:
            raise raised(raw, f"the message of {name}({shown})") from None
        if not message or len(message) > 2000 or "Traceback" in message:
            raise FaultError(f"message of {name}", f"{name}({shown}): a message of {len(message)} characters: {message[:300]}") from None
        return "refused"
    except Exception as error:
        if _is_its_own(error, [arguments[k] for k in places]):
            return "its own error"
        raise raised(error, f"{name}({shown})") from None
    if name in strange.COMPUTE and {*places.values()} & {*strange.NO_NUMBERS} - strange.TAKEN.get(name, frozenset()):
        raise FaultError(f"accepted by {name}", f"{name}({shown}) returns {type(result).__name__} {result!r}"[:300])
    return "accepted"


def _is_its_own(error: Exception, given: list[Any]) -> bool:
    """Whether an error is the stranger's: raised by its own code, by a function that was given, or by NumPy about an array."""
    frames = traceback.extract_tb(error.__traceback__)
    if frames and frames[-1].filename == strange.__file__ and frames[-1].name != "<lambda>":
        return True
    if not any([frame.filename.startswith(LIBRARY) for frame in frames]):
        return True                                                  # Python's own, of an operator that both have declined
    if "/numpy/ma/" in frames[-1].filename:
        return True                                                  # np.ma.masked meets a Value
    if isinstance(error, (TypeError, ValueError)) and any([callable(x) and not isinstance(x, (Value, nn.Module)) for x in given]):
        return True
    return isinstance(error, TypeError) and any([type(x).__module__.startswith("numpy") for x in given])


# files -------------------------------------------------------------------------------------------------------------------------------

def forked(action: Callable[[], None]) -> int:
    """The exit code of an action in a process of its own: 0, 3 if it raised OSError or an AutogradError, 4 any other error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 4
    with contextlib.suppress(BaseException):
        try:
            action()
            code = 0
        except (OSError, AutogradError, KeyboardInterrupt):
            code = 3
    os._exit(code)


def files(tape: Tape) -> str:
    """One picture, saved under difficulties."""
    form, size = tape.choice(("dot", "dot", "dot", "mmd", "mmd", "svg", "png", "html")), tape.choice((1, 5, 40))
    limit = tape.choice((None, None, 0, 1, 100, 1000, 4096, 20_000))
    place = tape.choice(("new", "over", "over", "link", "folder", "missing"))
    line = tape.randrange(14) if limit is None else 0
    y = Value(1.0, name="x")
    for _ in range(size):
        y = y * 1.5 + 1.0
    picture = sweep(y) if form == "html" else draw(y)
    whole = {"dot": lambda: picture.source, "mmd": lambda: picture.mermaid, "svg": lambda: picture.svg(), "png": lambda: picture.png(), "html": lambda: picture.html()}[form]()
    whole = whole.encode() if isinstance(whole, str) else whole
    what = f"a {form} of {size} steps, limit {limit}, {place}" + (f", interrupted at line {line}" if line else "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"e.{form}"
        good = b"good" * 500
        if place in ("over", "link"):
            path.write_bytes(good)
            path.chmod(0o640)
        if place == "link":
            path = path.with_name(f"link.{form}")
            path.symlink_to(Path(folder) / f"e.{form}")
        if place == "folder":
            path.mkdir()
        if place == "missing":
            path = Path(folder) / "no" / f"e.{form}"
        before = sorted(os.listdir(folder))

        def save() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            if line:
                _interrupting(line, "files.py")
            picture.save(path)
        code = forked(save)
        after = sorted(os.listdir(folder))
        content = path.read_bytes() if path.is_file() else None
        if code not in (0, 3):
            raise FaultError("raw error", f"{what}: a raw error, exit code {code}")
        added = [name for name in after if name not in before and name != path.name]
        if added:
            raise FaultError("left over", f"{what}: {added} is left beside the picture")
        if place == "missing" or place == "folder":
            if code == 0:
                raise FaultError("no error", f"{what}: no error")
        elif content != whole and (code == 0 or content != (good if place != "new" else None)):
            raise FaultError("damaged", f"{what}: {'no error' if code == 0 else 'an error'}, and the file holds {None if content is None else content[:40]} ({len(content or b'')} bytes)")
        if place in ("over", "link") and (path.stat().st_mode & 0o777 != 0o640 or path.is_symlink() != (place == "link")):
            raise FaultError("mode", f"{what}: the file's mode or the link is lost")
    return "saved" if code == 0 else "refused"


def _interrupting(line: int, name: str) -> None:
    """From now on, raise at so many lines within a file."""
    left = line

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith(f"/{name}"):
            return None
        left -= event == "line"
        if left == 0:
            sys.settrace(None)
            raise Interrupt
        return trace
    sys.settrace(trace)


# streams -----------------------------------------------------------------------------------------------------------------------------

AUTOGRAD = [sys.executable, "-m", "autograd"]
COMMANDS: tuple[tuple[tuple[str, ...], int], ...] = (                # words, and the exit code
    (("check", "x*x", "df/dx=2*x"), 0), (("check", "x*x", "df/dx=x"), 1), (("check", "x*x", "df/dx="), 2), (("check", "sqrt(x)", "df/dx=1/(2*sqrt(x))", "--at", "x=0"), 3), (("x*y", "x=2", "y=3"), 0), (("x*y",), 2), (("(",), 2), ((), 2), (("explain", "x*y", "x=2"), 0), (("sheet", "-"), 1), (("sheet", "/nonexistent"), 2), (("--version",), 0), (("check", "--help"), 0),
    (("check", "x*y", "∂f/∂x = y", "--format", "json"), 0), (("check", "x*y", "∂f/∂x = x", "--format", "markdown"), 1), (("check", "σ(x)²", "df/dx = 2·σ(x)²·(1−σ(x))"), 0), (("check", "x", "df/dx=1", "-o", "e.dot"), 0), (("check", "x", "df/dx=1", "-o", "/nonexistent/e.dot"), 2), (("check", "x", "df/dx=1", "-o", "e.gif"), 2), (("check", "x*" * 500 + "x", "df/dx=1"), 1), (("sheet", "-", "--format", "json"), 1))
SHEET = "[p]\nx**2\ndf/dx = 2*x\n[q]\nx*y\ndf/dx = x\n"
OUTPUTS = ("", ">&-", ">/dev/full", "| true", "| head -c 1 >/dev/null", ">/dev/null")
INPUTS = ("", "<&-", "</dev/null")
ERRORS = ("", "2>&-", "2>/dev/full")


def streams(tape: Tape) -> str:
    """One run of the command line."""
    if tape.chance(0.15):
        return _interrupted(tape)
    words, code = tape.choice(COMMANDS)
    given, out, err = tape.choice(INPUTS) if tape.chance(0.3) else "", tape.choice(OUTPUTS), tape.choice(ERRORS) if tape.chance(0.3) else ""
    environment = {key: x for key, x in (("LC_ALL", tape.choice(("C.UTF-8", "C", "POSIX"))), ("PYTHONUNBUFFERED", tape.choice(("", "1"))), ("PYTHONUTF8", tape.choice(("", "0"))), ("PYTHONCOERCECLOCALE", tape.choice(("", "0"))), ("PYTHONIOENCODING", tape.choice(("", "", "ascii", "latin-1")))) if x}
    if "sheet" in words and "-" in words and given:
        code = 2
    line = f'"$@" {given} {err} {out}; exit ${{PIPESTATUS[0]}}'
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["bash", "-c", line, "bash", *AUTOGRAD, *words], cwd=folder, input=SHEET.encode(), capture_output=True, env={**_environment(), **environment}, timeout=120, check=False)
    what = f"{' '.join(f'{key}={x}' for key, x in environment.items())} autograd {' '.join(map(repr, words))} {given} {err} {out}"
    told = done.stderr.decode(errors="replace")
    if "Traceback" in told or "Exception ignored" in told:
        raise FaultError(f"traceback {told.strip().splitlines()[-1][:40]}", f"{what}: {told[-1500:]}")
    if done.returncode != code:
        raise FaultError(f"exit code {done.returncode} for {code}", f"{what}: exit code {done.returncode}, should be {code}: {told[-500:]}")
    return f"exit code {code}"


def _environment() -> dict[str, str]:
    kept = {key: x for key, x in os.environ.items() if not key.startswith(("PYTHON", "LC_", "LANG"))}
    return {**kept, "PYTHONPATH": str(Path(LIBRARY).parent)}


def _interrupted(tape: Tape) -> str:
    """One Ctrl-C, after the command began to read its sheet."""
    pause, problems = tape.random() * 0.6, tape.choice((1, 3, 20))
    with tempfile.TemporaryDirectory() as folder:
        pipe = Path(folder) / "p.sheet"
        os.mkfifo(pipe)
        with subprocess.Popen([*AUTOGRAD, "sheet", str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()) as process:
            try:
                with contextlib.suppress(BrokenPipeError), open(pipe, "w", encoding="utf-8") as file:  # waits until it is read
                    if tape.chance(0.2):
                        time.sleep(pause)
                        process.send_signal(signal.SIGINT)
                        process.wait(timeout=60)
                    file.write(SHEET * problems)
                if process.poll() is None:
                    time.sleep(pause)
                    process.send_signal(signal.SIGINT)
                output, error = process.communicate(timeout=60)
            except BaseException:
                process.kill()
                raise
    told = error.decode(errors="replace")
    if process.returncode == -signal.SIGINT and f"{2 * problems} claims".encode() in output:
        return "too late"                                            # Python was already ending
    killed = process.returncode == -signal.SIGINT and "autograd: interrupted" in told  # Python's own end if eval() was interrupted: 130 to a shell
    if "Traceback" in told or (process.returncode not in (130, 1) and not killed):
        raise FaultError("interrupt", f"autograd sheet of {2 * problems} problems, Ctrl-C after {pause:.3f} s: exit code {process.returncode}\n{told[-1500:]}")
    return "interrupted" if process.returncode == 130 or killed else "too late"


# The script ----------------------------------------------------------------------------------------------------------------------------

FUZZERS: dict[str, Fuzzer] = {"texts": texts, "claims": claims, "routes": routes, "interrupts": interrupts, "strangers": strangers, "files": files, "streams": streams}


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """In a folder of its own, since strangers may save a picture."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def main(words: Sequence[str] | None = None) -> int:
    """Run the fuzzers and return the number of faults."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Try random input. What each fuzzer tries: see the head of tests/fuzz.py.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, help="inputs for each fuzzer; by default 100")
    parser.add_argument("--minutes", type=float, help="minutes for all of them, instead of a count")
    parser.add_argument("--only", action="append", choices=list(FUZZERS), help="this fuzzer; may be repeated")
    options = parser.parse_args(words)
    chosen = options.only or list(FUZZERS)
    faults = 0
    for name in chosen:
        count = options.count or (None if options.minutes else 100)
        with elsewhere():
            tally = run(name, options.seed, count, options.minutes / len(chosen) if options.minutes else None, told=lambda text: print(text, flush=True))
        print(tally, flush=True)
        faults += len(tally.faults)
    return faults


if __name__ == "__main__":
    sys.exit(min(main(), 1))
