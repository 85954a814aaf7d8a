import unittest

import torch

from support import DEVICES, TYPES, mish, points, views


class InPlace(unittest.TestCase):
    """mish_ overwrites its input and takes the gradient from the output alone."""

    #: How far a gradient may be off: half a unit of the output's last place, where Mish has its minimum, becomes
    #: the square root of that.
    BOUNDS = {torch.float16: 1.0e-2, torch.bfloat16: 2.5e-2, torch.float32: 7.5e-5, torch.float64: 1e-7}

    def test_the_gradient_comes_out_of_the_output(self):
        for device in DEVICES:
            for dtype in TYPES:
                with self.subTest(dtype=dtype, device=device):
                    x = points(5000, dtype=dtype, device=device).requires_grad_()
                    y = mish.mish_(x * 1)
                    (ours,) = torch.autograd.grad(y.sum(), x)
                    exact = x.detach().double()
                    exact = mish.mish_backward(torch.ones_like(exact), exact)
                    self.assertLessEqual((ours.double() - exact).abs().max().item(), self.BOUNDS[dtype])
                    distance = (y - mish.mish(x)).double().abs().max().item()
                    self.assertLessEqual(distance, torch.finfo(dtype).eps)

    def test_it_takes_the_place_of_its_input_and_keeps_only_that(self):
        kept = []
        weights = points(10).requires_grad_()
        x = weights * 1
        with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
            y = mish.mish_(x)
        self.assertIs(y, x)
        self.assertEqual(x._version, 1)
        self.assertEqual([t.data_ptr() for t in kept], [x.data_ptr()])

    def test_every_layout_with_a_place_for_each_element(self):
        for device in DEVICES:
            for layout, view in views(points(3, 5, 7, 9, device=device)).items():
                if layout == "overlapping":
                    continue  # undefined in PyTorch, which does not look for it
                with self.subTest(layout, device=device):
                    if layout in ("expanded", "expanded inside"):
                        with self.assertRaisesRegex(RuntimeError, "single memory location"):
                            mish.mish_(view)
                        continue
                    expected = mish.mish_(view.contiguous().clone())
                    mish.mish_(view)
                    self.assertTrue(torch.equal(view, expected))

    def test_an_output_that_was_changed_is_refused(self):
        y = mish.mish_(points(3).requires_grad_() * 1)
        loss = y.sum()
        y.mul_(2)
        with self.assertRaisesRegex(RuntimeError, "modified by an inplace operation"):
            loss.backward()

    def test_a_leaf_is_refused(self):
        with self.assertRaisesRegex(RuntimeError, "leaf Variable that requires grad"):
            mish.mish_(points(3).requires_grad_())

    def test_a_tensor_that_an_earlier_operator_kept_is_refused_in_backward(self):
        x = points(3).requires_grad_()
        y = x.square().exp()  # exp keeps its output
        z = mish.mish_(y)
        with self.assertRaisesRegex(RuntimeError, "modified by an inplace operation"):
            z.sum().backward()

    def test_differentiating_twice_is_refused(self):
        x = points(3).requires_grad_()
        (first,) = torch.autograd.grad(mish.mish_(x * 1).square().sum(), x, create_graph=True)
        with self.assertRaisesRegex(RuntimeError, "use mish::mish to differentiate twice"):
            first.sum().backward()

    def test_compiling_it_is_refused(self):
        # PyTorch makes graphs functional, and can do so only for operators that return no input.
        compiled = torch.compile(lambda x: mish.mish_(x * 1), fullgraph=True, backend="aot_eager")
        with self.assertRaisesRegex(RuntimeError, "mish::mish_"):
            compiled(points(3))

    def test_other_types_are_refused(self):
        for dtype in (torch.int64, torch.bool, torch.complex64):
            with self.assertRaisesRegex(NotImplementedError, "float16, bfloat16, float32 and float64"):
                mish.mish_(torch.ones(3, dtype=dtype))


if __name__ == "__main__":
    unittest.main()
