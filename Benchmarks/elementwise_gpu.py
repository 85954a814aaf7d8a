"""Mish and the other activations on one NVIDIA GPU: first are they right, then how fast, beside PyTorch and a copy.

    python elementwise_gpu.py path/to/libMishOps.so [--skip-exhaustive]

Needs PyTorch 2.11 with CUDA and Triton (for do_bench). Exits with 1 when a check fails.
"""
import argparse
import json
import os
import sys
import time
import zlib
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from triton.testing import do_bench

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("library")
parser.add_argument("--skip-exhaustive", action="store_true", help="leave out the 2^32 codes of fp32")
options = parser.parse_args()
torch.ops.load_library(options.library)
mish = torch.ops.mish
device = "cuda"
failures = []


def check(name, passed, detail=""):
    print(("ok    " if passed else "FAILED"), name, detail, flush=True)
    if not passed:
        failures.append(name)


# ---- reference: closed forms in fp64, with a Taylor series where f' cancels

X0 = (-1.19243121147155761718750, -3.0439375950250337883404207394056e-9)
F2, F3, F4 = 0.26694791404953451, 0.40946252816021173, 0.25144692626165924


def reference(x):
    factor, x = x.double(), x.double().clamp(-760, 760)
    e = torch.exp(-x.abs())
    a, b = torch.where(x > 0, 1.0, e), torch.where(x > 0, e, 1.0)
    d, w = a * a + 2 * a * b + 2 * b * b, a + b
    f = factor * (a * (a + 2 * b) / d)
    first = a * ((a + 2 * b) * d + 4 * x * b * b * w) / d**2
    h = (x - X0[0]) - X0[1]
    first = torch.where(h.abs() < 1e-5, h * (F2 + h * (F3 / 2 + h * (F4 / 6))), first)
    cubic = 2 * b**3 + 2 * a * b * b - 3 * a * a * b - 2 * a**3
    second = 4 * a * b * (2 * w * d + x * cubic) / d**3 * b
    return f, first, second


PRECISION = {torch.float16: (10, -14), torch.bfloat16: (7, -126), torch.float32: (23, -126), torch.float64: (52, -1022)}


def ulps(result, exact, dtype):
    bits, smallest = PRECISION[dtype]
    exponent = (torch.frexp(exact.abs())[1] - 1).clamp(min=smallest)
    return (result.double() - exact).abs() / torch.ldexp(torch.ones_like(exact), exponent - bits)


def accuracy(x):
    """Largest error in ulp of f, f', f'' with its place, the misrounded and the non-finite."""
    one = torch.ones_like(x)
    f = mish.mish(x)
    first = mish.mish_backward(one, x)
    both, second = mish.mish_double_backward(one, one, x)
    rows = []
    for result, exact in zip((f, first, second, both), (*reference(x), reference(x)[1])):
        error = ulps(result, exact, x.dtype)
        error = torch.where(torch.isfinite(result), error, torch.full_like(error, float("inf")))
        place = error.argmax()
        rows.append((error[place].item(), x[place].item(), (result != exact.to(x.dtype)).sum().item(),
                     (~torch.isfinite(result)).sum().item()))
    return rows


NAMES = ("f", "f'", "f''", "f' of double backward")
print(torch.cuda.get_device_name(), "PyTorch", torch.__version__, flush=True)
start = time.perf_counter()
mish.mish(torch.zeros(1, device=device))
torch.cuda.synchronize()
print(f"first call (compiled or from the cache): {time.perf_counter() - start:.2f} s")

# The first call of a type may come inside a capture: compiling and loading are allowed there.
for dtype in PRECISION:
    x = torch.randn(1000, device=device).to(dtype)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        y = mish.mish(x)
    y.zero_()
    graph.replay()
    torch.cuda.synchronize()
    check(f"{dtype} graph capture", torch.equal(y, mish.mish(x)))

# ---- every activation, every code of the 16-bit types, against tables made with MPFR (Tests/Reference)

