"""Mish by what it keeps for the backward pass, on one NVIDIA GPU: are the gradients right, then how fast are they.

    python Benchmarks/saved_tensors_gpu.py path/to/libMishOps.so

Needs PyTorch 2.11 with CUDA and Triton (for do_bench). Exits with 1 when a check fails.
"""
import sys

import torch
import torch.nn.functional as F
from triton.testing import do_bench

torch.ops.load_library(sys.argv[1])
mish = torch.ops.mish
failed = False
X0 = -1.1924312145154952


def check(name, passed, detail):
    global failed
    failed |= not passed
    print("ok    " if passed else "FAILED", name, detail, flush=True)


def slope(x):
    return mish.mish_backward(torch.ones_like(x, dtype=torch.float64), x.double())


def codes(y):
    return y.view(torch.int16 if y.itemsize == 2 else torch.int32)


# Bounds: of the gradient, of it away from the minimum, of the root mean square for normal x, of stored softplus's.
BOUNDS = {torch.float16: (1.0e-2, 1.5e-3, 8.0e-4, 6e-4), torch.bfloat16: (2.5e-2, 1.0e-2, 3.4e-3, 4.5e-3),
          torch.float32: (7.5e-5, 7e-7, 8.0e-7, 1e-7)}
PRECISION = {torch.float16: (10, -14), torch.bfloat16: (7, -126), torch.float32: (23, -126)}
print(torch.cuda.get_device_name(), "PyTorch", torch.__version__)
for dtype, (bound, away, rms, softplus_bound) in BOUNDS.items():
    if dtype.itemsize == 2:
        x = torch.arange(65536, device="cuda", dtype=torch.int32).to(torch.int16).view(dtype)
    else:
        x = torch.cat([torch.arange(begin, begin + (1 << 22), device="cuda", dtype=torch.int64).to(torch.int32)
                       for begin in range(-(1 << 31), 1 << 31, 1 << 28)]).view(dtype)
        x = torch.cat([x, torch.linspace(-30, 12, 1 << 22, device="cuda"), torch.linspace(-1.3, -1.1, 1 << 22,
                                                                                          device="cuda")])
    x = x[torch.isfinite(x)]
    y, exact, plain = mish.mish_(x.clone()), mish.mish(x.double()), mish.mish(x)
    error = (mish.mish_in_place_backward(torch.ones_like(x), y).double() - slope(x)).abs()
    far = error[(x.double() - X0).abs() > 0.25].max().item()
    check(f"{dtype} gradient from the output", error.max() <= bound and far <= away,
          f"largest error {error.max().item():.2e} at {x[error.argmax()].item():.6g}, away from the minimum {far:.2e}")
    z = torch.randn(1 << 24, device="cuda").to(dtype)
    error = mish.mish_in_place_backward(torch.ones_like(z), mish.mish_(z.clone())).double() - slope(z)
    deviation = error.square().mean().sqrt().item()
    check(f"{dtype} the same for normal x", deviation <= rms, f"rms {deviation:.2e}, bias {error.mean().item():.1e}")
    bits, smallest = PRECISION[dtype]
    exponent = (torch.frexp(exact.abs())[1] - 1).clamp(min=smallest)
    units = (y.double() - exact).abs() / torch.ldexp(torch.ones_like(exact), exponent - bits)
    is_left = (codes(y) < 0) & (codes(y) & 1 == 0)
    check(f"{dtype} output", units[x < 0].max() <= (1.06 if dtype == torch.float32 else 1.001) and torch.equal(y[x >= 0], plain[x >= 0])
          and torch.equal(is_left, x.double() < X0), f"largest error {units[x < 0].max().item():.5f} ulp")
    cpu = mish.mish_(x.cpu())
    check(f"{dtype} output as on the CPU", torch.equal(codes(cpu), codes(y).cpu()), "")
    value, softplus = mish.mish_with_softplus(x)
    error = (mish.mish_storing_softplus_backward(torch.ones_like(x), x, softplus).double() - slope(x)).abs().max()
    check(f"{dtype} stored softplus", error <= softplus_bound and torch.equal(value, plain),
          f"largest error of the gradient {error.item():.2e}")
    views = (lambda t: t, lambda t: t.to(memory_format=torch.channels_last), lambda t: t.transpose(1, 3),
             lambda t: t[:, ::2, 1:, ::3], lambda t: t[:0], lambda t: t[0, 0, 0, 0], lambda t: t.flatten()[1:])
    base, passed = torch.randn(3, 5, 7, 9, device="cuda").to(dtype), True
    for view in views:
        part = view(base.clone())
        expected = mish.mish_(part.contiguous().clone())
        result = mish.mish_(part)
        passed &= torch.equal(part, expected) and torch.equal(
            mish.mish_in_place_backward(expected.cos(), result), mish.mish_in_place_backward(expected.cos(), expected))
    check(f"{dtype} layouts", passed, "")

print(f"\n| type | operation | us | of copy | PyTorch's Mish, us |\n|---|---|---:|---:|---:|")
for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
    n = 1 << (25 if dtype == torch.float64 else 26)
    x = torch.randn(n, device="cuda", dtype=dtype) * 2
    g, out = torch.randn_like(x), torch.empty_like(x)
    inplace, (y, softplus) = x.clone(), mish.mish_with_softplus(x)
    y = mish.mish_(x.clone())

    def median(function):
        return do_bench(function, warmup=50, rep=200, return_mode="median") * 1e3

    copy = median(lambda: out.copy_(x))
    print(f"| {str(dtype)[6:]} | copy | {copy:.1f} | 1 | |")
    forward, backward = lambda: F.mish(x), lambda: torch.ops.aten.mish_backward(g, x)
    theirs = {2: median(forward), 3: median(backward)}
    for name, function, passes, peer in (
        ("forward", lambda: mish.mish.out(x, out=out), 2, 2),
        ("forward in place", lambda: mish.mish_(inplace), 2, 2),
        ("forward storing softplus", lambda: mish.mish_with_softplus(x), 3, 2),
        ("backward", lambda: mish.mish_backward.out(g, x, out=out), 3, 3),
        ("backward from the output", lambda: mish.mish_in_place_backward(g, y), 3, 3),
        ("backward from stored softplus", lambda: mish.mish_storing_softplus_backward(g, x, softplus), 4, 3),
    ):
        time = median(function)
        print(f"| {str(dtype)[6:]} | {name} | {time:.1f} | {passes / 2 * copy / time:.3f} | {theirs[peer]:.1f} |",
              flush=True)
    del x, g, out, inplace, y, softplus
sys.exit(failed)
