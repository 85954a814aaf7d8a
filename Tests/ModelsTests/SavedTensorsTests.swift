import Activations
import Layers
import Models
import Testing
import Torch

/// Networks with Mish that keeps its input, softplus or its output for the backward pass.
@Suite struct SavedTensorsTests {
    /// Every kind of block and stem of the catalog; its deeper networks have more of the same.
    static let networks = [
        "mxresnet18", "mxresnet50", "mxresnet_depthwise2", "xse_resnext50", "res2net50_26w_4s", "res2net50d",
        "res2netplus18", "res2netplus50", "efficientnet_b0", "tf_efficientnet_b0",
    ]

    /// The gradients of a loss, all parameters one after the other, for each choice: same weights, same pictures. In
    /// fp64, since batch norm of four pixels magnifies rounding errors some ten thousand times.
    private func gradients(
        _ name: String, _ choices: [Activation.Saved], _ change: (inout ModelOptions) -> Void = { _ in }
    ) throws -> [[Tensor]] {
        let images = Tensor.randn([4, 3, 32, 32], dtype: .float64)
        var weights: [String: Tensor]?
        return try choices.map { saved in
            var options = ModelOptions(classes: 10)
            options.activation = .mish.saving(saved)
            (options.dropout, options.dropConnect) = name.contains("efficientnet") ? (0, 0) : (nil, nil)
            change(&options)
            let net = try ModelCatalog.make(name, options)
            net.to(dtype: .float64)
            if let weights { _ = try net.load(weights) } else { weights = net.state().mapValues { $0.clone() } }
            return try catching {
                net(images).crossEntropy(Tensor([0, 1, 2, 3])).backward()
                return net.parameters().map { $0.grad! }
            }
        }
    }

    private func expectSame(_ a: [Tensor], _ b: [Tensor], within tolerance: Double, _ name: String) {
        func norm(_ tensors: [Tensor]) -> Double {
            tensors.map { $0.square().sum().item(Double.self) }.reduce(0, +).squareRoot()
        }
        let difference = norm(zip(a, b).map { $0 - $1 }) / norm(a)
        #expect(difference < tolerance, "\(name): \(difference)")
    }

    @Test(arguments: networks) func theGradientsAreThoseOfTheSavedInput(name: String) throws {
        let all = try gradients(name, [.input, .softplus, .output])
        expectSame(all[0], all[1], within: 1e-8, name)
        expectSame(all[0], all[2], within: 1e-4, name)
    }

    @Test func theOptionsOfXResNetChangeNothingAboutThat() throws {
        for order in NormOrder.allCases {
            for halving in XResNetStyle.Halving.allCases {
                let change: (inout ModelOptions) -> Void = {
                    ($0.order, $0.halving, $0.selfAttention, $0.stemPool) = (order, halving, .plain, .lip)
                }
                let both = try gradients("mxresnet18", [.input, .output], change)
                expectSame(both[0], both[1], within: 1e-4, "\(order) \(halving)")
            }
        }
    }
}
