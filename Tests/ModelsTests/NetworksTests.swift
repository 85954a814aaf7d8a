import Activations
import Foundation
import Layers
@testable import Models
import Testing
import Torch

/// Logits of networks that are not training, against timm, efficientnet_pytorch and plain PyTorch
/// (Tests/Reference/networks.py), from the same weights and images.
@Suite struct NetworksAgainstOthers {
    private let reference: Reference
    private let published: Reference

    init() throws { (reference, published) = (try Reference("networks"), try Reference("published")) }

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
        try check("lukemelas b1", net, size: 75, by: .lukemelas)
    }

    @Test(arguments: [XResNet.Depth.d18, .d50]) func timmsResNetDLoadsIntoXResNet(depth: XResNet.Depth) throws {
        let net = XResNet(depth, classes: 10)
        try check("resnet\(depth.rawValue)d", net, size: 64, by: .timm)
    }

    @Test(arguments: zip(["torchvision b0", "torchvision b5"], ["efficientnet_b0", "tv_efficientnet_b5"]))
    func torchvisionsWeightsLoadByTheirNames(reference: String, network: String) throws {
        let net = try ModelCatalog.make(network, ModelOptions(classes: 10))
        try check(reference, net, size: 75, by: .torchvision, from: published)
    }

    /// Who publishes no weights of a network says so, instead of leaving it to names that happen to fit.
    @Test(arguments: [
        ("tf_efficientnet_b0", WeightNames.torchvision), ("efficientnet_b0", .lukemelas),
        ("efficientnet_b5", .torchvision),
        ("tv_efficientnet_b5", .timm), ("mxresnet18", .timm), ("res2netplus18", .timm), ("xresnet18", .torchvision),
    ])
    func nobodysNames(network: String, names: WeightNames) throws {
        let net = try ModelCatalog.make(network, ModelOptions(classes: 10))
        #expect(throws: ModelError.notPublished(by: names)) { try names.renaming(for: net) }
    }

    /// Loads a file that has another library's names, with the values that belong to those names.
    private func check(
        _ reference: String, _ net: any Layer, size: Int, by names: WeightNames, from file: Reference? = nil
    ) throws {
        let file = file ?? self.reference
        net.to(dtype: .float64)
        let ours = try names.renaming(for: net)
        let state = net.state()
        let theirs = CounterValues.values(for: ours.mapValues { state[$0]! })
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: url) }
        try Safetensors.write(tensors: theirs, to: url.path)
        try net.load(weights: url, names: names)
        net.eval()
        let images = CounterValues.images([2, 3, size, size], dtype: .float64)
        #expect(file.error(of: withoutGradients { net(images) }, "logits \(reference)") < 1e-9)
        #expect(Double(net.parameterCount) == file.tensors["count \(reference)"]?.first)
    }
}
