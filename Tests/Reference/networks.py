"""Logits and parameter counts of the other networks, from implementations that are not ours: timm,
efficientnet_pytorch, and where none is published or right, plain PyTorch below.

    pip install torch timm efficientnet_pytorch
    python networks.py ../ModelsTests/Fixtures/networks.safetensors
"""

import sys

import efficientnet_pytorch
import timm
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

from counter_values import fill, uniform
from xresnet import DEPTHS, mxresnet

RESULTS = {}


def record(name, net, size, batch=2):
    """In fp64 and not training."""
    net = net.double().eval()
    fill(net)
    with torch.no_grad():
        RESULTS[f"logits {name}"] = net(uniform("input", (batch, 3, size, size)) * 3**0.5)
    count(name, net)


def count(name, net):
    RESULTS[f"count {name}"] = torch.tensor([float(sum(p.numel() for p in net.parameters()))], dtype=torch.float64)


def cost(name, net, size):
    """Multiply-adds and results of convolutions and linear layers for one image."""
    totals = torch.zeros(2, dtype=torch.float64)

    def add(module, _, result):
        totals[0] += result.numel() * module.weight[0].numel()
        totals[1] += result.numel()

    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.register_forward_hook(add)
    with torch.no_grad():
        net.eval()(torch.zeros(1, 3, size, size))
    RESULTS[f"cost {name}"] = totals


# XResNet's options


class MaxBlurPool(nn.Module):
    def forward(self, x):
        row = torch.tensor([1.0, 2.0, 1.0], dtype=x.dtype) / 4
        kernel = torch.outer(row, row).expand(x.shape[1], 1, 3, 3)
        return F.conv2d(F.max_pool2d(x, 3, 1, 1), kernel, stride=2, padding=1, groups=x.shape[1])


def lip(x, logit):
    """Softmax over each 3x3 window, at every second pixel."""
    n, c, h, w = x.shape
    windows = F.unfold(x, 3, padding=1, stride=2).reshape(n, c, 9, -1)
    logits = F.unfold(logit, 3, padding=1, stride=2).reshape(n, c, 9, -1)
    inside = F.unfold(torch.ones_like(x), 3, padding=1, stride=2).reshape(n, c, 9, -1)
    weights = torch.softmax(logits.masked_fill(inside == 0, -torch.inf), dim=2)
    return (weights * windows).sum(2).reshape(n, c, (h + 1) // 2, (w + 1) // 2)


class LIPPool(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.logit = nn.Module()
        self.logit.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.logit.bn = nn.InstanceNorm2d(channels, affine=True)

    def forward(self, x):
        return lip(x, 12 * torch.sigmoid(self.logit.bn(self.logit.conv(x))))


class SymmetricAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Module()
        self.conv.weight_orig = nn.Parameter(torch.zeros(channels, channels, 1))
        self.conv.register_buffer("weight_u", torch.zeros(channels))
        self.conv.register_buffer("weight_v", torch.zeros(channels))
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        matrix = self.conv.weight_orig[:, :, 0]
        matrix = (matrix + matrix.T) / 2
        matrix = matrix / (self.conv.weight_u @ matrix @ self.conv.weight_v)
        flat = x.flatten(2)
        return (self.gamma * (flat @ flat.transpose(1, 2)) @ (matrix @ flat) + flat).reshape(x.shape)


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed, act):
        super().__init__()
        self.conv_reduce, self.conv_expand = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)
        self.act = act

    def forward(self, x):
        return x * self.conv_expand(self.act(self.conv_reduce(F.adaptive_avg_pool2d(x, 1)))).sigmoid()


POOLS = {
    "max": lambda channels: nn.MaxPool2d(2, ceil_mode=True),
    "average": lambda channels: nn.AvgPool2d(2, ceil_mode=True),
    "max-blur": lambda channels: MaxBlurPool(),
    "lip": LIPPool,
}


def conv(inputs, outputs, kernel=3, stride=1, groups=1, act=None, act_first=False):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)]
    norm = nn.BatchNorm2d(outputs)
    layers += [norm] if act is None else [act, norm] if act_first else [norm, act]
    return nn.Sequential(*layers)


