import Foundation
import Models
import TestSupport
import Testing

@testable import Training

/// Documentation/recipes.md names every key that a recipe may have, and no other, with its default.
@Suite(.enabled(if: repository != nil)) struct RecipeReferenceTests {
    /// The tables under the headings of the second level: of each row the code in each cell.
    static let tables: [String: [[[String]]]] = {
        let text = repository.flatMap { root in
            try? String(contentsOf: root.appending(path: "Documentation/recipes.md"), encoding: .utf8)
        }
        var tables: [String: [[[String]]]] = [:]
        var heading = ""
        for line in (text ?? "").split(separator: "\n") {
            if line.hasPrefix("## ") { heading = String(line.dropFirst(3)) }
            guard line.hasPrefix("| `") else { continue }
            let cells = line.split(separator: "|").map { cell in cell.matches(of: /`([^`]*)`/).map { String($0.1) } }
            tables[heading, default: []].append(cells)
        }
        return tables
    }()

    /// The keys of a section that is written, those inside others with dots.
    static func keys(_ node: RecipeNode, _ path: String = "") -> Set<String> {
        guard case .mapping(let entries) = node.content else { return [path] }
        return Set(entries.flatMap { keys($0.value, path.isEmpty ? $0.key : "\(path).\($0.key)") })
    }

    /// Whether `settings`, such as `momentum: 0.9`, are all that a section called `name` has, and its defaults.
    private func check(_ section: String, _ name: String, _ settings: [String], common: Set<String>) throws {
        func written(_ yaml: String) throws -> RecipeNode {
            // The schedule of this name needs it.
            let more = name == "fine-tune" ? "\nfine_tuning: {frozen_epochs: [1, 0]}" : ""
            let recipe = try Recipe(yaml: yaml + more, path: "/test.yaml", vocabulary: .standard)
            guard case .mapping(let entries) = RecipeFields.write(recipe).content,
                let node = entries.first(where: { $0.key == section })?.value
            else { return RecipeFields.write(recipe) }
            return node
        }
        let all = try written("\(section): {\((["name: \(name)"] + settings).joined(separator: ", "))}")
        guard case .mapping(let entries) = all.content else { return }
        let documented = Set(settings.map { $0.prefix { $0 != ":" }.description })
        #expect(Set(entries.map(\.key)).subtracting(common) == documented.subtracting(common), "\(name)")
        // An open network has no defaults.
        if name != "mxresnet" { #expect(try written("\(section): \(name)") == all, "\(name)") }
    }

    @Test func theKeys() throws {
        var recipe = Recipe(data: .folder("photos"))
        recipe.weights = .init(file: "weights.pth")
        recipe.fineTuning = .init()
        recipe.augmentation.erasing = .init()
        recipe.loss = .binaryCrossEntropy(.init())
        let ofTheirOwn = ["optimizer", "schedule", "model"]
        let known = Self.keys(RecipeFields.write(recipe)).filter { key in
            !ofTheirOwn.contains { key.hasPrefix($0 + ".") }
        }
        let documented = Set(try #require(Self.tables["Keys"]).flatMap { $0[0] })
        let common: Set = [
            "model.name", "model.activation", "model.saving", "optimizer.name", "optimizer.decay_norms_and_biases",
            "optimizer.lookahead.steps", "optimizer.lookahead.alpha", "schedule.name",
        ]
        #expect(documented == known.union(common), "\(documented.symmetricDifference(known.union(common)))")
    }

    @Test func theNetworks() throws {
        let rows = try #require(Self.tables["Networks"])
        #expect(Set(rows.flatMap { $0[0] }) == Set(ModelCatalog.entries.map(\.name)))
        for row in rows { for name in row[0] { try check("model", name, row[1], common: ["name", "saving"]) } }
    }

    @Test func theOptimizersWithTheirUsualSchedules() throws {
        let rows = try #require(Self.tables["Optimizers"])
        #expect(rows.map { $0[0][0] }.sorted() == Recipe.Optimizer.Name.allCases.map(\.rawValue).sorted())
        for row in rows {
            let common: Set = ["name", "decay_norms_and_biases", "lookahead"]
            try check("optimizer", row[0][0], row[1], common: common)
            let optimizer = Recipe.Optimizer(try #require(.init(rawValue: row[0][0])))
            #expect([Recipe.Schedule(usualFor: optimizer).name.rawValue] == row[2])
        }
    }

    @Test func theSchedules() throws {
        let rows = try #require(Self.tables["Schedules"])
        #expect(rows.map { $0[0][0] }.sorted() == Recipe.Schedule.Name.allCases.map(\.rawValue).sorted())
        for row in rows { try check("schedule", row[0][0], row[1], common: ["name"]) }
    }
}
