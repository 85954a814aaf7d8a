import Foundation
import FoundationXML
import TestSupport
import Testing

/// The real program, as a user runs it.
private struct Program {
    struct Result {
        let code: Int32
        let output: String
        let errors: String
    }

    /// The command lies beside the program of the tests.
    static var url: URL {
        URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "mish")
    }

    static func start(_ arguments: [String], in folder: URL) throws -> (Process, output: URL, errors: URL) {
        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let files = ["output", "errors"].map { folder.appending(path: "\(UUID().uuidString).\($0)") }
        for file in files { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return (process, files[0], files[1])
    }

    static func run(_ arguments: String..., in folder: URL) throws -> Result {
        let (process, output, errors) = try start(arguments, in: folder)
        process.waitUntilExit()
        return try Result(
            code: process.terminationStatus, output: String(contentsOf: output, encoding: .utf8),
            errors: String(contentsOf: errors, encoding: .utf8))
    }
}

/// A run of seconds on the digits.
private func writeRecipe(epochs: Int, in folder: URL) throws {
    let text = """
        data: digits
        model: {name: mxresnet, depths: [1], widths: [8], stem: [8, 8, 8]}
        epochs: \(epochs)
        batch_size: 256
        """
    try Data(text.utf8).write(to: folder.appending(path: "tiny.yaml"))
}

@Suite(.serialized) struct CommandTests {
    @Test(arguments: [
        "demo", "train", "diagnose", "board", "recipe", "compare", "lr-find", "convert", "data", "models", "profile",
        "accuracy", "doctor",
    ])
    func everySubcommandExplainsItself(name: String) throws {
        try withFolder { folder in
            let help = try Program.run(name, "--help", in: folder)
            #expect(help.code == 0 && help.output.contains("USAGE: mish \(name)") && help.errors.isEmpty)
        }
    }

    @Test(arguments: [
        ["tarin"], ["train"], ["train", "a.yaml", "--seed", "x"], ["compare", "a"],
        ["board", "a.yaml", "--jobs", "0"],
        ["lr-find", "a.yaml", "--steps", "3"], ["lr-find", "a.yaml", "--start", "1", "--end", "0.1"],
        ["lr-find", "a.yaml", "--out", "no/such/folder/curve.svg"],
        ["convert", "a.pth"], ["convert", "a.pth", "b.pth"], ["convert", "a.pth", "b.safetensors", "--from", "keras"],
        ["convert", "a.pth", "b.safetensors", "--from", "timm"],
    ])
    func wrongUsageEndsWithTwoAndSaysHow(arguments: [String]) throws {
        try withFolder { folder in
            let (process, output, errors) = try Program.start(arguments, in: folder)
            process.waitUntilExit()
            #expect(process.terminationStatus == 2)
            #expect(try String(contentsOf: errors, encoding: .utf8).contains("Usage: mish"))
            #expect(try Data(contentsOf: output).isEmpty)
        }
    }

    @Test(arguments: [
        (["profile", "--type", "float8"], Int32(2), "--type float8 is not one of all, float16"),
        (["profile", "--size", "(16,x)"], 2, "--size (16,x) is not a list of positive whole numbers"),
        (["profile", "--size", "(1000000,1000000)"], 1, "choose a smaller --size"),
        (["accuracy", "mosh"], 2, "there is no activation mosh"),
        (["accuracy", "--device", "gpu"], 2, "--device gpu is not cpu, cuda or cuda:N"),
        (["accuracy", "--device", "cuda:99"], 1, "using cuda:99"),
    ])
    func whatCannotBeMeasuredIsNamed(arguments: [String], code: Int32, words: String) throws {
        try withFolder { folder in
            let (process, _, errors) = try Program.start(arguments, in: folder)
            process.waitUntilExit()
            #expect(process.terminationStatus == code)
            #expect(try String(contentsOf: errors, encoding: .utf8).contains(words))
        }
    }

