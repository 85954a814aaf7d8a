import CTorch

/// A point in the work of a device, for measuring how long what lies between two took.
///
/// On the CPU, whose operators are done when they return, this is the monotonic clock; on a GPU, which works
/// while the program goes on, an event in its stream, so that the program does not wait and is not measured.
public final class TimePoint {
    private let instant: ContinuousClock.Instant
    private let event: ct_event?

    /// The point that the work of `device` has reached.
    public init(on device: Device) {
        var event: ct_event?
        if device != .cpu { Failure.check(ct_event_record(device.code, &event), operation: "TimePoint(on:)") }
        self.event = event
        instant = .now
    }

    deinit { if let event { ct_event_free(event) } }

    /// Seconds from `start` to here. Waits until the device has come here.
    ///
    /// - Precondition: both were taken on the same device.
    public func seconds(since start: TimePoint) -> Double {
        guard let event, let before = start.event else { return (instant - start.instant) / .seconds(1) }
        var result = 0.0
        Failure.check(ct_event_seconds(before, event, &result), operation: "seconds(since:)")
        return result
    }
}
