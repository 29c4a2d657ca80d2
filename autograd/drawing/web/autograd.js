// Pictures that answer: the graph computed and swept again, its picture brought up to date, steps played, claims judged.
// What an operation computes, and its partials, are in `rows`, which Python writes from its table.

// Numbers as text --------------------------------------------------------------------------------------------------------

// A number for a label, as Python's "%.4g" writes it: 2, 0.05502, 1e-07; whole ones below a million in full.
export function number(x, digits = 4) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (Number.isInteger(x) && Math.abs(x) < 1e6) return String(Math.trunc(x) + 0);
  const [head, exponent] = rounded(Math.abs(x), digits), sign = x < 0 ? "-" : "";
  const all = head.padEnd(digits, "0");
  if (exponent < -4 || exponent >= digits) {
    const rest = head.slice(1) && `.${head.slice(1)}`;
    return `${sign}${head[0]}${rest}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${head}`;
  const fraction = head.slice(exponent + 1);
  return `${sign}${all.slice(0, exponent + 1)}${fraction && `.${fraction}`}`;
}

// The leading digits, without zeros at the end, and the exponent; a tie goes to the even digit.
function rounded(x, digits) {
  const [long, exponent] = x.toExponential(60).split("e");
  const all = long.replace(".", ""), rest = all.slice(digits), half = "5".padEnd(rest.length, "0");
  let kept = BigInt(all.slice(0, digits)), e = Number(exponent);
  if (rest > half || (rest === half && kept % 2n === 1n)) kept += 1n;
  let text = String(kept);
  if (text.length > digits) { text = text.slice(0, digits); e += 1; }
  return [text.replace(/0+$/, ""), e];
}

// The graph --------------------------------------------------------------------------------------------------------------

export class Graph {
  constructor(data, rows) {
    this.nodes = data.nodes.map(node => ({
      ...node, row: rows[node.row], data: Number(node.value),
      operands: (node.operands ?? []).map(x => typeof x === "string" ? {constant: Number(x)} : {node: x}),
    }));
    this.inputs = data.inputs;
    this.output = this.nodes.length - 1;
    const names = new Map(this.nodes.map((v, k) => [v.name, k]));     // θ is also theta, and v₁ also v1
    this.nodes.forEach((v, k) => [v.alias, onOneLine(v.name)].forEach(name => { if (name && !names.has(name)) names.set(name, k); }));
    this.names = [...names];
  }

  // The value of every node, given those of the inputs by number; NaN where an operation has no value.
  values(given) {
    const y = [];
    this.nodes.forEach((v, k) => {
      if (!v.row) { y.push(given[k] ?? v.data); return; }
      const xs = this.operands(v, y), outside = v.row.domain && !v.row.domain(...xs), value = outside ? NaN : v.row.value(...xs);
      y.push(!Number.isFinite(value) && xs.every(Number.isFinite) ? NaN : value);
    });
    return y;
  }

  operands(v, values) { return v.operands.map(x => x.node === undefined ? x.constant : values[x.node]); }

  // Whether no operation is at a kink, where there is no single derivative.
  isSmooth(values) { return this.nodes.every(v => !v.row?.kink || v.row.kink(...this.operands(v, values)) !== 0); }

  partials(values) {
    return this.nodes.map((v, k) => v.row && v.operands.length ? v.row.partials(values[k], ...this.operands(v, values)) : []);
  }

  // The derivative of the output by every node; with `size`, the sum of the absolute products over all paths.
  sweep(partials, size = false) {
    const g = new Array(this.nodes.length);
    g[this.output] = 1;
    for (let k = this.output; k >= 0; k--)
      if (g[k] !== undefined) this.flows(k, partials).forEach(([x, d]) => { g[x] = (g[x] ?? 0) + (size ? Math.abs(d)*g[k] : d*g[k]); });
    return Array.from(g, x => x ?? 0);
  }

  // Where gradient flows from a node: pairs of an operand's node and the local partial.
  flows(k, partials) {
    const v = this.nodes[k];
    return v.operands.map((x, j) => [x.node, partials[k][j], j])
      .filter(([x, d, j]) => x !== undefined && d !== null && !(d === 0 && v.row.chooses?.(j)));
  }

