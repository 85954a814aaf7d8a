import CTorch
import Glibc

/// Seeds the random generators of all devices.
public func manualSeed(_ seed: UInt64) {
    Failure.check(ct_manual_seed(seed), operation: "manualSeed")
}

/// The state of a device's random generator, to be saved and put back.
public func randomState(of device: Device = .cpu) -> Tensor {
    var state: ct_tensor?
    Failure.check(ct_random_state(device.code, &state), operation: "randomState")
    return Tensor(taking: state)
}

/// Puts back what ``randomState(of:)`` gave.
public func setRandomState(_ state: Tensor, of device: Device = .cpu) {
    guard let raw = state.raw else { return }
    let error = withExtendedLifetime(state) { ct_set_random_state(device.code, raw) }
    Failure.check(error, operation: "setRandomState")
}

/// LibTorch as it runs in this process.
public enum LibTorch {
    /// Such as `2.11.0`.
    public static var version: String { String(cString: ct_version_string()) }

    /// The folder of its libraries.
    public static var folder: String { String(cString: ct_library_folder()) }

    /// Compiler, libraries, vector instructions, threads: several lines.
    public static var buildDescription: String {
        let text = ct_build_description()!
        defer { free(text) }
        return String(cString: text)
    }

    /// How many threads an operator on the CPU may use.
    public static var threadCount: Int {
        get { Int(ct_thread_count()) }
        set { ct_set_thread_count(Int32(newValue)) }
    }

    /// Lets the C library keep large blocks of memory that were freed, instead of returning them to the system.
    /// A training step asks for the same blocks as the one before it, and would pay for each page again.
    ///
    /// For a program that trains; it concerns the whole process. Memory that is in use is not affected.
    public static func keepFreedMemory() { ct_keep_freed_memory() }

    /// Only algorithms whose results do not change from run to run; an operator without one fails.
    public static func setDeterministic(_ enabled: Bool) { ct_set_deterministic(enabled) }

    /// Whether CUDA may compute fp32 products in TF32, and whether cuDNN tries algorithms to find the fastest.
    public static func setCUDAMath(allowTF32: Bool, benchmark: Bool) { ct_set_cuda_math(allowTF32, benchmark) }

    /// How many CUDA devices can be used. Opens CUDA.
    public static var cudaDeviceCount: Int {
        if let error = ct_cuda_load() {
            ct_error_free(error)
            return 0
        }
        return Int(ct_cuda_device_count())
    }
}

/// The memory of a CUDA device, in bytes.
public struct DeviceMemory: Sendable {
    /// In tensors now.
    public let allocated: Int
    /// The most in tensors since the last ``resetPeak(of:)``.
    public let peakAllocated: Int
    /// Held by LibTorch's caching allocator.
    public let reserved: Int
    /// Free on the device, for everybody.
    public let free: Int
    /// On the device.
    public let total: Int

    /// Reads a device's figures.
    ///
    /// - Throws: ``TorchError`` when the device cannot be used.
    public init(of device: Device) throws(TorchError) {
        try device.checkAvailable()
        var memory = ct_memory()
        if let error = ct_cuda_memory(device.code, &memory) {
            throw TorchError(taking: error, operation: "reading the memory of \(device)")
        }
        allocated = Int(memory.allocated)
        peakAllocated = Int(memory.peak_allocated)
        reserved = Int(memory.reserved)
        free = Int(memory.free)
        total = Int(memory.total)
    }

    /// Starts the peak anew.
    public static func resetPeak(of device: Device) {
        Failure.check(ct_cuda_reset_peak_memory(device.code), operation: "resetPeak")
    }
}
