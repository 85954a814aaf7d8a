import unittest

import torch
import torch.nn.functional as F

from support import ACTIVATIONS, DEVICES, TYPES, mish, operators, points

INFINITY, NAN = float("inf"), float("nan")


class Types(unittest.TestCase):
    def test_each_floating_type_gives_its_own(self):
        for device in DEVICES:
            for dtype in TYPES:
                exact = points(200, dtype=dtype, device=device).double()
                for name, composed in ACTIVATIONS.items():
                    with self.subTest(name, dtype=dtype, device=device):
                        y = operators(name)[0](exact.to(dtype))
                        self.assertEqual(y.dtype, dtype)
                        # Two units in the last place, and the rounding errors of the composition.
                        info = torch.finfo(dtype)
                        relative, absolute = 2 * info.eps + 1e-14, info.smallest_normal * info.eps + 1e-14
                        torch.testing.assert_close(y.double(), composed(exact), rtol=relative, atol=absolute)

    def test_other_types_are_refused_by_name(self):
        words = {
            torch.int32: "Int", torch.int64: "Long", torch.uint8: "Byte", torch.bool: "Bool",
            torch.complex64: "ComplexFloat", torch.complex128: "ComplexDouble",
        }
        for dtype, word in words.items():
            x = torch.ones(3, dtype=dtype)
            for name in ACTIVATIONS:
                with self.subTest(name, dtype=dtype):
                    expected = f"mish::{name}: got a tensor of {word}; float16, bfloat16, float32 and float64"
                    with self.assertRaisesRegex(NotImplementedError, expected):
                        operators(name)[0](x)

    def test_sparse_and_quantized_tensors_are_refused(self):
        for x in (torch.ones(3).to_sparse(), torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)):
            with self.assertRaisesRegex((NotImplementedError, RuntimeError), "mish::mish"):
                mish.mish(x)


class Gradients(unittest.TestCase):
    """The gradient must be like the value: nothing is broadcast, converted or copied in silence."""

    def test_another_shape_is_refused(self):
        x = torch.ones(3)
        for grad, size in ((torch.ones(4), r"\[4\]"), (torch.ones(1), r"\[1\]"), (torch.ones(2, 3), r"\[2, 3\]")):
            with self.assertRaisesRegex(RuntimeError, f"the gradient has size {size} but x has size .3."):
                mish.mish_backward(grad, x)
            with self.assertRaisesRegex(RuntimeError, "the gradient has size"):
                mish.mish_double_backward(grad, x, x)

    def test_another_type_is_refused(self):
        with self.assertRaisesRegex(RuntimeError, "the gradient is Double but x is Float"):
            mish.mish_backward(torch.ones(3, dtype=torch.float64), torch.ones(3))

    def test_another_device_is_refused(self):
        here = torch.ones(3)
        for other in ("meta", *DEVICES[1:]):
            there = here.to(other)
            for pair in ((here, there), (there, here)):
                with self.assertRaisesRegex(RuntimeError, "they must be on one device"):
                    mish.mish_backward(*pair)

    def test_meta_tensors_have_shapes_only(self):
        x = torch.empty(2, 3, 4, 5, device="meta").to(memory_format=torch.channels_last)
        for name in ACTIVATIONS:
            value, backward, double_backward = operators(name)
            for y in (value(x), backward(x, x), *double_backward(x, x, x)):
                self.assertEqual((y.device.type, y.shape, y.stride()), ("meta", x.shape, x.stride()))


class Extremes(unittest.TestCase):
    def test_mish_at_infinity(self):
        for device in DEVICES:
            for dtype in TYPES:
                with self.subTest(dtype=dtype, device=device):
                    x = torch.tensor([-INFINITY, INFINITY, NAN], dtype=dtype, device=device)
                    one = torch.ones_like(x)
                    y = mish.mish(x).tolist()
                    self.assertEqual(y[:2], [0, INFINITY])
                    self.assertTrue(torch.signbit(mish.mish(x))[0])
                    self.assertEqual(mish.mish_backward(one, x).tolist()[:2], [0, 1])
                    self.assertEqual(mish.mish_double_backward(one, one, x)[1].tolist()[:2], [0, 0])

    def test_not_a_number_stays_one(self):
        for device in DEVICES:
            for dtype in TYPES:
                x = torch.full((40,), NAN, dtype=dtype, device=device)
                for name in ACTIVATIONS:
                    with self.subTest(name, dtype=dtype, device=device):
                        self.assertTrue(operators(name)[0](x).isnan().all())
                        if name != "relu":  # PyTorch's relu has the derivative 0 there
                            self.assertTrue(operators(name)[1](torch.ones_like(x), x).isnan().all())

    def test_every_code_of_16_bits_has_finite_derivatives(self):
        codes = torch.arange(-(2**15), 2**15, dtype=torch.int32).to(torch.int16)
        for device in DEVICES:
            for dtype in (torch.float16, torch.bfloat16):
                x = codes.view(dtype)
                x = x[x.isfinite()].to(device)
                one = torch.ones_like(x)
                for name in ACTIVATIONS:
                    with self.subTest(name, dtype=dtype, device=device):
                        _, backward, double_backward = operators(name)
                        self.assertTrue(backward(one, x).isfinite().all())
                        self.assertTrue(double_backward(one, one, x)[1].isfinite().all())

    def test_the_second_derivative_is_finite_where_pytorchs_is_not(self):
        x = torch.tensor([12.0, 100.0], dtype=torch.float16, requires_grad=True)
        seconds = []
        for f in (F.mish, mish.mish):
            (first,) = torch.autograd.grad(f(x).sum(), x, create_graph=True)
            seconds += torch.autograd.grad(first.sum(), x)
        self.assertTrue(seconds[0].isnan().all())
        self.assertTrue(seconds[1].isfinite().all())


if __name__ == "__main__":
    unittest.main()
