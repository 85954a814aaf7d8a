import Foundation
import Testing

@testable import Training

/// What is wrong is refused, with its place, its key and what would be right.
@Suite struct RecipeErrorTests {
    static func message(_ yaml: String, overrides: [String] = []) -> String {
        do {
            _ = try recipe(yaml, overrides: overrides)
            return "accepted"
        } catch {
            return error.description
        }
    }

    static let complaints: [(yaml: String, message: String)] = [
        // Keys
        (
            "learning_rate: 1",
            "/recipes/test.yaml:1:1: learning_rate: unknown key learning_rate; known: name, data,"
        ),
        ("epoch: 1", ":1:1: epoch: unknown key epoch; did you mean epochs? known:"),
        ("bs: 1", "did you mean batch_size?"),
        (
            "epochs: 1\noptimizer:\n  lr: 1",
            ":3:3: optimizer.lr: ranger has no key lr; did you mean learning_rate?"
        ),
        (
            "optimizer: {name: sgd, betas: [0, 0]}",
            ":1:24: optimizer.betas: sgd has no key betas; known: name,"
        ),
        ("optimizer: {name: adamw, momentum: 0.9}", "known: name, learning_rate, betas, epsilon,"),
        (
            "schedule: {name: constant, flat_fraction: 1}",
            "schedule.flat_fraction: constant has no key flat_fraction; known: name, warmup_steps"
        ),
        ("epochs: 1\nepochs: 2", ":1:1: the key \"epochs\" occurs twice"),
        ("[1]: 2", "a key must be a word"),
        // Types
        ("epochs: many", ":1:9: epochs: expected a whole number, found many"),
        ("epochs: 1.5", "expected a whole number, found 1.5"),
        ("epochs: 1e2", "expected a whole number"),
        ("epochs: '5'", "expected a whole number, found the text \"5\""),
        ("epochs: 99999999999999999999", "expected a whole number"),
        ("epochs:", "expected a whole number, found nothing"),
        ("epochs: [1]", "expected a whole number, found a list"),
        ("optimizer: {learning_rate: fast}", "expected a number, found fast"),
        ("optimizer: {learning_rate: nan}", "expected a number, found nan"),
        ("optimizer: {learning_rate: inf}", "expected a number"),
        ("optimizer: {learning_rate: 1e999}", "expected a number"),
        ("optimizer: {learning_rate: 0x1p3}", "expected a number"),
        ("drop_last: yes", "drop_last: expected true or false, found yes"),
        ("drop_last: 1", "expected true or false"),
        ("name: {a: b}", "name: expected a text, found keys and values"),
        ("name: ''", "name: must be a text without control characters, not empty"),
        ("data: ''", "data: expected digits or the path of a folder"),
        ("augmentation: 5", ":1:15: augmentation.name: unknown key name; known: crop, flip, normalize, erasing,"),
        ("augmentation: [1]", "augmentation: expected keys and values, found a list"),
        ("augmentation: {crop: 0.5}", "augmentation.crop.name: unknown value 0.5; known: random-resized, square"),
        (
            "augmentation: {crop: {name: square, scale: [0.5, 1]}}",
            "augmentation.crop.scale: square has no key scale; known: name"
        ),
        ("model: {stem: 32}", "model.stem: expected a list [...], found 32"),
        ("model: {stem: [a]}", "model.stem: expected a whole number, found a"),
        ("model: {stem: []}", "model.stem: expected 1 to 16 values, found 0"),
        ("optimizer: {betas: [0.9]}", "optimizer.betas: expected 2 values, found 1"),
        // Names
        (
            "model: mxresnet19",
            ":1:8: model.name: unknown model mxresnet19; did you mean mxresnet18? known: mxresnet, mxresnet18,"
        ),
        (
            "model: {activation: relu, saving: output}",
            "model.saving: relu keeps its input; only mish can save its output"
        ),
        ("model: {saving: nothing}", "model.saving: unknown value nothing; known: input, softplus, output"),
        ("model: {activation: mesh}", "model.activation: unknown activation mesh; did you mean mish?"),
        (
            "optimizer: rangr",
            ":1:12: optimizer.name: unknown value rangr; did you mean ranger? known: sgd, adam, adamw,"
        ),
        ("schedule: {name: linear}", "known: constant, flat-and-anneal, flat-cos, one-cycle, one-cycle-v1, cosine,"),
        ("precision: fp61", "did you mean fp16?"),
        ("device: gpu", "device: expected cpu, cuda or cuda:N, found gpu"),
        ("device: cuda:x", "expected cpu, cuda or cuda:N"),
        ("device: cuda:-1", "expected cpu, cuda or cuda:N"),
        ("checkpoint: always", "known: epoch, none"),
        // Values
        ("epochs: 0", ":1:9: epochs: must be at least 1, not 0"),
        ("epochs: -1", "must be at least 1, not -1"),
        ("batch_size: 0", "must be at least 1"),
        ("data: photos\nnoisy_labels: 10", "must be 0, 1, 5, 25 or 50, not 10"),
        ("noisy_labels: 5", "must be 0 for the digits"),
        ("image_size: 0", "must be between 1 and 8192, not 0"),
        ("workers: 0", "must be between 1 and 1024"),
        ("label_smoothing: 1", "must be at least 0.0 and below 1.0, not 1"),
        ("optimizer: {learning_rate: 0}", "must be above 0.0, not 0"),
        ("optimizer: {weight_decay: -1e-2}", "must be at least 0.0, not -1e-2"),
        ("optimizer: {betas: [0.9, 1]}", "optimizer.betas: must be at least 0.0 and below 1.0, not 1"),
        ("optimizer: {epsilon: 0}", "must be above 0.0"),
        (
            "optimizer: {name: sgd, momentum: 0, nesterov: true}",
            "optimizer.nesterov: needs a momentum above 0 and a dampening of 0"
        ),
        ("optimizer: {lookahead: {steps: 0}}", "optimizer.lookahead.steps: must be at least 1, not 0"),
        ("optimizer: {lookahead: {alpha: 0}}", "must be above 0, at most 1, not 0"),
        ("optimizer: {lookahead: none}", "optimizer.lookahead: ranger is radam with LookAhead"),
        (
            "optimizer: {name: sgd, momentum: 0}\nschedule: one-cycle-v1",
            ":2:11: schedule.momenta: must be none"
        ),
        ("schedule: {name: one-cycle, momenta: [0.9, 0.9]}", "expected 3 values, found 2"),
        ("schedule: {flat_fraction: 1.1}", "must be between 0.0 and 1.0, not 1.1"),
        ("augmentation: {flip: 2}", "augmentation.flip: must be between 0.0 and 1.0, not 2"),
        (
            "augmentation: {crop: {scale: [1, 0.5]}}",
            "augmentation.crop.scale: the first number must not be above"
        ),
        ("augmentation: {crop: {scale: [0, 1]}}", "must be above 0, at most 1, not 0"),
        (
            "augmentation:\n  normalize: imagenet",
            ":2:14: augmentation.normalize: must be digits or none for this data"
        ),
        ("data: x\naugmentation: {normalize: digits}", "augmentation.normalize: must be imagenet or none"),
        (
            "data: x\nvalidation: {resize: 64}",
            ":2:22: validation.resize: must be at least the image_size, 128, not 64"
        ),
        ("validation: {resize: none}", "validation.resize: expected a whole number, found none"),
        ("validation: {method: stretch}", "unknown value stretch; known: crop, squish"),
        ("augmentation: {mixup: 0}", ":1:23: augmentation.mixup: must be above 0, at most 1000, or none, not 0"),
        ("augmentation: {mixup: -0.2}", "augmentation.mixup: must be above 0"),
        ("augmentation: {cutmix: 0}", "augmentation.cutmix: must be above 0"),
        ("augmentation: {cutmix: {alpha: 1}}", "augmentation.cutmix: expected a number, found keys and values"),
        ("augmentation: {mix_probability: 1.5}", "augmentation.mix_probability: must be between 0.0 and 1.0, not 1.5"),
        ("augmentation: {switch_probability: -1}", "augmentation.switch_probability: must be between 0.0 and 1.0"),
        ("augmentation: {mixup: 0.2}\nbatch_size: 1", ":2:13: batch_size: must be at least 2 to mix images"),
        ("augmentation: {erasing: {probability: 2}}", "augmentation.erasing.probability: must be between 0.0 and 1.0"),
        ("augmentation: {erasing: {scale: [0.3, 0.1]}}", "augmentation.erasing.scale: the first number must not be"),
        ("augmentation: {erasing: {ratio: [0, 1]}}", "augmentation.erasing.ratio: must be above 0.0, not 0"),
        ("augmentation: {erasing: {max_count: 0}}", "augmentation.erasing.max_count: must be between 1 and 100"),
        ("augmentation: {erasing: {fill: mean}}", "unknown value mean; known: noise, zero"),
        ("loss: mse", ":1:7: loss.name: unknown value mse; known: cross-entropy, bce"),
        ("loss: {name: cross-entropy, sum_classes: true}", "loss.sum_classes: cross-entropy has no key sum_classes"),
        ("model: mxresnet", "model.depths: missing; mxresnet needs a list of one number per stage"),
        ("model: {name: mxresnet, depths: [1], widths: [1, 2]}", "model.widths: 2 stages, but depths has 1"),
        ("model: {name: mxresnet, depths: [0], widths: [1]}", "must be between 1 and 1000, not 0"),
        (
            "model: {depths: [1]}",
            ":1:9: model.depths: mxresnet18 has no key depths; known: name, activation, saving, stem, self_attention,"
        ),
        (
            "model: {name: efficientnet_b0, stem: [1]}",
            "model.stem: efficientnet_b0 has no key stem; known: name, activation, saving, dropout, drop_connect"
        ),
        (
            "model: {name: efficientnet_b0, drop_conect: 0}",
            "efficientnet_b0 has no key drop_conect; did you mean drop_connect?"
        ),
        ("model: {name: res2netplus50, scale: 1}", "model.scale: must be between 2 and 64, not 1"),
        ("model: {self_attention: true}", "model.self_attention: unknown value true; known: none, plain, symmetric"),
        ("model: {pool: lipp}", "model.pool: unknown value lipp; did you mean lip?"),
        (
            "optimizer: {name: rangerlars, decoupled_weight_decay: true}",
            "rangerlars has no key decoupled_weight_decay;"
        ),
        ("optimizer: {variant: torch}", "unknown value torch; known: official, pytorch, fastai"),
        (
            "optimizer: {name: ranger21, lookahead: none}",
            "ranger21 is adapnm with LookAhead; without it, say name: adapnm"
        ),
        (
            "optimizer: {name: ranger21, learning_rate: 1e-5}",
            "schedule.final_learning_rate: must be at most the optimizer's learning_rate, 1e-05"
        ),
        ("schedule: {name: exponential, final_fraction: 0}", "must be above 0, at most 1, not 0"),
        // Files
        ("", "/recipes/test.yaml: the file is empty"),
        ("# only a comment", "the file is empty"),
        ("just a word", ":1:1: expected keys and values, found just a word"),
        ("- 1", "expected keys and values, found a list"),
        ("epochs: [1", "not YAML: "),
        ("epochs: 1\n\tname: x", "test.yaml:2:1: not YAML: "),
        ("a: 1\n---\nb: 1", "not YAML: "),
        ("a: *b", "undefined alias"),
        ("a: \u{0}", "not YAML: control characters"),
    ]

