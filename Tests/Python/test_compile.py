import shutil
import unittest

import torch
import torch.nn.functional as F

from support import ACTIVATIONS, DEVICES, mish, operators, points


class Compilation(unittest.TestCase):
    def setUp(self):
        torch._dynamo.reset()

    def test_a_whole_graph_gives_the_same_bits_and_gradients(self):
        for device in DEVICES:
            for backend in ("eager", "aot_eager"):
                for name in ACTIVATIONS:
                    with self.subTest(name, backend=backend, device=device):
                        torch._dynamo.reset()
                        activation = operators(name)[0]

                        def network(x, weight):
                            return activation(x @ weight).square().mean()

                        compiled = torch.compile(network, fullgraph=True, backend=backend)
                        x = points(6, 4, device=device)
                        weight = points(4, 5, device=device, seed=1).requires_grad_()
                        results = [(f(x, weight), *torch.autograd.grad(f(x, weight), weight)) for f in (compiled, network)]
                        for ours, reference in zip(*results):
                            torch.testing.assert_close(ours, reference, rtol=0, atol=0)

    @unittest.skipUnless(shutil.which("g++"), "the default backend compiles C++")
    def test_the_default_backend(self):
        network = lambda x: mish.mish(x * 2).square()
        for device in DEVICES:
            x = points(4, 4, device=device).requires_grad_()
            ours, reference = torch.compile(network, fullgraph=True)(x), network(x)
            torch.testing.assert_close(ours, reference)
            gradients = (torch.autograd.grad(y.sum(), x)[0] for y in (ours, reference))
            torch.testing.assert_close(*gradients)

    def test_shapes_may_be_symbols(self):
        counts = []

        def backend(graph, example):
            counts.append(len(example))
            return graph.forward

        compiled = torch.compile(lambda x: mish.mish(x) + 1, fullgraph=True, backend=backend, dynamic=True)
        for n in (3, 5, 9):
            x = points(n, 4)
            self.assertTrue(torch.equal(compiled(x), mish.mish(x) + 1))
        self.assertEqual(len(counts), 1)

    def test_export_keeps_the_operator(self):
        class Network(torch.nn.Module):
            def forward(self, x):
                return mish.mish(x)

        x = points(2, 3)
        program = torch.export.export(Network(), (x,))
        self.assertIn(torch.ops.mish.mish.default, [node.target for node in program.graph.nodes])
        self.assertTrue(torch.equal(program.module()(x), mish.mish(x)))


class Autocast(unittest.TestCase):
    def test_it_computes_in_the_type_that_it_is_given_as_pytorchs_does(self):
        for device in DEVICES:
            layer = torch.nn.Linear(4, 5, device=device)
            x = points(3, 4, dtype=torch.float32, device=device)
            with torch.autocast(device, dtype=torch.bfloat16):
                for activation in (mish.mish, F.mish):
                    y = activation(layer(x))
                    self.assertEqual(y.dtype, torch.bfloat16)
                    self.assertEqual(activation(x).dtype, torch.float32)
                y = mish.mish(layer(x))
            y.sum().backward()
            self.assertEqual(layer.weight.grad.dtype, torch.float32)
            self.assertTrue(layer.weight.grad.isfinite().all())


class Training(unittest.TestCase):
    def test_a_checkpointed_block_has_the_same_gradient(self):
        x = points(3, 4).requires_grad_()
        block = lambda x: mish.mish(mish.mish(x) * 2)
        (plain,) = torch.autograd.grad(block(x).sum(), x)
        again = torch.utils.checkpoint.checkpoint(block, x, use_reentrant=False)
        (checkpointed,) = torch.autograd.grad(again.sum(), x)
        self.assertTrue(torch.equal(plain, checkpointed))

    def test_only_the_input_is_kept(self):
        kept = []
        x = points(10).requires_grad_()
        with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
            mish.mish(x)
        self.assertEqual([t.data_ptr() for t in kept], [x.data_ptr()])


if __name__ == "__main__":
    unittest.main()
