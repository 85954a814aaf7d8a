import Dispatch
import Glibc
import Synchronization

/// Stops a run at the next step when the process is asked to end (Ctrl-C, SIGTERM), so that it leaves a
/// checkpoint. The second time the process ends at once.
public final class InterruptObserver: TrainingObserver {
    private let received = Received()
    private let sources: [any DispatchSourceSignal]

    /// Takes the signals over from now on.
    public init() {
        sources = [SIGINT, SIGTERM].map { [received] number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if received.first.compareExchange(
                    expected: 0, desired: number, ordering: .relaxed
                ).exchanged {
                    return
                }
                _exit(128 + number)
            }
            source.resume()
            return source
        }
    }

    deinit {
        sources.forEach { $0.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }

    /// The code that the process should end with when it was asked to end: 128 + the signal's number.
    public var exitCode: Int32? {
        let number = received.first.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }

    public func didStep(_ progress: StepProgress) -> TrainingAction { exitCode == nil ? .proceed : .stop }
    public func didFinishEpoch(_ metrics: EpochMetrics) -> TrainingAction { exitCode == nil ? .proceed : .stop }

    private final class Received: Sendable {
        let first = Atomic<Int32>(0)
    }
}
