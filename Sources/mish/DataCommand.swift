import ArgumentParser
import Foundation
import Training
import Vision

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Look at image folders.", subcommands: [Info.self, Check.self])

    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Classes and numbers of images.", discussion: "Example: mish data info ~/flowers")

        @Argument(help: "A folder with train/CLASS/FILE and val/CLASS/FILE.") var folder: String
        @Flag(help: "Print as one JSON object.") var json = false

        func run() throws {
            let folder = try ImageFolder(root: URL(filePath: folder))
            let classes = folder.classes.enumerated().map { index, name in
                ClassCount(
                    name: name, training: folder.training.count { $0.label == index },
                    validation: folder.validation.count { $0.label == index })
            }
            if json { return try printJSON(classes) }
            let width = classes.map(\.name.count).max() ?? 0
            for row in classes {
                print(
                    "\(row.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(row.training) train, \(row.validation) val"
                )
            }
            print("\(classes.count) classes, \(folder.training.count) train, \(folder.validation.count) val")
        }

        struct ClassCount: Encodable {
            let name: String
            let training: Int
            let validation: Int
        }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decode every image and name those that are broken.",
            discussion: "Example: mish data check ~/flowers. Exits with 1 when an image is broken.")

        @Argument(help: "A folder with train/CLASS/FILE and val/CLASS/FILE.") var folder: String
        @Option(help: "Threads that decode.") var workers = ProcessInfo.processInfo.activeProcessorCount

        func validate() throws {
            if workers < 1 { throw ValidationError("--workers must be at least 1") }
        }

        func run() throws {
            let folder = try ImageFolder(root: URL(filePath: folder))
            let samples = folder.training + folder.validation
            let broken = try BrokenImages.find(in: samples, workers: workers)
            for error in broken { print(error) }
            print("\(samples.count - broken.count) of \(samples.count) images are sound")
            if !broken.isEmpty { throw ExitCode(1) }
        }
    }
}
