import Foundation

/// The folder that these tests were compiled from, or `nil` on a machine that has only the bundle.
public let repository: URL? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let manifest = root.appending(path: "Package.swift").path
    return FileManager.default.fileExists(atPath: manifest) ? root : nil
}()
