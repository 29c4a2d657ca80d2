"""`explain`: derive a gradient node by node, in symbols and in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from ..arithmetic.text import LATEX, PRETTY, TEXT, Text, TextArithmetic, number_in
from ..engine import Value
from ..errors import FormulaError, InputError, OperandError
from ..expressions import Expression
from ..expressions.algebra import derivative
from ..expressions.tree import NoTree, Tree, finite
from ..expressions.tree import name as tree_of_name
from ..inputs import described
from ..labels import OURS, Labels, is_constant, with_output
from ..messages import formula
from ..tape import Edge, Tape
from ..text import did_you_mean, in_markdown, listed, number
from ..traversal import topological_order
from ..trees import assembled, flatten, labelled
from .foreign import formula_of

FEW = 4                                                              # so many paths are listed one by one
LONGEST = 600                                                        # characters of a formula that is looked at
CLOSED = 70                                                          # characters of one that is shown
MANY = 6                                                             # a sum of more terms is shortened


def explain(output: Value | str, wrt: Value | str | None = None, *, at: Mapping[str, Any] | None = None,
            names: Mapping[str, Any] | None = None) -> Explanation:
    """Derive d output / d wrt: the paths between the two, the local partials along them, their products and their sum.

    Args:
        output: the value to differentiate; or a formula as text, in named steps if you like. wrt: the value below it to
            differentiate by, or its name; may be left out if there is only one input. at: for a formula, a number for each name;
            those left out get 1, 2, 3, ... names: a mapping of names to Values, such as locals(), for nodes without a name.

    The derivation goes from the output back to `wrt` with one equation for each named step, or for each node if there are none,
    so it stays short even if there are many paths. Raises OperandError if `output` is neither a Value nor a formula, InputError
    if no value below it has that name.

    >>> a, b = Value(2.0, name="a"), Value(1.0, name="b")
    >>> c = a + b; c.name = "c"
    >>> d = b + 1; d.name = "d"
    >>> e = c * d; e.name = "e"
    >>> print(explain(e, b))
    ∂e/∂b at a = 2, b = 1
    where c = a + b = 3, d = b + 1 = 2, e = c × d = 6
    <BLANKLINE>
    2 paths lead from b to e:
      b → c → e: ∂e/∂c · ∂c/∂b = 2 × 1 = 2
      b → d → e: ∂e/∂d · ∂d/∂b = 3 × 1 = 3
    <BLANKLINE>
    ∂e/∂d = c = 3
    ∂e/∂c = d = 2
    ∂e/∂b = ∂e/∂c · ∂c/∂b + ∂e/∂d · ∂d/∂b
          = ∂e/∂c · 1 + ∂e/∂d · 1
          = d + c
          = 2 × 1 + 3 × 1
          = 5
    """
    if isinstance(output, str):
        output = _recorded(output, at)
    if not isinstance(output, Value):
        raise OperandError(f"explain takes a Value, the output of a graph, or a formula as text, got {described(output)}")
    order = topological_order(output)
    if wrt is None:
        leaves = [v for v in order if v.op is None and not is_constant(v)]
        if len(leaves) != 1:
            raise InputError(f"say by which value to differentiate, as in explain(f, 'x'): choose from "
                             f"{listed([v.name or 'an unnamed value' for v in leaves])}")
        wrt = leaves[0]
    if isinstance(wrt, str) and isinstance((names or {}).get(wrt), Value):
        wrt = (names or {})[wrt]
    if isinstance(wrt, str):
        named = {v.name: v for v in order if v.name}
        if len([v for v in order if v.name == wrt]) > 1:
            raise InputError(f"several values are called {wrt}: pass the Value itself instead of its name")
        if wrt not in named:
            raise InputError(f"there is no value called {wrt} below the output"
                             f"{did_you_mean(wrt, named) or f': choose from {listed(list(named))}'}")
        wrt = named[wrt]
    if not isinstance(wrt, Value):
        raise OperandError(f"wrt must be a Value or its name, got {described(wrt)}")
    return Explanation(order, wrt, names)


def _recorded(formula: str, at: Mapping[str, Any] | None) -> Value:
    """The graph of a formula at a point; the names left out get 1, 2, 3, ..."""
    function = Expression(formula_of(formula))
    given = assembled(at) if at is not None and any(["[" in str(name) for name in at]) else dict(at or {})
    strangers = [name for name in given if name not in function.names]
    if strangers:
        raise InputError(f"{strangers[0]} does not occur in {function.text!r}{did_you_mean(str(strangers[0]), function.names)}")
    rest = [name for name in function.names if name not in given]
    point = {**{name: float(k) for k, name in enumerate(rest, 1)}, **given}
    arguments: dict[str, Any] = {}
    for name in function.names:
        numbers, rebuild = flatten(point[name])
        arguments[name] = rebuild([Value(x, name=label) for x, label in zip(numbers, labelled(point[name], name))])
    output = function(**arguments)
    if isinstance(output, list):
        raise InputError(f"{function.text!r} has {len(output)} results: choose one, as in ({function.text})[0]")
    if not isinstance(output, Value):
        raise FormulaError(f"{function.text!r} depends on nothing, so there is nothing to derive")
    return output


@dataclass(frozen=True)
class Term:
    """One term of a derivative: d output / d v (the adjoint) times d v / d u (the local partial)."""

    v: int
    operand: int
    adjoint: float
    local: float
    tree: Tree | None = None                                         # the local partial, if it passes nodes without a name


def _tree(v: Value, known: Mapping[Value, str], cut: bool) -> Tree:
    """A node as a formula in the names of others; those with a name are cut off, except v itself. Raises NoTree if it is none."""
    texts: dict[Value, Text] = {}
    for node in topological_order(v):
        if node in known and (node.op is None or (cut and node is not v)):
            texts[node] = TEXT.named(known[node])
        elif node.op is None:
            if not is_constant(node):
                raise NoTree
            texts[node] = TEXT.number(node.data)
        else:
            texts[node] = formula(node.op, [texts[x] if isinstance(x, Value) else x for x in node.operands])
            if len(texts[node].text) > LONGEST:
                raise NoTree
    try:
        tree = Expression(texts[v].text, known.values()).tree
    except FormulaError:                                             # of a name that a formula cannot have
        tree = None
    if tree is None:
        raise NoTree
    return tree


class Explanation:
    """A derivation, made by `explain`. It prints as text, and Jupyter displays it.

    Attributes:
        value: the derivative. paths: how many paths lead from wrt to the output.
    """

    def __init__(self, order: Sequence[Value], wrt: Value, names: Mapping[str, Any] | None = None) -> None:
        self._tape = Tape(order)
        self._last = len(order) - 1                                  # the number of the output
        self._labels = Labels(order, with_output(order, names), spelled=True, pretty=True)
        self._x = self._tape.place(wrt)
        self.value: float = 0.0 if self._x is None else self._tape.adjoints[self._x]
        self._wrt = wrt
        self._edges: list[Edge] = [] if self._x is None else self._tape.connections(self._x)
        self.paths: int = 0 if self._x is None else self._tape.count_paths(self._x)

    def __str__(self) -> str:
        where, paths = self._where(PRETTY), self._path_lines(PRETTY, " → ")
        lines = [self._title(PRETTY), *([where] if where else []), *(["", *paths] if paths else []), ""]
        for left, rights in self._derivation(PRETTY):
            lines.append(f"{left} = {rights[0]}")
            lines += [" " * len(left) + f" = {right}" for right in rights[1:]]
        return "\n".join(lines)

    def to_latex(self) -> str:
        """The derivation in LaTeX, as an `align*` environment."""
        lines = [self._definition(k, LATEX).replace(" = ", " &= ", 1) for k in self._named()]
        for left, rights in self._derivation(LATEX):
            lines.append(rf"{left} &= {rights[0]}")
            lines += [rf"&= {right}" for right in rights[1:]]
        return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"

    def to_markdown(self) -> str:
        """The derivation in Markdown, with formulas in LaTeX."""
        lines = [f"**{in_markdown(self._title(PRETTY))}**", ""]
        heading, *paths = self._path_lines(LATEX, r" \to ") or [""]
        lines += [in_markdown(heading), ""] if heading else []
        lines += [*[f"- ${line}$" for line in paths], ""] if paths else []
        return "\n".join([*lines, "$$", self.to_latex().replace("align*", "aligned"), "$$"]) + "\n"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_latex_(self) -> str:
        return f"$$\n{self.to_latex().replace('align*', 'aligned')}\n$$"

    def __repr__(self) -> str:
        return f"<Explanation: {self._symbol(self._last, self._wrt_label(PRETTY), PRETTY)} = {number(self.value, 6)}>"

    # Named steps -------------------------------------------------------------------------------------------------------

    @cached_property
    def _steps(self) -> dict[Value, str]:
        """The leaves and the computed nodes that their author named, and the output, by their names."""
        nodes = self._tape.nodes
        found = {v: self._labels.name(v) for k, v in enumerate(nodes)
                 if (v.op is None and v.name) or (v.op is not None and (k == self._last or self._is_named(v)))}
        return {v: name for v, name in found.items() if not is_constant(v)}

    def _is_named(self, v: Value) -> bool:
        return not self._labels.is_spelled(v) and not OURS.fullmatch(self._labels.name(v))

    def _folded(self) -> dict[int, list[Term]] | None:
        """The terms of each named step's derivative, where nodes without a name are passed over; None if there are no named steps
        on the way, or one is no plain formula."""
        tape, steps = self._tape, self._steps
        on_paths = sorted({k for k, _ in self._edges} | ({self._x} if self._x is not None else set()))
        inside = [k for k in on_paths if tape.nodes[k] in steps and k not in (self._x, self._last) and tape.rows[k] is not None]
        if not inside or self._wrt not in steps:
            return None
        places = {name: tape.place(v) for v, name in steps.items()}
        given = {name: v.data for v, name in steps.items()}
        terms: dict[int, list[Term]] = {}
        try:
            for k in [*inside, self._last]:
                tree = _tree(tape.nodes[k], steps, cut=True)
                for u in [k2 for k2 in on_paths if k2 < k and tape.nodes[k2] in steps and steps[tape.nodes[k2]] in tree.names]:
                    local = derivative(tree, steps[tape.nodes[u]], {str(tree): tree_of_name(steps[tape.nodes[k]])})
                    value = finite(partial(local.value, given, {}))
                    if value is None or places[steps[tape.nodes[u]]] != u:
                        return None
                    terms.setdefault(u, []).append(Term(k, 0, tape.adjoints[k], float(value), local))
        except (NoTree, KeyError):
            return None
        return terms

    def _closed(self, m: TextArithmetic) -> str | None:
        """The whole derivative as one formula of the named steps, if that is short."""
        steps, output = self._steps, self._tape.nodes[self._last]
        leaves = {v: name for v, name in steps.items() if v.op is None}
        try:
            named = {str(_tree(v, leaves, cut=False)): tree_of_name(name) for v, name in steps.items()
                     if v.op is not None and v is not output}
            tree = _tree(output, leaves, cut=False)
            found = derivative(tree, steps[self._wrt], named)
        except (NoTree, KeyError):
            return None
        if len(str(found)) > CLOSED:
            return None
        by_name = {name: v for v, name in steps.items()}
        return found.pretty() if m is PRETTY else found.latex(lambda name: self._labels.name(by_name[name], m))

    # Parts -------------------------------------------------------------------------------------------------------------

    def _name(self, k: int, m: TextArithmetic) -> str:
        return self._labels.name(self._tape.nodes[k], m)

    def _wrt_label(self, m: TextArithmetic) -> str:
        return self._name(self._x, m) if self._x is not None else str(m.named(self._wrt.name or "x"))

    def _symbol(self, k: int, by: str, m: TextArithmetic) -> str:
        """∂e/∂b."""
        top = self._name(k, m)
        return f"∂{top}/∂{by}" if m is PRETTY else rf"\frac{{\partial {top}}}{{\partial {by}}}"

    def _title(self, m: TextArithmetic) -> str:
        leaves = [v for v in self._tape.nodes if v.op is None and v.name and not is_constant(v)]
        shown = [f"{self._labels.name(v)} = {number(v.data, 6)}" for v in leaves]
        at = ", ".join(shown[:6] + (["…"] if len(shown) > 6 else []))
        return f"{self._symbol(self._last, self._wrt_label(m), m)}{f' at {at}' if at else ''}"

    def _named(self) -> list[int]:
        """The computed nodes on the paths that have a name other than their formula."""
        on_paths = sorted({k for k, _ in self._edges} | {self._last})
        return [k for k in on_paths if self._tape.rows[k] is not None and not self._labels.is_spelled(self._tape.nodes[k])]

    def _definition(self, k: int, m: TextArithmetic) -> str:
        v = self._tape.nodes[k]
        return f"{self._name(k, m)} = {self._labels.formula(v, m)} = {number_in(v.data, m, 6)}"

    def _where(self, m: TextArithmetic) -> str:
        named = self._named()
        return "where " + ", ".join([self._definition(k, m) for k in named]) if named and len(named) <= 24 else ""

    def _path_lines(self, m: TextArithmetic, arrow: str) -> list[str]:
        ends = f"from {self._wrt_label(PRETTY)} to {self._name(self._last, PRETTY)}"
        if self.paths > FEW:
            return [f"{_large(self.paths)} paths lead {ends}. They are summed node by node, so that shared parts count once:"]
        if self.paths <= 1:
            return [] if self.paths else [f"No path leads {ends}."]
        lines = [f"{self.paths} paths lead {ends}:"]
        for path in self._tape.paths(self._x or 0):
            factors = [(k, self._tape.operands[k][j], self._tape.partials[k][j] or 0.0) for k, j in reversed(path)]
            symbols = _dot(m).join([self._symbol(k, self._name(u, m), m) for k, u, _ in factors if u is not None])
            if len(path) == 1:                                       # ∂f/∂x would look like the whole derivative
                symbols = self._labels.partial(self._tape.nodes[path[0][0]], path[0][1], m, 6)
            numbers = _times(m).join([_factor(d, m) for _, _, d in factors])
            product = 1.0
            for _, _, d in factors:
                product *= d
            names = arrow.join([self._wrt_label(m), *[self._name(k, m) for k, _ in path]])
            parts = [symbols, numbers, number_in(product, m, 6)] if len(factors) > 1 else [symbols, number_in(product, m, 6)]
            equation = " = ".join(dict.fromkeys(parts))
            lines.append(f"  {names}: {equation}" if m is PRETTY else rf"{names}:\quad {equation}")
        return lines

    def _derivation(self, m: TextArithmetic) -> list[tuple[str, list[str]]]:
        """One equation for each node, from the output back to wrt: d output / d u as a rule, in symbols and in numbers."""
        tape, last = self._tape, self._last
        if self._x == last:
            return [(self._symbol(last, self._wrt_label(m), m), ["1"])]
        terms = self._folded()
        is_folded = terms is not None
        if terms is None:
            terms = {}
            for k, j in self._edges:
                u = tape.operands[k][j]
                assert u is not None
                terms.setdefault(u, []).append(Term(k, j, tape.adjoints[k], tape.partials[k][j] or 0.0))
        named = [(u, self._name(u, m)) for u in sorted(terms, reverse=True)]
        lines = [(self._symbol(last, name, m), self._equation(u, name, terms[u], m)) for u, name in named]
        closed = self._closed(m) if lines and is_folded else None
        if closed is not None and closed not in lines[-1][1] and len(lines[-1][1]) > 2:
            lines[-1][1].insert(-2, closed)
        return lines or [(self._symbol(last, self._wrt_label(m), m), ["0"])]

    def _equation(self, u: int, name: str, terms: Sequence[Term], m: TextArithmetic) -> list[str]:
        last = self._last
        shown = [t for k, t in enumerate(terms) if len(terms) <= MANY or k < 2 or k == len(terms) - 1]

        def summed(parts: Sequence[str]) -> str:
            parts = [*parts[:-1], _ellipsis(m), parts[-1]] if len(shown) < len(terms) else list(parts)
            return " + ".join(parts)
        value = number_in(self._tape.adjoints[u], m, 6)
        local = [self._local(t, m) for t in shown]
        if len(terms) == 1 and terms[0].v == last:
            return [local[0]] if local[0] == value else [f"{local[0]} = {value}"]

        def through(t: Term, factor: str) -> str:
            return factor if t.v == last else f"{self._symbol(last, self._name(t.v, m), m)}{_dot(m)}{factor}"
        rule = summed([through(t, self._symbol(t.v, name, m)) for t in shown])
        symbols = summed([through(t, _parenthesised(text, m)) for t, text in zip(shown, local)])
        factors = [[t.local] if t.v == last else [t.adjoint, t.local] for t in shown]
        numbers = summed([_times(m).join([_factor(x, m) for x in product]) for product in factors])
        # where a node takes u twice, or the output takes u itself, ∂v/∂u would look like the whole and not one operand's share
        is_plain = len(terms) == 1 or (all([t.v != last for t in terms]) and len({t.v for t in terms}) == len(terms))
        return [rule, symbols, numbers, value] if is_plain else [symbols, numbers, value]

    def _local(self, term: Term, m: TextArithmetic) -> str:
        if term.tree is not None:
            by_name = {name: v for v, name in self._steps.items()}
            return term.tree.pretty() if m is PRETTY else term.tree.latex(lambda name: self._labels.name(by_name[name], m))
        return self._labels.partial(self._tape.nodes[term.v], term.operand, m, 6)


def _factor(x: float, m: TextArithmetic) -> str:
    text = number_in(x, m, 6)
    return f"({text})" if x < 0.0 else text


def _parenthesised(text: str, m: TextArithmetic) -> str:
    """A formula, in parentheses if it needs them as a factor."""
    plain = text.lstrip("-").replace(".", "").isalnum() and not text.startswith("-")
    if plain or not any([sign in text for sign in " -"]):
        return text
    return f"({text})" if m is PRETTY else rf"\left({text}\right)"


def _dot(m: TextArithmetic) -> str:
    return " · " if m is PRETTY else r" \cdot "


def _times(m: TextArithmetic) -> str:
    return " × " if m is PRETTY else r" \cdot "


def _ellipsis(m: TextArithmetic) -> str:
    return "…" if m is PRETTY else r"\dots"


def _large(n: int) -> str:
    return str(n) if n < 10 ** 6 else f"About {float(n):.2g}" if n < 10 ** 300 else "More than 1e300"
