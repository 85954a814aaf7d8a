"""Logits and parameter counts of torchvision's EfficientNets with hashed weights.

    pip install torch torchvision numpy safetensors
    python published.py ../ModelsTests/Fixtures/published.safetensors
"""

import sys

import torch
import torchvision
from safetensors.torch import save_file

from counter_values import fill, uniform

results = {}
for name in ("b0", "b5"):
    net = torchvision.models.get_model(f"efficientnet_{name}", num_classes=10).double().eval()
    fill(net)
    with torch.no_grad():
        results[f"logits torchvision {name}"] = net(uniform("input", (2, 3, 75, 75)) * 3**0.5)
    count = sum(p.numel() for p in net.parameters())
    results[f"count torchvision {name}"] = torch.tensor([float(count)], dtype=torch.float64)
save_file(results, sys.argv[1])
for name, value in results.items():
    print(name, value.abs().max().item())
