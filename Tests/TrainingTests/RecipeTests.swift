import Foundation
import Testing

@testable import Training

/// The names that the tests' recipes may use.
let testVocabulary = RecipeVocabulary(
    models: [
        .init(name: "mxresnet18", stem: [32, 64, 64]),
        .init(name: "xresnet50", stem: [32, 32, 64]),
        .init(name: "mxresnet", stem: [32, 64, 64], hasOpenStages: true),
        .init(name: "efficientnet_b0", stem: nil),
    ],
    activations: ["mish", "relu", "silu"])

func recipe(_ yaml: String, overrides: [String] = []) throws(RecipeError) -> Recipe {
    try Recipe(yaml: yaml, path: "/recipes/test.yaml", overrides: overrides, vocabulary: testVocabulary)
}

@Suite struct RecipeTests {
    @Test func everyKeyIsRead() throws {
        let recipe = try recipe(
            """
            name: all of it
            data: photographs
            image_size: 64
            augmentation:
              crop: {scale: [0.25, 0.5], ratio: [0.5, 2]}
              flip: 0.25
              normalize: none
            validation: {resize: 72}
            broken_images: skip
            model:
              name: mxresnet
              depths: [1, 1, 2]
              widths: [16, 32, 64]
              stem: [8, 8]
              activation: relu
              self_attention: true
            optimizer:
              name: ranger
              learning_rate: 4e-3
              betas: [0.9, 0.99]
              epsilon: 1e-6
              weight_decay: 1e-2
              decay_norms_and_biases: true
              lookahead: {steps: 5, alpha: 0.8}
              gradient_centralization: false
            schedule:
              name: flat-and-anneal
              flat_fraction: 0.7
              warmup_steps: 10
            epochs: 20
            batch_size: 32
            drop_last: false
            label_smoothing: 0.2
            precision: bf16
            device: cuda:1
            workers: 3
            checkpoint: none
            """)
        #expect(recipe.name == "all of it")
        #expect(recipe.data == .folder("/recipes/photographs"))
        #expect(recipe.imageSize == 64)
        #expect(recipe.augmentation.crop?.scale == [0.25, 0.5])
        #expect(recipe.augmentation.crop?.ratio == [0.5, 2])
        #expect(recipe.augmentation.flip == 0.25)
        #expect(recipe.augmentation.normalize == .none)
        #expect(recipe.validation.resize == 72)
        #expect(recipe.brokenImages == .skip)
        #expect(recipe.model.name == "mxresnet")
        #expect(recipe.model.depths == [1, 1, 2])
        #expect(recipe.model.widths == [16, 32, 64])
        #expect(recipe.model.stem == [8, 8])
        #expect(recipe.model.activation == "relu")
        #expect(recipe.model.selfAttention)
        #expect(recipe.optimizer.learningRate == 4e-3)
        #expect(
            recipe.optimizer.rule
                == .ranger(.init(betas: [0.9, 0.99], epsilon: 1e-6, centralizesGradients: false)))
        #expect(recipe.optimizer.weightDecay == 1e-2)
        #expect(recipe.optimizer.decaysNormsAndBiases)
        #expect(recipe.optimizer.lookahead == .init(steps: 5, alpha: 0.8))
        #expect(recipe.schedule == .flatAndAnneal(.init(flatFraction: 0.7, warmupSteps: 10)))
        #expect(recipe.epochs == 20)
        #expect(recipe.batchSize == 32)
        #expect(!recipe.dropsLastBatch)
        #expect(recipe.labelSmoothing == 0.2)
        #expect(recipe.precision == .bf16)
        #expect(recipe.device == .cuda(1))
        #expect(recipe.workers == 3)
        #expect(recipe.checkpoint == .none)
    }

    @Test func defaultsFollowTheData() throws {
        let digits = try recipe("data: digits")
        #expect(digits.name == "test")
        #expect(digits.imageSize == 8)
        #expect(digits.augmentation.crop == nil)
        #expect(digits.augmentation.flip == 0)
        #expect(digits.validation.resize == nil)

        let photographs = try recipe("data: ./digits\nimage_size: 64")
        #expect(photographs.data == .folder("/recipes/digits"))
        #expect(photographs.augmentation.crop?.scale == [0.35, 1])
        #expect(photographs.augmentation.normalize == .imagenet)
        #expect(photographs.validation.resize == 96)
        #expect(photographs.model.stem == [32, 64, 64])
    }

    @Test func pathsOfData() throws {
        #expect(try recipe("data: ../set").data == .folder("/set"))
        #expect(try recipe("data: /a/b c").data == .folder("/a/b c"))
        #expect(try recipe("data: ~/set").data == .folder(NSHomeDirectory() + "/set"))
        let relative = try Recipe(yaml: "data: set", path: "folder/recipe.yaml", vocabulary: nil)
        #expect(relative.data == .folder(FileManager.default.currentDirectoryPath + "/folder/set"))
    }

    /// The published implementations' defaults.
    @Test func defaultsOfTheOptimizers() throws {
        let sgd = try recipe("optimizer: sgd").optimizer
        #expect(sgd.rule == .sgd(.init(momentum: 0.9, isNesterov: false)))
        #expect(sgd.lookahead == nil)
        let adamW = try recipe("optimizer: adamw").optimizer
        #expect(adamW.rule == .adamW(.init(betas: [0.9, 0.999], epsilon: 1e-8)))
        #expect((adamW.learningRate, adamW.weightDecay) == (1e-3, 1e-2))
        let rAdam = try recipe("optimizer: {name: radam, lookahead: {alpha: 0.8}}").optimizer
        #expect(rAdam.rule == .rAdam(.init(betas: [0.9, 0.999], epsilon: 1e-8)))
        #expect((rAdam.learningRate, rAdam.weightDecay) == (1e-3, 0))
        #expect(rAdam.lookahead == .init(steps: 6, alpha: 0.8))
        let ranger = try recipe("optimizer: ranger").optimizer
        #expect(
            ranger.rule == .ranger(.init(betas: [0.95, 0.999], epsilon: 1e-5, centralizesGradients: true)))
        #expect((ranger.learningRate, ranger.weightDecay) == (1e-3, 0))
        #expect(ranger.lookahead == .init(steps: 6, alpha: 0.5))
    }

    @Test func everyOptimizerHasItsUsualSchedule() throws {
        #expect(try recipe("optimizer: ranger").schedule.name == .flatAndAnneal)
        for name in ["adamw", "radam", "sgd"] {
            #expect(try recipe("optimizer: \(name)").schedule == .oneCycle(.init()))
        }
        let plain = try recipe("optimizer: {name: sgd, momentum: 0}")
        #expect(plain.schedule == .oneCycle(.init(momenta: nil)))
    }

    /// fastai: fit_fc 0.72; flat_cos 0.75, /1e5; one-cycle v1 0.3, 25, 25e4; v2 0.25, 25, 1e5.
    @Test func defaultsOfTheSchedules() throws {
        func schedule(_ name: String) throws -> Recipe.Schedule { try recipe("schedule: \(name)").schedule }
        #expect(try schedule("constant") == .constant(.init(warmupSteps: 0)))
        #expect(try schedule("flat-and-anneal") == .flatAndAnneal(.init(flatFraction: 0.72, warmupSteps: 0)))
        #expect(
            try schedule("flat-cos")
                == .flatCosine(.init(flatFraction: 0.75, finalDivisor: 1e5, warmupSteps: 0)))
        #expect(
            try schedule("one-cycle")
                == .oneCycle(
                    .init(risingFraction: 0.25, divisor: 25, finalDivisor: 1e5, momenta: [0.95, 0.85, 0.95])))
        #expect(
            try schedule("one-cycle-v1")
                == .oneCycleV1(
                    .init(risingFraction: 0.3, divisor: 25, finalDivisor: 25e4, momenta: [0.95, 0.85])))
    }

    @Test func overridesReplaceAndAdd() throws {
        let yaml = "optimizer: ranger\nepochs: 5\nmodel: {name: mxresnet18, activation: relu}\n"
        let changed = try recipe(
            yaml,
            overrides: [
                "optimizer.learning_rate=1e-3", "epochs=7", "optimizer.learning_rate = 2e-3",
                "model.stem=[8, 8, 8]", "augmentation.crop={scale: [0.5, 1]}", "name=a=b",
            ])
        #expect(changed.optimizer.name == .ranger)
        #expect(changed.optimizer.learningRate == 2e-3)
        #expect(changed.epochs == 7)
        #expect(changed.model.activation == "relu")
        #expect(changed.model.stem == [8, 8, 8])
        #expect(changed.augmentation.crop?.scale == [0.5, 1])
        #expect(changed.name == "a=b")
        #expect(try recipe(yaml, overrides: ["optimizer=adamw"]).optimizer == .init(.adamw))
    }

    @Test func numbersInAllTheirForms() throws {
        for form in ["4e-3", "4E-3", "4.0e-3", ".004", "0.0040", "+0.004", "40e-4"] {
            #expect(try recipe("optimizer: {learning_rate: \(form)}").optimizer.learningRate == 0.004)
        }
    }

    @Test func names() throws {
        #expect(try recipe("name: 007").name == "007")
        #expect(try recipe("name: größe 温度 😀").name == "größe 温度 😀")
        #expect(try recipe("name: 'yes: #1'").name == "yes: #1")
    }

    // MARK: Printing

    /// A random recipe within the rules.
    static func random(_ seed: UInt64) -> Recipe {
        var random = SeededGenerator(state: seed)
        func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
        func real(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
        func natural(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

        var recipe = Recipe(
            name: pick([
                "a", "yes", "007", "null", "x: y #z", "- a", "größe 😀", "\"quoted\" \\ back", " space ", "~",
            ]),
            data: pick([.digits, .folder("/data/imagenette"), .folder("/with space/é: #")]))
        recipe.imageSize = natural(1...512)
        recipe.augmentation.crop = pick([
            nil, .init(scale: [real(0.1...0.5), 1], ratio: [real(0.1...1), real(1...3)]),
        ])
        recipe.augmentation.flip = real(0...1)
        recipe.validation.resize = pick([nil, recipe.imageSize + natural(0...64)])
        recipe.brokenImages = pick(Recipe.BrokenImages.allCases)
        recipe.model = .init(
            name: "mxresnet", depths: [natural(1...4)], widths: [natural(1...256)], stem: [natural(1...64)],
            activation: pick(["mish", "relu"]), selfAttention: pick([true, false]))
        recipe.optimizer = .init(pick(Recipe.Optimizer.Name.allCases))
        switch recipe.optimizer.rule {
        case .sgd:
            recipe.optimizer.rule = .sgd(.init(momentum: real(0.1...0.9), isNesterov: pick([true, false])))
        case .adamW:
            recipe.optimizer.rule = .adamW(
                .init(betas: [real(0.1...0.9), 0.5], epsilon: real(1e-300...1e-8)))
        case .rAdam: recipe.optimizer.rule = .rAdam(.init(betas: [real(0.1...0.9), 0], epsilon: 1e-8))
        case .ranger: recipe.optimizer.rule = .ranger(.init(centralizesGradients: pick([true, false])))
        case .qhAdam: recipe.optimizer.rule = .qhAdam(.init(nus: [real(0...1), real(0...1)]))
        case .rangerQH: recipe.optimizer.rule = .rangerQH(.init(betas: [real(0.1...0.9), 0]))
        }
        recipe.optimizer.learningRate = pick([1, 1e-3, 1e-7, 3e17, real(1e-5...1)])
        recipe.optimizer.weightDecay = pick([0, 1e-2, real(0...1)])
        recipe.optimizer.decaysNormsAndBiases = pick([true, false])
        if ![.ranger, .rangerqh].contains(recipe.optimizer.name) {
            recipe.optimizer.lookahead = pick([nil, .init(steps: natural(1...9), alpha: real(0.1...1))])
        }
        recipe.schedule = pick([
            .init(pick(Recipe.Schedule.Name.allCases)), .oneCycle(.init(momenta: nil)),
            .constant(.init(warmupSteps: natural(0...9))),
        ])
        recipe.epochs = natural(1...200)
        recipe.batchSize = natural(1...512)
        recipe.dropsLastBatch = pick([true, false])
        recipe.labelSmoothing = real(0...0.9)
        recipe.precision = pick(Recipe.Precision.allCases)
        recipe.device = pick([.cpu, .cuda(nil), .cuda(0), .cuda(7)])
        recipe.workers = natural(1...64)
        recipe.checkpoint = pick(Recipe.Checkpointing.allCases)
        return recipe
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func whatIsPrintedIsRead(seed: UInt64) throws {
        let recipe = Self.random(seed)
        #expect(try Recipe(yaml: recipe.yaml, path: "/x.yaml", vocabulary: nil) == recipe)
        // JSON is YAML, too.
        #expect(try Recipe(yaml: recipe.canonicalJSON, path: "/x.yaml", vocabulary: nil) == recipe)
        let data = try JSONEncoder().encode(recipe)
        #expect(try JSONDecoder().decode(Recipe.self, from: data) == recipe)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func canonicalJSONIsSortedAndWhole(seed: UInt64) throws {
        let recipe = Self.random(seed)
        let object = try JSONSerialization.jsonObject(with: Data(recipe.canonicalJSON.utf8))
        let sorted = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        let ours = try JSONSerialization.data(
            withJSONObject: JSONSerialization.jsonObject(with: JSONEncoder().encode(recipe)),
            options: [.sortedKeys])
        #expect(sorted == ours)
        let keys = try #require(object as? [String: Any]).keys.sorted().map { "\"\($0)\":" }
        var rest = recipe.canonicalJSON[...]
        for key in keys {
            let range = try #require(rest.range(of: key))
            rest = rest[range.upperBound...]
        }
    }

    @Test func aResolvedRecipeSaysEverything() throws {
        let printed = try recipe("{}").yaml
        for key in [
            "name", "data", "image_size", "augmentation", "crop", "flip", "normalize", "validation", "resize",
            "broken_images", "model", "stem", "activation", "self_attention", "optimizer", "learning_rate",
            "betas",
            "epsilon", "weight_decay", "decay_norms_and_biases", "lookahead", "steps", "alpha",
            "gradient_centralization", "schedule", "flat_fraction", "warmup_steps", "epochs", "batch_size",
            "drop_last", "label_smoothing", "precision", "device", "workers", "checkpoint",
        ] {
            #expect(printed.contains("\(key):"), "\(key)")
        }
    }

    // MARK: Identity

    @Test func theHashIsThatOfTheCanonicalJSON() throws {
        let json =
            #"{"augmentation":{"crop":"none","flip":0.0,"normalize":"digits"},"batch_size":64,"#
            + #""broken_images":"stop","data":"digits","device":"cpu","drop_last":true,"epochs":5,"#
            + #""image_size":8,"label_smoothing":0.1,"model":{"activation":"mish","name":"mxresnet18","#
            + #""self_attention":false,"stem":[32,64,64]},"optimizer":{"betas":[0.9,0.999],"#
            + #""decay_norms_and_biases":false,"epsilon":1.0e-08,"learning_rate":0.001,"lookahead":"none","#
            + #""name":"adamw","weight_decay":0.01},"precision":"fp32","schedule":{"name":"constant","#
            + #""warmup_steps":0},"validation":{"resize":"none"}}"#
        let recipe = try recipe("optimizer: adamw\nschedule: constant")
        #expect(recipe.hash == SHA256.hexDigest(of: json.utf8))
    }

    @Test func theHashDependsOnWhatDecidesResultsOnly() throws {
        let base = try recipe("device: cuda:0")
        for same in [
            "name=other", "workers=1", "checkpoint=none", "device=cuda:3", "device=cuda",
            "optimizer.learning_rate=0.0010", "model.stem=[32, 64, 64]", "optimizer={name: ranger}",
        ] {
            #expect(try recipe("device: cuda:0", overrides: [same]).hash == base.hash, "\(same)")
        }
        for other in [
            "device=cpu", "epochs=6", "optimizer.learning_rate=0.0011", "model.activation=relu", "data=.",
            "schedule.warmup_steps=1", "augmentation.flip=0.5", "precision=bf16",
        ] {
            #expect(try recipe("device: cuda:0", overrides: [other]).hash != base.hash, "\(other)")
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): random tests that fail repeat with the same seed.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
