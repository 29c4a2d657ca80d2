"""Runs one workload in one library, and prints what came out as JSON. `python -m benchmarks` calls it, in the environment of
that library:

    <environment>/bin/python benchmarks/worker.py LIBRARY WORKLOAD SIZE ROUNDS on|off

on|off is the garbage collector. This file is run as a script, so that neither the library's repository nor ours is on the path.
"""

from __future__ import annotations

import gc
import importlib
import importlib.metadata
import itertools
import json
import statistics
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from workloads import build, calls, moons, random_graph, weights

Run = Callable[[], tuple[list[float], dict[str, float], Any]]        # gradients, seconds of the parts, what is alive at the end


def in_two_parts(build: Callable[[], Any], output: Callable[[Any], Any], gradients: Callable[[Any], list[float]]) -> Run:
    """A run that builds a graph and sweeps it from its output, with a time for each."""
    def run() -> tuple[list[float], dict[str, float], Any]:
        start = time.perf_counter()
        built = build()
        middle = time.perf_counter()
        output(built).backward()
        end = time.perf_counter()
        return gradients(built), {"build": middle - start, "sweep": end - middle}, built
    return run


# The random graph -------------------------------------------------------------------------------------------------------------

def graph_of_values(leaf: Any, tanh: Any, exp: Any, size: int) -> Run:
    """For libraries of scalar objects with operators and `backward()`."""
    leaves, constants, steps = random_graph(size)
    plan = calls(tanh, exp, steps)

    def built() -> list[Any]:
        nodes = [*map(leaf, leaves), *constants]
        build(nodes, plan)
        return nodes
    return in_two_parts(built, lambda nodes: nodes[-1], lambda nodes: [float(v.grad) for v in nodes[:len(leaves)]])


def autograd_graph(size: int) -> Run:
    """Ours."""
    from autograd import Value
    return graph_of_values(Value, Value.tanh, Value.exp, size)


def micrograd_graph(size: int) -> Run:
    """micrograd, which has no tanh and exp: with those of its author's lectures."""
    import math

    from micrograd.engine import Value

    def tanh(x: Any) -> Any:
        t = math.tanh(x.data)
        out = Value(t, (x,), "tanh")

        def _backward() -> None:
            x.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def exp(x: Any) -> Any:
        out = Value(math.exp(x.data), (x,), "exp")

        def _backward() -> None:
            x.grad += out.data * out.grad
        out._backward = _backward
        return out
    return graph_of_values(Value, tanh, exp, size)


def torch_graph(size: int) -> Run:
    """PyTorch, with scalar tensors."""
    import torch
    torch.set_num_threads(1)
    return graph_of_values(lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True), torch.tanh, torch.exp, size)


def limit_graph(size: int) -> Run:
    """A node like ours in C, by hand: limit.c."""
    from limit import Node
    return graph_of_values(Node, Node.tanh, Node.exp, size)


def xad_graph(size: int) -> Run:
    """XAD: C++ behind Python."""
    import xad.adj_1st as adj
    import xad.math as m
    leaves, constants, steps = random_graph(size)
    plan = calls(m.tanh, m.exp, steps)

    def run() -> Any:
        start = time.perf_counter()
        with adj.Tape() as tape:
            inputs = [adj.Real(x) for x in leaves]
            for x in inputs:
                tape.registerInput(x)
            tape.newRecording()
            last = build([*inputs, *constants], plan)
            tape.registerOutput(last)
            middle = time.perf_counter()
            last.derivative = 1.0
            tape.computeAdjoints()
            end = time.perf_counter()
            return [x.derivative for x in inputs], {"build": middle - start, "sweep": end - middle}, None
    return run


def of_function(grad: Any, tanh: Any, exp: Any, size: int, array: Any = list) -> Run:
    """For libraries that differentiate a function, which is built and swept in one go."""
    leaves, constants, steps = random_graph(size)
    plan = calls(tanh, exp, steps)
    slope = grad(lambda xs: build([*xs, *constants], plan))

    def run() -> Any:
        xs = array(leaves)
        start = time.perf_counter()
        gradients = slope(xs)
        seconds = time.perf_counter() - start
        return [float(g) for g in gradients], {"build and sweep": seconds}, None
    return run


