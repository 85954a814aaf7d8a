import Layers
import Optimizers
import Torch

/// What a recipe trains, before its first step: data, network and optimizer, and what a step does with them.
struct Learner {
    let recipe: Recipe
    let data: TrainingData
    let device: Torch.Device
    let model: any Layer
    /// The file that the network began with, if any.
    let weights: LoadedWeights?
    let layerGroups: LayerGroups
    let scaler: LossScaler?
    let schedule: Optimizers.Schedule
    let plan: BatchPlan
    let input: InputPipeline
    /// What is minimised; validation is measured with it, too.
    let criterion: ClassificationLoss

    /// Reads the data, makes network and optimizer.
    ///
    /// - Parameters:
    ///   - seed: of first weights, order, augmentation and dropout.
    ///   - data: the recipe's images when they are in memory already.
    ///   - model: makes the network for so many classes; the recipe's own when left out.
    /// - Throws: what is wrong with data, network, optimizer or device.
    init(
        _ recipe: Recipe, seed: Int, data: TrainingData?, model makeModel: ((_ classes: Int) throws -> any Layer)? = nil
    ) throws {
        self.recipe = recipe
        device = try recipe.makeDevice()
        // Some of CUDA's algorithms add up in any order; these would make two runs of one seed differ.
        LibTorch.setDeterministic(device != .cpu)
        if device == .cpu { LibTorch.keepFreedMemory() }
        let data = try data ?? TrainingData(for: recipe)
        try data.check(against: recipe)
        manualSeed(UInt64(bitPattern: Int64(seed)))
        model = try (makeModel ?? recipe.makeModel)(data.classes.count)
        weights = try LoadedWeights(of: recipe, into: model)
        model.to(device: device, memoryFormat: .channelsLast)
        layerGroups = try LayerGroups(for: recipe, model)
        scaler = recipe.precision == .fp16 ? try LossScaler() : nil
        schedule = try recipe.makeSchedule()
        plan = BatchPlan(data: data, recipe: recipe, seed: UInt64(bitPattern: Int64(seed)))
        input = InputPipeline(recipe.augmentation.normalize, classes: data.classes.count, device: device)
        criterion = recipe.makeLoss()
        self.data = data
    }

    var optimizer: Optimizers.Optimizer { layerGroups.optimizer }

    /// That of the last parameter group, which trains the head.
    var learningRate: Double { optimizer.groups.last?.rule.learningRate ?? 0 }

    /// Puts the network into training, as far as it is not frozen in this epoch.
    func begin(epoch: Int) {
        model.train()
        layerGroups.begin(epoch: epoch)
    }

    /// What the network makes of a batch, as the recipe measures it.
    func loss(_ batch: PreparedBatch) -> Tensor {
        let (images, targets) = input(batch)
        return withAutocast(recipe.precision.dtype, device: device) { criterion(model(images), targets) }
    }
}
