"""Runs one task of tasks.py in one library, and prints what came out as JSON. `python -m benchmarks program` calls it, in the
environment of that library:

    <environment>/bin/python benchmarks/program_worker.py LIBRARY TASK SIZE

This file is run as a script, so that neither the library's repository nor ours is on the path.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import tasks
from tasks import PER, K

Run = Callable[[], tuple[Any, Any]]                                  # the value in each lane, and all derivatives


def ours(task: str, size: int, backend: str) -> Run:
    """Programs of this library."""
    import autograd as ag
    from autograd import losses, nn
    from autograd.program import compile as compiled
    args = tasks.numbers(task, size)
    if task == "digits":
        model = nn.MLP(784, [50, 10])
        parameters = [p for layer in model.layers for neuron in layer.neurons for p in (*neuron.w, neuron.b)]
        for p, x in zip(parameters, args[2]):
            p.data = x
        digits = compiled(lambda x, t: losses.cross_entropy(model(x), t), wrt=parameters, backend=backend)
        return lambda: digits.value_and_gradients(*args[:2])
    if task == "mlp":
        program = compiled(lambda x, y, t, w: tasks.mlp(ag, x, y, t, w), wrt=3, shared=3, backend=backend)
        args[3] = np.array(args[3])
    elif task == "mixture":
        program = compiled(lambda x, p: tasks.mixture(ag, x, p), wrt=1, shared=1, backend=backend)
        args[1] = np.array(args[1])
    elif task == "bundle":
        both = compiled(lambda *z: tasks.bundle(ag, *z), wrt=tuple(range(15)), backend=backend)
        return lambda: (lambda found: (found[:, :, 14], found))(both.jacobian(*args))
    elif task == "graph":
        program = compiled(lambda leaves: tasks.graph(ag, size, leaves), backend=backend)
    else:
        program = compiled(lambda *z: tasks.black_scholes(ag, *z), backend=backend)
    return lambda: program.value_and_grad(*args)


def by_hand(task: str, size: int) -> Run:
    """hand.c."""
    folder = Path(tempfile.mkdtemp())
    source = Path(__file__).with_name("hand.c")
    if task == "graph":
        source = folder / "graph.c"
        source.write_text(tasks.c_of_graph(size))
    flags = ["-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-mprefer-vector-width=512", "-shared", "-fPIC"]
    subprocess.run([os.environ.get("CC", "cc"), *flags, str(source), "-o", str(folder / "hand.so"), "-lmvec", "-lm"], check=True)
    library = ctypes.CDLL(str(folder / "hand.so"))
    args = tasks.numbers(task, size)
    out: Any

    def at(x: Any) -> Any:
        return ctypes.c_void_p(x.ctypes.data)
    if task == "black_scholes":
        out = np.empty((6, size))
        return lambda: (library.black_scholes(*map(at, args), at(out), ctypes.c_long(size)), (out[0], out[1:]))[1]
    if task == "graph":
        table, out = np.ascontiguousarray(args[0].T), np.empty((tasks.LEAVES + 1, 1000))
        return lambda: (library.graph(at(table), at(out), ctypes.c_long(1000)), (out[0], out[1:].T))[1]
    if task == "bundle":
        table, out = np.array(args), np.empty((30, size))
        both = out[14::15].T, out.reshape(2, 15, size).transpose(2, 0, 1)
        return lambda: (library.bundle(at(table), at(out), ctypes.c_long(size)), both)[1]
    if task == "mlp":
        table, w, out = np.array(args[:3]), np.array(args[3]), np.empty(338)
        return lambda: (library.mlp(at(table), at(w), at(out), ctypes.c_long(size)), (out[:1], out[1:]))[1]
    table, p, out = np.ascontiguousarray(args[0].T), np.array(args[1]), np.empty(1 + K * PER)
    return lambda: (library.gmm(at(table), at(p), at(out), ctypes.c_long(size)), (out[:1], out[1:]))[1]


def jax(task: str, size: int) -> Run:
    """JAX, jitted, in float64. The network and the mixture are written with its arrays, as one would."""
    import jax
    import jax.numpy as jnp
    jax.config.update("jax_enable_x64", True)
    m = SimpleNamespace(exp=jnp.exp, log=jnp.log, sqrt=jnp.sqrt, erf=jax.scipy.special.erf, sin=jnp.sin, cos=jnp.cos,
                        tanh=jnp.tanh)
    args = [jnp.array(x) for x in tasks.numbers(task, size)]
    if task == "mlp":
        def loss(w: Any) -> Any:
            h = jnp.stack(args[:2], axis=1)
            k = 0
            for n in (16, 16, 1):
                i = h.shape[1]
                z = h @ w[k:k + n * i].reshape(n, i).T + w[k + n * i:k + n * i + n]
                h, k = z if n == 1 else jnp.tanh(z), k + n * i + n
            return jnp.sum((h[:, 0] - args[2]) ** 2)
        f = jax.jit(jax.value_and_grad(loss))
        return lambda: jax.block_until_ready(f(args[3]))
    if task == "mixture":
        rows, columns = np.tril_indices(tasks.D, -1)

        def density(p: Any) -> Any:
            low = jnp.zeros((K, tasks.D, tasks.D)).at[:, rows, columns].set(p[:, 1 + 2 * tasks.D:])
            q = low + jnp.exp(p[:, 1 + tasks.D:1 + 2 * tasks.D])[:, :, None] * jnp.eye(tasks.D)
            c = args[0][:, None, :] - p[None, :, 1:1 + tasks.D]
            t = jnp.einsum("kij,nkj->nki", q, c)
            e = p[:, 0] + p[:, 1 + tasks.D:1 + 2 * tasks.D].sum(1) - 0.5 * (t * t).sum(-1)
            return jax.nn.logsumexp(e, axis=1).sum()
        g = jax.jit(jax.value_and_grad(density))
        return lambda: jax.block_until_ready(g(args[1]))
    if task == "bundle":
        j = jax.jit(jax.vmap(jax.jacfwd(lambda z, e: jnp.stack(tasks.bundle(m, *z, *e)))))
        inputs, features = jnp.stack(args[:15], axis=1), jnp.stack(args[15:], axis=1)
        return lambda: (lambda found: (found[:, :, 14], found))(jax.block_until_ready(j(inputs, features)))
    if task == "graph":
        h = jax.jit(jax.vmap(jax.value_and_grad(lambda leaves: tasks.graph(m, size, leaves))))
        return lambda: jax.block_until_ready(h(args[0]))
    b = jax.jit(jax.vmap(jax.value_and_grad(lambda z: tasks.black_scholes(m, *z))))
    rows_of = jnp.stack(args, axis=1)
    return lambda: (lambda found: (found[0], found[1].T))(jax.block_until_ready(b(rows_of)))


def casadi(task: str, size: int) -> Run:
    """CasADi: the SX function with its derivatives as generated C, compiled with -O3 -march=native, called for each lane."""
    import casadi as ca
    args = tasks.numbers(task, size)
    lanes = [x for x in args if isinstance(x, np.ndarray)]
    table = np.column_stack(lanes)
    x = ca.SX.sym("x", table.shape[1])
    p = ca.SX.sym("p", np.size(args[-1]) if isinstance(args[-1], list) else 0)
    m = SimpleNamespace(exp=ca.exp, log=ca.log, sqrt=ca.sqrt, erf=ca.erf, sin=ca.sin, cos=ca.cos, tanh=ca.tanh,
                        logsumexp=lambda terms: ca.logsumexp(ca.vertcat(*terms)))
    xs = [x[k] for k in range(table.shape[1])]
    if task == "mlp":
        y = tasks.mlp(m, *xs, [p[k] for k in range(337)])
        outputs = [y, ca.gradient(y, p)]
    elif task == "mixture":
        y = tasks.mixture(m, xs, [[p[k * PER + j] for j in range(PER)] for k in range(K)])
        outputs = [y, ca.gradient(y, p)]
    elif task == "bundle":
        y = ca.vertcat(*tasks.bundle(m, *xs))
        outputs = [y, ca.jacobian(y, x)[:, :15].T]
    else:
        y = tasks.graph(m, size, xs) if task == "graph" else tasks.black_scholes(m, *xs)
        outputs = [y, ca.gradient(y, x)]
    folder = Path(tempfile.mkdtemp())
    f = ca.Function("f", [x, p], [ca.densify(z) for z in outputs])
    here = os.getcwd()
    os.chdir(folder)
    f.generate("f.c")
    level = "-O1" if task == "graph" else "-O3"
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, level, "-march=native", "-shared", "-fPIC", "f.c", "-o", "f.so", "-lm"], check=True)
    os.chdir(here)
    code = ctypes.CDLL(str(folder / "f.so"))
    code.f_work.restype = ctypes.c_int
    sizes = [ctypes.c_longlong() for _ in range(4)]
    code.f_work(*map(ctypes.byref, sizes))
    pointer = ctypes.POINTER(ctypes.c_double)
    value, slope = np.empty(outputs[0].numel()), np.empty(outputs[1].numel())
    shared = np.array(args[-1], dtype=float).ravel() if isinstance(args[-1], list) else np.zeros(0)
    values, slopes = np.empty((len(table), value.size)), np.empty((len(table), slope.size))
    loop = folder / "loop.c"
    total = task in ("mlp", "mixture")
    loop.write_text(f"""
