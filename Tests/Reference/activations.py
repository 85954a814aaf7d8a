"""Exact values of the activations and their first two derivatives, from their plain definitions.

    pip install gmpy2
    python activations.py

writes NAME.f16.bin and NAME.bf16.bin into ../../Sources/CReferences/Vectors: for all 65,536 codes of the type the
correctly rounded f, f' and f'' (three tables of 65,536 little-endian codes, each stored as differences modulo 2^16, all
compressed by zlib). 0x7fff marks an input that is infinite or not a number.

Nothing here is shared with the kernels: definitions, not stable forms, evaluated with MPFR in 600 bits.
"""
import struct
import sys
import zlib
from pathlib import Path

import gmpy2
from gmpy2 import mpfr

BITS = 600
gmpy2.get_context().precision = BITS


def sigmoid(x):
    return 1 / (1 + gmpy2.exp(-x))


def chain(x, t, t1, t2):
    """x t(x) and its derivatives."""
    return x * t, t + x * t1, 2 * t1 + x * t2


def tanh_of(g, g1, g2):
    t = gmpy2.tanh(g)
    u = 1 / gmpy2.cosh(g) ** 2
    if u == 0:  # beyond the range of MPFR, where g may be infinite
        return t, u, u
    return t, u * g1, u * (g2 - 2 * t * g1 * g1)


def softplus_parts(x):
    s, c = sigmoid(x), sigmoid(-x)
    return max(x, mpfr(0)) + gmpy2.log1p(gmpy2.exp(-abs(x))), s, s * c


def mish(x):
    return chain(x, *tanh_of(*softplus_parts(x)))


def softplus(x):
    p, s, t = softplus_parts(x)
    return p, s, t


def silu(x):
    s, c = sigmoid(x), sigmoid(-x)
    return chain(x, s, s * c, s * c * (c - s))


def normal(x):
    """The normal distribution function and its derivatives."""
    density = gmpy2.exp(-x * x / 2) / gmpy2.sqrt(2 * gmpy2.const_pi())
    return gmpy2.erfc(-x / gmpy2.sqrt(mpfr(2))) / 2, density, -x * density


def gelu(x):
    return chain(x, *normal(x))


def gelu_tanh(x):
    k, c = gmpy2.sqrt(2 / gmpy2.const_pi()), mpfr("0.044715")
    # (1 + tanh z) / 2 is the sigmoid of 2 z, which keeps its digits on the left.
    y, y1, y2 = 2 * k * (x + c * x**3), 2 * k * (1 + 3 * c * x * x), 12 * k * c * x
    s, t = sigmoid(y), sigmoid(-y)
    return chain(x, s, s * t * y1, s * t * (y2 + (t - s) * y1 * y1))


def tanhexp(x):
    e = gmpy2.exp(x)
    return chain(x, *tanh_of(e, e, e))


def logish(x):
    s, c = sigmoid(x), sigmoid(-x)
    s1, w = s * c, 1 + s
    return chain(x, gmpy2.log1p(s), s1 / w, (s1 * (c - s) * w - s1 * s1) / (w * w))


def smish(x):
    s, c = sigmoid(x), sigmoid(-x)
    s1, w = s * c, 1 + s
    return chain(x, *tanh_of(gmpy2.log1p(s), s1 / w, (s1 * (c - s) * w - s1 * s1) / (w * w)))


def serf(x):
    p, p1, p2 = softplus_parts(x)
    w = 2 / gmpy2.sqrt(gmpy2.const_pi()) * gmpy2.exp(-p * p)
    return chain(x, gmpy2.erf(p), w * p1, w * (p2 - 2 * p * p1 * p1))


def phish(x):
    return chain(x, *tanh_of(*gelu(x)))


def piecewise(x, *pieces):
    """(end, value, f', f'') from the left; a piece holds up to and with its end, the last for the rest."""
    for end, *results in pieces:
        if end is None or x <= end:
            return results


def relu(x):
    return piecewise(x, (0, x if x == 0 else mpfr(0), mpfr(0), mpfr(0)), (None, x, mpfr(1), mpfr(0)))


def leaky_relu(x, slope=mpfr(0.01)):
    return piecewise(x, (0, slope * x, slope, mpfr(0)), (None, x, mpfr(1), mpfr(0)))


