import Foundation
import Yams

extension Board {
    /// Reads the text of a board file.
    /// - Parameter file: where the text comes from; recipes are found relative to its folder.
    /// - Throws: ``BoardError`` with everything that is wrong.
    public init(yaml: String, file: URL) throws(BoardError) {
        var reader = BoardReader(file: file)
        let board = reader.read(yaml)
        guard let board, reader.problems.isEmpty else {
            throw BoardError(problems: reader.problems.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
        }
        self = board
    }
}

/// Walks through the nodes of a board file and notes every problem on the way.
private struct BoardReader {
    let file: URL
    private(set) var problems: [BoardError.Problem] = []

    init(file: URL) { self.file = file }

    mutating func read(_ yaml: String) -> Board? {
        let root: Node?
        do {
            root = try compose(yaml: yaml)
        } catch {
            note(syntaxError: error)
            return nil
        }
        guard let root else {
            note(nil, "is empty; a board needs title, entries and seeds")
            return nil
        }
        let keys = ["title", "description", "cells", "entries", "seeds", "metric", "baseline"]
        guard
            let fields = mapping(root, allowed: keys, in: "a board", required: ["title", "entries", "seeds"])
        else { return nil }

        let title = fields["title"].flatMap { text($0, "title") }
        let description = fields["description"].flatMap { text($0, "description") }
        let metric = fields["metric"].flatMap { readMetric($0) } ?? .accuracy
        let cells = fields["cells"].map { readAxes($0) } ?? []
        let entries = fields["entries"].map { readEntries($0, cells: cells) } ?? []
        let seeds = fields["seeds"].map { readSeeds($0) } ?? []
        let baseline = fields["baseline"].flatMap { readBaseline($0, among: entries) }
        return Board(
            file: file, title: title ?? "", description: description, entries: entries, seeds: seeds,
            metric: metric, baseline: baseline, cells: cells)
    }

    // MARK: Keys

    private mutating func readEntries(_ node: Node, cells: [Board.Axis]) -> [Board.Entry] {
        guard let items = node.sequence, !items.isEmpty else {
            note(node, "entries must be a list of at least one entry, each with name and recipe")
            return []
        }
        var entries: [Board.Entry] = []
        for item in items {
            guard let entry = readEntry(item, cells: cells) else { continue }
            if let first = entries.first(where: { $0.name == entry.name && $0.meets(entry) }) {
                note(item, "the name \(entry.name) is already taken by the entry on line \(first.line)")
            }
            entries.append(entry)
        }
        return entries
    }

    private mutating func readEntry(_ node: Node, cells: [Board.Axis]) -> Board.Entry? {
        let keys = ["name", "recipe", "set", "cells"]
        guard let fields = mapping(node, allowed: keys, in: "an entry", required: ["name", "recipe"]) else {
            return nil
        }
        let overrides = fields["set"].map { readOverrides($0) } ?? []
        let part = fields["cells"].map { readAxes($0, within: cells) } ?? []
        guard let nameNode = fields["name"], let name = text(nameNode, "name"),
            let recipeNode = fields["recipe"], let path = text(recipeNode, "recipe")
        else { return nil }
        let recipe = URL(filePath: path, relativeTo: file.deletingLastPathComponent()).absoluteURL
            .standardized
        var isDirectory: ObjCBool = false
        if !FileManager.default.fileExists(atPath: recipe.path, isDirectory: &isDirectory) {
            note(recipeNode, "there is no recipe \(recipe.path); paths are relative to the board's folder")
        } else if isDirectory.boolValue {
            note(recipeNode, "the recipe \(recipe.path) is a folder; expected a file")
        }
        return Board.Entry(
            name: name, recipe: recipe, overrides: overrides, cells: part, line: node.mark?.line ?? 1)
    }

    /// Keys with a value or a list of values each; `whole`, if given, holds all that there are.
    private mutating func readAxes(_ node: Node, within whole: [Board.Axis]? = nil) -> [Board.Axis] {
        guard case .mapping(let pairs) = node, !pairs.isEmpty else {
            note(node, "cells must be a mapping of recipe keys to lists of values, such as {epochs: [5, 20]}")
            return []
        }
        return pairs.compactMap { key, value in
            guard let key = text(key, "a key of cells") else { return nil }
            let items = value.sequence.map(Array.init) ?? [value]
            let values = items.compactMap { yaml($0) }
            guard values.count == items.count, !values.isEmpty, Set(values).count == values.count else {
                note(value, "the values of \(key) must be numbers or texts, each once")
                return nil
            }
            guard let whole else { return Board.Axis(key: key, values: values) }
            guard let known = whole.first(where: { $0.key == key }) else {
                note(
                    value,
                    "\(key) is no key of the board's cells; there are: \(whole.map(\.key).joined(separator: ", "))")
                return nil
            }
            for value in values where !known.values.contains(value) {
                note(
                    items[0],
                    "\(key) \(value) is no cell of the board; there are: \(known.values.joined(separator: ", "))")
            }
            return Board.Axis(key: key, values: values)
        }
    }

