"""`compile(f)`: a function recorded once, and run over many samples."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..engine import Value
from ..errors import DomainError, InputError, OperandError
from ..inputs import described, is_real
from ..node import Node, numbers_of
from ..text import counted
from ..trees import Rebuild, flatten
from .arguments import Arguments, chosen, in_order, kinds_of, parameter_names, rebuilt
from .backends import Runnable, prepared
from .exchange import Results
from .fault import fault_in
from .record import record_of, recording
from .reverse import computed, dependent, swept
from .rows import derivatives
from .simplify import COUNT, LANE, SHARED, Code

__all__ = ["Program"]


class Program:
    """A function that `compile` has made fast. Call it like the function; an array holds one sample per lane.

    `program(...)` gives values; `value_and_grad`, `grad`, `jacobian` and `hessian` give derivatives; `print(program)` shows the
    straight-line code. A program can be pickled, with what it has recorded so far but without the function. See
    `autograd.compile`.
    """

    def __init__(self, f: Callable[..., Any], wrt: Any, shared: tuple[int, ...], backend: str, checked: bool) -> None:
        self._f: Callable[..., Any] | None = f
        self._name = getattr(f, "__name__", type(f).__name__)
        self._names = parameter_names(f)
        self._wrt, self._shared, self._backend, self._checked = wrt, shared, backend, checked
        self._traces: dict[Any, Trace] = {}

    def __call__(self, /, *args: Any, **named: Any) -> Any:
        """The function's value: a float, or for arrays an array with one in each lane; in the structure that the function
        returns."""
        given, trace = self._taken(args, named)
        return trace.returned(Results(*trace.run("value", self._backend, given, self._checked)))

    def value_and_grad(self, /, *args: Any, **named: Any) -> tuple[Any, Any]:
        """The value, and its derivatives: in each lane for arrays, and summed over the lanes for what they share. Raises
        OperandError unless the function returns one number.

        They have the structure of the arguments: a tuple, or for one argument its own. `wrt` of `compile` chooses among them.
        """
        given, trace = self._taken(args, named)
        trace.check_one_number("value_and_grad")
        results = Results(*trace.run("gradient", self._backend, given, self._checked))
        return trace.returned(results), trace.structured(results)

    def value_and_gradients(self, /, *args: Any, **named: Any) -> tuple[Any, Any]:
        """The value, and the derivatives by all that lanes share as one array, summed over the lanes: the quick way to those of
        many parameters. Raises OperandError unless the function returns one number, InputError if `wrt` has what is in lanes."""
        given, trace = self._taken(args, named)
        if trace.by_lane:
            raise InputError("value_and_gradients gives the derivatives by what all lanes share, but there are arrays among the "
                             f"arguments that {self._name} is differentiated by: choose others by wrt, or use value_and_grad")
        trace.check_one_number("value_and_gradients")
        rows, others = trace.run("gradient", self._backend, given, self._checked)
        if len(rows):                                                # nothing but the value is in lanes
            return rows[0], others
        return float(others[0]), others[1:]

    def grad(self, /, *args: Any, **named: Any) -> Any:
        """The derivatives alone; see `value_and_grad`."""
        return self.value_and_grad(*args, **named)[1]

    def jacobian(self, /, *args: Any, **named: Any) -> Any:
        """All first derivatives, as an array: a row for each number that the function returns, a column for each number of the
        arguments (or of `wrt`). With arrays there is such a matrix for each lane, and what lanes share is differentiated in each.
        """
        given, trace = self._taken(args, named)
        return trace.matrices("jacobian", len(trace.record.outputs), self._backend, given, self._checked)

    def hessian(self, /, *args: Any, **named: Any) -> Any:
        """All second derivatives of a function that returns one number, as a square array; with arrays one for each lane."""
        given, trace = self._taken(args, named)
        trace.check_one_number("hessian")
        return trace.matrices("hessian", len(trace.wrt), self._backend, given, self._checked)

    def explain(self) -> str:
        """What was recorded, and how it runs."""
        if not self._traces:
            return f"{self._name} has not been recorded yet: the first call records it"
        return "\n".join([trace.explained(self._name, self._backend) for trace in self._traces.values()])

    def __repr__(self) -> str:
        return f"Program({self._name}, {self._backend}, {counted(len(self._traces), 'recording')})"

    def __str__(self) -> str:
        return "\n\n".join([str(trace.record) for trace in self._traces.values()]) or repr(self)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_f": None}

    def __copy__(self) -> Program:
        return Program(self._f, self._wrt, self._shared, self._backend, self._checked) if self._f is not None else self

    def __deepcopy__(self, memo: Any) -> Program:
        return self.__copy__()

    def _taken(self, args: Sequence[Any], named: Mapping[str, Any]) -> tuple[Arguments, Trace]:
        """The arguments, and what was recorded for arguments of this structure."""
        given = Arguments(in_order(self._name, self._names, args, named) if named else args, self._shared)
        trace = self._traces.get(given.structures)
        if trace is None:
            if self._f is None:
                raise InputError(f"{self._name} was pickled before it was called with arguments of this structure: call it once "
                                 "where the function is, then pickle it")
            trace = self._traces[given.structures] = Trace(self._f, given, self._names, self._wrt)
        return given, trace


class Trace:
    """A function recorded for one structure of its arguments.

    Attributes:
        inputs: the Values that stood for its inputs, by place. captured: those that the function brought with it, such as a
            model's parameters: their numbers are read in every call. record: the program.
        wrt: the places to differentiate by; -1 for what the function does not depend on.
    """

    def __init__(self, f: Callable[..., Any], given: Arguments, names: Sequence[str], wrt: Any) -> None:
        labels = given.labels(names)
        leaves = given.leaves(labels)
        with recording():
            result = f(*given.for_call(leaves))
        values, rebuild = _numbers_in(result)
        self._count, self._shape = len(values), rebuild([0.0] * len(values))
        self._is_one, self._described = isinstance(result, Node) or is_real(result), described(result)
        self._modules = given.modules                                # which are told apart by their id(), so they must live
        if len({id(v) for v in leaves}) < len(leaves):
            raise InputError("a parameter occurs in two arguments: pass each module once")
        self.captured: list[Value] = []
        self.record = record_of(values, leaves, self.captured)
        self.inputs = [*leaves, *self.captured]
        self.record.names = [*labels, *[p.name or f"c{k + 1}" for k, p in enumerate(self.captured)]]
        kinds = [kinds_of(structure) for structure in given.structures]
        spans = list(itertools.pairwise(itertools.accumulate(map(len, kinds), initial=0)))
        self.is_lane = [*[kind == "lanes" for found in kinds for kind in found], *[False] * len(self.captured)]
        self._has_lanes, self._structures = given.has_lanes, given.structures
        self._by_nodes = isinstance(wrt, Node) or (isinstance(wrt, Iterable) and all([isinstance(p, Node) for p in wrt]))
        self._is_single = isinstance(wrt, (int, Node)) or (wrt is None and len(spans) == 1)
        self._arguments: tuple[int, ...] = ()
        if self._by_nodes:
            place = {id(p): k for k, p in enumerate(self.inputs)}
            self.wrt = [place.get(id(p), -1) for p in ([wrt] if isinstance(wrt, Node) else wrt)]
        else:
            every = tuple(range(len(spans)))
            self._arguments = chosen("wrt", every if wrt is None else (wrt,) if isinstance(wrt, int) else wrt, len(spans))
            self.wrt = [place for k in self._arguments for place in range(*spans[k])]
        self.by_lane = any([place >= 0 and self.is_lane[place] for place in self.wrt])
        self._programs: dict[Any, Runnable] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_programs": {}}

    def check_one_number(self, what: str) -> None:
        """Raise OperandError if the function returned anything but one number."""
        if not self._is_one:
            raise OperandError(f"{what} needs a function that returns one number; this one returned {self._described}: "
                               "use jacobian")

    def run(self, kind: str, backend: str, given: Arguments, checked: bool = False) -> tuple[Any, Any]:
        """The results of the program of this kind in lanes, and the others."""
        program = self._programs.get((kind, backend))
        if program is None:
            program = self._programs[kind, backend] = self._compiled(kind, backend)
        if self.captured:
            given.pieces.append((given.size, numbers_of(self.captured)))
        rows, others = program(given)
        if checked:
            self._check(given, rows, others)
        return rows, others

    def _check(self, given: Arguments, rows: Any, others: Any) -> None:
        """Raise DomainError if a result is infinite or NaN."""
        import numpy as np
        if not (np.isfinite(rows).all() and np.isfinite(others).all()):
            columns = dict(zip([k for k, is_lane in enumerate(self.is_lane) if is_lane], given.arrays()))
            shared = given.shared(len(self.inputs))
            raise DomainError(fault_in(self.record, columns, shared, rows, given.count if given.has_lanes else None))

    def _compiled(self, kind: str, backend: str) -> Runnable:
        """The program. Where there are lanes, its values and the derivatives by what is in lanes are in lanes, all others are
        not; all the numbers of a matrix are in lanes."""
        m = Code()
        record = derivatives(self.record, self.wrt, len(self.inputs)) if kind == "hessian" else self.record
        inputs = [m.input(place, LANE if is_lane else SHARED) for place, is_lane in enumerate(self.is_lane)]
        count = m.input(COUNT, SHARED)
        numbers = computed(m, record, inputs)
        results: list[Any] = []
        if kind in ("value", "gradient"):
            results = [numbers[y] if type(y) is int else y for y in record.outputs]
            results = [m.spread(x) for x in results] if self._has_lanes else results
        if kind != "value":
            step_of = {place: k for k, place in record.inputs.items()}
            known = [step_of[place] for place in self.wrt if place in step_of]
            lanes = dependent(record, [k for k, place in record.inputs.items() if self.is_lane[place]])
            if kind != "gradient":                                   # nothing is summed: every step counts in each lane
                lanes = [True] * len(record)
            for y in record.outputs:
                slopes = dict(zip(known, swept(m, record, numbers, lanes, {y: 1.0} if type(y) is int else {}, known, count)))
                for place in self.wrt:
                    slope = slopes.get(step_of.get(place, -1), 0.0)
                    in_lanes = self._has_lanes and (kind != "gradient" or (place >= 0 and self.is_lane[place]))
                    results.append(m.spread(slope) if in_lanes else slope)
        return prepared(backend, m, [m.constant(y).index for y in results])

    def returned(self, results: Results) -> Any:
        """What the function returns, with the next results in it."""
        if self._is_one:
            return results.lane() if self._has_lanes else results.number()
        found = list(results.lanes(self._count)) if self._has_lanes else results.row(self._count)
        return flatten(self._shape)[1](found)

    def structured(self, results: Results) -> Any:
        """The next results, which are derivatives, in the structure of what they are by."""
        found = (results.row(len(self.wrt)) if self._by_nodes
                 else [rebuilt(self._structures[k], results) for k in self._arguments])
        return found[0] if self._is_single else found if self._by_nodes else tuple(found)

    def matrices(self, kind: str, rows: int, backend: str, given: Arguments, checked: bool) -> Any:
        """Derivatives, row after row, as a matrix, or one for each lane."""
        results, columns = Results(*self.run(kind, backend, given, checked)), len(self.wrt)
        if not given.has_lanes:
            return results.shared(rows * columns).reshape(rows, columns)
        return results.lanes(rows * columns).reshape(rows, columns, given.count).transpose(2, 0, 1)

    def explained(self, name: str, backend: str) -> str:
        """What was recorded, in words."""
        lanes = [n for n, is_lane in zip(self.record.names, self.is_lane) if is_lane]
        shared = [n for n, is_lane in zip(self.record.names, self.is_lane) if not is_lane]
        steps = sum([row is not None for row in self.record.rows])
        return (f"{name}: {counted(steps, 'operation')}, run by {'LLVM' if backend == 'llvm' else 'NumPy'}\n"
                f"  in lanes: {_few(lanes)}\n  shared: {_few(shared)}")


def _numbers_in(result: Any) -> tuple[list[Any], Rebuild]:
    try:
        return flatten(result)
    except OperandError:
        raise OperandError(f"a function to compile must return Values, or a structure of them, got {described(result)}") from None


def checked_wrt(wrt: Any) -> Any:
    """What to differentiate by: None, a whole number, a Value, or several of one kind.

    Raises OperandError for anything else, InputError for a computed Value.
    """
    if wrt is None:
        return wrt
    several = list(wrt) if isinstance(wrt, Iterable) and not isinstance(wrt, (str, Mapping)) else [wrt]
    if several and _are_whole(several):
        return tuple(map(operator.index, several)) if isinstance(wrt, Iterable) else operator.index(wrt)
    if computed_ones := [x for x in several if isinstance(x, Node) and x.op is not None]:
        raise InputError(f"{computed_ones[0]!r} was computed: wrt takes leaves, whose data the program reads")
    if several and all([isinstance(x, Node) for x in several]):
        return several if isinstance(wrt, Iterable) else wrt
    raise OperandError("wrt must be numbers of arguments, as in wrt=0 or wrt=(0, 2), or Values, such as model.parameters(), "
                       f"got {described(wrt)}")


def checked_shared(shared: Any) -> tuple[int, ...]:
    """The numbers of arguments; one or several are given. Raises OperandError for anything else."""
    several = list(shared) if isinstance(shared, Iterable) and not isinstance(shared, (str, Mapping)) else [shared]
    if not _are_whole(several):
        raise OperandError(f"shared must be numbers of arguments, as in shared=0 or shared=(0, 2), got {described(shared)}")
    return tuple(map(operator.index, several))


def _are_whole(several: Sequence[Any]) -> bool:
    return all([hasattr(x, "__index__") and not isinstance(x, (bool, Node)) and not getattr(x, "shape", ()) for x in several])


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"{', '.join(names[:8])}{more}" if names else "nothing"
