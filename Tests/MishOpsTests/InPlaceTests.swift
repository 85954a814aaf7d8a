import Activations
import Testing
import Torch

@Suite struct InPlaceTests {
    let mishInPlace = Operator("mish::mish_")
    let fromOutput = Operator("mish::mish_in_place_backward")

    /// For y kept in each type, how far the gradient may be off when one bit of y tells the branch: a half unit of
    /// y's last place becomes sqrt(2 f''(x0) delta) at the minimum. Computed from the inverse in high precision.
    static let bounds: [(DType, Double)] = [(.float16, 1.0e-2), (.bfloat16, 2.5e-2), (.float32, 7.5e-5)]

    @Test(arguments: bounds) func theGradientComesOutOfTheOutput(dtype: DType, bound: Double) throws {
        check(dtype, bound, .cpu)
    }

    @Test(.enabled(if: cudaIsAvailable), arguments: bounds)
    func theGradientComesOutOfTheOutputOnCUDA(dtype: DType, bound: Double) throws {
        check(dtype, bound, .cuda)
    }

    func check(_ dtype: DType, _ bound: Double, _ device: Device) {
        let every = everyCode(dtype == .bfloat16 ? .bfloat16 : .float16, device: device)
        let x = every[every.isfinite()].to(dtype: dtype)
        let exactX = x.to(dtype: .float64)
        let exact = Activation.mish.backward(exactX.onesLike(), exactX)
        let y = mishInPlace(x.clone())
        let gradient = fromOutput(x.onesLike(), y)
        #expect((gradient.to(dtype: .float64) - exact).abs().max().item(Double.self) <= bound)
        // The output moves by less than two units of the last place, and only where it is negative.
        let plain = Activation.mish(x)
        #expect(Tensor.where(x .>= 0, y, plain.zerosLike()).equals(Tensor.where(x .>= 0, plain, plain.zerosLike())))
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
    }
}