VECTORS = Path(__file__).parent.parent / "Sources" / "CReferences" / "Vectors"
ACTIVATIONS = sorted({path.name.split(".")[0] for path in VECTORS.glob("*.bin")})
for name in ACTIVATIONS:
    for dtype, form in ((torch.float16, "f16"), (torch.bfloat16, "bf16")):
        stored = numpy.frombuffer(zlib.decompress((VECTORS / f"{name}.{form}.bin").read_bytes()), dtype="<u2")
        exact = numpy.cumsum(stored.reshape(3, 65536), axis=1, dtype=numpy.uint16)
        x = torch.arange(65536, device=device, dtype=torch.int32).to(torch.int16).view(dtype)
        one = torch.ones_like(x)
        f, first = getattr(mish, name)(x), getattr(mish, name + "_backward")(one, x)
        both, second = getattr(mish, name + "_double_backward")(one, one, x)
        finite = torch.isfinite(x).cpu().numpy()
        wrong = []
        for result, order in ((f, 0), (first, 1), (second, 2), (both, 1)):
            codes, table = result.cpu().view(torch.int16).numpy().view(numpy.uint16), exact[order]
            if order > 0:
                codes = numpy.where(codes == 0x8000, 0, codes)  # the tables hold no -0 for derivatives
            wrong.append(numpy.flatnonzero((codes != table) & finite))
        places = [float(x[int(w[0])]) for w in wrong if len(w)]
        check(f"{name} {dtype} rounded correctly, every finite code", not any(len(w) for w in wrong),
              f"wrong: f {len(wrong[0])}, f' {len(wrong[1])}, f'' {len(wrong[2])}, f' of double backward "
              f"{len(wrong[3])} {places}" if places else "")
        cpu = x.cpu()
        same = torch.equal(getattr(mish, name)(cpu)[finite], f.cpu()[finite])
        check(f"{name} {dtype} same as on the CPU", same)

for name in ACTIVATIONS:
    for dtype in (torch.float32, torch.float64):
        x = torch.cat([torch.randn(1 << 16, device=device, dtype=torch.float64) * s for s in (1, 8, 60)]).to(dtype)
        g = torch.randn_like(x)
        pairs = [(getattr(mish, name)(x), getattr(mish, name)(x.cpu())),
                 (getattr(mish, name + "_backward")(g, x), getattr(mish, name + "_backward")(g.cpu(), x.cpu()))]
        pairs += zip(getattr(mish, name + "_double_backward")(g, g, x),
                     getattr(mish, name + "_double_backward")(g.cpu(), g.cpu(), x.cpu()))
        differences = max(((a.cpu() - b).abs() / (b.abs() + 1e-3)).max().item() for a, b in pairs)
        check(f"{name} {dtype} as on the CPU", differences < (2e-7 if dtype == torch.float32 else 1e-11),
              f"largest relative difference {differences:.1e}")

# Mish in place: the gradient decoded from the output.
for dtype, bound in ((torch.float16, 1.0e-2), (torch.bfloat16, 2.5e-2), (torch.float32, 7.5e-5), (torch.float64, 1e-8)):
    if dtype.itemsize == 2:
        x = torch.arange(65536, device=device, dtype=torch.int32).to(torch.int16).view(dtype)
        x = x[torch.isfinite(x)]
    else:
        x = torch.linspace(-60, 60, 1 << 22, device=device, dtype=torch.float64).to(dtype)
    y = mish.mish_(x.clone())
    gradient = mish.mish_in_place_backward(torch.ones_like(x), y).double()
    error = (gradient - mish.mish_backward(torch.ones_like(x, dtype=torch.float64), x.double())).abs().max().item()
    check(f"{dtype} gradient from the output", error <= bound, f"largest error {error:.2e}, bound {bound:.1e}")

