import Foundation
import Synchronization
import TestSupport
import Testing

@testable import DataSets

private let woof = PublishedDataSet(.imagewoof, size: .px160)

@discardableResult
private func get(
    _ path: String, into folder: URL, sha256: String? = nil, shouldStop: @escaping () -> Bool = { false }
) throws -> DataSetInstaller.Result {
    try DataSetInstaller(woof, url: Server.shared.url(path), parent: folder, sha256: sha256)
        .run(progress: { _ in }, shouldStop: shouldStop)
}

@Suite struct InstallerTests {
    @Test func aWholeDataSetIsPutInPlaceAndNothingElse() throws {
        try withFolder { (folder) throws in
            let result = try get("whole.tgz", into: folder)
            #expect(result.training == 9025 && result.validation == 3929 && !result.wasThere)
            #expect(try names(in: folder) == [".imagewoof2-160.lock", "imagewoof2-160"])
            #expect(try names(in: folder.appending(path: "imagewoof2-160")) == ["noisy_imagewoof.csv", "train", "val"])

            let again = try get("nowhere.tgz", into: folder)
            #expect(again.wasThere && again.training == 9025)
            let victim = "imagewoof2-160/train/n02089973/n02089973_7.JPEG"
            try FileManager.default.removeItem(at: folder.appending(path: victim))
            let error = #expect(throws: DataSetError.self) { try get("whole.tgz", into: folder) }
            #expect("\(error!)".contains("train/n02089973 has 579 images instead of 580"))
        }
    }

    @Test func whatWasInterruptedGoesOn() throws {
        try withFolder { (folder) throws in
            let path = "whole.tgz?cut=300000&a"
            let error = #expect(throws: DataSetError.self) { try get(path, into: folder) }
            guard case .transfer(_, _, let kept) = error else { Issue.record("\(error!)"); return }
            #expect(kept == 300_000 && "\(error!)".contains("0.3 MB are kept"))
            #expect(try get(path, into: folder).training == 9025)
            let requests = try Server.shared.requests(path)
            #expect(requests.map(\.[3]) == ["200", "206"] && requests[1][1] == "bytes=300000-")
        }
    }

    @Test func aServerWithoutRangesStartsOver() throws {
        try withFolder { (folder) throws in
            let path = "whole.tgz?cut=300000&ranges=no"
            #expect(throws: DataSetError.self) { try get(path, into: folder) }
            #expect(try get(path, into: folder).training == 9025)
            #expect(try Server.shared.requests(path).map(\.[3]) == ["200", "200"])
        }
    }

    @Test func aFileThatHasChangedStartsOver() throws {
        try withFolder { (folder) throws in
            try Server.shared.publish("whole", as: "changing")
            let path = "changing.tgz?cut=300000"
            #expect(throws: DataSetError.self) { try get(path, into: folder) }
            try Server.shared.publish("other", as: "changing")
            let digest = try get(path, into: folder).sha256
            #expect(try Server.shared.requests(path).map(\.[3]) == ["200", "200"])
            try withFolder { (other) throws in #expect(try get("other.tgz", into: other).sha256 == digest) }
        }
    }

    @Test(arguments: [(0, ["200", "416"]), (500, ["200", "416", "200"])])
    func aPartThatIsWholeIsTakenAndOneThatIsLongerIsNot(surplus: Int, statuses: [Substring]) throws {
        try withFolder { (folder) throws in
            let path = "whole.tgz?cut=300000&\(surplus)"
            #expect(throws: DataSetError.self) { try get(path, into: folder) }
            let whole = try Data(contentsOf: Server.shared.folder.appending(path: "whole.tgz"))
            try (whole + Data(count: surplus)).write(to: folder.appending(path: ".imagewoof2-160.tgz.part"))
            #expect(try get(path, into: folder).training == 9025)
            #expect(try Server.shared.requests(path).map(\.[3]) == statuses)
        }
    }

    @Test func anotherAddressStartsOver() throws {
        try withFolder { (folder) throws in
            #expect(throws: DataSetError.self) { try get("whole.tgz?cut=300000&b", into: folder) }
            #expect(try get("other.tgz?b", into: folder).training == 9025)
            #expect(try Server.shared.requests("other.tgz?b").map(\.[1]) == ["None"])
        }
    }

    @Test func aRedirectionIsFollowed() throws {
        try withFolder { (folder) throws in
            let target = try Server.shared.url("whole.tgz")
            #expect(try get("elsewhere?to=\(target)", into: folder).training == 9025)
        }
    }

    @Test func aDigestIsHeldTo() throws {
        try withFolder { (folder) throws in
            let wrong = String(repeating: "0", count: 64)
            let error = #expect(throws: DataSetError.self) { try get("whole.tgz", into: folder, sha256: wrong) }
            guard case .digest(let found, _) = error else { Issue.record("\(error!)"); return }
            #expect(try names(in: folder) == [".imagewoof2-160.lock"])
            #expect(try get("whole.tgz", into: folder, sha256: found.uppercased()).sha256 == found)
        }
    }

    @Test func stoppingKeepsWhatHasArrived() throws {
        try withFolder { (folder) throws in
            // At each moment: while it downloads, and while it unpacks.
            for limit in [3, 40, 2000] {
                var calls = 0
                #expect(throws: CancellationError.self) {
                    try get("whole.tgz?stop", into: folder) {
                        calls += 1
                        return calls > limit
                    }
                }
                #expect(try !names(in: folder).contains { $0 == "imagewoof2-160" || $0.hasSuffix("unpacking") })
            }
            #expect(try names(in: folder).contains(".imagewoof2-160.tgz"))
            #expect(try get("whole.tgz?stop", into: folder).training == 9025)
        }
    }