    private mutating func readOverrides(_ node: Node) -> [Board.Override] {
        guard case .mapping(let pairs) = node else {
            note(node, "set must be a mapping of recipe keys to values, such as {epochs: 5}")
            return []
        }
        return pairs.compactMap { key, value in
            guard let key = text(key, "a key of set") else { return nil }
            guard let value = yaml(value) else {
                note(value, "the value of \(key) must be a number, a text or a list of these")
                return nil
            }
            return Board.Override(key: key, value: value)
        }
    }

    private mutating func readSeeds(_ node: Node) -> [Int] {
        let limit = 10_000
        if case .scalar(let scalar) = node {
            guard let count = Int(scalar.string), (1...limit).contains(count) else {
                note(
                    node, "seeds must be a list of seeds or a count from 1 to \(limit), not \(scalar.string)")
                return []
            }
            return Array(0..<count)
        }
        guard let items = node.sequence, !items.isEmpty else {
            note(node, "seeds must not be empty: give a list such as [0, 1, 2] or a count")
            return []
        }
        var seeds: [Int] = []
        for item in items {
            guard let seed = item.scalar.flatMap({ Int($0.string) }), seed >= 0 else {
                note(
                    item,
                    "a seed must be a whole number of at least 0, not \(item.scalar?.string ?? "a list")")
                continue
            }
            if seeds.contains(seed) { note(item, "seed \(seed) is given twice") }
            seeds.append(seed)
        }
        return seeds
    }

    private mutating func readMetric(_ node: Node) -> Board.Metric? {
        guard let name = text(node, "metric") else { return nil }
        let metric = Board.Metric(rawValue: name)
        if metric == nil {
            let known = Board.Metric.allCases.map(\.rawValue).joined(separator: ", ")
            note(node, "unknown metric \(name); known: \(known)")
        }
        return metric
    }

    private mutating func readBaseline(_ node: Node, among entries: [Board.Entry]) -> String? {
        guard let name = text(node, "baseline") else { return nil }
        let names = entries.map(\.name)
        if !names.contains(name) {
            note(node, "the baseline \(name) is no entry; entries: \(names.joined(separator: ", "))")
        }
        return name
    }

    // MARK: Nodes

    private mutating func mapping(
        _ node: Node, allowed: [String], in place: String, required: [String]
    ) -> [String: Node]? {
        guard case .mapping(let pairs) = node else {
            note(node, "\(place) must be a mapping with the keys \(allowed.joined(separator: ", "))")
            return nil
        }
        var fields: [String: Node] = [:]
        for (key, value) in pairs {
            let name = key.scalar?.string ?? ""
            if allowed.contains(name) {
                fields[name] = value
            } else {
                note(key, "unknown key \(name) in \(place); known: \(allowed.joined(separator: ", "))")
            }
        }
        for name in required where fields[name] == nil { note(node, "\(place) needs the key \(name)") }
        return fields
    }

    private mutating func text(_ node: Node, _ key: String) -> String? {
        let text = node.scalar?.string.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let text, !text.isEmpty else {
            note(node, "\(key) must be a text that is not empty")
            return nil
        }
        return text
    }

    /// A number, a text or a list of these as YAML on one line.
    private func yaml(_ node: Node) -> String? {
        switch node {
        case .scalar(let scalar): return scalar.string
        case .sequence(let items):
            let values = items.compactMap { yaml($0) }
            return values.count == items.count ? "[\(values.joined(separator: ", "))]" : nil
        default: return nil
        }
    }

    private mutating func note(_ node: Node?, _ message: String) {
        problems.append(.init(file: file.relativePath, line: node?.mark?.line, message: message))
    }

    private mutating func note(syntaxError error: any Error) {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            problems.append(
                .init(file: file.relativePath, line: mark.line, message: "is not valid YAML: \(problem)"))
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            let names = keys.joined(separator: ", ")
            problems.append(
                .init(
                    file: file.relativePath, line: context.mark.line,
                    message: "a key is given twice: \(names)"))
        default:
            let text = "\(error)".split(separator: "\n").first.map(String.init) ?? ""
            problems.append(.init(file: file.relativePath, line: nil, message: "is not valid YAML: \(text)"))
        }
    }
}