class Block(nn.Module):
    def __init__(self, inputs, width, expansion, stride, act, act_first, pool, halving, attention, resnext, depthwise):
        super().__init__()
        outputs, conv_stride = width * expansion, 1 if halving == "before-both" else stride
        if attention:
            self.sa = SymmetricAttention(outputs)
        if expansion == 1:
            self.convs = nn.Sequential(
                conv(inputs, width, 3, conv_stride, act=act, act_first=act_first), conv(width, outputs)
            )
        else:
            groups, inner = (32, width * 4 // 64 * 32) if resnext else (1, width)
            self.convs = nn.Sequential(
                conv(inputs, inner, 1, act=act, act_first=act_first),
                conv(inner, inner, 3, conv_stride, groups, act=act, act_first=act_first),
                conv(inner, outputs, 1),
            )
        if depthwise:
            self.convs[1] = nn.Conv2d(width, width * depthwise, 3, conv_stride, 1, groups=width, bias=False)
            self.convs[2] = conv(width * depthwise, outputs, 1)
        if resnext:
            self.se = SqueezeExcitation(outputs, -(-(outputs // 16) // 8) * 8, act)
        if inputs != outputs:
            self.idconv = conv(inputs, outputs, 1)
        if stride == 2:
            self.pool = POOLS[pool](outputs if halving == "after-shortcut" else inputs)
        self.act, self.halving = act, halving

    def forward(self, x):
        pool, idconv = getattr(self, "pool", nn.Identity()), getattr(self, "idconv", nn.Identity())
        if self.halving == "before-both":
            x = pool(x)
            shortcut = idconv(x)
        else:
            shortcut = idconv(pool(x)) if self.halving == "each-path" else pool(idconv(x))
        residual = self.convs(x)
        for extra in ("se", "sa"):
            residual = getattr(self, extra, nn.Identity())(residual)
        return self.act(residual + shortcut)


def xresnet(
    depths, widths, expansion=1, act_first=False, stem_pool="max", pool="average", halving="each-path",
    attention=False, resnext=False, stem=(32, 64, 64), dropout=False, depthwise=None, classes=10,
):  # fmt: skip
    act, inputs, layers = nn.Mish(), 3, []
    for index, width in enumerate(stem):
        kernel = 1 if depthwise and index else 3
        layers.append(conv(inputs, width, kernel, 1 if index else 2, act=act, act_first=act_first))
        if kernel == 1:
            layers[-1] = nn.Sequential(nn.Conv2d(inputs, inputs, 3, 1, 1, groups=inputs, bias=False), layers[-1])
        inputs = width
    stem_pools = {"max": nn.MaxPool2d(3, 2, 1), "average": nn.AvgPool2d(3, 2, 1)}
    layers.append(stem_pools[stem_pool] if stem_pool in stem_pools else POOLS[stem_pool](inputs))
    for index, (depth, width) in enumerate(zip(depths, widths)):
        blocks = []
        for block in range(depth):
            stride = 2 if index > 0 and block == 0 else 1
            here = attention and index == 0 and block == depth - 1
            blocks.append(Block(inputs, width, expansion, stride, act, act_first, pool, halving, here, resnext, depthwise))
            inputs = width * expansion
        layers.append(nn.Sequential(*blocks))
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten()] + [nn.Dropout(0)] * dropout + [nn.Linear(inputs, classes)]
    return nn.Sequential(*layers, *head)


# Res2NetPlus


class Res2Block(nn.Module):
    def __init__(self, inputs, planes, stride, first, act, base=26, scale=4):
        super().__init__()
        width = planes * base // 64
        self.conv1, self.bn1 = nn.Conv2d(inputs, width * scale, 1, bias=False), nn.BatchNorm2d(width * scale)
        self.convs = nn.ModuleList(nn.Conv2d(width, width, 3, stride, 1, bias=False) for _ in range(scale - 1))
        self.bns = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(scale - 1))
        self.conv3, self.bn3 = nn.Conv2d(width * scale, planes * 4, 1, bias=False), nn.BatchNorm2d(planes * 4)
        if first:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, planes * 4, 1, stride, bias=False), nn.BatchNorm2d(planes * 4))
        self.act, self.first, self.stride = act, first, stride

    def forward(self, x):
        chunks = self.bn1(self.act(self.conv1(x))).chunk(len(self.convs) + 1, 1)
        outputs = []
        for index, (conv, bn) in enumerate(zip(self.convs, self.bns)):
            chunk = chunks[index] if self.first or index == 0 else chunks[index] + outputs[-1]
            outputs.append(self.act(bn(conv(chunk))))
        outputs.append(F.avg_pool2d(chunks[-1], 3, self.stride, 1) if self.first else chunks[-1])
        residual = self.bn3(self.conv3(torch.cat(outputs, 1)))
        return self.act(residual + (self.downsample(x) if self.first else x))


