import Foundation
import Layers
import Models
import TestSupport
import Testing
import Torch

@testable import Training

/// A network of three layer groups that trains on the digits in a second; 5 steps an epoch.
private func digitsRecipe(_ changes: String, epochs: Int = 3) throws -> Recipe {
    try Recipe(
        yaml: """
            data: digits
            model: {name: mxresnet, depths: [1, 1], widths: [8, 16], stem: [8, 8]}
            \(changes.contains("schedule:") ? "" : "schedule: constant")
            epochs: \(epochs)
            batch_size: 256
            \(changes)
            """, path: "/recipes/test.yaml", vocabulary: .standard)
}

private let groups = "groups: [\"3\", head]"

/// Writes first weights of the tests' network with so many classes, and returns them. Runs that are compared begin
/// with such a file: other tests draw from the random generator at the same time.
private func writeWeights(
    to url: URL, classes: Int, _ change: (inout [String: Tensor]) -> Void = { _ in }
) throws -> [String: Tensor] {
    var state = try digitsRecipe("").makeModel(classes: classes).state().mapValues { $0.clone() }
    change(&state)
    try Safetensors.write(tensors: state, to: url.path)
    return state
}

/// The network as a run's checkpoint has it.
private func network(_ directory: RunDirectory) throws -> [String: Tensor] {
    try Checkpoint(contentsOf: directory.checkpointFile).tensors[.network]!
}

@Suite struct FineTuningRecipeTests {
    @Test func everyKeyIsRead() throws {
        let recipe = try digitsRecipe(
            """
            weights: {file: ../weights/a.pth, names: timm, key: state_dict}
            optimizer: {name: adamw, learning_rate: 1e-3}
            fine_tuning: {groups: [layer4, head], learning_rates: [1e-5, 1e-3], frozen_epochs: [2, 1, 0],
                frozen_norms: evaluate}
            """)
        #expect(recipe.weights == .init(file: "/weights/a.pth", names: .timm, key: "state_dict"))
        #expect(recipe.fineTuning?.groups == ["layer4", "head"])
        #expect(recipe.fineTuning?.frozenEpochs == [2, 1, 0])
        #expect(recipe.fineTuning?.frozenNorms == .evaluate)
        #expect(try Recipe(yaml: recipe.yaml, path: "/x.yaml", vocabulary: nil).hash == recipe.hash)
    }

    @Test func defaultsAreExplicit() throws {
        let plain = try digitsRecipe("")
        #expect(plain.weights == nil && plain.fineTuning == nil)
        #expect(plain.yaml.contains("weights: none\n") && plain.yaml.contains("fine_tuning: none\n"))
        let lone = try digitsRecipe("weights: a.safetensors\nfine_tuning: {}")
        #expect(lone.weights == .init(file: "/recipes/a.safetensors"))
        for line in [
            "names: mish", "key: none", "groups: [head]", "learning_rates: none", "frozen_epochs: [0, 0]",
            "frozen_norms: train",
        ] {
            #expect(lone.yaml.contains("  \(line)\n"), "\(line)")
        }
    }

    /// The head's rate is the optimizer's; whoever says both must mean the same.
    @Test func theLastRateIsTheOptimizers() throws {
        #expect(try digitsRecipe("fine_tuning: {learning_rates: [1e-5, 2e-3]}").optimizer.learningRate == 2e-3)
        let error = #expect(throws: RecipeError.self) {
            try digitsRecipe("optimizer: {learning_rate: 1e-2}\nfine_tuning: {learning_rates: [1e-5, 2e-3]}")
        }
        #expect("\(error!)".contains("must end with the optimizer's learning_rate, 0.01, not with 0.002"))
    }

    /// fastai's `slice(1e-5, 1e-3)` over three groups is 1e-5, 1e-4, 1e-3.
    @Test(arguments: [
        ("[1e-5, 1e-3]", [1e-5, 1e-4, 1e-3]), ("[3e-4, 1e-4, 1e-3]", [3e-4, 1e-4, 1e-3]), ("none", [1e-3, 1e-3, 1e-3]),
    ])
    func ratesOfGroups(text: String, rates: [Double]) throws {
        let found = try digitsRecipe("fine_tuning: {\(groups), learning_rates: \(text)}").layerGroupRates
        #expect(zip(found, rates).allSatisfy { abs($0 / $1 - 1) < 1e-14 } && found.count == 3, "\(found)")
    }

    @Test(arguments: [
        ("weights: {names: timm}", "weights.file: missing"),
        ("weights: {file: a, names: keras}", "weights.names: unknown value keras; known: mish, timm,"),
        ("fine_tuning: 3", "unknown key name"),
        ("fine_tuning: {groups: []}", "expected 1 to 100 values, found 0"),
        ("fine_tuning: {frozen_epochs: [1]}", "1 numbers for 2 groups (body, head); give one for each"),
        ("fine_tuning: {frozen_epochs: [1, 1]}", "must end with 0: the last group is never frozen"),
        ("fine_tuning: {frozen_epochs: [4, 0]}", "must be at most 3, the run's epochs, not 4"),
        ("fine_tuning: {frozen_epochs: [-1, 0]}", "must be at least 0, not -1"),
        ("fine_tuning: {learning_rates: [1e-5, 1e-4, 1e-3]}", "3 rates for 2 groups (body, head)"),
        ("fine_tuning: {learning_rates: [0, 1e-3]}", "must be above 0.0, not 0"),
        ("schedule: fine-tune", "fine-tune needs groups that are frozen at first"),
        ("schedule: fine-tune\nfine_tuning: {frozen_epochs: [3, 0]}", "unfrozen later, such as frozen_epochs: [1, 0]"),
        ("fine_tuning: {frozen_norms: off}", "unknown value off; known: train, evaluate"),
    ])
    func mistakes(yaml: String, message: String) throws {
        let error = #expect(throws: RecipeError.self) { try digitsRecipe(yaml) }
        #expect("\(error!)".contains(message), "\(error!)")
    }
}

