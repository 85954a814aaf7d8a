"""Makes the fixtures of mixup, CutMix, random erasing and the losses, with fastai's, timm's and SciPy's own code.

Needs fastai, timm and SciPy (made with fastai 2.8.12, timm 1.0.31, PyTorch 2.13.0, SciPy 1.17.1). Run from
anywhere; writes

- VisionTests/Fixtures/beta.json: SciPy's distribution function of symmetric beta distributions;
- VisionTests/Fixtures/cutmix.json: timm's boxes and the weights that are left, for given weights and centres;
- VisionTests/Fixtures/erasing.json: timm's rectangles, drawn from the project's counter-based numbers;
- TrainingTests/Fixtures/augmentation.safetensors: batches mixed by fastai and timm, and losses with gradients.
"""

import json
import pathlib
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import scipy.stats
import timm.data.mixup
import timm.data.random_erasing
import timm.loss
import torch
from fastai.callback.mixup import CutMix, MixUp
from fastai.losses import LabelSmoothingCrossEntropy
from safetensors.torch import save_file

from vision import FIXTURES as VISION, integer, words

TRAINING = pathlib.Path(__file__).resolve().parent.parent / "TrainingTests" / "Fixtures"


def write(name, records):
    lines = ",\n".join(json.dumps(record) for record in records)
    (VISION / name).write_text(f"[\n{lines}\n]\n")


# ---------------------------------------------------------------- distributions and boxes


def beta():
    for alpha in [0.01, 0.1, 0.2, 0.4, 1.0, 2.5, 30.0]:
        distribution = scipy.stats.beta(alpha, alpha)
        points = sorted(set(distribution.ppf(np.arange(1, 100) / 100)))
        yield {"alpha": alpha, "points": points, "cdf": list(distribution.cdf(points))}


def cutmix():
    rng = np.random.default_rng(3)
    for width, height in [(7, 5), (5, 7), (128, 128), (192, 128), (96, 224), (1, 9), (1, 1)]:
        for weight in [0.0, 1.0, 0.5, *rng.uniform(0, 1, 12)]:
            x, y = int(rng.integers(width)), int(rng.integers(height))
            with patch.object(np.random, "randint", side_effect=[y, x]):
                (y0, y1, x0, x1), left = timm.data.mixup.cutmix_bbox_and_lam((1, 3, height, width), weight)
            yield {
                "width": width, "height": height, "weight": weight, "x": x, "y": y,
                "box": [int(x0), int(y0), int(x1 - x0), int(y1 - y0)], "left": float(left),
            }


class Draws:
    """What timm draws from Python's module random, from counter-based numbers."""

    def __init__(self, source, max_count):
        self.source = source
        self.max_count = max_count

    def random(self):
        value = next(self.source) * 2.0**-32
        if self.max_count == 1:
            integer(self.source, 1)  # timm draws no count where only one is possible, the project does
        return value

    def uniform(self, low, high):
        return low + next(self.source) * 2.0**-32 * (high - low)

    def randint(self, low, high):
        return low + integer(self.source, high - low + 1)


class Recorder:
    """An image that remembers where it was written. timm gets it lying on its side, since its aspect is height /
    width, so that the first part of a place is the column."""

    def __init__(self):
        self.rectangles = []

    def __setitem__(self, place, _):
        _, x, y = place
        self.rectangles.append([x.start, y.start, x.stop - x.start, y.stop - y.start])


