import Foundation
import Layers
import Torch

/// Weights and inputs that Tests/Reference/counter_values.py makes alike: each element is a hash of its tensor's
/// name and its index.
enum CounterValues {
    /// FNV-1a, 64 bits.
    static func hash(_ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// SplitMix64's output number `index` + 1 from the name's hash.
    static func hash(_ name: UInt64, _ index: Int) -> UInt64 {
        var z = name &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Values in [-1, 1), times `scale`, plus `offset`.
    static func uniform(_ name: String, _ shape: [Int], scale: Double = 1, offset: Double = 0) -> Tensor {
        let seed = hash(name)
        let values = (0..<shape.reduce(1, *)).map { index in
            (Double(hash(seed, index) >> 11) * 0x1p-52 - 1) * scale + offset
        }
        return Tensor(values, shape: shape)
    }

    static func labels(_ name: String, count: Int, classes: Int) -> Tensor {
        let seed = hash(name)
        return Tensor((0..<count).map { Int(hash(seed, $0) % UInt64(classes)) })
    }

    /// An image batch of variance 1.
    static func images(_ shape: [Int], named name: String = "input", dtype: DType) -> Tensor {
        uniform(name, shape, scale: 3.0.squareRoot()).to(dtype: dtype)
    }

    /// The value of a parameter or buffer, by its kind.
    private static func stateValue(_ name: String, _ shape: [Int]) -> Tensor {
        switch name.split(separator: ".").last {
        case "num_batches_tracked": Tensor.zeros(shape, dtype: .int64)
        case "running_mean": uniform(name, shape, scale: 0.1)
        case "running_var": uniform(name, shape, scale: 0.5, offset: 1)
        case "gamma": uniform(name, shape, scale: 0.001, offset: 0.002)
        case "weight_u", "weight_v": uniform(name, shape)
        case _ where shape.count > 1:
            uniform(name, shape, scale: (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot())
        case "weight": uniform(name, shape, scale: 0.25, offset: 1)
        default: uniform(name, shape, scale: 0.1)
        }
    }

    /// Sets all state of a module.
    static func fill(_ module: Module) throws { try module.load(values(for: module.state())) }

    /// Values of the state's names and shapes; residual paths count little.
    static func values(for state: [String: Tensor]) -> [String: Tensor] {
        let values = state.map { name, tensor in
            let value = stateValue(name, tensor.shape)
            return (name, endsResidualPath(name, state) ? value * 0.2 : value)
        }
        return Dictionary(uniqueKeysWithValues: values)
    }

    private static func endsResidualPath(_ name: String, _ state: [String: Tensor]) -> Bool {
        let ends = [".bn3.weight", "._bn2.weight", ".block.3.1.weight"]
        if ends.contains(where: name.hasSuffix) { return true }
        guard let match = name.wholeMatch(of: /(.*convs\.)(\d+)\.1\.weight/) else { return false }
        return state["\(match.1)\(Int(match.2)! + 1).1.weight"] == nil
    }
}

/// Results that a script in Tests/Reference computed with PyTorch in fp64.
struct Reference {
    let tensors: [String: [Double]]

    init(_ name: String) throws {
        let folder = Bundle.module.url(forResource: "Fixtures", withExtension: nil)!
        let file = try SafetensorsFile(path: folder.appending(path: "\(name).safetensors").path)
        tensors = try Dictionary(
            uniqueKeysWithValues: file.entries.keys.map { key in
                (key, try file.withBytes(of: key) { Array($0.bindMemory(to: Double.self)) })
            })
    }

    /// What follows `kind` and a space in the names of tensors.
    func names(_ kind: String) -> [String] {
        tensors.keys.filter { $0.hasPrefix(kind + " ") }.map { String($0.dropFirst(kind.count + 1)) }.sorted()
    }

    /// ||x - reference|| / ||reference|| of a tensor that the file holds whole.
    func error(of x: Tensor, _ name: String) -> Double {
        let expected = tensors[name] ?? []
        let found = x.array(Double.self)
        guard expected.count == found.count else { return .infinity }
        return length(zip(found, expected).map(-)) / length(expected)
    }

    /// The relative error of a tensor of which the file holds norm, sum and elements at hashed places: the
    /// largest of the norm's, the sum's (which cannot be more than sqrt(n) times the norm's) and an estimate from
    /// the elements.
    func errorOfSummary(of x: Tensor, _ kind: String, _ name: String) -> Double {
        guard let expected = tensors["\(kind) \(name)"] else { return .infinity }
        let norm = expected[0]
        let elements = x.array(Double.self)
        let seed = CounterValues.hash("\(name) places")
        let samples = expected.dropFirst(2)
        let differences = samples.enumerated().map { index, value in
            elements[Int(CounterValues.hash(seed, index) % UInt64(elements.count))] - value
        }
        let count = Double(elements.count)
        return [
            abs(length(elements) - norm),
            abs(elements.reduce(0, +) - expected[1]) / count.squareRoot(),
            length(differences) * (count / Double(samples.count)).squareRoot(),
        ].max()! / norm
    }

    private func length(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
