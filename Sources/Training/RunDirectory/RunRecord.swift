/// What a run is, known when it begins.
public struct RunRecord: Sendable, Codable, Equatable {
    /// The version of the run directory's files that this code writes and the newest that it reads.
    public static let schemaVersion = 1

    /// The version of the files.
    public var schemaVersion = RunRecord.schemaVersion
    /// The recipe's name.
    public var name: String
    /// The recipe with every default explicit.
    public var recipe: JSONValue
    /// The recipe's hash, hexadecimal. The seed is not part of it.
    public var recipeHash: String
    /// The seed of every random number in the run.
    public var seed: Int
    /// The software and its versions: "mish", "libtorch", "cuda" ...
    public var versions: [String: String]
    /// The device in words: "cpu (AMD EPYC 9354)".
    public var device: String
    /// A hash of the data set, hexadecimal.
    public var dataHash: String
    /// The SHA-256 of the file of weights that the network began with, hexadecimal; `nil` when there was none.
    public var weightsHash: String?

    /// A record of a run that is about to begin.
    public init(
        name: String, recipe: JSONValue, recipeHash: String, seed: Int, versions: [String: String],
        device: String, dataHash: String, weightsHash: String? = nil
    ) {
        self.name = name
        self.recipe = recipe
        self.recipeHash = recipeHash
        self.seed = seed
        self.versions = versions
        self.device = device
        self.dataHash = dataHash
        self.weightsHash = weightsHash
    }
}

/// One line of `metrics.jsonl`: the state at an epoch's end.
public struct EpochMetrics: Sendable, Codable, Equatable {
    /// The number of epochs done, 1 for the first line.
    public var epoch: Int
    /// Optimizer steps since the run began.
    public var step: Int
    /// The learning rate of the epoch's last step.
    public var learningRate: Double
    /// The mean training loss over the epoch, of images and labels as they were trained with: cropped, erased,
    /// mixed and smoothed.
    public var trainLoss: Double
    /// The mean loss on the validation set, of unmixed images and smoothed labels; `nil` when it was not evaluated.
    public var validLoss: Double?
    /// The fraction of the validation set that is classified correctly, 0...1; `nil` when not evaluated.
    public var accuracy: Double?
    /// Training images a second over the epoch.
    public var imagesPerSecond: Double
    /// Seconds since the run began, time before an interruption included.
    public var seconds: Double
    /// What the epoch met of values that are not finite; `nil` for nothing.
    public var nonFinite: NonFiniteCounts?

    /// The metrics of one epoch.
    public init(
        epoch: Int, step: Int, learningRate: Double, trainLoss: Double, validLoss: Double?, accuracy: Double?,
        imagesPerSecond: Double, seconds: Double, nonFinite: NonFiniteCounts? = nil
    ) {
        self.epoch = epoch
        self.step = step
        self.learningRate = learningRate
        self.trainLoss = trainLoss
        self.validLoss = validLoss
        self.accuracy = accuracy
        self.imagesPerSecond = imagesPerSecond
        self.seconds = seconds
        self.nonFinite = nonFinite
    }
}

/// How a run ended.
public struct RunResult: Sendable, Codable, Equatable {
    /// The two ways in which a run ends.
    public enum Status: String, Sendable, Codable {
        /// The last epoch was reached.
        case completed
        /// The run ended without a usable result: its loss became NaN, for example.
        case failed
    }

    /// The way in which the run ended.
    public var status: Status
    /// Why a failed run failed, and where.
    public var reason: String?
    /// The accuracy after the last epoch, 0...1; always there when the run completed.
    public var accuracy: Double?
    /// The validation loss after the last epoch.
    public var validLoss: Double?
    /// The epochs done.
    public var epochs: Int
    /// Seconds that the run took, time before an interruption included.
    public var seconds: Double
    /// The file with the predictions on the validation set, relative to the run's folder.
    public var predictions: String?
    /// What the run met of values that are not finite; `nil` for nothing.
    public var nonFinite: NonFiniteCounts?

    /// The end of a run.
    public init(
        status: Status, reason: String? = nil, accuracy: Double? = nil, validLoss: Double? = nil, epochs: Int,
        seconds: Double, predictions: String? = nil, nonFinite: NonFiniteCounts? = nil
    ) {
        self.status = status
        self.reason = reason
        self.accuracy = accuracy
        self.validLoss = validLoss
        self.epochs = epochs
        self.seconds = seconds
        self.predictions = predictions
        self.nonFinite = nonFinite
    }
}
