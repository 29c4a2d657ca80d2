"""Scopes: which nodes belong to which, also in copies, pickles and threads."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Iterator

import pytest

from autograd import Value
from autograd.errors import OperandError
from autograd.nn import MLP, Layer, Module, Sequential
from autograd.scopes import Scope
from autograd.traversal import topological_order


def test_nodes_know_the_neuron_that_made_them() -> None:
    model = MLP(2, [3, 1], rng=0)
    y = model([1.0, -2.0])
    paths = [str(v.scope) for v in topological_order(y) if v.op is not None]
    assert paths == [f"layer1.neuron{k}" for k in (1, 2, 3) for _ in ("dot", "add", "relu")] + ["layer2.neuron1"] * 2
    assert (y * 2.0).scope is None
    assert all([p.scope is None for p in model.parameters()])


def test_what_a_layer_computes_of_all_its_neurons_belongs_to_none_of_them() -> None:
    p = MLP(2, [2], output="softmax", rng=0)([1.0, -2.0])
    assert [str(v.scope) for v in topological_order(p[0]) if v.op is not None and v.op.name in ("exp", "div")] == ["layer1"] * 3


def test_two_calls_of_a_module_are_two_scopes() -> None:
    model = MLP(1, [1])
    first, second = model([1.0]).scope, model([2.0]).scope
    assert first != second
    assert str(first) == str(second) == "layer1.neuron1"


def test_a_module_that_is_there_twice_has_its_first_name() -> None:
    layer = Layer(2, 2, rng=0)
    y = Sequential(layer, layer)([1.0, 2.0])[0]
    assert {str(v.scope) for v in topological_order(y) if v.op is not None} == {"layer1.neuron1", "layer1.neuron2"}
    assert layer.parameters()[0].name == "layer1.neuron1.w[0]"


def test_scopes_nest_and_end_even_after_an_error() -> None:
    class Failing(Module):
        def forward(self, x: Value) -> Value:
            raise RuntimeError

    with Scope("outer") as outer:
        with pytest.raises(RuntimeError):
            Failing()(Value(1.0))
        v = Value(1.0) + 1.0
        with Scope("inner"):
            w = v + 1.0
    assert (v.scope, str(w.scope), repr(w.scope)) == (outer, "outer.inner", "Scope('outer.inner')")
    assert (Value(1.0) + 1.0).scope is None


def test_copies_and_pickles_keep_scopes() -> None:
    with Scope("encoder"):
        x = Value(1.0)
        y = (x + 1.0).exp()
    for other in (copy.copy(y), copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert str(other.scope) == "encoder"
    twin = pickle.loads(pickle.dumps([x, y]))
    assert twin[0].scope == twin[1].scope == twin[1].parents[0].scope
    assert copy.deepcopy([x, y])[0].scope == x.scope


def test_scopes_of_other_threads_leave_nothing_behind() -> None:
    entered, go_on = threading.Event(), threading.Event()
    found: list[str] = []

    def other() -> None:
        with Scope("other"):
            entered.set()
            go_on.wait(10.0)
            with Scope("within"):
                found.append(str((Value(1.0) + 1.0).scope))

    def left_open() -> None:
        Scope("open").__enter__()

    threads = [threading.Thread(target=other), threading.Thread(target=left_open)]
    for thread in threads:
        thread.start()
    entered.wait(10.0)
    with Scope("mine"):
        go_on.set()
        for thread in threads:
            thread.join()
        with Scope("within"):
            found.append(str((Value(1.0) + 1.0).scope))
    assert found == ["other.within", "mine.within"]
    assert (Value(1.0) + 1.0).scope is None
    assert str(MLP(1, [1])([1.0]).scope) == "layer1.neuron1"


def test_scopes_that_overlap_and_scopes_within_themselves() -> None:
    def waiting(name: str) -> Iterator[None]:
        with Scope(name):
            yield

    first, second = waiting("first"), waiting("second")
    next(first)
    next(second)
    first.close()
    assert str((Value(1.0) + 1.0).scope) == "first.second"
    second.close()
    assert (Value(1.0) + 1.0).scope is None
    scope = Scope("same")
    with scope:
        with scope:
            assert str((Value(1.0) + 1.0).scope) == "same.same"
        assert str((Value(1.0) + 1.0).scope) == "same"
    assert (Value(1.0) + 1.0).scope is None
    with pytest.raises(OperandError, match="the name of a Scope"):
        Scope(1)  # type: ignore[arg-type]
