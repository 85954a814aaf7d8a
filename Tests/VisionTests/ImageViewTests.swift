import Foundation
import Testing
import Vision

@Suite("Crops, flips and sizes")
struct ImageViewTests {
    struct Case: Decodable, Sendable {
        let width: Int
        let height: Int
        let scale: [Double]
        let seed: UInt64
        let epoch: Int
        let index: Int
        let crop: [Int]
        let flip: Bool
    }

    @Test("Training views follow torchvision's procedure")
    func trainingViews() throws {
        for expected in try Fixtures.records(Case.self, in: "views.json") {
            let transform = TrainingTransform(
                size: 128, crop: .randomResized(scale: expected.scale[0]...expected.scale[1]))
            let view = transform.view(
                width: expected.width, height: expected.height, seed: expected.seed, epoch: expected.epoch,
                index: expected.index)
            let crop = Rectangle(
                x: expected.crop[0], y: expected.crop[1], width: expected.crop[2], height: expected.crop[3])
            #expect(view.crop == crop, "\(expected)")
            #expect(view.isFlipped == expected.flip, "\(expected)")
            #expect((view.width, view.height) == (128, 128))
        }
    }

    @Test("Crops of any image lie inside it")
    func cropsLieInside() {
        var random = CounterRandom(seed: 11, epoch: 0, index: 0, purpose: .augmentation)
        for index in 0..<5000 {
            let (width, height) = (1 + random.integer(below: 60), 1 + random.integer(below: 60))
            let view = TrainingTransform(size: 8, crop: .randomResized(scale: 0.01...1))
                .view(width: width, height: height, seed: 0, epoch: 1, index: index)
            #expect(Rectangle(width: width, height: height).contains(view.crop))
        }
    }

    @Test("The square crop is as large as the image allows, at every place along the longer side")
    func squares() {
        for (width, height) in [(50, 40), (40, 50), (40, 40), (1, 7)] {
            let side = min(width, height)
            let crops = (0..<500).map { index in
                TrainingTransform(size: 8, crop: .square)
                    .view(width: width, height: height, seed: 1, epoch: 0, index: index).crop
            }
            #expect(crops.allSatisfy { ($0.width, $0.height) == (side, side) })
            #expect(Set(crops.map(\.x)) == Set(0...width - side))
            #expect(Set(crops.map(\.y)) == Set(0...height - side))
        }
    }

    @Test("Half of the views are flipped, none at probability 0, all at 1")
    func flips() {
        func flipped(_ probability: Double) -> Int {
            let transform = TrainingTransform(size: 8, flipProbability: probability)
            return (0..<10_000).filter {
                transform.view(width: 50, height: 50, seed: 4, epoch: 0, index: $0).isFlipped
            }.count
        }
        #expect(abs(flipped(0.5) - 5000) < 300)
        #expect(flipped(0) == 0)
        #expect(flipped(1) == 10_000)
    }

    @Test("Resize and centre crop have torchvision's sizes and offsets")
    func resizeAndCrop() {
        // Resize(160): int(160 * 500 / 375) = 213; CenterCrop(128): round(85 / 2) = 42, halves to even.
        let view = EvaluationTransform.resizeAndCrop(size: 128, shortestSide: 160).view(
            width: 500, height: 375)
        #expect((view.resizedWidth, view.resizedHeight) == (213, 160))
        #expect(view.window == Rectangle(x: 42, y: 16, width: 128, height: 128))
        #expect(view.crop == Rectangle(width: 500, height: 375))
        let upright = EvaluationTransform.resizeAndCrop(size: 128, shortestSide: 161).view(
            width: 10, height: 10)
        #expect(upright.window == Rectangle(x: 16, y: 16, width: 128, height: 128))
    }

    @Test("Squish and centre crop ignore the aspect")
    func squishAndCrop() {
        let view = EvaluationTransform.squishAndCrop(size: 128, resizedTo: 152).view(width: 500, height: 375)
        #expect((view.resizedWidth, view.resizedHeight) == (152, 152))
        #expect(view.window == Rectangle(x: 12, y: 12, width: 128, height: 128))
    }
}
