"""XResNet and MXResNet in plain PyTorch, written from the published architecture, and the reference results that
Tests/ModelsTests compares with: python xresnet.py ../ModelsTests/Fixtures
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm

from counter_values import fill, labels, summary, uniform

DEPTHS = {18: ([2, 2, 2, 2], 1), 34: ([3, 4, 6, 3], 1), 50: ([3, 4, 6, 3], 4)}


def conv_norm(inputs, outputs, kernel=3, stride=1, act=None):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(*[conv, nn.BatchNorm2d(outputs)] + ([act] if act else []))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = spectral_norm(nn.Conv1d(channels, channels, 1, bias=False))
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        flat = x.reshape(x.shape[0], x.shape[1], -1)
        gram = torch.einsum("bcn,bdn->bcd", flat, flat)
        return (self.gamma * torch.einsum("bcd,bdn->bcn", gram, self.conv(flat)) + flat).reshape(x.shape)


class Block(nn.Module):
    def __init__(self, inputs, width, expansion, stride, act, attention):
        super().__init__()
        outputs = width * expansion
        if attention:
            self.sa = Attention(outputs)
        if expansion == 1:
            layers = [conv_norm(inputs, width, 3, stride, act), conv_norm(width, outputs)]
        else:
            layers = [
                conv_norm(inputs, width, 1, act=act),
                conv_norm(width, width, 3, stride, act),
                conv_norm(width, outputs, 1),
            ]
        self.convs = nn.Sequential(*layers)
        self.pool = nn.AvgPool2d(2, ceil_mode=True) if stride == 2 else nn.Identity()
        if inputs != outputs:
            self.idconv = conv_norm(inputs, outputs, 1)
        self.act = act

    def forward(self, x):
        shortcut = self.pool(x)
        if hasattr(self, "idconv"):
            shortcut = self.idconv(shortcut)
        residual = self.convs(x)
        if hasattr(self, "sa"):
            residual = self.sa(residual)
        return self.act(residual + shortcut)


def mxresnet(depths, expansion=1, widths=(64, 128, 256, 512), stem=(32, 64, 64), act=None, attention=False, classes=10):
    act = act or nn.Mish()
    layers, inputs = [], 3
    for index, width in enumerate(stem):
        layers.append(conv_norm(inputs, width, 3, 2 if index == 0 else 1, act))
        inputs = width
    layers.append(nn.MaxPool2d(3, 2, 1))
    for index, (depth, width) in enumerate(zip(depths, widths)):
        blocks = []
        for block in range(depth):
            first, last = block == 0, block == depth - 1
            stride = 2 if index > 0 and first else 1
            blocks.append(Block(inputs, width, expansion, stride, act, attention and index == 0 and last))
            inputs = width * expansion
        layers.append(nn.Sequential(*blocks))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


class Ranger:
    """RAdam, LookAhead and gradient centralization, in lessw2020's order. Norms and biases have no decay."""

    def __init__(self, parameters, lr=4e-3, betas=(0.95, 0.99), eps=1e-6, decay=1e-2, k=6, alpha=0.5):
        self.parameters, self.lr, self.betas, self.eps = list(parameters), lr, betas, eps
        self.decay, self.k, self.alpha, self.steps = decay, k, alpha, 0
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]
        self.slow = [p.detach().clone() for p in self.parameters]

    @torch.no_grad()
    def step(self):
        self.steps += 1
        t, (b1, b2) = self.steps, self.betas
        longest = 2 / (1 - b2) - 1
        rho = longest - 2 * t * b2**t / (1 - b2**t)
        for p, m, v, slow in zip(self.parameters, self.m, self.v, self.slow):
            g = p.grad
            if g.ndim > 1:
                g = g - g.mean(dim=tuple(range(1, g.ndim)), keepdim=True)
                p -= self.decay * self.lr * p
            m.mul_(b1).add_(g, alpha=1 - b1)
            v.mul_(b2).add_(g * g, alpha=1 - b2)
            if rho > 5:
                r = ((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho)) ** 0.5
                p -= self.lr * r * (1 - b2**t) ** 0.5 / (1 - b1**t) * m / (v.sqrt() + self.eps)
            else:
                p -= self.lr / (1 - b1**t) * m
            if t % self.k == 0:
                slow += self.alpha * (p - slow)
                p.copy_(slow)


def one_step(net, dtype, size=64, batch=8):
    """Logits, loss, and summaries of every gradient and buffer after one training step's two passes."""
    net = net.to(dtype)
    fill(net)
    logits = net((uniform("input", (batch, 3, size, size)) * 3**0.5).to(dtype))
    loss = F.cross_entropy(logits, labels("labels", batch, 10), label_smoothing=0.1)
    loss.backward()
    results = {"logits": logits.double(), "loss": loss.double()}
    for name, parameter in net.named_parameters():
        results["gradient " + name] = summary(name, parameter.grad)
    for name, buffer in net.named_buffers():
        if buffer.is_floating_point():
            results["buffer " + name] = summary(name, buffer)
    net.eval()
    with torch.no_grad():
        results["evaluated"] = net((uniform("input", (batch, 3, size, size)) * 3**0.5).to(dtype)).double()
    return {name: value.detach() for name, value in results.items()}


def twenty_steps(net, dtype, size=32, batch=8):
    """The loss before each of twenty steps of Ranger, and summaries of the parameters after them."""
    net = net.to(dtype)
    fill(net)
    optimizer, losses = Ranger(net.parameters()), []
    for step in range(20):
        x = (uniform(f"input {step}", (batch, 3, size, size)) * 3**0.5).to(dtype)
        loss = F.cross_entropy(net(x), labels(f"labels {step}", batch, 10), label_smoothing=0.1)
        net.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().double())
    results = {"losses": torch.stack(losses)}
    for name, parameter in net.named_parameters():
        results["parameter " + name] = summary(name, parameter)
    return results


def main(folder):
    for depth in (18, 50):
        results = one_step(mxresnet(*DEPTHS[depth], attention=depth == 50), torch.float64)
        save(results, folder / f"mxresnet{depth}.safetensors")
    save(twenty_steps(mxresnet(*DEPTHS[18]), torch.float64), folder / "mxresnet18-ranger.safetensors")


def save(results, path):
    save_file({name: value.contiguous() for name, value in results.items()}, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
