/// A recipe that cannot be used, with everything that is wrong with it.
public struct RecipeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One thing that is wrong.
    public struct Problem: Equatable, Sendable, CustomStringConvertible {
        /// Where the value came from.
        public let place: RecipePlace
        /// The keys that lead to the value, such as `optimizer.learning_rate`; empty for the whole recipe.
        public let keyPath: String
        /// What is wrong and what would be right.
        public let message: String

        /// Place, key and message on one line.
        public var description: String {
            keyPath.isEmpty ? "\(place): \(message)" : "\(place): \(keyPath): \(message)"
        }
    }

    /// What is wrong, in the order of the recipe's keys; at least one problem.
    public let problems: [Problem]

    /// One line a problem.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// Where a value of a recipe came from.
public enum RecipePlace: Equatable, Sendable, CustomStringConvertible {
    /// The file as a whole.
    case file(String)
    /// A line and column of a file, counted from 1.
    case position(file: String, line: Int, column: Int)
    /// An override: `key=value`.
    case override(String)
    /// A recorded run.
    case record

    /// The place as compilers print it.
    public var description: String {
        switch self {
        case .file(let path): path
        case .position(let path, let line, let column): "\(path):\(line):\(column)"
        case .override(let text): "--set \(text)"
        case .record: "recorded recipe"
        }
    }
}