  // The first node without a value that the output needs, or undefined.
  faulty(values) {
    if (!Number.isNaN(values[this.output])) return undefined;
    return this.nodes.findIndex((v, k) => Number.isNaN(values[k]) && this.operands(v, values).every(x => !Number.isNaN(x)));
  }

  // The paths from a node to the output, as lists of nodes, if there are no more than `most`.
  paths(from, partials, most = 6) {
    const into = new Map();
    for (let k = 0; k <= this.output; k++)
      for (const [x, d] of this.flows(k, partials)) into.set(x, [...(into.get(x) ?? []), [k, d]]);
    const counts = new Array(this.nodes.length).fill(0);
    counts[this.output] = 1;
    for (let k = this.output - 1; k >= 0; k--) counts[k] = (into.get(k) ?? []).reduce((n, [v]) => n + counts[v], 0);
    if (counts[from] > most) return {count: counts[from], paths: []};
    const found = [], waiting = [{at: from}];
    while (waiting.length) {
      const step = waiting.pop();
      if (step.at === this.output) found.push(step);
      else for (const [v, d] of [...into.get(step.at) ?? []].reverse()) if (counts[v]) waiting.push({at: v, d, before: step});
    }
    const whole = step => { const path = []; for (; step.before; step = step.before) path.push([step.at, step.d]); return path.reverse(); };
    return {count: counts[from], paths: found.map(whole)};
  }
}

// v1 for v₁.
function onOneLine(name) { return name.replace(/[₀-₉]/g, digit => String.fromCharCode(digit.charCodeAt(0) - 0x2080 + 48)); }

