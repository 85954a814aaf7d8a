import Activations
import Layers
import Models
import Optimizers
import Testing
import Torch

/// Against the same networks in PyTorch (Tests/Reference/xresnet.py), from the same weights and images.
@Suite struct XResNetAgainstPyTorch {
    @Test(arguments: [18, 50], [DType.float64, .float32])
    func logitsLossAndEveryGradientAgree(depth: Int, dtype: DType) throws {
        let bound = dtype == .float64 ? 1e-10 : 1e-5
        let reference = try Reference("mxresnet\(depth)")
        let net = MXResNet(
            XResNet.Depth(rawValue: depth)!, classes: 10, selfAttention: depth == 50 ? .plain : nil)
        net.to(dtype: dtype)
        try CounterValues.fill(net)

        let images = CounterValues.images([8, 3, 64, 64], dtype: dtype)
        let logits = net(images)
        let loss = logits.crossEntropy(
            CounterValues.labels("labels", count: 8, classes: 10), labelSmoothing: 0.1)
        loss.backward()

        #expect(reference.error(of: logits, "logits") < bound)
        #expect(reference.error(of: loss, "loss") < bound)
        let parameters = net.namedParameters()
        #expect(parameters.map(\.name).sorted() == reference.names("gradient"))
        for (name, parameter) in parameters {
            let error = reference.errorOfSummary(of: parameter.grad!, "gradient", name)
            #expect(error < bound, "gradient of \(name)")
        }
        for name in net.namedBuffers().map(\.name) where !name.hasSuffix("num_batches_tracked") {
            let error = reference.errorOfSummary(of: net.state()[name]!, "buffer", name)
            #expect(error < bound, "\(name) after a step")
        }
        net.eval()
        #expect(reference.error(of: withoutGradients { net(images) }, "evaluated") < bound)
    }
}

/// Parameter counts of the published networks.
@Suite struct XResNetSizes {
    @Test(arguments: [
        (XResNet.Depth.d18, 11_228_586, 11_736_456), (.d34, 21_336_746, 21_844_616),
        (.d50, 23_575_466, 25_603_976),
    ])
    func ofTheThread(depth: XResNet.Depth, ten: Int, thousand: Int) {
        #expect(MXResNet(depth, classes: 10).parameterCount == ten)
        #expect(MXResNet(depth, classes: 1000).parameterCount == thousand)
    }

    @Test func ofFastai() {
        #expect(XResNet(.d50, classes: 10).parameterCount == 23_547_754)
        #expect(XResNet(.d50, classes: 1000).parameterCount == 25_576_264)
    }

    @Test func selfAttentionAddsOneMatrixAndItsScale() {
        #expect(MXResNet(.d50, classes: 10, selfAttention: .plain).parameterCount == 23_575_466 + 65_537)
    }
}

/// Training is the same as in PyTorch, step after step.
@Suite struct XResNetTraining {
    @Test(arguments: [DType.float64, .float32])
    func twentyStepsOfRangerStayTogether(dtype: DType) throws {
        let reference = try Reference("mxresnet18-ranger")
        let net = MXResNet(.d18, classes: 10)
        net.to(dtype: dtype)
        try CounterValues.fill(net)
        let ranger = Ranger(learningRate: 4e-3, beta2: 0.99, eps: 1e-6, weightDecay: 1e-2)
        let optimizer = try Optimizer(ranger, of: net)

        let losses = (0..<20).map { step in
            let images = CounterValues.images([8, 3, 32, 32], named: "input \(step)", dtype: dtype)
            let labels = CounterValues.labels("labels \(step)", count: 8, classes: 10)
            let loss = net(images).crossEntropy(labels, labelSmoothing: 0.1)
            optimizer.zeroGrad()
            loss.backward()
            optimizer.step()
            return loss.item(Double.self)
        }

        let bound = dtype == .float64 ? 1e-9 : 1e-4
        #expect(reference.error(of: Tensor(losses), "losses") < bound)
        for (name, parameter) in net.namedParameters() {
            let error = reference.errorOfSummary(of: parameter.tensor, "parameter", name)
            #expect(error < bound, "\(name) after twenty steps")
        }
    }
}