@Suite(.serialized) struct LoadedWeightsTests {
    @Test func allButTheClassifierIsLoaded() throws {
        try withFolder { folder in
            let file = folder.appending(path: "w.safetensors")
            let saved = try writeWeights(to: file, classes: 4)
            let learner = try Learner(digitsRecipe("weights: \(file.path)"), seed: 0, data: nil)
            for (name, tensor) in learner.model.state() where !name.hasPrefix("7.") {
                #expect(tensor.equals(saved[name]!), "\(name)")
            }
            let classifier = try #require(learner.model.lastLinear)
            #expect(classifier.name == "7" && classifier.layer.weight.shape == [10, 16])
            #expect(classifier.layer.weight.abs().min().item(Float.self) > 0)
            #expect(learner.weights?.summary.contains("new classifier 7 for 10 classes instead of 4") == true)
            #expect(try learner.weights?.sha256 == SHA256.hexDigest(of: Data(contentsOf: file)))
        }
    }

    @Test func aClassifierThatFitsIsLoaded() throws {
        try withFolder { folder in
            let file = folder.appending(path: "w.safetensors")
            let saved = try writeWeights(to: file, classes: 10)
            let learner = try Learner(digitsRecipe("weights: \(file.path)"), seed: 0, data: nil)
            for (name, tensor) in learner.model.state() { #expect(tensor.equals(saved[name]!), "\(name)") }
            #expect(learner.weights?.summary.contains("classifier") == false)
        }
    }

    @Test func anythingElseThatDoesNotFitIsNamed() throws {
        try withFolder { folder in
            let file = folder.appending(path: "w.safetensors")
            _ = try writeWeights(to: file, classes: 4) {
                $0["0.0.weight"] = Tensor.zeros([8, 3, 5, 5])
                $0["1.0.weight"] = nil
                $0["extra"] = Tensor.zeros([1])
                $0["0.1.num_batches_tracked"] = nil
            }
            let error = #expect(throws: LoadError.self) {
                try Learner(digitsRecipe("weights: \(file.path)"), seed: 0, data: nil)
            }
            #expect(error?.report.missing == ["1.0.weight"])
            #expect(error?.report.surplus == ["extra"])
            #expect(error?.report.misshapen.map(\.name) == ["0.0.weight"])
            #expect(error?.description.contains(file.path) == true)
        }
    }

    @Test func whatCannotBeLoadedSaysSo() throws {
        let names = #expect(throws: TrainingError.self) {
            try Learner(digitsRecipe("weights: {file: /w.pth, names: torchvision}"), seed: 0, data: nil)
        }
        #expect("\(names!)".contains("/w.pth: torchvision publishes no weights of this network"))
        let missing = #expect(throws: FileError.self) {
            try Learner(digitsRecipe("weights: /no/such/file.pth"), seed: 0, data: nil)
        }
        #expect("\(missing!)".contains("/no/such/file.pth: cannot open"))
        let groups = #expect(throws: TrainingError.self) {
            try Learner(digitsRecipe("fine_tuning: {groups: [layer4]}"), seed: 0, data: nil)
        }
        #expect("\(groups!)".contains("fine_tuning.groups: no parameter lies in a layer layer4"))
    }

    @Test func theRunsRecordHoldsTheFilesHash() throws {
        try withFolder { folder in
            let file = folder.appending(path: "w.safetensors")
            _ = try writeWeights(to: file, classes: 10)
            let directory = RunDirectory(folder.appending(path: "run"))
            let recipe = try digitsRecipe("weights: \(file.path)")
            _ = try Trainer(recipe, seed: 0).run(in: directory, observers: [Stopper(afterStep: 2)])
            #expect(try directory.record().weightsHash == SHA256.hexDigest(of: Data(contentsOf: file)))

            _ = try writeWeights(to: file, classes: 10) { $0["7.bias"] = Tensor.ones([10]) }
            #expect(throws: TrainingError.weightsChanged(path: directory.url.path)) {
                try Trainer(recipe, seed: 0).run(in: directory, resume: true)
            }
        }
    }
}

