"""`Module`: something with parameters, made of other modules. It is the base of all layers and of your own models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, TypeVar

from ..display import html_of
from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described, is_array, is_real, real
from ..scopes import enter, leave, place_of
from ..text import counted, did_you_mean
from ..trees import DEEPEST, TOO_DEEP, depth, is_sequence

Self = TypeVar("Self", bound="Module")


class Module:
    """A model, or a part of one. Subclass it, assign parameters and other modules to attributes, and write `forward`.

    Every leaf `Value` in an attribute, or in lists, tuples and dicts there, is a parameter. The parameters of modules found there
    count too. Attributes whose names begin with an underscore are ignored. Parameters are named after their place: `w[0]`,
    `layer1.neuron2.w[0]`. Modules in a list `layers` are called layer1, layer2, ...; assign the list when it is complete.

    To change a parameter, set its `data`. You may also replace it with another leaf or with None; anything that cannot be learnt,
    such as a computed Value, raises InputError. (`Value(0.3) * 0.1` is computed and no parameter: write `Value(0.3 * 0.1)`.)

    `forward` gets what the module is called with, one sample or a batch. If it takes only one row, set `sample_rank = 1` in the
    class: a batch is then passed to it row by row, unless batch normalisation inside it needs the whole batch. Such a part
    belongs in a Sequential. Rows are lists, and + would join them: a residual block adds them with
    [a + b for a, b in zip(x, self.body(x))].

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data, [p.name for p in line.parameters()]
    (7.0, ['slope', 'offset'])
    >>> line.state_dict()
    {'slope': 2.0, 'offset': 1.0}

    Attributes:
        training: whether the module is being trained, which matters to batch normalisation. `train()` and `eval()` set it.
        buffers: the names of attributes that belong to the state but are not learnt. Each is a list of plain numbers.
        sample_rank: how deeply one input nests: 1 for a row of numbers, 3 for an image of channels. A module with a sample_rank
            also takes a batch, a sequence of inputs, and then returns a list. With None, `forward` gets whatever was given.
        batch_only: whether the module takes only whole batches while it is trained, as batch normalisation does.
    """

    training: bool = True
    buffers: ClassVar[tuple[str, ...]] = ()
    sample_rank: int | None = None
    batch_only: ClassVar[bool] = False
    _name: str = ""                                                  # its name in the module that holds it
    _prefix: str = ""                                                # what its parameters' names begin with

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes. Write it in your subclass."""
        raise OperandError(f"{type(self).__name__} has no forward: write one, as in `def forward(self, x):`")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """What `forward` returns, computed in a scope of its own. A batch of samples (see `sample_rank`) gives a list."""
        if self.sample_rank is not None and inputs and depth(inputs[0]) > self.sample_rank and not self.needs_batch:
            return [self(sample, *inputs[1:], **options) for sample in inputs[0]]
        place = place_of(self._name)
        try:
            try:
                enter(place)
                return self.forward(*inputs, **options)
            finally:
                leave(place, inner=True)
        finally:                                                     # once more, if an interrupt cut that short
            leave(place, inner=True)

    # Parameters ---------------------------------------------------------------------------------------------------------

    def parameters(self) -> list[Value]:
        """Every parameter, once."""
        own = [part for module in self.modules() for _, part in module._parts(named=False)]
        return list({id(p): p for p in own if isinstance(p, Value)}.values())

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Every parameter, once, with its name. Raises InputError if two share a name, as with `layer1` and a list `layers`."""
        seen: set[int] = set()
        names: set[str] = set()
        for prefix, module in self._named_modules():
            for key, part in module._parts():
                if isinstance(part, Value) and id(part) not in seen:
                    seen.add(id(part))
                    if prefix + key in names:
                        raise InputError(f"two parameters would both be called {prefix + key}: rename one of the "
                                         "attributes")
                    names.add(prefix + key)
                    yield prefix + key, part

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.0. Do so before each sweep: the gradients of leaves add up over sweeps."""
        for p in self.parameters():
            p.grad = 0.0

    def modules(self) -> Iterator[Module]:
        """This module and all modules inside it, each once."""
        for _, module in self._named_modules(named=False):
            yield module

    @property
    def needs_batch(self) -> bool:
        """Whether the module takes only whole batches now: it, or a module inside it, is batch_only and in training."""
        return any([module.batch_only and module.training for module in self.modules()])

    def _named_modules(self, named: bool = True) -> Iterator[tuple[str, Module]]:
        """This module and all modules inside it, each with the prefix of its parameters' names, empty unless `named`."""
        waiting: list[tuple[str, Module]] = [("", self)]
        seen: set[int] = set()
        while waiting:
            prefix, module = waiting.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield prefix, module
            waiting += [(f"{prefix}{key}." if named else "", part) for key, part in reversed(module._parts(named))
                        if isinstance(part, Module)]

    def _parts(self, named: bool = True) -> list[tuple[str, Value | Module]]:
        """Its own parameters and modules, with their names, empty unless `named`."""
        return _parts([(key, x) for key, x in vars(self).items() if not key.startswith("_")], named)

    def __setattr__(self, key: str, x: Any) -> None:
        has_parts = not key.startswith("_") and bool(_parts([(key, x)]))
        before = vars(self).get(key)
        if not has_parts and x is not None and _parts([(key, before)]):
            raise InputError(f"{type(self).__name__}.{key} holds parameters, so {described(x)} cannot be assigned: set the data "
                             "of a parameter, as in p.data = 0.5, or assign a new Value(...). What is not to be learnt goes into "
                             f"an attribute such as _{key}")
        was_there = key in vars(self)
        object.__setattr__(self, key, x)
        if not has_parts:
            return
        try:
            names = list(self.named_parameters())
        except InputError:                                           # two parameters of one name: undo the assignment
            if was_there:
                vars(self)[key] = before
            else:
                del vars(self)[key]
            raise
        for name, part in reversed(self._parts()):                   # reversed: a shared module keeps its first name
            if isinstance(part, Module):
                part._name = name
        for prefix, module in self._named_modules():
            module._prefix = self._prefix + prefix
        for name, p in names:
            p.name = self._prefix + name

    # Modes --------------------------------------------------------------------------------------------------------------

    def train(self: Self, mode: bool = True) -> Self:
        """Put the module, and all modules inside it, into training mode. Returns the module."""
        if not isinstance(mode, bool):
            raise OperandError(f"mode must be True or False, got {described(mode)}")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: Self) -> Self:
        """Put the module, and all modules inside it, into evaluation mode. Returns the module."""
        return self.train(False)

    # State --------------------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, float]:
        """The parameters and buffers as plain numbers by name, ready for `json.dump`."""
        return {**{name: p.data for name, p in self.named_parameters()}, **self._buffered()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set the parameters and buffers from what `state_dict` returned.

        Raises InputError if a name is missing or unknown, or something is not a number. Then nothing is changed.
        """
        if not isinstance(state, Mapping):
            raise OperandError(f"state must be a dict of names and numbers, got {described(state)}")
        own = self.state_dict()
        missing = [name for name in own if name not in state]
        unknown = [name for name in state if name not in own]
        if missing or unknown:
            problems = [f"{what} {_some(names)}" for what, names in (("missing", missing), ("unknown", unknown)) if names]
            hint = did_you_mean(str(unknown[0]), missing) if missing and unknown else ""
            raise InputError(f"the state does not fit {type(self).__name__}: {', '.join(problems)}{hint}")
        numbers: dict[str, float] = {}
        for name, x in state.items():
            try:
                numbers[name] = real(x)
            except (TypeError, ArithmeticError):
                raise InputError(f"the state of {name} must be a number, got {described(x)}") from None
        for name, p in self.named_parameters():
            p.data = numbers[name]
        for prefix, module in self._named_modules():
            for key in module.buffers:
                count = len(getattr(module, key))
                setattr(module, key, [numbers[f"{prefix}{key}[{k}]"] for k in range(count)])

    def _buffered(self) -> dict[str, float]:
        return {f"{prefix}{key}[{k}]": x for prefix, module in self._named_modules() for key in module.buffers
                for k, x in enumerate(getattr(module, key))}

    # Words --------------------------------------------------------------------------------------------------------------

    def describe(self) -> str:
        """What repr shows in parentheses: sizes and options. Override it if there is something to say."""
        return ""

    def __repr__(self) -> str:
        return "\n".join(self._lines(set()))

    def _repr_html_(self) -> str | None:
        return html_of("Module", self)

    def _lines(self, above: set[int]) -> list[str]:
        """Its own line and those of the modules inside it, without the modules that hold it."""
        count = len(self.parameters())
        total = f", {counted(count, 'parameter')}" if count else ""
        own = self.describe()
        lines = [f"{type(self).__name__}{f'({own})' if own else ''}{total}"]
        if not own:
            for name, part in self._parts():
                if isinstance(part, Module) and id(part) not in above:
                    first, *rest = part._lines({*above, id(self)})
                    lines += [f"  {name}: {first}", *[f"  {line}" for line in rest]]
        return lines


def _parts(items: Iterable[tuple[str, Any]], named: bool = True, level: int = 0) -> list[tuple[str, Value | Module]]:
    """The parameters and modules among named things and inside them. Names take time, so they are empty unless `named`."""
    found: list[tuple[str, Value | Module]] = []
    for name, x in items:
        if isinstance(x, Value):
            if x.op is None:
                found.append((name, x))
        elif isinstance(x, Module):
            found.append((name, x))
        elif level > DEEPEST:
            raise InputError(TOO_DEEP)
        elif isinstance(x, Mapping):
            inside = [(f"{name}[{k!r}]" if named else "", item) for k, item in x.items()]
            found += _parts(inside, named, level + 1)
        elif is_sequence(x) and getattr(getattr(x, "dtype", None), "kind", "O") == "O":  # an array of floats holds no parts
            inside = [(_place(name, k, item) if named else "", item) for k, item in enumerate(x)]
            found += _parts(inside, named, level + 1)
    return found


def _place(key: str, k: int, item: Any) -> str:
    """The name of an item of a list: layer1 in layers, w[0] in w."""
    return f"{key.removesuffix('s')}{k + 1}" if isinstance(item, Module) else f"{key}[{k}]"


def _some(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    return ", ".join(map(str, names[:3])) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def row_of(x: Any) -> list[Any]:
    """One sample as a list of Values and floats; a bare number is a row of one."""
    items = x.ravel().tolist() if is_array(x) else x if is_sequence(x) else [x]
    return [z if isinstance(z, Value) or type(z) is float else _input(z) for z in items]


def _input(z: Any) -> Any:
    if is_real(z):
        return real(z)
    raise OperandError(f"an input must be a row of numbers or Values, got {described(z)}")
