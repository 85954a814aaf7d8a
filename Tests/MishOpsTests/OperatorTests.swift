import Activations
import MishOps
import Testing
import Torch

@Suite struct DifferentiationTests {
    /// Normal numbers that are not next to a kink of any activation.
    func points() -> Tensor {
        manualSeed(3)
        let x = Tensor.randn([200], dtype: .float64) * 2
        return [-3.0, -2, 0, 3].reduce(x) { $0[($0 - $1).abs() .> 1e-3] }
    }

    func centralDifference(_ x: Tensor, _ f: (Tensor) -> Tensor) -> Tensor {
        let step = 1e-5
        return (f(x + step) - f(x - step)) / (2 * step)
    }

    @Test(arguments: Activation.all) func gradientsAreCentralDifferences(activation: Activation) {
        let x = points().requiringGrad(), weights = x.detach().sin()
        let first = gradient(of: (activation(x) * weights).sum(), at: x, createGraph: true)
        let difference = withoutGradients { centralDifference(x.detach()) { activation($0) } * weights }
        #expect(first.isClose(to: difference, relative: 1e-7, absolute: 1e-9))
    }

    @Test(arguments: Activation.all) func secondGradientsAreCentralDifferences(activation: Activation) {
        let x = points().requiringGrad(), upstream = x.detach().sin().requiringGrad(), weights = x.detach().cos()
        let first = gradient(of: activation(x), at: x, gradient: upstream, createGraph: true)
        guard first.requiresGrad else { return }
        let second = gradient(of: (first * weights).sum(), at: [x, upstream])
        let one = x.detach().onesLike()
        let curvature = withoutGradients { centralDifference(x.detach()) { activation.backward(one, $0) } }
        #expect(second[0].isClose(to: curvature * upstream * weights, relative: 1e-6, absolute: 1e-8))
        #expect(second[1].isClose(to: activation.backward(weights, x.detach()), relative: 1e-14, absolute: 0))
    }

    @Test func parametersReachValueAndDerivatives() {
        let x = Tensor([-2.0, 3]).requiringGrad()
        let leaky = Operator("mish::leaky_relu")(.tensor(x), 0.25)
        #expect(leaky.array(Double.self) == [-0.5, 3])
        #expect(gradient(of: leaky.sum(), at: x).array(Double.self) == [0.25, 1])
        let elu = Operator("mish::elu")(.tensor(x), 2.0)
        #expect(elu.isClose(to: Tensor([2 * -0.8646647167633873, 3]), relative: 1e-15))
        #expect(gradient(of: elu.sum(), at: x).isClose(to: Tensor([2 * 0.1353352832366127, 1]), relative: 1e-15))
    }

    @Test func reluKeepsItsOutputAndNotItsInput() {
        let x = Tensor([-2.0, 0, 3]).requiringGrad()
        let input = x * 1, output = Activation.relu(input)
        input.fill_(1)
        #expect(gradient(of: output.sum(), at: x, retainGraph: true).array(Double.self) == [0, 0, 1])
        output.fill_(1)
        #expect(throws: TorchError.self) { try catching { gradient(of: output.sum(), at: x) } }
    }

    @Test func thirdDerivativesAreRefusedRatherThanWrong() {
        let x = Tensor([0.5]).requiringGrad()
        let first = gradient(of: Activation.mish(x), at: x, createGraph: true)
        let second = gradient(of: first, at: x, createGraph: true)
        #expect(throws: TorchError.self) { try catching { gradient(of: second, at: x) } }
    }
}

@Suite struct LayoutTests {
    static func views(_ x: Tensor) -> [Tensor] {
        [
            x, x.contiguous(memoryFormat: .channelsLast), x.transpose(1, 3), x[.all, .slice(nil, nil, step: 2), 1...],
            x[0, 0, 0, 0].expand([4, 5]), x[0..<0], x[0, 0, 0, 0], x.flatten()[1...], x.flatten()[3..<20],
            Operator("aten::as_strided")(.tensor(x), [3, 10], [5, 1]),
        ]
    }

    @Test(arguments: [DType.float16, .bfloat16, .float32, .float64])
    func everyLayoutGivesTheContiguousResultsInItsOwnLayout(dtype: DType) { check(dtype, .cpu) }

