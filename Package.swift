// swift-tools-version: 6.2

import Foundation
import PackageDescription

// MARK: LibTorch

/// The `torch` package folder of an installed PyTorch 2.11, which holds LibTorch's headers and libraries.
/// In the order asked: the environment, the path that `setup/setup` wrote, a Python environment.
func findLibTorch() -> String {
    let environment = ProcessInfo.processInfo.environment
    func line(of path: String) -> String? {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let home = environment["HOME"] ?? NSHomeDirectory()
    let configuration = environment["XDG_CONFIG_HOME"] ?? "\(home)/.config"
    var candidates = [
        environment["LIBTORCH"],
        line(of: "\(Context.packageDirectory)/.libtorch"),
        line(of: "\(configuration)/swift-mish/libtorch"),
    ]
    if let virtual = environment["VIRTUAL_ENV"],
        let versions = try? FileManager.default.contentsOfDirectory(atPath: "\(virtual)/lib")
    {
        candidates += versions.sorted().map { "\(virtual)/lib/\($0)/site-packages/torch" }
    }
    for case let folder? in candidates {
        if FileManager.default.fileExists(atPath: "\(folder)/lib/libtorch_cpu.so") { return folder }
        if folder == environment["LIBTORCH"] { break }
    }
    let message = """
        swift-mish needs LibTorch 2.11 and found none. Ways out:
          make setup                         fetches it into the cache and remembers where it is
          export LIBTORCH=/path/to/torch     names the torch folder of an installed PyTorch 2.11
          source /path/to/venv/bin/activate  a Python environment that has torch 2.11

        """
    FileHandle.standardError.write(Data(message.utf8))
    exit(1)
}

let libTorch = findLibTorch()

let torchHeaders: [CXXSetting] = [
    .unsafeFlags([
        "-isystem", "\(libTorch)/include",
        "-isystem", "\(libTorch)/include/torch/csrc/api/include",
    ])
]

let torchLibraries: [LinkerSetting] = [
    .unsafeFlags(["-L\(libTorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libTorch)/lib"]),
    .linkedLibrary("c10"),
    .linkedLibrary("torch_cpu"),
]

// MARK: The package

let package = Package(
    name: "swift-mish",
    products: [
        .executable(name: "mish", targets: ["mish"]),
        .library(
            name: "SwiftMish",
            targets: [
                "Torch", "Activations", "Layers", "Models", "Optimizers", "Vision", "DataSets", "Training",
                "Statistics",
                "Boards",
            ]),
        .library(name: "MishOps", type: .dynamic, targets: ["MishOps"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        .target(name: "CTorch", cxxSettings: torchHeaders, linkerSettings: torchLibraries),
        .target(name: "Torch", dependencies: ["CTorch"]),
        .target(name: "MishOps", cxxSettings: torchHeaders, linkerSettings: torchLibraries),
        .target(name: "CReferences", exclude: ["Vectors"], linkerSettings: [.linkedLibrary("z")]),
        .target(name: "Activations", dependencies: ["Torch", "MishOps", "CReferences"]),
        .target(name: "Layers", dependencies: ["Torch", "Activations"]),
        .target(name: "Models", dependencies: ["Layers"]),
        .target(name: "Optimizers", dependencies: ["Layers"]),
        .target(
            name: "CImage", exclude: ["Digits/README.md", "Digits/digits.csv.gz"],
            linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("z")]),
        .target(name: "Vision", dependencies: ["CImage"]),
        .target(name: "CDataSets", linkerSettings: [.linkedLibrary("z"), .linkedLibrary("dl")]),
        .target(name: "DataSets", dependencies: ["CDataSets", "Torch", "Vision"]),
        .target(name: "Training", dependencies: ["Models", "Optimizers", "Vision", "DataSets", "Yams"]),
        .target(name: "CBoost"),
        .target(name: "Statistics", dependencies: ["CBoost"]),
        .target(name: "Boards", dependencies: ["Training", "Statistics", "Yams"]),
        .executableTarget(
            name: "mish",
            dependencies: [
                "Activations", "Boards", "DataSets",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "first-steps", dependencies: ["Layers", "Optimizers"], path: "Examples/FirstSteps"),
        .executableTarget(
            name: "overhead", dependencies: ["Layers", "Optimizers"], path: "Benchmarks/Overhead"),
        .executableTarget(
            name: "throughput", dependencies: ["Models", "Optimizers"], path: "Benchmarks/Throughput"),
        .target(name: "TestSupport", path: "Tests/Support"),
        .testTarget(name: "TorchTests", dependencies: ["Torch", "TestSupport"], resources: [.copy("Fixtures")]),
        .testTarget(name: "MishOpsTests", dependencies: ["Activations", "MishOps"]),
        .testTarget(name: "ActivationsTests", dependencies: ["Activations"]),
        .testTarget(name: "VisionTests", dependencies: ["Vision", "CImage"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "DataSetsTests", dependencies: ["DataSets", "Training", "mish", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "LayersTests", dependencies: ["Layers"]),
        .testTarget(
            name: "ModelsTests", dependencies: ["Models", "Optimizers", "TestSupport"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "OptimizersTests", dependencies: ["Optimizers", "TestSupport"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "TrainingTests", dependencies: ["Training", "TestSupport"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "StatisticsTests", dependencies: ["Statistics", "TestSupport"], resources: [.copy("Fixtures")]),
        .testTarget(name: "BoardsTests", dependencies: ["Boards", "TestSupport"]),
        .testTarget(name: "CommandTests", dependencies: ["mish", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
