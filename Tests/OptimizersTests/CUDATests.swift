import Layers
import Testing
import Torch

@testable import Optimizers

/// What only a machine with a GPU can show.
@Suite(.enabled(if: LibTorch.cudaDeviceCount > 0, "needs a CUDA device"))
struct CUDATests {
    /// The same walk on both devices, and one that moves from the CPU to the GPU on its way.
    @Test(arguments: everyRule.indices)
    func stepsOnTheGPUAreThoseOnTheCPU(_ index: Int) throws {
        for moves in [false, true] {
            var walk = Walk()
            let twins = Module.Holder(walk.parameters.map { Parameter($0.tensor.detach().clone()) })
            if !moves { twins.to(device: .cuda) }
            let onCPU = try Optimizer([ParameterGroup(walk.parameters, everyRule[index])])
            let onGPU = try Optimizer([ParameterGroup(twins.parameters(), everyRule[index])])
            for step in 0..<25 {
                if moves, step == 10 { twins.to(device: .cuda) }
                walk.nextGradients()
                for (parameter, twin) in zip(walk.parameters, twins.parameters()) {
                    twin.grad = parameter.grad!.to(device: twin.tensor.device, copy: true)
                }
                onCPU.step()
                onGPU.step()
            }
            for (parameter, twin) in zip(walk.parameters, twins.parameters()) {
                #expect(twin.tensor.device == .cuda)
                for (a, b) in zip(parameter.tensor.array(Double.self), twin.tensor.array(Double.self)) {
                    #expect(agree(a, b, 1e-11))
                }
            }
        }
    }

    @Test func lossScalingSkipsOverflow() throws {
        let parameter = Parameter(Tensor(Float(1), device: .cuda))
        let optimizer = try Optimizer(SGD(learningRate: 1), of: [parameter])
        let scaler = try LossScaler(.init(initialScale: 4, growth: 2, backoff: 0.5, growthInterval: 1))
        parameter.grad = Tensor(Float.infinity, device: .cuda)
        #expect(!scaler.step(optimizer))
        parameter.grad = Tensor(Float(1), device: .cuda)
        #expect(scaler.step(optimizer) && parameter.tensor.item(Float.self) == 0.5)
    }

    @Test func clippingStaysOnTheGPU() {
        let parameter = Parameter(Tensor.zeros([2], device: .cuda))
        parameter.grad = Tensor([Float(3), 4], device: .cuda)
        #expect(clipGradients(of: [parameter], toNorm: 1).device == .cuda)
        #expect(parameter.grad!.norm().isClose(to: Tensor(Float(1), device: .cuda), relative: 1e-5))
    }
}

extension Module {
    /// Parameters that move together.
    fileprivate final class Holder: Module {
        let a, b, c, d: Parameter
        init(_ parameters: [Parameter]) {
            (a, b, c, d) = (parameters[0], parameters[1], parameters[2], parameters[3])
        }
    }
}
