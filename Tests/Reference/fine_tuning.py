"""Learning rates and momenta of every step of fastai's `fine_tune`, for three layer groups, written to
Tests/TrainingTests/Fixtures/fine_tuning.json.

    python -m pip install torch numpy
    python -m pip install --no-deps --target FOLDER fastai
    python fine_tuning.py FOLDER

fastai's own functions are run, cut out of its source, on a learner that trains nothing.
"""

import ast
import json
import math
import os
import sys

import numpy as np
import torch

torch.set_default_dtype(torch.float64)


class L(list):
    """What is needed of fastcore's list."""

    def __init__(self, items=None, use_list=None):
        single = items is not None and not isinstance(items, (list, tuple, np.ndarray))
        super().__init__([] if items is None else [items] if single else items)

    def __mul__(self, count):
        return L(list(self) * count)


class Annealer:
    def __init__(self, function, start, end):
        self.function, self.start, self.end = function, start, end

    def __call__(self, position):
        return self.function(self.start, self.end, position)


def even_mults(start, stop, n):
    """fastcore's."""
    step = (stop / start) ** (1 / (n - 1))
    return np.array([start * (step**i) for i in range(n)])


def cut(path, names):
    tree = ast.parse(open(os.path.join(sys.argv[1], "fastai", path)).read())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in names]
    functions = [next(node for node in functions if node.name == name) for name in names]
    for function in functions:
        function.decorator_list = []
        for argument in function.args.args:
            argument.annotation = None
    exec(compile(ast.Module(functions, []), path, "exec"), SCOPE)


SCOPE = {
    "np": np, "math": math, "torch": torch, "tensor": torch.tensor, "L": L, "_Annealer": Annealer,
    "even_mults": even_mults, "ParamScheduler": lambda schedules: L([schedules]),
}  # fmt: skip
cut("callback/schedule.py", {"sched_cos", "SchedCos", "combine_scheds", "combined_cos", "fit_one_cycle", "fine_tune"})
cut("optimizer.py", {"set_hyper", "_set_hyper"})
STEPS, GROUPS = 7, 3


class Optimizer:
    param_lists, hypers = [None] * GROUPS, [{} for _ in range(GROUPS)]
    set_hyper, _set_hyper = SCOPE["set_hyper"], SCOPE["_set_hyper"]


class Learner:
    opt, moms = Optimizer(), (0.95, 0.85, 0.95)
    fit_one_cycle, fine_tune = SCOPE["fit_one_cycle"], SCOPE["fine_tune"]
    rates, momenta = [], []

    def freeze(self):
        pass

    unfreeze = freeze

    def fit(self, epochs, cbs, **_):
        for step in range(epochs * STEPS):
            for name, schedule in cbs[0].items():
                self.opt.set_hyper(name, schedule(step / (epochs * STEPS)))
            self.rates.append([float(hyper["lr"]) for hyper in self.opt.hypers])
            self.momenta.append(float(self.opt.hypers[0]["mom"]))


learner = Learner()
learner.fine_tune(3, base_lr=2e-3, freeze_epochs=2)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../TrainingTests/Fixtures/fine_tuning.json")
with open(path, "w") as file:
    json.dump({"steps": STEPS, "rates": learner.rates, "momenta": learner.momenta}, file)
print(len(learner.rates), learner.rates[0], learner.rates[-1])
