import Boards
import Foundation
import FoundationXML
import Testing
import Training

@Suite struct ReportTests {
    let recipes = [
        SyntheticRecipe(name: "mish", mean: 0.95, sd: 0.01),
        SyntheticRecipe(name: "relu", activation: "relu", mean: 0.93, sd: 0.01, failingSeeds: [2]),
    ]

    /// The report on runs of some recipes.
    func html(
        _ recipes: [SyntheticRecipe], seeds: Range<Int> = 0..<5, title: String = "Title"
    ) throws -> String {
        var html = ""
        try withTemporaryFolder { folder in
            let sets = try syntheticSets(recipes, seeds: seeds, in: folder)
            html = Report(try Leaderboard(title: title, sets: sets), sets: sets).html
        }
        return html
    }

    /// The figures of a page, each parsed as XML.
    func figures(_ html: String) throws -> [XMLElement] {
        let pieces = html.components(separatedBy: "<svg").dropFirst()
        return try pieces.map { piece in
            let end = try #require(piece.range(of: "</svg>"))
            let document = try XMLDocument(xmlString: "<svg" + piece[..<end.upperBound])
            return try #require(document.rootElement())
        }
    }

    @Test func thePageStandsAlone() throws {
        let html = try html(recipes)
        for banned in ["<script", "http:", "https:", "src=", "@import", "url(h", "url(\"", "url(/"] {
            #expect(!html.contains(banned), "\(banned)")
        }
        #expect(html.contains("prefers-color-scheme: dark"))
        #expect(html.contains("<h1>mish is better than relu.</h1>"))
        // What differs between the recipes, what they share, and where they ran.
        #expect(html.contains("<td>model.activation</td><td>mish</td><td>relu</td>"))
        #expect(html.contains("<td>optimizer.betas</td><td>[0.95, 0.99]</td>"))
        #expect(html.contains("<td>libtorch</td><td>2.11.0</td>"))
        #expect(html.contains("cpu (2 cores)"))
        #expect(html.contains("the loss became NaN in epoch 11"))
    }

    @Test func thereIsOneDotForEveryCompleteRun() throws {
        let figures = try figures(html(recipes))
        let strip = try #require(
            figures.first { $0.attribute(forName: "aria-label")?.stringValue?.hasPrefix("Accuracy") == true })
        #expect(try strip.nodes(forXPath: "//*[local-name()='circle']").count == 9)
        #expect(try strip.nodes(forXPath: "//*[local-name()='rect']").count == 2)
    }

    @Test func coordinatesAreFiniteWhateverTheRuns() throws {
        var equal = recipes
        equal[0].sd = 0
        equal[1].sd = 0
        equal[1].mean = 0.95
        var short = recipes
        short[0].epochs = 1
        short[1].epochs = 2
        let pages = [
            try html(recipes, seeds: 0..<1), try html(recipes, seeds: 0..<2), try html(equal),
            try html(short),
            try html([recipes[0]]), try html([]),
        ]
        for page in pages {
            for figure in try figures(page) {
                #expect(!figure.xmlString.contains("nan") && !figure.xmlString.contains("inf"))
            }
        }
    }

    @Test func everyTextOfTheUserIsEscaped() throws {
        let evil = "<img src=x onerror=alert(1)>&\"'"
        var recipes = recipes
        recipes[0].name = evil
        recipes[1].activation = evil
        let html = try html(recipes, title: evil)
        #expect(!html.contains("<img"))
        #expect(html.contains("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;"))
        for figure in try figures(html) { #expect(figure.name == "svg") }
    }

    @Test func theSameRunsGiveTheSamePage() throws {
        #expect(try html(recipes) == html(recipes))
    }
}