def erasing():
    for index in range(80):
        width, height = [(64, 64), (128, 96), (33, 70), (8, 8), (5, 3)][index % 5]
        probability = [1.0, 0.5][index % 2]
        scale, max_count = [((0.02, 1 / 3), 1), ((0.0, 0.3), 3), ((0.5, 1.0), 2)][index % 3]
        seed, epoch = [(0, 0), (42, 7), (2**63 + 12345, 199)][index // 2 % 3]
        eraser = timm.data.random_erasing.RandomErasing(
            probability, *scale, min_aspect=0.3, max_count=max_count, device="cpu")
        image = Recorder()
        with patch.object(timm.data.random_erasing, "random", Draws(words(seed, epoch, index, 3), max_count)):
            eraser._erase(image, 3, width, height, torch.float32)
        yield {
            "width": width, "height": height, "probability": probability, "scale": scale, "ratio": [0.3, 1 / 0.3],
            "maxCount": max_count, "seed": seed, "epoch": epoch, "index": index, "rectangles": image.rectangles,
        }


# ---------------------------------------------------------------- batches


def fastai(callback, images, labels, partners):
    """What a callback of fastai's makes of a batch with one-hot labels."""
    callback.learn = SimpleNamespace(x=images, y=labels, xb=(images.clone(),), yb=(labels,))
    callback.stack_y = False
    with patch.object(torch, "randperm", return_value=partners):
        callback.before_batch()
    return callback.learn.xb[0], callback.learn.yb[0]


def batches():
    torch.manual_seed(1)
    count, classes, height, width = 6, 5, 9, 13
    images = torch.randn(count, 3, height, width)
    labels = torch.tensor([0, 3, 1, 4, 4, 2])
    one_hot = torch.nn.functional.one_hot(labels, classes).float()
    partners = torch.tensor([2, 1, 5, 0, 3, 4])
    result = {"images": images, "labels": labels, "partners": partners}

    weights = torch.tensor([0.05, 0.93, 0.5, 1.0, 0.31, 0.77])
    mixup = MixUp(0.4)
    mixup.distrib = SimpleNamespace(sample=lambda _: weights)
    mixed, targets = fastai(mixup, images, one_hot, partners)
    result |= {"mixup.weights": weights.maximum(1 - weights), "mixup.images": mixed, "mixup.targets": targets}

    x, y, w, h = 8, 2, 5, 4
    cut = CutMix()
    with patch.object(CutMix, "rand_bbox", return_value=[torch.tensor([v]) for v in (x, y, x + w, y + h)]):
        mixed, targets = fastai(cut, images, one_hot, partners)
    result |= {
        "cutmix.box": torch.tensor([x, y, w, h]), "cutmix.images": mixed, "cutmix.targets": targets,
    }

    mixer = timm.data.mixup.Mixup(mixup_alpha=0.0, cutmix_alpha=1.0, label_smoothing=0.1, num_classes=classes)
    with (
        patch.object(np.random, "rand", return_value=0.0),
        patch.object(np.random, "beta", return_value=0.4),
        patch.object(np.random, "randint", side_effect=[1, 11]),
    ):
        mixed, targets = mixer(images.clone(), labels)
    result |= {
        "timm.weight": torch.tensor(0.4, dtype=torch.float64), "timm.center": torch.tensor([11, 1]),
        "timm.images": mixed, "timm.smoothed_targets": targets,
    }
    return result


# ---------------------------------------------------------------- losses


def losses():
    torch.manual_seed(2)
    count, classes, smoothing = 6, 5, 0.1
    logits = 4 * torch.randn(count, classes, dtype=torch.float64)
    logits[0, 0], logits[1, 1] = 90.0, -90.0
    labels, others = torch.tensor([1, 0, 2, 4, 3, 4]), torch.tensor([4, 0, 1, 1, 2, 3])
    weights = torch.rand(count, dtype=torch.float64)
    one_hot = torch.nn.functional.one_hot(labels, classes).double()
    mixed = one_hot.lerp(torch.nn.functional.one_hot(others, classes).double(), 1 - weights[:, None])
    smoothed = mixed * (1 - smoothing) + smoothing / classes
    bce = timm.loss.BinaryCrossEntropy
    smooth = LabelSmoothingCrossEntropy(smoothing, reduction="none")
    result = {"loss.logits": logits, "loss.labels": labels, "loss.targets": mixed}
    for name, function in {
        "cross-entropy.labels": lambda x: timm.loss.LabelSmoothingCrossEntropy(smoothing)(x, labels),
        "cross-entropy.targets": lambda x: timm.loss.SoftTargetCrossEntropy()(x, smoothed),
        # fastai mixes losses instead of labels.
        "cross-entropy.mixed-losses": lambda x: smooth(x, others).lerp(smooth(x, labels), weights).mean(),
        "bce-mean.labels": lambda x: bce(smoothing)(x, labels),
        "bce-mean.targets": lambda x: bce(smoothing)(x, smoothed),
        "bce-sum.labels": lambda x: bce(smoothing, sum_classes=True)(x, labels),
        "bce-sum.targets": lambda x: bce(smoothing, sum_classes=True)(x, smoothed),
    }.items():
        x = logits.clone().requires_grad_()
        value = function(x)
        value.backward()
        result |= {f"loss.{name}.value": value.detach(), f"loss.{name}.gradient": x.grad}
    return result


if __name__ == "__main__":
    write("beta.json", beta())
    write("cutmix.json", cutmix())
    write("erasing.json", erasing())
    TRAINING.mkdir(exist_ok=True)
    tensors = {name: tensor.contiguous() for name, tensor in (batches() | losses()).items()}
    save_file(tensors, TRAINING / "augmentation.safetensors")
