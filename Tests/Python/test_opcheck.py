import unittest

import torch
from torch import library

from support import ACTIVATIONS, DEVICES, mish, operators, points

CHECKS = (
    "test_schema",
    "test_autograd_registration",
    "test_faketensor",
    "test_aot_dispatch_static",
    "test_aot_dispatch_dynamic",
)


class OpCheck(unittest.TestCase):
    """PyTorch's own examination of custom operators."""

    def examine(self, operator, *arguments, checks=CHECKS):
        with self.subTest(str(operator), device=arguments[0].device.type):
            results = library.opcheck(operator, arguments, test_utils=checks)
            self.assertEqual(set(results.values()), {"SUCCESS"})

    def tensors(self, device, count, differentiable):
        return (
            points(3, 4, dtype=torch.float32, device=device, seed=s).requires_grad_(differentiable)
            for s in range(count)
        )

    def test_values(self):
        for device in DEVICES:
            for name in ACTIVATIONS:
                for differentiable in (False, True):
                    self.examine(operators(name)[0].default, *self.tensors(device, 1, differentiable))

    def test_backward(self):
        for device in DEVICES:
            for name in ACTIVATIONS:
                for differentiable in (False, True):
                    self.examine(operators(name)[1].default, *self.tensors(device, 2, differentiable))

    def test_double_backward(self):
        for device in DEVICES:
            for name in ACTIVATIONS:
                self.examine(operators(name)[2].default, *self.tensors(device, 3, False))

    def test_mish_that_stores_softplus(self):
        for device in DEVICES:
            for differentiable in (False, True):
                x, grad = self.tensors(device, 2, differentiable)
                softplus = torch.nn.functional.softplus(x.detach())
                self.examine(mish.mish_storing_softplus.default, x)
                self.examine(mish.mish_storing_softplus_backward.default, grad, x, softplus)
            self.examine(mish.mish_with_softplus.default, *self.tensors(device, 1, False))

    def test_every_registered_activation_is_examined(self):
        names = {schema.name for schema in torch._C._jit_get_all_schemas() if schema.name.startswith("mish::")}
        suffix = "_double_backward"
        registered = {name.removeprefix("mish::").removesuffix(suffix) for name in names if name.endswith(suffix)}
        self.assertEqual(registered, set(ACTIVATIONS))


if __name__ == "__main__":
    unittest.main()
