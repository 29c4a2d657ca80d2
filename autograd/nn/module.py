"""`Module`: something with parameters, made of others. What networks (nn.py) and your own models have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, TypeVar

from ..engine import Value
from ..errors import InputError, OperandError
from ..inputs import described, is_array, is_real, real
from ..scopes import enter, leave
from ..text import counted, did_you_mean
from ..trees import DEEPEST, depth, is_sequence

Self = TypeVar("Self", bound="Module")


class Module:
    """A model, or a part of one. Subclass it, put parameters and other modules into attributes, and write `forward`.

    Every leaf `Value` in an attribute, or in lists, tuples and dicts there, is a parameter; so is every one of a module there.
    Attributes that begin with an underscore hold neither. Parameters are named by where they are, `w[0]`, and
    `layer1.neuron2.w[0]`: modules in a list `layers` are layer1, layer2, ... (assign a list when it is complete). Change a
    parameter by its `data`, or put another leaf in its place, or None; what could not be learnt, such as a computed Value, is
    refused there with InputError. (`Value(0.3) * 0.1` is computed and no parameter: write `Value(0.3 * 0.1)`.)

    `forward` gets what the module is called with, for one sample or for a batch; say `sample_rank = 1` in the class, if it takes
    one row, and a batch is taken apart for it, unless batch normalisation within it needs all of it at once: that is at home in
    a Sequential. Rows are lists, which + joins: a residual block adds them by [a + b for a, b in zip(x, self.body(x))].

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
        training: whether it is being trained; batch normalisation asks. `train()` and `eval()` set it.
        buffers: the names of attributes, each a list of plain numbers, that belong to its state, though nothing is learnt there.
        sample_rank: how deep one input nests, 1 for a row of numbers, 3 for an image of channels. A module that says so takes
            a batch, a sequence of inputs, too, and answers with a list. None: `forward` gets whatever was given.
        batch_only: whether, in training, it takes whole batches only, as batch normalisation does.
    """

    training: bool = True
    buffers: ClassVar[tuple[str, ...]] = ()
    sample_rank: int | None = None
    batch_only: ClassVar[bool] = False
    _name: str = ""                                                  # what the module that holds it calls it
    _prefix: str = ""                                                # how its parameters' names begin, for all that hold it

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module computes. Yours to write."""
        raise OperandError(f"{type(self).__name__} has no forward: write what it computes as `def forward(self, x):`")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """What `forward` answers, in a scope of its own; for a batch, if `sample_rank` says what one is, a list of answers."""
        if self.sample_rank is not None and inputs and depth(inputs[0]) > self.sample_rank and not self.needs_batch:
            return [self(sample, *inputs[1:], **options) for sample in inputs[0]]
        place = enter(self._name)
        try:
            return self.forward(*inputs, **options)
        finally:
            leave(place)

    # Parameters ---------------------------------------------------------------------------------------------------------

    def parameters(self) -> list[Value]:
        """Every parameter, once."""
        return [p for _, p in self.named_parameters()]

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Every parameter, once, with its name. Raises InputError if two have one name, as of `layer1` and of a list `layers`."""
        seen: set[int] = set()
        names: set[str] = set()
        for prefix, module in self._named_modules():
            for key, part in module._parts():
                if isinstance(part, Value) and id(part) not in seen:
                    seen.add(id(part))
                    if prefix + key in names:
                        raise InputError(f"two parameters would both be called {prefix + key}: give one of the attributes "
                                         "another name")
                    names.add(prefix + key)
                    yield prefix + key, part

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.0, before a sweep: leaves add up over sweeps."""
        for p in self.parameters():
            p.grad = 0.0

    def modules(self) -> Iterator[Module]:
        """This module and all within it, each once."""
        for _, module in self._named_modules():
            yield module

    @property
    def needs_batch(self) -> bool:
        """Whether now it takes whole batches only, because it, or a module within it, is batch_only and in training."""
        return any([module.batch_only and module.training for module in self.modules()])

    def _named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module and all within it, with the beginnings of their parameters' names."""
        waiting: list[tuple[str, Module]] = [("", self)]
        seen: set[int] = set()
        while waiting:
            prefix, module = waiting.pop()
            if id(module) in seen:
                continue
            seen.add(id(module))
            yield prefix, module
            waiting += [(f"{prefix}{key}.", part) for key, part in reversed(list(module._parts())) if isinstance(part, Module)]

    def _parts(self) -> Iterator[tuple[str, Value | Module]]:
        """Its own parameters and modules, under their names."""
        for key, x in list(vars(self).items()):
            if not key.startswith("_"):
                yield from _parts(key, x)

    def __setattr__(self, key: str, x: Any) -> None:
        has_parts = not key.startswith("_") and next(_parts(key, x), None) is not None
        before = vars(self).get(key)
        if not has_parts and x is not None and next(_parts(key, before), None) is not None:
            raise InputError(f"{key} of {type(self).__name__} holds what is learnt, and {described(x)} would not be: set "
                             "the data of a parameter, as in p.data = 0.5, or put a new Value(...) in its place; what is not to "
                             f"be learnt goes into an attribute such as _{key}")
        was_there = key in vars(self)
        object.__setattr__(self, key, x)
        if not has_parts:
            return
        try:
            names = list(self.named_parameters())
        except InputError:                                           # two of one name: as if nothing was assigned
            if was_there:
                vars(self)[key] = before
            else:
                del vars(self)[key]
            raise
        for name, part in reversed(list(self._parts())):             # of one that is there twice the first name holds
            if isinstance(part, Module):
                part._name = name
        for prefix, module in self._named_modules():
            module._prefix = self._prefix + prefix
        for name, p in names:
            p.name = self._prefix + name

    # Modes --------------------------------------------------------------------------------------------------------------

    def train(self: Self, mode: bool = True) -> Self:
        """Set it, and all within it, to be trained; answers the module itself."""
        if not isinstance(mode, bool):
            raise OperandError(f"train takes True or False, not {described(mode)}")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: Self) -> Self:
        """Set it, and all within it, to be used."""
        return self.train(False)

    # State --------------------------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, float]:
        """Its parameters and buffers as plain numbers by name: `json.dump` takes it."""
        return {**{name: p.data for name, p in self.named_parameters()}, **self._buffered()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set parameters and buffers from what `state_dict` gave.

        Raises InputError if a name is missing, one too many is there, or something is no number; then nothing was changed.
        """
        if not isinstance(state, Mapping):
            raise OperandError(f"load_state_dict takes a dict of names and numbers, not {described(state)}")
        own = self.state_dict()
        missing = [name for name in own if name not in state]
        unknown = [name for name in state if name not in own]
        if missing or unknown:
            problems = [f"{what} {_some(names)}" for what, names in (("it lacks", missing), ("it has unknown", unknown)) if names]
            hint = did_you_mean(str(unknown[0]), missing) if missing and unknown else ""
            raise InputError(f"the state does not fit {type(self).__name__}: {' and '.join(problems)}{hint}")
        numbers: dict[str, float] = {}
        for name, x in state.items():
            try:
                numbers[name] = real(x)
            except (TypeError, ArithmeticError):
                raise InputError(f"the state of {name} is {described(x)}, and a number is needed") from None
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
        """What stands in the parentheses of its repr: its sizes and options. Yours to write, if there is more to say."""
        return ""

    def __repr__(self) -> str:
        return "\n".join(self._lines(set()))

    def _lines(self, above: set[int]) -> list[str]:
        """Its own line, and those of the modules within it, but for those that hold it."""
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


def _parts(key: str, x: Any, level: int = 0) -> Iterator[tuple[str, Value | Module]]:
    """The parameters and modules in an attribute, under their names."""
    if level > DEEPEST:
        raise InputError(f"lists nest deeper than {DEEPEST} levels: does one hold itself?")
    if isinstance(x, Module) or (isinstance(x, Value) and x.op is None):
        yield key, x
    elif isinstance(x, Mapping):
        for k, item in x.items():
            yield from _parts(f"{key}[{k!r}]", item, level + 1)
    elif is_sequence(x) and getattr(getattr(x, "dtype", None), "kind", "O") == "O":  # an array of floats holds no parts
        for k, item in enumerate(x):
            name = f"{key.removesuffix('s')}{k + 1}" if isinstance(item, Module) else f"{key}[{k}]"
            yield from _parts(name, item, level + 1)


def _some(names: list[str]) -> str:
    """The first few names, and how many more there are."""
    return ", ".join(map(str, names[:3])) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def row_of(x: Any) -> list[Any]:
    """One sample as a list of Values and floats; a number stands for a row of one."""
    items = x.ravel().tolist() if is_array(x) else x if is_sequence(x) else [x]
    return [z if isinstance(z, Value) or type(z) is float else _input(z) for z in items]


def _input(z: Any) -> Any:
    if is_real(z):
        return real(z)
    raise OperandError(f"an input is a row of numbers or Values, and {described(z)} is neither")
