"""Sources/MishOps/Zeros.h: where the derivatives of the activations pass through zero, and how.

    pip install gmpy2 mpmath
    python zeros.py

For every zero of f' and f'' of the smooth activations: the zero as the sum of two doubles, the slope there as the sum
of two doubles, and a polynomial p such that the function is d (slope + d p(d)), d = x - zero, with a relative error
below 2^-57 for |d| < width. The definitions are those of activations.py.
"""
from pathlib import Path

import gmpy2
import mpmath
from gmpy2 import mpfr

from activations import ACTIVATIONS, BITS

# How far from a zero the polynomial serves: as far as cancellation would cost more than a unit of the last place.
# Mish's f' has the fewest digits to lose there, and is to be fast.
WIDTHS = {("mish", 1): mpmath.mpf(1) / 32}
WIDTH = mpmath.mpf(1) / 8
ERROR = mpmath.mpf(2) ** -57
mpmath.mp.prec = BITS
SMOOTH = ("mish", "silu", "gelu", "gelu_tanh", "tanhexp", "logish", "smish", "serf", "phish")


def to_mpfr(x):
    return mpfr(mpmath.nstr(x, 190))


def from_mpfr(x):
    mantissa, exponent, _ = x.digits(2) if x else ("0", 0, 0)
    digits = mantissa.lstrip("-")
    return (-1 if mantissa.startswith("-") else 1) * mpmath.ldexp(int(digits, 2), exponent - len(digits))


def zeros(f):
    """In (-6, 6), between steps of 1/64, and 0 itself."""
    grid = [mpfr(i) / 64 + mpfr(1) / 1000 for i in range(-6 * 64, 6 * 64)]
    for low, high in zip(grid, grid[1:]):
        a = f(low)
        if a * f(high) < 0:
            for _ in range(BITS):
                middle = (low + high) / 2
                low, high = (middle, high) if f(middle) * a > 0 else (low, middle)
            yield mpfr(0) if abs(low) < mpfr(2) ** -300 else low


def parts(x):
    high = float(x)
    return high, float(x - mpmath.mpf(high))


def expansion(f, zero, width):
    """slope, and p from the highest power down, from values of f on Chebyshev's points of [-width, width]."""
    for degree in range(4, 20):
        count = degree + 3
        angles = [mpmath.pi * (2 * i + 1) / (2 * count) for i in range(count)]
        points = [width * mpmath.cos(angle) for angle in angles]
        values = [from_mpfr(f(zero + to_mpfr(d))) / d for d in points]
        series = [2 * sum(v * mpmath.cos(n * a) for v, a in zip(values, angles)) / count for n in range(count)]
        if abs(series[degree + 2]) + abs(series[degree + 1]) > ERROR * abs(series[0] / 2) / 2:
            continue
        # Chebyshev's polynomials as powers of d.
        total, before, now = [series[0] / 2], [mpmath.mpf(1)], [mpmath.mpf(0), 1 / width]
        for n in range(1, degree + 2):
            total = [a + series[n] * b for a, b in zip(total + [mpmath.mpf(0)], now)]
            following = [mpmath.mpf(0)] + [2 * c / width for c in now]
            before, now = now, [a - b for a, b in zip(following, before + [mpmath.mpf(0)] * 2)]
        return total[0], [float(c) for c in reversed(total[1:])]


lines = [
    "// Where the derivatives of the activations are zero. Made by Tests/Reference/zeros.py.",
    "#pragma once",
    "",
    '#include "Pairs.h"',
]
for name in SMOOTH:
    for order in (1, 2):
        f = lambda x: ACTIVATIONS[name](x)[order]
        found = list(zeros(f))
        for number, zero in enumerate(found):
            width = WIDTHS.get((name, order), WIDTH)
            slope, p = expansion(f, zero, width)
            place, low = parts(from_mpfr(zero))
            slope, slope_low = parts(slope)
            title = "".join(part.capitalize() for part in name.split("_"))
            suffix = f"{number + 1}" if len(found) > 1 else ""
            lines += ["", f"constexpr Zero<{len(p)}> zero{suffix}Of{title}{'First' if order == 1 else 'Second'} = {{",
                      f"    {place.hex()}, {low.hex()}, {float(width).hex()}, {slope.hex()}, {slope_low.hex()},",
                      "    {"]
            row = "       "
            for c in p:
                if len(row) + len(c.hex()) + 2 > 118:
                    lines.append(row)
                    row = "       "
                row += f" {c.hex()},"
            lines += [row, "    }};"]
path = Path(__file__).parents[2] / "Sources" / "MishOps" / "Zeros.h"
path.write_text("\n".join(lines) + "\n")
