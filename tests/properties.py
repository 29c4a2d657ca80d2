"""What must hold of every graph, as functions of a recipe: used by the property tests, and by the test of those tests."""

from __future__ import annotations

from typing import Any

from hypothesis import assume

from autograd.checking.exact import ExactGraph
from autograd.derivatives import gradient
from autograd.engine import Value
from autograd.ops import TABLE
from autograd.traversal import topological_order

from .strategies import Recipe

UNIT = 2.0 ** -53
CLOSE = 1e-25                                                        # of the sum of the absolute path products


def allowance(judge: ExactGraph, k: int) -> Any:
    """How far a difference by input k may be from the slope: its rounding, and its error of second order, which is all that is
    left of x**3 at 0."""
    return CLOSE * judge.size[k] + judge.resolution(k) + judge.step(k) ** 2 * 1e10


def check_gradient_at_60_digits(recipe: Recipe) -> None:
    """The sweep at 60 digits agrees with differences at 100."""
    leaves, output = recipe.build()
    judge = ExactGraph(output, leaves)
    assume(not judge.kinks)
    for k in range(len(leaves)):
        difference = judge.difference(k)
        assert abs(judge.gradient[k] - difference) <= allowance(judge, k), (k, judge.gradient[k], difference)


def check_gradient_in_floats(recipe: Recipe) -> None:
    """backward() agrees with the 60 digits, within what rounding every value and partial by a few units can do."""
    leaves, output = recipe.build()
    judge = ExactGraph(output, leaves)
    assume(not judge.kinks)
    for x in topological_order(output):
        x.grad = 0.0
    output.backward()
    order = topological_order(output)
    for k, x in enumerate(leaves):
        slope = gradient(output, x, create_graph=True)
        sensitivity = sum([abs(d * v.data) for d, v in zip(gradient(slope, order), order)])
        bound = 8.0 * UNIT * (sensitivity + len(order) * float(str(judge.size[k])))
        error = float(str(abs(judge.gradient[k] - x.grad)))
        assert error <= bound, (k, x.grad, judge.gradient[k], error / bound)
        assert slope.data == x.grad or abs(slope.data - x.grad) <= 2.0 * bound


def check_second_derivatives(recipe: Recipe) -> None:
    """The gradient as a graph, differentiated at 60 digits, agrees with differences of the gradient."""
    leaves, output = recipe.build()
    first = ExactGraph(output, leaves)
    assume(not first.kinks)
    for k, x in enumerate(leaves):
        slope = gradient(output, x, create_graph=True)
        judge = ExactGraph(slope, leaves)
        assert abs(judge.value - first.gradient[k]) <= CLOSE * first.size[k]
        for j in range(len(leaves)):
            difference = judge.difference(j)
            assert abs(judge.gradient[j] - difference) <= allowance(judge, j), (k, j, judge.gradient[j], difference)


def check_local_partials(recipe: Recipe) -> None:
    """Every node caches one partial a parent, and names a row of the table and operands that are Values or floats."""
    _, output = recipe.build()
    for v in topological_order(output):
        assert len(v.partials) == len(v.parents)
        assert v.op is None or v.op is TABLE[v.op.name]
        assert all([isinstance(x, (Value, float)) for x in v.operands])
