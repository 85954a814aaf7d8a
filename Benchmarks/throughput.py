"""Training steps of our networks beside the same ones in PyTorch eager, or the nearest that timm has.

    python Benchmarks/throughput.py .build/release/throughput                            MXResNet-18 on the CPU
    python Benchmarks/throughput.py .build/release/throughput --rounds 5 resnet50d all   those, or all that timm has
    python Benchmarks/throughput.py bundle/throughput --device cuda --precision bf16 --side 128 --batch 64 all

On a machine that others load too, OMP_WAIT_POLICY=passive keeps the two threads from spinning while they wait for
a processor, and the ratio of processor times is the one to read.

Both programs are kept running and take turns, so that a change of the machine's speed meets both; medians are
compared. PyTorch's is what its user would write: modules as they come, in the default memory format and in
channels-last, and the optimizer of torch.optim, or for Ranger the rule with for-each operators. With bf16 both use
autocast.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent / "Tests" / "Reference"))
from xresnet import DEPTHS, mxresnet  # noqa: E402

THREADS = 2


class Ranger:
    """RAdam with gradient centralization and LookAhead, by for-each operators."""

    def __init__(self, parameters, lr=4e-3, betas=(0.95, 0.99), eps=1e-6, k=6, alpha=0.5):
        self.parameters, self.lr, self.betas, self.eps = list(parameters), lr, betas, eps
        self.k, self.alpha, self.steps = k, alpha, 0
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]
        self.slow = [p.detach().clone() for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        self.steps += 1
        t, (b1, b2), ps = self.steps, self.betas, self.parameters
        for p in ps:
            if p.ndim > 1:
                p.grad.sub_(p.grad.mean(dim=tuple(range(1, p.ndim)), keepdim=True))
        gradients = [p.grad for p in ps]
        torch._foreach_lerp_(self.m, gradients, 1 - b1)
        torch._foreach_mul_(self.v, b2)
        torch._foreach_addcmul_(self.v, gradients, gradients, 1 - b2)
        longest = 2 / (1 - b2) - 1
        rho = longest - 2 * t * b2**t / (1 - b2**t)
        if rho > 5:
            r = ((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho)) ** 0.5
            denominators = torch._foreach_sqrt(self.v)
            torch._foreach_add_(denominators, self.eps)
            size = self.lr * r * (1 - b2**t) ** 0.5 / (1 - b1**t)
            torch._foreach_addcdiv_(ps, self.m, denominators, -size)
        else:
            torch._foreach_add_(ps, self.m, alpha=-self.lr / (1 - b1**t))
        if t % self.k == 0:
            torch._foreach_lerp_(self.slow, ps, self.alpha)
            torch._foreach_copy_(ps, self.slow)


# The network of timm, and what it is made with, for each of ours that timm does not have by the same name. MXResNets
# are those of Tests/Reference, the rest are timm's nearest.
COUNTERPARTS = {
    **{f"xresnet{depth}": (f"resnet{depth}d", {}) for depth in (18, 34, 50, 101, 152)},
    "xse_resnext50": ("seresnext50_32x4d", {"stem_type": "deep", "stem_width": 32, "avg_down": True}),
    "res2netplus50": ("res2net50d", {}),
    "res2netplus101": ("res2net101d", {}),
}
SAME = (
    ["res2net50_26w_4s", "res2net50_48w_2s", "res2net50_14w_8s", "res2net50_26w_6s", "res2net50_26w_8s"]
    + ["res2net101_26w_4s", "res2net50d", "res2net101d", "res2next50"]
    + [f"{prefix}efficientnet_b{i}" for i in range(8) for prefix in ("", "tf_")]
)
ALL = [f"mxresnet{depth}" for depth in DEPTHS] + [*COUNTERPARTS, *SAME]
ACTIVATIONS = {"relu": torch.nn.ReLU, "mish": torch.nn.Mish}


def peer(model, activation):
    if model.startswith("mxresnet"):
        return mxresnet(*DEPTHS[int(model[8:])], act=ACTIVATIONS[activation]())
    import timm

    name, options = COUNTERPARTS.get(model, (model, {}))
    if activation in ACTIVATIONS:
        options = {**options, "act_layer": ACTIVATIONS[activation]}
    return timm.create_model(name, num_classes=10, **options)


OPTIMIZERS = {"sgd": lambda ps: torch.optim.SGD(ps, lr=1e-3, momentum=0.9), "ranger": Ranger}


def cases(models):
    """Network, activation and optimizer of each row."""
    for model in ALL if "all" in models else models:
        is_thread = model.startswith(("mxresnet", "res2netplus"))
        yield model, "silu" if "efficient" in model else "mish" if is_thread else "relu", "sgd"
    if not models:
        yield from (("mxresnet18", activation, rule) for rule in OPTIMIZERS for activation in ACTIVATIONS)


class PyTorch:
    def __init__(self, case, options, channels_last=False):
        model, activation, optimizer = case
        self.device, self.steps = options.device, options.steps
        self.dtype = {"fp32": None, "bf16": torch.bfloat16}[options.precision]
        layout = {"memory_format": torch.channels_last} if channels_last else {}
        self.net = peer(model, activation).to(self.device, **layout)
        self.optimizer = OPTIMIZERS[optimizer](self.net.parameters())
        self.images = torch.randn(options.batch, 3, options.side, options.side).to(self.device, **layout)
        self.labels = torch.randint(0, 10, (options.batch,), device=self.device)

    def step(self):
        with torch.autocast(self.device, self.dtype, enabled=self.dtype is not None):
            loss = F.cross_entropy(self.net(self.images), self.labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def round(self):
        processors, clock = time.process_time(), time.perf_counter()
        for _ in range(self.steps):
            self.step()
        if self.device == "cuda":
            torch.cuda.synchronize()
        clock, processors = time.perf_counter() - clock, time.process_time() - processors
        return clock * 1e3 / self.steps, processors * 1e3 / self.steps


class Ours:
    def __init__(self, case, options):
        settings = [options.device, options.precision, options.batch, options.side, options.steps]
        self.process = subprocess.Popen(
            [options.program, *case, *map(str, settings)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def round(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return tuple(map(float, self.process.stdout.readline().split()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("models", nargs="*", help="networks of ours, or all")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--steps", type=int, default=3, help="of a round")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--side", type=int, default=64, help="of the images, in pixels")
    options = parser.parse_intermixed_args()

    torch.set_num_threads(THREADS)
    device = f"{THREADS} threads" if options.device == "cpu" else torch.cuda.get_device_name()
    print(f"{options.side} px, batch {options.batch}, {options.precision}, {device}, PyTorch {torch.__version__}:")
    print(f"milliseconds per step, medians of {options.rounds} interleaved rounds of {options.steps} steps\n")
    print("| network | ours | PyTorch | PyTorch channels-last | ours / PyTorch | by processor time | ours / faster |")
    print("|---|---|---|---|---|---|---|")
    for case in cases(options.models):
        ours = Ours(case, options)
        runners = [ours, PyTorch(case, options), PyTorch(case, options, channels_last=True)]
        for runner in runners:
            runner.round()
        rounds = [[runner.round() for runner in runners] for _ in range(options.rounds)]
        clocks = [statistics.median(times[i][0] for times in rounds) for i in range(3)]
        ratio = statistics.median(times[0][0] / times[1][0] for times in rounds)
        processors = statistics.median(times[0][1] / times[1][1] for times in rounds)
        faster = statistics.median(times[0][0] / min(times[1][0], times[2][0]) for times in rounds)
        cells = " | ".join(f"{clock:.3g}" for clock in clocks)
        print(f"| {', '.join(case)} | {cells} | {ratio:.2f} | {processors:.2f} | {faster:.2f} |", flush=True)
        ours.close()


if __name__ == "__main__":
    main()
