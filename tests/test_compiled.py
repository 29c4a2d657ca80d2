"""What the compiled modules must do as the plain ones do. Tests marked `compiled` are skipped where the modules are plain; .ci/run
runs everything both ways."""

from __future__ import annotations

import copy
import gc
import importlib
import pickle
import re
import shutil
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value
from autograd.engine import Nary
from autograd.errors import AutogradError, InputError, OperandError
from autograd.nn import MLP, Layer
from autograd.weighted import Weighted

ROOT = Path(__file__).parents[1]
MODULES = [name.replace("/", ".") for listed in re.findall(r"^(?:UN)?TYPED = \[(.*?)\]", (ROOT / "setup.py").read_text(), re.M | re.S)
           for name in re.findall(r'"([^"]+)"', listed)]

compiled = pytest.mark.skipif(not autograd.compiled, reason="the modules are plain: .ci/run compiles them")


def test_what_setup_compiles_is_there() -> None:
    assert {"engine", "nn.dense"} <= set(MODULES)
    assert all((ROOT / "autograd" / f"{name.replace('.', '/')}.py").exists() for name in MODULES)
    assert {f"{path.stem}.py" for path in (ROOT / "autograd").rglob("*.pxd")} <= {f"{name}.py" for name in MODULES}


def test_all_modules_are_compiled_or_none() -> None:
    files = [str(importlib.import_module(f"autograd.{name}").__file__) for name in MODULES]
    assert {not file.endswith(".py") for file in files} == {autograd.compiled}


def a_graph() -> Value:
    x, y = Value(0.5, name="x"), Value(-2.0, name="y")
    model = MLP(2, [3, 1], "tanh", rng=0)
    out: Value = model([x * y, autograd.maximum(x, y)]) + autograd.exp(x) + autograd.sum([x, y, 1.0])
    out.backward()
    return out


def seen(v: Value) -> Any:
    return [(type(node).__name__, node.data, node.grad, node.name, node.partials, str(node.scope)) for node in autograd.traversal.topological_order(v)]


SEEN = "import pickle, sys; sys.path.insert(0, sys.argv[1]); sys.path.insert(1, sys.argv[2]); import autograd; from tests.test_compiled import a_graph, seen; "


