"""Trains a small network in fp64 with every optimizer and keeps where it goes: optimizers.safetensors.

    python -m pip install torch safetensors qhoptim
    python optimizers.py

SGD, Adam, AdamW, RAdam and RMSprop are PyTorch's, QHM and QHAdam qhoptim's. The others are written here from
their papers and from the rules of the published files, tensor by tensor, with none of the structure of the Swift
code: what they share with it is the formula.

The network is conv 2->2 3x3, tanh, linear 18->3, cross-entropy, on 12 random images of 2x5x5, whole batch. Weights
decay; biases do not, and have half the learning rate.
"""

import math
import os

import torch
import torch.nn.functional as F
from qhoptim.pyt import QHM, QHAdam
from safetensors.torch import save_file

torch.set_default_dtype(torch.float64)
STEPS = 200
KEPT = (1, 2, 7, 30, 200)


def start():
    torch.manual_seed(20)
    return {
        "conv.weight": torch.randn(2, 2, 3, 3) / 4,
        "conv.bias": torch.randn(2) / 4,
        "fc.weight": torch.randn(3, 18) / 4,
        "fc.bias": torch.randn(3) / 4,
    }


def data():
    torch.manual_seed(21)
    return torch.randn(12, 2, 5, 5), torch.randint(0, 3, (12,))


def loss(p, x, y):
    hidden = torch.tanh(F.conv2d(x, p["conv.weight"], p["conv.bias"])).flatten(1)
    return F.cross_entropy(F.linear(hidden, p["fc.weight"], p["fc.bias"]), y)


# --- The rules. Each is called as rule(p, g, s, t, lr, wd) and returns the new p; s is a dictionary of its own.


def moments(g, s, b1, b2):
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g * g
    return s["m"], s["v"]


def rho_and_r(b2, t):
    limit = 2 / (1 - b2) - 1
    rho = limit - 2 * t * b2**t / (1 - b2**t)
    if rho <= 5:
        return rho, None
    return rho, math.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))


def centralized(g):
    return g - g.mean(dim=tuple(range(1, g.ndim)), keepdim=True) if g.ndim > 1 else g


def radam_official(p, g, s, t, lr, wd, b1=0.9, b2=0.99, eps=1e-8):
    m, v = moments(g, s, b1, b2)
    _, r = rho_and_r(b2, t)
    if r is None:
        return p
    return (1 - lr * wd) * p - lr * r * math.sqrt(1 - b2**t) / (1 - b1**t) * m / (v.sqrt() + eps)


def radam_fastai(p, g, s, t, lr, wd, b1=0.9, b2=0.99, eps=1e-5, beta=0.0):
    m, v = moments(g, s, b1, b2)
    p = (1 - lr * wd) * p
    _, r = rho_and_r(b2, t)
    if r is None:
        return p - lr * m / (1 - b1**t)
    denominator = (v / (1 - b2**t)).sqrt() + eps
    if beta:
        denominator = torch.log1p(torch.exp(beta * denominator)) / beta
    return p - lr * r / (1 - b1**t) * m / denominator


def ranger_step(p, g, s, t, lr, wd, b1=0.95, b2=0.999, eps=1e-5):
    m, v = moments(centralized(g), s, b1, b2)
    p = (1 - lr * wd) * p
    _, r = rho_and_r(b2, t)
    if r is None:
        return p - lr * m / (1 - b1**t)
    return p - lr * r * math.sqrt(1 - b2**t) / (1 - b1**t) * m / (v.sqrt() + eps)


def qhadam_step(p, g, s, t, lr, wd, b1=0.9, b2=0.999, nu1=0.7, eps=1e-8):
    g = g + wd * p
    # The bias-corrected averages, which is what its growing weights amount to.
    m, v = moments(g, s, b1, b2)
    m, v = m / (1 - b1**t), v / (1 - b2**t)
    return p - lr * ((1 - nu1) * g + nu1 * m) / (v.sqrt() + eps)


def sgd_step(p, g, s, t, lr, wd, momentum=0.9):
    s["b"] = momentum * s.get("b", 0) + g + wd * p
    return p - lr * s["b"]


def trust(weight, step):
    return 1.0 if weight == 0 or step == 0 else weight / step


def lamb(p, g, s, t, lr, wd, b1=0.9, b2=0.999, eps=1e-6):
    m, v = moments(g, s, b1, b2)
    u = (m / (1 - b1**t)) / ((v / (1 - b2**t)).sqrt() + eps) + wd * p
    return p - lr * trust(p.norm(), u.norm()) * u


