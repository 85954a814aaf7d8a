import Activations
import Layers
import Models
import Testing
import Torch

/// Half precision: convolutions compute in it, and what needs the range of fp32 does not.
@Suite struct Precision {
    private static let networks: [(name: String, make: @Sendable () -> any Layer)] = [
        (
            "XResNet with attention and LIP",
            {
                var style = XResNetStyle(activation: .mish)
                (style.stemPool, style.pool) = (.lip, .lip)
                return MXResNet(
                    depths: [1, 1], widths: [16, 32], classes: 10, selfAttention: .symmetric, style: style)
            }
        ),
        ("Res2NetPlus", { Res2NetPlus(.d50, classes: 10, stemPool: .lip) }),
        ("EfficientNet", { EfficientNet(.b0, classes: 10, activation: .mish) }),
    ]

    @Test(arguments: 0..<3, [DType.bfloat16, .float16])
    func trainingStepsAreFiniteUnderAutocast(network: Int, dtype: DType) {
        let (name, make) = Precision.networks[network]
        let net = make()
        let images = CounterValues.images([4, 3, 64, 64], dtype: .float32)
        let labels = CounterValues.labels("labels", count: 4, classes: 10)
        let logits = withAutocast(dtype, device: .cpu) { net(images) }
        let loss = logits.to(dtype: .float32).crossEntropy(labels)
        loss.backward()
        #expect(loss.isfinite().item(Bool.self), "\(name)")
        for (parameter, value) in net.namedParameters() {
            #expect(value.grad!.isfinite().all().item(Bool.self), "\(name): gradient of \(parameter)")
            #expect(value.grad!.dtype == .float32)
        }
    }
}