LIMITS = (1.0, 1.0, 2.0, 1.0)
if not options.skip_exhaustive:
    worst = [(0.0, 0.0, 0, 0)] * 4
    chunk = 1 << 26
    for begin in range(-(1 << 31), 1 << 31, chunk):
        x = torch.arange(begin, begin + chunk, device=device, dtype=torch.int64).to(torch.int32).view(torch.float32)
        x = x[torch.isfinite(x)]
        if x.numel() == 0:
            continue
        worst = [(*max(old[:2], new[:2]), old[2] + new[2], old[3] + new[3]) for old, new in zip(worst, accuracy(x))]
    for name, limit, (error, place, misrounded, bad) in zip(NAMES, LIMITS, worst):
        check(f"float32 {name}, every finite code", error <= limit and bad == 0,
              f"max {error:.4f} ulp at {place:.9g}, misrounded {misrounded / 2**32:.2e}, not finite {bad}")

# Every activation in fp32, every code, against its kernel in fp64 (which the tests compare with MPFR).
if not options.skip_exhaustive:
    for name in ACTIVATIONS:
        worst = [(0.0, 0.0)] * 2
        for begin in range(-(1 << 31), 1 << 31, 1 << 26):
            x = torch.arange(begin, begin + (1 << 26), device=device, dtype=torch.int64).to(torch.int32).view(torch.float32)
            x = x[torch.isfinite(x)]
            if x.numel() == 0:
                continue
            one, wide = torch.ones_like(x), x.double()
            pairs = ((getattr(mish, name)(x), getattr(mish, name)(wide)),
                     (getattr(mish, name + "_backward")(one, x), getattr(mish, name + "_backward")(one.double(), wide)))
            for order, (result, exact) in enumerate(pairs):
                # Half a unit at most where the result is the nearest number, an infinity beyond the largest.
                error = torch.where(result == exact.to(torch.float32), 0.5, ulps(result, exact, torch.float32))
                place = error.argmax()
                worst[order] = max(worst[order], (error[place].item(), x[place].item()))
        check(f"float32 {name}, every finite code", all(error <= 1 for error, _ in worst),
              "  ".join(f"{derivative} {error:.4f} ulp at {place:.9g}" for derivative, (error, place)
                        in zip(("f", "f'"), worst)))

x = torch.cat([torch.randn(1 << 22, device=device, dtype=torch.float64) * s for s in (0.5, 3, 30, 300)])
for name, (error, place, misrounded, bad) in zip(NAMES, accuracy(x)):
    check(f"float64 {name}, finite (ulp against fp64 only: for information)", bad == 0,
          f"max {error:.1f} ulp at {place:.17g}")

for dtype in PRECISION:
    inf, nan = float("inf"), float("nan")
    x = torch.tensor([-inf, inf, nan], device=device, dtype=dtype)
    one = torch.ones_like(x)
    f, first, (_, second) = mish.mish(x), mish.mish_backward(one, x), mish.mish_double_backward(one, one, x)
    expected = ([-0.0, inf, nan], [0.0, 1.0, nan], [0.0, 0.0, nan])
    passed = all(torch.equal(torch.nan_to_num(r.cpu().double(), nan=7.0), torch.nan_to_num(torch.tensor(e).double(), nan=7.0))
                 for r, e in zip((f, first, second), expected))
    check(f"{dtype} infinities and NaN", passed and bool(torch.signbit(f[0])), f"{f.tolist()} {first.tolist()} {second.tolist()}")

# ---- layouts, devices, graphs, autograd

