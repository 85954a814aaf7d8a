/// Why a run cannot begin or go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// The training images do not make one batch.
    case tooFewImages(count: Int, batchSize: Int)
    /// The run has ended before.
    case alreadyEnded(path: String)
    /// Another process is running it.
    case isRunning(path: String)
    /// The run has begun before, and resuming was not asked for.
    case alreadyBegun(path: String)
    /// Another recipe or seed was run in this folder.
    case otherRun(path: String, difference: String)
    /// The checkpoint cannot be used.
    case badCheckpoint(path: String, reason: String)
    /// The images on the disk are others than when the run began.
    case dataChanged(path: String)
    /// The file of weights on the disk is another than when the run began.
    case weightsChanged(path: String)
    /// The file of weights is not for this network.
    case badWeights(path: String, reason: String)
    /// The network cannot be cut into these layer groups.
    case badLayerGroups(reason: String)

    /// One line: what is wrong and what would be right.
    public var description: String {
        switch self {
        case .tooFewImages(let count, let batchSize):
            "\(count) training images do not fill one batch of \(batchSize); "
                + "choose a smaller batch_size, or drop_last: false"
        case .alreadyEnded(let path):
            "\(path): this run has ended; remove the folder to run it again, or choose another with --out"
        case .isRunning(let path):
            "\(path): another process is running this; wait for it, or choose another folder with --out"
        case .alreadyBegun(let path):
            "\(path): a run has begun here; go on with --resume, or choose another folder with --out"
        case .otherRun(let path, let difference):
            "\(path): this folder belongs to another run (\(difference)); choose another with --out"
        case .badCheckpoint(let path, let reason):
            "\(path): the checkpoint cannot be used: \(reason)"
        case .dataChanged(let path):
            "\(path): the images have changed since the run began; begin a new run"
        case .weightsChanged(let path):
            "\(path): the file of weights has changed since the run began; begin a new run"
        case .badWeights(let path, let reason):
            "\(path): \(reason)"
        case .badLayerGroups(let reason):
            "fine_tuning.groups: \(reason)"
        }
    }
}