    @Test(arguments: complaints)
    func complaint(yaml: String, message: String) {
        let found = Self.message(yaml)
        #expect(found.contains(message), "\(yaml): \(found)")
    }

    @Test func severalMistakesAreReportedTogether() throws {
        let error = #expect(throws: RecipeError.self) {
            try recipe(
                "epochs: 0\noptimizer: {name: sgd, learning_rate: -1, beta: 1}\nschedul: x\nworkers: a")
        }
        let paths = try #require(error).problems.map(\.keyPath)
        #expect(paths == ["optimizer.learning_rate", "optimizer.beta", "epochs", "workers", "schedul"])
        #expect(error?.description.split(separator: "\n").count == 5)
    }

    @Test func anUnknownNameDoesNotMakeTheOtherKeysUnknown() throws {
        let error = #expect(throws: RecipeError.self) {
            try recipe("optimizer: {name: novograd, betas: [0.9, 0.99]}")
        }
        #expect(try #require(error).problems.map(\.keyPath) == ["optimizer.name"])
    }

    @Test(arguments: [
        (
            "optimizer.learnin_rate=1",
            "--set optimizer.learnin_rate=1: optimizer.learnin_rate: ranger has no key"
        ),
        ("epochs=many", "--set epochs=many: epochs: expected a whole number, found many"),
        ("epochs", "--set epochs: expected key=value"),
        ("=3", "a key is missing"),
        ("optimizer..x=3", "a key is missing"),
        ("epochs=", "--set epochs=: \"\" is not a value"),
        ("model.stem=[1, 2", "is not a value"),
        ("epochs.more=3", "epochs: expected a whole number, found keys and values"),
        ("model.stem=[0]", "--set model.stem=[0]: model.stem: must be between 1 and"),
    ])
    func overrides(override: String, message: String) {
        let found = Self.message("epochs: 5", overrides: [override])
        #expect(found.contains(message), "\(found)")
    }

    @Test func deepAndUnfoldingFilesAreRefused() {
        let deep = "a: " + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(Self.message(deep) != "accepted")
        let nested = "a: " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(Self.message(nested).contains("more than 16 levels"))
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(Self.message(bomb).contains("10000 values"))
    }

    @Test func unreadableFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func message(_ name: String, _ content: Data?) throws -> String {
            let path = folder.appending(path: name)
            try content?.write(to: path)
            let error = #expect(throws: RecipeError.self) {
                try Recipe(contentsOf: path.path, vocabulary: nil)
            }
            #expect(error?.description.contains(path.path) == true)
            return error?.description ?? ""
        }
        #expect(try message("missing.yaml", nil).contains("cannot be read"))
        #expect(try message(".", nil).contains("cannot be read"))
        #expect(try message("empty.yaml", Data()).contains("empty"))
        #expect(try message("binary.yaml", Data([0xFF, 0xFE, 0x00])).contains("UTF-8"))
        #expect(try message("large.yaml", Data(count: 2_000_000)).contains("too large"))

        let good = folder.appending(path: "good one.yaml")
        try Data("epochs: 3".utf8).write(to: good)
        let recipe = try Recipe(contentsOf: good.path, overrides: ["batch_size=2"], vocabulary: nil)
        #expect((recipe.name, recipe.epochs, recipe.batchSize) == ("good one", 3, 2))
    }

    @Test func aRecordWithAMistakeIsRefused() {
        #expect(throws: RecipeError.self) {
            try JSONDecoder().decode(Recipe.self, from: Data(#"{"epochs": 0}"#.utf8))
        }
    }
}
