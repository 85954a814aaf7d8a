import Foundation
import Layers
import Optimizers
import TestSupport
import Testing
import Torch

@testable import Training

/// Five steps an epoch on the digits. The network is the tests' own.
private func fiveSteps(_ changes: String = "", precision: String = "fp32") throws -> Recipe {
    try smallRecipe(
        """
        optimizer: {name: adamw, learning_rate: 1e-3}
        epochs: 2
        precision: \(precision)
        \(changes)
        """)
}

/// Lets something go wrong in a batch that it knows.
private final class Plan {
    var isBad: (Tensor) -> Bool = { _ in false }
    fileprivate(set) var isOn = false
}

/// Looks at the images, first of all layers.
private final class Watch: Module, Layer {
    let plan: Plan
    init(_ plan: Plan) { self.plan = plan }
    func callAsFunction(_ x: Tensor) -> Tensor {
        plan.isOn = isTraining && plan.isBad(x)
        return x
    }
}

/// The identity, but for bad batches.
private final class Fault: Module, Layer {
    let plan: Plan
    let fault: (Tensor) -> Tensor
    init(_ plan: Plan, _ fault: @escaping (Tensor) -> Tensor) { (self.plan, self.fault) = (plan, fault) }
    func callAsFunction(_ x: Tensor) -> Tensor { plan.isOn ? fault(x) : x }
}

/// What goes wrong, and where it is to be found.
struct Planted: Sendable, CustomStringConvertible {
    let description: String
    let phase: NonFiniteFinding.Phase
    let module: String?
    let operation: String?
    let tensor: String
    var samples: [Int] = []
    /// Whether it comes after the last layer.
    var isLast = false
    let fault: @Sendable (Tensor) -> Tensor

    static let all: [Planted] = [
        .init(
            description: "0 / 0", phase: .forward, module: "4", operation: "aten::div.Tensor", tensor: "result"
        ) { $0 / ($0 * 0) },
        .init(
            description: "overflow in one sample", phase: .forward, module: "4", operation: "aten::exp",
            tensor: "result", samples: [2]
        ) { x in
            var shift = [Float](repeating: 0, count: x.shape[0])
            shift[2] = 1000
            return (x + Tensor(shift, shape: [x.shape[0], 1, 1, 1])).exp()
        },
        .init(
            description: "an infinity that a mask takes away comes first", phase: .forward, module: "4",
            operation: "aten::log", tensor: "result"
        ) { x in
            let harmless = Tensor.where(x .> 1e9, 1 / (x * 0), x)
            return harmless + (x * 0 - 1).log()
        },
        .init(
            description: "sqrt at 0", phase: .backward, module: "4", operation: "aten::sqrt",
            tensor: "gradient of self"
        ) { $0 + ($0 * 0).sqrt() },
        .init(
            description: "sqrt at 0 beside another use", phase: .backward, module: "4", operation: "aten::sqrt",
            tensor: "gradient of self"
        ) { x in
            let zero = x * 0
            return x + zero.sqrt() + zero.sin() + zero
        },
        .init(
            description: "logits too far apart", phase: .loss, module: nil, operation: "aten::cross_entropy_loss",
            tensor: "result", isLast: true
        ) { x in
            let signs = (0..<10).map { $0 % 2 == 0 ? Float(3e38) : -3e38 }
            return x * 0 + Tensor(signs)
        },
        .init(
            description: "square of a gradient", phase: .update, module: nil, operation: nil, tensor: "tensor"
        ) { x in
            DifferentiableFunction("steep", forward: { ([$0[0] * 1], []) }, backward: { g, _ in [g[0]! * 1e30] })(x)
        },
    ]
}

/// A small network in which `fault` happens at the step, counted from 0, of a run.
private func learner(
    _ recipe: Recipe, seed: Int = 0, badSteps: [Int] = [], last: Bool = false,
    fault: @escaping (Tensor) -> Tensor = { $0 / ($0 * 0) }
) throws -> Learner {
    let plan = Plan()
    let learner = try Learner(recipe, seed: seed, data: nil) { classes in
        Sequential {
            Watch(plan)
            Conv2d(3, 8, kernel: 3, padding: 1)
            BatchNorm2d(8)
            Activate(.mish)
            Fault(plan) { last ? $0 : fault($0) }
            AdaptiveAvgPool2d(1)
            Flatten()
            Linear(8, classes)
            Fault(plan) { last ? fault($0) : $0 }
        }
    }
    let bad = try badSteps.map { try learner.input(learner.plan.trainingBatch($0)).images }
    plan.isBad = { images in bad.contains { $0.equals(images) } }
    return learner
}

