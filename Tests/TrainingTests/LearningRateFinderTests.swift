import Foundation
import Optimizers
import Testing
import Torch

@testable import Training

// Within that suite since both draw first weights from the one random generator of the process.
extension TrainerTests {
    @Suite struct LearningRateFinderTests {
        @Test(arguments: ["fp32", "bf16", "fp16"]) func aSweepLeavesNothingBehind(precision: String) throws {
            let finder = try LearningRateFinder(smallRecipe("precision: \(precision)"), seed: 0)
            let weights = finder.learner.model.state().mapValues { $0.clone() }
            let record = finder.learner.optimizer.state().record
            let scale = finder.learner.scaler?.state
            let finding = try finder.find()

            for (name, tensor) in finder.learner.model.state() {
                #expect(weights[name].map(tensor.equals) == true, "\(name)")
            }
            #expect(finder.learner.optimizer.state().record == record)
            #expect(finder.learner.scaler?.state == scale)
            // So that a second sweep sees what the first one saw.
            #expect(try finder.find().curve == finding.curve)
        }

        @Test func learningRatesGrowByOneFactorAndASuggestionIsOneOfThem() throws {
            var told: [Double] = []
            let finding = try LearningRateFinder(smallRecipe(), seed: 0).find(steps: 40, from: 1e-5, to: 1) {
                step, loss in
                told.append(loss)
                #expect(step == told.count)
            }
            let curve = finding.curve
            // Eight epochs of five batches, unless the loss diverged before.
            #expect(curve.rates.count > 10 && curve.planned == 40)
            for (step, rate) in curve.rates.enumerated() {
                #expect(abs(rate / pow(10, -5 + 5 * Double(step) / 40) - 1) < 1e-12)
            }
            #expect(Array(told.prefix(curve.rawLosses.count)) == curve.rawLosses)
            #expect(finding.chosen.reading == .valley)
            for suggestion in finding.suggestions {
                #expect((curve.rates[0]...curve.rates.last!).contains(suggestion.rate), "\(suggestion)")
            }
        }

        @Test func theSeedDecides() throws {
            let curves = try [3, 3, 4].map { seed in
                try LearningRateFinder(smallRecipe(), seed: seed).find(steps: 30).curve
            }
            #expect(curves[0] == curves[1])
            #expect(curves[0] != curves[2])
        }

        @Test func theRecipesLearningRateDoesNotMatter() throws {
            let findings = try ["1e-4", "0.5"].map { rate in
                try LearningRateFinder(smallRecipe("optimizer: {name: ranger, learning_rate: \(rate)}"), seed: 0).find(
                    steps: 30)
            }
            #expect(findings[0].curve == findings[1].curve)
        }

        @Test func aSweepThatDivergesAtOnceSaysSo() throws {
            let finder = try LearningRateFinder(smallRecipe("optimizer: {name: sgd, learning_rate: 0.1}"), seed: 0)
            let error = #expect(throws: LearningRateFinderError.self) { try finder.find(from: 1e30, to: 1e31) }
            guard case .divergedAtOnce(let steps, 100, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(steps < 16)
            #expect(error?.description.contains("--start") == true)
        }

        @Test func aFirstLossThatIsNotFiniteIsNotTheLearningRates() throws {
            let finder = try LearningRateFinder(smallRecipe(), seed: 0)
            _ = withoutGradients { finder.learner.model.parameters()[0].tensor.fill_(Float.nan) }
            let error = #expect(throws: LearningRateFinderError.self) { try finder.find() }
            guard case .notFinite(let loss)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(loss.isNaN)
        }

        @Test(arguments: [(2.1e-3, "2.1e-3"), (1e-2, "1e-2"), (9.99, "1e1"), (3, "3e0"), (1.04e-7, "1e-7")])
        func learningRatesAreWrittenAsRecipesReadThem(rate: Double, text: String) throws {
            #expect(rate.learningRateText == text)
            let recipe = try smallRecipe("optimizer: {name: sgd, learning_rate: \(text)}")
            #expect(recipe.optimizer.learningRate == Double(text))
        }
    }
}
