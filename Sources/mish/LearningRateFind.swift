import ArgumentParser
import Boards
import Foundation
import Optimizers
import Training

struct LearningRateFind: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lr-find",
        abstract: "Find a learning rate: train while it grows, and see where the loss falls.",
        discussion: """
            Example: mish lr-find Recipes/photos.yaml --set data=~/flowers --out curve.svg

            Network, images and optimizer are the recipe's; its schedule plays no part, and nothing is saved. \
            The sweep ends when the loss is four times its best.
            """)

    @Argument(help: "The recipe, a YAML file.") var recipe: String
    @Option(name: .customLong("set"), help: "Replace a key of the recipe, such as model.activation=relu.")
    var overrides: [String] = []
    @Option(help: "The seed of first weights, order, augmentation and dropout.") var seed = 0
    @Option(help: "How many steps, at least \(LearningRateFinder.fewestSteps).") var steps = 100
    @Option(help: "The first learning rate.") var start = 1e-7
    @Option(help: "The last learning rate.") var end = 10.0
    @Option(help: "Write the curve to this file, an SVG.") var out: String?
    @Flag(help: "Print curve and suggestions as one JSON object.") var json = false

    func validate() throws {
        if steps < LearningRateFinder.fewestSteps {
            throw ValidationError("--steps must be at least \(LearningRateFinder.fewestSteps)")
        }
        if !(start > 0 && start < end && end.isFinite) {
            throw ValidationError("--start must be above 0 and --end above --start")
        }
        // Better now than after the sweep.
        if let out {
            let folder = URL(filePath: out).deletingLastPathComponent().path
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: out, isDirectory: &isFolder)
            if !FileManager.default.isWritableFile(atPath: folder) || (exists && isFolder.boolValue) {
                throw ValidationError("--out must name a file in a folder that can be written to, not \(out)")
            }
        }
    }

    func run() throws {
        let recipe = try Recipe(contentsOf: recipe, overrides: overrides, vocabulary: .standard)
        let progress = LiveLine()
        defer { progress.clear() }
        let finding = try LearningRateFinder(recipe, seed: seed).find(steps: steps, from: start, to: end) {
            progress.show(String(format: "step %d of %d  loss %.4f", $0, steps, $1))
        }
        progress.clear()
        let chart = LearningRateChart(finding)
        if let out { try Data(chart.svg.utf8).write(to: URL(filePath: out)) }
        if json { return try printJSON(Summary(finding)) }

        print(chart.text(unicode: isUnicodeTerminal))
        print()
        print(table(finding))
        print()
        let rate = finding.chosen.rate.learningRateText
        print("Write \"learning_rate: \(rate)\" below \"optimizer:\" in \(self.recipe),")
        print("or try it first with --set optimizer.learning_rate=\(rate)")
        if let out { print("curve: \(out)") }
    }

    private func table(_ finding: LearningRateFinding) -> String {
        let rows = finding.suggestions.enumerated().map { index, suggestion in
            [
                "\(index + 1)", suggestion.rate.learningRateText, suggestion.reading.name,
                suggestion.reading.meaning + (index == 0 ? " (chosen)" : ""),
            ]
        }
        return alignedTable([["", "rate", "reading", "where"]] + rows, rightAligned: [0])
    }

    private struct Summary: Encodable {
        let recipe, recipeHash: String
        let seed, planned: Int
        let endedEarly: Bool
        let suggestion: Double
        let suggestions: [String: Double]
        let rates, losses, smoothedLosses: [Double]

        init(_ finding: LearningRateFinding) {
            (recipe, recipeHash, seed) = (finding.recipe.name, finding.recipe.hash, finding.seed)
            (planned, endedEarly) = (finding.curve.planned, finding.endedEarly)
            suggestion = finding.chosen.rate
            suggestions = Dictionary(
                uniqueKeysWithValues: finding.suggestions.map { ($0.reading.rawValue, $0.rate) })
            rates = finding.curve.rates
            (losses, smoothedLosses) = (finding.curve.rawLosses, finding.curve.losses)
        }
    }
}

extension LearningRateSuggestion {
    fileprivate var meaning: String {
        switch self {
        case .valley: "inside the longest descent"
        case .slide: "before the loss slides up"
        case .minimum, .minimumV1: "a tenth of where the loss is least"
        case .steep: "where the loss falls fastest"
        case .steepV1: "where the loss falls fastest, by the step"
        }
    }
}

/// Whether the locale's characters are UTF-8, by POSIX's order of the variables.
private var isUnicodeTerminal: Bool {
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    return locale.contains(/(?i)utf-?8/)
}