    @Test func twoAtOnceAreRefused() throws {
        try withFolder { (folder) throws in
            var inner: (any Error)?
            _ = try DataSetInstaller(woof, url: Server.shared.url("whole.tgz"), parent: folder).run(
                progress: { _ in
                    guard inner == nil else { return }
                    do { try get("whole.tgz", into: folder) } catch { inner = error }
                }, shouldStop: { false })
            #expect("\(inner!)".contains("another mish data get is at work"))
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:9/x.tgz", "cannot download http://127.0.0.1:9/x.tgz"),
        ("http://no-such-host.invalid/x.tgz", "cannot download"), ("nowhere.tgz", "the server answers 404"),
        ("ftp://host/x.tgz", "not the URL of an archive"), ("file:///etc/passwd", "not the URL of an archive"),
        ("http://", "not the URL of an archive"),
    ])
    func whatCannotBeDownloaded(url: String, words: String) throws {
        try withFolder { (folder) throws in
            let url = url.contains(":") ? url : try Server.shared.url(url)
            let error = #expect(throws: DataSetError.self) {
                try DataSetInstaller(woof, url: url, parent: folder).run(progress: { _ in }, shouldStop: { false })
            }
            #expect("\(error!)".contains(words), "\(error!)")
        }
    }

    @Test(arguments: [
        ("parent", "leads out of its folder"), ("parent-long", "leads out of its folder"),
        ("parent-pax", "leads out of its folder"), ("absolute", "is an absolute path"),
        ("symlink", "is a symbolic link"), ("symlink-inside", "is a symbolic link"), ("hardlink", "is a hard link"),
        ("device", "is a device"), ("pipe", "is a pipe"), ("twice", "is in it twice"),
        ("file-as-folder", "is a file and a folder"), ("folder-as-file", "is in it twice"),
        ("root-as-file", "is a file and not a folder"), ("control", "is not a file's name"),
        ("other-root", "should hold only the folder imagewoof2-160"), ("deep", "lies too deep"),
        ("folder-with-contents", "has contents"), ("giant", "would have 35184372.1 MB"),
        ("giant-header", "a header of it is too large"), ("negative", "has no size"),
        ("truncated", "it ends too early"), ("damaged", "the archive cannot be unpacked"), ("checksum", "data check"),
        ("page", "it is not a gzip file"), ("empty", "the archive cannot be unpacked"),
        ("noise", "it is not a tar archive"), ("no-entries", "it is not imagewoof2-160"),
        ("no-end", "it ends too early"),
        ("incomplete", "train/n02086240 has 940 images instead of 941"),
    ])
    func hostileAndBrokenArchivesLeaveNothing(name: String, words: String) throws {
        try withFolder { (outer) throws in
            let folder = outer.appending(path: "a/b")
            let error = #expect(throws: DataSetError.self) { try get("\(name).tgz", into: folder) }
            #expect("\(error!)".contains(words), "\(error!)")
            #expect(try names(in: folder) == [".imagewoof2-160.lock"])
            #expect(try names(in: outer) == ["a"] && names(in: outer.appending(path: "a")) == ["b"])
            #expect(!FileManager.default.fileExists(atPath: "/tmp/swift-mish-evil"))
        }
    }

    @Test(arguments: [
        (TarArchive.Limits(bytes: 1 << 20), "it unpacks to more than 1.0 MB"),
        (TarArchive.Limits(entries: 100), "it has more than 100 entries"),
        (TarArchive.Limits(fileBytes: 50), "would have 0.0 MB of at most"),
    ])
    func whatAnArchiveMayTakeIsBounded(limits: TarArchive.Limits, words: String) throws {
        try withFolder { (folder) throws in
            let error = #expect(throws: DataSetError.self) {
                try TarArchive.extract(
                    Server.shared.folder.appending(path: "whole.tgz"), root: woof.name, into: folder, limits: limits,
                    progress: { _ in }, shouldStop: { false })
            }
            #expect("\(error!)".contains(words), "\(error!)")
        }
    }
}