/// Keeps what was found, and may do something after each step.
private final class Reports: TrainingObserver {
    var reports: [NonFiniteReport] = []
    let afterStep: (Int) -> Void
    init(afterStep: @escaping (Int) -> Void = { _ in }) { self.afterStep = afterStep }
    func didFindNonFinite(_ report: NonFiniteReport) { reports.append(report) }
    func didStep(_ progress: StepProgress) -> TrainingAction {
        afterStep(progress.step)
        return .proceed
    }
}

private func result(_ outcome: TrainingOutcome) throws -> RunResult {
    guard case .ended(let result) = outcome else {
        Issue.record("\(outcome)")
        throw CancellationError()
    }
    return result
}

/// Weights, buffers and the optimizer's memory, as they are.
private func tensors(of learner: Learner) -> [String: Tensor] {
    let state = TrainingState(of: learner).copied()
    return state.network.merging(state.optimizer.tensors) { one, _ in one }
}

private func expectEqual(
    _ one: [String: Tensor], _ other: [String: Tensor], sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(Set(one.keys) == Set(other.keys) && !one.isEmpty, sourceLocation: sourceLocation)
    for (name, tensor) in one {
        #expect(other[name].map(tensor.equals) == true, "\(name)", sourceLocation: sourceLocation)
    }
}

// Within that suite since all draw first weights from the one random generator of the process.
extension TrainerTests {
    @Suite struct NonFiniteTests {
        // MARK: Found and named

        @Test(arguments: Planted.all) func whatIsPlantedIsFoundAndNamed(_ planted: Planted) throws {
            try withFolder { folder in
                // Step 7 is the third of the second epoch.
                let learner = try learner(fiveSteps(), badSteps: [7], last: planted.isLast, fault: planted.fault)
                let reports = Reports()
                let directory = RunDirectory(folder.appending(path: "run"))
                let end = try result(Trainer(learner, seed: 0).run(in: directory, observers: [reports]))

                #expect(end.status == .failed && end.epochs == 1)
                let report = try #require(reports.reports.first)
                #expect(reports.reports.count == 1)
                #expect((report.step, report.epoch, report.batch) == (8, 2, 3))
                let finding = try #require(report.finding)
                #expect(finding.phase == planted.phase)
                #expect(finding.module == planted.module && finding.operation == planted.operation)
                #expect(finding.tensor.role == planted.tensor && !finding.tensor.summary.isFinite)
                #expect(finding.inputs.allSatisfy(\.summary.isFinite) && !finding.inputs.isEmpty)
                #expect(finding.samples == planted.samples)
                #expect(report.files.count == 256)
                #expect(report.suspects == planted.samples.map { report.files[$0] })

                let text = try String(
                    contentsOf: folder.appending(path: "run/nonfinite/step-8/finding.txt"), encoding: .utf8)
                #expect(text == report.text + "\n")
                #expect(try #require(end.reason).contains(finding.place))
            }
        }

        @Test func anOverflowOfAnUpdateNamesTheMemory() throws {
            try withFolder { folder in
                let steep = try #require(Planted.all.first { $0.phase == .update })
                let reports = Reports()
                _ = try Trainer(learner(fiveSteps(), badSteps: [1], fault: steep.fault), seed: 0)
                    .run(in: RunDirectory(folder), observers: [reports])
                let finding = try #require(reports.reports.first?.finding)
                #expect(finding.tensor.name == "1.weight.exp_avg_sq")
                #expect(finding.tensor.summary.positiveInfinity > 0)
                // The square of a finite gradient beyond the root of the largest fp32.
                let gradient = try #require(finding.inputs.first { $0.role == "gradient" }?.summary)
                #expect(max(gradient.maximum!, -gradient.minimum!) > 1.8e19)
            }
        }

        @Test(arguments: [
            (Checkpoint.Part.network, "7.bias", NonFiniteFinding.Phase.parameter),
            (.network, "2.running_var", .buffer),
            (.optimizer, "1.weight.exp_avg", .optimizer),
        ])
        func aStateThatIsBrokenBeforeIsNamed(
            part: Checkpoint.Part, name: String, phase: NonFiniteFinding.Phase
        ) throws {
            try withFolder { folder in
                let directory = RunDirectory(folder)
                _ = try Trainer(learner(fiveSteps()), seed: 0)
                    .run(in: directory, observers: [Stopper(afterStep: 3)])
                let checkpoint = try Checkpoint(contentsOf: directory.checkpointFile)
                checkpoint.tensors[part]![name]!.reshape([-1])[0] = Tensor(-Float.infinity)
                try checkpoint.write(to: directory.checkpointFile)

                let reports = Reports()
                let end = try result(
                    Trainer(learner(fiveSteps()), seed: 0).run(in: directory, resume: true, observers: [reports]))
                let report = try #require(reports.reports.first)
                #expect(end.status == .failed && report.step == 4)
                #expect(report.finding?.phase == phase && report.finding?.tensor.name == name)
                #expect(report.finding?.tensor.summary.negativeInfinity == 1)
            }
        }

