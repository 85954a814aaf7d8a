import Activations
import Testing
import Torch

/// Every code of a 16-bit type, in order.
func everyCode(_ dtype: DType, device: Device = .cpu) -> Tensor {
    Tensor(codes: (0...UInt64(UInt16.max)).map { $0 }, dtype: dtype).to(device: device)
}

/// The inputs where a result differs from the exact one, all given as codes. A derivative's zero may have either sign.
func misrounded(_ results: [UInt64], _ exact: [UInt64], inputs: [UInt64], eitherZero: Bool) -> [UInt64] {
    inputs.indices.filter { index in
        results[index] != exact[index] && !(eitherZero && results[index] == 0x8000 && exact[index] == 0)
    }.map { inputs[$0] }
}

@Suite struct ExactTableTests {
    @Test(arguments: Activation.all, [DType.float16, .bfloat16])
    func everyCodeIsRoundedCorrectly(activation: Activation, dtype: DType) {
        check(activation, dtype, device: .cpu)
    }

    @Test(.enabled(if: cudaIsAvailable), arguments: Activation.all, [DType.float16, .bfloat16])
    func everyCodeIsRoundedCorrectlyOnCUDA(activation: Activation, dtype: DType) {
        check(activation, dtype, device: .cuda)
    }

    func check(_ activation: Activation, _ dtype: DType, device: Device) {
        let table = ReferenceTable(activation, dtype)
        let x = table.x(on: device), one = x.onesLike()
        let value = activation(x).codes
        let first = activation.backward(one, x).codes
        let both = activation.doubleBackward.tensors(.tensor(one), .tensor(one), .tensor(x)).map(\.codes)
        #expect(misrounded(value, table.value, inputs: table.inputs, eitherZero: false) == [])
        #expect(misrounded(first, table.first, inputs: table.inputs, eitherZero: true) == [])
        #expect(misrounded(both[0], table.first, inputs: table.inputs, eitherZero: true) == [])
        #expect(misrounded(both[1], table.second, inputs: table.inputs, eitherZero: true) == [])
    }
}

let cudaIsAvailable: Bool = (try? Device.cuda.checkAvailable()) != nil