class PlainBlock(nn.Module):
    def __init__(self, inputs, planes, stride, first, act):
        super().__init__()
        self.convs = nn.Sequential(conv(inputs, planes, 3, stride, act=act), conv(planes, planes))
        self.downsample = conv(inputs, planes, 1, stride) if inputs != planes else nn.Identity()
        self.act = act

    def forward(self, x):
        return self.act(self.convs(x) + self.downsample(x))


class Res2NetPlus(nn.Module):
    def __init__(self, depth, classes, lip=False):
        super().__init__()
        act = nn.Mish()
        stem = [(3, 32, 2), (32, 64, 1), (64, 64, 1)]
        self.stem = nn.Sequential(*[conv(i, o, 3, s, act=act, act_first=True) for i, o, s in stem])
        self.maxpool = LIPPool(64) if lip else nn.MaxPool2d(3, 2, 1)
        (depths, expansion), inputs = DEPTHS[depth], 64
        for index, (planes, blocks) in enumerate(zip((64, 128, 256, 512), depths)):
            layer = []
            for block in range(blocks):
                make = PlainBlock if expansion == 1 else Res2Block
                layer.append(make(inputs, planes, 2 if index and not block else 1, block == 0, act))
                inputs = planes * expansion
            setattr(self, f"layer{index + 1}", nn.Sequential(*layer))
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.maxpool(self.stem(x))
        for index in range(4):
            x = getattr(self, f"layer{index + 1}")(x)
        return self.fc(x.mean((2, 3)))


def main(path):
    small = ([1, 2], [16, 32])
    record("activation_first", xresnet(*small, act_first=True), 33)
    for pool in POOLS:
        record(f"pool {pool}", xresnet(*small, stem_pool=pool, pool=pool), 50)
    for halving in ("after-shortcut", "before-both"):
        record(f"halving {halving}", xresnet(*small, halving=halving), 50)
    record("depthwise", xresnet(*small, expansion=4, pool="max-blur", halving="before-both", depthwise=4), 50)
    record("symmetric", xresnet(*small, attention=True), 32)
    record("xse_resnext50", xse_resnext50(), 64)
    record("res2netplus50", Res2NetPlus(50, 10), 64)
    record("res2netplus50 lip", Res2NetPlus(50, 10, lip=True), 64)
    record("res2netplus18", Res2NetPlus(18, 10), 64)
    count("res2netplus50 1000", Res2NetPlus(50, 1000))
    for name in ("res2net50_26w_4s", "res2net50_14w_8s", "res2net50d", "res2next50"):
        record(name, timm.create_model(name, num_classes=10), 64)
    for size in (0, 2, 4):
        record(f"tf_efficientnet_b{size}", timm.create_model(f"tf_efficientnet_b{size}", num_classes=10), 75)
    record("efficientnet_b0", timm.create_model("efficientnet_b0", num_classes=10), 75)
    for size in range(8):
        count(f"tf_efficientnet_b{size} 1000", timm.create_model(f"tf_efficientnet_b{size}"))
    cost("tf_efficientnet_b0", timm.create_model("tf_efficientnet_b0"), 224)
    cost("res2net50d", timm.create_model("res2net50d"), 224)
    cost("mxresnet50", mxresnet(*DEPTHS[50], classes=1000), 128)
    for name in ("resnet18d", "resnet50d"):
        record(name, timm.create_model(name, num_classes=10), 64)
    lukemelas = efficientnet_pytorch.EfficientNet.from_name("efficientnet-b1", num_classes=10, image_size=None)
    lukemelas.set_swish(memory_efficient=False)
    record("lukemelas b1", lukemelas, 75)
    save_file({name: value.contiguous() for name, value in RESULTS.items()}, path)
    for name, value in RESULTS.items():
        print(name, value.abs().max().item())


def xse_resnext50():
    return xresnet(DEPTHS[50][0], (64, 128, 256, 512), 4, resnext=True, stem=(32, 32, 64), dropout=True)


if __name__ == "__main__":
    main(sys.argv[1])