@Suite(.serialized) struct LayerGroupTrainingTests {
    /// Runs up to a step, and returns the weights before and after, by the layer group of their name.
    private func weights(_ changes: String, stoppedAfter step: Int) throws -> [(name: String, moved: Bool, group: Int)]
    {
        var result: [(String, Bool, Int)] = []
        try withFolder { folder in
            let file = folder.appending(path: "w.safetensors")
            let before = try writeWeights(to: file, classes: 10)
            let recipe = try digitsRecipe("weights: \(file.path)\n\(changes)")
            let directory = RunDirectory(folder.appending(path: "run"))
            _ = try Trainer(recipe, seed: 1).run(in: directory, observers: [Stopper(afterStep: step)])
            result = try network(directory).map { name, tensor in
                (name, !tensor.equals(before[name]!), name.hasPrefix("7.") ? 2 : name.hasPrefix("4.") ? 1 : 0)
            }
        }
        return result
    }

    /// 5 steps an epoch, groups that stay frozen for 2, 1 and 0 epochs: which of them move.
    @Test(arguments: [
        (1, [false, false, true]), (5, [false, false, true]), (6, [false, true, true]), (10, [false, true, true]),
        (11, [true, true, true]),
    ])
    func groupsMoveFromTheirEpochOn(step: Int, moved: [Bool]) throws {
        let tuning = "fine_tuning: {groups: [\"4\", head], frozen_epochs: [2, 1, 0], frozen_norms: evaluate}"
        let weights = try weights(tuning, stoppedAfter: step)
        for group in moved.indices {
            // Not all: a block's last scale starts at 0, and what is before it has no gradient at first.
            let hasMoved = weights.contains { $0.group == group && $0.moved }
            #expect(hasMoved == moved[group], "group \(group)")
        }
    }

