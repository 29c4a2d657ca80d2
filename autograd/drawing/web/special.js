// Special functions, to 11 digits at ordinary arguments (those of Python are exact). Each is called as `m.gamma(x)`, like those of
// math.js.

const BERNOULLI = [1/6, -1/30, 1/42, -1/30, 5/66, -691/2730, 7/6, -3617/510, 43867/798, -174611/330];   // B2, B4, ...
const isPole = x => x <= 0 && Number.isInteger(x) || x === -Infinity;

function sinPi(x) {                                                  // exact at whole numbers
  const n = Math.round(x);
  return (n % 2 ? -1 : 1)*Math.sin(Math.PI*(x - n));
}

// log|gamma(x)|: Stirling's series from 15 on, and a product below.
function lgamma(x) {
  if (x !== x || isPole(x)) return NaN;
  if (x < 0) return Math.log(Math.PI/Math.abs(sinPi(x))) - lgamma(1 - x);
  if (x === Infinity) return x;
  let product = 1;
  for (; x < 15; x++) product *= x;
  let rest = 0;
  for (let k = BERNOULLI.length; k > 0; k--) rest = rest/(x*x) + BERNOULLI[k - 1]/(2*k*(2*k - 1));
  return (x - 0.5)*Math.log(x) - x + 0.5*Math.log(2*Math.PI) + rest/x - Math.log(product);
}

function gamma(x) {
  if (x > 0 && x < 24 && Number.isInteger(x)) { let y = 1; for (let k = 2; k < x; k++) y *= k; return y; }
  return (x < 0 && Math.floor(x) % 2 ? -1 : 1)*Math.exp(lgamma(x));
}

// The nth derivative of cot(πx), a polynomial in cot(πx).
function cotangent(n, x) {
  let powers = [0, 1];
  for (let k = 0; k < n; k++) {
    const slopes = powers.map((a, i) => i*a).slice(1);
    powers = Array.from({length: slopes.length + 2}, (_, i) => -Math.PI*((slopes[i] ?? 0) + (slopes[i - 2] ?? 0)));
  }
  const c = sinPi(x + 0.5)/sinPi(x);
  return powers.reduceRight((y, a) => y*c + a, 0);
}

// The nth derivative of digamma: the asymptotic series from 20 on, and a sum below.
function polygamma(n, x) {
  if (x !== x || isPole(x) || !(n >= 0 && Number.isInteger(n))) return NaN;
  if (x < -20) return (n % 2 ? -1 : 1)*polygamma(n, 1 - x) - Math.PI*cotangent(n, x);
  const sign = n % 2 ? 1 : -1, factorial = gamma(n + 1);
  let total = 0;
  for (; x < 20; x++) total += sign*factorial/x**(n + 1);
  if (x === Infinity) return n ? 0 : x;
  let rest = 0;
  for (let k = BERNOULLI.length; k > 0; k--) rest += BERNOULLI[k - 1]*gamma(2*k + n)/gamma(2*k + 1)/x**(2*k + n);
  return total + (n ? sign*(gamma(n)/x**n + factorial/(2*x**(n + 1)) + rest) : Math.log(x) - 1/(2*x) - rest);
}

// The nth derivative of exp(x²) erfc(x), by its recurrence; far out by the asymptotic series, and by continued fraction between.
function erfcx_derivative(n, x) {
  if (x === Infinity) return 0;
  if (x > 12) {
    let term = (-1)**n/(Math.sqrt(Math.PI)*x**(n + 1)), total = 0, product = gamma(n + 1);
    for (let k = 0; k < 12; k++) {
      total += term*product;
      product *= (2*k + n + 1)*(2*k + n + 2)/((2*k + 1)*(2*k + 2));
      term *= -(2*k + 1)/(2*x*x);
    }
    return total;
  }
  let y = scaled(x), before = y;
  for (let k = 0; k < n; k++) [before, y] = [y, 2*x*y + (k ? 2*k*before : -2/Math.sqrt(Math.PI))];
  return y;
}

