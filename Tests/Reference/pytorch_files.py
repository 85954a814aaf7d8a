"""Writes the files that PyTorchFileTests.swift reads: one checkpoint in both formats of torch.save, and the
same tensors in safetensors.

    pip install torch==2.13.0 safetensors numpy && python pytorch_files.py
"""

import collections
import pathlib

import safetensors.torch
import torch

FOLDER = pathlib.Path(__file__).parents[1] / "TorchTests" / "Fixtures" / "pytorch"
torch.manual_seed(0)

base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 7
typed = {
    str(dtype).removeprefix("torch."): torch.arange(-3, 4).to(torch.float32).abs().to(dtype)
    for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
        torch.int8, torch.uint8, torch.bool, torch.complex64, torch.uint16, torch.uint32, torch.uint64,
        torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz,
    )
}
network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, bias=False), torch.nn.BatchNorm2d(4), torch.nn.Linear(2, 2))
optimizer = torch.optim.AdamW(network.parameters())
network(torch.randn(2, 3, 6, 4).to(memory_format=torch.channels_last)).sum().backward()
optimizer.step()
state = network.state_dict()
state["0.weight"] = state["0.weight"].to(memory_format=torch.channels_last)

checkpoint = {
    "epoch": 7,
    "accuracy": 0.875,
    "note": "größe 温度",
    "none": None,
    "yes": True,
    "shape": base.shape,
    "big": 2**62,
    "negative": -(2**40),
    "state_dict": state,
    "optimizer": optimizer.state_dict(),
    "nested": {"list": [torch.ones(2), (torch.zeros(1), 3)], "ordered": collections.OrderedDict(a=torch.eye(2))},
    "views": {
        "whole": base,
        "tied": base,
        "rows": base[1:3],
        "columns": base[:, 2:4],
        "transposed": base.T,
        "strided": base[::2, 1::2],
        "element": base[3, 5],
        "expanded": base[0, 1].expand(3, 2),
        "flat": base.view(2, 12),
    },
    "parameter": torch.nn.Parameter(torch.full((2,), 0.5)),
    "empty": torch.empty(0, 3),
    "scalar": torch.tensor(3.5),
    "typed": typed,
}


def flatten(value, path=()):
    if isinstance(value, torch.Tensor):
        yield ".".join(path), value.detach().contiguous().clone()
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from flatten(inner, path + (str(key),))
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from flatten(inner, path + (str(index),))


torch.save(checkpoint, FOLDER / "zip.pth")
torch.save(checkpoint, FOLDER / "legacy.pth", _use_new_zipfile_serialization=False)
torch.save(checkpoint, FOLDER / "protocol4.pth", pickle_protocol=4)
safetensors.torch.save_file(dict(flatten(checkpoint)), FOLDER / "reference.safetensors")
torch.save(network, FOLDER / "module.pth")