    /// fastai's default: convolutions stand still, norms learn and track the batches.
    @Test func normsOfFrozenGroupsTrainUnlessTheyEvaluate() throws {
        let tuning = "fine_tuning: {groups: [\"4\", head], frozen_epochs: [3, 3, 0]}"
        let body = try weights(tuning, stoppedAfter: 5).filter { $0.group < 2 }
        for (name, hasMoved, _) in body where name.hasSuffix(".0.weight") { #expect(!hasMoved, "\(name)") }
        for (name, hasMoved, _) in body where name.hasSuffix(".running_mean") { #expect(hasMoved, "\(name)") }
        for name in ["0.1.weight", "0.1.bias", "4.0.convs.1.1.weight", "4.0.convs.1.1.bias"] {
            #expect(body.contains { $0.name == name && $0.moved }, "\(name)")
        }
    }

    /// With plain SGD the first step is the learning rate times the gradient, so that steps at different rates from
    /// the same weights are in proportion.
    @Test func everyGroupStepsAtItsRate() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: file) }
        _ = try writeWeights(to: file, classes: 10)
        func step(_ tuning: String) throws -> (steps: [String: Tensor], rates: [Double]) {
            let recipe = try digitsRecipe(
                """
                weights: \(file.path)
                optimizer: {name: sgd, momentum: 0, weight_decay: 0, learning_rate: 0.01}
                \(tuning)
                """)
            let learner = try Learner(recipe, seed: 2, data: nil)
            let before = learner.model.state().mapValues { $0.clone() }
            learner.begin(epoch: 0)
            learner.layerGroups.apply(.init(0.5), in: 0)
            learner.optimizer.step(
                minimizing: learner.loss(try learner.plan.trainingBatches(epoch: 0, from: 0).next()!))
            let parameters = learner.model.namedParameters().map { ($0.name, $0.parameter.tensor.detach()) }
            return (
                Dictionary(uniqueKeysWithValues: parameters.map { ($0, ($1 - before[$0]!).to(dtype: .float64)) }),
                learner.optimizer.groups.map(\.rule.learningRate)
            )
        }
        let same = try step("")
        let spread = try step("fine_tuning: {groups: [\"4\", head], learning_rates: [1e-4, 1e-2]}")
        #expect(spread.rates == [0.5e-4, 0.5e-4, 0.5e-3, 0.5e-3, 0.5e-2, 0.5e-2])
        for (name, change) in same.steps {
            let ratio = name.hasPrefix("7.") ? 1 : name.hasPrefix("4.") ? 0.1 : 0.01
            let error = (spread.steps[name]! - change * ratio).abs().max().item(Double.self)
            #expect(error <= 1e-7, "\(name)")
        }
    }

    @Test func normsOfAFrozenGroupHaveATenthOfTheHeadsRate() throws {
        let learner = try Learner(
            digitsRecipe(
                "fine_tuning: {groups: [\"4\", head], learning_rates: [1e-4, 1e-2], frozen_epochs: [2, 1, 0]}"),
            seed: 0, data: nil)
        func rates(_ epoch: Int) -> [Double] {
            learner.layerGroups.apply(.init(1), in: epoch)
            return learner.optimizer.groups.map(\.rule.learningRate)
        }
        #expect(rates(0) == [1e-3, 1e-3, 1e-3, 1e-3, 1e-2, 1e-2])
        #expect(rates(1) == [1e-3, 1e-3, 1e-3, 1e-3, 1e-2, 1e-2])
        #expect(rates(2) == [1e-4, 1e-4, 1e-3, 1e-3, 1e-2, 1e-2])
    }

    /// fastai's own functions, run by Tests/Reference/fine_tuning.py: `fine_tune(3, base_lr=2e-3, freeze_epochs=2)`
    /// of three layer groups, 7 steps an epoch.
    @Test func learningRatesAndMomentaAreThoseOfFastais() throws {
        struct Reference: Decodable { let steps: Int, rates: [[Double]], momenta: [Double] }
        let file = try #require(
            Bundle.module.url(forResource: "fine_tuning", withExtension: "json", subdirectory: "Fixtures"))
        let reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
        let recipe = try digitsRecipe(
            """
            optimizer: {name: adamw, decay_norms_and_biases: true}
            fine_tuning: {groups: ["4", head], learning_rates: [2e-5, 2e-3], frozen_epochs: [2, 2, 0]}
            schedule: fine-tune
            """, epochs: 5)
        let groups = try LayerGroups(for: recipe, recipe.makeModel(classes: 10))
        let schedule = try recipe.makeSchedule()
        for (step, (rates, momentum)) in zip(reference.rates, reference.momenta).enumerated() {
            groups.apply(schedule.value(at: step, of: reference.rates.count), in: step / reference.steps)
            for (found, expected) in zip(groups.optimizer.groups.map(\.rule.learningRate), rates) {
                #expect(abs(found / expected - 1) < 1e-9, "step \(step)")
            }
            #expect(groups.optimizer.groups.allSatisfy { abs($0.rule.momentum - momentum) < 1e-9 }, "step \(step)")
        }
        #expect(reference.rates.count == 35 && groups.optimizer.groups.count == 3)
    }

    /// Within an epoch, at its end and across both unfreezings; Ranger's LookAhead has its phase, and starts anew for
    /// each parameter that is unfrozen.
    @Test(arguments: [[3], [5], [6], [10], [4, 7, 12]], ["train", "evaluate"])
    func aRunThatWasInterruptedEndsBitEqual(stops: [Int], norms: String) throws {
        try withFolder { folder in
            let file = folder.appending(path: "w.safetensors")
            _ = try writeWeights(to: file, classes: 10)
            let recipe = try digitsRecipe(
                """
                weights: \(file.path)
                augmentation: {flip: 0.5}
                optimizer: {name: ranger, learning_rate: 1e-2}
                fine_tuning: {groups: ["4", head], learning_rates: [1e-3, 1e-2], frozen_epochs: [2, 1, 0],
                    frozen_norms: \(norms)}
                """)
            let whole = RunDirectory(folder.appending(path: "whole"))
            _ = try Trainer(recipe, seed: 1).run(in: whole)
            let parts = RunDirectory(folder.appending(path: "parts"))
            for (index, step) in stops.enumerated() {
                _ = try Trainer(recipe, seed: 1)
                    .run(in: parts, resume: index > 0, observers: [Stopper(afterStep: step)])
            }
            _ = try Trainer(recipe, seed: 1).run(in: parts, resume: true)
            try expectEqual(whole, parts)
        }
    }
}
