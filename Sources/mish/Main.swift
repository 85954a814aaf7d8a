import ArgumentParser
import Foundation

/// Exit codes: 0 done, 1 failed, 2 wrong usage, 128 + n ended by signal n.
@main struct Main {
    static func main() {
        do {
            var command = try Mish.parseAsRoot()
            try command.run()
        } catch let code as ExitCode {
            exit(code.rawValue)
        } catch {
            let usage = Mish.exitCode(for: error)
            let text = Mish.fullMessage(for: error)
            if usage == .success {
                print(text)
            } else {
                FileHandle.standardError.write(Data((text + "\n").utf8))
            }
            exit(usage == .validationFailure ? 2 : usage.rawValue)
        }
    }
}

/// Prints an object that was encoded before, and a line's end.
func printJSON(_ data: Data) {
    FileHandle.standardOutput.write(data)
    if data.last != UInt8(ascii: "\n") { FileHandle.standardOutput.write(Data("\n".utf8)) }
}

/// Prints any value as JSON with sorted keys.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    printJSON(try encoder.encode(value))
}

/// Where runs go unless told otherwise.
let defaultFolder = "runs"