    @Test func measurementsAreJSONToo() throws {
        try withFolder { folder in
            struct Profile: Decodable {
                struct Row: Decodable { let name: String, type: String, mean: Double, copyRatio: Double }
                let size: [Int], rows: [Row]
            }
            let profiled = try Program.run(
                "profile", "--size", "[2, 3]", "--type", "bfloat16", "--repeat", "2", "--json", in: folder)
            let profile = try JSONDecoder().decode(Profile.self, from: Data(profiled.output.utf8))
            #expect(profile.size == [2, 3] && profile.rows.first?.name == "copy")
            #expect(profile.rows.allSatisfy { $0.type == "bfloat16" && $0.mean > 0 && $0.copyRatio > 0 })

            struct Accuracy: Decodable {
                struct Errors: Decodable { let misrounded: Int }
                struct Row: Decodable { let implementation: String, value: Errors, first: Errors, second: Errors }
                let rows: [Row]
            }
            let measured = try Program.run("accuracy", "silu", "--type", "float16", "--json", in: folder)
            let rows = try JSONDecoder().decode(Accuracy.self, from: Data(measured.output.utf8)).rows
            #expect(rows.map(\.implementation) == ["ours", "libtorch"])
            #expect([rows[0].value, rows[0].first, rows[0].second].allSatisfy { $0.misrounded == 0 })
        }
    }

    @Test func theDoctorFindsAWorkingProcessor() throws {
        try withFolder { folder in
            struct Report: Decodable {
                struct Finding: Decodable { let subject: String, text: String, isProblem: Bool }
                let findings: [Finding]
            }
            let result = try Program.run("doctor", "--json", in: folder)
            let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
            let check = try #require(report.findings.first { $0.subject == "self-check on cpu" })
            #expect(!check.isProblem && check.text == "passed")
        }
    }

    @Test func aTypoInARecipeIsNamedWithItsLine() throws {
        try withFolder { folder in
            try Data("data: digits\nepoch: 3\n".utf8).write(to: folder.appending(path: "typo.yaml"))
            let result = try Program.run("train", "typo.yaml", in: folder)
            #expect(result.code == 1 && result.output.isEmpty)
            #expect(result.errors.contains("typo.yaml:2") && result.errors.contains("did you mean epochs?"))
        }
    }

    @Test func aRunThatDivergesSaysWhereAndTheStepCanBeTakenAgain() throws {
        try withFolder { folder in
            try writeRecipe(epochs: 1, in: folder)
            let settings = ["optimizer={name: sgd, learning_rate: 1e30}", "schedule=constant"]
            let diverging = settings.flatMap { ["--set", $0] }
            let (process, _, errors) = try Program.start(
                ["train", "tiny.yaml", "--out", "run"] + diverging, in: folder)
            process.waitUntilExit()
            #expect(process.terminationStatus == 1)
            let shown = try String(contentsOf: errors, encoding: .utf8)
            let step = try #require(shown.firstMatch(of: /see (\S+\/nonfinite\/step-\d+)/)?.1)

            let again = try Program.run("diagnose", String(step), in: folder)
            #expect(again.code == 0 && again.output.contains("first in: ") && again.output.contains("as in the run"))
            let file = URL(filePath: String(step)).appending(path: "finding.txt")
            #expect(again.output.hasPrefix(try String(contentsOf: file, encoding: .utf8)))

            struct Report: Decodable {
                struct Finding: Decodable { let phase: String }
                let finding: Finding, files: [String]
            }
            let asJSON = try Program.run("diagnose", String(step), "--json", in: folder)
            let report = try JSONDecoder().decode(Report.self, from: Data(asJSON.output.utf8))
            #expect(report.finding.phase == "forward" && report.files.count == 256)
            let none = try Program.run("diagnose", "run", in: folder)
            #expect(none.code == 1 && none.errors.contains("not a step that a run has saved"))
        }
    }