def hips_graph(size: int) -> Run:
    """HIPS autograd, PyPI's `autograd`."""
    hips, np = [importlib.import_module(name) for name in ("autograd", "autograd.numpy")]  # another autograd than ours
    return of_function(hips.grad, np.tanh, np.exp, size)


def jax_graph(size: int) -> Run:
    """JAX without jit."""
    import jax
    import jax.numpy as jnp
    jax.config.update("jax_enable_x64", True)
    return of_function(jax.grad, jnp.tanh, jnp.exp, size, lambda xs: [jnp.float64(x) for x in xs])


def casadi_graph(size: int) -> Run:
    """CasADi SX: the expression, its gradient, and the values of both."""
    import casadi
    leaves, constants, steps = random_graph(size)
    plan = calls(casadi.tanh, casadi.exp, steps)

    def run() -> Any:
        start = time.perf_counter()
        x = casadi.SX.sym("x", len(leaves))
        last = build([*[x[k] for k in range(len(leaves))], *constants], plan)
        middle = time.perf_counter()
        function = casadi.Function("f", [x], [last, casadi.gradient(last, x)])
        gradients = function(leaves)[1]
        end = time.perf_counter()
        return [float(g) for g in gradients.full().ravel()], {"build": middle - start, "sweep": end - middle}, None
    return run


# A step of micrograd's demo ---------------------------------------------------------------------------------------------------

def demo(value: Any, model: Any) -> Run:
    """micrograd's own network, and its loop over the losses, with the Values of `value`."""
    points, labels = moons()
    for p, x in zip(model.parameters(), weights()):
        p.data = x

    def loss() -> Any:
        model.zero_grad()
        scores = list(map(model, [list(map(value, row)) for row in points]))
        margins = [(1 + -label * score).relu() for label, score in zip(labels, scores)]
        return sum(margins) * (1.0 / len(margins)) + 1e-4 * sum([p * p for p in model.parameters()])
    return in_two_parts(loss, lambda total: total, lambda total: [float(p.grad) for p in model.parameters()])


def micrograd_demo(_: int) -> Run:
    """micrograd."""
    from micrograd.engine import Value
    from micrograd.nn import MLP
    return demo(Value, MLP(2, [16, 16, 1]))


def autograd_demo(_: int) -> Run:
    """micrograd's nn.py as it is, on our Value: only the import is changed."""
    import random

    from autograd.engine import Value

    class Module:
        def zero_grad(self) -> None:
            for p in self.parameters():
                p.grad = 0

        def parameters(self) -> list[Any]:
            return []

    class Neuron(Module):
        def __init__(self, nin: int, nonlin: bool = True) -> None:
            self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
            self.b = Value(0)
            self.nonlin = nonlin

        def __call__(self, x: Any) -> Any:
            act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
            return act.relu() if self.nonlin else act

        def parameters(self) -> list[Any]:
            return self.w + [self.b]

    class Layer(Module):
        def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
            self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

        def __call__(self, x: Any) -> Any:
            out = [n(x) for n in self.neurons]
            return out[0] if len(out) == 1 else out

        def parameters(self) -> list[Any]:
            return [p for n in self.neurons for p in n.parameters()]

    class MLP(Module):
        def __init__(self, nin: int, nouts: list[int]) -> None:
            sz = [nin] + nouts
            self.layers = [Layer(sz[i], sz[i + 1], nonlin=i != len(nouts) - 1) for i in range(len(nouts))]

        def __call__(self, x: Any) -> Any:
            for layer in self.layers:
                x = layer(x)
            return x

        def parameters(self) -> list[Any]:
            return [p for layer in self.layers for p in layer.parameters()]
    return demo(Value, MLP(2, [16, 16, 1]))


