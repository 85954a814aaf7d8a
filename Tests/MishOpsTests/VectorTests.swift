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

    /// A few units of the last place; where a derivative passes through 0, of the terms that cancel there.
    @Test(arguments: Activation.all) func fp64IsWithinAFewUnitsOfTheLastPlace(activation: Activation) {
        let table = ReferenceTable(activation, .float64)
        func doubles(_ codes: [UInt64]) -> [Double] { codes.map(Double.init(bitPattern:)) }
        let x = Tensor(doubles(table.inputs)), one = x.onesLike()
        let second = activation.doubleBackward.tensors(.tensor(one), .tensor(one), .tensor(x))
        let results = [activation(x), activation.backward(one, x), second[0], second[1]]
        for (order, (result, exact)) in zip(results, [table.value, table.first, table.first, table.second]).enumerated()
        {
            for ((y, e), x) in zip(zip(result.array(Double.self), doubles(exact)), doubles(table.inputs)) {
                let units = Swift.abs(y - e) / e.ulp
                let cancelling = order > 0 && Swift.abs(x) < 6 && Swift.abs(y - e) < 0x1p-50
                // Far right, f'' is a power of e^-x, e^(-x^2) or e^(-e^x), whose relative error grows with the power.
                let limit = order == 3 && x > 0 ? 2_000.0 : 8
                #expect(y == e || units <= limit || cancelling, "at \(x): \(y), exact \(e), \(units) ulp")
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