    @Test func ctrlCLeavesACheckpointFromWhichTheRunGoesOn() throws {
        try withFolder { folder in
            try writeRecipe(epochs: 400, in: folder)
            let (process, _, errors) = try Program.start(["train", "tiny.yaml", "--out", "run"], in: folder)
            let metrics = folder.appending(path: "run/metrics.jsonl")
            while process.isRunning, !FileManager.default.fileExists(atPath: metrics.path) { usleep(20_000) }
            let second = try Program.run("train", "tiny.yaml", "--out", "run", "--resume", in: folder)
            #expect(second.code == 1 && second.errors.contains("another process is running this"))
            process.interrupt()
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
            #expect(try String(contentsOf: errors, encoding: .utf8).contains("go on with --resume"))
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "run/checkpoint.safetensors").path))

            let refused = try Program.run("train", "tiny.yaml", "--out", "run", in: folder)
            #expect(refused.code == 1 && refused.errors.contains("--resume"))
            // The number of epochs is part of what a run is, so another one cannot be resumed into.
            let other = try Program.run(
                "train", "tiny.yaml", "--set", "epochs=2", "--out", "run", "--resume", in: folder)
            #expect(other.code == 1 && other.errors.contains("its recipe is another"))
        }
    }

    @Test func aBoardRunsOnlyWhatIsMissingAndComparesAsTheBoardDoes() throws {
        try withFolder { folder in
            try writeRecipe(epochs: 1, in: folder)
            let board = """
                title: tiny
                entries:
                  - {name: one, recipe: tiny.yaml}
                  - {name: two, recipe: tiny.yaml, set: {model.activation: relu}}
                seeds: 2
                """
            try Data(board.utf8).write(to: folder.appending(path: "board.yaml"))
            let first = try Program.run("board", "board.yaml", in: folder)
            #expect(first.code == 0 && first.errors.contains("run 4 of 4"))
            let again = try Program.run("board", "board.yaml", "--json", in: folder)
            #expect(again.code == 0 && again.errors.isEmpty)

            struct Rows: Decodable {
                struct Row: Decodable { let name: String, n: Int, mean: Double }
                let rows: [Row]
            }
            let rows = try JSONDecoder().decode(Rows.self, from: Data(again.output.utf8)).rows
            #expect(rows.map(\.n) == [2, 2])
            let html = try String(contentsOf: folder.appending(path: "runs/board.html"), encoding: .utf8)
            #expect(html.hasPrefix("<!DOCTYPE html>"))

            struct Comparison: Decodable { let first: [Double], second: [Double] }
            let compared = try Program.run("compare", "runs:one", "runs:two", "--json", in: folder)
            let comparison = try JSONDecoder().decode(Comparison.self, from: Data(compared.output.utf8))
            for (name, values) in [("one", comparison.first), ("two", comparison.second)] {
                let mean = values.reduce(0, +) / Double(values.count)
                #expect(abs(mean - (rows.first { $0.name == name }?.mean ?? .nan)) < 1e-12)
            }
        }
    }

    @Test func jobsShareABoardAndCtrlCEndsThemAll() throws {
        try withFolder { folder in
            try writeRecipe(epochs: 200, in: folder)
            let board = """
                title: tiny
                entries: [{name: one, recipe: tiny.yaml}]
                seeds: 5
                """
            try Data(board.utf8).write(to: folder.appending(path: "board.yaml"))
            let runs = folder.appending(path: "runs")
            func begun() -> [String] {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
                return names.filter {
                    FileManager.default.fileExists(atPath: runs.appending(path: "\($0)/metrics.jsonl").path)
                }
            }
            let (process, output, errors) = try Program.start(["board", "board.yaml", "--jobs", "2"], in: folder)
            while process.isRunning, begun().count < 2 { usleep(20_000) }
            process.interrupt()
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
            #expect(try Data(contentsOf: output).isEmpty)
            let stopped = try String(contentsOf: errors, encoding: .utf8).split(separator: "\n")
            #expect(stopped.count == 2 && stopped.allSatisfy { $0.contains(": stopped after step ") })

            // The same runs with one epoch, which two jobs end; each is run once.
            let jobs = ["board", "board.yaml", "--jobs", "2", "--set", "epochs=1", "--out", "short"]
            let (second, _, lines) = try Program.start(jobs, in: folder)
            second.waitUntilExit()
            #expect(second.terminationStatus == 0)
            let ended = try String(contentsOf: lines, encoding: .utf8).split(separator: "\n")
            #expect(ended.count == 5 && Set(ended.map { $0.prefix { $0 != ":" } }).count == 5)
            #expect(ended.allSatisfy { $0.contains(": accuracy ") })
            let files = try FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: "short").path)
            #expect(!files.contains { $0.hasSuffix(".lock") })

            let failing = try Program.run(
                "board", "board.yaml", "--jobs", "2", "--set", "data=/no/such/folder", in: folder)
            #expect(failing.code == 1 && failing.output.isEmpty && failing.errors.contains("there is no such folder"))
        }
    }

    @Test func aRecipeIsPrintedWithItsDefaultsAsARecipe() throws {
        try withFolder { folder in
            let first = try Program.run(
                "recipe", "--set", "optimizer=ranger21", "--set", "model=efficientnet_b0", in: folder)
            #expect(first.code == 0 && first.output.contains("drop_connect: 0.2"))
            try Data(first.output.utf8).write(to: folder.appending(path: "again.yaml"))
            let again = try Program.run("recipe", "again.yaml", in: folder)
            #expect(again.output == first.output)
            let wrong = try Program.run("recipe", "--set", "optimizer.lr=1", in: folder)
            #expect(wrong.code == 1 && wrong.errors.contains("did you mean learning_rate?"))
        }
    }

    @Test func aBoardOfCellsGivesEachItsOwnLeaderboard() throws {
        try withFolder { folder in
            try writeRecipe(epochs: 1, in: folder)
            let board = """
                title: tiny
                cells: {epochs: [1, 2], model.activation: [mish, relu]}
                entries:
                  - {name: small, recipe: tiny.yaml}
                  # Its loss overflows at once: a failed run.
                  - {name: wild, recipe: tiny.yaml, set: {optimizer.learning_rate: 1e30}, cells: {epochs: 1}}
                seeds: 1
                """
            try Data(board.utf8).write(to: folder.appending(path: "board.yaml"))
            let one = try Program.run(
                "board", "board.yaml", "--cell", "epochs=1", "--cell", "model.activation=relu", in: folder)
            #expect(one.code == 0 && one.output.contains("# tiny: epochs 1, model.activation relu"), "\(one.errors)")
            let all = try Program.run("board", "board.yaml", in: folder)
            #expect(all.code == 0 && all.errors.contains("run 4 of 4"), "\(all.errors)")
            #expect(all.output.contains(/\| epochs \| model.activation \| +small \| +wild \|/))
            #expect(all.output.contains(/\| 1 +\| relu +\| +[0-9.]+ \| 1 failed \|/))
            #expect(all.output.contains(/epochs 1, model.activation mish, wild, seed 0: .*loss/))
            for cell in ["1-mish", "1-relu", "2-mish", "2-relu"] {
                #expect(FileManager.default.fileExists(atPath: folder.appending(path: "runs/board-\(cell).html").path))
            }
            struct Cells: Decodable {
                struct Cell: Decodable { let cell: [String: String] }
                let cells: [Cell]
            }
            let json = try Program.run("board", "board.yaml", "--dry-run", "--json", in: folder)
            let cells = try JSONDecoder().decode(Cells.self, from: Data(json.output.utf8)).cells
            #expect(cells.map(\.cell["epochs"]) == ["1", "1", "2", "2"])
        }
    }

    @Test func aSweepIsShownInEightyColumnsAndDrawn() throws {
        try withFolder { folder in
            try writeRecipe(epochs: 1, in: folder)
            let shown = try Program.run(
                "lr-find", "tiny.yaml", "--steps", "40", "--start", "1e-4", "--out", "curve.svg", in: folder)
            #expect(shown.code == 0 && shown.errors.isEmpty, "\(shown.errors)")
            let lines = shown.output.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 80 })
            let rate = try #require(shown.output.firstMatch(of: /--set (optimizer.learning_rate=\S+)/)?.1)
            #expect(lines.contains { $0.contains("valley") && $0.contains("(chosen)") })

            let svg = try XMLDocument(contentsOf: folder.appending(path: "curve.svg"), options: [])
            #expect(svg.rootElement()?.name == "svg")
            #expect(try !svg.nodes(forXPath: "//*[@class='raw']").isEmpty)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "runs").path))
            // What it says to write is a setting of the recipe.
            let trained = try Program.run("train", "tiny.yaml", "--set", String(rate), in: folder)
            #expect(trained.code == 0)
        }
    }

    @Test func aSweepAsJSONIsTheSameForTheSameSeed() throws {
        try withFolder { folder in
            struct Sweep: Decodable, Equatable {
                let suggestion: Double, suggestions: [String: Double], rates: [Double], losses: [Double]
            }
            try writeRecipe(epochs: 1, in: folder)
            let sweeps = try (0..<2).map { _ in
                let result = try Program.run("lr-find", "tiny.yaml", "--steps", "30", "--json", in: folder)
                return try JSONDecoder().decode(Sweep.self, from: Data(result.output.utf8))
            }
            #expect(sweeps[0] == sweeps[1])
            #expect(sweeps[0].suggestions["valley"] == sweeps[0].suggestion)
            #expect(sweeps[0].rates.contains(sweeps[0].suggestion))
        }
    }

    @Test func networksAndTheirCosts() throws {
        try withFolder { folder in
            struct Listing: Decodable {
                struct Model: Decodable { let name: String, parameters: Int?, multiplyAdds: Int? }
                let models: [Model]
            }
            func listing(_ arguments: String...) throws -> [Listing.Model] {
                let (process, output, _) = try Program.start(["models", "--json"] + arguments, in: folder)
                process.waitUntilExit()
                return try JSONDecoder().decode(Listing.self, from: Data(contentsOf: output)).models
            }
            let all = try listing()
            #expect(all.count > 20 && all.allSatisfy { $0.parameters == nil })
            // EfficientNet-B0 as published: 5.3 M parameters, 0.39 billion multiply-adds.
            let one = try listing("efficientnet_b0")
            #expect(one.map(\.name) == ["efficientnet_b0"] && one[0].parameters == 5_288_548)
            #expect(abs(Double(one[0].multiplyAdds ?? 0) / 1e9 - 0.39) < 0.02)

            let unknown = try Program.run("models", "efficientnet_b00", in: folder)
            #expect(unknown.code == 1 && unknown.output.isEmpty && unknown.errors.contains("efficientnet_b00"))
        }
    }

    @Test(.enabled(if: repository != nil)) func weightsAreConverted() throws {
        let input = try #require(repository).appending(path: "Tests/TorchTests/Fixtures/pytorch/legacy.pth").path
        struct Conversion: Decodable {
            let format: String, key: String?, tensors: Int, renamed: Int, leftOut: [String], missing: [String]
        }
        try withFolder { folder in
            let made = try Program.run("convert", input, "out.safetensors", "--json", in: folder)
            let conversion = try JSONDecoder().decode(Conversion.self, from: Data(made.output.utf8))
            #expect(made.code == 0 && made.errors.isEmpty && conversion.format == "torch.save")
            #expect(conversion.key == "state_dict" && conversion.tensors == 8 && conversion.renamed == 0)
            #expect(conversion.leftOut.contains("epoch: 7") && conversion.missing.isEmpty)

            let views = try Program.run("convert", input, "views.safetensors", "--key", "views", in: folder)
            #expect(views.code == 0 && views.output.contains("the same memory, written each: tied, whole"))

            let unfit = try Program.run("convert", input, "no.safetensors", "--model", "xresnet18", in: folder)
            #expect(unfit.code == 1 && unfit.output.isEmpty && unfit.errors.contains("missing: 0.0.weight"))
            let listed = try Program.run(
                "convert", input, "no.safetensors", "--model", "xresnet18", "--json", in: folder)
            #expect(listed.code == 1 && listed.errors.isEmpty)
            #expect(try JSONDecoder().decode(Conversion.self, from: Data(listed.output.utf8)).missing.count > 50)

            let names = try Program.run(
                "convert", input, "no.safetensors", "--model", "mxresnet18", "--from", "timm", in: folder)
            #expect(names.code == 1 && names.errors.contains("timm publishes no weights of this network"))
            let itself = try Program.run("convert", "out.safetensors", "./out.safetensors", in: folder)
            #expect(itself.code == 1 && itself.errors.contains("this is the file that is read"))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files.filter { $0.hasSuffix(".safetensors") }.sorted() == ["out.safetensors", "views.safetensors"])
        }
    }
}
