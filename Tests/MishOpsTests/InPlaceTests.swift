import Activations
import Testing
import Torch

@Suite struct InPlaceTests {
    let mishInPlace = Operator("mish::mish_")
    let fromOutput = Operator("mish::mish_in_place_backward")

    /// For y kept in each type, how far the gradient may be off when one bit of y tells the branch: a half unit of
    /// y's last place becomes sqrt(2 f''(x0) delta) at the minimum. Computed from the inverse in high precision. Then
    /// the same for |x - x0| > 1/4, with room for the decoder's own error, and the root mean square for normal x.
    static let bounds: [(DType, Double, Double, Double)] = [
        (.float16, 1.0e-2, 1.5e-3, 8.0e-4), (.bfloat16, 2.5e-2, 1.0e-2, 3.4e-3), (.float32, 7.5e-5, 7e-7, 8.0e-7),
    ]

    @Test(arguments: bounds)
    func theGradientComesOutOfTheOutput(dtype: DType, bound: Double, away: Double, rms: Double) {
        check(dtype, bound, away, rms, .cpu)
    }

    @Test(.enabled(if: cudaIsAvailable), arguments: bounds)
    func theGradientComesOutOfTheOutputOnCUDA(dtype: DType, bound: Double, away: Double, rms: Double) {
        check(dtype, bound, away, rms, .cuda)
    }

    /// Every finite code of a 16-bit type; for fp32 a grid, dense at the minimum, and numbers of every magnitude.
    static func inputs(_ dtype: DType, _ device: Device) -> Tensor {
        let every = everyCode(dtype == .bfloat16 ? .bfloat16 : .float16, device: device)
        if dtype != .float32 { return every[every.isfinite()] }
        let grid = Tensor.linspace(-30, 12, steps: 500_001, dtype: .float64, device: device)
        let minimum = Tensor.linspace(-1.3, -1.1, steps: 250_001, dtype: .float64, device: device)
        let wide = everyCode(.bfloat16, device: device).to(dtype: .float64)
        return Tensor.cat([grid, minimum, wide[wide.isfinite()]], dim: 0).to(dtype: .float32)
    }

    static let minimum = -1.1924312145154952

    func check(_ dtype: DType, _ bound: Double, _ away: Double, _ rms: Double, _ device: Device) {
        let x = Self.inputs(dtype, device)
        let exactX = x.to(dtype: .float64)
        func errors(_ x: Tensor) -> Tensor {
            let exact = Activation.mish.backward(x.to(dtype: .float64).onesLike(), x.to(dtype: .float64))
            return (fromOutput(x.onesLike(), mishInPlace(x.clone())).to(dtype: .float64) - exact).abs()
        }
        let error = errors(x)
        #expect(error.max().item(Double.self) <= bound)
        #expect(error[(exactX - Self.minimum).abs() .> 0.25].max().item(Double.self) <= away)
        manualSeed(7)
        let normal = errors(Tensor.randn([1_000_000]).to(dtype: dtype, device: device))
        #expect(normal.square().mean().item(Double.self).squareRoot() <= rms)
    }

    @Test(arguments: [(DType.float16, 10, -14), (.bfloat16, 7, -126), (.float32, 23, -126)])
    func theOutputIsOffByOneUnitAtMostAndTellsTheBranch(dtype: DType, bits: Double, smallest: Double) {
        checkOutput(dtype, bits, smallest, .cpu)
    }

    @Test(
        .enabled(if: cudaIsAvailable),
        arguments: [(DType.float16, 10, -14), (.bfloat16, 7, -126), (.float32, 23, -126)])
    func theOutputIsOffByOneUnitAtMostOnCUDA(dtype: DType, bits: Double, smallest: Double) {
        checkOutput(dtype, bits, smallest, .cuda)
    }

