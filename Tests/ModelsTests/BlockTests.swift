import Activations
import Layers
import Models
import Testing
import Torch

@Suite struct LocalImportancePooling {
    private let x = Tensor.randn([2, 3, 9, 8], dtype: .float64)

    @Test func equalLogitsAverageWithoutPadding() {
        let pooled = x.localImportancePool2d(logit: x.zerosLike() + 3)
        let average = x.avgPool2d(kernel: 3, stride: 2, padding: 1, countIncludePad: false)
        #expect(pooled.isClose(to: average, relative: 1e-12, absolute: 1e-12))
    }

    @Test func theLayerStartsAsAverage() {
        let layer = LIPPool(3)
        let single = x.to(dtype: .float32)
        let average = single.avgPool2d(kernel: 3, stride: 2, padding: 1, countIncludePad: false)
        #expect(layer(single).isClose(to: average, relative: 1e-5, absolute: 1e-6))
    }

    @Test func steepLogitsTakeTheMaximum() {
        let pooled = x.localImportancePool2d(logit: x * 1000 / 60)
        let maximum = x.maxPool2d(kernel: 3, stride: 2, padding: 1)
        #expect((pooled - maximum).abs().max().item(Double.self) < 0.1)
        #expect(withoutGradients { (pooled - maximum).max().item(Double.self) } <= 1e-12)
    }

    /// With w = e^l / sum and upstream g: d/dx = sum of g w, d/dl = sum of g w (x - result).
    @Test func gradientsAreThoseOfASoftmaxMean() {
        let (a, b) = (0.3, -1.2)
        let (l, m) = (0.7, 2.0)
        let pixels = Tensor([a, b], shape: [1, 1, 1, 2]).requiringGrad()
        let logits = Tensor([l, m], shape: [1, 1, 1, 2]).requiringGrad()
        let result = pixels.localImportancePool2d(logit: logits)
        result.sum().backward()
        let w = Tensor([l, m]).softmax(dim: 0).array(Double.self)
        let mean = w[0] * a + w[1] * b
        #expect(abs(result.item(Double.self) - mean) < 1e-12)
        #expect(pixels.grad!.flatten().isClose(to: Tensor(w), relative: 1e-12))
        #expect(logits.grad!.flatten().isClose(to: Tensor([w[0] * (a - mean), w[1] * (b - mean)]), relative: 1e-10))
    }

    /// e^12 is beyond fp16 (the published code gives NaN from logit 11.09 on).
    @Test func theLargestGateIsFiniteInHalfPrecision() {
        let half = x.to(dtype: .float16).requiringGrad()
        let pooled = half.localImportancePool2d(logit: half.fullLike(12.0))
        pooled.sum().backward()
        #expect(pooled.dtype == .float16)
        #expect(pooled.isfinite().all().item(Bool.self) && half.grad!.isfinite().all().item(Bool.self))
        let exact = x.avgPool2d(kernel: 3, stride: 2, padding: 1, countIncludePad: false)
        #expect((pooled.to(dtype: .float64) - exact).abs().max().item(Double.self) < 2e-3)
    }
}

@Suite struct Attention {
    @Test func startsAsTheIdentity() {
        let x = Tensor.randn([2, 8, 4, 4])
        #expect(SimpleSelfAttention(8)(x).equals(x))
    }

    /// After enough power iterations the matrix that is applied has the largest singular value 1.
    @Test(arguments: [false, true]) func theMatrixHasSpectralNormOne(symmetric: Bool) {
        let conv = SpectralConv1d(16, symmetric: symmetric)
        let identity = Tensor.eye(16).unsqueeze(dim: 0)
        for _ in 0..<500 { _ = conv(identity) }
        let matrix = conv(identity).squeeze(dim: 0)
        #expect(abs(matrix.svd()[1].max().item(Double.self) - 1) < 1e-3)
        #expect(matrix.isClose(to: matrix.transpose(0, 1), absolute: 1e-5) == symmetric)
    }

    @Test func namesAreThoseOfPyTorchsSpectralNorm() {
        let net = MXResNet(depths: [1], widths: [8], classes: 2, selfAttention: .plain)
        let names = net.state().keys.filter { $0.contains(".sa.") }.sorted()
        #expect(
            names == ["4.0.sa.conv.weight_orig", "4.0.sa.conv.weight_u", "4.0.sa.conv.weight_v", "4.0.sa.gamma"])
    }

    /// 4,096 pixels of size 10: X X^T is 409,600, beyond fp16.
    @Test func theGramMatrixMayLeaveHalfPrecision() {
        let attention = SimpleSelfAttention(4)
        attention.to(dtype: .float16)
        let x = Tensor.full([1, 4, 64, 64], Float16(10))
        #expect(attention(x).isfinite().all().item(Bool.self))
    }
}

@Suite struct OtherBlocks {
    @Test func residualPathsStartAsNothing() {
        let block = XResNetBlock(8, width: 8, expansion: 1, stride: 1, style: XResNetStyle(activation: .mish))
        let x = Tensor.randn([2, 8, 5, 5])
        #expect(block(x).isClose(to: Activation.mish(x), relative: 1e-6))
    }

    @Test(arguments: Pooling.allCases, [7, 8]) func oddSidesFitBothPaths(pool: Pooling, side: Int) {
        for halving in XResNetStyle.Halving.allCases {
            var style = XResNetStyle(activation: .mish)
            (style.pool, style.halving) = (pool, halving)
            let block = XResNetBlock(4, width: 8, expansion: 1, stride: 2, style: style)
            #expect(block(Tensor.randn([2, 4, side, side])).shape == [2, 8, 4, 4])
        }
    }

    /// The binomial kernel keeps a constant image but at the edge, where zeros are outside.
    @Test func blurKeepsConstants() {
        let blurred = MaxBlurPool2d(2)(Tensor.ones([1, 2, 9, 9]))
        #expect(blurred.shape == [1, 2, 5, 5])
        #expect(blurred[0, 0, 2, 2].item(Float.self) == 1)
        #expect(blurred[0, 1, 0, 0].item(Float.self) == 0.5625)
    }

    @Test func dropConnectKeepsTheMeanAndRestsInUse() {
        let drop = DropConnect(p: 0.2)
        let x = Tensor.ones([20_000, 1, 1, 1])
        let kept = drop(x)
        #expect(Set(kept.array(Float.self)) == [0, 1.25])
        // Standard error of the mean: 0.0035.
        #expect(abs(kept.mean().item(Double.self) - 1) < 0.02)
        drop.eval()
        #expect(drop(x).equals(x))
    }

    /// TensorFlow pads 0 and 1 where PyTorch pads 1 and 1.
    @Test func samePaddingIsRightAndBelow() {
        let x = Tensor.arange(16, dtype: .float32).reshape([1, 1, 4, 4])
        let convolution = SameConv2d(1, 1, kernel: 3, stride: 2, padding: .same)
        withoutGradients { _ = convolution.weight.fill_(1) }
        // 0+1+2+4+5+6+8+9+10 and so on.
        #expect(convolution(x).array(Float.self) == [45, 39, 66, 50])
        #expect(
            SameConv2d(1, 1, kernel: 5, stride: 2, padding: .same)(Tensor.ones([1, 1, 7, 8])).shape == [1, 1, 4, 4])
    }
}
