import Foundation

extension Recipe {
    /// Reads the recipe file at `path`.
    ///
    /// - Parameters:
    ///   - overrides: `key=value` each, such as `optimizer.learning_rate=1e-3`: they replace what the file says
    ///     or add to it. A later one wins.
    ///   - vocabulary: the names that the recipe may use; `nil` accepts any.
    /// - Throws: ``RecipeError`` with everything that is wrong.
    public init(
        contentsOf path: String, overrides: [String] = [], vocabulary: RecipeVocabulary?
    ) throws(RecipeError) {
        try self.init(
            yaml: Self.text(of: path), path: path, overrides: overrides, vocabulary: vocabulary)
    }

    /// Reads a recipe from the text of a file; `path` names the file in errors, names the recipe unless it has
    /// a name, and is what relative paths to data and weights start from.
    ///
    /// - Parameters:
    ///   - overrides: `key=value` each, such as `optimizer.learning_rate=1e-3`: they replace what the text says
    ///     or add to it. A later one wins.
    ///   - vocabulary: the names that the recipe may use; `nil` accepts any.
    /// - Throws: ``RecipeError`` with everything that is wrong.
    public init(
        yaml: String, path: String, overrides: [String] = [], vocabulary: RecipeVocabulary?
    ) throws(RecipeError) {
        var node = try RecipeNode.parse(yaml: yaml, path: path)
        for override in overrides { try node.apply(override: override) }
        let file = URL(filePath: path)
        self.init(name: file.deletingPathExtension().lastPathComponent)
        try read(node, vocabulary: vocabulary)
        let folder = file.deletingLastPathComponent().path
        data = data.resolved(relativeTo: folder)
        weights = weights?.resolved(relativeTo: folder)
    }

    private mutating func read(_ node: RecipeNode, vocabulary: RecipeVocabulary?) throws(RecipeError) {
        let problems = RecipeFields.read(&self, from: node, vocabulary: vocabulary)
        if !problems.isEmpty { throw RecipeError(problems: problems) }
    }

    /// Far above any recipe: a data file given by mistake is not read into memory.
    private static let sizeLimit = 1 << 20

    private static func text(of path: String) throws(RecipeError) -> String {
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            guard let bytes = try file.read(upToCount: sizeLimit + 1) else { return "" }
            guard bytes.count <= sizeLimit else {
                throw RecipeError(.file(path), "too large for a recipe (above 1 MiB)")
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw RecipeError(.file(path), "not a text file in UTF-8")
            }
            return text
        } catch let error as RecipeError {
            throw error
        } catch {
            throw RecipeError(.file(path), "cannot be read: \(error.localizedDescription)")
        }
    }
}

extension String {
    /// The absolute path: `~` is the home folder, and other paths start at `folder`.
    func resolvedPath(relativeTo folder: String) -> String {
        let expanded = (self as NSString).expandingTildeInPath
        return URL(filePath: expanded, relativeTo: URL(filePath: folder, directoryHint: .isDirectory))
            .standardizedFileURL.path
    }
}

// A recorded recipe holds what a resolved one prints, and is checked by the same code.
extension Recipe: Codable {
    /// Reads a recorded recipe; names of networks and activations are not checked.
    public init(from decoder: any Decoder) throws {
        let node = try RecipeNode(from: decoder)
        self.init()
        try read(node, vocabulary: nil)
    }

    /// Writes the resolved recipe: every key with its value.
    public func encode(to encoder: any Encoder) throws {
        try RecipeFields.write(self).encode(to: encoder)
    }
}