    func checkOutput(_ dtype: DType, _ bits: Double, _ smallest: Double, _ device: Device) {
        let x = Self.inputs(dtype, device)
        let y = mishInPlace(x.clone()), plain = Activation.mish(x)
        let isNegative = x .< 0
        // Elsewhere nothing changes but the sign of -0.
        #expect(y[x .>= 0].equals(plain[x .>= 0]))
        let exact = Activation.mish(x[isNegative].to(dtype: .float64))
        let exponent = exact.abs().log2().floor().clamp(min: smallest)
        let error = (y[isNegative].to(dtype: .float64) - exact).abs() * ((-exponent + bits) * 0.6931471805599453).exp()
        // Half a unit more than Mish itself, which in fp32 is off by up to 0.55 instead of 0.5.
        #expect(error.max().item(Double.self) <= (dtype == .float32 ? 1.05 : 1.001))
        // Left of the minimum the sign is set and the last bit is 0, of a zero too.
        let codes = y.codes, inputs = x.to(dtype: .float64).array(Double.self)
        let sign = UInt64(1) << (8 * UInt64(dtype.size) - 1)
        let isLeft = codes.map { $0 & sign != 0 && $0 & 1 == 0 }
        #expect(isLeft == inputs.map { $0 < Self.minimum })
    }

    @Test func theDecoderIsExactToEightDigits() {
        let x = Tensor.linspace(-60, 60, steps: 200_001, dtype: .float64)
        let gradient = fromOutput(x.onesLike(), mishInPlace(x.clone()))
        let exact = Activation.mish.backward(x.onesLike(), x)
        #expect((gradient - exact).abs().max().item(Double.self) < 1e-8)
    }

    @Test func itTakesThePlaceOfItsInputAndKeepsOnlyThat() {
        let weights = Tensor([-3.0, -0.5, 0.5, 2]).requiringGrad()
        let x = weights * 1
        let y = mishInPlace(x)
        #expect(x.equals(y) && x.version == 1)
        y.sum().backward()
        let exact = Activation.mish.backward(weights.detach().onesLike(), weights.detach())
        #expect(weights.grad?.isClose(to: exact, relative: 1e-7, absolute: 1e-8) == true)
    }

    @Test func whatWouldBeWrongIsRefused() {
        func message(_ body: () -> Void) -> String {
            do {
                try catching(body)
                return ""
            } catch { return "\(error)" }
        }
        let leaf = Tensor([-3.0, 0.5]).requiringGrad()
        #expect(message { _ = mishInPlace(leaf) }.contains("leaf Variable that requires grad"))
        #expect(
            message {
                let y = mishInPlace(leaf * 1)
                let loss = y.sum()
                _ = y.mul_(2)
                loss.backward()
            }.contains("modified by an inplace operation"))
        #expect(
            message {
                let first = gradient(of: mishInPlace(leaf * 1).square().sum(), at: leaf, createGraph: true)
                first.sum().backward()
            }.contains("use mish::mish to differentiate twice"))
        #expect(message { _ = mishInPlace(Tensor([1.0]).expand([3])) }.contains("single memory location"))
        #expect(message { _ = mishInPlace(Tensor([1, 2])) }.contains("got a tensor of Long"))
        #expect(message { _ = mishInPlace(Tensor([true])) }.contains("got a tensor of Bool"))
        #expect(message { _ = fromOutput(Tensor([1.0, 2]), Tensor([1.0])) }.contains("the gradient has size [2]"))
        #expect(message { _ = fromOutput(Tensor([Float(1)]), Tensor([1.0])) }.contains("the gradient is Float"))
    }

    @Test(arguments: [DType.float16, .bfloat16, .float32, .float64])
    func everyLayoutGivesTheContiguousResult(dtype: DType) { checkLayouts(dtype, .cpu) }

    @Test(.enabled(if: cudaIsAvailable), arguments: [DType.float16, .bfloat16, .float32, .float64])
    func everyLayoutGivesTheContiguousResultOnCUDA(dtype: DType) { checkLayouts(dtype, .cuda) }

    func checkLayouts(_ dtype: DType, _ device: Device) {
        manualSeed(4)
        let x = Tensor.randn([3, 5, 7, 9]).to(dtype: dtype, device: device)
        let views: [(Tensor) -> Tensor] = [
            { $0 }, { $0.contiguous(memoryFormat: .channelsLast) }, { $0.transpose(1, 3) },
            { $0[.all, .slice(nil, nil, step: 2), 1...] }, { $0[0..<0] }, { $0[0, 0, 0, 0] }, { $0.flatten()[1...] },
            { $0.flatten()[3..<20] },
        ]
        for view in views {
            let whole = x.clone()
            let part = view(whole)
            let expected = mishInPlace(part.contiguous().clone())
            let strides = part.strides
            let y = mishInPlace(part)
            #expect(y.equals(expected) && part.equals(expected) && y.strides == strides)
            let grad = expected.cos()
            #expect(fromOutput(grad, y).equals(fromOutput(grad, expected)))
        }
        // A view's neighbours stay as they are.
        let whole = x.clone()
        _ = mishInPlace(whole[.all, 1])
        #expect(whole[.all, 0].equals(x[.all, 0]) && whole[.all, 2...].equals(x[.all, 2...]))
    }
}

