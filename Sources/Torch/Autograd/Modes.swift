import CTorch

// LibTorch keeps these modes per thread, and a Swift task may change its thread at an `await`: so each is a
// synchronous scope.

/// Runs `body` without recording operators for gradients.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    try withGradients(false, body)
}

/// Runs `body` with recording on or off.
public func withGradients<Result>(_ enabled: Bool, _ body: () throws -> Result) rethrows -> Result {
    let before = ct_grad_mode()
    ct_set_grad_mode(enabled)
    defer { ct_set_grad_mode(before) }
    return try body()
}

/// Runs `body` with automatic mixed precision: convolutions and matrix products compute in `dtype`, what
/// needs the range of fp32 (losses, norms, sums) in fp32. With `float32` it changes nothing.
///
/// - Precondition: `dtype` is `bfloat16`, `float16` or `float32`.
public func withAutocast<Result>(
    _ dtype: DType, device: Device, _ body: () throws -> Result
) rethrows -> Result {
    precondition(
        [.bfloat16, .float16, .float32].contains(dtype), "autocast computes in bfloat16, float16 or float32")
    if dtype == .float32 { return try body() }
    let enabled = ct_autocast_enabled(device.typeCode)
    let before = ct_autocast_dtype(device.typeCode)
    ct_set_autocast(device.typeCode, true, dtype.rawValue)
    defer { ct_set_autocast(device.typeCode, enabled, before) }
    return try body()
}

/// The type that ``withAutocast(_:device:_:)`` has chosen here for convolutions and matrix products; nil outside.
public func autocastType(of device: Device) -> DType? {
    ct_autocast_enabled(device.typeCode) ? DType(rawValue: ct_autocast_dtype(device.typeCode)) : nil
}

/// Runs `body` without automatic mixed precision, for a computation that needs the range of its inputs' type.
public func withoutAutocast<Result>(device: Device, _ body: () throws -> Result) rethrows -> Result {
    let enabled = ct_autocast_enabled(device.typeCode)
    let dtype = ct_autocast_dtype(device.typeCode)
    ct_set_autocast(device.typeCode, false, dtype)
    defer { ct_set_autocast(device.typeCode, enabled, dtype) }
    return try body()
}
