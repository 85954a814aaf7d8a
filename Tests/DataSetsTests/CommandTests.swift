import Foundation
import TestSupport
import Testing
import Training

/// `mish data get` as a user runs it.
@Suite struct DataCommandTests {
    private func start(_ arguments: [String], library: URL) throws -> (Process, output: Pipe, errors: Pipe) {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "mish")
        process.arguments = ["data"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["XDG_DATA_HOME": library.path]) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        return (process, output, errors)
    }

    private func run(_ arguments: String..., library: URL) throws -> (code: Int32, output: String, errors: String) {
        let (process, output, errors) = try start(arguments, library: library)
        let texts = [output, errors].map {
            String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        process.waitUntilExit()
        return (process.terminationStatus, texts[0], texts[1])
    }

    @Test func whatWasGotIsFoundByItsName() throws {
        try withFolder { (library) throws in
            let missing = try run("info", "imagewoof2-160", library: library)
            #expect(missing.code == 1 && missing.errors.contains("mish data get imagewoof --size 160"))

            let url = try Server.shared.url("whole.tgz")
            let got = try run("get", "imagewoof", "--size", "160", "--url", url, "--json", library: library)
            #expect(got.code == 0 && got.errors.isEmpty, "\(got.errors)")
            struct Result: Decodable { let folder: String, sha256: String, bytes: Int, training: Int }
            let result = try JSONDecoder().decode(Result.self, from: Data(got.output.utf8))
            #expect(result.folder == library.appending(path: "swift-mish/imagewoof2-160").path)
            #expect(result.training == 9025 && result.sha256.count == 64)

            let info = try run("info", "imagewoof2-160", library: library)
            #expect(info.code == 0 && info.output.contains("10 classes, 9025 train, 3929 val"))
            // The images are noise, which checking finds out.
            let check = try run("check", "imagewoof2-160", library: library)
            #expect(check.code == 1 && check.output.contains("0 of 12954 images are sound"))
        }
    }

    @Test func ctrlCKeepsWhatHasArrived() throws {
        try withFolder { (library) throws in
            let url = try Server.shared.url("whole.tgz?slow=yes")
            let (process, _, errors) = try start(
                ["get", "imagewoof", "--size", "160", "--url", url], library: library)
            let part = library.appending(path: "swift-mish/.imagewoof2-160.tgz.part")
            func size() -> Int {
                (try? FileManager.default.attributesOfItem(atPath: part.path)[.size]) as? Int ?? 0
            }
            while process.isRunning && size() < 10_000 { usleep(20_000) }
            process.interrupt()
            process.waitUntilExit()
            #expect(process.terminationStatus == 130 && size() >= 10_000)
            let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(text == "stopped; the same command goes on from here\n")
        }
    }

    @Test(arguments: [["imagenett"], ["imagenette", "--size", "128"], ["imagenette", "--sha256", "12"]])
    func wrongUsage(arguments: [String]) throws {
        try withFolder { (library) throws in
            let (process, _, _) = try start(["get"] + arguments, library: library)
            process.waitUntilExit()
            #expect(process.terminationStatus == 2)
        }
    }

    @Test func aRecipeSaysWhatToDoAboutMissingData() throws {
        let recipe = Recipe(data: .folder("/no/such/place/imagewoof2"))
        let error = #expect(throws: (any Error).self) { try TrainingData(for: recipe) }
        #expect("\(error!)".contains("mish data get imagewoof does that"), "\(error!)")
    }
}
