"""Peak memory of a training step of MXResNet-50, by what Mish keeps for the backward pass, beside PyTorch.

    python Benchmarks/memory.py [--program bundle/throughput] [--library libMishOps.so] [--batch 64] [--side 128]

Rows of ours are our network's, run by the program of Benchmarks/Throughput, or PyTorch's network with our operators
from the library. Needs a GPU and PyTorch 2.11. The peak is that of the caching allocators, of memory in tensors:
weights, gradients, momenta, activations and the convolutions' workspaces. Everything is in channels-last, with SGD; bf16 is autocast.
"""

import argparse
import gc
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent / "Tests" / "Reference"))
from xresnet import DEPTHS, mxresnet  # noqa: E402

STEPS, ROUNDS = 10, 5


def ours(program, activation, precision, options):
    arguments = ["mxresnet50", activation, "sgd", "cuda", precision, options.batch, options.side, STEPS]
    process = subprocess.run([program, *map(str, arguments)], input="\n" * (ROUNDS + 1), stdout=subprocess.PIPE,
                             text=True, check=True)
    rounds = [list(map(float, line.split())) for line in process.stdout.splitlines()[1:]]
    return statistics.median(r[0] for r in rounds), rounds[-1][2]


def pytorch(activation, precision, options):
    net = mxresnet(*DEPTHS[50], act=activation).cuda().to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)
    images = torch.randn(options.batch, 3, options.side, options.side, device="cuda")
    images = images.to(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (options.batch,), device="cuda")
    times = []
    for _ in range(ROUNDS + 1):
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        start = time.perf_counter()
        for _ in range(STEPS):
            with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bf16"):
                loss = F.cross_entropy(net(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        torch.cuda.synchronize()
        times.append((time.perf_counter() - start) * 1e3 / STEPS)
    return statistics.median(times[1:]), torch.cuda.max_memory_allocated() / 2**20


class Operator(torch.nn.Module):
    """A function of a tensor as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program")
    parser.add_argument("--library")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--side", type=int, default=128, help="of the images, in pixels")
    options = parser.parse_args()
    variants = (
        ("Mish saving its input", "mish", "mish"), ("saving softplus too", "mish.softplus", "mish_storing_softplus"),
        ("saving its output alone", "mish.output", "mish_"))
    if options.library:
        torch.ops.load_library(options.library)
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, batch {options.batch}, {options.side} px\n")
    print("| precision | activation | peak, MiB | of PyTorch's Mish | step, ms |\n|---|---|---|---|---|")
    for precision in ("bf16", "fp32"):
        modules = [
            ("PyTorch, Mish", torch.nn.Mish()), ("PyTorch, Mish(inplace=True)", torch.nn.Mish(inplace=True)),
            ("PyTorch, ReLU", torch.nn.ReLU()), ("PyTorch, ReLU(inplace=True)", torch.nn.ReLU(inplace=True))]
        if options.library:
            modules += [(f"our operators in PyTorch, {name}", Operator(getattr(torch.ops.mish, operator)))
                        for name, _, operator in variants]
        rows = []
        for name, module in modules:
            rows.append((name, *pytorch(module, precision, options)))
            gc.collect()
            torch.cuda.empty_cache()
        if options.program:
            rows += [(f"ours, {name}", *ours(options.program, activation, precision, options))
                     for name, activation, _ in variants]
        for name, milliseconds, peak in rows:
            print(f"| {precision} | {name} | {peak:.0f} | {peak / rows[0][2]:.3f} | {milliseconds:.2f} |", flush=True)


if __name__ == "__main__":
    main()
