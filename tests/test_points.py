"""points, problem, truth, exact: where claims are tried, f recorded there, and what is true."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.checking.exact import ExactGraph, slope
from autograd.checking.points import at_thresholds, drawn, is_extreme, probes_of, ranges_of, simplicity, special
from autograd.checking.problem import Problem, is_recorded, signature_of, value_or_none
from autograd.checking.truth import Target, probe_at
from autograd.errors import DomainError, InputError, OperandError
from autograd.traversal import topological_order

ranges = st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6)).map(lambda p: (p[0], p[0] + p[1]))


def problem(f: Any, *names: str) -> Problem:
    return Problem(f, dict.fromkeys(names, 0.0))


# Points --------------------------------------------------------------------------------------------------------------------------

@given(st.lists(ranges, min_size=1, max_size=4), st.integers(1, 30))
def test_drawn_points_lie_within_their_ranges_and_are_the_same_in_every_run(box: Any, count: int) -> None:
    points = list(drawn(box, count))
    assert points == list(drawn(box, count))
    assert len(points) == count
    assert all([lo <= x <= hi for p in points for x, (lo, hi) in zip(p, box)])


def test_drawn_points_are_spread() -> None:
    xs = sorted([p[0] for p in drawn([(0.0, 1.0)], 20)])
    assert max([b - a for a, b in zip([0.0, *xs], [*xs, 1.0])]) < 0.12
    logs = [math.log10(p[0]) for p in drawn([(1e-3, 1e3)], 20)]
    assert sum([x < 0 for x in logs]) in range(8, 13)                  # by the logarithm, where a range spans many powers of ten


@given(st.lists(st.one_of(st.none(), ranges), min_size=1, max_size=3))
def test_special_points_keep_to_the_domain(known: Any) -> None:
    bases = [tuple([0.0 if r is None else r[0] for r in known])]
    for p in special(known, bases, 30):
        assert all([r is None or r[0] <= x <= r[1] for x, r in zip(p, known)])
    moderate = special(known, bases, 60, moderate=True)
    assert not [p for p in moderate if any([abs(x) > 300.0 and r is None for x, r in zip(p, known)])]


def test_both_sides_of_a_threshold_are_tried() -> None:
    for f, root in ((lambda x: ag.relu(2.0 * x - 3.0), 1.5), (lambda x: ag.maximum(x, 4.25), 4.25), (lambda x: ag.where(x ** 3 > 8.0, x, 1.0), 2.0)):
        p = problem(f, "x")
        found = [q[0] for q in at_thresholds([p.record((1.0,)), p.record((3.0,))], p, [None], 12)]
        assert any([abs(x - root) < 1e-9 for x in found]), found
        assert any([x < root - 1e-9 for x in found])
        assert any([x > root + 1e-9 for x in found])


def test_a_threshold_of_pythons_own_if_is_found_by_halving() -> None:
    p = problem(lambda x: x * x if x > 1.7 else x, "x")
    found = [q[0] for q in at_thresholds([p.record((1.0,)), p.record((3.0,))], p, [None], 12)]
    assert min([abs(x - 1.7) for x in found]) < 1e-9


def test_ranges_are_matched_to_the_numbers_of_arguments() -> None:
    p = Problem(lambda w, x: w[0] * w[1] * x, {"w": [0.0, 0.0], "x": 0.0})
    assert ranges_of(p, {"w": [(0, 1), (2, 3)]}) == [(0.0, 1.0), (2.0, 3.0), None]
    assert ranges_of(p, {"w": (0, 1)}) == [(0.0, 1.0), (0.0, 1.0), None]
    assert ranges_of(p, {"w[1]": (5, 6)}) == [None, (5.0, 6.0), None]
    for wrong in ({"q": (0, 1)}, {"x": 3}, {"x": (1, 0)}):
        with pytest.raises(InputError):
            ranges_of(p, wrong)


def test_simple_points_are_shown_first() -> None:
    assert sorted([(0.123, 2.0), (2.0, 1.0), (1e8, 1.0), (0.0, 1.0)], key=simplicity) == [(2.0, 1.0), (0.123, 2.0), (0.0, 1.0), (1e8, 1.0)]
    assert [is_extreme([x]) for x in (0.0, 1.0, 1e-8, 1e6)] == [False, False, True, True]


def test_points_outside_the_domain_of_f_are_counted_and_left_out() -> None:
    probes, skipped = probes_of(problem("log(x)", "x"), False, [], [None])
    assert skipped
    assert all([point[0] <= 0 for point in skipped])
    assert len(probes) >= 8
    assert all([probe.point[0] > 0 for probe in probes])
    chosen, _ = probes_of(problem("log(x)", "x"), False, [(2.0,), (-1.0,)], [None])
    assert [probe.point for probe in chosen] == [(2.0,)]


# f recorded at a point --------------------------------------------------------------------------------------------------------------

def test_a_recording_has_leaves_steps_outputs_and_exact_numbers() -> None:
    p = problem("c = 0.1*a; e = c*b", "a", "b")
    recorded = p.record((2.0, 3.0))
    assert [x.name for x in recorded.leaves] == ["a", "b"]
    assert set(recorded.steps) == {"c", "e"}
    assert [float(q) for q in recorded.exact.values()] == [0.1]
    assert p.output == "e"
    assert p.is_exact
    assert not problem("3.141592653589793*x", "x").is_exact


def test_structures_correspond_or_do_not() -> None:
    p = problem(lambda x: x * 2.0 if x > 0 else x + 1.0, "x")
    marks = [signature_of(topological_order(*p.record((x,)).outputs)) for x in (1.0, 2.0, -1.0)]
    assert marks[0] == marks[1] != marks[2]


def test_whether_f_is_what_was_recorded() -> None:
    for f, expected in ((lambda x: x * x, True), (lambda x: x * x.data, False), (lambda x: ag.sin(x.detach()) + x, False)):
        leaf = Value(1.3)
        assert is_recorded(f, lambda xs: xs, f(leaf), [leaf]) is expected


def test_no_value_is_none_and_a_mistake_is_raised() -> None:
    def raising(error: Exception) -> Any:
        raise error
    assert value_or_none(lambda: 3) == 3
    for error in (DomainError("log"), ZeroDivisionError(), ValueError()):
        assert value_or_none(lambda error=error: raising(error)) is None
    for mistake in (OperandError("what"), InputError("what"), KeyError("what")):
        with pytest.raises(type(mistake)):
            value_or_none(lambda mistake=mistake: raising(mistake))


# What is true ---------------------------------------------------------------------------------------------------------------------

def truth(f: Any, x: float) -> Any:
    p = problem(f, "x")
    probe = probe_at(p, (x,), False)
    assert probe is not None
    return probe.truth(Target("f", "x", 0, 0))


def test_the_truth_at_a_smooth_point_and_at_a_kink() -> None:
    smooth = truth("x**3", 2.0)
    assert smooth.value == smooth.low == smooth.high == 12
    kink = truth("abs(x)", 0.0)
    assert (round(float(str(kink.low)), 9), round(float(str(kink.high)), 9)) == (-1.0, 1.0)
    assert "kink" in kink.note
    assert truth("sqrt(x)", 0.0).value is None
    assert probe_at(problem("log(x)", "x"), (-1.0,), False) is None
    assert probe_at(problem("exp(x)", "x"), (1000.0,), False) is None


def test_the_truth_of_floats_is_given_with_a_doubt() -> None:
    p = problem(lambda x: math.sin(x), "x")
    probe = probe_at(p, (1.0,), True)
    assert probe is not None
    found = probe.truth(Target("f", "x", 0, 0))
    assert abs(float(str(found.value)) - math.cos(1.0)) <= float(str(found.doubt)) < 1e-6


def test_one_sided_slopes_settle_or_do_not() -> None:
    x = Value(0.0)
    graph = ExactGraph(ag.relu(x) * 3.0, [x])
    assert [round(float(str(slope(graph, 0, side).value)), 9) for side in (-1, 1)] == [0.0, 3.0]
    root = ExactGraph(ag.sqrt(x + 0.0), [x])
    assert not slope(root, 0, 1).settles
