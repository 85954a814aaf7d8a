import Layers
import Testing
import Torch

@testable import Optimizers

/// Clipping and loss scaling.
struct GradientTests {
    private func parameters(_ gradients: [[Double]], dtype: DType = .float64) -> [Parameter] {
        gradients.map { gradient in
            let parameter = Parameter(Tensor.zeros([gradient.count], dtype: dtype))
            parameter.grad = Tensor(gradient, dtype: dtype)
            return parameter
        }
    }

    @Test func clippingByNormShortensAllAlike() {
        let long = parameters([[3, 0], [0, 4], []]) + [Parameter(Tensor(1.0))]
        #expect(clipGradients(of: long, toNorm: 1).item(Double.self) == 5)
        for (a, b) in zip(long[0].grad!.array(Double.self) + long[1].grad!.array(), [0.6, 0, 0, 0.8]) {
            #expect(abs(a - b) < 1e-6)
        }
        let short = parameters([[0.3, 0.4]])
        #expect(clipGradients(of: short, toNorm: 1).item(Double.self) == 0.5)
        #expect(short[0].grad!.array() == [0.3, 0.4])
        #expect(clipGradients(of: [], toNorm: 1).item(Double.self) == 0)
    }

    @Test func clippingByNormWorksAcrossTypes() {
        let mixed = parameters([[3, 0]], dtype: .float16) + parameters([[0, 4]], dtype: .float32)
        #expect(clipGradients(of: mixed, toNorm: 1).item(Double.self) == 5)
        #expect(abs(mixed[0].grad!.array(Double.self)[0] - 0.6) < 1e-3)
    }

    @Test func clippingByValueLimitsElements() {
        let wide = parameters([[-3, 0.5], [2]])
        clipGradients(of: wide, toValue: 1)
        #expect(wide[0].grad!.array() == [-1, 0.5] && wide[1].grad!.array() == [1.0])
    }

    @Test func overflowSkipsAndHalves() throws {
        let parameter = Parameter(Tensor(Float(1)))
        let optimizer = try Optimizer(SGD(learningRate: 0.5), of: [parameter])
        let scaler = try LossScaler(.init(initialScale: 8, growth: 2, backoff: 0.5, growthInterval: 3))
        for bad in [Float.infinity, -.infinity, .nan] {
            parameter.grad = Tensor(bad)
            #expect(!scaler.step(optimizer))
        }
        #expect(scaler.state.scale == 1 && parameter.tensor.item(Float.self) == 1 && optimizer.stepCount == 0)
        for _ in 0..<3 {
            optimizer.zeroGrad()
            scaler.scaled(parameter.tensor * Float(0.25)).backward()
            #expect(scaler.step(optimizer))
        }
        // Three steps of 0.5 * 0.25, whatever the scale, which has grown once.
        #expect(parameter.tensor.item(Float.self) == 1 - 3 * 0.125)
        #expect(scaler.state == .init(scale: 2, goodSteps: 0))
    }

    @Test func clippingSeesUnscaledGradients() throws {
        let parameter = Parameter(Tensor(Float(0)))
        let optimizer = try Optimizer(SGD(learningRate: 1), of: [parameter])
        let scaler = try LossScaler()
        scaler.scaled(parameter.tensor * Float(3)).backward()
        scaler.step(optimizer) { clipGradients(of: optimizer.parameters, toNorm: 1) }
        #expect(abs(parameter.tensor.item(Float.self) + 1) < 1e-6)
    }

    /// In fp16, 2^-25 is 0; scaled by 2^16 it is a number again.
    @Test func scalingSavesSmallGradients() throws {
        let small = Float(0x1p-25)
        func gradient(_ scaler: LossScaler?) throws -> Float {
            let parameter = Parameter(Tensor(Float(0)))
            let loss = parameter.tensor.to(dtype: .float16).to(dtype: .float32) * small
            (scaler?.scaled(loss) ?? loss).backward()
            guard let scaler else { return parameter.grad!.item() }
            scaler.step(try Optimizer(SGD(learningRate: 0), of: [parameter]))
            return parameter.grad!.item()
        }
        #expect(try gradient(nil) == 0)
        #expect(try gradient(LossScaler()) == small)
    }

    @Test func scaleStaysANumber() throws {
        let parameter = Parameter(Tensor(Float(0)))
        let optimizer = try Optimizer(SGD(learningRate: 1), of: [parameter])
        let scaler = try LossScaler(.init(initialScale: 1e38, growth: 2, backoff: 0.5, growthInterval: 1))
        for _ in 0..<5 {
            parameter.grad = Tensor(Float(0))
            #expect(scaler.step(optimizer))
        }
        #expect(Float(scaler.state.scale).isFinite)
    }

    @Test func impossibleScalersAreRefused() {
        for settings in [
            LossScaler.Settings(initialScale: 0, growth: 2, backoff: 0.5, growthInterval: 1),
            .init(initialScale: 1, growth: 1, backoff: 0.5, growthInterval: 1),
            .init(initialScale: 1, growth: 2, backoff: 1, growthInterval: 1),
            .init(initialScale: .nan, growth: 2, backoff: 0.5, growthInterval: 1),
            .init(initialScale: 1, growth: 2, backoff: 0.5, growthInterval: 0),
        ] {
            #expect(throws: OptimizerError.self) { try LossScaler(settings) }
        }
    }
}
