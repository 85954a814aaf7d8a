import Foundation
import Torch

extension Recipe {
    /// The resolved recipe as YAML: every key with its value. Reading it gives an equal recipe.
    public var yaml: String { RecipeFields.write(self).yaml }

    /// The resolved recipe as JSON in one form only: sorted keys, no white space, the shortest digits that
    /// read back as the same number.
    public var canonicalJSON: String { RecipeFields.write(self).canonicalJSON }

    /// The SHA-256 of what decides the results, as 64 hexadecimal digits: the canonical JSON without what
    /// changes no number: the name, the number of workers, when checkpoints are saved, and which of several
    /// GPUs computes.
    public var hash: String {
        var recipe = self
        if case .cuda = device { recipe.device = .cuda(nil) }
        let node = RecipeFields.write(recipe).removing(["name", "workers", "checkpoint"])
        return SHA256.hexDigest(of: node.canonicalJSON.utf8)
    }
}

extension RecipeNode {
    fileprivate func removing(_ keys: Set<String>) -> RecipeNode {
        guard case .mapping(let entries) = content else { return self }
        return RecipeNode(content: .mapping(entries.filter { !keys.contains($0.key) }), place: place)
    }

    fileprivate var canonicalJSON: String {
        switch content {
        case .scalar(let scalar):
            return scalar.isQuoted ? scalar.text.quotedInRecipe : scalar.text
        case .list(let nodes):
            return "[\(nodes.map(\.canonicalJSON).joined(separator: ","))]"
        case .mapping(let entries):
            let members = entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { "\($0.key.quotedInRecipe):\($0.value.canonicalJSON)" }
            return "{\(members.joined(separator: ","))}"
        }
    }

    fileprivate var yaml: String {
        guard case .mapping(let entries) = content else { return flowYAML + "\n" }
        return entries.map { entry in
            guard case .mapping = entry.value.content else {
                return "\(entry.key): \(entry.value.flowYAML)\n"
            }
            let lines = entry.value.yaml.split(separator: "\n").map { "  \($0)\n" }
            return "\(entry.key):\n\(lines.joined())"
        }.joined()
    }

    private var flowYAML: String {
        switch content {
        case .scalar(let scalar) where scalar.isQuoted && !scalar.text.isPlainInYAML:
            scalar.text.quotedInRecipe
        case .scalar(let scalar): scalar.text
        case .list(let nodes): "[\(nodes.map(\.flowYAML).joined(separator: ", "))]"
        case .mapping: canonicalJSON
        }
    }
}

extension String {
    /// Whether the text needs no quotes in YAML, for any of its versions.
    fileprivate var isPlainInYAML: Bool {
        let words: Set = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
        guard let first = unicodeScalars.first, "A"..."Z" ~= first || "a"..."z" ~= first || first == "/"
        else {
            return false
        }
        return !words.contains(lowercased())
            && unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || "0"..."9" ~= $0 || "_-./".unicodeScalars.contains($0))
            }
            || self.wholeMatch(of: /cuda:[0-9]+/) != nil
    }

    /// The text in double quotes, escaped as both JSON and YAML read it.
    package var quotedInRecipe: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\":
                result += "\\\(scalar)"
            case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

// MARK: As Codable

extension RecipeNode: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        place = .record
        if let container = try? decoder.container(keyedBy: Key.self) {
            content = .mapping(
                try container.allKeys.map { key in
                    Entry(
                        key: key.stringValue, place: .record,
                        value: try container.decode(RecipeNode.self, forKey: key))
                })
        } else if let list = try? [RecipeNode](from: decoder) {
            content = .list(list)
        } else {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Bool.self) {
                content = .scalar(value.scalar)
            } else if let value = try? container.decode(Int.self) {
                content = .scalar(value.scalar)
            } else if let value = try? container.decode(Double.self) {
                content = .scalar(value.scalar)
            } else {
                content = .scalar(try container.decode(String.self).scalar)
            }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch content {
        case .mapping(let entries):
            var container = encoder.container(keyedBy: Key.self)
            for entry in entries { try container.encode(entry.value, forKey: Key(stringValue: entry.key)) }
        case .list(let nodes):
            try nodes.encode(to: encoder)
        case .scalar(let scalar):
            var container = encoder.singleValueContainer()
            if let value = Bool(scalar) {
                try container.encode(value)
            } else if let value = Int(scalar) {
                try container.encode(value)
            } else if let value = Double(scalar) {
                try container.encode(value)
            } else {
                try container.encode(scalar.text)
            }
        }
    }
}
