"""Weights and inputs that two languages make alike: each element is a hash of its tensor's name and its index.

Tests/ModelsTests/CounterValues.swift is the same in Swift. Reference files then hold results only.
"""

import re

import numpy as np
import torch

MASK = 0xFFFFFFFFFFFFFFFF


def name_hash(name):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def hashes(name, count):
    """SplitMix64's outputs number 1 to `count` from the name's hash."""
    with np.errstate(over="ignore"):
        z = np.uint64(name_hash(name)) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(name, shape):
    """Values in [-1, 1)."""
    count = int(np.prod(shape, dtype=np.int64))
    values = (hashes(name, count) >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1
    return torch.from_numpy(values.reshape(shape))


def state_value(name, shape):
    """The value of a parameter or buffer, by its kind."""
    u = uniform(name, shape)
    kind = name.rsplit(".", 1)[-1]
    if kind == "num_batches_tracked":
        return torch.zeros(shape, dtype=torch.int64)
    if kind == "running_mean":
        return u * 0.1
    if kind == "running_var":
        return u * 0.5 + 1
    if kind == "gamma":
        return u * 0.001 + 0.002
    if kind in ("weight_u", "weight_v"):
        return u
    if len(shape) > 1:
        return u * np.sqrt(6 / np.prod(shape[1:]))
    return u * 0.25 + 1 if kind == "weight" else u * 0.1


def ends_residual_path(name, names):
    """Whether this is the scale of the last norm of a block: by our names of XResNets, timm's, lukemelas' or
    torchvision's."""
    if name.endswith((".bn3.weight", "._bn2.weight", ".block.3.1.weight")):
        return True
    match = re.fullmatch(r"(.*convs\.)(\d+)\.1\.weight", name)
    return bool(match) and f"{match[1]}{int(match[2]) + 1}.1.weight" not in names


def fill(module):
    """Sets all state. Residual paths count little, which keeps deep networks well-conditioned: with full weight,
    fp32 gradients of XResNet-50 would lose four digits to rounding alone."""
    state = module.state_dict()
    with torch.no_grad():
        for name, tensor in state.items():
            value = state_value(name, tuple(tensor.shape))
            tensor.copy_(value * 0.2 if ends_residual_path(name, state) else value)


def labels(name, count, classes):
    return torch.from_numpy((hashes(name, count) % np.uint64(classes)).astype(np.int64))


SAMPLES = 32


def summary(name, tensor):
    """Norm, sum, and the elements at hashed places: enough to recognise a tensor that is too large to keep."""
    flat = tensor.detach().double().reshape(-1)
    places = (hashes(name + " places", SAMPLES) % np.uint64(flat.numel())).astype(np.int64)
    return torch.cat([flat.norm()[None], flat.sum()[None], flat[torch.from_numpy(places)]])
