import Foundation
import Yams

/// A value of a YAML file, with the place where it stands.
///
/// Scalars stay text until the reader knows what they should be: in YAML `4e-3` is a number to some
/// programs and a text to others.
package struct RecipeNode: Equatable, Sendable {
    package struct Scalar: Equatable, Sendable {
        package var text: String
        /// Quoted scalars are always text.
        package var isQuoted = false
    }

    package struct Entry: Equatable, Sendable {
        package var key: String
        /// Where the key stands.
        package var place: RecipePlace
        package var value: RecipeNode
    }

    package enum Content: Equatable, Sendable {
        case scalar(Scalar)
        case list([RecipeNode])
        case mapping([Entry])
    }

    package var content: Content
    package var place: RecipePlace

    /// The value in a few words, for messages.
    package var summary: String {
        switch content {
        case .scalar(let scalar) where scalar.isQuoted: "the text \(scalar.text.quotedInRecipe)"
        case .scalar(let scalar) where scalar.text.isEmpty: "nothing"
        case .scalar(let scalar): scalar.text
        case .list: "a list"
        case .mapping: "keys and values"
        }
    }
}

// MARK: From YAML

extension RecipeNode {
    /// Reads the only document in `yaml`; `path` names it in errors.
    package static func parse(yaml: String, path: String) throws(RecipeError) -> RecipeNode {
        do {
            guard let node = try Yams.compose(yaml: yaml) else {
                throw RecipeError(.file(path), "the file is empty")
            }
            var budget = nodeLimit
            return try RecipeNode(node, path: path, depth: 0, budget: &budget)
        } catch let error as RecipeError {
            throw error
        } catch let error as YamlError {
            throw RecipeError(error, path: path)
        } catch {
            throw RecipeError(.file(path), "\(error)")
        }
    }

    /// A value in a single line, as in an override.
    init(override value: String, text: String) throws(RecipeError) {
        do {
            var node = try Self.parse(yaml: value, path: text)
            node.moveAll(to: .override(text))
            self = node
        } catch {
            throw RecipeError(.override(text), "\"\(value)\" is not a value: \(error.problems[0].message)")
        }
    }

    private static let depthLimit = 16

    /// A few lines of aliases that refer to each other can unfold to billions of values.
    private static let nodeLimit = 10_000

    private init(_ node: Node, path: String, depth: Int, budget: inout Int) throws(RecipeError) {
        place = node.mark.map { .position(file: path, line: $0.line, column: $0.column) } ?? .file(path)
        budget -= 1
        guard depth < Self.depthLimit, budget > 0 else {
            throw RecipeError(place, "more than \(Self.depthLimit) levels or \(Self.nodeLimit) values")
        }
        func child(_ node: Node) throws(RecipeError) -> RecipeNode {
            try RecipeNode(node, path: path, depth: depth + 1, budget: &budget)
        }
        switch node {
        case .scalar(let scalar):
            content = .scalar(Scalar(text: scalar.string, isQuoted: scalar.style != .plain))
        case .sequence(let sequence):
            var list: [RecipeNode] = []
            for element in sequence { list.append(try child(element)) }
            content = .list(list)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                let name = try child(key)
                guard case .scalar(let scalar) = name.content else {
                    throw RecipeError(name.place, "a key must be a word")
                }
                entries.append(Entry(key: scalar.text, place: name.place, value: try child(value)))
            }
            content = .mapping(entries)
        case .alias:
            throw RecipeError(place, "an alias without its anchor")
        }
    }

    private mutating func moveAll(to place: RecipePlace) {
        self.place = place
        switch content {
        case .scalar: break
        case .list(var list):
            for index in list.indices { list[index].moveAll(to: place) }
            content = .list(list)
        case .mapping(var entries):
            for index in entries.indices {
                entries[index].place = place
                entries[index].value.moveAll(to: place)
            }
            content = .mapping(entries)
        }
    }
}

extension RecipeError {
    package init(_ place: RecipePlace, _ message: String) {
        problems = [Problem(place: place, keyPath: "", message: message)]
    }

    fileprivate init(_ error: YamlError, path: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let message = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
            self.init(.position(file: path, line: mark.line, column: mark.column), "not YAML: \(message)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
            self.init(
                .position(file: path, line: context.mark.line, column: context.mark.column),
                "the key \(keys) occurs twice")
        case .reader(let problem, _, _, _):
            self.init(.file(path), "not YAML: \(problem)")
        default:
            self.init(.file(path), "not YAML: \(error)")
        }
    }
}

// MARK: Overrides

extension RecipeNode {
    /// Sets the value that `override`, "key.path=value", names; missing keys on the way are made.
    mutating func apply(override: String) throws(RecipeError) {
        guard let sign = override.firstIndex(of: "=") else {
            throw RecipeError(.override(override), "expected key=value, such as optimizer.learning_rate=1e-3")
        }
        let keys = override[..<sign].split(separator: ".", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard keys.allSatisfy({ !$0.isEmpty }) else {
            throw RecipeError(.override(override), "a key is missing before =")
        }
        let value = try RecipeNode(override: String(override[override.index(after: sign)...]), text: override)
        set(keys[...], to: value)
    }

    private mutating func set(_ keys: ArraySlice<String>, to value: RecipeNode) {
        guard let key = keys.first else {
            self = value
            return
        }
        var entries = namedEntries ?? []
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].value.set(keys.dropFirst(), to: value)
        } else {
            var child = RecipeNode(content: .mapping([]), place: value.place)
            child.set(keys.dropFirst(), to: value)
            entries.append(Entry(key: key, place: value.place, value: child))
        }
        content = .mapping(entries)
    }

    /// The entries of a mapping; a lone word is the entry of the empty key, which the section's
    /// ``RecipeSection/keyOfLoneWord`` stands for.
    var namedEntries: [Entry]? {
        switch content {
        case .mapping(let entries): entries
        case .scalar: [Entry(key: "", place: place, value: self)]
        case .list: nil
        }
    }
}
