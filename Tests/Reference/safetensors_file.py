"""Writes reference.safetensors with the Python package, for SafetensorsTests.swift to compare with.

    pip install safetensors==0.8.0 && python safetensors_file.py

One tensor of each type that the package writes, in every oddity that names and shapes allow. Byte i of a
tensor is (17 i + length of its name in UTF-8) mod 256; BOOL has 0 and 1 in turn.
"""

import ctypes
import math
import pathlib

import safetensors

TENSORS = [
    ("layer1.0.conv1.weight", "float32", "F32", [2, 3, 1, 1], 4),
    ("bn1.running_mean", "float64", "F64", [3], 8),
    ("bn1.num_batches_tracked", "int64", "I64", [], 8),
    ("half", "float16", "F16", [5], 2),
    ("brain", "bfloat16", "BF16", [2, 2], 2),
    ("mask", "bool", "BOOL", [7], 1),
    ("uint8", "uint8", "U8", [3], 1),
    ("int8", "int8", "I8", [1, 1], 1),
    ("int16", "int16", "I16", [3], 2),
    ("uint16", "uint16", "U16", [1], 2),
    ("int32", "int32", "I32", [2], 4),
    ("uint32", "uint32", "U32", [2], 4),
    ("uint64", "uint64", "U64", [1], 8),
    ("complex64", "complex64", "C64", [2], 8),
    ("float8_e4m3fn", "float8_e4m3fn", "F8_E4M3", [3], 1),
    ("float8_e5m2", "float8_e5m2", "F8_E5M2", [3], 1),
    ("float8_e8m0", "float8_e8m0fnu", "F8_E8M0", [2], 1),
    ("float8_e4m3fnuz", "float8_e4m3fnuz", "F8_E4M3FNUZ", [2], 1),
    ("float8_e5m2fnuz", "float8_e5m2fnuz", "F8_E5M2FNUZ", [2], 1),
    ("float4", "float4_e2m1fn_x2", "F4", [3, 4], 0.5),
    ("empty", "float32", "F32", [0, 4], 4),
    ("", "uint8", "U8", [1], 1),
    ('quote " backslash \\ slash / newline \n tab \t escape \x1b', "uint8", "U8", [2], 1),
    ("größe 温度 😀", "float32", "F32", [1], 4),
]


def content(name, type_name, size):
    if type_name == "BOOL":
        return bytes(i % 2 for i in range(size))
    return bytes((17 * i + len(name.encode())) % 256 for i in range(size))


specs = {}
buffers = []  # The package takes addresses: the bytes must live until it has written them.
for name, python_type, type_name, shape, width in TENSORS:
    size = int(math.prod(shape) * width)
    buffers.append(ctypes.create_string_buffer(content(name, type_name, size), max(size, 1)))
    # PyTorch keeps two 4-bit numbers in a byte; the package doubles the last dimension.
    stored = shape[:-1] + [shape[-1] // 2] if type_name == "F4" else shape
    specs[name] = safetensors.TensorSpec(
        dtype=python_type, shape=stored, data_ptr=ctypes.addressof(buffers[-1]), data_len=size
    )
path = pathlib.Path(__file__).parents[1] / "TorchTests/Fixtures/safetensors/reference.safetensors"
safetensors.serialize_file(specs, str(path), {"format": 'pt "quoted" é\n'})
