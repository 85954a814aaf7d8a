import Foundation
import Testing
import Vision

@Suite struct NoisyLabelsTests {
    /// Two classes of two images, the layout and the columns of Imagenette's table.
    private func withFolder(_ table: String?, _ body: (ImageFolder) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "noisy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for place in ["train/a", "train/b", "val/a", "val/b"] {
            let folder = root.appending(path: place)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["1.JPEG", "2.JPEG"] { try Data().write(to: folder.appending(path: name)) }
        }
        try table.map { try Data($0.utf8).write(to: root.appending(path: "noisy_imagenette.csv")) }
        try body(ImageFolder(root: root))
    }

    private let table = """
        path,noisy_labels_0,noisy_labels_1,noisy_labels_50,is_valid
        train/a/1.JPEG,a,a,b,False
        train/a/2.JPEG,a,a,a,False
        train/b/1.JPEG,b,a,a,False
        train/b/2.JPEG,b,b,b,False
        val/a/1.JPEG,a,a,b,True

        """

    @Test(arguments: [(1, [0, 0, 0, 1]), (50, [1, 0, 0, 1]), (0, [0, 0, 1, 1])])
    func labelsToTrainWithComeFromTheColumn(percent: Int, labels: [Int]) throws {
        for text in [table, table.replacing("\n", with: "\r\n")] {
            try withFolder(text) { folder in
                let noisy = try folder.withNoisyLabels(percent: percent)
                #expect(noisy.training.map(\.label) == labels)
                #expect(noisy.training.map(\.url) == folder.training.map(\.url))
                #expect(noisy.validation == folder.validation && noisy.classes == folder.classes)
            }
        }
    }

    @Test func whatIsMissingIsNamed() throws {
        let cases: [(String?, String)] = [
            (nil, "for want of a file noisy_*.csv"), ("", "is empty"),
            (table.replacing("noisy_labels_50", with: "noisy"), "needs the columns path and noisy_labels_50"),
            (table.replacing("train/b/1.JPEG,b", with: "train/b/1.JPEG,c,b"), "line 4: expected 5 cells"),
            (table.replacing("train/a/1.JPEG,a,a,b", with: "train/a/1.JPEG,a,a,c"), "line 2: expected 5 cells"),
            (table.replacing("train/b/2.JPEG,b,b,b,False\n", with: ""), "has no label for train/b/2.JPEG"),
        ]
        for (text, words) in cases {
            try withFolder(text) { folder in
                let error = #expect(throws: NoisyLabelsError.self) { try folder.withNoisyLabels(percent: 50) }
                #expect("\(error!)".contains(words), "\(error!)")
            }
        }
    }
}
