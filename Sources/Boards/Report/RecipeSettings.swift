import Training

/// The settings of all entries, apart into those that differ and those that all share.
struct RecipeSettings {
    /// One key and its value for each entry; "-" where an entry lacks it.
    let different: [(key: String, values: [String])]
    /// One key and the value that all entries share.
    let common: [(key: String, value: String)]

    /// Compares resolved recipes, apart from their names.
    init(_ recipes: [JSONValue]) {
        let flat = recipes.map { recipe in
            var settings: [String: String] = [:]
            flatten(recipe, key: "", into: &settings)
            settings["name"] = nil
            return settings
        }
        var different: [(key: String, values: [String])] = []
        var common: [(key: String, value: String)] = []
        for key in Set(flat.flatMap(\.keys)).sorted() {
            let values = flat.map { $0[key] ?? "-" }
            if Set(values).count == 1 {
                common.append((key, values[0]))
            } else {
                different.append((key, values))
            }
        }
        self.different = different
        self.common = common
    }
}

/// Nested keys joined by dots; a list stays one value.
private func flatten(_ value: JSONValue, key: String, into settings: inout [String: String]) {
    if case .object(let fields) = value, !fields.isEmpty || key.isEmpty {
        for (name, field) in fields {
            flatten(field, key: key.isEmpty ? name : "\(key).\(name)", into: &settings)
        }
    } else {
        settings[key] = text(value)
    }
}

private func text(_ value: JSONValue) -> String {
    switch value {
    case .null: "none"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): value
    case .array(let values): "[" + values.map(text).joined(separator: ", ") + "]"
    case .object(let fields):
        "{" + fields.sorted { $0.key < $1.key }.map { "\($0.key): \(text($0.value))" }.joined(separator: ", ")
            + "}"
    }
}
