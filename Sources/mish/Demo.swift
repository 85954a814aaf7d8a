import ArgumentParser
import Boards
import Foundation

struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare Mish with ReLU on real images over several seeds, and give a verdict.",
        discussion: """
            Trains a small network on 1,437 handwritten digits that are part of the program, five times with \
            each activation, and validates on 360 others. Takes less than a minute on two cores. What it runs \
            lies as a board file and a recipe in the folder, to be changed and run with `mish board`.
            """)

    @Option(help: "The folder of the runs and the report.") var out = "\(defaultFolder)/demo"
    @Flag(help: "Print the leaderboard as one JSON object.") var json = false

    func run() throws {
        let folder = URL(filePath: out)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(Demo.recipe.utf8).write(to: folder.appending(path: "digits.yaml"))
        let board = folder.appending(path: "board.yaml")
        try Data(Demo.board.utf8).write(to: board)
        let command = try RunBoard.parse([board.relativePath, "--out", out] + (json ? ["--json"] : []))
        try command.run()
    }

    private static let board = """
        title: Mish or ReLU?
        description: A small MXResNet on handwritten digits of 8 x 8 pixels, each activation with the same five seeds.
        entries:
          - name: mish
            recipe: digits.yaml
            set: {model.activation: mish}
          - name: relu
            recipe: digits.yaml
            set: {model.activation: relu}
        seeds: 5
        baseline: relu

        """

    private static let recipe = """
        # The handwritten digits that are part of the program, and a network that trains in seconds.
        name: digits
        data: digits
        image_size: 16
        model:
          name: mxresnet
          depths: [1, 1]
          widths: [16, 32]
          stem: [16, 16, 16]
        optimizer:
          name: ranger
          learning_rate: 1e-2
          weight_decay: 1e-2
        epochs: 12
        batch_size: 64

        """
}
