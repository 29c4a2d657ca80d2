"""`explore`: a function's page, live in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine import Value
from ...errors import AutogradError, InputError, MissingExtraError, OperandError
from ...expressions import expression
from ...inputs import described, finite, quoted
from ...text import did_you_mean, listed
from .document import source, variables
from .pages import page

RENDER = """
function render({model, el}) {
  const root = document.createElement("div");
  root.className = "autograd page";
  root.innerHTML = model.get("_picture");
  el.append(root);
  const tell = inputs => { model.set("inputs", inputs); model.save_changes(); };
  const shown = showPage(root, model.get("_data"), rows, functions, tell);
  const follow = () => shown.set(model.get("inputs"));
  follow();
  root.addEventListener("keydown", shown.keys);
  model.on("change:inputs", follow);
  return () => model.off("change:inputs", follow);
}
export default {render};
"""


def explore(f: Callable[..., Value] | str, /, **inputs: float) -> Any:
    """The page of a function, as a live widget in Jupyter, VS Code or marimo: drag the inputs, and values, partials and gradients
    follow; see `page`. The function is recorded once, at the inputs given.

    Args:
        f: a function of Values, or a formula. inputs: a number for each of its arguments, by name.

    The widget's `inputs` is a dict of the inputs as they are; assign to it to move them: `w.inputs = {"a": 3.0}`.

    Raises MissingExtraError without the extra `notebook`; OperandError if f is none or returns no Value; InputError for a
    name that f does not have, or an input that is no finite number; RenderError if there is no `dot`.

    >>> w = explore("(a + b)*(b + 1)", a=2, b=1)
    >>> w.inputs = {"a": 3.0}
    >>> w.inputs
    {'a': 3.0, 'b': 1.0}
    """
    leaves = {name: Value(finite(name, x), name=name) for name, x in inputs.items()}
    if not isinstance(f, str) and not callable(f):
        raise OperandError(f"explore takes a function or a formula, got {described(f)}")
    try:
        output = (expression(f) if isinstance(f, str) else f)(**leaves)
    except TypeError as error:
        if isinstance(error, AutogradError) or "argument" not in str(error):
            raise
        raise InputError(f"f cannot be called with the inputs {listed(list(leaves))}: {error}") from error
    if not isinstance(output, Value):
        raise OperandError(f"f must return a Value, got {described(output)}")
    return _widget(output)


def _widget(output: Value) -> Any:
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise MissingExtraError("a live page needs anywidget: pip install 'scalar-autograd[notebook]'; without it, "
                                "page(output) makes a file") from None
    shown = page(output)
    picture, data, operations = shown.parts()
    nodes = [data["nodes"][k] for k in data["inputs"]]
    known = {node.get("alias", node["name"]): float(node["value"]) for node in nodes}

    class Explorer(anywidget.AnyWidget):
        """The widget. Attributes: inputs, a dict of names and numbers."""

        _esm = f"{operations}\n{source('autograd.js')}\n{RENDER}"
        _css = variables("auto", ".autograd") + source("autograd.css")
        _picture = traitlets.Unicode(picture).tag(sync=True)
        _data = traitlets.Dict(data).tag(sync=True)
        inputs = traitlets.Dict(known).tag(sync=True)

        @traitlets.validate("inputs")
        def _checked(self, proposal: Any) -> dict[str, float]:
            given: dict[str, Any] = proposal["value"]
            for one in given:
                if one not in known:
                    hint = did_you_mean(str(one), known) or f": there are {listed(list(known))}"
                    raise InputError(f"there is no input {quoted(one)}{hint}")
            return {**self.inputs, **{one: finite(one, x) for one, x in given.items()}}

    return Explorer()
