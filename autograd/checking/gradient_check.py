"""`gradcheck`: autodiff against finite differences, both with 60 digits, on the recorded graph."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..arithmetic.referee import nearest
from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described, is_real
from ..text import counted
from ..traversal import topological_order
from ..trees import flatten, labelled
from .arguments import arguments_at, checked_numbers, function_of
from .exact import ROUNDING, TOLERANCE, VANISHED, ExactGraph, slope, slope_along
from .problem import is_recorded
from .report import INCONCLUSIVE, RIGHT, WRONG, Finding, Report

FEW, DIRECTIONS = 8, 3                                               # inputs that are checked one by one; directions for more
SURELY = 1e-3                                                        # of what is allowed for one partial, along a direction
SECONDS = 20.0                                                       # for all the inputs of a check
TIME_IS_UP = f"not checked: the {SECONDS:g} seconds for a check were up. Check fewer inputs at a time"
VISIBLE = 1e-6                                                       # an error that shows in the table


def gradcheck(f: str | Callable[..., Any] | Value, point: Any) -> Report:
    """Check autodiff's gradient of f against finite differences. Both are computed with 60 digits on the recorded graph.

    Args:
        f: a function of Values that returns one Value, or a formula as text; or a Value, the output of a recorded graph.
        point: the arguments of f: one number, a sequence of them, or a mapping of names to them. An argument may be a list or an
            array. If f has one argument, several numbers are one list; write a list of one number as ([x],). For a recorded
            graph, the leaves to check, as in `gradcheck(loss, model.parameters())`; it is computed again from their current
            data.

    More than eight inputs are first checked together, by differences along three random directions, in which the error of any
    partial would show; if one does, or there is a kink, each is checked alone.

    At a kink, any slope between those of the two sides is right. The verdict is "inconclusive" where f jumps or has no value on
    either side, and if f is not what its graph says because it uses `.data` or a Python `if`. Raises OperandError if f leaves the
    graph through `math.exp` or does not return one number, InputError if the point does not fit f's arguments.

    >>> report = gradcheck(lambda a, b: (a + b) * (b + 1), (2.0, 1.0))
    >>> bool(report)
    True
    >>> print(report)
    gradcheck of f at a = 2, b = 1
    partial  at  autodiff  differences  off by  verdict
    ∂f/∂a    2   2         2            0       right
    ∂f/∂b    1   5         5            0       right
    """
    if isinstance(f, Value):
        return _of_graph(f, point)
    function = function_of(f)
    arguments, names = arguments_at(function, point)
    inputs, rebuild = flatten(arguments)
    labels = [label for argument, name in zip(arguments, names) for label in labelled(argument, name)]
    leaves = [Value(x, name=label) for x, label in zip(checked_numbers(inputs, labels), labels)]
    output = function(*rebuild(leaves))
    if is_real(output):
        output = Value(output)                                       # it depends on nothing
    if not isinstance(output, Value):
        raise OperandError(f"f must return one Value, got {described(output)}")
    graph = ExactGraph(output, leaves)
    name = getattr(function, "output", None) or "f"
    findings = _findings(graph, [f"∂{name}/∂{label}" for label in labels])
    if not is_recorded(function, rebuild, output, leaves):
        why = "near this point, f differs from its recorded graph: does it use .data, .detach(), random numbers or a Python if?"
        findings = [replace(finding, verdict=INCONCLUSIVE, note=why) for finding in findings]
    at = ", ".join([f"{label} = {x.data:g}" for label, x in zip(labels, leaves)])
    return Report(f"gradcheck of {f if isinstance(f, str) else 'f'} at {at}", findings)


def _of_graph(output: Value, point: Any) -> Report:
    """gradcheck of a graph already recorded."""
    leaves = flatten(point)[0]
    for x in leaves:
        if not isinstance(x, Value) or x.op is not None:
            raise OperandError(f"expected the leaves to check, such as model.parameters(), got {described(x)}")
    below = set(map(id, topological_order(output)))
    if not any([id(x) in below for x in leaves]):
        raise InputError("none of the leaves is in the graph: are they the parameters of another model?")
    labels = [x.name or default for x, default in zip(leaves, labelled(list(leaves), "x"))]
    graph = ExactGraph(output, leaves)
    name = output.name or "f"
    findings = _findings(graph, [f"∂{name}/∂{label}" for label in labels])
    findings = [finding if id(x) in below else replace(finding, note="not in the graph") for finding, x in zip(findings, leaves)]
    return Report(f"gradcheck of the recorded graph of {name} at {counted(len(leaves), 'leaf', 'leaves')}", findings)


def _findings(graph: ExactGraph, partials: Sequence[str]) -> list[Finding]:
    """One finding for each input, as far as the time allows."""
    together = _along_directions(graph, partials) if len(partials) > FEW else None
    if together is not None:
        return together
    deadline = time.perf_counter() + SECONDS
    return [_finding(graph, k, partial) if time.perf_counter() < deadline
            else Finding(partial, graph.inputs[k].data, nearest(graph.gradient[k]), math.nan, math.nan, INCONCLUSIVE, TIME_IS_UP)
            for k, partial in enumerate(partials)]


def _along_directions(graph: ExactGraph, partials: Sequence[str]) -> list[Finding] | None:
    """All inputs at once, by differences along random directions: the error of a partial shows in each, unless it is too small to
    count. None where that does not settle each of them, since there is a kink, say, or an error."""
    source = random.Random(len(partials))
    if graph.kinks or not all([_isfinite(x) for x in (*graph.size, *graph.gradient)]):
        return None
    scales = [graph.scale_of(k) for k in range(len(partials))]
    least = min([size * scale for size, scale in zip(graph.size, scales) if size > 0], default=1)
    worst: Any = 0
    for _ in range(DIRECTIONS):
        direction = [source.choice((-1, 1)) * source.randint(500, 1000) for _ in partials]
        found = slope_along(graph, direction)
        expected = sum([d * g * scale for d, g, scale in zip(direction, graph.gradient, scales)])
        worst = max(worst, abs(found.value - expected))
        if not (found.settles and worst <= TOLERANCE * least * SURELY):
            return None
    errors = [worst / (500 * scale) for scale in scales]
    return [Finding(partial, x.data, nearest(g), nearest(g + error), nearest(error), RIGHT, "")
            for partial, x, g, error in zip(partials, graph.inputs, graph.gradient, errors)]


def _finding(graph: ExactGraph, k: int, partial: str) -> Finding:
    """What differences say of one partial. An error that vanishes with twice the digits is rounding, as of sin(pi)."""
    finding = _compared(graph, k, partial)
    if finding.verdict != WRONG or finding.error > ROUNDING * graph.scale:
        return finding
    finer = _compared(graph.finer, k, partial)
    return replace(finding, verdict=RIGHT, note="") if finer.error <= VANISHED * finding.error else finding


def _compared(graph: ExactGraph, k: int, partial: str) -> Finding:
    derivative = graph.gradient[k]
    allowed = TOLERANCE * graph.size[k]
    slopes = [slope(graph, k, side) for side in ((-1, 1) if graph.kinks else (0,))]
    known = [s for s in slopes if _isfinite(s.value)]
    closest = min(max(derivative, min([s.value for s in known])), max([s.value for s in known])) if known else slopes[0].value
    error = abs(derivative - closest)
    doubt = max([s.doubt for s in known], default=0.0)
    unseen = graph.resolution(k)
    sides = None
    if not known or not _isfinite(graph.size[k]):
        verdict, note = INCONCLUSIVE, "f has no value on either side, or its slope is infinite"
    elif not all([s.settles for s in known]):
        verdict, note = INCONCLUSIVE, ("f jumps here, or its slope is infinite" if graph.kinks else
                                       "the differences do not settle: f is too steep or too rough here")
    elif unseen >= error > allowed and derivative != 0:
        verdict, note = INCONCLUSIVE, "the slope is too small, compared with the values of f, for differences to measure"
    else:
        verdict, note = (RIGHT if error <= allowed + doubt + (unseen if derivative == 0 else 0) else WRONG), ""
        if len(known) == 2 and abs(known[1].value - known[0].value) > allowed + doubt:
            sides = (nearest(known[0].value), nearest(known[1].value))
            note = f"a kink: the slope is {sides[0]:.6g} below and {sides[1]:.6g} above"
        elif verdict == WRONG and graph.kinks:
            note = "f has kinks that cancel, but the slopes chosen at them by convention do not"
        elif verdict == RIGHT and error > max(VISIBLE, VISIBLE * abs(derivative)):
            note = f"terms of size {nearest(graph.size[k]):.1g} cancel"
    return Finding(partial, graph.inputs[k].data, nearest(derivative), nearest(closest), nearest(error), verdict, note, sides)


def _isfinite(x: Any) -> bool:
    return bool(abs(x) < float("inf"))
