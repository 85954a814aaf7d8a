import ArgumentParser
import Foundation
import Models

struct ListModels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "The networks that recipes can name, and what they cost.",
        discussion: """
            Example: mish models mxresnet18 efficientnet_b0

            With a name or --costs: trained values, multiplications with an addition in a forward pass, and values \
            that convolutions and linear layers give, for one image of the size that the network was published \
            for and 1,000 classes. Making and counting all networks takes a minute or two.
            """)

    @Argument(help: "Networks whose costs are shown. Default: all networks, without costs.") var names: [String] = []
    @Flag(help: "Show the costs of all networks.") var costs = false
    @Flag(help: "Print as one JSON object.") var json = false

    func run() throws {
        let entries = names.isEmpty ? ModelCatalog.entries : try names.map(ModelCatalog.entry(named:))
        let progress = LiveLine()
        let rows = entries.enumerated().map { index, entry in
            guard costs || !names.isEmpty else { return Row(entry: entry, cost: nil) }
            progress.show("\(index + 1) of \(entries.count): \(entry.name)")
            return Row(entry: entry, cost: entry.cost())
        }
        progress.clear()
        if json { return try printJSON(Listing(models: rows)) }
        if costs || !names.isEmpty {
            let header = ["network", "parameters", "GMACs", "activations", "image", "summary"]
            print(alignedTable([header] + rows.map(\.cells), rightAligned: [1, 2, 3, 4]))
            print()
            print("for one image and 1,000 classes; GMACs are billions of multiply-adds")
        } else {
            print(alignedTable([["network", "summary"]] + rows.map { [$0.name, $0.summary] }))
            print()
            print("mish models NAME shows what a network costs, mish models --costs what all do")
        }
    }

    private struct Listing: Encodable {
        let models: [Row]
    }

    private struct Row: Encodable {
        let name: String
        let summary: String
        let imageSize: Int
        let activation: String
        /// Nil when they were not asked for, and for networks whose stages the recipe chooses.
        let parameters, multiplyAdds, activations: Int?

        init(entry: ModelCatalog.Entry, cost: ModelCost?) {
            (name, summary, imageSize) = (entry.name, entry.summary, entry.imageSize)
            activation = entry.published.activation?.name ?? "none"
            (parameters, multiplyAdds, activations) = (cost?.parameters, cost?.multiplyAdds, cost?.activations)
        }

        var cells: [String] {
            func millions(_ count: Int?) -> String { count.map { String(format: "%.2f M", Double($0) / 1e6) } ?? "-" }
            return [
                name, millions(parameters), multiplyAdds.map { String(format: "%.2f", Double($0) / 1e9) } ?? "-",
                millions(activations), "\(imageSize) px", summary,
            ]
        }
    }
}