def lars(p, g, s, t, lr, wd, momentum=0.9, coefficient=1e-3, eps=1e-8):
    ratio = 1.0
    if p.norm() > 0 and g.norm() > 0:
        ratio = coefficient * p.norm() / (g.norm() + wd * p.norm() + eps)
    s["b"] = momentum * s.get("b", 0) + ratio * (g + wd * p)
    return p - lr * s["b"]


def ralamb_step(p, g, s, t, lr, wd, b1=0.9, b2=0.999, eps=1e-8):
    m, v = moments(g, s, b1, b2)
    _, r = rho_and_r(b2, t)
    if r is None:
        u = m / (1 - b1**t)
    else:
        u = r * math.sqrt(1 - b2**t) / (1 - b1**t) * m / (v.sqrt() + eps)
    u = u + wd * p
    return p - lr * trust(p.norm().clamp(max=10), u.norm()) * u


def rangerva_step(p, g, s, t, lr, wd, b1=0.95, b2=0.999):
    m, v = moments(g, s, b1, b2)
    s["max"] = torch.maximum(s.get("max", torch.zeros_like(v)), v)
    p = (1 - lr * wd) * p
    return p - lr * math.sqrt(1 - b2**t) / (1 - b1**t) * m / F.softplus(s["max"].sqrt(), beta=50)


def rangerva_absolute_step(p, g, s, t, lr, wd, b1=0.95, b2=0.999, eps=1e-5):
    s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
    s["v"] = b2 * s.get("v", 0) + (1 - b2) * g.abs()
    p = (1 - lr * wd) * p
    return p - lr * math.sqrt(1 - b2**t) / (1 - b1**t) * s["m"] / (s["v"] + eps)


class Each:
    """A rule for each parameter by itself, with or without look-ahead around it."""

    def __init__(self, rule, k=None, alpha=0.5, **settings):
        self.rule, self.k, self.alpha, self.settings = rule, k, alpha, settings

    def start(self, parameters, groups):
        self.parameters, self.groups = parameters, groups
        self.state = {name: {} for name in parameters}
        self.slow = {name: p.detach().clone() for name, p in parameters.items()}
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for name, p in self.parameters.items():
            p.copy_(self.rule(p, p.grad, self.state[name], self.t, *self.groups[name], **self.settings))
        self.look_ahead()

    def look_ahead(self):
        if self.k and self.t % self.k == 0:
            for name, p in self.parameters.items():
                self.slow[name] += self.alpha * (p - self.slow[name])
                p.copy_(self.slow[name])


def unit_norm(x):
    if x.ndim <= 1:
        return x.norm()
    return torch.linalg.vector_norm(x, dim=1 if x.ndim <= 3 else (1, 2, 3), keepdim=True)


class Ranger21(Each):
    """Its stable decay looks at all parameters of a group together."""

    def __init__(self, b1=0.9, b2=0.999, eps=1e-8, norm_loss=1e-4, clip=1e-2):
        super().__init__(None, k=5, alpha=0.5)
        self.b1, self.b2, self.eps, self.norm_loss, self.clip = b1, b2, eps, norm_loss, clip

    @torch.no_grad()
    def step(self):
        self.t += 1
        t, b1, b2 = self.t, self.b1, self.b2
        correction2 = 1 - b2**t
        total, count, gradients = {}, {}, {}
        for name, p in self.parameters.items():
            g, s, group = p.grad, self.state[name], self.groups[name]
            limit = self.clip * unit_norm(p).clamp(min=1e-3)
            norm = unit_norm(g)
            g = torch.where(norm > limit, g * limit / norm.clamp(min=1e-6), g)
            g = centralized(g)
            if g.numel() > 2:
                g = g / (g.std() + 1e-8)
            s["v"] = b2 * s.get("v", 0) + (1 - b2) * g * g
            total[group] = total.get(group, 0) + (s["v"] / correction2).sum()
            count[group] = count.get(group, 0) + p.numel()
            gradients[name] = g
        for name, p in self.parameters.items():
            g, s, group = gradients[name], self.state[name], self.groups[name]
            lr, wd = group
            p *= 1 - wd * lr / math.sqrt(total[group] / count[group])
            if p.ndim > 1:
                p *= 1 - lr * 2 * self.norm_loss * (1 - 1 / (unit_norm(p) + self.eps))
            turn, other = ("a", "b") if t % 2 == 1 else ("b", "a")
            s[turn] = b1**2 * s.get(turn, 0) + (1 - b1**2) * g
            s["max"] = torch.maximum(s.get("max", torch.zeros_like(g)), s["v"])
            denominator = F.softplus(s["max"].sqrt() / math.sqrt(correction2) + self.eps, beta=50)
            direction = (2 * s[turn] - s.get(other, 0)) / math.sqrt((1 + b2) ** 2 + b2**2)
            p -= lr / (1 - b1**t) * direction / denominator
        self.look_ahead()


