import Foundation
import TestSupport
import Testing

/// The README's Swift example is a program of its own, which the build compiles: the two must be the same text.
@Test(.enabled(if: repository != nil)) func theExampleInTheReadmeIsTheOneThatIsCompiled() throws {
    let root = try #require(repository)
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let example = try String(contentsOf: root.appending(path: "Examples/FirstSteps/main.swift"), encoding: .utf8)
    #expect(readme.contains("```swift\n\(example)```"))
}
