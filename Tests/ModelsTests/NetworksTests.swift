import Activations
import Layers
@testable import Models
import Testing
import Torch

/// Logits of networks that are not training, against timm, efficientnet_pytorch and plain PyTorch
/// (Tests/Reference/networks.py), from the same weights and images.
@Suite struct NetworksAgainstOthers {
    private let reference: Reference

    init() throws { reference = try Reference("networks") }

    private func check(_ name: String, size: Int, _ make: () -> any Layer) throws {
        for (dtype, bound) in [(DType.float64, 1e-9), (.float32, 1e-4)] {
            let net = make()
            net.to(dtype: dtype)
            try CounterValues.fill(net)
            net.eval()
            let images = CounterValues.images([2, 3, size, size], dtype: dtype)
            let error = reference.error(of: withoutGradients { net(images) }, "logits \(name)")
            #expect(error < bound, "\(name) in \(dtype)")
            #expect(Double(net.parameterCount) == reference.tensors["count \(name)"]?.first, "\(name)")
        }
    }

    private func small(
        _ attention: SimpleSelfAttention.Form? = nil, _ change: (inout XResNetStyle) -> Void
    ) -> MXResNet {
        var style = XResNetStyle(activation: .mish)
        change(&style)
        return MXResNet(depths: [1, 2], widths: [16, 32], classes: 10, selfAttention: attention, style: style)
    }

    @Test func activationBeforeNorm() throws {
        try check("activation_first", size: 33) { small { $0.order = .activationFirst } }
    }

    @Test(arguments: Pooling.allCases) func everyPooling(pool: Pooling) throws {
        try check("pool \(pool.rawValue)", size: 50) {
            small {
                $0.stemPool = pool
                $0.pool = pool
            }
        }
    }

    @Test(arguments: [XResNetStyle.Halving.afterShortcut, .beforeBoth])
    func everyPlaceToHalve(halving: XResNetStyle.Halving) throws {
        try check("halving \(halving.rawValue)", size: 50) { small { $0.halving = halving } }
    }

    @Test func depthwiseBottlenecks() throws {
        try check("depthwise", size: 50) {
            var style = XResNetStyle(activation: .mish)
            (style.depthwise, style.pool, style.halving) = (4, .maxBlur, .beforeBoth)
            return MXResNet(depths: [1, 2], widths: [16, 32], expansion: 4, classes: 10, style: style)
        }
    }

    @Test func symmetricAttention() throws {
        try check("symmetric", size: 32) { small(.symmetric) { _ in } }
    }

    @Test func seResNeXt() throws {
        try check("xse_resnext50", size: 64) {
            var style = XResNetStyle(activation: .mish)
            style.resNeXt = .init()
            return XResNet(.d50, classes: 10, style: style)
        }
    }

    @Test func res2NetPlus() throws {
        try check("res2netplus50", size: 64) { Res2NetPlus(.d50, classes: 10) }
        try check("res2netplus50 lip", size: 64) { Res2NetPlus(.d50, classes: 10, stemPool: .lip) }
        try check("res2netplus18", size: 64) { Res2NetPlus(.d18, classes: 10) }
        #expect(Res2NetPlus(.d50, classes: 10).parameterCount == 23_717_554)
        #expect(Res2NetPlus(.d50, classes: 1000).parameterCount == 25_746_064)
    }

    @Test func res2NetOfTimm() throws {
        try check("res2net50_26w_4s", size: 64) { Res2Net(classes: 10) }
        try check("res2net50_14w_8s", size: 64) {
            Res2Net(classes: 10, split: Res2NetSplit(baseWidth: 14, scale: 8))
        }
        try check("res2net50d", size: 64) { Res2Net(classes: 10, version: .v1b) }
        try check("res2next50", size: 64) {
            Res2Net(classes: 10, split: Res2NetSplit(baseWidth: 4, scale: 4, groups: 8))
        }
    }

    @Test(arguments: [EfficientNet.Size.b0, .b2, .b4]) func efficientNetOfTensorFlow(size: EfficientNet.Size) throws {
        try check("tf_efficientnet_b\(size.rawValue)", size: 75) { EfficientNet(size, classes: 10) }
    }

    @Test func efficientNetOfTimm() throws {
        try check("efficientnet_b0", size: 75) { EfficientNet(.b0, classes: 10, origin: .timm) }
    }

    /// The published counts.
    @Test(
        arguments: zip(
            EfficientNet.Size.allCases,
            [
                5_288_548, 7_794_184, 9_109_994, 12_233_232, 19_341_616, 30_389_784, 43_040_704, 66_347_960,
            ]))
    func efficientNetsHaveThePublishedSizes(size: EfficientNet.Size, count: Int) {
        #expect(EfficientNet(size, classes: 1000).parameterCount == count)
    }

    @Test func lukemelasWeightsLoadByTheirNames() throws {
        let net = EfficientNet(.b1, classes: 10)
        try check("lukemelas b1", net, size: 75, name: net.lukemelasName) { net.renamed(lukemelas: $0) }
    }

    @Test(arguments: [XResNet.Depth.d18, .d50]) func timmsResNetDLoadsIntoXResNet(depth: XResNet.Depth) throws {
        let net = XResNet(depth, classes: 10)
        try check("resnet\(depth.rawValue)d", net, size: 64, name: net.timmName) { net.renamed(timm: $0) }
    }

    /// Loads a state that has another library's names, with the values that belong to those names.
    private func check(
        _ reference: String, _ net: any Layer, size: Int, name: (String) -> String,
        renamed: ([String: Tensor]) -> [String: Tensor]
    ) throws {
        net.to(dtype: .float64)
        let theirs = net.state().map { (name($0), $1) }
        try net.load(renamed(CounterValues.values(for: Dictionary(uniqueKeysWithValues: theirs))))
        net.eval()
        let images = CounterValues.images([2, 3, size, size], dtype: .float64)
        #expect(self.reference.error(of: withoutGradients { net(images) }, "logits \(reference)") < 1e-9)
        #expect(Double(net.parameterCount) == self.reference.tensors["count \(reference)"]?.first)
    }
}
