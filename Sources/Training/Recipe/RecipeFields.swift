/// A part of a recipe: a value with named fields.
package protocol RecipeSection: Sendable {
    /// Presents each field once, with its key, its variable and what must hold. The same list reads the
    /// section, checks it and writes it.
    mutating func visit(_ fields: inout RecipeFields)

    /// The key that a lone word in place of the section is the value of.
    static var keyOfLoneWord: String { get }
}

extension RecipeSection {
    package static var keyOfLoneWord: String { "name" }
}

/// What must hold for a value, and how to say so.
package struct RecipeRequirement<Value> {
    let text: String
    let isMet: (Value) -> Bool
}

extension RecipeRequirement where Value == Double {
    static var positiveFraction: Self { .init(text: "above 0, at most 1") { 0 < $0 && $0 <= 1 } }
}

extension RecipeRequirement where Value: Comparable & Sendable & CustomStringConvertible {
    static func above(_ bound: Value) -> Self { .init(text: "above \(bound)") { $0 > bound } }
    static func atLeast(_ bound: Value) -> Self { .init(text: "at least \(bound)") { $0 >= bound } }
    static func within(_ range: ClosedRange<Value>) -> Self {
        .init(text: "between \(range.lowerBound) and \(range.upperBound)") { range.contains($0) }
    }
    static func within(_ range: Range<Value>) -> Self {
        .init(text: "at least \(range.lowerBound) and below \(range.upperBound)") { range.contains($0) }
    }
}