// Formulas that people type ----------------------------------------------------------------------------------------------

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹", POWER = /^⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+/, OTHER_NAMES = {ln: "log", σ: "sigmoid", sgn: "sign"};
const SIGNS = {"−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "∙": "*", "•": "*", "∗": "*", "÷": "/", "∕": "/", "≤": "<=", "≥": ">=", "≠": "!="};
const ULP = 2**-51;

// A function of named numbers: formula("2x + y", ["x", "y"], functions)({x: 1, y: 2}). Throws an Error that says what is wrong.
// Given a source of random numbers, too, it rounds each result up or down at random, which shows how much its rounding matters.
export function formula(text, names, functions) {
  const plain = text.trim().replace(/[−–·⋅×∙•∗÷∕≤≥≠]/g, sign => SIGNS[sign]);
  const known = [...names].sort((a, b) => b.length - a.length);
  let at = 0, jig = x => x;
  const skip = () => { while (/\s/.test(plain[at] ?? "")) at++; };
  const take = sign => { skip(); if (!plain.startsWith(sign, at)) return false; at += sign.length; return true; };
  const fail = what => { throw new Error(what); };
  const need = sign => take(sign) || fail(at < plain.length ? `a ${sign} is missing before “${plain.slice(at, at + 12)}”` : `a ${sign} is missing`);
  const binary = (inner, signs) => {
    let left = inner();
    for (;;) {
      const sign = Object.keys(signs).find(take);
      if (sign === undefined) return left;
      const a = left, b = inner(), f = signs[sign];
      left = env => jig(f(a(env), b(env)));
    }
  };
  const COMPARED = {"<=": (a, b) => a <= b, ">=": (a, b) => a >= b, "==": (a, b) => a === b, "!=": (a, b) => a !== b,
                    "<": (a, b) => a < b, ">": (a, b) => a > b};
  const comparison = () => {                                         // 0 < x < 1 holds if both parts hold
    const parts = [sum()], signs = [];
    for (let sign; (sign = Object.keys(COMPARED).find(take)) !== undefined;) { signs.push(COMPARED[sign]); parts.push(sum()); }
    if (!signs.length) return parts[0];
    return env => { const xs = parts.map(part => part(env)); return +signs.every((f, k) => f(xs[k], xs[k + 1])); };
  };
  const sum = () => binary(product, {"+": (a, b) => a + b, "-": (a, b) => a - b});
  const product = () => {
    let left = unary(), isDivided = false;
    for (;;) {
      skip();
      const a = left, start = at;
      if (!plain.startsWith("**", at) && take("*")) { const b = unary(); left = env => jig(a(env)*b(env)); isDivided = false; }
      else if (take("/")) { const b = unary(); left = env => jig(a(env)/b(env)); isDivided = true; }
      else if (/[\p{L}_√(]/u.test(plain[at] ?? "")) {                 // 2x, 3(a + b), x y
        const b = raised();
        if (isDivided) fail(`“/… ${plain.slice(start, at)}” can be read in two ways: write /(…*${plain.slice(start, at)}) or /…*${plain.slice(start, at)}`);
        left = env => jig(a(env)*b(env));
      } else return left;
    }
  };
  const unary = () => {
    if (take("-")) { const x = unary(); return env => -x(env); }
    return take("+") ? unary() : raised();
  };
  const raised = () => {
    let base = atom();
    for (let n; (n = power()) !== undefined;) { const x = base, m = n; base = env => jig(functions.pow[2](x(env), m)); }
    if (!take("**") && !take("^")) return base;
    const x = base, n = unary();
    return env => jig(functions.pow[2](x(env), n(env)));
  };
  const power = () => {                                              // x², x⁻¹
    const digits = plain.slice(at).match(POWER)?.[0];
    if (digits === undefined) return undefined;
    at += digits.length;
    return (digits[0] === "⁻" ? -1 : 1)*Number([...digits.replace("⁻", "")].map(c => SUPERSCRIPTS.indexOf(c)).join(""));
  };
  const atom = () => {
    skip();
    if (take("(")) { const x = comparison(); need(")"); return x; }
    if (take("√")) { const x = atom(); return env => jig(Math.sqrt(x(env))); }
    if (take("|")) { const x = comparison(); need("|"); return env => Math.abs(x(env)); }
    const digits = plain.slice(at).match(/^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/i)?.[0];
    if (digits) {
      if (/e[+-]/.test(digits) && known.includes("e")) fail(`“${digits}” can be read in two ways: write ${digits.replace("e", "*e ").replace(/ ([+-])/, " $1 ").trim()}, or the number without its e`);
      at += digits.length;
      const x = Number(digits);
      return () => x;
    }
    const name = known.find(name => plain.startsWith(name, at) && !/[\p{L}\d_]/u.test(plain[at + name.length] ?? ""));
    const word = plain.slice(at).match(/^[\p{L}_][\p{L}\d_₀-₉]*/u)?.[0];
    if (name !== undefined) {
      at += name.length;
      return env => jig(env[name]);
    }
    if (word === undefined) fail(at < plain.length ? `“${plain.slice(at, at + 12)}” cannot be read` : "the formula ends too early");
    if (word.startsWith("π") && word.length > 1) { at += 1; return () => Math.PI; }                    // πx
    at += word.length;
    if (word === "π" || word === "pi") return () => Math.PI;
    if (word === "e") return () => Math.E;
    const called = Object.hasOwn(functions, word) ? functions[word] : Object.hasOwn(OTHER_NAMES, word) && functions[OTHER_NAMES[word]];
    const letters = [...word].every(letter => known.includes(letter)) && [...word].join("*");
    if (!called) fail(letters ? `there is no ${word}: write ${letters}` : `there is no ${word}: the names are ${names.slice(0, 8).join(", ")}`);
    const n = power() ?? (plain.slice(at).match(/^\^\d+(?=\()/) ? Number(plain.slice(at + 1).match(/^\d+/)[0]) : 1);   // sin²(x)
    if (plain[at] === "^") at += 1 + String(n).length;
    if (!take("(")) fail(`${word} is a function: write ${word}(...)`);
    const isList = take("["), xs = [comparison()];
    while (take(",")) xs.push(comparison());
    if (isList) need("]");
    need(")");
    const f = called[xs.length] ?? fail(`${word} does not take ${xs.length} operand${xs.length === 1 ? "" : "s"}`);
    return env => jig(n === 1 ? f(...xs.map(x => x(env))) : functions.pow[2](f(...xs.map(x => x(env))), n));
  };
  if (!plain) fail("type a formula");
  const result = comparison();
  skip();
  if (at < plain.length) fail(`“${plain.slice(at, at + 12)}” cannot be read`);
  return (env, random) => {
    jig = random ? x => x*(1 + ULP*(2*random() - 1)) : x => x;
    return result(env);
  };
}

// Claims -----------------------------------------------------------------------------------------------------------------

const POINTS = 40, TRIES = 600;
const RIGHT = 1e-11, WRONG = 1e-9;                                   // errors, of the slope
const FINE = 1e-14, COARSE = 1e-12;                                  // and of the sum of the absolute path products: what rounding may do
const NOISE = 1e-12, NEARLY = 1e-6;                                  // of a typical slope: what may be rounding; what is too much of it

// Whether a formula is the derivative of the output by an input: at the given point, and at random ones around it.
export function judge(graph, input, claim, given, seed = 1) {
  const random = generator(seed), tried = [];
  const constants = graph.nodes.flatMap(v => v.operands.map(x => x.constant).filter(Number.isFinite));
  const marks = [...new Set([...constants, 0, 1, -1, 100, -100, 10, 2])];
  for (let k = 0; k < TRIES && tried.length < POINTS; k++) {
    const point = k === 0 ? given : Object.fromEntries(graph.inputs.map(i => [i, drawn(given[i], k, marks, random)]));
    const values = graph.values(point), partials = graph.partials(values);
    const truth = graph.sweep(partials)[input], size = graph.sweep(partials, true)[input];
    if (!Number.isFinite(values[graph.output]) || !Number.isFinite(truth) || !graph.isSmooth(values)) continue;
    const env = Object.fromEntries(graph.names.map(([name, i]) => [name, values[i]])), claimed = finite(claim(env));
    const moves = [1, 2, 3, 4, 5, 6].map(() => Math.abs(claim(env, random) - claimed)).filter(Number.isFinite);
    tried.push({point, claimed, truth, size, error: Math.abs(claimed - truth), rounding: 8*Math.max(0, ...moves)});
  }
  const slopes = tried.map(({truth}) => Math.abs(truth)).sort((a, b) => a - b), typical = slopes[slopes.length >> 1] ?? 0;
  const wrong = tried.find(({truth, error, size, rounding}) => error > Math.max(WRONG*Math.abs(truth), COARSE*size, NOISE*typical, rounding));
  if (wrong) return {verdict: "wrong", ...wrong};
  const isRight = ({truth, error, size, rounding}) => error <= Math.max(RIGHT*Math.abs(truth), FINE*size)
    || (error <= rounding && rounding <= NEARLY*typical);
  const right = tried.filter(isRight).length, holes = tried.filter(({error}) => Number.isNaN(error)).length;
  const doubtful = tried.length - right - holes;
  return {verdict: right >= 3 && right > doubtful ? "right" : "inconclusive", right, holes, doubtful};
}

function finite(x) { return Number.isFinite(x) ? x : NaN; }

// A number beside x, around 0, or around a mark, such as a constant in the graph; with few digits, since it may be shown.
function drawn(x, k, marks, random) {
  const u = 2*random() - 1, mark = marks[Math.floor(k/5) % marks.length];
  const y = [x + 0.3*u*Math.max(1, Math.abs(x)), x*(1 + 0.5*u), x + 3*u*Math.max(1, Math.abs(x)), 3*u, mark + u*Math.max(1, 0.1*Math.abs(mark))][k % 5];
  return Number(y.toPrecision(3));
}

function generator(seed) {                                           // a linear congruential one; of its 32 bits the upper 24
  let state = seed >>> 0;
  return () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return (state >>> 8)/2**24; };
}

// Elements ---------------------------------------------------------------------------------------------------------------

function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  element.append(...children.filter(child => child !== undefined));
  return element;
}

// Scrolls a large picture, and not the page, so that a part is seen.
function follow(part) {
  const frame = part?.closest(".picture");
  if (!frame) return;
  const [inner, outer] = [part.getBoundingClientRect(), frame.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) frame.scrollTop += inner.top - outer.top - outer.height/3;
  if (inner.left < outer.left || inner.right > outer.right) frame.scrollLeft += inner.left - outer.left - outer.width/3;
}

// A slider, buttons and keys that walk through `count` steps; `show(k)` shows one and returns its title.
export function player(root, count, show, start = 0) {
  let at = start, timer = null;
  const go = k => {
    at = Math.max(0, Math.min(count - 1, k));
    const title = show(at);
    slider.value = at;
    shown.textContent = `${at + 1} of ${count}`;
    said.textContent = title;
    if (at === count - 1) stop();
  };
  const label = (sign, name) => { toggle.textContent = sign; toggle.setAttribute("aria-label", name); };
  const stop = () => { clearTimeout(timer); timer = null; label("▶", "play"); };
  const tick = () => { timer = setTimeout(() => { go(at + 1); if (timer !== null) tick(); }, Number(speed.value)); };
  const play = () => {
    if (timer !== null) { stop(); return; }
    if (at === count - 1) go(0);
    label("❚❚", "pause");
    tick();
  };
  const button = (name, sign, say, move) => h("button", {type: "button", class: name, "aria-label": say, onclick: move}, sign);
  const toggle = button("play", "▶", "play", play);
  const slider = h("input", {class: "slider", type: "range", min: 0, max: count - 1, value: start, "aria-label": "step",
                             oninput: event => { stop(); go(Number(event.target.value)); }});
  const shown = h("span", {class: "count"}), said = h("p", {class: "said", "aria-live": "polite"});
  const speed = h("select", {class: "speed", "aria-label": "speed"}, h("option", {value: 3000}, "slow"),
                  h("option", {value: 1500, selected: true}, "normal"), h("option", {value: 600}, "fast"));
  root.append(h("div", {class: "controls"},
    button("first", "⇤", "first step", () => { stop(); go(0); }), button("back", "←", "step back", () => { stop(); go(at - 1); }),
    toggle, button("next", "→", "step", () => { stop(); go(at + 1); }),
    button("last", "⇥", "last step", () => { stop(); go(count - 1); }), slider, shown, speed), said);
  const keys = event => {
    const moves = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1}, target = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || target.closest?.("select, textarea, input:not(.slider)")) return;
    const scrolls = document.scrollingElement.scrollHeight > innerHeight && !root.contains(target) && !event.key.startsWith("Arrow");
    if (scrolls) return;                                             // Home, End and the space bar are the reader's
    if (event.key in moves) { event.preventDefault(); stop(); go(moves[event.key]); }
    else if (event.key === " " && !target.closest?.("button, [role=button]")) { event.preventDefault(); play(); }
  };
  go(start);
  return {go, keys, get at() { return at; }};
}

