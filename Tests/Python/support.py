"""Loads the operators, and says in PyTorch's own words what each activation is."""

import os
import pathlib

import torch
import torch.nn.functional as F

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = pathlib.Path(os.environ.get("MISH_OPS", ROOT / ".build/release/libMishOps.so"))

torch.ops.load_library(LIBRARY)
mish = torch.ops.mish

#: Each activation composed of PyTorch's operators.
ACTIVATIONS = {
    "mish": lambda x: x * torch.tanh(F.softplus(x, threshold=800)),
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "silu": F.silu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "hard_swish": F.hardswish,
    "hard_mish": lambda x: x * torch.clamp(x + 2, 0, 2) / 2,
    "tanhexp": lambda x: x * torch.tanh(torch.exp(x)),
    "logish": lambda x: x * torch.log1p(torch.sigmoid(x)),
    "smish": lambda x: x * torch.tanh(torch.log1p(torch.sigmoid(x))),
    "serf": lambda x: x * torch.erf(F.softplus(x, threshold=800)),
    "phish": lambda x: x * torch.tanh(F.gelu(x)),
}

#: Where the derivatives of the piecewise activations jump.
KINKS = (-3.0, -2.0, 0.0, 3.0)

TYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
DEVICES = ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def operators(name):
    """The operators of an activation: its value, its backward pass and the backward pass of that."""
    return tuple(getattr(mish, name + suffix) for suffix in ("", "_backward", "_double_backward"))


def points(*shape, dtype=torch.float64, device="cpu", seed=0):
    """Normal numbers that are not next to a kink of any activation."""
    x = 2 * torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    for kink in KINKS:
        x = torch.where((x - kink).abs() < 0.05, x + 0.1, x)
    return x.to(device, dtype)


def views(x):
    """Views of a four-dimensional tensor, one of every kind of layout."""
    return {
        "contiguous": x,
        "channels last": x.contiguous(memory_format=torch.channels_last),
        "transposed": x.transpose(1, 3),
        "permuted": x.permute(3, 1, 0, 2),
        "strided": x[:, ::2, 1:, ::3],
        "offset": x.flatten()[3:20],
        "expanded": x[0, 0, 0, :1].expand(4, 5),
        "expanded inside": x[:, :, :1].expand(-1, -1, 6, -1),
        "overlapping": x.as_strided((3, 10), (5, 1)),
        "empty": x[:0],
        "zero-dimensional": x[0, 0, 0, 0],
    }
