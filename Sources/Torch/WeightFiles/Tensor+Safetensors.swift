extension DType {
    /// The same type in a safetensors file.
    public var safetensorsType: SafetensorsType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .int16: .int16
        case .int32: .int32
        case .int64: .int64
        case .float16: .float16
        case .float32: .float32
        case .float64: .float64
        case .bool: .bool
        case .bfloat16: .bfloat16
        }
    }

    init?(_ type: SafetensorsType) {
        guard let dtype = DType.allCases.first(where: { $0.safetensorsType == type }) else { return nil }
        self = dtype
    }
}

extension Safetensors {
    /// Writes tensors of any device to a file, whole or not at all.
    ///
    /// Tensors go to the disk one after another, in row-major order, so that at most one is copied at a time.
    /// - Throws: ``SafetensorsError`` or ``FileError``, which name the path; the old file is then unchanged.
    public static func write(
        tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
    ) throws {
        let sources = tensors.mapValues { tensor in
            Source(type: tensor.dtype.safetensorsType, shape: tensor.shape) { write in
                try tensor.detach().to(device: .cpu).contiguous().withUnsafeBytes(write)
            }
        }
        try write(sources, metadata: metadata, to: path)
    }
}

extension SafetensorsFile {
    /// A tensor of the file, copied to the CPU.
    ///
    /// - Throws: ``SafetensorsError`` when there is no such tensor, and ``TorchError`` when its type is one that
    ///   ``DType`` lacks (eight-bit floating point, unsigned integers above eight bits, complex).
    public func tensor(_ name: String) throws -> Tensor {
        try withBytes(of: name) { bytes in
            let entry = entries[name]!
            return try Tensor(copying: bytes, shape: entry.shape, type: entry.type, of: "\(path): tensor \(name)")
        }
    }

    /// All tensors of the file, copied to the CPU.
    public func tensors() throws -> [String: Tensor] {
        try Dictionary(uniqueKeysWithValues: entries.keys.map { ($0, try tensor($0)) })
    }
}

extension Tensor {
    /// Copies a tensor out of a file; `subject` names it in errors.
    init(copying bytes: UnsafeRawBufferPointer, shape: [Int], type: SafetensorsType, of subject: String) throws {
        guard let dtype = DType(type) else {
            throw TorchError.failed(operation: subject, message: "the type \(type.rawValue) is not supported")
        }
        self = try catching { Tensor(copying: bytes, shape: shape, dtype: dtype) }
    }
}