int f(const double **, double **, long long *, double *, int);
void run(const double *x, const double *p, double *y, double *g, long n, long nx, long ny, long ng, long long *iw, double *w,
         double *t) {{
  for (long i = 0; i < n; i++) {{
    const double *arg[{max(sizes[0].value, 2) + 8}] = {{x + i * nx, p}};
    double *res[{max(sizes[1].value, 2) + 8}] = {{y + i * ny, {'t' if total else 'g + i * ng'}}};
    f(arg, res, iw, w, 0);
    {'for (long k = 0; k < ng; k++) g[k] += t[k];' if total else ''}
  }}
}}""")
    subprocess.run([os.environ.get("CC", "cc"), "-O3", "-march=native", "-shared", "-fPIC", str(loop), str(folder / "f.so"),
                    f"-Wl,-rpath,{folder}", "-o", str(folder / "loop.so")], check=True)
    run = ctypes.CDLL(str(folder / "loop.so")).run
    integers, work, part = np.zeros(sizes[2].value + 1, dtype=np.int64), np.zeros(sizes[3].value + 1), np.zeros(slope.size)
    summed = np.zeros(slope.size)
    target = summed if total else slopes

    def at(z: Any) -> Any:
        return z.ctypes.data_as(ctypes.c_void_p)
    numbers = [ctypes.c_long(n) for n in (len(table), table.shape[1], value.size, slope.size)]
    table = np.ascontiguousarray(table)

    def once() -> tuple[Any, Any]:
        summed[:] = 0.0
        run(at(table), at(shared), at(values), at(target), *numbers, at(integers), at(work), at(part))
        if total:
            return values, summed
        if task == "bundle":
            return values, slopes.reshape(-1, 2, 15)
        return values[:, 0], slopes.T if task == "black_scholes" else slopes
    del pointer
    return once


def heyoka(task: str, size: int) -> Run:
    """heyoka.py: a compiled function of the value and its derivatives, over batches of lanes."""
    import heyoka as hy
    args = tasks.numbers(task, size)
    if task in ("graph", "mixture"):
        lanes = np.ascontiguousarray(args[0].T)
    else:
        lanes = np.array([x for x in args if isinstance(x, np.ndarray) and x.ndim == 1])
    xs = [hy.make_vars(f"x{k}") for k in range(len(lanes))]
    shared = list(np.array(args[-1]).ravel()) if isinstance(args[-1], list) else []
    ps = [hy.make_vars(f"p{k}") for k in range(len(shared))]
    m = SimpleNamespace(exp=hy.exp, log=hy.log, sqrt=hy.sqrt, erf=hy.erf, sin=hy.sin, cos=hy.cos, tanh=hy.tanh,
                        logsumexp=lambda terms: hy.log(hy.sum([hy.exp(t) for t in terms])))
    if task == "mlp":
        outputs, by = [tasks.mlp(m, *xs, ps)], ps
    elif task == "mixture":
        outputs, by = [tasks.mixture(m, xs, [ps[k * PER:(k + 1) * PER] for k in range(K)])], ps
    elif task == "bundle":
        outputs, by = tasks.bundle(m, *xs), xs[:15]
    else:
        outputs, by = [tasks.graph(m, size, xs) if task == "graph" else tasks.black_scholes(m, *xs)], xs
    tensors = hy.diff_tensors(outputs, diff_args=by, diff_order=1)
    slopes = [tensors[[c, *[int(k == j) for k in range(len(by))]]] for c in range(len(outputs)) for j in range(len(by))]
    f = hy.cfunc([*outputs, *slopes], [*xs, *ps])
    inputs = np.vstack([lanes, np.repeat(np.array(shared)[:, None], lanes.shape[1], axis=1)]) if shared else lanes

    def once() -> tuple[Any, Any]:
        found = f(inputs)
        value, rest = found[:len(outputs)], found[len(outputs):]
        if shared:
            return value, rest.sum(1)
        if task == "bundle":
            return value.T, rest.reshape(2, 15, -1).transpose(2, 0, 1)
        return value[0], rest if task == "black_scholes" else rest.T
    return once


def torch(task: str, size: int) -> Run:
    """PyTorch's tensors on one core, in float64."""
    import torch
    torch.set_num_threads(1)
    xs, classes, weights = tasks.numbers(task, size)
    inputs, targets = torch.tensor(xs.tolist(), dtype=torch.float64), torch.tensor(classes.astype(int).tolist())
    first = torch.tensor(weights[:50 * 785], dtype=torch.float64).reshape(50, 785).requires_grad_()
    second = torch.tensor(weights[50 * 785:], dtype=torch.float64).reshape(10, 51).requires_grad_()

    def once() -> tuple[Any, Any]:
        first.grad = second.grad = None
        hidden = torch.relu(torch.nn.functional.linear(inputs, first[:, :784], first[:, 784]))
        scores = torch.nn.functional.linear(hidden, second[:, :50], second[:, 50])
        loss = torch.nn.functional.cross_entropy(scores, targets, reduction="sum")
        loss.backward()
        return loss.item(), [x for part in (first, second) for x in part.grad.ravel().tolist()] if CHECKING else []
    return once


