import ArgumentParser
import DataSets
import Foundation
import Training
import Vision

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Get data sets, and look at image folders.",
        subcommands: [Get.self, Info.self, Check.self])

    struct Get: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Download Imagenette or ImageWoof and put its folder where recipes find it.",
            discussion: """
                Example: mish data get imagewoof --size 320, then data: imagewoof2-320 in a recipe.

                The folder goes into \(shown(PublishedDataSet.standardFolder)) ($XDG_DATA_HOME/swift-mish), where a recipe's \
                data: NAME is looked for when there is no such folder beside the recipe. An interrupted download goes \
                on with the same command. The archive is kept only until its folder is in place, which happens when \
                every class has the published number of images.
                """)

        @Argument(help: "imagenette or imagewoof.") var family: PublishedDataSet.Family
        @Option(help: "full (1.5 GB), 320 (0.3 GB) or 160 (0.1 GB) pixels on the shortest side.")
        var size = PublishedDataSet.Size.full
        @Option(help: "The folder to put the data set's folder into.") var to: String?
        @Option(help: "Where the archive is, for a mirror.") var url: String?
        @Option(help: "The archive's SHA-256, which it must then have.") var sha256: String?
        @Flag(help: "Print the result as one JSON object.") var json = false

        func validate() throws {
            if let sha256, sha256.count != 64 || !sha256.allSatisfy(\.isHexDigit) {
                throw ValidationError("--sha256 must be 64 hexadecimal digits")
            }
        }

        func run() throws {
            let parent = to.map { URL(filePath: ($0 as NSString).expandingTildeInPath, directoryHint: .isDirectory) }
            let installer = DataSetInstaller(
                PublishedDataSet(family, size: size), url: url, parent: parent, sha256: sha256)
            let interrupts = InterruptObserver()
            let display = TransferDisplay()
            let result: DataSetInstaller.Result
            do {
                defer { display.clear() }
                result = try installer.run(progress: display.show) { interrupts.exitCode != nil }
            } catch is CancellationError {
                FileHandle.standardError.write(Data("stopped; the same command goes on from here\n".utf8))
                throw ExitCode(interrupts.exitCode ?? 1)
            }
            if json { return try printJSON(result) }
            print("\(result.folder): \(result.training) train, \(result.validation) val")
            if result.wasThere { print("it was there already, with all its images") }
            if let sha256 = result.sha256 { print("SHA-256 of the archive: \(sha256)") }
        }

        private static func shown(_ folder: URL) -> String {
            folder.path.replacingOccurrences(of: NSHomeDirectory() + "/", with: "~/")
        }
    }

    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Classes and numbers of images.", discussion: "Example: mish data info ~/flowers")

        @Argument(help: "A folder with train/CLASS/FILE and val/CLASS/FILE, or the name of a data set that was got.")
        var folder: String
        @Flag(help: "Print as one JSON object.") var json = false

        func run() throws {
            let folder = try ImageFolder(root: PublishedDataSet.folder(at: folder))
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

        @Argument(help: "A folder with train/CLASS/FILE and val/CLASS/FILE, or the name of a data set that was got.")
        var folder: String
        @Option(help: "Threads that decode.") var workers = ProcessInfo.processInfo.activeProcessorCount

        func validate() throws {
            if workers < 1 { throw ValidationError("--workers must be at least 1") }
        }

        func run() throws {
            let folder = try ImageFolder(root: PublishedDataSet.folder(at: folder))
            let samples = folder.training + folder.validation
            let broken = try BrokenImages.find(in: samples, workers: workers)
            for error in broken { print(error) }
            print("\(samples.count - broken.count) of \(samples.count) images are sound")
            if !broken.isEmpty { throw ExitCode(1) }
        }
    }
}

extension PublishedDataSet.Family: ExpressibleByArgument {}
extension PublishedDataSet.Size: ExpressibleByArgument {}

/// Shows a download on a terminal: bytes, rate and the time that is left.
private final class TransferDisplay {
    private let line = LiveLine()
    private var begin: ContinuousClock.Instant?
    private var shown: ContinuousClock.Instant?

    func clear() { line.clear() }

    func show(_ progress: DataSetInstaller.Progress) {
        let now = ContinuousClock.now
        if let shown, shown.duration(to: now) < .milliseconds(200) { return }
        shown = now
        switch progress {
        case .downloading(let done, let total, let resumed):
            begin = begin ?? now
            let seconds = begin!.duration(to: now) / .seconds(1)
            let rate = Double(done - resumed) / max(seconds, 0.1)
            let rest = total.map { rate > 0 ? ", \(Int(Double($0 - done) / rate)) s left" : "" } ?? ""
            let whole = total.map { " of \($0.megabytes)" } ?? ""
            line.show("downloading: \(done.megabytes)\(whole), \(Int(rate).megabytes)/s\(rest)")
        case .verifying: line.show("checking the archive")
        case .unpacking(let done, let total): line.show("unpacking: \(100 * done / max(total, 1)) %")
        }
    }
}