def autograd_step(_: int) -> Run:
    """The same step with our MLP and our losses."""
    from autograd import losses
    from autograd.nn import MLP
    points, labels = moons()
    model = MLP(2, [16, 16, 1])
    for p, x in zip(model.parameters(), weights()):
        p.data = x

    def loss() -> Any:
        model.zero_grad()
        return losses.hinge(model(points), labels) + losses.l2_penalty(model.parameters(), 2e-4)
    return in_two_parts(loss, lambda total: total, lambda total: [float(p.grad) for p in model.parameters()])


# Second derivatives -----------------------------------------------------------------------------------------------------------

def autograd_hessian(size: int) -> Run:
    """The Hessian of a function of `size` inputs and, for comparison, the mean time of one gradient."""
    import autograd as ag

    def f(xs: list[Any]) -> Any:
        y = 0.0
        for a, b in itertools.pairwise(xs):
            y = y + 100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 + ag.sin(a * b)
        return y
    at = [0.1 * k for k in range(1, size + 1)]

    def run() -> Any:
        start = time.perf_counter()
        rows = ag.hessian(f)(at)
        middle = time.perf_counter()
        for _ in range(size):
            ag.grad(f)(at)
        end = time.perf_counter()
        return [float(x) for row in rows for x in row], {"hessian": middle - start, "gradient": (end - middle) / size}, None
    return run


WORKLOADS: dict[str, dict[str, Callable[[int], Run]]] = {
    "graph": {"plain": autograd_graph, "compiled": autograd_graph, "limit": limit_graph, "micrograd": micrograd_graph,
              "xad": xad_graph, "torch": torch_graph, "hips": hips_graph, "jax": jax_graph, "casadi": casadi_graph},
    "demo": {"plain": autograd_demo, "compiled": autograd_demo, "micrograd": micrograd_demo},
    "step": {"plain": autograd_step, "compiled": autograd_step, "micrograd": micrograd_demo},
    "hessian": {"plain": autograd_hessian, "compiled": autograd_hessian},
}
PACKAGES = {"plain": "scalar-autograd", "compiled": "scalar-autograd", "hips": "autograd"}


def main(library: str, workload: str, size: int, rounds: int, collector: str) -> None:
    """Print the result of a first run, which is not timed, and the medians of the others."""
    if library in ("plain", "compiled"):
        import autograd
        if autograd.compiled is not (library == "compiled"):
            raise RuntimeError(f"this environment is not {library}: python -m benchmarks install {library}")
    run = WORKLOADS[workload][library](size)
    gradients, parts, alive = run()
    del alive
    times: dict[str, list[float]] = {part: [] for part in parts}
    for _ in range(rounds):
        gc.collect()
        (gc.enable if collector == "on" else gc.disable)()
        _, parts, alive = run()
        del alive                                                    # outside the time
        for part, seconds in parts.items():
            times[part].append(seconds)
    gc.enable()
    found: dict[str, Any] = {"gradients": gradients, "seconds": {part: statistics.median(found) for part, found in times.items()}}
    if workload == "graph" and library in ("plain", "compiled", "micrograd", "limit"):
        tracemalloc.start()
        _, _, alive = run()
        found["bytes"] = tracemalloc.get_traced_memory()[0] / size - 8.0  # the list that holds the nodes takes 8 for each
        tracemalloc.stop()
        del alive
    found["version"] = "" if library == "limit" else importlib.metadata.version(PACKAGES.get(library, library))
    print(json.dumps(found))


if __name__ == "__main__":
    sys.setrecursionlimit(10 ** 6)                                   # micrograd's topological sort is recursive, HIPS's sweep too
    threading.stack_size(1024 * 1024 * 1024)
    named, numbers, switch = sys.argv[1:3], map(int, sys.argv[3:5]), sys.argv[5]
    thread = threading.Thread(target=main, args=(*named, *numbers, switch))
    thread.start()
    thread.join()
