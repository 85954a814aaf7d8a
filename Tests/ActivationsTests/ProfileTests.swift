import Testing
import Torch

@testable import Activations

@Suite struct ProfileTests {
    /// The figures of the Mish thread's table, in seconds.
    @Test(arguments: [
        (223.7e-6, "223.7µ"), (1.026e-6, "1.026µ"), (6.370e-3, "6.370m"), (10.11e-3, "10.11m"), (0.999_96, "1.000"),
        (999.96e-9, "1.000µ"), (1, "1.000"), (1e-3, "1.000m"), (1000, "1.000k"), (4.8e12, "4.800T"), (99.996, "100.0"),
        (0, "0.000"),
    ])
    func fourDigitsAndAPrefix(value: Double, text: String) {
        #expect(quantity(value) == text)
    }

    @Test(arguments: [DType.float16, .bfloat16, .float32, .float64])
    func everyFunctionIsThereWithItsBytes(dtype: DType) throws {
        var reported: [String] = []
        let profile = try Profile(size: [2, 3, 5], repeats: 3, warmup: 1)
        let rows = try profile.measure(dtype) { reported.append($0.name + $0.operation.suffix) }
        let names = ["relu", "softplus", "mish_pt", "mish_torch", "mish", "mish_softplus"]
        let expected = names.flatMap { name in ["_fwd", "_bwd", "_bwd2"].map { name + $0 } }
        #expect(reported == ["copy"] + expected + ["mish_inplace_fwd", "mish_inplace_bwd"])
        for row in rows {
            // Forward reads one tensor and writes one; backward reads two; double backward reads three, writes two.
            // Softplus is written by the forward pass and read by the backward pass.
            let stored = row.name == "mish_softplus" && row.operation != .doubleBackward ? 1 : 0
            let tensors = ["copy": 2, "forward": 2, "backward": 3, "doubleBackward": row.name == "relu" ? 3 : 5]
            #expect(row.bytes == (tensors[row.operation.rawValue]! + stored) * 30 * dtype.size)
            #expect(row.minimum <= row.mean && row.mean <= row.maximum && row.minimum > 0)
            #expect(row.standardDeviation <= row.maximum - row.minimum)
            #expect(abs(row.bandwidth * row.mean - Double(row.bytes)) <= 1e-9 * Double(row.bytes))
        }
        #expect(rows[0].copyRatio == 1)
    }

    @Test func theLineIsThatOfTheThread() {
        let row = Profile.Row(
            name: "relu", type: "float16", operation: .forward, mean: 223.7e-6, standardDeviation: 1.026e-6,
            minimum: 221.6e-6, maximum: 229.2e-6, bytes: 41_943_040, bandwidth: 187.5e9, copyRatio: 0.984)
        #expect(
            row.text == " relu_fwd:          223.7µs ± 1.026µs (221.6µs - 229.2µs)  187.5GB/s  0.98 of a copy")
    }

    @Test func aSizeBeyondMemoryIsRefusedBeforeItIsTouched() throws {
        let profile = try Profile(size: [1 << 40])
        let error = #expect(throws: ProfileError.self) { try profile.measure(.float64) }
        #expect("\(try #require(error))".contains("choose a smaller --size"))
    }
}

@Suite struct TimePointTests {
    @Test func timeGoesOn() {
        let start = TimePoint(on: .cpu)
        _ = Tensor.ones([64, 64]).matmul(Tensor.ones([64, 64]))
        let end = TimePoint(on: .cpu)
        #expect(end.seconds(since: start) > 0 && start.seconds(since: start) == 0)
    }

    @Test(.enabled(if: (try? Device.cuda.checkAvailable()) != nil)) func timeGoesOnOnCUDA() {
        let x = Tensor.ones([1 << 24], device: .cuda)
        let start = TimePoint(on: .cuda)
        for _ in 0..<10 { _ = x + 1 }
        #expect(TimePoint(on: .cuda).seconds(since: start) > 0)
    }
}
