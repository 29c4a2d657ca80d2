"""Vector kernels: the elementary functions without a branch, so that all lanes run together.

Each is written once, in terms of a builder `k`, of LLVM's (vectors.py) or, for erf, of NumPy's (numpy_functions.py): `+ - * / <`
act on vectors, `k.fma` is a*b + c, `k.where` chooses in each lane, `k.at_most` is the smaller of two, or NaN. The errors were
measured against 60 digits, over the whole domain; tests/test_kernels.py holds them to 2.5 ulp. NaN gives NaN, and the special
values are those of IEEE 754.

Sources: the polynomials of fdlibm (Sun Microsystems 1993: exp, log, log1p, sin, cos) and Cephes (Moshier 1989: tanh, erf, erfc,
atan), which are rational approximations by Remez's algorithm; the arrangement for vectors is our own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Kernel = Callable[..., Any]

INF = math.inf
LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10  # the high part has 33 bits: n times it is exact
SHIFT = 6755399441055744.0                                           # 1.5 * 2**52: x + SHIFT - SHIFT is x rounded
SHIFT_BITS = 0x4338000000000000
BIAS = 1023
TAYLOR = tuple([1.0 / math.factorial(n) for n in range(13, 1, -1)])


def _exp_parts(k: Any, x: Any, rest: Any = None) -> tuple[Any, Any]:
    """exp(x + rest) as (1 + p) 2**n: p, and n as a vector of integers. x lies in [-1500, 1500], and rest is less than its last
    place."""
    z = k.fma(x, LOG2_E, SHIFT)
    n = z - SHIFT
    r = k.fma(n, -LN2_HIGH, x)
    r = k.fma(n, -LN2_LOW, r) if rest is None else r + k.fma(n, -LN2_LOW, rest)
    return k.fma(r * r, k.polynomial(r, TAYLOR), r), k.bits(z) - SHIFT_BITS


def _scaled(k: Any, y: Any, n: Any) -> Any:
    """y times 2**n, by way of two factors, so that the result may be subnormal; n lies in [-2044, 2044]."""
    half = n >> 1
    return y * _power_of_2(k, half) * _power_of_2(k, n - half)


def _power_of_2(k: Any, n: Any) -> Any:
    return k.float_of((n + BIAS) << 52)


def _clamped(k: Any, x: Any, low: float, high: float) -> Any:
    """x within bounds; NaN stays."""
    x = k.where(x > high, high, x)
    return k.where(x < low, low, x)


def exp(k: Any, x: Any, rest: Any = None) -> Any:
    """eˣ; or the exponential of x + rest."""
    p, n = _exp_parts(k, _clamped(k, x, -750.0, 709.9), rest)
    half = n >> 1
    a = _power_of_2(k, half)
    return k.fma(p, a, a) * _power_of_2(k, n - half)


LN2_REST = 2.3190468138462996e-17                                    # ln 2 less its float


def exp2(k: Any, x: Any) -> Any:
    """2ˣ."""
    x = _clamped(k, x, -1080.0, 1024.5)
    z = x + SHIFT
    r = x - (z - SHIFT)
    high = r * math.log(2.0)
    r = high + (k.fma(r, math.log(2.0), -high) + r * LN2_REST)
    p, n = k.fma(r * r, k.polynomial(r, TAYLOR), r), k.bits(z) - SHIFT_BITS
    half = n >> 1
    a = _power_of_2(k, half)
    return k.fma(p, a, a) * _power_of_2(k, n - half)


def expm1(k: Any, x: Any) -> Any:
    """eˣ - 1, accurate near 0."""
    c = _clamped(k, x, -60.0, 709.9)
    p, n = _exp_parts(k, c)
    half = n >> 1
    a, b = _power_of_2(k, half), _power_of_2(k, n - half)
    large = k.fma(p, a, a) * b                                       # where 1 does not count, and 2**n may be infinite
    s = a * b
    y = k.where(c > 600.0, large, k.fma(s, p, s - 1.0))
    return k.where(x == 0.0, x, y)


LOG_POLYNOMIAL = (1.479819860510658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01, 2.222219843214978396e-01,
                  2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01)
ROOT_HALF_BITS = 0x3FE6A09E667F3BCD                                  # of sqrt(1/2)
SMALLEST_NORMAL = 2.2250738585072014e-308


def _log_parts(k: Any, x: Any) -> tuple[Any, Any, Any, Any]:
    """log of a positive normal x as n ln 2 + d - rest, and s: d = m - 1 for the m of x = m 2**n in [sqrt(1/2), sqrt(2)]."""
    i = k.bits(x) - ROOT_HALF_BITS
    e = i >> 52
    m = k.float_of(k.bits(x) - (e << 52))
    n = k.float_of(e + SHIFT_BITS) - SHIFT
    d = m - 1.0
    s = d / (2.0 + d)
    z = s * s
    half = 0.5 * (d * d)
    return n, d, half, s * (half + z * k.polynomial(z, LOG_POLYNOMIAL))


def _log_edges(k: Any, x: Any, y: Any) -> Any:
    y = k.where(x == 0.0, -INF, y)
    y = k.where(x == INF, INF, y)
    return k.where(k.unordered_less(x, 0.0), math.nan, y)


def _normal(k: Any, x: Any) -> tuple[Any, Any]:
    """x, times 2**54 where it is subnormal; and 54 there, 0 elsewhere."""
    small = x < SMALLEST_NORMAL
    return k.where(small, x * 18014398509481984.0, x), k.where(small, 54.0, 0.0)


def log(k: Any, x: Any) -> Any:
    """ln x."""
    scaled, lift = _normal(k, x)
    n, d, half, r = _log_parts(k, scaled)
    n = n - lift
    return _log_edges(k, x, k.fma(n, LN2_HIGH, d - (half - k.fma(n, LN2_LOW, r))))


INVERSE_LN2_HIGH, INVERSE_LN2_LOW = 1.4426950407214463, 1.6751713164886512e-10  # fdlibm's, 1/ln 2 in two parts
INVERSE_LN10_HIGH, INVERSE_LN10_LOW = 0.4342944818781689, 2.5082946711645275e-11
LOG10_2_HIGH, LOG10_2_LOW = 0.30102999566361177, 3.694239077158931e-13


def _log_in_two(k: Any, d: Any, half: Any, r: Any) -> tuple[Any, Any]:
    """d - (half - r) as a high part of 20 bits and a low part."""
    high = k.float_of(k.bits(d - half) & -(1 << 32))
    return high, (d - high) - half + r


def log2(k: Any, x: Any) -> Any:
    """The logarithm to the base 2."""
    scaled, lift = _normal(k, x)
    n, d, half, r = _log_parts(k, scaled)
    high, low = _log_in_two(k, d, half, r)
    main = high * INVERSE_LN2_HIGH
    rest = (low + high) * INVERSE_LN2_LOW + low * INVERSE_LN2_HIGH
    n = n - lift
    w = n + main
    return _log_edges(k, x, rest + ((n - w) + main) + w)


def log10(k: Any, x: Any) -> Any:
    """The logarithm to the base 10."""
    scaled, lift = _normal(k, x)
    n, d, half, r = _log_parts(k, scaled)
    high, low = _log_in_two(k, d, half, r)
    main = high * INVERSE_LN10_HIGH
    n = n - lift
    y = n * LOG10_2_HIGH
    rest = n * LOG10_2_LOW + (low + high) * INVERSE_LN10_LOW + low * INVERSE_LN10_HIGH
    w = y + main
    return _log_edges(k, x, rest + ((y - w) + main) + w)


def log1p(k: Any, x: Any) -> Any:
    """ln(1 + x), accurate near 0."""
    u = 1.0 + x
    c = k.where(x > 1.0, 1.0 - (u - x), x - (u - 1.0)) / u           # what the addition rounded off, relative to u
    n, d, half, r = _log_parts(k, k.where(u > 0.0, u, 1.0))
    y = k.fma(n, LN2_HIGH, d - (half - (k.fma(n, LN2_LOW, r) + c)))
    y = _log_edges(k, u, y)
    return k.where(abs(x) < 1e-17, x, y)


LOG_SERIES = tuple([2.0 / (2 * n + 5) for n in range(9, -1, -1)])
TWO_THIRDS, TWO_THIRDS_REST = 2.0 / 3.0, 3.700743415417188e-17       # and what the float is short of


def _long_log(k: Any, x: Any) -> tuple[Any, Any]:
    """ln x as a sum of two floats, for a positive finite x: with x = m 2**n and s = (m - 1)/(m + 1) it is n ln 2 + 2s + s³ (2/3 +
    2/5 s² + ...), where each step keeps what its rounding lost."""
    scaled, lift = _normal(k, x)
    e = (k.bits(scaled) - ROOT_HALF_BITS) >> 52
    m = k.float_of(k.bits(scaled) - (e << 52))
    n = (k.float_of(e + SHIFT_BITS) - SHIFT) - lift
    above, below = m - 1.0, m + 1.0
    inverse = 1.0 / below
    s = above * inverse
    s_rest = (k.fma(-s, below, above) - s * (m - (below - 1.0))) * inverse
    z = s * s
    z_rest = k.fma(s, s, -z) + 2.0 * s * s_rest
    p = k.polynomial(z, LOG_SERIES)
    q = z * p
    factor = TWO_THIRDS + q
    factor_rest = ((TWO_THIRDS - factor) + q) + (k.fma(z, p, -q) + k.fma(z_rest, p, TWO_THIRDS_REST))
    cube = s * z
    cube_rest = k.fma(s, z, -cube) + k.fma(s, z_rest, s_rest * z)
    t = cube * factor
    t_rest = k.fma(cube, factor, -t) + k.fma(cube, factor_rest, cube_rest * factor)
    a = (s + s) + t
    a_rest = (((s + s) - a) + t) + (s_rest + s_rest + t_rest)
    whole = n * LN2_HIGH
    y = whole + a
    rest = ((whole - y) + a) + k.fma(n, LN2_LOW, a_rest)
    return y + rest, rest - ((y + rest) - y)


def pow(k: Any, x: Any, y: Any) -> Any:
    """xʸ, as the exponential of y ln |x|, with the sign and the special values of IEEE 754."""
    size = abs(x)
    is_edge = (size == 0.0) | (size == INF)
    log_high, log_low = _long_log(k, k.where(is_edge, 1.0, size))
    w = y * log_high
    rest = k.where(abs(w) < 1000.0, k.fma(y, log_high, -w) + y * log_low, 0.0)
    found = exp(k, k.where(size == 1.0, 0.0, w), rest)
    to_zero = (size == 0.0) ^ (y < 0.0)                              # at an edge
    found = k.where(is_edge, k.where(to_zero, 0.0, INF), found)
    is_whole = k.intrinsic("floor", y) == y
    is_even = (k.intrinsic("floor", 0.5 * y) == 0.5 * y) & is_whole
    is_negative = k.bits(x) < 0
    found = k.where(is_negative, k.where(is_whole, k.where(is_even, found, -found), k.where(is_edge, found, math.nan)), found)
    found = k.where(k.is_nan(x) | k.is_nan(y), math.nan, found)
    return k.where((y == 0.0) | (x == 1.0), 1.0, found)


TANH_P = (-9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3)
TANH_Q = (1.0, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3)


def tanh_and_slope(k: Any, x: Any) -> tuple[Any, Any]:
    """tanh(x) and sech²(x), from one exponential and one division: for large |x|, with e = exp(-2|x|) and q = 2 e/(1 + e), they
    are 1 - q and q (2 - q); for small |x|, tanh is a rational function y, and sech² is 1 - y²."""
    a = abs(x)
    p, n = _exp_parts(k, -2.0 * k.where(a > 380.0, 380.0, a))
    e = _scaled(k, 1.0 + p, n)
    s, small = x * x, a < 0.625
    q = k.where(small, k.polynomial(s, TANH_P) * s, e + e) / k.where(small, k.polynomial(s, TANH_Q), 1.0 + e)
    y = k.where(small, k.fma(x, q, x), k.copysign(1.0 - q, x))
    return k.where(a > 0.0, y, x), k.where(small, k.fma(-y, y, 1.0), k.fma(-q, q, q + q))


def tanh(k: Any, x: Any) -> Any:
    """tanh(x)."""
    return tanh_and_slope(k, x)[0]


def sech_squared(k: Any, x: Any) -> Any:
    """sech²(x), the slope of tanh."""
    return tanh_and_slope(k, x)[1]


ERF_T = (9.60497373987051638749e0, 9.00260197203842689217e1, 2.23200534594684319226e3, 7.00332514112805075473e3,
         5.55923013010394962768e4)
ERF_U = (1.0, 3.35617141647503099647e1, 5.21357949780152679795e2, 4.59432382970980127987e3, 2.26290000613890934246e4,
         4.92673942608635921086e4)
ERFC_P = (2.46196981473530512524e-10, 5.64189564831068821977e-1, 7.46321056442269912687e0, 4.86371970985681366614e1,
          1.96520832956077098242e2, 5.26445194995477358631e2, 9.34528527171957607540e2, 1.02755188689515710272e3,
          5.57535335369399327526e2)
ERFC_Q = (1.0, 1.32281951154744992508e1, 8.67072140885989742329e1, 3.54937778887819891062e2, 9.75708501743205489753e2,
          1.82390916687909736289e3, 2.24633760818710981792e3, 1.65666309194161350182e3, 5.57535340817727675546e2)
ERF_SLOPE_AT_0 = 2.0 / math.sqrt(math.pi)


def erf_and_slope(k: Any, x: Any, exp: Kernel = exp) -> tuple[Any, Any]:
    """erf(x) and 2/sqrt(pi) exp(-x²), from one exponential: the kernel above, or one that the builder has."""
    a = k.at_most(abs(x), 30.0)
    s, small = a * a, a < 1.0
    bell = exp(k, -s, -k.rest_of_square(a, s))
    (above, below), (p, q) = k.polynomials(s, (ERF_T, ERF_U)), k.polynomials(k.at_most(a, 6.5), (ERFC_P, ERFC_Q))
    ratio = k.where(small, above * a, p) / k.where(small, below, q)
    return k.copysign(k.where(small, ratio, k.fma(-bell, ratio, 1.0)), x), bell * ERF_SLOPE_AT_0


def erf(k: Any, x: Any) -> Any:
    """erf(x)."""
    return erf_and_slope(k, x)[0]


def erf_slope(k: Any, x: Any) -> Any:
    """2/sqrt(pi) exp(-x²), the slope of erf."""
    return erf_and_slope(k, x)[1]


HALF_PI = (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33)
SIN_POLYNOMIAL = (1.58962301576546568060e-10, -2.50507477628578072866e-8, 2.75573136213857245213e-6,
                  -1.98412698295895385996e-4, 8.33333333332211858878e-3, -1.66666666666666307295e-1)
COS_POLYNOMIAL = (-1.13585365213876817300e-11, 2.08757008419747316778e-9, -2.75573141792967388112e-7,
                  2.48015872888517045348e-5, -1.38888888888730564116e-3, 4.16666666666665929218e-2)
LARGEST_ANGLE = 1e6                                                  # beyond, libm reduces the angle


def sin_and_cos(k: Any, x: Any) -> tuple[Any, Any]:
    """Of an angle up to LARGEST_ANGLE: x - n pi/2 with pi/2 as a sum of three floats."""
    z = k.fma(x, 2.0 / math.pi, SHIFT)
    n, i = z - SHIFT, k.bits(z)
    high = k.fma(n, -HALF_PI[0], x)
    part = n * HALF_PI[1]
    r = high - part
    back = r - high                                                  # what r has lost (Knuth's difference), and what part has
    low = (high - (r - back)) - (part + back) - k.fma(n, HALF_PI[1], -part)
    low = k.fma(n, -HALF_PI[2], low)
    r, low = r + low, low - ((r + low) - r)
    s = r * r
    sine = r + k.fma(r * s, k.polynomial(s, SIN_POLYNOMIAL), k.fma(-0.5 * s, low, low))
    half = 0.5 * s
    w = 1.0 - half
    cosine = w + k.fma(s * s, k.polynomial(s, COS_POLYNOMIAL), (1.0 - w) - half - r * low)
    odd = (i & 1) != 0
    sine, cosine = k.where(odd, cosine, sine), k.where(odd, sine, cosine)
    return k.float_of(k.bits(sine) ^ ((i & 2) << 62)), k.float_of(k.bits(cosine) ^ (((i + 1) & 2) << 62))


def sin(k: Any, x: Any) -> Any:
    """sin(x), for angles up to LARGEST_ANGLE."""
    y = sin_and_cos(k, x)[0]
    return k.where(x == 0.0, x, y)


def cos(k: Any, x: Any) -> Any:
    """cos(x), for angles up to LARGEST_ANGLE."""
    return sin_and_cos(k, x)[1]


def is_small_angle(k: Any, x: Any) -> Any:
    """Where `sin_and_cos` may be used."""
    return abs(x) <= LARGEST_ANGLE


ATAN_P = (-8.750608600031904122785e-1, -1.615753718733365076637e1, -7.500855792314704667340e1, -1.228866684490136173410e2,
          -6.485021904942025371773e1)
ATAN_Q = (1.0, 2.485846490142306297962e1, 1.650270098316988542046e2, 4.328810604912902668951e2, 4.853903996359136964868e2,
          1.945506571482613964425e2)
HALF_PI_REST = 6.123233995736765886130e-17


def atan(k: Any, x: Any) -> Any:
    """atan(x)."""
    a = abs(x)
    large, middle = a > 2.41421356237309504880, a > 0.66
    u = k.where(large, -1.0, k.where(middle, a - 1.0, a)) / k.where(large, a, k.where(middle, a + 1.0, 1.0))
    s = u * u
    y = k.fma(u, s * (k.polynomial(s, ATAN_P) / k.polynomial(s, ATAN_Q)), u)
    base = k.where(large, math.pi / 2.0, k.where(middle, math.pi / 4.0, 0.0))
    rest = k.where(large, HALF_PI_REST, k.where(middle, 0.5 * HALF_PI_REST, 0.0))
    return k.where(x == x, k.copysign(base + (y + rest), x), x)


# Each name with its kernel; pairs share their work: where both are wanted, one call computes them.
KERNELS: dict[str, Kernel] = {
    "exp": exp, "exp2": exp2, "expm1": expm1, "log": log, "log2": log2, "log10": log10, "log1p": log1p, "tanh": tanh,
    "sech_squared": sech_squared, "erf": erf, "erf_slope": erf_slope, "sin": sin, "cos": cos, "atan": atan, "pow": pow}
PAIRS: dict[tuple[str, str], Kernel] = {
    ("tanh", "sech_squared"): tanh_and_slope, ("erf", "erf_slope"): erf_and_slope, ("sin", "cos"): sin_and_cos}
BINARY = frozenset(["pow"])                                          # kernels of two operands
WITHIN: dict[str, Kernel] = {"sin": is_small_angle, "cos": is_small_angle}  # where not all lanes satisfy it, libm is asked