def elu(x, alpha=1):
    e = alpha * gmpy2.exp(x)
    return piecewise(x, (0, alpha * gmpy2.expm1(x), e, e), (None, x, mpfr(1), mpfr(0)))


def selu(x):
    scale, alpha = mpfr("1.0507009873554804934193349852946"), mpfr("1.6732632423543772848170429916717")
    return [scale * y for y in elu(x, alpha)]


def hard_swish(x):
    if x >= 3:
        return x, mpfr(1), mpfr(0)
    return piecewise(x, (-3, 0 * x, mpfr(0), mpfr(0)), (None, x * (x + 3) / 6, x / 3 + mpfr(1) / 2, 1 / mpfr(3)))


def hard_mish(x):
    if x >= 0:
        return x, mpfr(1), mpfr(0)
    return piecewise(x, (-2, 0 * x, mpfr(0), mpfr(0)), (None, x * (x + 2) / 2, x + 1, mpfr(1)))


FUNCTIONS = (mish, relu, leaky_relu, elu, selu, softplus, silu, gelu, gelu_tanh, hard_swish, hard_mish, tanhexp,
             logish, smish, serf, phish)
ACTIVATIONS = {function.__name__: function for function in FUNCTIONS}


class Format:
    def __init__(self, name, width, precision, emax, code):
        self.name, self.width, self.precision, self.code = name, width, precision, code
        self.context = gmpy2.context(precision=precision, emax=emax, emin=4 - emax - precision, subnormalize=True)
        self.mantissa, self.bias = precision - 1, emax - 1

    def decode(self, code):
        """The number that a code stands for, or None for an infinity or NaN."""
        sign = -1 if code >> (self.width - 1) else 1
        exponent = code >> self.mantissa & ((1 << (self.width - 1 - self.mantissa)) - 1)
        fraction = code & ((1 << self.mantissa) - 1)
        if exponent == (1 << (self.width - 1 - self.mantissa)) - 1:
            return None
        if exponent:
            fraction += 1 << self.mantissa
        value = gmpy2.mul_2exp(mpfr(fraction), max(exponent, 1) - 1)
        value = gmpy2.div_2exp(value, self.bias + self.mantissa - 1)
        return -value if sign < 0 else value

    def encode(self, value):
        """The code of the nearest number, ties to even."""
        with self.context:
            rounded = +value
        sign = int(gmpy2.is_signed(rounded)) << (self.width - 1)
        magnitude = abs(rounded)
        if gmpy2.is_infinite(magnitude):
            return sign | ((1 << (self.width - 1 - self.mantissa)) - 1) << self.mantissa
        # The code of a magnitude counts the numbers below it.
        integer = int(gmpy2.mul_2exp(mpfr(magnitude), self.bias + self.mantissa - 1))
        shift = max(integer.bit_length() - self.precision, 0)
        return sign | (shift << self.mantissa) + (integer >> shift)


FORMATS = {
    "f16": Format("f16", 16, 11, 16, "H"),
    "bf16": Format("bf16", 16, 8, 128, "H"),
    "f32": Format("f32", 32, 24, 128, "I"),
    "f64": Format("f64", 64, 53, 1024, "Q"),
}


def results(function, form, code):
    x = form.decode(code)
    if x is None:
        return None
    value, *derivatives = function(x)
    # The sign of a derivative that rounds to zero is of no use to anyone: it is stored as +0.
    return [form.encode(value)] + [form.encode(y) % (1 << (form.width - 1)) and form.encode(y) for y in derivatives]


def table(function, form):
    columns = [[], [], []]
    for code in range(1 << 16):
        for column, y in zip(columns, results(function, form, code) or [0x7FFF] * 3):
            column.append(y)
    stored = b"".join(
        struct.pack(f"<{len(c)}H", *((y - before) % (1 << 16) for before, y in zip([0] + c, c))) for c in columns)
    return zlib.compress(stored, 9)


if __name__ == "__main__":
    folder = Path(__file__).parents[2] / "Sources" / "CReferences" / "Vectors"
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or ACTIVATIONS:
        for form in ("f16", "bf16"):
            (folder / f"{name}.{form}.bin").write_bytes(table(ACTIVATIONS[name], FORMATS[form]))
