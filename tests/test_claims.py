"""claims, sources, arguments: what is claimed, and of what, read from every notation; and what a claim gives as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.arithmetic import referee
from autograd.checking.arguments import arguments_at, checked_numbers, is_range, parameters, takes_only_one, template_of
from autograd.checking.claims import Claim, Reader
from autograd.checking.problem import Problem
from autograd.checking.truth import Target, probe_at
from autograd.errors import FormulaError, InputError, OperandError

E = "c = a + b; d = b + 1; e = c*d"


def read(f: Any, claims: Any, template: dict[str, Any], point: tuple[float, ...]) -> list[Claim]:
    problem = Problem(f, template)
    probe = probe_at(problem, point, False)
    assert probe is not None
    return Reader(problem, probe).read(claims)


def told(claims: list[Claim]) -> list[tuple[str, str, str]]:
    return [(claim.target.label, claim.relation, claim.text) for claim in claims]


@pytest.mark.parametrize(("line", "expected"), [
    ("de/da = b + 1", [("∂e/∂a", "=", "b + 1")]), ("∂e/∂a = b+1", [("∂e/∂a", "=", "b+1")]), ("d(e)/d(a) == b", [("∂e/∂a", "=", "b")]), ("de/da ≈ 2.0", [("∂e/∂a", "≈", "≈ 2.0")]), ("d/da = b", [("∂e/∂a", "=", "b")]),
    ("dc/da = 1", [("∂c/∂a", "=", "1")]), ("de/dc = d", [("∂e/∂c", "=", "d")]), ("c = 3", [("c", "=", "3")]), ("e ~= 6.0", [("e", "≈", "≈ 6.0")]), ("0 < de/da <= 9", [("∂e/∂a", ">", "> 0"), ("∂e/∂a", "<=", "<= 9")]), ("de/da ≥ 0", [("∂e/∂a", ">=", ">= 0")])])
def test_a_line_is_read(line: str, expected: Any) -> None:
    assert told(read(E, [line], {"a": 0.0, "b": 0.0}, (2.0, 1.0))) == expected


@pytest.mark.parametrize(("f", "claims", "template", "labels"), [
    ("a*b", {"a": "b", "b": "a"}, {"a": 0.0, "b": 0.0}, ["∂f/∂a", "∂f/∂b"]), ("a*b", ["b", "a"], {"a": 0.0, "b": 0.0}, ["∂f/∂a", "∂f/∂b"]), ("a*b", lambda a, b: (b, a), {"a": 0.0, "b": 0.0}, ["∂f/∂a", "∂f/∂b"]),
    ("a*b", lambda a, b: {"b": a}, {"a": 0.0, "b": 0.0}, ["∂f/∂b"]), ("a*b", lambda a, b: (None, a), {"a": 0.0, "b": 0.0}, ["∂f/∂b"]), ("w[0]*w[1]", {"w": ["w[1]", "w[0]"]}, {"w": [0.0, 0.0]}, ["∂f/∂w[0]", "∂f/∂w[1]"]),
    ("w[0]*w[1]", {"w[1]": "w[0]"}, {"w": [0.0, 0.0]}, ["∂f/∂w[1]"]), ("[a*b, a + b]", [["b", "a"], [1, 1]], {"a": 0.0, "b": 0.0}, ["∂f[0]/∂a", "∂f[0]/∂b", "∂f[1]/∂a", "∂f[1]/∂b"]), ("x**2", "2*x", {"x": 0.0}, ["∂f/∂x"]), ("x**2", 3, {"x": 0.0}, ["∂f/∂x"]),
    ("x**2", np.array([3.0]), {"x": 0.0}, ["∂f/∂x"]), ("y = x**2", "y' = 2*x", {"x": 0.0}, ["∂y/∂x"]), ("x**2", "df/dx = 2*x; f = x*x", {"x": 0.0}, ["∂f/∂x", "f"]), ("x**2", "dL/dx = 2*x", {"x": 0.0}, ["∂L/∂x"])])
def test_every_form_of_claims_has_its_targets(f: Any, claims: Any, template: dict[str, Any], labels: list[str]) -> None:
    found = read(f, claims, template, tuple([1.5 + k for k in range(len(template) if "w" not in template else 2)]))
    assert [claim.target.label for claim in found] == labels


def test_what_a_claim_gives_has_60_digits_if_it_is_a_formula_or_ours() -> None:
    problem = Problem("x/3", {"x": 0.0})
    probe = probe_at(problem, (1.0,), False)
    assert probe is not None
    third = referee().number(1) / 3
    import math

    import autograd as ag
    for claim, close, opaque in (("1/3", 1e-58, False), (lambda x: ag.exp(x * 0) / 3, 1e-58, False), (lambda x: math.exp(x * 0) / 3, 1e-15, True), (1 / 3, 1e-16, False)):
        [found] = Reader(problem, probe).read({"x": claim})
        assert abs(found.source.at(probe) - third) <= close
        assert found.source.is_opaque == opaque


def test_mirrored_targets() -> None:
    def target(of: str, by: str) -> Target:
        return Target(of, by, 0, 0)
    assert target("f", "w[0][1]").is_mirror_of(target("f", "w[1][0]"))
    assert target("f[0]", "x[1]").is_mirror_of(target("f[1]", "x[0]"))
    for one, other in ((("f", "w[0][1]"), ("f", "w[0][1]")), (("f", "w[1][1]"), ("f", "w[1][1]")), (("f", "w[0][1]"), ("f", "v[1][0]")), (("f", "w[0]"), ("f", "w[1]")), (("f[0]", "x[1]"), ("g[1]", "x[0]"))):
        assert not target(*one).is_mirror_of(target(*other))


@pytest.mark.parametrize(("claims", "error"), [({}, InputError), ({"q": "1"}, InputError), (["de/dq = 1"], InputError), (["dq/da = 1"], InputError), (["e' = 1"], InputError), (["de/da ≈ b"], InputError), ({"a": "1 +"}, FormulaError), (object(), OperandError), ({"a": None}, InputError)])
def test_what_cannot_be_read_is_refused(claims: Any, error: type) -> None:
    with pytest.raises(error):
        read(E, claims, {"a": 0.0, "b": 0.0}, (2.0, 1.0))


# The arguments of f ------------------------------------------------------------------------------------------------------------

def test_the_arguments_that_a_point_gives() -> None:
    def f(a: Any, b: Any, c: float = 1.0) -> Any:
        return a * b * c
    assert parameters(f) == ["a", "b"]
    assert arguments_at(f, (1.0, 2.0)) == ([1.0, 2.0], ["a", "b"])
    assert arguments_at(f, {"b": 2.0, "a": 1.0}) == ([1.0, 2.0], ["a", "b"])
    assert arguments_at(lambda w: w, [1.0, 2.0]) == ([[1.0, 2.0]], ["w"])
    assert arguments_at(lambda *xs: xs, [1.0, 2.0]) == ([1.0, 2.0], ["x1", "x2"])
    assert arguments_at(lambda w: w, {"w[1]": 2.0, "w[0]": 1.0}) == ([[1.0, 2.0]], ["w"])
    for wrong in ((1.0,), {"a": 1.0}, {"a": 1.0, "q": 2.0}):
        with pytest.raises(InputError):
            arguments_at(f, wrong)
    assert takes_only_one(lambda w, *, k=1: w)
    assert not takes_only_one(f)


def test_the_structure_of_arguments_from_points_domains_and_subscripts() -> None:
    def f(w: Any, x: Any) -> Any:
        return w[0][1] * x
    assert template_of(f, None, {}, [([[1.0, 2.0]], 3.0)]) == {"w": [[1.0, 2.0]], "x": 3.0}
    assert template_of(f, None, {"w": [[(0, 1), (0, 1)]]}, []) == {"w": [[0.0, 0.0]], "x": 0.0}
    assert template_of(f, ["df/dw[1][2] = x"], {}, []) == {"w": [[0.0] * 3] * 2, "x": 0.0}
    assert template_of(f, {"w": ["1", "2"]}, {}, []) == {"w": [0.0, 0.0], "x": 0.0}
    assert is_range((0, 1))
    assert not is_range([(0, 1), (0, 1)])


def test_a_point_is_made_of_finite_numbers() -> None:
    assert checked_numbers([1, True], ["a", "b"]) == [1.0, 1.0]
    with pytest.raises(OperandError, match="b"):
        checked_numbers([1, "2"], ["a", "b"])
    with pytest.raises(InputError, match="a"):
        checked_numbers([float("nan")], ["a"])
    with pytest.raises(OperandError):
        checked_numbers([Value(1.0)], ["a"])
