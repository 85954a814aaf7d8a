"""Writes the small valid files that the fuzzer of the weight files starts from.

    pip install torch==2.13.0 safetensors numpy && python Tests/Fuzz/seeds.py
"""

import pathlib

import safetensors.torch
import torch

FOLDER = pathlib.Path(__file__).parent / "Seeds"
base = torch.arange(6, dtype=torch.float32).reshape(2, 3)
contents = {
    "state": torch.nn.Linear(1, 2).state_dict(),
    "views": {"a": base, "tied": base, "column": base[:, 1], "expanded": base[0, 0].expand(2, 2)},
    "types": [torch.tensor([1], dtype=dtype) for dtype in (torch.int64, torch.bool, torch.bfloat16, torch.uint16)],
    "checkpoint": {
        "epoch": 7, "best": 0.5, "name": "größe", "none": None, "yes": True, "big": 2**40, "size": base.shape,
        "parameter": torch.nn.Parameter(torch.ones(1)), "empty": torch.empty(0, 3), "nested": {1: [(torch.zeros(1),)]},
    },
}  # fmt: skip

for name, content in contents.items():
    torch.save(content, FOLDER / f"{name}.zip.pth")
    torch.save(content, FOLDER / f"{name}.legacy.pth", _use_new_zipfile_serialization=False)
torch.save(contents["checkpoint"], FOLDER / "protocol4.zip.pth", pickle_protocol=4)
safetensors.torch.save_file(
    {"a": base, "größe": torch.ones(1, dtype=torch.bfloat16), "scalar": torch.tensor(True), "empty": torch.ones(0, 2)},
    FOLDER / "metadata.safetensors", metadata={"format": "pt", "epoch": "7"},
)  # fmt: skip
safetensors.torch.save_file({"x": torch.ones(3, dtype=torch.int8)}, FOLDER / "small.safetensors")
