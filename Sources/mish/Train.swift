import ArgumentParser
import Boards
import Foundation
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run one recipe with one seed.",
        discussion: """
            Example: mish train Recipes/photos.yaml --seed 3 --set data=~/flowers --set epochs=10

            Documentation/recipes.md lists the keys of a recipe, and mish recipe prints them with their defaults.

            The run's folder holds run.json, metrics.jsonl, checkpoint.safetensors, predictions.safetensors \
            and, written last, result.json. Ctrl-C saves a checkpoint; --resume goes on from it.

            A NaN or an infinity is traced to the operator in which it began, and the step is saved below \
            nonfinite/ for mish diagnose. The recipe's key non_finite says what then happens: stop (the run has \
            failed), skip (the step's update is left out, five in a row at most), or roll_back (the run goes back \
            to its last checkpoint and halves the learning rate, three times at most).
            """)

    @Argument(help: "The recipe, a YAML file.") var recipe: String
    @Option(help: "The seed of first weights, order, augmentation and dropout.") var seed = 0
    @Option(name: .customLong("set"), help: "Replace a key of the recipe, such as model.activation=relu.")
    var overrides: [String] = []
    @Option(help: "The run's folder. Default: runs/NAME-HASH-sSEED.") var out: String?
    @Flag(help: "Go on where an interrupted run stopped.") var resume = false
    @Flag(help: "Print the result as one JSON object.") var json = false

    func run() throws {
        let recipe = try Recipe(contentsOf: recipe, overrides: overrides, vocabulary: .standard)
        let name = RunDirectory.folderName(recipe: recipe.name, hash: recipe.hash, seed: seed)
        let directory = RunDirectory(URL(filePath: out ?? "\(defaultFolder)/\(name)"))
        guard let claim = try directory.claim() else { throw TrainingError.isRunning(path: directory.url.path) }
        defer { withExtendedLifetime(claim) {} }
        let interrupt = InterruptObserver()
        let outcome = try Trainer(recipe, seed: seed)
            .run(in: directory, resume: resume, observers: [ProgressDisplay(), interrupt])
        guard case .ended(let result) = outcome else { throw ExitCode(interrupt.exitCode ?? 1) }
        if json {
            try printJSON(result)
        } else if let accuracy = result.accuracy {
            print(String(format: "accuracy %.2f %% after %d epochs: ", accuracy * 100, result.epochs), terminator: "")
            print(directory.url.relativePath)
        }
        if result.status == .failed { throw ExitCode(1) }
    }
}
