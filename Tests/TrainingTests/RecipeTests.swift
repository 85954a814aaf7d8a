import Activations
import Foundation
import Models
import Optimizers
import TestSupport
import Testing
import Torch

@testable import Training

/// The names that the tests' recipes may use.
let testVocabulary = RecipeVocabulary(
    models: ModelCatalog.entries.filter {
        ["mxresnet", "mxresnet18", "xresnet50", "res2netplus50", "efficientnet_b0"].contains($0.name)
    },
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
            noisy_labels: 25
            image_size: 64
            augmentation:
              crop: {scale: [0.25, 0.5], ratio: [0.5, 2]}
              flip: 0.25
              normalize: none
              erasing: {probability: 0.3, scale: [0, 0.3], ratio: [0.2, 5], max_count: 3, fill: zero}
              mixup: 0.2
              cutmix: 1
              mix_probability: 0.9
              switch_probability: 0.4
            validation: {method: squish, resize: 72}
            broken_images: skip
            model:
              name: mxresnet
              depths: [1, 1, 2]
              widths: [16, 32, 64]
              stem: [8, 8]
              activation: relu
              order: activation-first
              stem_pool: lip
              pool: max-blur
              halving: before-both
              self_attention: symmetric
            optimizer:
              name: ranger
              learning_rate: 4e-3
              betas: [0.9, 0.99]
              epsilon: 1e-6
              weight_decay: 1e-2
              decay_norms_and_biases: true
              lookahead: {steps: 5, alpha: 0.8}
              variant: fastai
              threshold: 4
              softplus: 20
              gradient_centralization: convolutions
              decoupled_weight_decay: false
            schedule:
              name: flat-and-anneal
              flat_fraction: 0.7
              momenta: [0.9, 0.85]
              warmup_steps: 10
            epochs: 20
            batch_size: 32
            drop_last: false
            loss: {name: bce, sum_classes: true}
            label_smoothing: 0.2
            precision: bf16
            device: cuda:1
            workers: 3
            checkpoint: none
            non_finite: skip
            """)
        #expect(recipe.name == "all of it")
        #expect(recipe.data == .folder("/recipes/photographs") && recipe.noisyLabels == 25)
        #expect(recipe.imageSize == 64)
        #expect(recipe.augmentation.crop == .randomResized(.init(scale: [0.25, 0.5], ratio: [0.5, 2])))
        #expect(recipe.augmentation.flip == 0.25)
        #expect(recipe.augmentation.normalize == .none)
        #expect(
            recipe.augmentation.erasing
                == .init(probability: 0.3, scale: [0, 0.3], ratio: [0.2, 5], maxCount: 3, fill: .zero))
        #expect((recipe.augmentation.mixup, recipe.augmentation.cutMix) == (0.2, 1))
        #expect((recipe.augmentation.mixProbability, recipe.augmentation.switchProbability) == (0.9, 0.4))
        #expect((recipe.validation.method, recipe.validation.resize) == (.squish, 72))
        #expect(recipe.loss == .binaryCrossEntropy(.init(sumsClasses: true)))
        #expect(recipe.brokenImages == .skip)
        #expect(recipe.model.name == "mxresnet")
        #expect(recipe.model.depths == [1, 1, 2])
        #expect(recipe.model.widths == [16, 32, 64])
        #expect(recipe.model.stem == [8, 8])
        #expect(recipe.model.activation == "relu")
        #expect(recipe.model.order == .activationFirst)
        #expect(recipe.model.stemPool == .lip)
        #expect(recipe.model.pool == .maxBlur)
        #expect(recipe.model.halving == .beforeBoth)
        #expect(recipe.model.selfAttention == .symmetric)
        #expect(recipe.optimizer.learningRate == 4e-3)
        #expect(
            recipe.optimizer.rule as? RAdam
                == RAdam(
                    learningRate: 4e-3, beta1: 0.9, beta2: 0.99, eps: 1e-6, weightDecay: 1e-2, decay: .l2,
                    variant: .fastai, threshold: 4, softplus: 20, centralization: .convolutions))
        #expect(recipe.optimizer.weightDecay == 1e-2)
        #expect(recipe.optimizer.decaysNormsAndBiases)
        #expect(recipe.optimizer.lookahead == .init(steps: 5, alpha: 0.8))
        #expect(recipe.schedule == .flatAndAnneal(.init(flatFraction: 0.7, momenta: [0.9, 0.85], warmupSteps: 10)))
        #expect(recipe.epochs == 20)
        #expect(recipe.batchSize == 32)
        #expect(!recipe.dropsLastBatch)
        #expect(recipe.labelSmoothing == 0.2)
        #expect(recipe.precision == .bf16)
        #expect(recipe.device == .cuda(1))
        #expect(recipe.workers == 3)
        #expect(recipe.checkpoint == .none)
        #expect(recipe.nonFinite == .skip)
    }

    @Test func defaultsFollowTheData() throws {
        let digits = try recipe("data: digits")
        #expect(digits.name == "test")
        #expect(digits.imageSize == 8)
        #expect(digits.augmentation.crop == nil)
        #expect(digits.augmentation.flip == 0)
        #expect((digits.validation.method, digits.validation.resize) == (.squish, 8))
        #expect((digits.augmentation.erasing, digits.augmentation.mixup, digits.augmentation.cutMix) == (nil, nil, nil))
        #expect(digits.loss == .crossEntropy)

        let photographs = try recipe("data: ./digits\nimage_size: 64")
        #expect(photographs.data == .folder("/recipes/digits"))
        #expect(photographs.augmentation.crop == .randomResized(.init(scale: [0.35, 1])))
        #expect(photographs.augmentation.normalize == .imagenet)
        #expect((photographs.validation.method, photographs.validation.resize) == (.crop, 96))
        #expect(photographs.model.stem == [32, 64, 64])
    }

    /// fastai: x = ceil(0.14 S / 8) * 8 is 24, 32 and 40 for 128, 192 and 256 pixels.
    @Test(arguments: [(128, 152), (192, 224), (256, 296), (224, 256)])
    func squishingResizesAsFastai(size: Int, resized: Int) throws {
        let recipe = try recipe("data: x\nimage_size: \(size)\nvalidation: {method: squish}")
        #expect(recipe.validation.resize == resized)
        let image = recipe.makeEvaluationTransform().view(width: 500, height: 375)
        #expect((image.resizedWidth, image.resizedHeight, image.width, image.height) == (resized, resized, size, size))
    }

    @Test func cropsByName() throws {
        func crop(_ text: String) throws -> Recipe.Crop? {
            try recipe("data: x\naugmentation: {crop: \(text)}").augmentation.crop
        }
        #expect(try crop("none") == nil)
        #expect(try crop("square") == .square)
        #expect(try crop("random-resized") == .randomResized(.init(scale: [0.35, 1], ratio: [0.75, 4.0 / 3])))
        #expect(try crop("{scale: [0.08, 1]}") == .randomResized(.init(scale: [0.08, 1])))
    }

    @Test func pathsOfData() throws {
        #expect(try recipe("data: ../set").data == .folder("/set"))
        #expect(try recipe("data: /a/b c").data == .folder("/a/b c"))
        #expect(try recipe("data: ~/set").data == .folder(NSHomeDirectory() + "/set"))
        let relative = try Recipe(yaml: "data: set", path: "folder/recipe.yaml", vocabulary: nil)
        #expect(relative.data == .folder(FileManager.default.currentDirectoryPath + "/folder/set"))
    }

    /// Every network's own options and nothing else, with what was published (facts in the networks' sources).
    @Test func defaultsOfTheNetworks() throws {
        func model(_ name: String) throws -> Recipe.Model { try recipe("model: \(name)").model }
        let xresnet = try model("xresnet50")
        #expect((xresnet.activation, xresnet.stem, xresnet.order) == ("relu", [32, 32, 64], .normFirst))
        #expect((xresnet.stemPool, xresnet.pool, xresnet.halving) == (.max, .average, .inEachPath))
        #expect((xresnet.selfAttention, xresnet.dropout) == (.without, 0))
        #expect(xresnet.scale == nil && xresnet.dropConnect == nil)
        let res2net = try model("res2netplus50")
        #expect((res2net.activation, res2net.stem, res2net.order) == ("mish", [32, 64, 64], .activationFirst))
        #expect((res2net.baseWidth, res2net.scale, res2net.stemPool) == (26, 4, .max))
        #expect(res2net.pool == nil && res2net.selfAttention == nil)
        let efficient = try model("efficientnet_b0")
        #expect((efficient.activation, efficient.dropout, efficient.dropConnect) == ("silu", 0.2, 0.2))
        #expect(efficient.stem == nil && efficient.order == nil)
    }

    /// What a recipe says reaches the network.
    @Test func optionsReachTheNetwork() throws {
        func parameters(_ model: String) throws -> Int {
            try recipe("model: \(model)").makeModel(classes: 10).parameterCount
        }
        // MXResNet-18's published count; a self-attention adds its matrix and its scale, LIP a convolution and the
        // scales and shifts of a norm.
        let plain = 11_228_586
        #expect(try parameters("mxresnet18") == plain)
        #expect(try parameters("{name: mxresnet18, self_attention: plain}") == plain + 64 * 64 + 1)
        #expect(try parameters("{name: mxresnet18, stem_pool: lip}") == plain + 64 * 64 * 9 + 2 * 64)
        #expect(try parameters("res2netplus50") == 23_717_554)
        #expect(try parameters("{name: res2netplus50, stem_pool: lip}") == 23_717_554 + 64 * 64 * 9 + 2 * 64)
        let split = try recipe("model: {name: res2netplus50, base_width: 14, scale: 8}").makeModel(classes: 10)
        #expect(split.state()["layer1.0.conv1.weight"]?.shape == [14 * 8, 64, 1, 1])
        let reordered = try recipe("model: {name: mxresnet18, order: activation-first}").makeModel(classes: 10)
        #expect(reordered.state()["0.2.weight"] != nil && reordered.state()["0.1.weight"] == nil)
        let halved = try recipe("model: {name: mxresnet18, halving: before-both, pool: lip}").makeModel(classes: 10)
        #expect(halved.state()["5.0.pool.logit.conv.weight"]?.shape == [64, 64, 3, 3])
    }

    /// The published defaults: torch.optim (sgd's are ImageNet's), LiyuanLucasLiu/RAdam, facebookresearch/qhoptim's
    /// recommendations, lessw2020's files, over9000, and the papers of LAMB and LARS.
    static let publishedSettings = [
        "sgd, learning_rate: 0.1, momentum: 0.9, dampening: 0, nesterov: false, decoupled_weight_decay: false, "
            + "weight_decay: 1e-4",
        "adam, learning_rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, weight_decay: 0",
        "adamw, learning_rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, weight_decay: 1e-2",
        "rmsprop, learning_rate: 1e-2, alpha: 0.99, epsilon: 1e-8, momentum: 0, centered: false, "
            + "decoupled_weight_decay: false, weight_decay: 0",
        "radam, learning_rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, variant: pytorch, threshold: 5, softplus: 0, "
            + "gradient_centralization: none, decoupled_weight_decay: true, weight_decay: 0",
        "qhm, learning_rate: 1, momentum: 0.999, nu: 0.7, decoupled_weight_decay: false, weight_decay: 0",
        "qhadam, learning_rate: 1e-3, betas: [0.9, 0.999], nus: [0.7, 1], epsilon: 1e-8, "
            + "decoupled_weight_decay: false, weight_decay: 0",
        "lamb, learning_rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-6, weight_norm_limit: none, weight_decay: 1e-2",
        "lars, learning_rate: 1, momentum: 0.9, nesterov: false, trust_coefficient: 1e-3, epsilon: 1e-8, "
            + "weight_decay: 0",
        "ranger, learning_rate: 1e-3, betas: [0.95, 0.999], epsilon: 1e-5, variant: pytorch, threshold: 5, "
            + "softplus: 0, gradient_centralization: all, decoupled_weight_decay: true, weight_decay: 0, "
            + "lookahead: {steps: 6, alpha: 0.5}",
        "rangerqh, learning_rate: 1e-3, betas: [0.9, 0.999], nus: [0.7, 1], epsilon: 1e-8, "
            + "decoupled_weight_decay: false, weight_decay: 0, lookahead: {steps: 6, alpha: 0.5}",
        "rangerva, learning_rate: 1e-3, betas: [0.95, 0.999], epsilon: 1e-5, amsgrad: true, softplus: 50, "
            + "second_moment: square, decoupled_weight_decay: true, weight_decay: 0, "
            + "lookahead: {steps: 6, alpha: 0.5}",
        "ranger21, learning_rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, norm_loss: 1e-4, clipping: 1e-2, "
            + "clipping_epsilon: 1e-3, gradient_centralization: all, gradient_normalization: true, "
            + "positive_negative: 1, softplus: 50, weight_decay: 1e-4, lookahead: {steps: 5, alpha: 0.5}",
        "rangerlars, learning_rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, variant: pytorch, threshold: 5, "
            + "softplus: 0, gradient_centralization: none, weight_norm_limit: 10, weight_decay: 0, "
            + "lookahead: {steps: 6, alpha: 0.5}",
    ]

    @Test(arguments: publishedSettings) func defaultsOfTheOptimizers(settings: String) throws {
        let name = settings.prefix { $0 != "," }
        let optimizer = try recipe("optimizer: \(name)").optimizer
        #expect(try recipe("optimizer: {name: \(settings)}").optimizer == optimizer)
        // Nothing is left out above.
        guard case .mapping(let entries) = RecipeFields.write(optimizer).content else { return }
        for entry in entries where !["decay_norms_and_biases", "lookahead"].contains(entry.key) {
            #expect("name: \(settings)".contains("\(entry.key): "), "\(entry.key)")
        }
    }

    @Test func aLookaheadGoesAroundAnyOptimizer() throws {
        let optimizer = try recipe("optimizer: {name: radam, lookahead: {alpha: 0.8}}").optimizer
        #expect(optimizer.lookahead == .init(steps: 6, alpha: 0.8))
    }

    @Test func everyOptimizerIsMade() throws {
        for name in Recipe.Optimizer.Name.allCases {
            for lookahead in name.inner == nil ? ["none", "{}"] : ["{steps: 3}"] {
                let recipe = try recipe(
                    """
                    model: {name: mxresnet, depths: [1], widths: [8], stem: [8]}
                    optimizer: {name: \(name.rawValue), lookahead: \(lookahead)}
                    """)
                let optimizer = try LayerGroups(for: recipe, recipe.makeModel(classes: 10)).optimizer
                let saved = optimizer.groups[0].rule
                #expect(type(of: saved).name.hasPrefix("lookahead(") == (lookahead != "none"), "\(name)")
                #expect(saved.learningRate == recipe.optimizer.learningRate)
            }
        }
    }

    @Test func everyOptimizerHasItsUsualSchedule() throws {
        func usual(_ optimizer: String) throws -> Recipe.Schedule { try recipe("optimizer: \(optimizer)").schedule }
        for name in ["ranger", "rangerqh", "rangerva", "rangerlars", "ralamb"] {
            #expect(try usual(name) == .flatAndAnneal(.init()))
        }
        for name in ["adam", "adamw", "radam", "qhadam", "sgd"] { #expect(try usual(name) == .oneCycle(.init())) }
        #expect(try usual("{name: sgd, momentum: 0}") == .oneCycle(.init(momenta: nil)))
        #expect(try usual("{name: ranger21, betas: [0.9, 0.99]}") == .ranger21(.init(beta2: 0.99)))
        #expect(try usual("lamb") == .polynomial(.init(power: 1)))
        #expect(try usual("lars") == .polynomial(.init(power: 2)))
        #expect(try usual("rmsprop") == .exponential(.init(finalFraction: 0.01)))
        #expect(try usual("qhm") == .cosine(.init()))
        for name in Recipe.Optimizer.Name.allCases { _ = try recipe("optimizer: \(name.rawValue)").makeSchedule() }
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
        #expect(try schedule("cosine") == .cosine(.init(finalFraction: 0, warmupSteps: 0)))
        #expect(try schedule("steps") == .steps(.init(milestones: [1.0 / 3, 2.0 / 3, 8.0 / 9], factor: 0.1)))
        #expect(
            try schedule("ranger21")
                == .ranger21(.init(finalLearningRate: 3e-5, beta2: 0.999, warmdownStart: 0.72)))
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
        #expect(changed.augmentation.crop == .randomResized(.init(scale: [0.5, 1])))
        #expect(changed.name == "a=b")
        #expect(try recipe(yaml, overrides: ["optimizer=adamw"]).optimizer == .init(.adamw))
        #expect(try recipe(yaml, overrides: ["optimizer.name=adamw"]).optimizer == .init(.adamw))
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
        var random = SplitMix64(state: seed)
        func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
        func real(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
        func natural(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

        var recipe = Recipe(
            name: pick([
                "a", "yes", "007", "null", "x: y #z", "- a", "größe 😀", "\"quoted\" \\ back", " space ", "~",
            ]),
            data: pick([.digits, .folder("/data/imagenette"), .folder("/with space/é: #")]))
        recipe.noisyLabels = recipe.data == .digits ? 0 : pick([0, 1, 5, 25, 50])
        recipe.imageSize = natural(1...512)
        recipe.augmentation.crop = pick([
            nil, .square, .randomResized(.init(scale: [real(0.1...0.5), 1], ratio: [real(0.1...1), real(1...3)])),
        ])
        recipe.augmentation.erasing = pick([
            nil, .init(),
            .init(probability: real(0...1), scale: [0, real(0...1)], maxCount: natural(1...9), fill: .zero),
        ])
        recipe.augmentation.mixup = pick([nil, real(1e-3...10)])
        recipe.augmentation.cutMix = pick([nil, real(1e-3...10)])
        recipe.augmentation.mixProbability = real(0...1)
        recipe.augmentation.switchProbability = real(0...1)
        recipe.augmentation.flip = real(0...1)
        recipe.validation.method = pick(Recipe.Validation.Method.allCases)
        recipe.validation.resize = recipe.imageSize + natural(0...64)
        recipe.brokenImages = pick(Recipe.BrokenImages.allCases)
        recipe.model = .init(pick(["mxresnet", "res2netplus50", "tf_efficientnet_b3", "of the future"]))
        recipe.model.activation = pick(["mish", "relu"])
        if recipe.model.activation == "mish" { recipe.model.saving = pick(Activation.Saved.allCases) }
        if recipe.model.name == "mxresnet" {
            (recipe.model.depths, recipe.model.widths) = ([natural(1...4)], [natural(1...256)])
        }
        if recipe.model.stem != nil { recipe.model.stem = [natural(1...64)] }
        if recipe.model.order != nil { recipe.model.order = pick(NormOrder.allCases) }
        if recipe.model.pool != nil { recipe.model.pool = pick(Pooling.allCases) }
        if recipe.model.selfAttention != nil { recipe.model.selfAttention = pick(Recipe.SelfAttention.allCases) }
        if recipe.model.scale != nil { recipe.model.scale = natural(2...8) }
        if recipe.model.dropConnect != nil { recipe.model.dropConnect = real(0...0.9) }
        recipe.optimizer = .init(pick(Recipe.Optimizer.Name.allCases))
        switch recipe.optimizer.rule {
        case is SGD: recipe.optimizer.rule = SGD(momentum: real(0.1...0.9), nesterov: pick([true, false]))
        case is Adam: recipe.optimizer.rule.momentum = real(0.1...0.9)
        case is RAdam:
            recipe.optimizer.rule = RAdam(
                beta1: real(0.1...0.9), eps: real(1e-300...1e-8), decay: pick([.l2, .decoupled]),
                variant: pick(RAdam.Variant.allCases), centralization: pick(GradientCentralization.allCases))
        case is QHAdam: recipe.optimizer.rule = QHAdam(nu1: real(0...1), nu2: real(0...1))
        case is AdaPNM: recipe.optimizer.rule = AdaPNM(learningRate: 1, clipping: pick([nil, real(0.1...1)]))
        default: break
        }
        recipe.optimizer.learningRate = pick([1, 1e-3, 1e-7, 3e17, real(1e-5...1)])
        recipe.optimizer.weightDecay = pick([0, 1e-2, real(0...1)])
        recipe.optimizer.decaysNormsAndBiases = pick([true, false])
        if recipe.optimizer.name.inner == nil {
            recipe.optimizer.lookahead = pick([nil, .init(steps: natural(1...9), alpha: real(0.1...1))])
        }
        recipe.schedule = pick([
            .oneCycle(.init(momenta: nil)), .constant(.init(warmupSteps: natural(0...9))),
            .steps(.init(milestones: [real(0...1)])), .ranger21(.init(finalLearningRate: 0)),
            .flatAndAnneal(.init(momenta: [0.9, real(0...0.9)])), .polynomial(.init(power: real(0.1...3))),
        ])
        if recipe.schedule.movesMomentum && recipe.optimizer.momentum == 0 { recipe.schedule = .cosine(.init()) }
        recipe.epochs = natural(1...200)
        recipe.batchSize = natural(2...512)
        recipe.dropsLastBatch = pick([true, false])
        recipe.loss = pick([.crossEntropy, .binaryCrossEntropy(.init(sumsClasses: pick([true, false])))])
        recipe.labelSmoothing = real(0...0.9)
        recipe.precision = pick(Recipe.Precision.allCases)
        recipe.device = pick([.cpu, .cuda(nil), .cuda(0), .cuda(7)])
        recipe.workers = natural(1...64)
        recipe.checkpoint = pick(Recipe.Checkpointing.allCases)
        recipe.nonFinite = pick(recipe.checkpoint == .none ? [.stop, .skip] : Recipe.NonFinite.allCases)
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
            "name", "data", "noisy_labels", "image_size", "augmentation", "crop", "flip", "normalize", "erasing",
            "mixup", "cutmix", "mix_probability", "switch_probability", "validation", "method", "resize", "loss",
            "broken_images", "model", "stem", "activation", "self_attention", "optimizer", "learning_rate",
            "order", "stem_pool", "pool", "halving", "betas", "variant", "threshold", "softplus",
            "decoupled_weight_decay", "momenta", "epsilon", "weight_decay", "decay_norms_and_biases", "lookahead",
            "steps", "alpha",
            "gradient_centralization", "schedule", "flat_fraction", "warmup_steps", "epochs", "batch_size",
            "drop_last", "label_smoothing", "precision", "device", "workers", "checkpoint", "non_finite",
        ] {
            #expect(printed.contains("\(key):"), "\(key)")
        }
    }

    // MARK: Identity

    @Test func theHashIsThatOfTheCanonicalJSON() throws {
        let json =
            #"{"augmentation":{"crop":"none","cutmix":"none","erasing":"none","flip":0.0,"#
            + #""mix_probability":1.0,"mixup":"none","normalize":"digits","switch_probability":0.5},"batch_size":64,"#
            + #""broken_images":"stop","data":"digits","device":"cpu","drop_last":true,"epochs":5,"fine_tuning":"none","#
            + #""image_size":8,"label_smoothing":0.1,"loss":{"name":"cross-entropy"},"model":{"activation":"mish","halving":"each-path","#
            + #""name":"mxresnet18","order":"norm-first","pool":"average","#
            + #""saving":"input","self_attention":"none","stem":[32,64,64],"stem_pool":"max"},"noisy_labels":0,"#
            + #""non_finite":"stop","optimizer":{"betas":[0.9,0.999],"#
            + #""decay_norms_and_biases":false,"epsilon":1.0e-08,"learning_rate":0.001,"lookahead":"none","#
            + #""name":"adamw","weight_decay":0.01},"precision":"fp32","schedule":{"name":"constant","#
            + #""warmup_steps":0},"validation":{"method":"squish","resize":8},"weights":"none"}"#
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