        @Test func anInputIsNamedWithItsSample() throws {
            let net = Sequential {
                Linear(4, 3)
                Activate(.mish)
                Linear(3, 1)
            }
            let optimizer = try Optimizer(SGD(learningRate: 0.1), of: net)
            let before = net.state().mapValues { $0.clone() }
            let x = Tensor.ones([5, 4])
            let target = Tensor.zeros([5, 1])
            #expect(try findNonFinite(in: net, optimizer) { net(x).mseLoss(target) } == nil)
            x[3, 1] = Tensor(Float.nan)
            let finding = try #require(try findNonFinite(in: net, optimizer) { net(x).mseLoss(target) })
            #expect(finding.phase == .input && finding.module == "0" && finding.samples == [3])
            #expect(finding.tensor.role == "input" && finding.tensor.summary.nan == 1)
            expectEqual(net.state(), before)
            #expect(optimizer.stepCount == 0)
        }

        @Test func argumentsHaveTheNamesOfTheSchema() {
            #expect(Operator("aten::add", "Tensor").argumentNames == ["self", "other", "alpha"])
            #expect(
                Operator("aten::batch_norm").argumentNames == [
                    "input", "weight", "bias", "running_mean", "running_var", "training", "momentum", "eps",
                    "cudnn_enabled",
                ])
        }

        @Test func aSummaryCounts() {
            let x = Tensor([1, .nan, -.infinity, .infinity, .infinity, -2.5] as [Float]).to(dtype: .float16)
            let summary = TensorSummary(x.reshape([2, 3]))
            #expect((summary.nan, summary.positiveInfinity, summary.negativeInfinity) == (1, 2, 1))
            #expect(summary.minimum == -2.5 && summary.maximum == 1 && summary.shape == [2, 3])
            #expect(TensorSummary(Tensor.full([2], Float.nan)).minimum == nil)
            #expect(TensorSummary(Tensor([3, 4])).isFinite && TensorSummary(Tensor.zeros([0])).isFinite)
        }

        /// On a GPU losses are looked at every so many steps only.
        @Test func aStepThatBrokeLongAgoIsFoundWithItsState() throws {
            let learner = try learner(fiveSteps(), badSteps: [2])
            learner.model.train()
            let hunter = NonFiniteHunter(learner, at: 0)
            var before: [String: Tensor] = [:]
            for step in 0..<5 {
                if step == 2 { before = tensors(of: learner) }
                _ = try learner.step(learner.plan.trainingBatch(step), at: step)
            }
            #expect(!TrainingState(of: learner).isFinite)
            let found = try hunter.hunt(before: 5, rateFactor: 1)
            #expect(found.step == 2 && found.loss?.isFinite == false && found.finding?.module == "4")
            expectEqual(tensors(of: learner), before)
        }

        @Test func whatARepetitionDoesNotShowIsSaidToBeUnexplained() throws {
            for policy in ["stop", "skip"] {
                try withFolder { folder in
                    let learner = try learner(fiveSteps("non_finite: \(policy)"))
                    let reports = Reports { step in
                        // A write from outside, after the second step.
                        if step == 2 { learner.model.parameters()[0].tensor.detach().fill_(Float.nan) }
                    }
                    let end = try result(
                        Trainer(learner, seed: 0).run(in: RunDirectory(folder), observers: [reports]))
                    #expect(reports.reports.map(\.finding) == [nil])
                    #expect(reports.reports[0].note?.contains("repeated") == true)
                    #expect(end.status == (policy == "stop" ? .failed : .completed))
                    #expect(end.nonFinite?.unexplained == 1 && end.nonFinite?.changedTheRun == false)
                }
            }
        }

        // MARK: fp16

