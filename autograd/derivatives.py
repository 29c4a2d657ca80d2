"""Derivatives of graphs already built (`gradient`), and of functions (`grad`, `value_and_grad`, `jacobian`, `hessian`, `hvp`).

Functions are differentiated by calling them on fresh Values. Arguments may be floats, lists, tuples, dicts and NumPy arrays, in
any combination, and the result has the same structure. It holds floats; if an argument is a Value it holds Values, which can be
differentiated again. So derivatives nest to any order: `grad(grad(f))`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from .arithmetic.graph import GRAPH
from .engine import Value, apply
from .errors import DomainError, InputError, OperandError
from .inputs import described, flag, is_array, is_real, quoted, real
from .ops import IDENTITY
from .replay import sweep
from .traversal import adjoints, flowing, topological_order
from .trees import array_of, flatten, flatten_like

Argnums = int | tuple[int, ...] | list[int]


def gradient(output: Any, inputs: Any, create_graph: bool = False) -> Any:
    """d output / d input for each of the inputs, in a graph already built. It touches no `.grad`.

    Args:
        output: a Value; a plain number depends on nothing.
        inputs: a Value, leaf or interior node, or a list, tuple, dict or array of them.
        create_graph: return Values, made by the same operations, that can be differentiated again.

    Returns the derivatives in the structure of `inputs`: floats, or Values with create_graph; 0.0 where there is no path.
    Raises OperandError if an input is not a Value, DomainError if create_graph meets an infinite derivative.

    >>> x = Value(3.0)
    >>> y = x ** 3
    >>> gradient(y, x)
    27.0
    >>> first = gradient(y, x, create_graph=True)
    >>> gradient(first, x)
    18.0
    """
    wanted, rebuild = flatten(inputs)
    for x in wanted:
        if not isinstance(x, Value):
            raise OperandError(f"the inputs of gradient must be Values, got {described(x)}")
    return rebuild(_gradients(output, wanted, flag("create_graph", create_graph)))


def _gradients(output: Any, inputs: Sequence[Value], create_graph: bool) -> list[Any]:
    if not isinstance(output, Value):
        real(output)
        return [Value(0.0) if create_graph else 0.0 for _ in inputs]
    if create_graph:
        slopes = _adjoint_graph(output, inputs)
        return [_as_value(slopes.get(id(x), 0.0)) for x in inputs]
    grads = adjoints(topological_order(output), flowing, operator.mul, operator.add)
    return [grads.get(id(x), 0.0) for x in inputs]


def _adjoint_graph(output: Value, inputs: Sequence[Value]) -> dict[int, Any]:
    """d output / d node as further graph, built only for nodes that depend on an input."""
    order = topological_order(output)
    leads: dict[Value, bool] = {}
    targets = {id(x) for x in inputs}
    for v in order:
        leads[v] = id(v) in targets or any([leads[p] for p in v.parents])
    try:
        return sweep(GRAPH, order, {v: v for v in order}, within=leads)
    except (DomainError, ArithmeticError) as error:
        raise DomainError(f"a derivative is infinite here and cannot be differentiated again ({error})") from error


def _as_value(x: Any) -> Value:
    return x if isinstance(x, Value) else Value(x)


# Of functions -------------------------------------------------------------------------------------------------------------

def grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The gradient of a function that returns one number, as a function of the same arguments.

    Args:
        f: takes numbers and structures of them; returns a Value, or a plain number if the result depends on none of them.
        argnums: which argument to differentiate by. A tuple selects several and gives a tuple.

    Raises OperandError if f is not a function or does not return one number, InputError if argnums names no argument.

    >>> grad(lambda a, b: (a + b) * (b + 1), argnums=(0, 1))(2.0, 1.0)
    (2.0, 5.0)
    >>> grad(grad(lambda x: x ** 3))(2.0)
    12.0
    """
    both = value_and_grad(f, argnums)

    @functools.wraps(f, assigned=("__module__", "__name__", "__doc__"))
    def gradient_of_f(*args: Any, **options: Any) -> Any:
        return both(*args, **options)[1]
    return gradient_of_f


def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., tuple[Any, Any]]:
    """A function's value and gradient from one evaluation; see `grad`.

    >>> value_and_grad(lambda w: w["a"] * w["b"])({"a": 2.0, "b": 3.0})
    (6.0, {'a': 3.0, 'b': 2.0})
    """
    _check_callable(f)

    def value_and_gradient_of_f(*args: Any, **options: Any) -> tuple[Any, Any]:
        chosen = _chosen(argnums, len(args))
        call = _Call([args[k] for k in chosen], others=[*args, *options.values()])

        def of_chosen(*arguments: Any) -> Any:
            given = list(args)
            for k, argument in zip(chosen, arguments):
                given[k] = argument
            return f(*given, **options)

        output = call.number_from(of_chosen)
        slopes = call.rebuild(call.gradients(output))
        if isinstance(output, Value) and not call.nested:
            output = output.data
        return output, tuple(slopes) if isinstance(argnums, (tuple, list)) else slopes[0]
    return value_and_gradient_of_f


def jacobian(f: Callable[..., Any]) -> Callable[..., Any]:
    """All first derivatives as a list of rows, with a row for each output and a column for each input.

    Outputs and inputs are numbered from left to right, as they occur in f's result and arguments. A function that returns one
    number gives one row. If every argument is a NumPy array the result is an array: for one argument x its shape is that of the
    outputs, followed by x.shape (one number counts as shape (1,)); for several it has one column for each of their elements.
    Raises OperandError if f is not a function or returns anything but numbers.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1], 7.0])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0], [0.0, 0.0]]
    """
    _check_callable(f)

    @functools.wraps(f, assigned=("__module__", "__name__", "__doc__"))
    def jacobian_of_f(*args: Any, **options: Any) -> Any:
        call = _Call(args, others=list(options.values()))
        result = call.result_of(functools.partial(f, **options))
        outputs, _ = flatten(result)
        return _arrayed([call.gradients(y) for y in outputs], args, getattr(result, "shape", None) or (len(outputs),))
    return jacobian_of_f


