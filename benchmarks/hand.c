/* The workloads of `python -m benchmarks program` by hand: the limit that compiled programs are measured against.

   Compiled with -O3 -march=native -ffast-math -fopenmp-simd, so that the loops over L lanes become vectors and the functions of
   math.h those of glibc's vector library. Derivatives are derived by hand. Arrays are rows of n numbers, one for each lane. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define L 8                                                          /* lanes that are computed together */
#define EACH _Pragma("omp simd") for (int l = 0; l < L; l++)
typedef double lanes[L] __attribute__((aligned(64)));

/* MLP(2, [16, 16, 1]) with tanh in the hidden layers, and the squared error summed over n samples, n a multiple of L or less
   than it. w: for each neuron its weights, then all biases of the layer. Gives the loss and 337 derivatives. */

static void layer(const double *w, const lanes *x, lanes *h, int in, int out, int is_last) {
    for (int j = 0; j < out; j++) {
        lanes z;
        EACH z[l] = w[out * in + j];
        for (int i = 0; i < in; i++) EACH z[l] += w[j * in + i] * x[i][l];
        if (is_last) EACH h[j][l] = z[l];
        else EACH h[j][l] = tanh(z[l]);
    }
}

static void layer_back(const double *w, const lanes *x, const lanes *gz, lanes *gw, lanes *gx, int in, int out) {
    for (int j = 0; j < out; j++) {
        EACH gw[out * in + j][l] += gz[j][l];
        for (int i = 0; i < in; i++) EACH gw[j * in + i][l] += gz[j][l] * x[i][l];
    }
    if (gx)
        for (int i = 0; i < in; i++) {
            lanes g;
            EACH g[l] = 0.0;
            for (int j = 0; j < out; j++) EACH g[l] += gz[j][l] * w[j * in + i];
            EACH gx[i][l] = g[l] * (1.0 - x[i][l] * x[i][l]);
        }
}

void mlp(const double *xs, const double *w, double *out, long n) {
    static lanes total[338];
    memset(total, 0, sizeof total);
    for (long b = 0; b < n; b += L) {
        lanes x[2], t, h1[16], h2[16], y[1], gy[1], g2[16], g1[16];
        long m = n - b < L ? n - b : L;
        for (int l = 0; l < L; l++) {
            long k = b + (l < m ? l : m - 1);
            x[0][l] = xs[k], x[1][l] = xs[n + k], t[l] = xs[2 * n + k];
        }
        layer(w, x, h1, 2, 16, 0);
        layer(w + 48, h1, h2, 16, 16, 0);
        layer(w + 320, h2, y, 16, 1, 1);
        for (int l = 0; l < L; l++) gy[0][l] = l < m ? 2.0 * (y[0][l] - t[l]) : 0.0;
        EACH total[337][l] += 0.25 * gy[0][l] * gy[0][l];
        layer_back(w + 320, h2, gy, total + 320, g2, 16, 1);
        layer_back(w + 48, h1, g2, total + 48, g1, 16, 16);
        layer_back(w, x, g1, total, 0, 2, 16);
    }
    for (int k = 0; k < 338; k++) {
        double s = 0.0;
        for (int l = 0; l < L; l++) s += total[k][l];
        out[k == 337 ? 0 : k + 1] = s;
    }
}

/* Black and Scholes 1973: the price of a call, and its derivatives by spot, strike, time, rate and volatility. */

void black_scholes(const double *restrict s, const double *restrict k, const double *restrict t, const double *restrict r,
                   const double *restrict v, double *restrict out, long n) {
    double *restrict price = out, *restrict ds = out + n, *restrict dk = out + 2 * n, *restrict dt = out + 3 * n,
           *restrict dr = out + 4 * n, *restrict dv = out + 5 * n;
#pragma omp simd
    for (long i = 0; i < n; i++) {
        double root = sqrt(t[i]), vol = v[i] * root;
        double d1 = (log(s[i] / k[i]) + (r[i] + 0.5 * v[i] * v[i]) * t[i]) / vol, d2 = d1 - vol;
        double n1 = 0.5 * (1.0 + erf(d1 * M_SQRT1_2)), n2 = 0.5 * (1.0 + erf(d2 * M_SQRT1_2));
        double discount = exp(-r[i] * t[i]), density = exp(-0.5 * d1 * d1) * (M_SQRT1_2 * 0.5 * M_2_SQRTPI);
        price[i] = s[i] * n1 - k[i] * discount * n2;
        ds[i] = n1;
        dk[i] = -discount * n2;
        dt[i] = s[i] * density * v[i] / (2.0 * root) + r[i] * k[i] * discount * n2;
        dr[i] = k[i] * t[i] * discount * n2;
        dv[i] = s[i] * density * root;
    }
}