for dtype in PRECISION:
    x = torch.randn(3, 5, 7, 9, device=device).to(dtype)
    views = (x, x.to(memory_format=torch.channels_last), x.transpose(1, 3), x[:, ::2, 1:, ::3], x[0, 0, 0, 0].expand(4, 5),
             x[:0], x[0, 0, 0, 0], x.flatten()[1:], x.flatten()[3:20], torch.as_strided(x, (3, 10), (5, 1)))
    passed = True
    for v in views:
        g = torch.randn_like(v.contiguous())
        passed &= torch.equal(mish.mish(v), mish.mish(v.contiguous()))
        passed &= mish.mish(v).stride() == F.silu(v).stride()
        passed &= torch.equal(mish.mish_backward(g, v), mish.mish_backward(g.contiguous(), v.contiguous()))
        e = g.flatten()[:1].reshape([1] * v.dim()).expand_as(v) if v.numel() else g
        passed &= torch.equal(mish.mish_backward(e, v), mish.mish_backward(e.contiguous(), v.contiguous()))
    inplace = x.clone()
    mish.mish.out(inplace, out=inplace)
    passed &= torch.equal(inplace, mish.mish(x))
    check(f"{dtype} layouts", passed)
    cpu = x.cpu()
    same = torch.equal(mish.mish(x).cpu(), mish.mish(cpu)), torch.equal(mish.mish_backward(x, x).cpu(), mish.mish_backward(cpu, cpu))
    print("      same bits as on the CPU:", same)

big = torch.zeros((1 << 31) + 17, device=device, dtype=torch.float16)
big[-20:] = 1
check("more than 2^31 elements", bool((mish.mish(big)[-20:] == mish.mish(big[-20:])).all()))
wide = big[: 1 << 31].view(-1, 2)[:, 0]
check("more than 2^31 bytes apart, strided", torch.equal(mish.mish(wide), mish.mish(wide.contiguous())))
del big, wide

x = torch.randn(64, device=device, dtype=torch.float64, requires_grad=True)
check("gradcheck", torch.autograd.gradcheck(mish.mish, x))
check("gradgradcheck", torch.autograd.gradgradcheck(mish.mish, x))

try:
    mish.mish_backward(torch.ones(3), torch.ones(3, device=device))
    check("gradient on another device is refused", False)
except RuntimeError as error:
    check("gradient on another device is refused", True, str(error).split("\n")[0])

# ---- speed

rows = []
print(f"\n{'type':9s}{'':24s}{'us':>9s}{'GB/s':>8s}{'of copy':>9s}{'PyTorch us':>12s}{'ratio':>7s}")
for dtype in PRECISION:
    n = 1 << (25 if dtype == torch.float64 else 26)
    x = torch.randn(n, device=device, dtype=dtype) * 2
    g, gg, out, out1 = torch.randn_like(x), torch.randn_like(x), torch.empty_like(x), torch.empty_like(x)
    size = x.element_size() * n

    def median(function):
        return do_bench(function, warmup=50, rep=300, return_mode="median") * 1e3

    leaf = x.detach().requires_grad_(True)
    leaf_g = g.detach().requires_grad_(True)
    graph = torch.autograd.grad(F.mish(leaf), leaf, leaf_g, create_graph=True)[0]
    inplace = x.clone()  # a copy: applied again and again, Mish leaves nothing of its random numbers
    copy = median(lambda: out.copy_(x))
    limit = 2 * size / copy
    print(f"{str(dtype)[6:]:9s}{'copy':24s}{copy:9.1f}{limit / 1e3:8.0f}")
    for name, ours, theirs, passes in (
        ("forward", lambda: mish.mish.out(x, out=out), lambda: F.mish(x), 2),
        ("forward, fresh output", lambda: mish.mish(x), lambda: F.mish(x), 2),
        ("backward", lambda: mish.mish_backward.out(g, x, out=out), lambda: torch.ops.aten.mish_backward(g, x), 3),
        ("double backward", lambda: mish.mish_double_backward.out(gg, g, x, out0=out, out1=out1),
         lambda: torch.autograd.grad(graph, (leaf, leaf_g), gg, retain_graph=True), 5),
        ("in place", lambda: mish.mish_(inplace), lambda: F.mish(inplace, inplace=True), 2),
        ("backward from the output", lambda: mish.mish_in_place_backward(g, x),
         lambda: torch.ops.aten.mish_backward(g, x), 3),
        ("forward, channels last", None, None, 2),
        ("forward, strided", None, None, 2),
        ("backward, expanded grad", None, None, 2),
    ):
        if name == "forward, channels last":
            v = x.view(-1, 64, 32, 32).to(memory_format=torch.channels_last)
            ours, theirs = lambda: mish.mish(v), lambda: F.mish(v)
        elif name == "forward, strided":
            v = x.view(-1, 4096).t()[:, 1:]
            ours, theirs = lambda: mish.mish(v), lambda: F.mish(v)
        elif name == "backward, expanded grad":
            e = g[:1].expand_as(x)
            ours, theirs = lambda: mish.mish_backward(e, x), lambda: torch.ops.aten.mish_backward(e, x)
        t, p = median(ours), median(theirs)
        rate = passes * size / t
        rows.append(dict(type=str(dtype)[6:], what=name, us=t, gbs=rate / 1e3, of_copy=rate / limit, pytorch_us=p))
        print(f"{'':9s}{name:24s}{t:9.1f}{rate / 1e3:8.0f}{rate / limit:9.3f}{p:12.1f}{p / t:7.2f}", flush=True)
    del graph, leaf, leaf_g, x, g, gg, out, out1, inplace

