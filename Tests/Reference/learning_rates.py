"""Ten learning-rate sweeps and what fastai suggests for them: learning_rates.json.

    python -m pip install torch numpy
    python -m pip install --no-deps --target FOLDER fastai
    python learning_rates.py FOLDER

fastai's own functions are run, cut out of its source, so that its many dependencies are not needed.
"""

import ast
import json
import math
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F


def fastais(names):
    path = os.path.join(sys.argv[1], "fastai", "callback", "schedule.py")
    tree = ast.parse(open(path).read())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in names]
    for function in functions:
        function.decorator_list = []
    scope = {"np": np, "torch": torch, "to_np": lambda t: t.numpy(), "tensor": torch.tensor}
    exec(compile(ast.Module(functions, []), path, "exec"), scope)
    return {name: scope[name] for name in names}


def sweep(seed):
    """The raw losses of small networks on random tasks, until the smoothed loss is four times its best."""
    torch.manual_seed(seed)
    inputs, targets = torch.randn(512, 10), torch.randint(0, 4, (512,))
    targets = (inputs[:, :4] + 0.3 * torch.randn(512, 4)).argmax(1) if seed % 2 else targets
    net = torch.nn.Sequential(torch.nn.Linear(10, 32), torch.nn.Mish(), torch.nn.Linear(32, 4))
    kind = [torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop][seed % 3]
    optimizer = kind(net.parameters(), lr=1e-7)
    steps = [100, 100, 60, 200][seed % 4]
    rates, raw, smoothed, average = [], [], [], 0.0
    for step in range(steps):
        rate = 1e-7 * (10 / 1e-7) ** (step / steps)
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = torch.randint(0, 512, (64,))
        loss = F.cross_entropy(net(inputs[batch]), targets[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if not math.isfinite(loss.item()):
            break
        average = 0.98 * average + 0.02 * loss.item()
        rates.append(rate)
        raw.append(loss.item())
        smoothed.append(average / (1 - 0.98 ** (step + 1)))
        if smoothed[-1] > 4 * min(smoothed):
            break
    return steps, rates, raw, smoothed


torch.set_default_dtype(torch.float64)
functions = fastais(["valley", "slide", "minimum", "steep"])
curves = []
for seed in range(10):
    steps, rates, raw, smoothed = sweep(seed)
    cut = slice(steps // 10, -5)
    arguments = torch.tensor(rates[cut]), torch.tensor(smoothed[cut]), steps
    suggestions = {name: function(*arguments)[0] for name, function in functions.items()}
    # fastai 1: skip_start 10, skip_end 5; numpy's gradient by index.
    old_rates, old = rates[10:-5], np.array(smoothed[10:-5])
    suggestions["steepV1"] = old_rates[np.gradient(old).argmin()]
    suggestions["minimumV1"] = old_rates[old.argmin()] / 10
    curves.append(dict(planned=steps, rates=rates, raw=raw, smoothed=smoothed, suggestions=suggestions))
    print(seed, len(rates), suggestions)

with open(os.path.join(os.path.dirname(__file__), "../OptimizersTests/Fixtures/learning_rates.json"), "w") as file:
    json.dump(curves, file)
