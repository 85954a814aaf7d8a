import Foundation
import Testing
import Torch

@Suite struct TensorTests {
    @Test func elementsSurviveTheRoundTrip() {
        #expect(Tensor([1.5, -2, 0]).array(Double.self) == [1.5, -2, 0])
        #expect(Tensor([Float16(0.1)]).array(Float16.self) == [Float16(0.1)])
        #expect(Tensor([true, false]).array(Bool.self) == [true, false])
        #expect(Tensor([UInt8(255)]).to(dtype: .int64).item(Int.self) == 255)
        #expect(Tensor(7).shape == [] && Tensor(7).dtype == .int64)
        #expect(Tensor([Int](), shape: [0, 3]).count == 0)
    }

    @Test(arguments: DType.allCases) func everyTypeCanBeMadeAndConverted(dtype: DType) {
        let tensor = Tensor([0, 1], dtype: dtype)
        #expect(tensor.dtype == dtype)
        #expect(tensor.array(Int.self) == [0, 1])
        #expect(Tensor.ones([3], dtype: dtype).sum().item(Double.self) == 3)
    }

    @Test func arithmeticBroadcastsAndPromotesAsInPyTorch() {
        let column = Tensor([1, 2], shape: [2, 1])
        let row = Tensor([10, 20, 30], shape: [1, 3])
        #expect((column + row).array(Int.self) == [11, 21, 31, 12, 22, 32])
        #expect((column * 2).dtype == .int64)
        #expect((column * 0.5).dtype == .float32)
        #expect((column / 2).array(Double.self) == [0.5, 1])
        #expect((10 - column).array(Int.self) == [9, 8])
        #expect((1 / Tensor([2.0, 4])).array(Double.self) == [0.5, 0.25])
    }

    @Test func assignmentOperatorsChangeTheMemoryThatAllHandlesShare() {
        let tensor = Tensor([1.0, 2])
        let other = tensor
        tensor += 1
        tensor *= Tensor([2.0, 3])
        #expect(other.array(Double.self) == [4, 9])
        #expect(other.version == 2)
    }

    @Test func subscriptsSelectSliceAndAssign() {
        let x = Tensor.arange(24).reshape([2, 3, 4])
        #expect(x[1, 2, 3].item(Int.self) == 23)
        #expect(x[-1, .all, 0].array(Int.self) == [12, 16, 20])
        #expect(x[.ellipsis, 1..<3].shape == [2, 3, 2])
        #expect(x[0, .newAxis, 1...].shape == [1, 2, 4])
        #expect(x[.all, .slice(nil, nil, step: 2)].shape == [2, 2, 4])
        x[0, 0] = Tensor([9, 9, 9, 9])
        #expect(x[0, 0].array(Int.self) == [9, 9, 9, 9])
        let picked = Tensor([5, 6, 7])[Tensor([2, 0])]
        #expect(picked.array(Int.self) == [7, 5])
        #expect(Tensor([5, 6, 7])[Tensor([true, false, true])].array(Int.self) == [5, 7])
    }

    @Test func reductionsAgreeWithTheirDefinitions() {
        let x = Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
        #expect(x.mean(dim: 1, keepDim: true).array(Double.self) == [2, 5])
        #expect(x.sum().item(Double.self) == 21)
        #expect(x.variance(dims: [1]).array(Double.self) == [1, 1])
        #expect(x.argmax(dim: 1).array(Int.self) == [2, 2])
        let (values, indices) = x.max(dim: 0)
        #expect(values.array(Double.self) == [4, 5, 6] && indices.array(Int.self) == [1, 1, 1])
        #expect(x.topk(2).values.array(Double.self) == [3, 2, 6, 5])
    }

    @Test func linearAlgebraInvertsItself() {
        manualSeed(1)
        let a = Tensor.randn([5, 5], dtype: .float64) + Tensor.eye(5, dtype: .float64) * 5
        #expect(a.matmul(a.inverse()).isClose(to: .eye(5, dtype: .float64), absolute: 1e-12))
        let b = Tensor.randn([5, 2], dtype: .float64)
        #expect(a.matmul(a.solve(b)).isClose(to: b, absolute: 1e-12))
        #expect(Tensor.einsum("ij,jk->ik", a, b).isClose(to: a.matmul(b), absolute: 1e-12))
    }