// The page of a sweep: each step is a table of patches, for an element's id its attributes, or its text under "text".
export function showSweep(root, steps) {
  const parts = new Map([...root.querySelectorAll("svg [id]")].map(part => [part.id, part])), plain = new Map();
  for (const {patches} of steps)
    for (const [name, patch] of Object.entries(patches)) {
      const part = parts.get(name), known = plain.get(name) ?? plain.set(name, {}).get(name);
      for (const key of Object.keys(patch)) known[key] ??= key === "text" ? part.textContent : part.getAttribute(key);
    }
  const set = (part, patch) => {
    for (const [key, value] of Object.entries(patch))
      if (key === "text") part.textContent = value;
      else if (value === null || value === undefined) part.removeAttribute(key);
      else part.setAttribute(key, value);
  };
  const walk = player(root, steps.length, k => {
    for (const [name, patch] of plain) set(parts.get(name), patch);
    for (const [name, patch] of Object.entries(steps[k].patches)) set(parts.get(name), patch);
    const lit = Object.entries(steps[k].patches).find(([name, patch]) => name.startsWith("n") && patch["stroke-width"]);
    follow(lit && parts.get(lit[0]));
    return steps[k].title;
  });
  document.addEventListener("keydown", walk.keys);
}

// The page of a graph ----------------------------------------------------------------------------------------------------

