/// A value that a recipe writes as a single word, number or text.
package protocol RecipeScalar {
    init?(_ scalar: RecipeNode.Scalar)
    var scalar: RecipeNode.Scalar { get }

    /// What is wrong with a value that could not be read, and what would be right.
    static func mismatch(_ found: String) -> String
}

extension Int: RecipeScalar {
    package init?(_ scalar: RecipeNode.Scalar) {
        guard !scalar.isQuoted else { return nil }
        self.init(scalar.text)
    }

    package var scalar: RecipeNode.Scalar { .init(text: String(self)) }

    package static func mismatch(_ found: String) -> String { "expected a whole number, found \(found)" }
}

extension Double: RecipeScalar {
    package init?(_ scalar: RecipeNode.Scalar) {
        // Swift would also read hexadecimal numbers, "inf" and "nan".
        guard !scalar.isQuoted, scalar.text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
            let value = Double(scalar.text), value.isFinite
        else { return nil }
        self = value == 0 ? 0 : value
    }

    /// The shortest digits that read back as the same number. An exponent always follows a decimal point:
    /// Python's YAML takes `1e-06` for a text.
    package var scalar: RecipeNode.Scalar {
        var text = description
        if let exponent = text.firstIndex(of: "e"), !text[..<exponent].contains(".") {
            text.insert(contentsOf: ".0", at: exponent)
        }
        return .init(text: text)
    }

    package static func mismatch(_ found: String) -> String { "expected a number, found \(found)" }
}

extension Bool: RecipeScalar {
    package init?(_ scalar: RecipeNode.Scalar) {
        guard !scalar.isQuoted else { return nil }
        self.init(scalar.text)
    }

    package var scalar: RecipeNode.Scalar { .init(text: String(self)) }

    package static func mismatch(_ found: String) -> String { "expected true or false, found \(found)" }
}

extension String: RecipeScalar {
    package init?(_ scalar: RecipeNode.Scalar) { self = scalar.text }

    package var scalar: RecipeNode.Scalar { .init(text: self, isQuoted: true) }

    package static func mismatch(_ found: String) -> String { "expected a text, found \(found)" }
}

/// A value out of a list of names.
package protocol RecipeChoice: RecipeScalar, CaseIterable, RawRepresentable where RawValue == String {}

extension RecipeChoice {
    package init?(_ scalar: RecipeNode.Scalar) { self.init(rawValue: scalar.text) }

    package var scalar: RecipeNode.Scalar { .init(text: rawValue, isQuoted: true) }

    package static func mismatch(_ found: String) -> String {
        unknown("unknown value", found, known: allCases.map(\.rawValue))
    }
}

/// The `complaint` that `name` is none of the `known`, with the one that was probably meant.
package func unknown(_ complaint: String, _ name: String, known: [String]) -> String {
    let suggestion = closest(to: name, in: known).map { "did you mean \($0)? " } ?? ""
    return "\(complaint) \(name); \(suggestion)known: \(known.joined(separator: ", "))"
}

/// The name that was probably meant by `word`: few slips away, or abbreviated by its initials.
func closest(to word: String, in names: [String]) -> String? {
    if let match = names.first(where: { initials(of: $0) == word.lowercased() }) { return match }
    let ranked = names.map { (name: $0, slips: slips(from: word.lowercased(), to: $0.lowercased())) }
    guard let best = ranked.min(by: { $0.slips < $1.slips }), best.slips <= max(1, word.count / 3) else {
        return nil
    }
    return best.name
}

private func initials(of name: String) -> String {
    String(name.split(separator: "_").compactMap(\.first))
}

/// The number of letters inserted, removed, replaced, or swapped with their neighbour (optimal string
/// alignment distance).
private func slips(from word: String, to name: String) -> Int {
    let (a, b) = (Array(word), Array(name))
    var rows = [Array(0...b.count)]
    for i in 1..<a.count + 1 {
        var row = [i]
        for j in 1..<b.count + 1 {
            let replaced = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
            var least = min(rows[i - 1][j] + 1, row[j - 1] + 1, replaced)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                least = min(least, rows[i - 2][j - 2] + 1)
            }
            row.append(least)
        }
        rows.append(row)
    }
    return rows[a.count][b.count]
}
