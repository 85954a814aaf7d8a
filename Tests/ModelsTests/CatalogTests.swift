import Foundation
import Layers
import Models
import Testing
import Torch

@Suite struct Catalog {
    private func error(_ name: String, _ change: (inout ModelOptions) -> Void) -> ModelError? {
        var options = ModelOptions(classes: 10)
        change(&options)
        do {
            _ = try ModelCatalog.make(name, options)
            return nil
        } catch {
            return error
        }
    }

    @Test func namesAreUnique() {
        #expect(Set(ModelCatalog.entries.map(\.name)).count == ModelCatalog.entries.count)
    }

    @Test(arguments: ["mxresnet18", "xresnet18", "xse_resnext50", "res2netplus18", "res2net50d", "efficientnet_b0"])
    func everyFamilyGivesAsManyLogitsAsClasses(name: String) throws {
        var options = ModelOptions(classes: 7)
        options.activation = .mish
        options.channels = 1
        let net = try ModelCatalog.make(name, options)
        net.eval()
        #expect(withoutGradients { net(Tensor.randn([2, 1, 64, 64])) }.shape == [2, 7])
    }

    @Test func optionsReachTheNetwork() throws {
        var options = ModelOptions(classes: 10)
        (options.depths, options.widths, options.stem) = ([1, 1, 1], [16, 32, 64], [8, 8, 16])
        options.selfAttention = .plain
        let net = try ModelCatalog.make("mxresnet", options)
        let state = net.state()
        #expect(state["0.0.weight"]?.shape == [8, 3, 3, 3])
        #expect(state["4.0.sa.gamma"] != nil && state["5.0.sa.gamma"] == nil)
        #expect(state["6.0.convs.0.0.weight"]?.shape == [64, 32, 3, 3])
        #expect(state["9.weight"]?.shape == [10, 64])
    }

    @Test(arguments: ["tf_efficientnet_b0", "res2net50d", "mxresnet50"])
    func costsAreThoseThatHooksCountInPyTorch(name: String) throws {
        let expected = try Reference("networks").tensors["cost \(name)"]
        let net = try ModelCatalog.make(name, ModelOptions(classes: 1000))
        let size = try ModelCatalog.entry(named: name).imageSize
        let cost = ModelCost(of: net, imageSize: size)
        #expect([Double(cost.multiplyAdds), Double(cost.activations)] == expected)
        #expect(cost.parameters == net.parameterCount)
        #expect(net.isTraining)
    }

    @Test(arguments: ["tf_efficientnet_b0", "efficientnet_b4"])
    func anEfficientNetBeginsUndecidedBetweenTheClasses(name: String) throws {
        manualSeed(0)
        let net = try ModelCatalog.make(name, ModelOptions(classes: 10))
        let loss = withoutGradients {
            net(Tensor.randn([32, 3, 64, 64])).crossEntropy(Tensor.randint(0..<10, [32], device: .cpu))
        }
        #expect(abs(loss.item(Double.self) - log(10)) < 0.1)
    }

    @Test func everyMistakeSaysWhatWouldBeRight() {
        let known = ModelCatalog.entries.map(\.name)
        #expect(error("mxresnet19") { _ in } == .unknownName("mxresnet19", known: known))
        #expect(error("mxresnet") { _ in } == .stagesMissing(model: "mxresnet"))
        #expect(error("mxresnet") { $0.depths = [1] } == .stagesMissing(model: "mxresnet"))
        #expect(error("mxresnet18") { $0.depths = [1] } == .notAnOption("depths", model: "mxresnet18"))
        #expect(error("efficientnet_b0") { $0.pool = .lip } == .notAnOption("pool", model: "efficientnet_b0"))
        #expect(
            error("mxresnet") { ($0.depths, $0.widths) = ([1, 1], [8]) }
                == .badValue(option: "widths", value: "[8]", expected: "a list of 2, as many as depths"))
        #expect(
            error("mxresnet18") { $0.stem = [32, 0] }
                == .badValue(option: "stem", value: "[32, 0]", expected: "a list of numbers from 1"))
        #expect(
            error("mxresnet18") { $0.classes = 0 }
                == .badValue(option: "classes", value: "0", expected: "at least 1"))
        #expect(
            "\(ModelError.unknownName("resnet", known: ["a", "b"]))" == "there is no model \"resnet\"; there are: a, b")
    }
}
