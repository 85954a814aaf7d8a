"""Training steps (64 px, batch 32, fp32, two threads of the CPU): ours beside PyTorch eager.

    python Benchmarks/throughput.py .build/release/throughput [ROUNDS]            MXResNet-18
    python Benchmarks/throughput.py .build/release/throughput ROUNDS MODEL ...    networks that timm has too

On a machine that others load too, OMP_WAIT_POLICY=passive keeps the two threads from spinning while they wait for
a processor, and the ratio of processor times is the one to read.

Both programs are kept running and take turns, so that a change of the machine's speed meets both; medians are
compared. PyTorch's is what its user would write: modules as they come, and the optimizer of torch.optim, or for
Ranger the rule with for-each operators.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parent.parent / "Tests" / "Reference"))
from xresnet import DEPTHS, mxresnet  # noqa: E402

STEPS_PER_ROUND, BATCH, SIDE, THREADS = 3, 32, 64, 2


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


def peer(model, activation):
    if model == "mxresnet18":
        return mxresnet(*DEPTHS[18], act=ACTIVATIONS[activation]())
    import timm

    return timm.create_model(model, num_classes=10)


OPTIMIZERS = {"sgd": lambda ps: torch.optim.SGD(ps, lr=1e-3, momentum=0.9), "ranger": Ranger}
ACTIVATIONS = {"relu": torch.nn.ReLU, "mish": torch.nn.Mish}
CASES = [("mxresnet18", activation, optimizer) for optimizer in OPTIMIZERS for activation in ACTIVATIONS]


class PyTorch:
    def __init__(self, model, activation, optimizer, channels_last=False):
        layout = {"memory_format": torch.channels_last} if channels_last else {}
        self.net = peer(model, activation).to(**layout)
        self.optimizer = OPTIMIZERS[optimizer](self.net.parameters())
        self.images = torch.randn(BATCH, 3, SIDE, SIDE).to(**layout)
        self.labels = torch.randint(0, 10, (BATCH,))

    def step(self):
        loss = F.cross_entropy(self.net(self.images), self.labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def round(self):
        processors, clock = time.process_time(), time.perf_counter()
        for _ in range(STEPS_PER_ROUND):
            self.step()
        clock, processors = time.perf_counter() - clock, time.process_time() - processors
        return clock * 1e3 / STEPS_PER_ROUND, processors * 1e3 / STEPS_PER_ROUND


class Ours:
    def __init__(self, program, *case):
        self.process = subprocess.Popen(
            [program, *case], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def round(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return tuple(map(float, self.process.stdout.readline().split()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main(program, count=15, *models):
    torch.set_num_threads(THREADS)
    print(f"{SIDE} px, batch {BATCH}, fp32, {THREADS} threads, PyTorch {torch.__version__}:")
    print(f"milliseconds per step, medians of {count} interleaved rounds of {STEPS_PER_ROUND} steps\n")
    print("| network | ours | PyTorch | the same, channels-last | ours / PyTorch | by processor time |")
    print("|---|---|---|---|---|---|")
    for case in [(model, "silu" if "efficient" in model else "relu", "sgd") for model in models] or CASES:
        ours = Ours(program, *case)
        runners = [ours, PyTorch(*case), PyTorch(*case, channels_last=True)]
        for runner in runners:
            runner.round()
        rounds = [[runner.round() for runner in runners] for _ in range(int(count))]
        clocks = [statistics.median(times[i][0] for times in rounds) for i in range(3)]
        ratio = statistics.median(times[0][0] / times[1][0] for times in rounds)
        processors = statistics.median(times[0][1] / times[1][1] for times in rounds)
        cells = " | ".join(f"{clock:.0f}" for clock in clocks)
        print(f"| {', '.join(case)} | {cells} | {ratio:.2f} | {processors:.2f} |", flush=True)
        ours.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
