import Boards
import Foundation
import TestSupport
import Training

/// A recipe whose runs are invented: learning curves that rise to a normally distributed accuracy.
struct SyntheticRecipe {
    var name: String
    var activation = "mish"
    var mean: Double
    var sd: Double
    var epochs = 20
    var failingSeeds: Set<Int> = []

    var hash: String {
        // FNV-1a of what tells recipes apart, twice, for 32 digits.
        let text = "\(name) \(activation) \(mean) \(sd) \(epochs)"
        func digest(_ start: UInt64) -> String {
            let hash = text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return digest(0xCBF2_9CE4_8422_2325) + digest(0x1234_5678_9ABC_DEF1)
    }

    func record(seed: Int) -> RunRecord {
        let recipe = JSONValue.object([
            "name": .string(name), "epochs": .integer(epochs), "batch_size": .integer(64),
            "data": .string("digits"),
            "model": .object(["name": .string("mxresnet18"), "activation": .string(activation)]),
            "optimizer": .object([
                "name": .string("ranger"), "learning_rate": .number(0.004),
                "betas": .array([.number(0.95), .number(0.99)]),
            ]),
        ])
        return RunRecord(
            name: name, recipe: recipe, recipeHash: hash, seed: seed,
            versions: ["mish": "0.1.0", "libtorch": "2.11.0"], device: "cpu (2 cores)",
            dataHash: "5f1d7a84db00d2fc")
    }

    /// Writes a run as a trainer would.
    func train(seed: Int, in directory: RunDirectory) throws {
        var random = SplitMix64(state: UInt64(seed) &* 7919 &+ UInt64(hash.prefix(8), radix: 16)!)
        let final = mean + sd * random.normal()
        let pace = 2.5 + 0.4 * random.normal()
        try directory.begin(record(seed: seed))
        for epoch in 1...epochs {
            if failingSeeds.contains(seed), epoch > epochs / 2 {
                try directory.finish(
                    RunResult(
                        status: .failed, reason: "the loss became NaN in epoch \(epoch)", epochs: epoch - 1,
                        seconds: 3 * Double(epoch)))
                return
            }
            let progress = Double(epoch) / Double(epochs)
            let rise = (1 - exp(-pace * 2 * progress)) / (1 - exp(-pace * 2))
            let wobble = epoch == epochs ? 0 : 0.012 * (1 - progress) * random.normal()
            let accuracy = min(1, max(0, 0.1 + (final - 0.1) * rise + wobble))
            try directory.append(
                EpochMetrics(
                    epoch: epoch, step: 19 * epoch, learningRate: 0.004 * min(1, 3.6 * (1 - progress)),
                    trainLoss: 0.5 + 1.8 * (1 - rise), validLoss: 2.3 - 1.75 * accuracy + 0.05 * wobble,
                    accuracy: accuracy, imagesPerSecond: 1400 + 30 * random.normal(),
                    seconds: 3 * Double(epoch)))
        }
        let last = try directory.metrics().last
        try directory.finish(
            RunResult(
                status: .completed, accuracy: last?.accuracy, validLoss: last?.validLoss, epochs: epochs,
                seconds: 3 * Double(epochs)))
    }
}

/// The runs of some recipes, made in a folder.
func syntheticSets(
    _ recipes: [SyntheticRecipe], seeds: Range<Int>, in folder: URL
) throws -> [RunSet] {
    try recipes.map { recipe in
        let runs = try seeds.map { seed in
            let name = RunDirectory.folderName(recipe: recipe.name, hash: recipe.hash, seed: seed)
            let directory = RunDirectory(folder.appending(path: name))
            try recipe.train(seed: seed, in: directory)
            return try Run(directory)
        }
        return RunSet(name: recipe.name, runs: runs)
    }
}
