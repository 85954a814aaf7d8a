"""Nanoseconds per call of a small operator: ours from Swift beside PyTorch's from Python, round by round.

    python Benchmarks/overhead.py .build/release/overhead

Rounds alternate between the two, so that a change of the machine's speed meets both; medians are compared.
"""

import json
import statistics
import subprocess
import sys
import time

import torch
import torch.nn.functional as F

CALLS, ROUNDS = 20_000, 21


def nanoseconds(call):
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(CALLS):
            call()
        rounds.append((time.perf_counter() - begin) / CALLS * 1e9)
    return statistics.median(rounds)


x, y = torch.randn(16), torch.randn(16)
peers = {"add": lambda: x + y, "mul": lambda: x * y, "mish": lambda: F.mish(x)}
ours, theirs = {name: [] for name in peers}, {name: [] for name in peers}
for _ in range(5):
    for name, value in json.loads(subprocess.check_output([sys.argv[1], "calls"])).items():
        ours[name].append(value)
    for name, call in peers.items():
        theirs[name].append(nanoseconds(call))

print(f"PyTorch {torch.__version__}, nanoseconds per call on 16 elements, medians of 5 interleaved rounds")
print("| operator | Swift | PyTorch from Python | ratio |\n|---|---|---|---|")
for name in peers:
    a, b = statistics.median(ours[name]), statistics.median(theirs[name])
    print(f"| {name} | {a:.0f} | {b:.0f} | {a / b:.2f} |")