# The others, forward and backward, beside PyTorch's where it has the function.
THEIRS = {"relu": F.relu, "leaky_relu": F.leaky_relu, "elu": F.elu, "selu": F.selu, "softplus": F.softplus,
          "silu": F.silu, "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
          "hard_swish": F.hardswish, "mish": F.mish}
A = torch.ops.aten
THEIR_GRADIENTS = {
    "relu": lambda g, x: A.threshold_backward(g, x, 0), "leaky_relu": lambda g, x: A.leaky_relu_backward(g, x, 0.01, False),
    "elu": lambda g, x: A.elu_backward(g, 1, 1, 1, False, x),
    "selu": lambda g, x: A.elu_backward(g, 1.6732632423543772, 1.0507009873554805, 1, False, x),
    "softplus": lambda g, x: A.softplus_backward(g, x, 1, 20), "silu": A.silu_backward, "gelu": A.gelu_backward,
    "gelu_tanh": lambda g, x: A.gelu_backward(g, x, approximate="tanh"), "hard_swish": A.hardswish_backward,
    "mish": A.mish_backward}
print(f"\n{'type':9s}{'':16s}{'forward us':>12s}{'of copy':>9s}{'PyTorch us':>12s}{'backward us':>13s}{'of copy':>9s}"
      f"{'PyTorch us':>12s}")
for dtype in PRECISION:
    n = 1 << (25 if dtype == torch.float64 else 26)
    x = torch.randn(n, device=device, dtype=dtype) * 2
    g, out = torch.randn_like(x), torch.empty_like(x)
    size = x.element_size() * n

    def median(function):
        return do_bench(function, warmup=20, rep=100, return_mode="median") * 1e3

    limit = 2 * size / median(lambda: out.copy_(x))
    for name in ACTIVATIONS:
        forward, backward = getattr(mish, name), getattr(mish, name + "_backward")
        t, b = median(lambda: forward.out(x, out=out)), median(lambda: backward.out(g, x, out=out))
        p = median(lambda: THEIRS[name](x)) if name in THEIRS else float("nan")
        q = median(lambda: THEIR_GRADIENTS[name](g, x)) if name in THEIR_GRADIENTS else float("nan")
        rows.append(dict(type=str(dtype)[6:], what=name, us=t, of_copy=2 * size / t / limit, pytorch_us=p,
                         backward_us=b, backward_of_copy=3 * size / b / limit, pytorch_backward_us=q))
        print(f"{str(dtype)[6:]:9s}{name:16s}{t:12.1f}{2 * size / t / limit:9.3f}{p:12.1f}{b:13.1f}"
              f"{3 * size / b / limit:9.3f}{q:12.1f}", flush=True)

if "OUT" in os.environ:
    json.dump(rows, open(os.path.join(os.environ["OUT"], "elementwise_gpu.json"), "w"), indent=1)
print("\nfailed:" if failures else "\nevery check passed", ", ".join(failures))
sys.exit(bool(failures))
