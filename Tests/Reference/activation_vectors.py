"""fp32 and fp64 vectors of every activation, made with activations.py's MPFR.

    pip install gmpy2
    python activation_vectors.py

writes ../../Sources/CReferences/Vectors/vectors.json:
{activation: {type: {"x": [...], "f": [...], "f1": [...], "f2": [...]}}},
every number as the integer code of the type. The points: zeros of f' and f'' with their neighbours, kinks, both
tails down to subnormal results, small arguments, and a few in between.
"""
import json
from pathlib import Path

from gmpy2 import mpfr

from activations import ACTIVATIONS, FORMATS, results

FIXED = [-5, -1, -0.5, 0.5, 3]
TAILS = {
    "f32": [-104, -95, -88, -87, -30, -14.2, -9.5, 9, 13, 20, 60, 95, 3e38, -3e38, 1e-30, -1e-30, 1e-42, -1e-42],
    "f64": [-745, -720, -709, -600, -100, -38.4, -37, -21.3, 9, 20, 26.5, 37, 100, 360, 720, 1e300, -1e300, 1e-200,
            -1e-310, 1e-310],
}


def zeros(function, order):
    """Where a derivative changes its sign, to 300 bits."""
    grid = [mpfr(i) / 64 + mpfr(1) / 1000 for i in range(-6 * 64, 6 * 64)]
    for low, high in zip(grid, grid[1:]):
        a, b = function(low)[order], function(high)[order]
        if a * b < 0:
            for _ in range(300):
                middle = (low + high) / 2
                low, high = (middle, high) if function(middle)[order] * a > 0 else (low, middle)
            yield low


vectors = {}
for name, function in ACTIVATIONS.items():
    vectors[name] = {}
    special = [z for order in (1, 2) for z in zeros(function, order)]
    for form in ("f32", "f64"):
        codes = [FORMATS[form].encode(mpfr(x)) for x in FIXED + TAILS[form]]
        codes += [FORMATS[form].encode(z) + step for z in special for step in (-1, 0, 1) if abs(z) > 1e-9]
        rows = [[code, *results(function, FORMATS[form], code)] for code in codes]
        vectors[name][form] = dict(zip(("x", "f", "f1", "f2"), map(list, zip(*rows))))

path = Path(__file__).parents[2] / "Sources" / "CReferences" / "Vectors" / "vectors.json"
lines = [f'"{name}": {json.dumps(types, separators=(",", ":"))}' for name, types in vectors.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