/// The fields of a section that is being read or written.
///
/// Reading goes on after a mistake, so that all of them are reported together; a field that could not be read
/// keeps its default.
package struct RecipeFields {
    package typealias Problem = RecipeError.Problem

    /// The names that the recipe may use; `nil` accepts any.
    package let vocabulary: RecipeVocabulary?

    /// What the section's `name` chose, if that decides which keys it has.
    package var kind: String?

    /// Where and under which keys the section stands.
    private let place: RecipePlace
    private let keyPath: String
    /// What is left to read, or `nil` when writing.
    private let entries: [RecipeNode.Entry]?
    private var written: [RecipeNode.Entry] = []
    private var known: [String] = []
    private var problems: [Problem] = []
    private var reportsUnknownKeys = true

    package var isReading: Bool { entries != nil }

    // MARK: Whole sections

    /// Reads `node` into `section`, and returns what is wrong.
    package static func read<Section: RecipeSection>(
        _ section: inout Section, from node: RecipeNode, keyPath: String = "", vocabulary: RecipeVocabulary?
    ) -> [Problem] {
        guard var entries = keyPath.isEmpty ? node.entries : node.namedEntries else {
            return [.init(node.place, keyPath, "expected keys and values, found \(node.summary)")]
        }
        // An override of the key that a lone word stands for takes its place.
        if entries.contains(where: { $0.key == Section.keyOfLoneWord }) { entries.removeAll { $0.key.isEmpty } }
        for index in entries.indices where entries[index].key.isEmpty { entries[index].key = Section.keyOfLoneWord }
        var fields = RecipeFields(vocabulary, node.place, keyPath, entries: entries)
        section.visit(&fields)
        return fields.problems + fields.unknownKeys
    }

    /// The mapping that `section` is written as.
    package static func write(_ section: some RecipeSection) -> RecipeNode {
        var (section, fields) = (section, RecipeFields(nil, .record, "", entries: nil))
        section.visit(&fields)
        return RecipeNode(content: .mapping(fields.written), place: .record)
    }

    private init(
        _ vocabulary: RecipeVocabulary?, _ place: RecipePlace, _ keyPath: String, entries: [RecipeNode.Entry]?
    ) {
        self.vocabulary = vocabulary
        self.place = place
        self.keyPath = keyPath
        self.entries = entries
    }

    // MARK: Fields

    /// A single value. Returns whether it is good.
    @discardableResult
    package mutating func value<Value: RecipeScalar>(
        _ key: String, _ value: inout Value, _ requirement: RecipeRequirement<Value>? = nil
    ) -> Bool {
        field(key, written: .init(value.scalar)) { node, path in
            var given: Value? = value
            defer { value = given ?? value }
            return Self.read(&given, from: node, path, requirement)
        }
    }

    /// A single value, or `none` for `nil`.
    package mutating func optional<Value: RecipeScalar>(
        _ key: String, _ value: inout Value?, _ requirement: RecipeRequirement<Value>? = nil
    ) {
        field(key, written: value.map { .init($0.scalar) } ?? .noneWord) { node, path in
            if node.isNone { value = nil }
            return node.isNone ? [] : Self.read(&value, from: node, path, requirement)
        }
    }

    /// A single value that need not be there.
    package mutating func valueIfGiven<Value: RecipeScalar>(
        _ key: String, _ value: inout Value?, _ requirement: RecipeRequirement<Value>? = nil
    ) {
        field(key, written: value.map { .init($0.scalar) }) { node, path in
            Self.read(&value, from: node, path, requirement)
        }
    }

    /// A list of `count` values, each of which meets the requirement. Returns whether it is good.
    @discardableResult
    package mutating func list<Value: RecipeScalar>(
        _ key: String, _ values: inout [Value], count: ClosedRange<Int>,
        _ requirement: RecipeRequirement<Value>
    ) -> Bool {
        field(key, written: .init(values)) { node, path in
            var given: [Value]? = values
            defer { values = given ?? values }
            return Self.read(&given, from: node, path, count, requirement)
        }
    }

    /// A list that need not be there: `nil` when it is not.
    package mutating func listIfGiven<Value: RecipeScalar>(
        _ key: String, _ values: inout [Value]?, count: ClosedRange<Int>,
        _ requirement: RecipeRequirement<Value>
    ) {
        field(key, written: values.map { .init($0) }) { node, path in
            Self.read(&values, from: node, path, count, requirement)
        }
    }

    /// A list, or `none` for `nil`.
    package mutating func optionalList<Value: RecipeScalar>(
        _ key: String, _ values: inout [Value]?, count: ClosedRange<Int>,
        _ requirement: RecipeRequirement<Value>
    ) {
        field(key, written: values.map { .init($0) } ?? .noneWord) { node, path in
            if node.isNone { values = nil }
            return node.isNone ? [] : Self.read(&values, from: node, path, count, requirement)
        }
    }

    /// A section of its own. It is visited even if it is not there, since its defaults may need the vocabulary.
    package mutating func section(_ key: String, _ section: inout some RecipeSection) {
        let vocabulary = vocabulary
        let absent = RecipeNode(content: .mapping([]), place: place)
        field(key, absent: absent, written: Self.write(section)) { node, path in
            Self.read(&section, from: node, keyPath: path, vocabulary: vocabulary)
        }
    }

    /// A section of its own, or `none` for `nil`; what a given section does not say is as in `defaults`.
    package mutating func optionalSection<Section: RecipeSection>(
        _ key: String, _ section: inout Section?, defaults: Section
    ) {
        let vocabulary = vocabulary
        field(key, written: section.map(Self.write) ?? .noneWord) { node, path in
            guard !node.isNone else {
                section = nil
                return []
            }
            var some = defaults
            let problems = Self.read(&some, from: node, keyPath: path, vocabulary: vocabulary)
            section = some
            return problems
        }
    }

    /// Refuses the combination of values that has been read; the blame falls on `key`, or on a key inside it
    /// (`outer.inner`), and its place is shown if the recipe says it.
    package mutating func refuse(_ key: String, _ message: String) {
        guard isReading else { return }
        problems.append(.init(given(key).last ?? place, path(to: key), message))
    }

    /// Whether the recipe says `key`, or a key inside it (`outer.inner`), itself.
    package func gives(_ key: String) -> Bool { given(key).count == key.split(separator: ".").count }

    /// Where the values of `key`'s parts stand, as far as the recipe says them.
    private func given(_ key: String) -> [RecipePlace] {
        var places: [RecipePlace] = []
        var inner = entries
        for part in key.split(separator: ".") {
            guard let value = inner?.first(where: { $0.key == part })?.value else { break }
            places.append(value.place)
            inner = value.namedEntries
        }
        return places
    }

    /// Ends the reading of a section whose kind is not known, so that its keys cannot be judged.
    package mutating func giveUp() {
        reportsUnknownKeys = false
    }

    // MARK: Parts

    /// Writes a field, or reads it if it is there. Returns whether it is good.
    @discardableResult
    private mutating func field(
        _ key: String, absent: RecipeNode? = nil, written node: RecipeNode?,
        read: (RecipeNode, _ keyPath: String) -> [Problem]
    ) -> Bool {
        known.append(key)
        guard let entries else {
            if let node { written.append(.init(key: key, place: .record, value: node)) }
            return true
        }
        guard let value = entries.first(where: { $0.key == key })?.value ?? absent else { return true }
        let found = read(value, path(to: key))
        problems += found
        return found.isEmpty
    }

    private static func read<Value: RecipeScalar>(
        _ value: inout Value?, from node: RecipeNode, _ path: String, _ requirement: RecipeRequirement<Value>?
    ) -> [Problem] {
        guard let scalar = node.scalar, let new = Value(scalar) else {
            return [.init(node.place, path, Value.mismatch(node.summary))]
        }
        if let requirement, !requirement.isMet(new) { return [.unmet(requirement, node, path)] }
        value = new
        return []
    }

    private static func read<Value: RecipeScalar>(
        _ values: inout [Value]?, from node: RecipeNode, _ path: String, _ count: ClosedRange<Int>,
        _ requirement: RecipeRequirement<Value>
    ) -> [Problem] {
        guard case .list(let nodes) = node.content else {
            return [.init(node.place, path, "expected a list [...], found \(node.summary)")]
        }
        guard count.contains(nodes.count) else {
            let wanted =
                count.count == 1 ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
            return [.init(node.place, path, "expected \(wanted) values, found \(nodes.count)")]
        }
        var (elements, problems): ([Value], [Problem]) = ([], [])
        for node in nodes {
            guard let element = node.scalar.flatMap(Value.init) else {
                problems.append(.init(node.place, path, Value.mismatch(node.summary)))
                continue
            }
            elements.append(element)
            if !requirement.isMet(element) { problems.append(.unmet(requirement, node, path)) }
        }
        if problems.isEmpty { values = elements }
        return problems
    }

    private var unknownKeys: [Problem] {
        guard reportsUnknownKeys else { return [] }
        return (entries ?? []).filter { !known.contains($0.key) }.map { entry in
            .init(
                entry.place, path(to: entry.key),
                unknown(kind.map { "\($0) has no key" } ?? "unknown key", entry.key, known: known))
        }
    }

    private func path(to key: String) -> String {
        keyPath.isEmpty ? key : "\(keyPath).\(key)"
    }
}

extension RecipeError.Problem {
    fileprivate init(_ place: RecipePlace, _ keyPath: String, _ message: String) {
        self.init(place: place, keyPath: keyPath, message: message)
    }

    fileprivate static func unmet<Value>(
        _ requirement: RecipeRequirement<Value>, _ node: RecipeNode, _ keyPath: String
    ) -> Self {
        .init(node.place, keyPath, "must be \(requirement.text), not \(node.summary)")
    }
}

extension RecipeNode {
    fileprivate init(_ scalar: Scalar) {
        self.init(content: .scalar(scalar), place: .record)
    }

    fileprivate init(_ values: [some RecipeScalar]) {
        self.init(content: .list(values.map { RecipeNode($0.scalar) }), place: .record)
    }

    fileprivate static var noneWord: Self { .init(Scalar(text: "none", isQuoted: true)) }

    fileprivate var isNone: Bool { scalar?.text == "none" }

    fileprivate var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    fileprivate var entries: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }
}