/* A residual of bundle adjustment (ADBench, Srajer et al. 2018): a camera (rotation 3, centre 3, focal length, principal point 2,
   radial distortion 2), a point (3) and a weight, against a feature (2). 2 residuals and their 2 x 15 derivatives, for each of n
   observations. */

void bundle(const double *restrict in, double *restrict out, long n) {
#pragma omp simd
    for (long i = 0; i < n; i++) {
        double a = in[i], b = in[n + i], c = in[2 * n + i];
        double x = in[11 * n + i] - in[3 * n + i], y = in[12 * n + i] - in[4 * n + i], z = in[13 * n + i] - in[5 * n + i];
        double f = in[6 * n + i], u0 = in[7 * n + i], v0 = in[8 * n + i], k1 = in[9 * n + i], k2 = in[10 * n + i];
        double w = in[14 * n + i], fu = in[15 * n + i], fv = in[16 * n + i];
        double q = a * a + b * b + c * c, th = sqrt(q), co = cos(th), si = sin(th), sc = si / th, cc = (1.0 - co) / q;
        double dsc = (co - sc) / q, dcc = (sc - 2.0 * cc) / q;       /* by th, over th: for the chain rule by a, b and c */
        double p = a * x + b * y + c * z;
        double X = x * co + sc * (b * z - c * y) + cc * p * a, Y = y * co + sc * (c * x - a * z) + cc * p * b,
               Z = z * co + sc * (a * y - b * x) + cc * p * c;
        /* d(X, Y, Z) / d(a, b, c) and / d(x, y, z) */
        double X_q = -sc * x + dsc * (b * z - c * y) + dcc * p * a, Y_q = -sc * y + dsc * (c * x - a * z) + dcc * p * b,
               Z_q = -sc * z + dsc * (a * y - b * x) + dcc * p * c;
        double X_a = X_q * a + cc * (x * a + p), X_b = X_q * b + sc * z + cc * y * a, X_c = X_q * c - sc * y + cc * z * a;
        double Y_a = Y_q * a - sc * z + cc * x * b, Y_b = Y_q * b + cc * (y * b + p), Y_c = Y_q * c + sc * x + cc * z * b;
        double Z_a = Z_q * a + sc * y + cc * x * c, Z_b = Z_q * b - sc * x + cc * y * c, Z_c = Z_q * c + cc * (z * c + p);
        double X_x = co + cc * a * a, X_y = -sc * c + cc * a * b, X_z = sc * b + cc * a * c;
        double Y_x = sc * c + cc * a * b, Y_y = co + cc * b * b, Y_z = -sc * a + cc * b * c;
        double Z_x = -sc * b + cc * a * c, Z_y = sc * a + cc * b * c, Z_z = co + cc * c * c;
        double g = X / Z, h = Y / Z, r2 = g * g + h * h, s = 1.0 + (k1 + k2 * r2) * r2, s_r = k1 + 2.0 * k2 * r2;
        double u = u0 + f * s * g, v = v0 + f * s * h;
        double u_g = f * (s + 2.0 * s_r * g * g), u_h = f * 2.0 * s_r * g * h, v_h = f * (s + 2.0 * s_r * h * h);
        double iz = 1.0 / Z;
#define ROW(first, G, H, e, value, by_u, by_v, along)                                                                        \
    {                                                                                                                        \
        double *restrict o = out + (first)*n + i;                                                                            \
        double dX = w * (G)*iz, dY = w * (H)*iz, dZ = -w * ((G)*g + (H)*h) * iz;                                             \
        double dx = dX * X_x + dY * Y_x + dZ * Z_x, dy = dX * X_y + dY * Y_y + dZ * Z_y, dz = dX * X_z + dY * Y_z + dZ * Z_z; \
        o[0] = dX * X_a + dY * Y_a + dZ * Z_a, o[n] = dX * X_b + dY * Y_b + dZ * Z_b, o[2 * n] = dX * X_c + dY * Y_c + dZ * Z_c; \
        o[3 * n] = -dx, o[4 * n] = -dy, o[5 * n] = -dz, o[6 * n] = w * s * (along), o[7 * n] = by_u, o[8 * n] = by_v;        \
        o[9 * n] = w * f * (along)*r2, o[10 * n] = w * f * (along)*r2 * r2;                                                  \
        o[11 * n] = dx, o[12 * n] = dy, o[13 * n] = dz, o[14 * n] = (value) - (e);                                           \
    }
        ROW(0, u_g, u_h, fu, u, w, 0.0, g)
        ROW(15, u_h, v_h, fv, v, 0.0, w, h)
    }
}

