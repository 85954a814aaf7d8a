import Testing
import Torch

@testable import Activations

@Suite struct ReferenceTableTests {
    /// From the definition of Mish in 50 digits, rounded to a double.
    @Test(arguments: [
        (-5.0, -0.03357623773016170539619, -0.02674749801990193350368, -0.01985067826260836104815),
        (0.5, 0.3752452113048951048186, 0.8864243753577272584509, 0.4680533778448865833255),
        (3.0, 2.986535004967957319057, 1.021106910929443772656, -0.03026649663932699142617),
    ])
    func mishAtKnownPoints(x: Double, f: Double, f1: Double, f2: Double) throws {
        let table = ReferenceTable(.mish, .float64)
        let index = try #require(table.inputs.firstIndex(of: x.bitPattern))
        #expect(table.value[index] == f.bitPattern)
        #expect(table.first[index] == f1.bitPattern)
        #expect(table.second[index] == f2.bitPattern)
    }

    @Test(arguments: Activation.all) func everyActivationHasExactResultsInEveryType(activation: Activation) {
        for dtype in [DType.float16, .bfloat16, .float32, .float64] {
            let table = ReferenceTable(activation, dtype)
            // All 2^16 codes but those of infinities and NaN: 1,024 fractions and two signs in fp16, 128 in bf16.
            if table.isExhaustive { #expect(table.inputs.count == 65_536 - (dtype == .float16 ? 2048 : 256)) }
            #expect(Set([table.inputs, table.value, table.first, table.second].map(\.count)).count == 1)
            #expect(table.x().isfinite().all().item(Bool.self) && table.x().codes == table.inputs)
        }
    }

    @Test func unitsOfTheLastPlaceAreThoseOfTheType() {
        let numbers = [1.0, -1.5, 3e-39, 0, 1e-45, 65_504, 0.999]
        #expect(Tensor(numbers).unitsOfLastPlace.array(Double.self) == numbers.map(\.ulp))
        let single = Tensor(numbers.map(Float.init)).unitsOfLastPlace.array(Double.self)
        #expect(single == numbers.map { Double(Float($0).ulp) })
        let half = Tensor(numbers, dtype: .float16).unitsOfLastPlace.array(Double.self)
        #expect(half == numbers.map { Double(Float16($0).ulp) })
        #expect(Tensor([1.0], dtype: .bfloat16).unitsOfLastPlace.item(Double.self) == 1.0 / 128)
    }
}

@Suite struct PreciseResultsTests {
    /// The reference points were evaluated with MPFR in 600 bits and rounded.
    @Test(arguments: Activation.all) func roundedTheyAreThoseOfMPFR(activation: Activation) {
        for dtype in [DType.float32, .float64] {
            let table = ReferenceTable(activation, dtype)
            let exact = PreciseResults(activation, at: table.x().array(Double.self))
            for (order, codes) in [table.value, table.first, table.second].enumerated() {
                let expected = Tensor(codes: codes, dtype: dtype).array(Double.self)
                for (index, value) in expected.enumerated() {
                    let rounded =
                        dtype == .float64
                        ? exact.nearest(index, order: order) : Double(exact.nearestFloat(index, order: order))
                    #expect(rounded == value, "order \(order) at \(table.x().array(Double.self)[index])")
                }
            }
        }
    }

    @Test func aSampleReachesEveryBinadeAndTheZeros() {
        let points = PreciseResults.samplePoints(.mish, perRange: 500)
        #expect(Set(points.map(\.exponent)).count > 400 && points == PreciseResults.samplePoints(.mish, perRange: 500))
        #expect(points.contains(-0x1.31432c0d12d84p+0), "the zero of f'")
    }
}

@Suite struct EnclosureTests {
    /// Numbers of every size, and next to zeros and kinks: the exact result is within the bounds, which decide it but
    /// rarely.
    @Test(arguments: Activation.all) func boundsHoldAndLeaveLittleToDecide(activation: Activation) {
        let points = PreciseResults.samplePoints(activation, perRange: 200).map { Double(Float($0)) }.filter(\.isFinite)
        let precise = PreciseResults(activation, at: points)
        let enclosures = activation.enclosures(at: Tensor(points))
        for (order, enclosure) in enclosures.enumerated() {
            let values = enclosure.value.array(Double.self), scales = enclosure.scale.array(Double.self)
            var wide = 0
            for (index, (value, scale)) in zip(values, scales).enumerated() where value.isFinite && scale.isFinite {
                let exact = precise.nearest(index, order: order), error = scale * Enclosure.unit
                #expect(abs(value - exact) <= error || abs(exact) < 1e-300, "order \(order) at \(points[index])")
                if error > abs(exact) * 0x1p-30 { wide += 1 }
            }
            #expect(wide < points.count / 2)
        }
        let rounded = activation.exactResults(at: Tensor(points.map(Float.init)))
        for order in 0..<3 {
            let expected = points.indices.map { precise.nearestFloat($0, order: order) }
            #expect(rounded[order].array(Float.self) == expected)
        }
    }
}

@Suite struct AccuracyTests {
    /// PyTorch's errors as they were measured with PyTorch from Python: 245 units at -90.5 in bf16's first
    /// derivative, and a second derivative that is NaN from x = 11.1 in fp16 on.
    @Test func libTorchsKnownErrorsAreFound() throws {
        let brain = try #require(Accuracy.measure(.mish, .bfloat16, on: .cpu).last)
        #expect(brain.implementation == "libtorch" && brain.value.misrounded == 0)
        #expect((244...246).contains(brain.first.largest) && brain.first.at == -90.5)
        let half = try #require(Accuracy.measure(.mish, .float16, on: .cpu).last)
        #expect(half.second.nonFinite > 12_000 && half.value.nonFinite == 0)
    }

    @Test func oursAreCorrectlyRounded() throws {
        let rows = try Accuracy.measure(.mish, .float16, on: .cpu)
        #expect(rows.map(\.implementation) == ["ours", "libtorch"])
        #expect([rows[0].value, rows[0].first, rows[0].second].allSatisfy { $0.misrounded == 0 && $0.at == nil })
        #expect(Accuracy.text(rows).contains("every finite input (63488)"))
    }

    @Test func aFunctionThatLibTorchLacksStandsAlone() throws {
        #expect(try Accuracy.measure(.serf, .float32, on: .cpu).map(\.implementation) == ["ours"])
    }

    @Test func aDeviceThatIsNotThereIsRefused() {
        #expect(throws: TorchError.self) { try Accuracy.measure(.mish, .float32, on: .cuda(99)) }
        #expect(throws: TorchError.self) { try Profile(size: [1], device: .cuda(99)) }
    }
}
