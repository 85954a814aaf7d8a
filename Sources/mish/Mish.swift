import ArgumentParser
import Training

/// The command. Each subcommand is a file of its own that does what the modules offer.
struct Mish: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mish",
        abstract: "From a formula to a verdict: train with different activations, and learn which is better.",
        discussion: """
            Start with `mish demo`: two activation functions on real images, several seeds, a verdict and a \
            report, in less than a minute.
            """,
        version: mishVersion,
        subcommands: [
            Demo.self, Train.self, Diagnose.self, RunBoard.self, ShowRecipe.self, Compare.self, LearningRateFind.self,
            Convert.self, DataCommand.self, ListModels.self, ProfileCommand.self, AccuracyCommand.self, Doctor.self,
        ])
}