    @Test func convolutionIsTheSumOverItsWindow() {
        let x = Tensor.arange(0.0, 16, step: 1).reshape([1, 1, 4, 4])
        let ones = Tensor.ones([1, 1, 3, 3], dtype: .float64)
        // Windows of 0...15 in rows of four, centred at 5, 6, 9 and 10: nine times the centre.
        #expect(x.conv2d(ones).array(Double.self) == [45, 54, 81, 90])
        #expect(x.avgPool2d(kernel: 2).array(Double.self) == [2.5, 4.5, 10.5, 12.5])
        #expect(x.maxPool2d(kernel: 2).array(Double.self) == [5, 7, 13, 15])
    }

    @Test func antialiasedShrinkingKeepsTheMean() {
        manualSeed(3)
        let x = Tensor.rand([1, 3, 64, 64], dtype: .float64)
        let small = x.interpolate(size: [8, 8], mode: .bilinear, antialias: true)
        #expect(abs((small.mean() - x.mean()).item(Double.self)) < 0.01)
    }

    @Test func channelsLastIsAnOrderOfMemoryNotOfDimensions() {
        let x = Tensor.randn([2, 3, 4, 5])
        let y = x.contiguous(memoryFormat: .channelsLast)
        #expect(y.isChannelsLast && !y.isContiguous && y.shape == x.shape && y.equals(x))
        #expect(y.strides == [60, 1, 15, 3])
    }

    @Test func crossEntropyFollowsItsFormula() {
        let logits = Tensor([1.0, 2, 3], shape: [1, 3])
        let logp = logits.logSoftmax(dim: 1)
        let smoothed = logits.crossEntropy(Tensor([2]), labelSmoothing: 0.3).item(Double.self)
        let expected = -0.7 * logp[0, 2].item(Double.self) - 0.1 * logp.sum().item(Double.self)
        #expect(abs(smoothed - expected) < 1e-12)
    }

    @Test func anyOperatorIsReachableByName() throws {
        let cdist = try Operator.find("aten::cdist")
        let distance = cdist(.tensor(Tensor([0.0, 0], shape: [1, 2])), .tensor(Tensor([3.0, 4], shape: [1, 2])))
        #expect(distance.item(Double.self) == 5)
        #expect(throws: TorchError.self) { try Operator.find("aten::no_such_operator") }
        let parts = Operator("aten::split", "Tensor").tensors(.tensor(.arange(5)), 2)
        #expect(parts.map(\.count) == [2, 2, 1])
        #expect("\(Operator("aten::relu"))" == "aten::relu(Tensor self) -> Tensor")
    }

    @Test func theSameSeedGivesTheSameNumbersAndStateComesBack() {
        manualSeed(42)
        let first = Tensor.randn([4])
        let state = randomState()
        let second = Tensor.rand([4])
        manualSeed(42)
        #expect(Tensor.randn([4]).equals(first))
        setRandomState(state)
        #expect(Tensor.rand([4]).equals(second))
    }
}

@Suite struct FailureTests {
    @Test func aFailedOperatorThrowsFromItsScopeWithItsNameAndLibTorchsMessage() throws {
        let error = #expect(throws: TorchError.self) {
            _ = try catching { Tensor.ones([2, 3]).matmul(Tensor.ones([2, 3])) }
        }
        let text = "\(try #require(error))"
        #expect(text.contains("aten::matmul") && text.contains("2x3"))
    }

    @Test func whatFollowsAFailureDoesNothingAndTheFirstErrorIsThrown() {
        let error = #expect(throws: TorchError.self) {
            try catching {
                let bad = Tensor.ones([2]) + Tensor.ones([3])
                #expect(bad.isPoisoned && (bad * 2).isPoisoned && bad.shape == [])
                _ = bad.matmul(Tensor.ones([7, 7, 7, 9]))
                bad.backward()
                #expect(bad.array(Double.self) == [])
            }
        }
        #expect(error.map { "\($0)".contains("aten::add") } == true)
    }

    @Test func scopesNest() throws {
        try catching {
            #expect(throws: TorchError.self) { try catching { Tensor.ones([2]).reshape([3]) } }
            #expect(Tensor.ones([2]).sum().item(Double.self) == 2)
        }
    }

    @Test func tooMuchMemoryIsACaseOfItsOwn() {
        let error = #expect(throws: TorchError.self) {
            _ = try catching { Tensor.zeros([1 << 46]) }
        }
        guard case .outOfMemory? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aDeviceThatIsNotThereSaysWhatIsMissing() {
        let error = #expect(throws: TorchError.self) { try Device.cuda(99).checkAvailable() }
        #expect(error.map { "\($0)".contains("cuda:99") || "\($0)".contains("CUDA") } == true)
    }
}