function scaled(x) {                                                 // exp(x²) erfc(x)
  if (x < 3) return Math.exp(x*x)*m.erfc(x);
  let y = 0;
  for (let k = 60; k > 0; k--) y = k/2/(x + y);
  return 1/(Math.sqrt(Math.PI)*(x + y));
}

function log_ndtr(x) {
  return x > 0 ? Math.log1p(-m.erfc(x*Math.SQRT1_2)/2) : Math.log(erfcx_derivative(0, -x*Math.SQRT1_2)/2) - x*x/2;
}

const ndtr_slope = x => m.erf_slope(x*Math.SQRT1_2)/Math.sqrt(8);

// Newton's method on log(ndtr), which is concave: from the left it never goes too far.
function ndtri(p) {
  if (!(p > 0 && p < 1)) return NaN;
  if (p > 0.5) return -ndtri(1 - p);
  let x = -Math.sqrt(-2*Math.log(p));
  for (let k = 0; k < 12 && p < 0.5; k++) {
    const y = log_ndtr(x);
    x += (Math.log(p) - y)/(ndtr_slope(x)/Math.exp(y));
  }
  return p < 0.5 ? x : 0;
}

function erfinv(x) {
  if (!(Math.abs(x) < 1)) return NaN;
  if (Math.abs(x) > 0.5) return -Math.sign(x)*ndtri((1 - Math.abs(x))/2)*Math.SQRT1_2;
  let y = x*Math.sqrt(Math.PI)/2;
  for (let k = 0; k < 6; k++) y -= (m.erf(y) - x)/m.erf_slope(y);
  return y;
}

// The power series, whose terms are all positive; far out the asymptotic series.
function iv(n, x) {
  n = Math.abs(n);
  if (x < 0) return (n % 2 ? -1 : 1)*iv(n, -x);
  if (x > 40 + n*n) {
    let term = 1, total = 0;
    for (let k = 1; k < 30; k++) { total += term; term *= -(4*n*n - (2*k - 1)**2)/(8*k*x); }
    return Math.exp(x)/Math.sqrt(2*Math.PI*x)*total;
  }
  let term = 1, total = 0;
  for (let k = 1; k <= n; k++) term *= x/2/k;
  for (let k = 1; term > total*1e-18; k++) { total += term; term *= x*x/4/(k*(k + n)); }
  return total;
}

// The nth derivative of sin(πx)/(πx): the power series near 0, else x f(n) + n f(n - 1) = πⁿ⁻¹ sin(πx + nπ/2).
function sinc_derivative(n, x) {
  if (Math.abs(x) >= 1 + n/2) {
    let y = sinPi(x)/(Math.PI*x);
    for (let k = 1; k <= n; k++) y = (Math.PI**(k - 1)*sinPi(x + k/2) - k*y)/x;
    return y;
  }
  let k = Math.ceil(n/2), total = 0;
  let term = (-1)**k*Math.PI**(2*k)/(2*k + 1)*x**(2*k - n)/gamma(2*k - n + 1);
  for (let count = 0; count < 60; count++, k++) {
    total += term;
    term *= -((Math.PI*x)**2)*(2*k + 1)/((2*k + 3)*(2*k + 2 - n)*(2*k + 1 - n));
  }
  return total;
}

Object.assign(m, {
  lgamma, gamma, polygamma, erfcx_derivative, log_ndtr, ndtri, erfinv, iv, sinc_derivative, ndtr_slope,
  tanhshrink(x) {                                                    // near 0 by its series, where little is left
    const z = x*x;
    return Math.abs(x) > 0.1 ? x - Math.tanh(x) : x*z*(1/3 - z*(2/15 - z*(17/315 - z*(62/2835 - z*1382/155925))));
  },
  ndtr: x => m.erfc(-x*Math.SQRT1_2)/2,
  ndtri_slope: p => 1/ndtr_slope(ndtri(p)),
  erfinv_slope: x => 1/m.erf_slope(erfinv(x)),
  beta: (a, b) => a > 0 && b > 0 ? Math.exp(lgamma(a) + lgamma(b) - lgamma(a + b)) : NaN,
  polygamma_gap: (n, a, b) => a > 0 && b > 0 ? polygamma(n, a) - polygamma(n, a + b) : NaN,
});
