"""A sweep as one HTML file that fetches nothing: the picture, its steps, and buttons to walk through them."""

from __future__ import annotations

import html
import json

from ..text import printable
from .stills import Stills

STYLE = """\
:root { color-scheme: %(scheme)s }
body { background: %(background)s; color: %(text)s; font: 16px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 1100px;
       padding: 0 1rem }
svg { display: block; height: auto; margin: auto; max-height: 75vh; max-width: 100%% }
.controls { align-items: center; display: flex; flex-wrap: wrap; gap: .5rem; justify-content: center }
input[type=range] { accent-color: %(active)s; flex: 1 1 12rem }
button, select { background: %(background)s; border: 1px solid %(border)s; border-radius: 6px; color: %(text)s; cursor: pointer;
                 font: inherit; min-width: 2.6rem; padding: .2rem .6rem }
:focus-visible { outline: 3px solid %(active)s; outline-offset: 2px }
#said { left: -9999px; position: absolute }
"""

SCRIPT = """\
"use strict";
const steps = JSON.parse(document.getElementById("steps").textContent);
const find = name => document.getElementById(name);
const parts = new Map(), plain = new Map();
for (const step of steps)
  for (const [name, patch] of Object.entries(step.patches)) {
    if (!parts.has(name)) { parts.set(name, find(name)); plain.set(name, {}); }
    for (const key of Object.keys(patch)) {
      const part = parts.get(name);
      plain.get(name)[key] = key === "text" ? part.textContent : part.getAttribute(key);
    }
  }
function set(part, patch) {
  for (const [key, value] of Object.entries(patch))
    if (key === "text") part.textContent = value;
    else if (value === null) part.removeAttribute(key);
    else part.setAttribute(key, value);
}
let at = 0, timer = null;
function go(k) {
  at = Math.max(0, Math.min(steps.length - 1, k));
  for (const [name, patch] of plain) set(parts.get(name), patch);
  for (const [name, patch] of Object.entries(steps[at].patches)) set(parts.get(name), patch);
  find("slider").value = at;
  find("count").textContent = `${at + 1} of ${steps.length}`;
  find("said").textContent = steps[at].title;
  if (at === steps.length - 1) stop();
}
function label(sign, name) { find("play").textContent = sign; find("play").setAttribute("aria-label", name); }
function stop() { clearTimeout(timer); timer = null; label("\\u25b6", "play"); }
function tick() { timer = setTimeout(() => { go(at + 1); if (timer !== null) tick(); }, Number(find("speed").value)); }
function play() {
  if (timer !== null) { stop(); return; }
  if (at === steps.length - 1) go(0);
  label("\\u275a\\u275a", "pause");
  tick();
}
find("slider").addEventListener("input", event => { stop(); go(Number(event.target.value)); });
find("first").addEventListener("click", () => { stop(); go(0); });
find("back").addEventListener("click", () => { stop(); go(at - 1); });
find("next").addEventListener("click", () => { stop(); go(at + 1); });
find("last").addEventListener("click", () => { stop(); go(steps.length - 1); });
find("play").addEventListener("click", play);
document.addEventListener("keydown", event => {
  const moves = {ArrowLeft: () => go(at - 1), ArrowRight: () => go(at + 1), Home: () => go(0), End: () => go(steps.length - 1)};
  if (event.target.tagName === "SELECT" || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key in moves) { event.preventDefault(); stop(); moves[event.key](); }
  else if (event.key === " " && event.target.tagName !== "BUTTON") { event.preventDefault(); play(); }
});
go(0);
"""

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>%(title)s</title>
<style>
%(style)s</style>
</head>
<body>
%(svg)s
<div class="controls">
<button id="first" aria-label="first step">⇤</button>
<button id="back" aria-label="step back">←</button>
<button id="play" aria-label="play">▶</button>
<button id="next" aria-label="next step">→</button>
<button id="last" aria-label="last step">⇥</button>
<input id="slider" type="range" min="0" max="%(last)d" value="0" aria-label="step">
<span id="count"></span>
<select id="speed" aria-label="speed"><option value="3000">slow</option><option value="1500" selected>normal</option>\
<option value="600">fast</option></select>
</div>
<p id="said" aria-live="polite"></p>
<script type="application/json" id="steps">%(steps)s</script>
<script>
%(script)s</script>
</body>
</html>
"""


def page(stills: Stills, title: str) -> str:
    """The HTML of a sweep. Text from names is data in it, never markup or code."""
    theme = stills.theme
    steps = [{"title": step.title, "patches": stills.patches(step)} for step in stills.steps]
    style = STYLE % {"scheme": "dark" if theme.background < "#8" else "light", "background": theme.background, "text": theme.text,
                     "border": theme.border, "active": theme.active}
    data = json.dumps(steps, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return PAGE % {"title": html.escape(printable(title)), "style": style, "svg": stills.layout.text(), "last": len(steps) - 1,
                   "steps": data, "script": SCRIPT}