@Suite struct StoredSoftplusTests {
    let backward = Operator("mish::mish_storing_softplus_backward")

    @Test(arguments: [(DType.float16, 6e-4), (.bfloat16, 4.5e-3), (.float32, 1e-7), (.float64, 1e-15)])
    func valueAndGradientAreMishs(dtype: DType, bound: Double) { check(dtype, bound, .cpu) }

    @Test(
        .enabled(if: cudaIsAvailable),
        arguments: [(DType.float16, 6e-4), (.bfloat16, 4.5e-3), (.float32, 1e-7), (.float64, 1e-15)])
    func valueAndGradientAreMishsOnCUDA(dtype: DType, bound: Double) { check(dtype, bound, .cuda) }

    /// The gradient next to 1 is rounded by 2^-11 in fp16 and 2^-8 in bf16; the rest is what the rounding of softplus
    /// does.
    func check(_ dtype: DType, _ bound: Double, _ device: Device) {
        let x =
            dtype == .float64
            ? Tensor.linspace(-60, 60, steps: 100_001, dtype: .float64, device: device)
            : InPlaceTests.inputs(dtype, device)
        let leaf = x.clone().requiringGrad()
        let y = Activation.mish.saving(.softplus)(leaf)
        #expect(y.equals(Activation.mish(x)))
        y.sum().backward()
        let exact = Activation.mish.backward(x.to(dtype: .float64).onesLike(), x.to(dtype: .float64))
        let error = leaf.grad.map { ($0.to(dtype: .float64) - exact).abs().max().item(Double.self) }
        #expect(error.map { $0 <= bound } == true)
    }

    @Test func theSecondGradientIsMishs() {
        manualSeed(5)
        let x = (Tensor.randn([100], dtype: .float64) * 2).requiringGrad()
        func second(_ activation: Activation) -> Tensor {
            gradient(of: gradient(of: activation(x).square().sum(), at: x, createGraph: true).sum(), at: x)
        }
        #expect(second(.mish.saving(.softplus)).isClose(to: second(.mish), relative: 1e-12, absolute: 1e-14))
    }

    @Test func theErrorSaysWhichTensorDoesNotFit() {
        func message(_ body: () -> Tensor) -> String {
            do {
                _ = try catching(body)
                return ""
            } catch { return "\(error)" }
        }
        let x = Tensor([1.0, 2]), short = Tensor([1.0])
        let softplus = message { backward(.tensor(x), .tensor(x), .tensor(short)) }
        #expect(softplus.contains("softplus has size [1] but x has size [2]"))
        let grad = message { backward(.tensor(short), .tensor(x), .tensor(x)) }
        #expect(grad.contains("the gradient has size [1] but x has size [2]"))
        #expect(message { Activation.mish.saving(.softplus)(Tensor([1])) }.contains("got a tensor of Long"))
    }
}