        @Test func anOverflowThatTheScalerHandlesIsCountedOnly() throws {
            try withFolder { folder in
                let learner = try learner(fiveSteps(precision: "fp16"))
                learner.scaler!.state.scale = 0x1p36
                let directory = RunDirectory(folder)
                let end = try result(Trainer(learner, seed: 0).run(in: directory))
                #expect(end.status == .completed)
                let overflows = try #require(end.nonFinite?.overflows)
                #expect(overflows > 0 && learner.scaler!.state.scale == 0x1p36 / pow(2, Double(overflows)))
                #expect(try directory.metrics().compactMap(\.nonFinite?.overflows).reduce(0, +) == overflows)
                #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "nonfinite").path))
            }
        }

        @Test func anOverflowThatNoScaleHelpsIsFound() throws {
            try withFolder { folder in
                let learner = try learner(
                    fiveSteps(precision: "fp16"), badSteps: Array(0..<10), fault: { $0 + ($0 * 0).sqrt() })
                learner.scaler!.state.scale = 4
                let reports = Reports()
                let end = try result(
                    Trainer(learner, seed: 0).run(in: RunDirectory(folder), observers: [reports]))
                // With scales of 4 and 2 the step is left out; with 1 it is real.
                #expect(end.status == .failed && end.nonFinite?.overflows == 2)
                #expect(reports.reports.map(\.step) == [3] && reports.reports[0].lossScale == 1)
                #expect(reports.reports[0].finding?.operation == "aten::sqrt")
            }
        }

