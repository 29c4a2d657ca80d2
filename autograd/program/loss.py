"""`compile(loss, wrt=parameters)`: a graph already built, with its loops over samples rolled into lanes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described
from ..node import Node, numbers_of
from ..ops import ADD, MUL, Operation
from ..text import counted
from ..traversal import topological_order
from ..trees import flatten
from .backends import Runnable, prepared
from .exchange import Inputs
from .record import Record
from .reverse import computed, dependent, swept
from .roll import Group, Loop, loops_in
from .simplify import COUNT, LANE, SHARED, Code

__all__ = ["LossProgram"]


class LossProgram:
    """A graph that `compile` has made fast. `program()` computes its value and gradients at the parameters' current numbers.

    See `autograd.compile`. It can be pickled, together with its parameters.
    """

    def __init__(self, output: Value, wrt: Any, backend: str) -> None:
        if wrt is None:
            wrt = [v for v in topological_order(output) if v.op is None]
        self._wrt = list(wrt) if isinstance(wrt, Iterator) else wrt
        self.parameters: list[Value] = _checked_parameters(self._wrt)
        self._output, self._backend = output, backend
        self._plan: _Plan | None = _Plan(output, self.parameters, backend)

    def __call__(self) -> tuple[float, Any]:
        """The value, and its derivatives in the structure of `wrt`."""
        value, slopes = self.value_and_gradients()
        return value, flatten(self._wrt)[1](slopes.tolist())

    def value_and_gradients(self) -> tuple[float, Any]:
        """The value, and the derivatives as one array."""
        import numpy as np
        if self._plan is None:
            self._plan = _Plan(self._output, self.parameters, self._backend)
        return self._plan.run(np.array(numbers_of(self.parameters)))

    def step(self, optimizer: Any) -> float:
        """Make one step of the optimiser and return the value before it. The `grad` of its parameters is set, not added to.

        Raises InputError if the optimiser changes a parameter that is not in `wrt`.
        """
        if not callable(getattr(optimizer, "step_by", None)):
            raise OperandError(f"step takes an optimiser, such as SGD(parameters, lr=0.1), got {described(optimizer)}")
        missing = {id(p) for p in optimizer.parameters} - {id(p) for p in self.parameters}
        if missing:
            raise InputError(f"the optimiser changes {counted(len(missing), 'parameter')} that the program does not "
                             "differentiate by: compile(loss, wrt=optimizer.parameters)")
        place = {id(p): k for k, p in enumerate(self.parameters)}
        value, slopes = self.value_and_gradients()
        optimizer.step_by(slopes[[place[id(p)] for p in optimizer.parameters]])
        return value

    def explain(self) -> str:
        """What was rolled into lanes, what not, and why."""
        if self._plan is None:
            self._plan = _Plan(self._output, self.parameters, self._backend)
        return self._plan.explained(self._backend)

    def __repr__(self) -> str:
        return f"LossProgram({counted(len(self.parameters), 'parameter')}, {self._backend})"

    def __str__(self) -> str:
        return self.explain()

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_plan": None}


def _checked_parameters(wrt: Any) -> list[Value]:
    try:
        parameters = flatten(wrt)[0]
    except OperandError:
        parameters = [wrt]
    for p in parameters:
        if not isinstance(p, Value):
            raise OperandError(f"wrt must be Values, such as model.parameters(), got {described(p)}")
        if p.op is not None:
            raise InputError(f"{p!r} was computed: wrt takes leaves, whose data the program reads")
    if len({id(p) for p in parameters}) < len(parameters):
        raise InputError("wrt has a parameter twice")
    return list(parameters)


class _Rolled(Operation):
    """The sum of the terms of a group, as a function of the nodes it uses: rolled(s, *nodes, *partials)."""

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__("rolled(*xs)", lambda m, *xs: xs[0])
        self.flat = frozenset([0, *range(1 + count, 1 + 2 * count)])
        self.is_flat = count == 0

    def register(self) -> None:
        """It is not in the table."""

    def local_partials(self, m: Any, y: Any, operands: Sequence[Any], wanted: Sequence[bool]) -> list[Any]:
        """The partials are operands, too."""
        partials = operands[1 + self.count:]
        return [None, *partials, *[None] * self.count]


class _Lanes:
    """A group, compiled: the sum of its terms, and the derivatives by what they use."""

    def __init__(self, group: Group, place: dict[int, int], backend: str) -> None:
        import numpy as np
        self.group = group
        record, columns, gathered = group.record, len(group.columns), len(group.gathered)
        m = Code()
        lanes = columns + gathered
        shared = range(len(group.shared))
        inputs = [*[m.input(k, LANE) for k in range(lanes)], *[m.input(k, SHARED) for k in shared]]
        count = m.input(COUNT, SHARED)
        numbers = computed(m, record, inputs)
        step_of = {at: k for k, at in record.inputs.items()}
        in_lanes = dependent(record, [k for k, at in record.inputs.items() if at < lanes])
        wrt = [step_of[at] for at in range(columns, len(inputs))]
        output = record.outputs[0]
        slopes = swept(m, record, numbers, in_lanes, {output: 1.0}, wrt, count)
        value = m.total(numbers[output]) if m.rank(numbers[output]) == LANE else m.mul(numbers[output], count)
        results = [value, *slopes[gathered:], *slopes[:gathered]]
        lines = [m.constant(y).index for y in results]
        self.program: Runnable = prepared(backend, m, lines)
        self.columns = [np.ascontiguousarray(x) for x in group.columns]
        self.gathered = [np.array([place[id(v)] for v in nodes]) for nodes in group.gathered]
        self.in_lane = [m.ranks[k] == LANE for k in lines]
        leaves = [(j, place[id(v)]) for j, v in enumerate(group.shared) if id(v) in place]
        self.leaf_slots, self.leaf_places = (np.array([pair[k] for pair in leaves], dtype=int) for k in (0, 1))
        self.boundary = [(j, v) for j, v in enumerate(group.shared) if id(v) not in place]

    def run(self, parameters: Any, boundary: Sequence[float]) -> tuple[float, Any, list[Any]]:
        """The sum, the derivatives by the shared nodes, and those by the gathered ones in each lane."""
        import numpy as np
        group, lanes = self.group, self.group.lanes
        shared = np.zeros(len(group.shared))
        shared[self.leaf_slots] = parameters[self.leaf_places]
        for (j, _), x in zip(self.boundary, boundary):
            shared[j] = x
        columns = [*self.columns, *[parameters[where] for where in self.gathered]]
        rows, others = self.program(Inputs(columns, shared, lanes))
        count = len(group.shared)
        if True not in self.in_lane:
            return float(others[0]), others[1:1 + count], [others[1 + count + j] for j in range(len(self.gathered))]
        seen, found = [0, 0], []
        for in_lane in self.in_lane:
            found.append((rows if in_lane else others)[seen[in_lane]])
            seen[in_lane] += 1
        return float(found[0]), np.array(found[1:1 + count], dtype=float), found[1 + count:]


class _Plan:
    """How the value and the gradients are computed: the groups, each in lanes, and the outer program that takes their sums."""

    def __init__(self, output: Value, parameters: Sequence[Value], backend: str) -> None:
        place = {id(p): k for k, p in enumerate(parameters)}
        self.parameter_count = len(parameters)
        self.loops = loops_in(output, parameters)
        self.lanes = [_Lanes(group, place, backend) for loop in self.loops for group in loop.groups]
        outer = _Outer(output, parameters, self.loops, self.lanes)
        self.record = outer.record
        self.first_sum, self.first_partial, self.size = outer.first_sum, outer.first_partial, outer.size
        self.early: list[Runnable | None] = []
        for lanes in self.lanes:
            wanted = [outer.step[id(v)] for _, v in lanes.boundary]
            self.early.append(self._compiled(wanted, [], backend) if wanted else None)
        self.last = self._compiled([outer.step_of_output], [*outer.sums, *outer.leaf_steps], backend)
        self.sum_count, self.leaf_places = len(outer.sums), outer.leaf_places

    def _compiled(self, values: Sequence[Any], wrt: Sequence[int], backend: str) -> Runnable:
        """The outer program, as far as these values need it, with the derivatives of the first."""
        m = Code()
        record = self.record
        inputs = [m.input(at, SHARED) for at in range(self.size)]
        numbers = computed(m, record, inputs)
        results = [numbers[y] if type(y) is int else y for y in values]
        if wrt:
            seed = {values[0]: 1.0} if type(values[0]) is int else {}
            results += swept(m, record, numbers, [False] * len(record), seed, wrt, 1.0)
        return prepared(backend, m, [m.constant(y).index for y in results])

    def run(self, parameters: Any) -> tuple[float, Any]:
        """The value and the gradients."""
        import numpy as np
        inputs = np.zeros(self.size)
        inputs[:self.parameter_count] = parameters
        gradients = np.zeros(self.parameter_count)
        shares = []
        partial = self.first_partial
        for k, (lanes, early) in enumerate(zip(self.lanes, self.early)):
            boundary = [] if early is None else early(Inputs([], inputs, 1))[1]
            total, slopes, in_lanes = lanes.run(parameters, boundary)
            inputs[self.first_sum + k] = total
            for j, _ in lanes.boundary:
                inputs[partial] = slopes[j]
                partial += 1
            shares.append((slopes, in_lanes))
        _, found = self.last(Inputs([], inputs, 1))
        value, factors, direct = found[0], found[1:1 + self.sum_count], found[1 + self.sum_count:]
        gradients[self.leaf_places] += direct
        for factor, lanes, (slopes, in_lanes) in zip(factors, self.lanes, shares):
            if factor == 0.0:                                        # nothing flows, not even 0 times infinity
                continue
            if len(lanes.leaf_places):
                gradients[lanes.leaf_places] += factor * slopes[lanes.leaf_slots]
            for where, d in zip(lanes.gathered, in_lanes):
                gradients += np.bincount(where, np.broadcast_to(factor * d, where.shape), minlength=self.parameter_count)
        return float(value), gradients

    def explained(self, backend: str) -> str:
        """What was rolled, in words."""
        outside = sum([row is not None for row in self.record.rows])
        lines = [f"run by {'LLVM' if backend == 'llvm' else 'NumPy'}; {counted(outside, 'operation')} outside of loops"]
        for loop in self.loops:
            for group in loop.groups:
                steps = sum([row is not None for row in group.record.rows])
                differ = []
                if group.columns:
                    differ.append(counted(len(group.columns), "constant"))
                if group.gathered:
                    differ.append(counted(len(group.gathered), "parameter"))
                if group.picked:
                    differ.append(f"{counted(group.picked, 'step')} picked by lane")
                lines.append(f"a sum of {counted(group.lanes, 'term')} of {counted(steps, 'operation')}, rolled into lanes; they "
                             f"differ in {' and '.join(differ) or 'nothing'}")
            lines += loop.reasons
        if not self.loops:
            lines.append("no sum has four terms or more that are computed alike, so nothing was rolled")
        return "\n".join(lines)


class _Outer:
    """The graph outside of the loops: its inputs are the parameters, the sums of the groups, and their partials by its nodes.

    Attributes:
        step: the steps of nodes, by id(). sums: those of the groups. leaf_steps: those of the parameters it uses, whose places
            are in `leaf_places`.
    """

    def __init__(self, output: Value, parameters: Sequence[Value], loops: Sequence[Loop], lanes: Sequence[_Lanes]) -> None:
        import numpy as np
        record = self.record = Record()
        self.first_sum = len(parameters)
        self.first_partial = self.first_sum + len(lanes)
        self.size = self.first_partial + sum([len(group.boundary) for group in lanes])
        place = {id(p): k for k, p in enumerate(parameters)}
        step: dict[int, Any] = {}
        leaves: dict[int, int] = {}
        of_root = {id(loop.root): loop for loop in loops}
        place_of = {id(of_group.group): k for k, of_group in enumerate(lanes)}
        starts = list(itertools.accumulate([len(of_group.boundary) for of_group in lanes], initial=self.first_partial))
        self.sums = [-1] * len(lanes)
        for v in _order_with_loops(output, of_root):
            key = id(v)
            if key in of_root:
                loop = of_root[key]
                parts: list[Any] = [loop.constant] if loop.constant or not (loop.rest or loop.groups) else []
                for group in loop.groups:
                    at = place_of[id(group)]
                    nodes = tuple([step[id(x)] for _, x in lanes[at].boundary])
                    partials = tuple([record.input(starts[at] + j) for j in range(len(nodes))])
                    self.sums[at] = record.step(_Rolled(len(nodes)), (record.input(self.first_sum + at), *nodes, *partials))
                    parts.append(self.sums[at] if group.sign > 0.0 else record.step(MUL, (self.sums[at], -1.0)))
                parts += [step[id(t)] if sign > 0.0 else record.step(MUL, (step[id(t)], -1.0)) for sign, t in loop.rest]
                y = parts[0]
                for x in parts[1:]:
                    y = record.step(ADD, (y, x))
                step[key] = y
            elif key in place:
                step[key] = leaves[place[key]] = record.input(place[key])
            elif v.op is None:
                step[key] = v.data
            else:
                step[key] = record.step(v.op, tuple([step[id(x)] if isinstance(x, Node) else x for x in v.operands]))
        self.step, self.step_of_output = step, step[id(output)]
        self.leaf_places = np.array(list(leaves), dtype=int)
        self.leaf_steps = list(leaves.values())


def _order_with_loops(output: Node, of_root: dict[int, Loop]) -> list[Node]:
    """The nodes outside of loops, operands before results. The operands of a loop are the nodes that it uses."""
    order: list[Node] = []
    entered: set[int] = set()
    waiting: list[tuple[Node, bool]] = [(output, False)]
    while waiting:
        v, is_ready = waiting.pop()
        if is_ready:
            order.append(v)
        elif id(v) not in entered:
            entered.add(id(v))
            waiting.append((v, True))
            loop = of_root.get(id(v))
            inside = v.parents if loop is None else [*[x for g in loop.groups for x in g.shared], *[t for _, t in loop.rest]]
            waiting += [(x, False) for x in reversed(inside) if id(x) not in entered]
    return order
