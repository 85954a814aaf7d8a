"""The coefficients of Sources/MishOps/InPlace.h: Mish's derivative as a function of Mish's value.

    python mish_inverse.py

Needs numpy and mpmath. Minimax fits of ratios of polynomials by Lawson's iteration, with the largest error of the
derivative, first of the fit, then with coefficients and arithmetic of fp32.
"""
import mpmath
import numpy

mpmath.mp.dps = 40
X0 = mpmath.mpf("-1.1924312145154952125376883404207394056")
chebyshev = numpy.polynomial.chebyshev


def mish(x):
    return x * mpmath.tanh(mpmath.log1p(mpmath.exp(x)))


def slope(x):
    u = mpmath.exp(x)
    d = u * u + 2 * u + 2
    return u * ((u + 2) * d + 4 * x * (u + 1)) / d**2


def table(points):
    """sigma, f', f for each x."""
    points = [mpmath.mpf(float(x)) for x in points]
    values = [mish(x) for x in points]
    sigmas = [mpmath.sign(x - X0) * mpmath.sqrt(y - mish(X0)) for x, y in zip(points, values)]
    return (numpy.array([float(v) for v in column]) for column in (sigmas, map(slope, points), values))


def cosines(low, high, count=600):
    return (low + high) / 2 - (high - low) / 2 * numpy.cos(numpy.pi * (numpy.arange(count) + 0.5) / count)


def fit(v, f, weight, degree, degree_over, factor, steps=80):
    """Coefficients from the lowest power up of P and Q, Q(0) = 1, with the least largest |factor P / Q - f| weight."""
    low, high = v.min(), v.max()
    t = (2 * v - low - high) / (high - low)
    p_basis = chebyshev.chebvander(t, degree) * factor[:, None]
    q_basis = chebyshev.chebvander(t, degree_over)[:, 1:]
    share, q, best = numpy.full(len(v), 1 / len(v)), numpy.ones(len(v)), (numpy.inf,)
    for step in range(steps):
        scale = numpy.sqrt(share) * weight / abs(q)
        system = numpy.hstack([p_basis, -f[:, None] * q_basis]) * scale[:, None]
        c = numpy.linalg.lstsq(system, f * scale, rcond=None)[0]
        q = 1 + q_basis @ c[degree + 1:]
        error = abs(p_basis @ c[:degree + 1] / q - f) * weight
        if error.max() < best[0] and q.min() > 0:
            best = error.max(), c
        if step > 5:
            share = share * error / (share * error).sum()
    to_v = numpy.polynomial.Polynomial([-(low + high) / (high - low), 2 / (high - low)])
    c = best[1]
    p, q = (numpy.polynomial.Polynomial(chebyshev.cheb2poly(part))(to_v).coef
            for part in (c[:degree + 1], numpy.r_[1, c[degree + 1:]]))
    return best[0], p / q[0], q / q[0]


def in_single(coefficients, v):
    y = numpy.zeros_like(v, dtype=numpy.float32)
    for c in coefficients[::-1].astype(numpy.float32):
        y = (y.astype(float) * v + c).astype(numpy.float32)  # a fused multiply and add
    return y


def show(name, v, f, degree, degree_over, weight=None, factor=None, plus=0.0):
    weight = numpy.ones_like(f) if weight is None else weight
    factor = numpy.ones_like(f) if factor is None else factor
    error, p, q = fit(v, f - plus, weight, degree, degree_over, factor)
    single = v.astype(numpy.float32)
    result = in_single(p, single) * factor.astype(numpy.float32) / in_single(q, single) + numpy.float32(plus)
    print(f"{name}: error {error:.1e}, in fp32 {(abs(result - f) * weight).max():.1e}")
    for row in (p, q):
        print("   ", ", ".join(f"{numpy.float32(c):.9g}" for c in row[::-1]))


for name, high, over in (("coarse", 6.5, 4), ("fine", 2.26, 5)):
    sigma, first, _ = table(cosines(-2.505, high))
    show(f"{name} middle, of sigma - 1/2", sigma - 0.5, first, 6, over, factor=sigma)
_, first, value = table(-numpy.geomspace(2.495, 110, 600))
for name, degree, least in (("coarse", 2, 2e-3), ("fine", 3, 1e-4)):
    show(f"{name} left, of -log2(-y)", -numpy.log2(-value), first / value, degree, degree,
         weight=numpy.maximum(abs(value), least))
_, first, value = table(cosines(2.24, 9.8))
show("fine right, of y, less 1", value, first, 4, 4, plus=1.0)
