import CTorch
import Glibc

/// Where a tensor's memory is and its operators run.
public enum Device: Hashable, Sendable, CustomStringConvertible {
    case cpu
    /// The NVIDIA GPU with this index.
    case cuda(Int)

    /// The first GPU.
    public static var cuda: Device { .cuda(0) }

    /// `cpu` or `cuda:0`.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        }
    }

    /// Reads `cpu`, `cuda` or `cuda:1`; nil for anything else.
    public init?(_ text: String) {
        if text == "cpu" {
            self = .cpu
        } else if text == "cuda" {
            self = .cuda
        } else if text.hasPrefix("cuda:"), let index = Int(text.dropFirst(5)), index >= 0 {
            self = .cuda(index)
        } else {
            return nil
        }
    }

    /// LibTorch's number of the device's type.
    var typeCode: Int32 {
        switch self {
        case .cpu: 0
        case .cuda: 1
        }
    }

    /// Type in the high 32 bits, index in the low, as CTorch packs it.
    var code: Int64 {
        switch self {
        case .cpu: 0
        case .cuda(let index): (1 << 32) | Int64(index)
        }
    }

    init(code: Int64) {
        self = code >> 32 == 0 ? .cpu : .cuda(Int(code & 0xffff_ffff))
    }

    /// Whether `self` can be used, with the reason when not. A machine without a GPU loads nothing of CUDA
    /// before this is asked of a CUDA device; one with a GPU does so before the first operator.
    ///
    /// - Throws: ``TorchError`` saying what is missing: the CUDA part of LibTorch, a driver, or a device of
    ///   this index.
    public func checkAvailable() throws(TorchError) {
        guard case .cuda(let index) = self else { return }
        if let error = ct_cuda_load() {
            let reason = TorchError(taking: error, operation: "opening it")
            throw .failed(
                operation: "using \(self)",
                message: "LibTorch's CUDA part is not usable (\(reason)); install it with `setup/setup --cuda`")
        }
        let count = Int(ct_cuda_device_count())
        if index >= count {
            let present = count == 0 ? "no usable CUDA device (is a driver installed?)" : "\(count) CUDA device(s)"
            throw .failed(operation: "using \(self)", message: "this machine has \(present)")
        }
    }

    /// Waits until the device has done all work that was given to it.
    public func synchronize() {
        Failure.check(ct_synchronize(code), operation: "synchronize")
    }
}

extension Device {
    /// The device in words: `cpu (AMD EPYC 9354, 2 threads)` or `cuda:0 (NVIDIA H200)`.
    public var fullName: String {
        switch self {
        case .cpu: "cpu (\(processorName), \(LibTorch.threadCount) threads)"
        case .cuda(let index): "\(self) (\(graphicsName(index)))"
        }
    }

    private func graphicsName(_ index: Int) -> String {
        guard let name = ct_cuda_device_name(Int32(index)) else { return "unknown GPU" }
        defer { free(name) }
        return String(cString: name)
    }

    private var processorName: String {
        guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown processor" }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
            return text[text.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return "unknown processor"
    }
}
