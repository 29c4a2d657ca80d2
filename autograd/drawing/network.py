"""A network as the classic picture: layers of neurons, edges coloured by their weights, or by the weights' gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ..engine import Value
from ..errors import InputError
from ..nn import Layer, Module, Neuron
from ..text import counted
from .scene import Box, Edge, Scene
from .style import Theme

SHOWN = 12                                                           # neurons of a layer that all have a circle
SOME = 4                                                             # at either end of a larger one


def network_scene(model: Module, show: Callable[[float], str], theme: Theme, gradients: bool = True) -> Scene:
    """The layers of neurons in a model, in their order, with the gradients of the weights if there are any and they are wanted.
    Raises InputError if the model has no such layers."""
    layers = [module for module in model.modules() if isinstance(module, Layer)]
    if not layers:
        raise InputError(f"{type(model).__name__} has no layers of neurons to draw: call it, and draw what it returns")
    weights = [w for layer in layers for neuron in layer.neurons for w in neuron.w]
    has_gradients = gradients and any([w.grad for w in weights])
    sizes = " → ".join([str(n) for n in (layers[0].n_in, *[len(layer.neurons) for layer in layers])])
    scene = Scene(straight=True)
    scene.title = (f"{type(model).__name__}: {sizes}, {counted(len(model.parameters()), 'parameter')}; edges show "
                   f"{'gradients' if has_gradients else 'weights'}")
    number_of = (lambda w: w.grad) if has_gradients else (lambda w: w.data)
    largest = max([abs(x) for x in map(number_of, weights) if math.isfinite(x)], default=0.0) or 1.0
    before = _column(scene, "x", [None] * layers[0].n_in, show, number_of)
    for k, layer in enumerate(layers, 1):
        after = _column(scene, f"h{k}" if k < len(layers) else "y", layer.neurons, show, number_of)
        if layer.n_in == len(before):
            _connect(scene, before, after, layer, theme, show, number_of, largest)
        before = after
    return scene


def _kept(count: int) -> list[int | None]:
    """The numbers of the neurons that are drawn; None for what is left out."""
    return list(range(count)) if count <= SHOWN else [*range(SOME), None, *range(count - SOME, count)]


def _column(scene: Scene, name: str, neurons: Sequence[Neuron | None], show: Callable[[float], str],
            number_of: Callable[[Value], float]) -> list[str | None]:
    """The circles of a layer, and the key of each neuron's; None for those left out."""
    keys: list[str | None] = [None] * len(neurons)
    for k in _kept(len(neurons)):
        key = str(len(scene.boxes) + 1)
        if k is None:
            scene.boxes.append(Box(key, [f"… {len(neurons) - 2 * SOME} more"], "neurons that are not drawn", kind="rest",
                                   column=name))
            continue
        neuron = neurons[k]
        label = name if len(neurons) == 1 and name == "y" else f"{name}[{k}]"
        bias = "" if neuron is None else f": b = {show(number_of(neuron.b))}"
        gradient = None if neuron is None else number_of(neuron.b)
        scene.boxes.append(Box(key, [label], f"{label}{bias}", gradient, kind="neuron", column=name))
        keys[k] = key
    return keys


def _connect(scene: Scene, before: Sequence[str | None], after: Sequence[str | None], layer: Layer, theme: Theme,
             show: Callable[[float], str], number_of: Callable[[Value], float], largest: float) -> None:
    for target, neuron in zip(after, layer.neurons):
        for i, (source, w) in enumerate(zip(before, neuron.w)):
            if source is not None and target is not None:
                x = number_of(w)
                colour = theme.paths[0] if x > 0.0 else theme.paths[1] if x < 0.0 else theme.room
                scene.edges.append(Edge(source, target, "", f"{w.name or f'w[{i}]'} = {show(x)}", colours=[colour],
                                        width=0.15 + 0.85 * min(abs(x) / largest, 1.0), negative=x < 0.0))
