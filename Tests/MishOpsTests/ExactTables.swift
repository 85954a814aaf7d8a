import Activations
import CZlib
import Foundation
import Testing
import Torch

/// The correctly rounded f, f' and f'' for every code of a 16-bit type, made by Tests/Reference/activations.py.
struct ExactTable {
    let value: [UInt16]
    let first: [UInt16]
    let second: [UInt16]

    /// Three tables of 65,536 codes, each stored as differences modulo 2^16, all compressed by zlib.
    init(_ activation: Activation, _ dtype: DType) throws {
        let form = dtype == .float16 ? "f16" : "bf16"
        let file = "Vectors/\(activation.name).\(form)"
        let packed = try Data(contentsOf: #require(Bundle.module.url(forResource: file, withExtension: "bin")))
        var codes = [UInt16](repeating: 0, count: 3 * 65_536)
        let status = codes.withUnsafeMutableBytes { codes in
            var size = uLongf(codes.count)
            return packed.withUnsafeBytes { packed in
                uncompress(
                    codes.baseAddress, &size, packed.bindMemory(to: Bytef.self).baseAddress, uLong(packed.count))
            }
        }
        try #require(status == Z_OK)
        let tables = (0..<3).map { table in
            codes[table * 65_536..<(table + 1) * 65_536].reduce(into: [UInt16]()) {
                $0.append(($0.last ?? 0) &+ UInt16(littleEndian: $1))
            }
        }
        (value, first, second) = (tables[0], tables[1], tables[2])
    }
}

/// Every code of a 16-bit type, in order.
func everyCode(_ dtype: DType, device: Device = .cpu) -> Tensor {
    (0...UInt16.max).map { $0 }.withUnsafeBytes { Tensor(copying: $0, shape: [65_536], dtype: dtype) }
        .to(device: device)
}

func codes(_ tensor: Tensor) -> [UInt16] {
    tensor.to(device: .cpu).contiguous().withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
}

/// The finite codes where a result differs from the table. A derivative's zero may have either sign.
func misrounded(_ results: [UInt16], _ table: [UInt16], inputs: [UInt16], eitherZero: Bool) -> [UInt16] {
    inputs.filter { code in
        let result = results[Int(code)], exact = table[Int(code)]
        // The tables mark infinities and NaN by 0x7fff.
        return exact != 0x7fff && result != exact && !(eitherZero && result == 0x8000 && exact == 0)
    }
}

@Suite struct ExactTableTests {
    @Test(arguments: Activation.all, [DType.float16, .bfloat16])
    func everyCodeIsRoundedCorrectly(activation: Activation, dtype: DType) throws {
        try check(activation, dtype, device: .cpu)
    }

    @Test(.enabled(if: cudaIsAvailable), arguments: Activation.all, [DType.float16, .bfloat16])
    func everyCodeIsRoundedCorrectlyOnCUDA(activation: Activation, dtype: DType) throws {
        try check(activation, dtype, device: .cuda)
    }

    func check(_ activation: Activation, _ dtype: DType, device: Device) throws {
        let table = try ExactTable(activation, dtype)
        let x = everyCode(dtype, device: device)
        let inputs = codes(x)
        let one = x.onesLike()
        let value = codes(activation(x))
        let first = codes(activation.backward(one, x))
        let both = activation.doubleBackward.tensors(.tensor(one), .tensor(one), .tensor(x)).map(codes)
        #expect(misrounded(value, table.value, inputs: inputs, eitherZero: false) == [])
        #expect(misrounded(first, table.first, inputs: inputs, eitherZero: true) == [])
        #expect(misrounded(both[0], table.first, inputs: inputs, eitherZero: true) == [])
        #expect(misrounded(both[1], table.second, inputs: inputs, eitherZero: true) == [])
    }
}

let cudaIsAvailable: Bool = (try? Device.cuda.checkAvailable()) != nil
