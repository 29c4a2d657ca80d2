"""Exercises with their answers: random formulas of a level, as a sheet.

Level 1 has one rule or two, 2 three to five of them, 3 a neuron or a small loss with named steps, 4 a network of two layers. The
answers are closed forms, checked by `verify` before they are given out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from ..errors import InputError
from ..expressions import Expression
from ..expressions.algebra import derivative
from ..expressions.tree import ADD, CALL, INV, MUL, NAME, POW, NoTree, Tree, name, tree_of
from ..inputs import whole
from ..text import counted
from .verification import verify

LEVELS = 4
MOST = 500                                                           # problems of a sheet
TRIES = 400                                                          # for one problem
POSITIVE = (0.3, 2.0)                                                # where every formula has a value
FUNCTIONS = ("sin", "cos", "exp", "log", "tanh", "sqrt", "sigmoid")
RULES = ((1, 2), (3, 5), (3, 40), (5, 60))                           # that the problems of each level take
OUTER = ("sin", "exp", "log", "tanh", "sqrt", "sigmoid")


@dataclass(frozen=True)
class Problem:
    """A problem: its formula in steps, the answers by input, what it takes, and the range of the inputs."""

    title: str
    formula: str
    answers: dict[str, str]
    difficulty: str
    output: str
    names: tuple[str, ...]

    def lines(self, blank: bool = False) -> list[str]:
        """The problem as lines of a sheet, without the answers if it is `blank`."""
        ranges = [f"{label} in {POSITIVE[0]:g} .. {POSITIVE[1]:g}" for label in self.names]
        claims = [f"# d{self.output}/d{by} =" if blank else f"d{self.output}/d{by} = {answer}"
                  for by, answer in self.answers.items()]
        return [f"[{self.title}]", f"# {self.difficulty}", *self.formula.split("; "), *ranges, *claims]


def exercises(count: int = 10, level: int = 1, seed: int = 0) -> list[Problem]:
    """Problems with their answers, the same for the same seed.

    Args:
        count: how many, at most 500. level: from 1, one rule, to 4, a network of two layers. seed: a whole number.

    Raises InputError or OperandError for anything else.

    >>> problem = exercises(1, level=1, seed=3)[0]
    >>> bool(verify(problem.formula, problem.answers))
    True
    """
    count, level, seed = whole("count", count), whole("level", level), whole("seed", seed, least=-10 ** 18)
    if level > LEVELS:
        raise InputError(f"level must be from 1 to {LEVELS}, got {level}")
    if count > MOST:
        raise InputError(f"count must be from 1 to {MOST}, got {count}")
    random = Random(f"{seed} {level}")
    found: list[Problem] = []
    seen: set[str] = set()
    while len(found) < count:
        problem = _problem(random, level, len(found) + 1, seen)
        seen.add(problem.formula)
        found.append(problem)
    return found


def as_sheet(problems: list[Problem], level: int, seed: int, blank: bool = False) -> str:
    """The problems as a sheet that `autograd sheet` marks."""
    head = f"# {counted(len(problems), 'problem')} of level {level}, seed {seed}"
    head += ": write your answers behind the =, and remove the # before them" if blank else ", with their answers"
    return "\n\n".join([head, *["\n".join(problem.lines(blank)) for problem in problems]]) + "\n"


def _problem(random: Random, level: int, number: int, seen: set[str]) -> Problem:
    for attempt in range(TRIES):
        steps = _MAKERS[level - 1](random)
        formula = "; ".join([f"{step} = {text}" for step, text in steps])
        if formula in seen and attempt < TRIES - 1:
            continue
        answered = _answered(formula, steps)
        if answered is not None:
            answers, rules = answered
            if not RULES[level - 1][0] <= len(rules) <= RULES[level - 1][1]:
                continue
            names = Expression(formula).names
            return Problem(f"{number}", formula, answers, _difficulty(rules, len(steps)), steps[-1][0], names)
    raise InputError("no problem could be made: try another seed")


def _answered(formula: str, steps: list[tuple[str, str]]) -> tuple[dict[str, str], list[str]] | None:
    """The answers of a problem and the rules that they take; None if it is too hard to write down, or constant."""
    function = Expression(formula)
    tree = function.tree
    if tree is None:
        return None
    named: dict[str, Tree] = {}
    for step, _ in steps[:-1]:
        inlined = tree_of([(k, node) for k, node in function.parsed if k in _until(steps, step)], function.exact)
        named[str(inlined)] = name(step)
    answers: dict[str, str] = {}
    try:
        for by in function.names:
            if by not in TARGETS:
                answers[by] = str(derivative(tree, by, named))
    except NoTree:
        return None
    if not answers or any([len(answer) > 90 or answer == "0" for answer in answers.values()]):
        return None
    report = verify(formula, dict(answers), domain=dict.fromkeys(function.names, POSITIVE))
    return (answers, _rules(tree)) if report else None


def _until(steps: list[tuple[str, str]], step: str) -> list[str]:
    known = [k for k, _ in steps]
    return known[:known.index(step) + 1]


# Difficulty --------------------------------------------------------------------------------------------------------------------

def _rules(tree: Tree) -> list[str]:
    """The rules that the derivative of a formula takes, one for each use."""
    found: list[str] = []
    for _, part in tree.walk():
        depends = [p for p in part.parts if p.names]
        if part.kind == MUL:
            over = [p for p in depends if p.kind != INV]
            found += ["quotient rule"] if any([p.kind == INV for p in depends]) else ["product rule"] if len(over) > 1 else []
        if part.kind == POW and part.parts[0].names:
            found += ["chain rule"] if part.parts[0].kind != NAME else ["power rule"]
        if part.kind == CALL and part.parts[0].names:
            found += ["chain rule"] if part.parts[0].kind != NAME else [f"derivative of {part.text}"]
        if part.kind == ADD and len(depends) > 1:
            found += ["sum rule"]
    return found


def _difficulty(rules: list[str], steps: int) -> str:
    kinds = [f"{rule} ({rules.count(rule)} times)" if rules.count(rule) > 1 else rule for rule in dict.fromkeys(rules)]
    in_steps = f" in {counted(steps, 'step')}" if steps > 1 else ""
    return f"difficulty: {counted(len(rules), 'rule')} ({', '.join(kinds) or 'none'}){in_steps}"


# Problems ----------------------------------------------------------------------------------------------------------------------

TARGETS = ("x", "y", "x1", "x2")                                     # data, by which nobody differentiates in levels 3 and 4
Steps = list[tuple[str, str]]


def _simple(random: Random, by: str) -> str:
    """u of one rule: t**3, 4*t, sin(t)."""
    return random.choice([f"{by}**{random.randint(2, 5)}", f"{random.randint(2, 9)}*{by}", f"{random.choice(FUNCTIONS)}({by})",
                          f"1/{by}", f"({by} + {random.randint(1, 5)})"])


def _inner(random: Random, by: str) -> str:
    return random.choice([f"{random.randint(2, 5)}*{by} + {random.randint(1, 4)}", f"{by}**2 + {random.randint(1, 4)}",
                          f"{random.randint(2, 5)}*{by}", f"{by}**{random.randint(2, 3)}"])


def _one_rule(random: Random) -> Steps:
    t, u = "t", _simple(random, "t")
    v = next(w for w in iter(lambda: _simple(random, "t"), "") if w[0] != u[0])
    return [("f", random.choice([
        f"{random.randint(2, 6)}*{t}**{random.randint(2, 6)} + {random.randint(2, 9)}*{t}", f"{u}*{v}",
        f"{u}/({t} + {random.randint(1, 4)})",
        f"{random.choice(OUTER)}({_inner(random, t)})", f"({_inner(random, t)})**{random.randint(2, 5)}", f"{u} + {v}"]))]


def _two_rules(random: Random) -> Steps:
    t, u = "t", _simple(random, "t")
    f = f"{random.choice(OUTER)}({_inner(random, t)})"
    return [("f", random.choice([
        f"{u}*{f}", f"{f}/({_inner(random, t)})", f"({f} + {u})**{random.randint(2, 4)}", f"{random.choice(OUTER)}({u} + {f})",
        f"{random.choice(OUTER)}({u}*{random.choice(OUTER)}({t}))"]))]


def _neuron(random: Random) -> Steps:
    squash = random.choice(["sigmoid", "tanh"])
    loss = random.choice(["(a - y)**2/2", "(a - y)**2",
                          "-y*log(a) - (1 - y)*log(1 - a)" if squash == "sigmoid" else "(y - a)**2"])
    net = random.choice(["w*x + b", "w1*x1 + w2*x2 + b", "w*x + v*x**2 + b", "u*x*w + b"])
    extra = random.choice(["", "", " + c*w**2/2" if "w*" in net else ""])
    return [("net", net), ("a", f"{squash}(net)"), ("E", loss + extra)]


def _network(random: Random) -> Steps:
    squash, out = random.choice(["tanh", "sigmoid"]), random.choice(["v*h + c", "sigmoid(v*h + c)", "tanh(v*h)"])
    if random.random() < 0.4:
        return [("h1", f"{squash}(w1*x + b1)"), ("h2", f"{squash}(w2*x + b2)"), ("o", "v1*h1 + v2*h2"), ("E", "(o - y)**2/2")]
    return [("z", random.choice(["w*x + b", "w1*x1 + w2*x2"])), ("h", f"{squash}(z)"), ("o", out),
            ("E", random.choice(["(o - y)**2/2", "(y - o)**2"]))]


_MAKERS: tuple[Callable[[Random], Steps], ...] = (_one_rule, _two_rules, _neuron, _network)
