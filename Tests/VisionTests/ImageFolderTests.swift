import Foundation
import Testing
import Vision

@Suite("Image folders")
struct ImageFolderTests {
    private func makeFolder(_ paths: [String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for path in paths { try folder.write(Array(path.utf8), to: path) }
        return folder
    }

    private func error(_ folder: TemporaryFolder) -> ImageFolderError? {
        #expect(throws: ImageFolderError.self) { try ImageFolder(root: folder.url) }
    }

    private static let sound = [
        "train/b/2.jpg", "train/b/10.jpg", "train/a/x.png", "val/a/1.jpg", "val/b/1.jpg",
    ]

    @Test("Classes and files are sorted by name; hidden files and inner folders are left out")
    func listing() throws {
        let folder = try makeFolder(
            Self.sound + [
                "train/a/.hidden", ".DS_Store", "train/.cache/z", "train/a/inner/y.jpg", "train/note.txt",
            ])
        let images = try ImageFolder(root: folder.url)
        #expect(images.classes == ["a", "b"])
        #expect(images.training.map(\.url.lastPathComponent) == ["x.png", "10.jpg", "2.jpg"])
        #expect(images.training.map(\.label) == [0, 1, 1])
        #expect(images.validation.map(\.label) == [0, 1])
    }

    @Test("Names with spaces and other scripts")
    func names() throws {
        let folder = try makeFolder(["train/ä ö/日本 %41#?.jpg", "train/z/1", "val/ä ö/1", "val/z/1"])
        let images = try ImageFolder(root: folder.url)
        for sample in images.training + images.validation {
            #expect(FileManager.default.fileExists(atPath: sample.url.path(percentEncoded: false)))
        }
        #expect(images.classes == ["z", "ä ö"])
    }

    @Test("Symbolic links that lead in a circle or nowhere do not stop the listing")
    func links() throws {
        let folder = try makeFolder(Self.sound)
        let manager = FileManager.default
        let sound = try makeFolder(Self.sound)
        let circle = folder.url.appending(path: "train/a/circle")
        let own = folder.url.appending(path: "train/a/own.jpg")
        let nowhere = folder.url.appending(path: "train/a/nowhere.jpg")
        try manager.createSymbolicLink(at: circle, withDestinationURL: folder.url)
        try manager.createSymbolicLink(atPath: own.path, withDestinationPath: own.path)
        try manager.createSymbolicLink(atPath: nowhere.path, withDestinationPath: "/nowhere/at/all")
        let images = try ImageFolder(root: folder.url)
        let names = images.training.filter { $0.label == 0 }.map(
            \.url.lastPathComponent)
        // They are listed, so that reading them reports them by name.
        #expect(names == ["nowhere.jpg", "own.jpg", "x.png"])
        #expect(try images.fingerprint(readingContents: true) != ImageFolder(root: sound.url).fingerprint())
    }

    @Test("A missing data set or split is named")
    func missing() throws {
        let folder = try makeFolder(["train/a/1"])
        #expect(
            throws: ImageFolderError.missing(
                path: folder.url.appending(path: "no").path, purpose: "the data set")
        ) {
            try ImageFolder(root: folder.url.appending(path: "no"))
        }
        guard case .missing(let path, _) = error(folder) else {
            Issue.record("not reported as missing")
            return
        }
        #expect(path.hasSuffix("/val/"))
    }

    @Test("No class, one class, an empty class, a class of val that train lacks")
    func classes() throws {
        func kind(_ paths: [String]) throws -> String {
            let folder = try makeFolder(paths)
            return error(folder).map { "\($0)".replacing(folder.url.path, with: "") } ?? ""
        }
        #expect(try kind(["train/1.jpg", "val/1.jpg"]).hasPrefix("/train/: no folder in it"))
        #expect(try kind(["train/a/1", "val/a/1"]).hasPrefix("/train/: \"a\" is the only class"))
        #expect(
            try kind(["train/a/1", "train/b/.x", "val/a/1", "val/b/1"]).hasPrefix("/train/b/: no image in it")
        )
        #expect(
            try kind(["train/a/1", "train/b/1", "val/a/1", "val/b/.x"]).hasPrefix("/val/b/: no image in it"))
        #expect(
            try kind(["train/a/1", "train/b/1", "val/a/1"]).hasPrefix("/val/b/: there is no such folder"))
        #expect(
            try kind(Self.sound + ["val/c/1", "val/d/1"]).hasPrefix("/val/: train has no class \"c\", \"d\""))
    }

    @Test("The fingerprint depends on names, sizes and, if asked, contents; not on place or time")
    func fingerprint() throws {
        func fingerprint(_ paths: [String: String], _ readingContents: Bool) throws -> String {
            let folder = try TemporaryFolder()
            for (path, text) in paths { try folder.write(Array(text.utf8), to: path) }
            return try ImageFolder(root: folder.url).fingerprint(readingContents: readingContents, workers: 2)
        }
        let base = Dictionary(uniqueKeysWithValues: Self.sound.map { ($0, "some text") })
        let renamed = base.filter { $0.key != "val/a/1.jpg" }.merging(["val/a/2.jpg": "some text"]) { $1 }
        let resized = base.merging(["val/a/1.jpg": "some more text"]) { $1 }
        let edited = base.merging(["val/a/1.jpg": "same text"]) { $1 }
        for readingContents in [false, true] {
            let original = try fingerprint(base, readingContents)
            #expect(original.count == 16)
            #expect(try fingerprint(base, readingContents) == original)
            #expect(try fingerprint(renamed, readingContents) != original)
            #expect(try fingerprint(resized, readingContents) != original)
            #expect((try fingerprint(edited, readingContents) != original) == readingContents)
        }
    }
}
