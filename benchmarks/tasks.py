"""What `python -m benchmarks program` measures: functions in terms of any library's exp, log, ..., and numbers for them.

Nothing here imports a library that is measured; NumPy makes the numbers.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from workloads import CONSTANTS, LEAVES, calls, random_graph, weights

D, K = 10, 25                                                        # dimensions and components of the mixture
PER = 1 + D + D + D * (D - 1) // 2                                   # its numbers a component: log-weight, mean, diagonal, below


def mlp(m: Any, x: Any, y: Any, t: Any, w: Any) -> Any:
    """The squared error of MLP(2, [16, 16, 1]) with tanh; w holds layer after layer, the biases last."""
    h, k = [x, y], 0
    for size in (16, 16, 1):
        n = len(h)
        z = [sum([w[k + j * n + i] * h[i] for i in range(n)], w[k + size * n + j]) for j in range(size)]
        h, k = z if size == 1 else [m.tanh(z_j) for z_j in z], k + size * n + size
    return (h[0] - t) * (h[0] - t)


def black_scholes(m: Any, s: Any, k: Any, t: Any, r: Any, v: Any) -> Any:
    """The price of a call (Black and Scholes 1973)."""
    def normal(x: Any) -> Any:
        return 0.5 * (1.0 + m.erf(x * math.sqrt(0.5)))
    vol = v * m.sqrt(t)
    d1 = (m.log(s / k) + (r + 0.5 * v * v) * t) / vol
    return s * normal(d1) - k * m.exp(-r * t) * normal(d1 - vol)


def bundle(m: Any, *z: Any) -> list[Any]:
    """Two residuals of bundle adjustment (ADBench): a camera of 11 numbers, a point of 3, a weight, and the feature seen."""
    a, b, c, c1, c2, c3, f, u0, v0, k1, k2, x1, x2, x3, w, fu, fv = z
    x, y, z3 = x1 - c1, x2 - c2, x3 - c3
    angle = m.sqrt(a * a + b * b + c * c)
    cosine, sine = m.cos(angle), m.sin(angle)
    a, b, c = a / angle, b / angle, c / angle
    along = (a * x + b * y + c * z3) * (1.0 - cosine)
    x, y, z3 = (x * cosine + (b * z3 - c * y) * sine + a * along, y * cosine + (c * x - a * z3) * sine + b * along,
                z3 * cosine + (a * y - b * x) * sine + c * along)
    g, h = x / z3, y / z3
    r = g * g + h * h
    scale = f * (1.0 + k1 * r + k2 * r * r)
    return [w * (scale * g + u0 - fu), w * (scale * h + v0 - fv)]


def mixture(m: Any, x: Any, p: Any) -> Any:
    """The log-density of a point under a Gaussian mixture (ADBench), less its constant; p[k] are the numbers of component k."""
    terms = []
    for q in p:
        below, square = iter(q[1 + 2 * D:]), 0.0
        c = [x[i] - q[1 + i] for i in range(D)]
        for i in range(D):
            t = m.exp(q[1 + D + i]) * c[i]
            for j in range(i):
                t = t + next(below) * c[j]
            square = square + t * t
        terms.append(q[0] + sum([q[1 + D + i] for i in range(D)]) - 0.5 * square)
    return m.logsumexp(terms)


@functools.cache
def _random_graph(size: int) -> Any:
    return random_graph(size)


def graph(m: Any, size: int, leaves: Any) -> Any:
    """The random graph of `workloads.py`."""
    _, constants, steps = _random_graph(size)
    nodes = [*[leaves[k] for k in range(LEAVES)], *constants]
    for function, i, j in calls(m.tanh, m.exp, steps):
        nodes.append(function(nodes[i]) if j < 0 else function(nodes[i], nodes[j]))
    return nodes[-1]


def numbers(task: str, size: int) -> list[Any]:
    """The arguments: arrays are in lanes, lists are shared."""
    rng = np.random.default_rng(0)
    if task == "mlp":
        return [*rng.normal(size=(3, size)), weights()]
    if task == "black_scholes":
        return [rng.uniform(low, high, size) for low, high in ((50, 150), (50, 150), (0.1, 2), (0, 0.1), (0.1, 0.5))]
    if task == "digits":
        return [rng.uniform(size=(size, 784)), rng.integers(0, 10, size).astype(float),
                (rng.normal(size=50 * 785 + 10 * 51) * 0.05).tolist()]
    if task == "bundle":
        z = rng.normal(size=(17, size)) * 0.3
        z[6], z[13], z[14] = 500.0, z[13] + 5.0, 1.0 + 0.1 * z[14]
        return list(z)
    if task == "mixture":
        return [rng.normal(size=(size, D)), (rng.normal(size=(K, PER)) * 0.3).tolist()]
    leaves = np.array(_random_graph(size)[0])
    return [leaves + 0.01 * rng.normal(size=(1000, LEAVES))]


def c_of_graph(size: int) -> str:
    """The random graph and its reverse sweep as a function in C, a vector of lanes at a time, as one would write it by hand."""
    _, constants, steps = _random_graph(size)
    first = LEAVES + CONSTANTS

    def name(k: int) -> str:
        return f"v[{k}]" if k < LEAVES else repr(constants[k - LEAVES]) if k < first else f"v[{k - CONSTANTS}]"

    def adjoint(k: int) -> str:
        return f"g[{k if k < LEAVES else k - CONSTANTS}]"
    signs = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
    forward, back = [], []
    for n, (kind, i, j) in enumerate(steps):
        y, gy = name(first + n), adjoint(first + n)
        forward.append(f"{y} = V({kind})({name(i)});" if j < 0 else f"{y} = {name(i)} {signs[kind]} {name(j)};")
        shares = {"tanh": [(i, f"{gy} * (1.0 - {y} * {y})")], "exp": [(i, f"{gy} * {y}")], "add": [(i, gy), (j, gy)],
                  "sub": [(i, gy), (j, f"-{gy}")], "mul": [(i, f"{gy} * {name(j)}"), (j, f"{gy} * {name(i)}")],
                  "div": [(i, f"{gy} / {name(j)}"), (j, f"-{gy} * {y} / {name(j)}")]}[kind]
        back.append(" ".join([f"{adjoint(k)} += {share};" for k, share in shares if not LEAVES <= k < first]))
    cut, nodes = 200, LEAVES + size
    parts = [f"static void f{n}(void) {{\n{chr(10).join(forward[n:n + cut])}\n}}" for n in range(0, size, cut)]
    parts += [f"static void b{n}(void) {{\n{chr(10).join(reversed(back[n:n + cut]))}\n}}" for n in range(0, size, cut)]
    in_order = [f"f{n}();" for n in range(0, size, cut)] + [f"b{n}();" for n in reversed(range(0, size, cut))]
    return "\n".join([
        "#include <string.h>", "#ifdef __AVX512F__", "#define L 8", "#define V(name) _ZGVeN8v_##name", "#else", "#define L 4",
        "#define V(name) _ZGVdN4v_##name", "#endif", "typedef double lanes __attribute__((vector_size(8 * L)));",
        "lanes V(tanh)(lanes), V(exp)(lanes);", f"static lanes v[{nodes}], g[{nodes}];", *parts,
        "void graph(const double *in, double *out, long n) {", "for (long k = 0; k < n; k += L) {",
        f"for (int i = 0; i < {LEAVES}; i++) memcpy(v + i, in + i * n + k, sizeof(lanes));", "memset(g, 0, sizeof g);",
        f"g[{nodes - 1}] += 1.0;", *in_order, f"memcpy(out + k, v + {nodes - 1}, sizeof(lanes));",
        f"for (int i = 0; i < {LEAVES}; i++) memcpy(out + (i + 1) * n + k, g + i, sizeof(lanes));", "} }\n"])