        @Test func aForwardPassThatOverflowsFP16IsFoundAtOnce() throws {
            try withFolder { folder in
                let learner = try learner(
                    fiveSteps(precision: "fp16"), badSteps: [1], last: true,
                    fault: { ($0.abs() + 300).to(dtype: .float16) * 300 })
                let reports = Reports()
                _ = try Trainer(learner, seed: 0).run(in: RunDirectory(folder), observers: [reports])
                let finding = try #require(reports.reports.first?.finding)
                #expect(
                    finding.phase == .forward && finding.module == "8"
                        && finding.operation?.hasPrefix("aten::mul") == true)
                #expect(finding.tensor.summary.dtype == "float16" && finding.tensor.summary.positiveInfinity > 0)
            }
        }

        // MARK: Policies

        @Test func skippingLeavesOutOneUpdate() throws {
            try withFolder { folder in
                let directory = RunDirectory(folder)
                let broken = try learner(fiveSteps("non_finite: skip"), badSteps: [7])
                let end = try result(Trainer(broken, seed: 0).run(in: directory))
                #expect(end.status == .completed && end.nonFinite?.skipped == 1)
                let metrics = try directory.metrics()
                #expect(metrics.map(\.nonFinite?.skipped) == [nil, 1])
                #expect(metrics.allSatisfy { $0.trainLoss.isFinite })

                let plain = try learner(fiveSteps())
                plain.model.train()
                for step in 0..<10 where step != 7 { _ = try plain.step(plain.plan.trainingBatch(step), at: step) }
                expectEqual(tensors(of: broken), tensors(of: plain))
            }
        }

        @Test func skippingEndsAfterFiveStepsInARow() throws {
            try withFolder { folder in
                let broken = try learner(fiveSteps("non_finite: skip"), badSteps: [0] + Array(2..<10))
                let end = try result(Trainer(broken, seed: 0).run(in: RunDirectory(folder)))
                #expect(end.status == .failed && end.nonFinite?.skipped == 6)
                let folders = try FileManager.default.contentsOfDirectory(
                    atPath: folder.appending(path: "nonfinite").path)
                #expect(Set(folders) == Set([1, 3, 4, 5, 6, 7, 8].map { "step-\($0)" }))
            }
        }

        /// Breaks at steps where the learning rate is above a bound.
        private func impatient(_ recipe: Recipe, above bound: Double, at steps: [Int]) throws -> Learner {
            var own: Learner?
            let learner = try learner(recipe, badSteps: steps) { x in
                own!.optimizer.groups[0].rule.learningRate > bound ? x / (x * 0) : x
            }
            own = learner
            return learner
        }

        @Test func rollingBackHalvesTheLearningRate() throws {
            try withFolder { folder in
                let recipe = try fiveSteps("non_finite: roll_back\nschedule: constant")
                let directory = RunDirectory(folder)
                let broken = try impatient(recipe, above: 6e-4, at: [7])
                let end = try result(Trainer(broken, seed: 0).run(in: directory))
                #expect(end.status == .completed && end.nonFinite?.rollBacks == 1)
                let metrics = try directory.metrics()
                #expect(metrics.map(\.learningRate) == [1e-3, 5e-4])
                #expect(metrics.map(\.nonFinite?.rollBacks) == [nil, 1])

                let plain = try learner(recipe)
                plain.model.train()
                for step in 0..<10 {
                    _ = try plain.step(plain.plan.trainingBatch(step), at: step, rateFactor: step < 5 ? 1 : 0.5)
                }
                expectEqual(tensors(of: broken), tensors(of: plain))
            }
        }

        @Test func rollingBackEndsAfterThreeTimes() throws {
            try withFolder { folder in
                let broken = try learner(fiveSteps("non_finite: roll_back"), badSteps: [1])
                let end = try result(Trainer(broken, seed: 0).run(in: RunDirectory(folder)))
                #expect(end.status == .failed && end.nonFinite?.rollBacks == 3)
                #expect(try #require(end.reason).contains("gone back 3 times"))
            }
        }

        @Test(arguments: ["skip", "roll_back"], [3, 6, 9])
        func aRunThatWasStoppedGoesOnAsIfItHadNot(policy: String, stop: Int) throws {
            try withFolder { folder in
                let recipe = try fiveSteps("non_finite: \(policy)\nschedule: constant")
                let runs = try [nil, stop].enumerated().map { index, stop in
                    let directory = RunDirectory(folder.appending(path: "\(index)"))
                    if let stop {
                        _ = try Trainer(impatient(recipe, above: 6e-4, at: [1, 7]), seed: 0)
                            .run(in: directory, observers: [Stopper(afterStep: stop)])
                    }
                    let learner = try impatient(recipe, above: 6e-4, at: [1, 7])
                    let end = try result(Trainer(learner, seed: 0).run(in: directory, resume: true))
                    #expect(end.status == .completed)
                    return (end.nonFinite, try directory.metrics().map(\.trainLoss), tensors(of: learner))
                }
                #expect(runs[0].0 == runs[1].0 && runs[0].1 == runs[1].1)
                #expect(runs[0].0?.changedTheRun == true)
                expectEqual(runs[0].2, runs[1].2)
            }
        }

        @Test func goingBackNeedsCheckpoints() {
            #expect(throws: RecipeError.self) { try fiveSteps("non_finite: roll_back\ncheckpoint: none") }
            #expect(throws: RecipeError.self) { try fiveSteps("non_finite: rollback") }
        }

        // MARK: No influence

        /// 89 steps an epoch, so that states are looked at and copied within and at the end of it.
        @Test func aSoundRunIsTheSameWithoutTheHunter() throws {
            var recipe = try fiveSteps()
            recipe.batchSize = 16
            recipe.epochs = 1
            let watched = try learner(recipe)
            try withFolder { folder in
                let end = try result(Trainer(watched, seed: 0).run(in: RunDirectory(folder)))
                #expect(end.status == .completed && end.nonFinite == nil)
            }
            let plain = try learner(recipe)
            plain.model.train()
            for step in 0..<89 { _ = try plain.step(plain.plan.trainingBatch(step), at: step) }
            expectEqual(tensors(of: watched), tensors(of: plain))
        }

        // MARK: Again

        @Test(arguments: [
            ("fp32", "augmentation: {flip: 0}"), ("bf16", "augmentation: {mixup: 0.4, erasing: {probability: 1}}"),
            ("fp32", "augmentation: {cutmix: 1}"),
        ])
        func aSavedStepIsFoundAgain(precision: String, augmentation: String) throws {
            try withFolder { folder in
                var recipe = try fiveSteps(augmentation, precision: precision)
                recipe.optimizer = .init(.sgd)
                recipe.optimizer.learningRate = 1e30
                recipe.schedule = .constant(.init())
                let reports = Reports()
                let end = try result(
                    Trainer(recipe, seed: 3).run(in: RunDirectory(folder), observers: [reports]))
                let report = try #require(reports.reports.first)
                #expect(end.status == .failed && report.finding != nil)

                let saved = folder.appending(path: "nonfinite/step-\(report.step)")
                let reproduction = try Reproduction(at: saved)
                #expect(reproduction.report.finding == report.finding)
                #expect(try reproduction.run().finding == report.finding)
                #expect(try reproduction.run().finding == report.finding)
                #expect(throws: ReproductionError.partOfTheState(key: "optimizer")) {
                    try Reproduction(at: saved, overrides: ["optimizer.learning_rate=1e-3"])
                }
            }
        }

        @Test func aFolderThatIsNoneIsNamed() throws {
            try withFolder { folder in
                let error = #expect(throws: ReproductionError.self) { try Reproduction(at: folder) }
                #expect(try #require(error).description.contains(folder.path))
                try Data("{}".utf8).write(to: folder.appending(path: "finding.json"))
                #expect(throws: ReproductionError.self) { try Reproduction(at: folder) }
            }
        }
    }
}
