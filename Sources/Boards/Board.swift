import Foundation

/// Recipes to compare, and the seeds that each of them runs with.
///
/// A board file is YAML:
///
/// ```yaml
/// title: Mish or ReLU
/// description: MXResNet-18 on the digits.
/// entries:
///   - name: mish
///     recipe: digits.yaml
///   - name: relu
///     recipe: digits.yaml
///     set: {model.activation: relu}
/// seeds: 5            # a count: 0, 1, 2, 3, 4; or a list: [0, 1, 2]
/// baseline: relu      # optional: what the others are compared with
/// ```
///
/// With `cells`, each combination of the values is a board of its own (``parts``), in which the recipes' keys are set
/// to them; an entry may take part in some only:
///
/// ```yaml
/// cells: {image_size: [128, 192, 256], epochs: [5, 20]}
/// entries:
///   - {name: mish, recipe: woof.yaml}
///   - {name: long, recipe: woof-long.yaml, cells: {epochs: 20}}
/// ```
public struct Board: Sendable, Hashable {
    /// One recipe of the board.
    public struct Entry: Sendable, Hashable {
        /// The name in tables and figures, unique in each cell of the board.
        public var name: String
        /// The recipe's file.
        public var recipe: URL
        /// Values that replace the recipe's, in the order of the file.
        public var overrides: [Override]
        /// The values of the board's ``Board/cells`` with which the entry takes part; of keys that are not here, all.
        public var cells: [Axis] = []
        /// The line of the board file on which the entry begins, from 1.
        public var line: Int
    }

    /// A value that replaces one of a recipe's.
    public struct Override: Sendable, Hashable, CustomStringConvertible {
        /// The recipe's key, such as `model.activation`.
        public var key: String
        /// The value as YAML.
        public var value: String
        /// `key=value`
        public var description: String { "\(key)=\(value)" }
    }

    /// What runs are compared by.
    public enum Metric: String, Sendable, CaseIterable {
        /// The accuracy on the validation set after the last epoch.
        case accuracy
    }

    /// The board file.
    public var file: URL
    /// The title of the report.
    public var title: String
    /// A sentence or two about the question.
    public var description: String?
    /// At least one entry.
    public var entries: [Entry]
    /// At least one seed, without repetition.
    public var seeds: [Int]
    /// What runs are compared by.
    public var metric: Metric
    /// The name of the entry that the others are compared with; without it, that is the best.
    public var baseline: String?
    /// Recipe keys whose values make ``parts``; none for a single board.
    public var cells: [Axis] = []
    /// What a part's recipes are all set to.
    public var cell: [Override] = []
}

extension Board {
    /// Reads a board file.
    /// - Throws: ``BoardError`` with everything that is wrong with the file.
    public init(contentsOf file: URL) throws(BoardError) {
        let data: Data
        do {
            data = try Data(contentsOf: file)
        } catch {
            throw BoardError(file: file, line: nil, message: "cannot be read: \(error.localizedDescription)")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw BoardError(file: file, line: nil, message: "is not UTF-8 text")
        }
        try self.init(yaml: text, file: file)
    }
}

/// A board that cannot be used, with everything that is wrong with it.
public struct BoardError: Error, Equatable, CustomStringConvertible {
    /// One thing that is wrong.
    public struct Problem: Sendable, Equatable, CustomStringConvertible {
        /// The board file.
        public let file: String
        /// The line, from 1; `nil` when it is about the whole file.
        public let line: Int?
        /// What is wrong and what would be right.
        public let message: String

        /// `file:line: message`
        public var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(message)" }
    }

    /// What is wrong, in the order of the file; at least one problem.
    public let problems: [Problem]

    /// One line a problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }

    init(problems: [Problem]) { self.problems = problems }

    init(file: URL, line: Int?, message: String) {
        problems = [Problem(file: file.relativePath, line: line, message: message)]
    }
}
