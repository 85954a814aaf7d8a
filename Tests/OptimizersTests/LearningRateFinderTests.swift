import Foundation
import Layers
import Testing
import Torch

@testable import Optimizers

struct LearningRateFinderTests {
    /// What Tests/Reference/learning_rates.py computed with fastai's functions.
    struct Sweep: Decodable {
        let planned: Int
        let rates, raw, smoothed: [Double]
        let suggestions: [String: Double]
    }

    @Test func suggestionsAreFastais() throws {
        let file = Bundle.module.bundleURL.appending(path: "Fixtures/learning_rates.json")
        let sweeps = try JSONDecoder().decode([Sweep].self, from: Data(contentsOf: file))
        #expect(sweeps.count == 10)
        for sweep in sweeps {
            var curve = LearningRateCurve(planned: sweep.planned)
            var stops: [Int] = []
            for (step, (rate, loss)) in zip(sweep.rates, sweep.raw).enumerated()
            where !curve.add(rate: rate, loss: loss) { stops.append(step) }
            // Only the last step of a sweep that diverged stops it.
            #expect(stops == (sweep.rates.count < sweep.planned ? [sweep.rates.count - 1] : []))
            for (a, b) in zip(curve.losses, sweep.smoothed) { #expect(agree(a, b, 1e-12)) }
            #expect(curve.suggestions.count == sweep.suggestions.count)
            for (reading, rate) in curve.suggestions {
                #expect(rate == sweep.suggestions[reading.rawValue], "\(reading)")
            }
        }
    }

    @Test func shortCurvesSuggestNothing() {
        var curve = LearningRateCurve(planned: 100)
        for step in 0..<15 {
            #expect(curve.suggestions.isEmpty)
            let goesOn = curve.add(rate: Double(step + 1), loss: 1)
            #expect(goesOn)
        }
        for loss in [Double.nan, .infinity] {
            let goesOn = curve.add(rate: 16, loss: loss)
            #expect(!goesOn)
        }
        #expect(curve.rates.count == 15)
    }

    @Test func aSweepLeavesNothingBehind() throws {
        let network = Sequential {
            Linear(3, 4)
            Linear(4, 1)
        }
        let optimizer = try Optimizer(Ranger(learningRate: 0.01), of: network)
        let x = Tensor.linspace(-1, 1, steps: 24).reshape([8, 3])
        func train() {
            optimizer.zeroGrad()
            (network(x) - x.sum(dim: 1, keepDim: true)).square().mean().backward()
            optimizer.step()
        }
        for _ in 0..<4 { train() }
        let weights = network.state().mapValues { $0.array(Double.self) }
        let memories = optimizer.state().tensors.mapValues { $0.array(Double.self) }
        let record = optimizer.state().record

        let curve = try LearningRateCurve.sweep(network, optimizer) { _ in
            (network(x) - x.sum(dim: 1, keepDim: true)).square().mean()
        }
        #expect(agree(curve.rates[0], 1e-7, 1e-20) && agree(curve.rates[50], 1e-3, 1e-12))
        struct Interrupted: Error {}
        #expect(throws: Interrupted.self) {
            try LearningRateCurve.sweep(network, optimizer) { step in
                if step == 3 { throw Interrupted() }
                return network(x).square().mean()
            }
        }
        #expect(network.state().mapValues { $0.array(Double.self) } == weights)
        #expect(optimizer.state().tensors.mapValues { $0.array(Double.self) } == memories)
        #expect(optimizer.state().record == record)
        #expect(network.parameters().allSatisfy { $0.grad == nil })
    }
}