CHECKING = [True]                                                    # whether results are looked at, rather than timed

LIBRARIES: dict[str, Callable[[str, int], Run]] = {
    "hand": by_hand, "llvm": lambda task, size: ours(task, size, "llvm"), "numpy": lambda task, size: ours(task, size, "numpy"),
    "jax": jax, "casadi": casadi, "heyoka": heyoka, "torch": torch}


def main() -> None:
    """Measure, and print."""
    library, task, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    tasks.numbers(task, size)                                        # made beforehand, and kept
    start = time.perf_counter()
    run = LIBRARIES[library](task, size)
    value, slopes = run()
    first = time.perf_counter() - start
    check = [float(np.sum(np.asarray(value)))] if task != "bundle" else [0.0]
    flat = np.asarray(slopes, dtype=float).ravel()
    check += [float(flat.sum()), float(np.abs(flat).sum()), float(flat @ np.cos(np.arange(flat.size)))]
    CHECKING.clear()
    start = time.perf_counter()
    run()
    count = max(1, math.ceil(0.05 / (time.perf_counter() - start)))
    times = []
    for _ in range(5 if count > 1 or time.perf_counter() - start < 2.0 else 1):
        start = time.perf_counter()
        for _ in range(count):
            run()
        times.append((time.perf_counter() - start) / count)
    print(json.dumps({"seconds": statistics.median(times), "first": first, "check": check}))


if __name__ == "__main__":
    main()
