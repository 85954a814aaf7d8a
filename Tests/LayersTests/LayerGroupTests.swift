import Layers
import Testing
import Torch

private final class Network: Module {
    let stem = Sequential {
        Conv2d(1, 2, kernel: 1, bias: false)
        BatchNorm2d(2)
    }
    let layer1 = Sequential {
        Conv2d(2, 2, kernel: 1, bias: false)
        InstanceNorm2d(2)
    }
    let layer10 = Conv2d(2, 2, kernel: 1)
    let fc = Linear(2, 3)
}

@Suite struct LayerGroupTests {
    private func trainable(_ net: Module) -> [String] {
        net.namedParameters().filter(\.parameter.isTrainable).map(\.name)
    }

    @Test func everyParameterIsInOneGroup() throws {
        let net = Network()
        let groups = try net.layerGroups(startingAt: ["layer1", "head"])
        #expect(groups.map(\.name) == ["body", "layer1", "head"])
        #expect(
            groups.map { $0.parameters.map(\.name) } == [
                ["stem.0.weight", "stem.1.weight", "stem.1.bias"],
                ["layer1.0.weight", "layer1.1.weight", "layer1.1.bias", "layer10.weight", "layer10.bias"],
                ["fc.weight", "fc.bias"],
            ])
        #expect(try net.layerGroups().map(\.parameters.count) == [8, 2])
        #expect(try net.layerGroups(startingAt: []).map(\.parameters.count) == [10])
        #expect(try net.layerGroups(startingAt: ["stem.1", "layer10"]).map(\.parameters.count) == [1, 5, 4])
    }

    @Test func namesThatDoNotCut() {
        let net = Network()
        #expect(throws: LayerGroupError.noSuchLayer("layer2", known: ["stem", "layer1", "layer10", "fc"])) {
            try net.layerGroups(startingAt: ["layer2"])
        }
        #expect(throws: LayerGroupError.noSuchLayer("layer", known: ["stem", "layer1", "layer10", "fc"])) {
            try net.layerGroups(startingAt: ["layer"])
        }
        #expect(throws: LayerGroupError.notInOrder("layer1", after: "fc")) {
            try net.layerGroups(startingAt: ["fc", "layer1"])
        }
        #expect(throws: LayerGroupError.notInOrder("fc", after: "fc")) {
            try net.layerGroups(startingAt: ["fc", "fc"])
        }
        #expect(throws: LayerGroupError.notInOrder("stem", after: nil)) {
            try net.layerGroups(startingAt: ["stem"])
        }
    }

    @Test func freezingAndItsNorms() throws {
        let net = Network()
        let groups = try net.layerGroups()
        let norm = net.stem.layers[1]
        net.train()
        groups[0].freeze()
        #expect(
            trainable(net) == [
                "stem.1.weight", "stem.1.bias", "layer1.1.weight", "layer1.1.bias", "fc.weight", "fc.bias",
            ])
        #expect(norm.isTraining)
        groups[0].freeze(norms: .evaluate)
        #expect(trainable(net) == ["fc.weight", "fc.bias"])
        #expect(!norm.isTraining)
        groups[0].unfreeze()
        #expect(trainable(net).count == 10 && norm.isTraining)
    }
}
