import Activations
import Testing
import Torch

@Suite struct VectorTests {
    /// Distances in units of the last place, between the codes of numbers of one sign.
    static func distance(_ a: Float, _ b: Float) -> Int { abs(ordered(a) - ordered(b)) }
    static func ordered(_ x: Float) -> Int {
        x.sign == .minus ? -Int(x.bitPattern & 0x7fff_ffff) : Int(x.bitPattern)
    }

    @Test(arguments: Activation.all) func fp32IsWithinAUnitOfTheLastPlace(activation: Activation) {
        let table = ReferenceTable(activation, .float32)
        func floats(_ codes: [UInt64]) -> [Float] { codes.map { Float(bitPattern: UInt32($0)) } }
        let x = Tensor(floats(table.inputs)), one = x.onesLike()
        let second = activation.doubleBackward.tensors(.tensor(one), .tensor(one), .tensor(x))
        let results = [activation(x), activation.backward(one, x), second[0], second[1]]
        for (result, exact) in zip(results, [table.value, table.first, table.first, table.second]) {
            for ((y, e), x) in zip(zip(result.array(Float.self), floats(exact)), floats(table.inputs)) {
                #expect(Self.distance(y, e) <= 1, "at \(x): \(y), exact \(e)")
            }
        }
    }

    /// Over all binades, and next to zeros of the derivatives, kinks and the ends of the tails.
    @Test(arguments: Activation.all) func fp64IsWithinTwoUnitsOfTheLastPlace(activation: Activation) {
        let inputs = PreciseResults.samplePoints(activation, perRange: 500)
        let exact = PreciseResults(activation, at: inputs)
        let x = Tensor(inputs), one = x.onesLike()
        let second = activation.doubleBackward.tensors(.tensor(one), .tensor(one), .tensor(x))
        let results = [activation(x), activation.backward(one, x), second[0], second[1]]
        for (result, order) in zip(results, [0, 1, 1, 2]) {
            for (index, y) in result.array(Double.self).enumerated() {
                let units = exact.error(of: y, index, order: order)
                #expect(units <= 2, "order \(order) at \(inputs[index]): \(y), \(units) ulp")
            }
        }
    }

    @Test(arguments: Activation.all, [DType.float16, .bfloat16, .float32, .float64])
    func infinitiesGiveLimitsAndNaNPropagates(activation: Activation, dtype: DType) {
        let x = Tensor([-Double.infinity, .infinity, .nan], dtype: dtype), one = x.onesLike()
        let value = activation(x).array(Double.self)
        let first = activation.backward(one, x).array(Double.self)
        let second = activation.doubleBackward.tensors(.tensor(one), .tensor(one), .tensor(x))[1].array(Double.self)
        #expect(value[1] == .infinity && !value[0].isNaN && !first[0].isNaN && !first[1].isNaN)
        #expect(second[0] == 0 && second[1] == 0)
        #expect(value[2].isNaN && first[2].isNaN && second[2].isNaN)
    }

    @Test(arguments: Activation.all, [DType.float16, .bfloat16, .float32, .float64])
    func everyFiniteInputHasFiniteDerivatives(activation: Activation, dtype: DType) {
        // The bf16 numbers cover the range of fp32, and their powers that of fp64.
        let every = everyCode(dtype == .float16 ? .float16 : .bfloat16)
        let finite = every[every.isfinite()].to(dtype: dtype)
        let x = dtype == .float64 ? Tensor.cat([finite, finite * finite.abs().pow(7)]) : finite
        let numbers = x[x.isfinite()], one = numbers.onesLike()
        #expect(activation.backward(one, numbers).isfinite().all().item(Bool.self))
        let second = activation.doubleBackward.tensors(.tensor(one), .tensor(one), .tensor(numbers))
        #expect(second.allSatisfy { $0.isfinite().all().item(Bool.self) })
    }
}