/* The log-likelihood of a Gaussian mixture (ADBench): n points of D numbers, K components with log-weights alpha, means mu, and
   factors Q of their precision: exp(q) on the diagonal, l below. p: for each component alpha, mu, q, l. Gives the sum over points
   of logsumexp(alpha + sum(q) - |Q (x - mu)|²/2), and its derivatives by p. n is a multiple of L. */

#define D 10
#define K 25
#define P (1 + D + D + D * (D - 1) / 2)

void gmm(const double *xs, const double *p, double *out, long n) {
    static lanes total[1 + K * P];
    static double diagonal[K][D], sums[K];
    memset(total, 0, sizeof total);
    for (int k = 0; k < K; k++) {
        sums[k] = p[k * P];
        for (int i = 0; i < D; i++) diagonal[k][i] = exp(p[k * P + 1 + D + i]), sums[k] += p[k * P + 1 + D + i];
    }
    for (long b = 0; b < n; b += L) {
        static lanes x[D], c[K][D], t[K][D], e[K];
        lanes top, sum;
        for (int i = 0; i < D; i++) EACH x[i][l] = xs[i * n + b + l];
        for (int k = 0; k < K; k++) {
            const double *mu = p + k * P + 1, *low = mu + 2 * D;
            lanes q;
            EACH q[l] = 0.0;
            for (int i = 0; i < D; i++) EACH c[k][i][l] = x[i][l] - mu[i];
            for (int i = 0, m = 0; i < D; i++) {
                EACH t[k][i][l] = diagonal[k][i] * c[k][i][l];
                for (int j = 0; j < i; j++, m++) EACH t[k][i][l] += low[m] * c[k][j][l];
                EACH q[l] += t[k][i][l] * t[k][i][l];
            }
            EACH e[k][l] = sums[k] - 0.5 * q[l];
        }
        EACH top[l] = e[0][l], sum[l] = 0.0;
        for (int k = 1; k < K; k++) EACH top[l] = e[k][l] > top[l] ? e[k][l] : top[l];
        for (int k = 0; k < K; k++) EACH e[k][l] = exp(e[k][l] - top[l]), sum[l] += e[k][l];
        EACH total[0][l] += top[l] + log(sum[l]);
        for (int k = 0; k < K; k++) {
            lanes *g = total + 1 + k * P, share, gc[D];
            const double *low = p + k * P + 1 + 2 * D;
            EACH share[l] = e[k][l] / sum[l];
            EACH g[0][l] += share[l];
            for (int i = 0; i < D; i++) EACH gc[i][l] = 0.0;
            for (int i = 0, m = 0; i < D; i++) {
                lanes s;
                EACH s[l] = -share[l] * t[k][i][l];
                EACH g[1 + D + i][l] += share[l] + s[l] * c[k][i][l] * diagonal[k][i];
                EACH gc[i][l] += s[l] * diagonal[k][i];
                for (int j = 0; j < i; j++, m++) {
                    EACH g[1 + 2 * D + m][l] += s[l] * c[k][j][l];
                    EACH gc[j][l] += s[l] * low[m];
                }
            }
            for (int i = 0; i < D; i++) EACH g[1 + i][l] -= gc[i][l];
        }
    }
    for (int k = 0; k < 1 + K * P; k++) {
        out[k] = 0.0;
        for (int l = 0; l < L; l++) out[k] += total[k][l];
    }
}