@compiled
def test_pickles_go_from_compiled_to_plain_and_back(tmp_path: Path) -> None:
    """And both compute the same numbers, to the last bit."""
    shutil.copytree(ROOT / "autograd", tmp_path / "autograd", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    (tmp_path / "here.pickle").write_bytes(pickle.dumps(a_graph()))
    code = SEEN + (
        "assert not autograd.compiled; v = pickle.load(open(sys.argv[1] + '/here.pickle', 'rb'));"
        "assert seen(v) == seen(pickle.loads(pickle.dumps(v)));"
        "pickle.dump((v, a_graph(), seen(v), seen(a_graph())), open(sys.argv[1] + '/there.pickle', 'wb'))")
    subprocess.run([sys.executable, "-c", code, str(tmp_path), str(ROOT)], check=True)
    back, theirs, of_back, of_theirs = pickle.loads((tmp_path / "there.pickle").read_bytes())
    again = pickle.loads(pickle.dumps(a_graph()))
    assert seen(back) == seen(again) == of_back
    assert seen(theirs) == of_back
    assert of_theirs == seen(a_graph())


@compiled
def test_the_garbage_collector_has_nothing_to_do_with_nodes() -> None:
    gc.collect()
    before = gc.get_stats()[0]["collections"]
    xs = [Value(1.0) * 2.0 for _ in range(20_000)]
    assert gc.get_stats()[0]["collections"] - before < 3
    assert not gc.is_tracked(xs[0])
    assert sys.getsizeof(xs[0]) <= 150


class Kept(Value):
    def __init__(self, data: float) -> None:
        super().__init__(data)
        self.friend: Any = None


def deep(kind: str, n: int) -> Value:
    x = y = Value(1.0)
    w = [Value(0.5) for _ in range(3)]
    for k in range(n):
        if kind == "unary":
            y = -y
        elif kind == "binary":
            y = y + y
        elif kind == "sum":
            y = autograd.sum([y, x, y])
        elif kind == "dot":
            y = autograd.dot(w, [y, x, y])
        else:
            y = (-y, y * x, autograd.sum([y, x, 1.0]), autograd.dot(w, [y, x, y]), autograd.relu(y))[k * 7919 % 5]
    return y


@pytest.mark.parametrize("kind", ["unary", "binary", "sum", "dot", "mixed"])
def test_deep_graphs_are_dropped_without_recursion(kind: str) -> None:
    """By dropping the output, and by an operand that is held on to, and is dropped last."""
    y = deep(kind, 200_000)
    watch = weakref.ref(y)
    held = y.parents[0]
    y.backward()
    del y
    assert watch() is None
    watch = weakref.ref(held)
    del held
    assert watch() is None


def test_what_is_dropped_is_dropped_at_once() -> None:
    dropped: list[str] = []
    x = Value(1.0)
    y = x * 2.0
    weakref.finalize(x, dropped.append, "x")
    weakref.finalize(y, dropped.append, "y")
    del x
    z = -y
    del y
    assert dropped == []
    del z
    assert dropped == ["y", "x"]


def test_a_subclass_in_a_circle_with_itself_is_collected() -> None:
    x = Kept(1.0)
    x.friend = x
    watch = weakref.ref(x)
    del x
    gc.collect()
    assert watch() is None


def test_kinds_of_nodes_survive_copies() -> None:
    x = Value(2.0)
    for v, kind in ((autograd.sum([x, x, 1.0]), Nary), (autograd.dot([x, x], [1.0, x]), Nary), (autograd.dot([x, x], [1.0, 2.0]), Weighted)):
        assert type(v) is kind
        for again in (copy.copy(v), copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
            assert (again.data, again.partials, again.op) == (v.data, v.partials, v.op)
            again.backward()


BAD: list[Any] = ["x", None, 10 ** 400, [1.0], 1j, Value(2.0)]


@pytest.mark.parametrize("action", [
    lambda x: Value(x), lambda x: setattr(Value(1.0), "data", x), lambda x: Value(1.0).backward(x), lambda x: Value(1.0) ** x if isinstance(x, (str, list)) else Value(x)])
@pytest.mark.parametrize("x", BAD, ids=repr)
def test_what_is_no_number_is_refused_in_our_words(action: Any, x: Any) -> None:
    with pytest.raises(AutogradError):
        action(x)


@pytest.mark.parametrize("x", ["x", None, 1.0, [Value(1.0)]], ids=repr)
def test_what_is_no_output_is_refused_in_our_words(x: Any) -> None:
    for action in (autograd.zero_grad, autograd.find_nonfinite):
        with pytest.raises(OperandError, match="takes a Value"):
            action(x)


def test_weights_that_are_no_list_and_too_many_or_too_few() -> None:
    neuron = MLP(2, [1], rng=0).layers[0].neurons[0]
    expected = neuron([1.0, Value(2.0)])
    neuron.w = tuple(neuron.w)
    assert neuron([1.0, Value(2.0)]).data == expected.data
    layer = Layer(2, 2, rng=0)
    for weights in (layer.neurons[0].w[:1], [*layer.neurons[0].w, Value(1.0)]):
        layer.neurons[0].w = weights
        with pytest.raises(InputError, match="dot needs two sequences of the same length"):
            layer([1.0, 2.0])


def test_a_generator_that_its_module_holds_is_collected() -> None:
    model: Any = MLP(2, [2, 1])
    model._held = model.named_parameters()
    next(model._held)
    watch = weakref.ref(model)
    del model
    gc.collect()
    assert watch() is None
