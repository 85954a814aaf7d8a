import ArgumentParser
import Foundation
import Training

struct ShowRecipe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipe", abstract: "Print a recipe with every key and its value, the defaults included.",
        discussion: """
            Example: mish recipe --set optimizer=ranger21 --set model=res2netplus50

            What it prints is a recipe. Documentation/recipes.md says what the keys mean.
            """)

    @Argument(help: "The recipe, a YAML file. Default: nothing but defaults.") var recipe: String?
    @Option(name: .customLong("set"), help: "Replace a key of the recipe, such as model.activation=relu.")
    var overrides: [String] = []
    @Flag(help: "Print as one JSON object.") var json = false

    func run() throws {
        let recipe =
            if let recipe {
                try Recipe(contentsOf: recipe, overrides: overrides, vocabulary: .standard)
            } else {
                try Recipe(yaml: "{}", path: "recipe.yaml", overrides: overrides, vocabulary: .standard)
            }
        if json { try printJSON(recipe) } else { print(recipe.yaml, terminator: "") }
    }
}