    @Test(.enabled(if: cudaIsAvailable), arguments: [DType.float16, .bfloat16, .float32, .float64])
    func everyLayoutGivesTheContiguousResultsOnCUDA(dtype: DType) { check(dtype, .cuda) }

    func check(_ dtype: DType, _ device: Device) {
        manualSeed(4)
        let silu = Operator("aten::silu")
        let x = Tensor.randn([3, 5, 7, 9]).to(dtype: dtype, device: device)
        for view in Self.views(x) {
            let flat = view.contiguous()
            let grad = flat.cos()
            #expect(Activation.mish(view).equals(Activation.mish(flat)))
            #expect(Activation.mish(view).strides == silu(view).strides)
            #expect(Activation.mish.backward(grad, view).equals(Activation.mish.backward(grad, flat)))
            let constant = Tensor(0.5, dtype: dtype, device: device).expand(view.shape)
            let expanded = Activation.mish.backward(constant, view)
            #expect(expanded.equals(Activation.mish.backward(constant.contiguous(), flat)))
        }
    }

    @Test func oneAndManyElementsGiveTheSameBits() {
        manualSeed(5)
        let x = Tensor.randn([100_003])
        for activation in Activation.all {
            let whole = activation(x)
            for range in [0..<1, 17..<33, 99_990..<100_003, 5..<40_000] {
                #expect(activation(x[range]).equals(whole[range]), "\(activation) \(range)")
            }
        }
    }

    @Test func outVariantsWriteWhereTheyAreTold() {
        let x = Tensor([-1.0, 0, 2]), one = x.onesLike()
        let out = x.emptyLike(), other = x.emptyLike()
        Operator("mish::mish", "out")(.tensor(x), .tensor(out))
        #expect(out.equals(Activation.mish(x)))
        Operator("mish::mish_backward", "out")(.tensor(one), .tensor(x), .tensor(out))
        #expect(out.equals(Activation.mish.backward(one, x)))
        _ = Operator("mish::mish_double_backward", "out")
            .tensors(.tensor(one), .tensor(one), .tensor(x), .tensor(out), .tensor(other))
        let both = Activation.mish.doubleBackward.tensors(.tensor(one), .tensor(one), .tensor(x))
        #expect(out.equals(both[0]) && other.equals(both[1]))
        Operator("mish::mish", "out")(.tensor(x), .tensor(x))
        #expect(x.equals(Activation.mish(Tensor([-1.0, 0, 2]))))
    }
}

@Suite struct RefusalTests {
    func message(_ body: () throws -> Tensor) -> String {
        do {
            _ = try catching(body)
            return ""
        } catch { return "\(error)" }
    }

    @Test func theErrorNamesTheOperatorAndBothSides() {
        let x = Tensor([1.0, 2, 3])
        let mish = Activation.mish
        #expect(message { mish(Tensor([1, 2])) }.contains("mish::mish: got a tensor of Long"))
        #expect(message { mish(Operator("aten::complex")(x, x)) }.contains("ComplexDouble"))
        #expect(message { mish(Operator("aten::to_sparse")(x)) }.contains("mish"))
        let short = message { mish.backward(Tensor([1.0, 2]), x) }
        #expect(short.contains("the gradient has size [2] but x has size [3]"))
        #expect(message { mish.backward(x.to(dtype: .float32), x) }.contains("the gradient is Float but x is Double"))
        let out = Tensor([Float(0), 0, 0])
        #expect(!message { Operator("mish::mish", "out")(.tensor(x), .tensor(out)) }.isEmpty)
        let line = Tensor.zeros([6])
        #expect(!message { Operator("mish::mish", "out")(.tensor(line[0..<5]), .tensor(line[1...])) }.isEmpty)
    }
}

@Suite struct CompilationTests {
    /// Needs NVRTC, which LibTorch's CUDA wheels bring along; without it there is nothing to compile with.
    @Test func theCUDAKernelsCompileWithoutAGPU() {
        var message = [CChar](repeating: 0, count: 10_000)
        let compiled = mish_ops_compile_cuda(90, &message, message.count)
        let text = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        #expect(compiled == 1 || text.contains("NVRTC, which compiles the CUDA kernels, was not found"), "\(text)")
    }
}