const LONG = 12;                                                     // edges of a path that is not written out
const PATHS = 6, SHARED = -1;                                        // paths that each have a colour; an edge of several paths has none

// Shows a graph below `root`, which holds its picture as SVG. `changed` is told the inputs, by name, whenever one moves.
export function showPage(root, data, rows, functions, changed = () => {}) {
  const graph = new Graph(data, rows), nodes = graph.nodes, inputs = new Set(graph.inputs);
  const parts = new Map([...root.querySelectorAll("svg [id]")].map(part => [part.id, part]));
  const boxes = data.boxes.filter(box => box.nodes.length), boxOf = new Map();
  for (const box of boxes) for (const k of box.nodes) boxOf.set(k, box);
  const given = Object.fromEntries(graph.inputs.map(k => [k, nodes[k].data]));
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const name = k => nodes[k].name, called = k => nodes[k].alias ?? nodes[k].name, derivative = (of, by) => `∂${nodes[of].bracketed}/∂${nodes[by].bracketed}`;
  const out = graph.output, own = k => derivative(out, k);
  let values, partials, gradients, chosen = out, hovered, step = data.steps.length - 1;

  // What is known ----------------------------------------------------------------------------------------------------------

  // The gradients that are known after a step of the sweep, and what its last flow adds to what.
  function knownAfter(last) {
    const known = new Map([[out, 1]]);
    let flow;
    for (const {flows} of data.steps.slice(0, last + 1))
      for (const [k, j] of flows) {
        const x = nodes[k].operands[j].node, d = partials[k][j], before = known.get(x) ?? 0;
        if (!known.has(k) || (d === 0 && nodes[k].row.chooses?.(j))) continue;
        known.set(x, before + d*known.get(k));
        flow = {k, x, before, d};
      }
    return {known, flow};
  }

  function titleOf(k) {
    const {words, kind, flows, box} = data.steps[k], bracketed = x => x < 0 ? `(${number(x)})` : number(x);
    if (kind === "words") return words[0];
    const {known, flow} = knownAfter(k);
    const [v, j] = flows[0], x = nodes[v].operands[j].node, d = partials[v][j], g = known.get(v) ?? 0;
    const numbers = kind === "edge" ? [number(flow?.x === x && flow.k === v ? flow.before : known.get(x) ?? 0), bracketed(g), bracketed(d), number(known.get(x) ?? 0)]
      : [number(kind === "node" ? g : size(boxOf.get(box), known))];
    return words.map((word, i) => word + (numbers[i] ?? "")).join("");
  }

  function size(box, known) {
    const all = box.nodes.filter(k => known.has(k)).map(k => known.get(k));
    return all.length ? box.nodes.length === 1 ? all[0] : Math.hypot(...all) : undefined;
  }

  // The picture ------------------------------------------------------------------------------------------------------------

  function fill(g, largest, theme) {
    if (g === undefined) g = 0;
    if (Number.isNaN(g)) return theme.unknown;
    const share = Number.isFinite(g) ? largest && Math.min(1, Math.abs(g)/largest)**0.6 : 1, full = g > 0 ? theme.positive : theme.negative;
    return `rgb(${theme.blank.map((low, i) => Math.round(low + share*(full[i] - low))).join(" ")})`;
  }

  function draw() {
    const theme = data.themes[data.theme === "auto" ? dark.matches ? "dark" : "light" : data.theme];
    const last = data.steps.length - 1, {known} = step < last ? knownAfter(step) : {known: new Map(gradients.map((g, k) => [k, g]))};
    const all = new Map(gradients.map((g, k) => [k, g])), now = step < last ? data.steps[step] : {boxes: [], edges: []};
    const sizes = boxes.map(box => Math.abs(size(box, all))).filter(Number.isFinite), largest = Math.max(0, ...sizes);
    for (const box of boxes) {
      const g = size(box, known), group = parts.get(`n${box.key}`), text = i => parts.get(`n${box.key}t${i}`);
      if (box.value) text(1).textContent = box.value + shown(values[box.nodes[0]]);
      if (box.graded > 0) text(box.graded).textContent = box.gradient + (g === undefined ? "?" : shown(g));
      parts.get(`n${box.key}s0`).style.fill = fill(g, largest, theme);
      group.classList.toggle("active", now.boxes.includes(box.key));
      group.setAttribute("aria-label", [...group.querySelectorAll("text")].map(part => part.textContent).join(", "));
      group.setAttribute("aria-pressed", box.nodes.includes(chosen));
    }
    data.edges.forEach((edge, k) => {
      const group = parts.get(`e${k}`);
      if (!group) return;
      group.classList.toggle("active", now.edges.includes(k));
      const label = group.querySelector("text");
      if (edge && label) label.textContent = edge.words + shown(partials[edge.node][edge.operand]);
    });
    const fault = graph.faulty(values);
    status.textContent = fault === undefined ? graph.isSmooth(values) ? "" : "There is a kink here: gradients are one choice of several."
      : nodes[fault].formula ? `${name(fault)} = ${nodes[fault].formula} has no value here${nodes[fault].needs ?? ""}.` : `${name(fault)} is not a number.`;
    details(hovered ?? chosen);
  }

  function shown(x) { return Number.isNaN(x) ? "none" : number(x); }

  // What a node is told about: its formula and numbers, and the paths that make its gradient.
  function details(k) {
    const {count, paths} = graph.paths(k, partials, PATHS), v = nodes[k], several = boxOf.get(k)?.nodes.length > 1;
    const product = path => path.length > LONG ? number(value(path)) : path.map(([, d]) => d < 0 ? `(${number(d)})` : number(d)).join(" × ");
    const value = path => path.reduce((p, [, d]) => p*d, 1), steps = path => path.length > LONG ? [k, out] : [k, ...path.map(([v]) => v)];
    about.replaceChildren(
      h("h2", {}, v.name), h("p", {}, v.formula ? `${v.name} = ${v.formula} = ${shown(values[k])}` : `${v.name} = ${shown(values[k])}`),
      h("p", {class: "sum"}, several ? `one of ${boxOf.get(k).nodes.length} outputs; ` : "", k === out ? `${own(k)} = 1` : count === 0 ? `${own(k)} = 0: nothing flows there`
        : paths.length ? `${own(k)} = ${[...new Set([paths.map(product).join(" + "), shown(gradients[k])])].join(" = ")}`
        : `${own(k)} = ${shown(gradients[k])}, the sum over ${count.toLocaleString("en")} paths`));
    if (paths.length > 1 || (paths.length === 1 && k !== out))
      about.append(h("ul", {}, ...paths.map((path, i) => h("li", {class: `path${i}`},
        `${steps(path).map(name).join(path.length > LONG ? " → … → " : " → ")}: ${path.length > 1 && path.length <= LONG ? `${product(path)} = ` : ""}${number(value(path))}`))));
    const on = new Map();                                            // which path is on which edge
    paths.forEach((path, i) => [k, ...path.map(([v]) => v)].slice(0, -1).forEach((x, n) => {
      const edge = `${path[n][0]} ${x}`;
      on.set(edge, on.has(edge) && on.get(edge) !== i ? SHARED : i);
    }));
    data.edges.forEach((edge, n) => {
      const group = parts.get(`e${n}`), i = edge && on.get(`${edge.node} ${nodes[edge.node].operands[edge.operand].node}`);
      for (let p = 0; p < PATHS; p++) group?.classList.toggle(`path${p}`, i === p && k !== out);
      group?.classList.toggle("shared", i === SHARED && k !== out);
    });
  }

  // Inputs -----------------------------------------------------------------------------------------------------------------

  function update() {
    values = graph.values(given);
    partials = graph.partials(values);
    gradients = graph.sweep(partials);
    for (const k of graph.inputs) {
      const [range, box] = fields.get(k), start = nodes[k].data, reach = reachOf(start);
      [range.min, range.max] = [Math.min(start - reach, given[k]), Math.max(start + reach, given[k])];
      range.value = given[k];
      if (document.activeElement !== box) box.value = Number(given[k].toPrecision(6));
    }
    if (walk) walk.go(step); else draw();
  }

  function move(k, x) {
    if (!Number.isFinite(x) || x === given[k]) return;
    given[k] = x;
    update();
    changed(Object.fromEntries(graph.inputs.map(i => [called(i), given[i]])));
  }

  const fields = new Map(graph.inputs.map(k => {
    const x = given[k], reach = reachOf(x), unit = 10**Math.floor(Math.log10(reach/50));
    const range = h("input", {type: "range", min: x - reach, max: x + reach, step: unit, value: x, "aria-label": name(k),
                              oninput: event => move(k, tidy(Number(event.target.value), x, unit))});
    const box = h("input", {type: "number", step: "any", value: x, "aria-label": `${name(k)}, as a number`,
                            oninput: event => move(k, event.target.value === "" ? NaN : Number(event.target.value)),
                            onchange: event => { event.target.value = Number(given[k].toPrecision(6)); }});
    return [k, [range, box]];
  }));

  // How far a slider reaches to either side.
  function reachOf(x) { return x !== 0 && Math.abs(x) < 0.01 ? 3*Math.abs(x) : 3*Math.max(1, Math.abs(x)); }

  // x without the rounding of its steps: 0.3, not 0.30000000000000004.
  function tidy(x, start, unit) { return Number((start + Math.round((x - start)/unit)*unit).toPrecision(12)); }

  function drag(group, k) {
    group.classList.add("input");
    group.addEventListener("pointerdown", event => {
      const [range] = fields.get(k), from = event.clientX, start = given[k], reach = reachOf(start);
      const moved = event => move(k, tidy(start + (event.clientX - from)*reach/150, start, Number(range.step)));
      group.setPointerCapture(event.pointerId);
      group.addEventListener("pointermove", moved);
      for (const end of ["pointerup", "pointercancel"])
        group.addEventListener(end, () => group.removeEventListener("pointermove", moved), {once: true});
    });
  }

  for (const box of boxes) {
    const group = parts.get(`n${box.key}`), k = box.nodes.at(-1), choose = () => { chosen = k; hovered = undefined; draw(); };
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", 0);
    group.querySelectorAll("title").forEach(title => title.remove());
    group.addEventListener("click", choose);
    group.addEventListener("pointerenter", event => { if (event.pointerType === "mouse") { hovered = k; details(k); } });
    group.addEventListener("pointerleave", () => { hovered = undefined; details(chosen); });
    group.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(); } });
    if (box.nodes.length === 1 && inputs.has(k)) drag(group, k);
  }

  // A claim ----------------------------------------------------------------------------------------------------------------

  function check(event) {
    event.preventDefault();
    verdict.className = "verdict";
    const k = Number(by.value), at = p => graph.inputs.map(i => `${name(i)} = ${number(p[i], 6)}`).slice(0, 6).join(", ");
    let judged;
    try {
      judged = judge(graph, k, formula(typed.value, graph.names.map(([name]) => name), functions), given);
    } catch (error) {
      verdict.textContent = `Not read: ${error.message}.`;
      return;
    }
    verdict.classList.add(judged.verdict);
    const points = n => n === 1 ? "1 point" : `${n} points`;
    const holes = judged.holes ? `; at ${points(judged.holes)} it has no value` : "";
    const digits = [6, 9, 12, 17].find(n => number(judged.claimed, n) !== number(judged.truth, n)) ?? 17;
    verdict.textContent = judged.verdict === "right" ? `Right, checked at ${points(judged.right)}${holes}.`
      : judged.verdict === "wrong" ? `Wrong at ${at(judged.point)}: you have ${number(judged.claimed, digits)}, it should be ${number(judged.truth, digits)}.`
      : `Undecided: right at ${points(judged.right)}${judged.doubtful ? `; at ${points(judged.doubtful)} the difference may be rounding` : ""}${holes}.`;
  }

  const by = h("select", {"aria-label": "by which input"}, ...graph.inputs.map(k => h("option", {value: k}, own(k))));
  const typed = h("input", {type: "text", "aria-label": "your derivative", placeholder: "your derivative", autocomplete: "off", spellcheck: "false"});
  const verdict = h("p", {class: "verdict", "aria-live": "polite"}), status = h("p", {class: "status", "aria-live": "polite"});
  const about = h("section", {class: "about", "aria-label": "the chosen value"});
  const sliders = graph.inputs.map(k => h("div", {class: "input"}, h("span", {"aria-hidden": "true"}, name(k)), ...fields.get(k)));
  const sweep = h("section", {class: "sweep", "aria-label": "the backward sweep"});
  root.append(status, sweep, h("div", {class: "columns"},
    h("section", {class: "inputs", "aria-label": "inputs", tabindex: 0}, ...sliders), about,
    graph.inputs.length ? h("form", {class: "claim", onsubmit: check}, by, h("span", {"aria-hidden": "true"}, " = "), typed, h("button", {}, "check"), verdict) : undefined));
  let walk;
  update();
  const walked = k => {
    const isMove = k !== step;
    step = k;
    draw();
    if (isMove) follow(parts.get(`n${data.steps[k].boxes[0]}`));
    return titleOf(k);
  };
  if (data.steps.length > 1) walk = player(sweep, data.steps.length, walked, step);
  dark.addEventListener("change", draw);
  return {
    keys: walk?.keys ?? (() => {}),
    set(named) {                                                     // inputs by name, from outside
      for (const k of graph.inputs) if (Number.isFinite(named[called(k)])) given[k] = named[called(k)];
      update();
    },
    state: () => ({given, values, partials, gradients}),
  };
}
