import unittest

import torch
import torch.nn.functional as F

from support import ACTIVATIONS, DEVICES, TYPES, mish, operators, points, views


def every_view():
    for device in DEVICES:
        for dtype in TYPES:
            for layout, view in views(points(3, 5, 7, 9, dtype=dtype, device=device)).items():
                yield f"{layout} {dtype} {device}", view


class Layouts(unittest.TestCase):
    def test_results_are_those_of_a_contiguous_copy_bit_for_bit(self):
        for case, x in every_view():
            flat = x.contiguous()
            grad, gg = flat.cos(), flat.sin()
            for name in ACTIVATIONS:
                with self.subTest(case, activation=name):
                    value, backward, double_backward = operators(name)
                    self.assertTrue(torch.equal(value(x), value(flat)))
                    self.assertTrue(torch.equal(backward(grad, x), backward(grad, flat)))
                    for ours, reference in zip(double_backward(gg, grad, x), double_backward(gg, grad, flat)):
                        self.assertTrue(torch.equal(ours, reference))

    def test_strides_of_results_are_those_that_pytorch_chooses(self):
        for case, x in every_view():
            with self.subTest(case):
                self.assertEqual(mish.mish(x).stride(), F.silu(x).stride())
                self.assertEqual(mish.mish(x).shape, x.shape)

    def test_an_expanded_gradient_equals_a_full_one(self):
        for case, x in every_view():
            with self.subTest(case):
                grad = torch.tensor(0.5, dtype=x.dtype, device=x.device).expand(x.shape)
                full = mish.mish_backward(grad.contiguous(), x)
                self.assertTrue(torch.equal(mish.mish_backward(grad, x), full))

    def test_gradient_and_value_may_lie_differently_in_memory(self):
        for device in DEVICES:
            x = points(2, 3, 4, 5, device=device)
            grad = points(2, 3, 4, 5, device=device, seed=1)
            expected = mish.mish_backward(grad, x)
            scattered = mish.mish_backward(grad.contiguous(memory_format=torch.channels_last), x)
            self.assertTrue(torch.equal(scattered, expected))


class OutVariants(unittest.TestCase):
    def test_they_write_where_they_are_told(self):
        for device in DEVICES:
            for dtype in TYPES:
                gg, grad, x = (points(4, 6, dtype=dtype, device=device, seed=s) for s in range(3))
                for name in ACTIVATIONS:
                    for operator, inputs in zip(operators(name), ((x,), (grad, x), (gg, grad, x))):
                        expected = operator(*inputs)
                        expected = expected if isinstance(expected, tuple) else (expected,)
                        outs = [torch.empty(6, 4, dtype=dtype, device=device).t() for _ in expected]
                        keys = ("out",) if len(outs) == 1 else ("out0", "out1")
                        with self.subTest(operator, dtype=dtype, device=device):
                            operator.out(*inputs, **dict(zip(keys, outs)))
                            for out, result in zip(outs, expected):
                                self.assertTrue(torch.equal(out, result))
                                self.assertEqual(out.stride(), (1, 4))

    def test_the_input_may_be_the_output(self):
        x = points(50)
        expected = mish.mish(x)
        mish.mish.out(x, out=x)
        self.assertTrue(torch.equal(x, expected))

    def test_an_output_of_another_shape_is_resized_as_pytorch_does(self):
        x = points(3, 4)
        for shape in ((0,), (2, 2)):  # the second with LibTorch's warning
            ours, theirs = (torch.empty(shape, dtype=torch.float64) for _ in range(2))
            mish.mish.out(x, out=ours)
            torch.ops.aten.mish.out(x, out=theirs)
            self.assertEqual(ours.shape, theirs.shape)
            self.assertTrue(torch.equal(ours, mish.mish(x)))

    def test_another_type_is_refused(self):
        x = points(3)
        for dtype in (torch.float32, torch.int64):
            with self.assertRaisesRegex(RuntimeError, "(?i)dtype|type"):
                mish.mish.out(x, out=torch.empty(3, dtype=dtype))

    def test_an_output_that_overlaps_the_input_in_part_is_refused(self):
        line = points(6)
        with self.assertRaisesRegex(RuntimeError, "overlap|memory location"):
            mish.mish.out(line[:5], out=line[1:])

    def test_an_output_that_overlaps_itself_is_refused(self):
        with self.assertRaisesRegex(RuntimeError, "single memory location"):
            mish.mish.out(points(3), out=torch.empty(1, dtype=torch.float64).expand(3))

    def test_differentiating_through_them_is_refused(self):
        x = points(3).requires_grad_()
        with self.assertRaises(RuntimeError):
            mish.mish.out(x, out=torch.empty(3, dtype=torch.float64)).sum().backward()


if __name__ == "__main__":
    unittest.main()
