import unittest

import torch
import torch.nn.functional as F
from torch.autograd import gradcheck, gradgradcheck

from support import ACTIVATIONS, DEVICES, mish, operators, points, views


class Values(unittest.TestCase):
    def test_they_are_those_of_the_composition_in_high_precision(self):
        for device in DEVICES:
            x = points(4000, device=device)
            for name, composed in ACTIVATIONS.items():
                with self.subTest(name, device=device):
                    torch.testing.assert_close(operators(name)[0](x), composed(x), rtol=1e-13, atol=1e-14)

    def test_mish_is_pytorchs(self):
        for device in DEVICES:
            x = points(4000, device=device).requires_grad_()
            torch.testing.assert_close(mish.mish(x), F.mish(x), rtol=1e-13, atol=1e-15)
            ours, theirs = (torch.autograd.grad(f(x).sum(), x)[0] for f in (mish.mish, F.mish))
            torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-14)

    def test_parameters_reach_value_and_derivatives(self):
        x = points(100).requires_grad_()
        for operator, peer, parameter in ((mish.leaky_relu, F.leaky_relu, 0.25), (mish.elu, F.elu, 2.0)):
            for order in (1, 2):
                results = []
                for f in (operator, peer):
                    y = f(x, parameter)
                    if order == 2:
                        (y,) = torch.autograd.grad(y.square().sum(), x, create_graph=True)
                    results += torch.autograd.grad(y.square().sum(), x)
                torch.testing.assert_close(*results, rtol=1e-13, atol=1e-15)


class Derivatives(unittest.TestCase):
    def test_gradcheck(self):
        for device in DEVICES:
            for name in ACTIVATIONS:
                with self.subTest(name, device=device):
                    self.assertTrue(gradcheck(operators(name)[0], points(5, 6, device=device).requires_grad_()))

    def test_gradgradcheck(self):
        for device in DEVICES:
            for name in ACTIVATIONS:
                with self.subTest(name, device=device):
                    self.assertTrue(gradgradcheck(operators(name)[0], points(5, 6, device=device).requires_grad_()))

    def test_the_backward_operator_is_differentiable_by_itself(self):
        for device in DEVICES:
            for name in ACTIVATIONS:
                with self.subTest(name, device=device):
                    grad, x = (points(5, 6, device=device, seed=s).requires_grad_() for s in (1, 2))
                    self.assertTrue(gradcheck(operators(name)[1], (grad, x)))

    def test_both_orders_hold_in_every_layout(self):
        for device in DEVICES:
            for layout, view in views(points(2, 3, 4, 5, device=device)).items():
                # gradcheck nudges one element at a time, so each needs a place of its own.
                if view._base is not None and layout in ("expanded", "expanded inside", "overlapping"):
                    continue
                with self.subTest(layout, device=device):
                    x = view.detach().requires_grad_()
                    self.assertTrue(gradcheck(mish.mish, x))
                    self.assertTrue(gradgradcheck(mish.mish, x))

    def test_an_expanded_inputs_gradient_is_summed(self):
        for device in DEVICES:
            x = points(3, 1, device=device).requires_grad_()
            (gradient,) = torch.autograd.grad(mish.mish(x.expand(3, 7)).sum(), x)
            torch.testing.assert_close(gradient, 7 * mish.mish_backward(torch.ones_like(x), x).detach())

    def test_third_derivatives_are_refused_rather_than_wrong(self):
        x = points(3).requires_grad_()
        y = mish.mish(x)
        for _ in range(2):
            (y,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        with self.assertRaisesRegex(RuntimeError, "mish::mish_double_backward"):
            y.sum().backward()

    def test_forward_mode_and_functional_transforms_are_refused_rather_than_wrong(self):
        x = points(3)
        with self.assertRaises(RuntimeError):
            torch.func.jvp(mish.mish, (x,), (torch.ones_like(x),))
        with self.assertRaises(RuntimeError):
            torch.func.grad(lambda x: mish.mish(x).sum())(x)
        with torch.autograd.forward_ad.dual_level(), self.assertRaises((RuntimeError, NotImplementedError)):
            mish.mish(torch.autograd.forward_ad.make_dual(x, torch.ones_like(x)))


if __name__ == "__main__":
    unittest.main()