def hessian(f: Callable[..., Any]) -> Callable[..., Any]:
    """All second derivatives of a function that returns one number: a square list of rows, in the order of the arguments. If
    every argument is a NumPy array it is an array: for one argument x of the shape x.shape + x.shape, for several square. Raises
    OperandError if f does not return one number, DomainError where a first derivative is infinite.

    >>> hessian(lambda a, b: (a + b) * (b + 1))(2.0, 1.0)
    [[0.0, 1.0], [1.0, 2.0]]
    """
    _check_callable(f)

    @functools.wraps(f, assigned=("__module__", "__name__", "__doc__"))
    def hessian_of_f(*args: Any, **options: Any) -> Any:
        call = _Call(args, others=list(options.values()))
        output = call.number_from(functools.partial(f, **options))
        rows = [call.gradients(first) for first in _gradients(output, call.leaves, True)]
        return _arrayed(rows, args, args[0].shape if len(args) == 1 and is_array(args[0]) else (len(rows),))
    return hessian_of_f


def hvp(f: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """Hessian-vector products: `hvp(f)(x, v)` is the Hessian of f at x times v, in the structure of x, for the price of two
    sweeps. Raises InputError if v does not have the structure of x.

    >>> hvp(lambda x: x[0] ** 2 * x[1])([1.0, 2.0], [1.0, 0.0])
    [4.0, 2.0]
    """
    _check_callable(f)

    def hvp_of_f(x: Any, v: Any) -> Any:
        direction = flatten_like(x, v)
        call = _Call([x], others=[v])
        slope: Any = 0.0
        for d, first in zip(direction, _gradients(call.number_from(f), call.leaves, True)):
            slope = slope + d * first
        return call.rebuild(call.gradients(slope))[0]
    return hvp_of_f


def _arrayed(rows: list[list[Any]], arguments: Sequence[Any], outputs: tuple[int, ...]) -> Any:
    """Rows of derivatives, as an array if all arguments are arrays."""
    if not arguments or not all([is_array(x) for x in arguments]):
        return rows
    inputs = arguments[0].shape if len(arguments) == 1 else (sum([x.size for x in arguments]),)
    return array_of([d for row in rows for d in row], (*outputs, *inputs))


class _Call:
    """A function called on fresh nodes, one for each number in its arguments. So a number that is given twice makes two
    inputs, and the variable of an outer derivative is not mistaken for that of an inner one.

    `nested` says whether to return Values: an argument is a Value, or the result depends on the variable of an outer
    derivative that is still being taken.
    """

    active: ClassVar[set[int]] = set()                               # ids of the variables of all calls under way, in all threads

    def __init__(self, arguments: Sequence[Any], others: Sequence[Any] = ()) -> None:
        inputs, self.rebuild = flatten(list(arguments))
        self.leaves: list[Value] = [_variable(x) for x in inputs]
        self.nested: bool = any([isinstance(x, Value) for x in inputs]) or _holds_value(others)

    def result_of(self, f: Callable[..., Any]) -> Any:
        """What f returns for the nodes."""
        mine = {id(x) for x in self.leaves}
        self.active.update(mine)
        try:
            result = f(*self.rebuild(self.leaves))
        finally:
            self.active.difference_update(mine)
        if self.active and not self.nested:
            outputs = [y for y in _leaves_of(result) if isinstance(y, Value)]
            self.nested = any([id(v) in self.active for v in topological_order(*outputs)])
        return result

    def number_from(self, f: Callable[..., Any]) -> Any:
        """What f returns for the nodes; it must be one number."""
        return _one_number(self.result_of(f))

    def gradients(self, output: Any) -> list[Any]:
        """d output / d node for all the nodes."""
        return _gradients(output, self.leaves, self.nested)


def _variable(x: Any) -> Value:
    if not isinstance(x, Value):
        return Value(real(x))
    variable = apply(IDENTITY, x)
    variable.name = x.name
    return variable


def _leaves_of(x: Any) -> list[Any]:
    """The numbers and Values in x; none if x is something else, such as a string that f takes as an option."""
    try:
        return flatten(x)[0]
    except OperandError:
        return []


def _holds_value(arguments: Sequence[Any]) -> bool:
    return any([isinstance(x, Value) for argument in arguments for x in _leaves_of(argument)])


def _chosen(argnums: Argnums, count: int) -> list[int]:
    try:
        chosen = [operator.index(k) for k in (argnums if isinstance(argnums, (tuple, list)) else [argnums])]
    except TypeError:
        raise OperandError(f"argnums must be a whole number or a tuple of them, got {described(argnums)}") from None
    for k in chosen:
        if not -count <= k < count:
            raise InputError(f"argnums names argument {quoted(k)}, but f was called with {count} positional arguments, numbered "
                             "from 0")
    if len({k % count for k in chosen}) < len(chosen):
        raise InputError(f"argnums names an argument twice: {quoted(argnums)}")
    return [k % count for k in chosen]


def _check_callable(f: object) -> None:
    if not callable(f):
        raise OperandError(f"expected a function to differentiate, got {described(f)}")


def _one_number(output: Any) -> Any:
    if isinstance(output, Value) or is_real(output):
        return output
    raise OperandError(f"the function must return one Value, got {described(output)}: for several outputs use jacobian")
