import Foundation
import Layers
import Testing
import Torch

@Suite struct BatchNormTests {
    private let x = Tensor.randn([8, 3, 4, 4], dtype: .float64) * 2 + 1

    private func norm() -> BatchNorm2d {
        let norm = BatchNorm2d(3, momentum: 0.2, eps: 1e-3, gamma: 1.5)
        norm.to(dtype: .float64)
        return norm
    }

    /// The formula of arXiv 1502.03167: (x - mean) / sqrt(biased variance + eps) gamma + beta.
    @Test func trainingNormalisesByTheBatch() {
        let mean = x.mean(dims: [0, 2, 3], keepDim: true)
        let variance = x.variance(dims: [0, 2, 3], correction: 0, keepDim: true)
        let expected = (x - mean) / (variance + 1e-3).sqrt() * 1.5
        #expect(norm()(x).isClose(to: expected, relative: 1e-12, absolute: 1e-12))
    }

    @Test func runningValuesMoveTowardsMeanAndUnbiasedVariance() {
        let norm = norm()
        _ = norm(x)
        let mean = x.mean(dims: [0, 2, 3]) * 0.2
        let variance = x.variance(dims: [0, 2, 3], correction: 1) * 0.2 + 0.8
        #expect(norm.runningMean.isClose(to: mean, relative: 1e-12))
        #expect(norm.runningVar.isClose(to: variance, relative: 1e-12))
        #expect(norm.numBatchesTracked.item(Int.self) == 1)
    }

    @Test func useNormalisesByTheRunningValuesAndLeavesThem() {
        let norm = norm()
        _ = norm(x)
        norm.eval()
        let (mean, variance) = (norm.runningMean.clone(), norm.runningVar.clone())
        let expected =
            (x - mean.reshape([1, 3, 1, 1])) / (variance.reshape([1, 3, 1, 1]) + 1e-3).sqrt() * 1.5
        #expect(norm(x).isClose(to: expected, relative: 1e-12, absolute: 1e-12))
        #expect(norm.runningMean.equals(mean) && norm.runningVar.equals(variance))
        #expect(norm.numBatchesTracked.item(Int.self) == 1)
    }
}

@Suite struct InitializationTests {
    /// Of 300,000 draws the standard deviation is known to 0.2 %, the mean to 0.2 % of it.
    private func statistics(_ weight: Tensor) -> (mean: Double, std: Double, largest: Double) {
        let values = weight.detach().to(dtype: .float64)
        return (
            values.mean().item(Double.self), values.std().item(Double.self),
            values.abs().max().item(Double.self)
        )
    }

    @Test(arguments: [(Initialization.Fan.input, 128 * 9), (.output, 256 * 9)])
    func kaimingNormalHasVarianceTwoOverFan(fan: Initialization.Fan, count: Int) {
        let weight = Tensor.empty([256, 128, 3, 3])
        Initialization.kaimingNormal(weight, fan: fan)
        let (mean, std, _) = statistics(weight)
        let expected = (2 / Double(count)).squareRoot()
        #expect(abs(std / expected - 1) < 0.01)
        #expect(abs(mean) < 0.01 * expected)
    }

    /// PyTorch's default: uniform within 1 / sqrt(inputs), in fp32.
    @Test func layersStartAsInPyTorch() {
        let convolution = Conv2d(64, 128, kernel: 3, groups: 2)
        let linear = Linear(500, 600)
        for (weight, inputs) in [(convolution.weight, 32 * 9), (linear.weight, 500)] {
            let bound = Double(Float(1 / Double(inputs).squareRoot()))
            let (_, std, largest) = statistics(weight)
            #expect(largest <= bound && largest > 0.99 * bound)
            #expect(abs(std / (bound / 3.0.squareRoot()) - 1) < 0.02)
        }
        #expect(statistics(linear.bias!.tensor).largest <= Double(Float(1 / 500.0.squareRoot())))
    }

    @Test func biasesAndNormsDoNotDecay() {
        let net = Sequential {
            Conv2d(1, 2, kernel: 1)
            BatchNorm2d(2)
            Linear(2, 2)
        }
        let decaying = net.namedParameters().filter(\.parameter.decays).map(\.name)
        #expect(decaying == ["0.weight", "2.weight"])
    }
}

@Suite struct OtherLayerTests {
    @Test func dropoutScalesWhatItKeepsAndRestsInUse() {
        let dropout = Dropout(p: 0.25)
        let x = Tensor.ones([100_000])
        let kept = dropout(x)
        let values = Set(kept.array(Float.self))
        #expect(values == [0, Float(4) / 3])
        // Standard error of the mean: 0.0018.
        #expect(abs(kept.mean().item(Double.self) - 1) < 0.01)
        dropout.eval()
        #expect(dropout(x).equals(x))
    }

    @Test func poolingRoundsUpInCeilMode() {
        let x = Tensor.arange(25, dtype: .float32).reshape([1, 1, 5, 5])
        #expect(MaxPool2d(2)(x).shape == [1, 1, 2, 2])
        #expect(MaxPool2d(2, ceilMode: true)(x).shape == [1, 1, 3, 3])
        // A window that hangs over the edge averages what lies inside.
        #expect(AvgPool2d(2, ceilMode: true)(x)[0, 0, 2, 2].item(Float.self) == 24)
        #expect(AdaptiveAvgPool2d(1)(x).item(Float.self) == 12)
    }

    @Test func instanceNormNormalisesEachImage() {
        let x = Tensor.randn([2, 3, 8, 8], dtype: .float64) * 3 + 2
        let norm = InstanceNorm2d(3)
        norm.to(dtype: .float64)
        let y = norm(x)
        #expect(y.mean(dims: [2, 3]).isClose(to: Tensor.zeros([2, 3], dtype: .float64), absolute: 1e-12))
        let variance = y.variance(dims: [2, 3], correction: 0)
        #expect(variance.isClose(to: Tensor.ones([2, 3], dtype: .float64), relative: 1e-4))
    }

    @Test func groupedConvolutionIsConvolutionsSideBySide() {
        let grouped = Conv2d(4, 6, kernel: 3, stride: 2, padding: 1, groups: 2, bias: false)
        let x = Tensor.randn([2, 4, 7, 7])
        let halves = zip(x.chunk(2, dim: 1), grouped.weight.chunk(2)).map { image, weight in
            image.conv2d(weight, stride: [2, 2], padding: [1, 1])
        }
        #expect(grouped(x).isClose(to: Tensor.cat(halves, dim: 1), relative: 1e-4, absolute: 1e-5))
    }
}