class Library:
    """An optimizer of torch.optim's interface."""

    def __init__(self, kind, **settings):
        self.kind, self.settings = kind, settings

    def start(self, parameters, groups):
        by_group = [
            {"params": [parameters[name]], "lr": lr, "weight_decay": wd} for name, (lr, wd) in groups.items()
        ]
        self.optimizer = self.kind(by_group, **self.settings)

    def step(self):
        self.optimizer.step()


TO = torch.optim
RUNS = {  # learning rate, weight decay, optimizer
    "sgd": (0.1, 0.01, Library(TO.SGD)),
    "sgd_momentum": (0.05, 0.01, Library(TO.SGD, momentum=0.9, dampening=0.3)),
    "sgd_nesterov": (0.05, 0.01, Library(TO.SGD, momentum=0.9, nesterov=True)),
    "adam": (0.01, 0.01, Library(TO.Adam)),
    "adamw": (0.01, 0.1, Library(TO.AdamW, betas=(0.9, 0.99))),
    "radam_pytorch": (0.01, 0.01, Library(TO.RAdam)),
    "radam_pytorch_decoupled": (0.01, 0.1, Library(TO.RAdam, decoupled_weight_decay=True)),
    "radam_official": (0.003, 0.1, Each(radam_official)),
    "radam_fastai": (0.01, 0.1, Each(radam_fastai)),
    "radam_fastai_softplus": (0.01, 0.1, Each(radam_fastai, beta=10.0)),
    "rmsprop": (0.003, 0.01, Library(TO.RMSprop)),
    "rmsprop_centered": (0.003, 0.01, Library(TO.RMSprop, alpha=0.9, momentum=0.5, centered=True, eps=1e-3)),
    "qhm": (0.2, 0.01, Library(QHM, momentum=0.95, nu=0.7)),
    "qhm_decoupled": (0.2, 0.01, Library(QHM, momentum=0.95, nu=0.7, weight_decay_type="direct")),
    "qhadam": (0.01, 0.01, Library(QHAdam, betas=(0.995, 0.999), nus=(0.7, 0.9))),
    "qhadamw": (0.01, 0.1, Library(QHAdam, nus=(0.7, 1.0), decouple_weight_decay=True)),
    "lookahead_sgd": (0.1, 0.01, Each(sgd_step, k=5, alpha=0.8)),
    "ranger": (0.01, 0.1, Each(ranger_step, k=6)),
    "rangerqh": (0.01, 0.01, Each(qhadam_step, k=6)),
    "lamb": (0.01, 0.01, Each(lamb)),
    "lars": (1.0, 0.01, Each(lars)),
    "rangerlars": (0.01, 0.01, Each(ralamb_step, k=6)),
    "rangerva": (0.01, 0.1, Each(rangerva_step, k=6)),
    "rangerva_absolute": (0.01, 0.1, Each(rangerva_absolute_step, k=6)),
    "ranger21": (0.003, 1e-4, Ranger21()),
}

kept = {}
x, y = data()
kept.update({f"start/{name}": p for name, p in start().items()}, images=x, classes=y)
for run, (lr, wd, optimizer) in RUNS.items():
    parameters = {name: p.clone().requires_grad_() for name, p in start().items()}
    groups = {name: (lr, wd) if name.endswith("weight") else (lr / 2, 0.0) for name in parameters}
    optimizer.start(parameters, groups)
    for step in range(1, STEPS + 1):
        for p in parameters.values():
            p.grad = None
        value = loss(parameters, x, y)
        value.backward()
        optimizer.step()
        if step in KEPT:
            flat = torch.cat([p.detach().flatten() for p in parameters.values()])
            kept[f"{run}/{step}"] = flat
    print(f"{run:24} loss {value.item():.6f}")

save_file(kept, os.path.join(os.path.dirname(__file__), "../OptimizersTests/Fixtures/optimizers.safetensors"))
