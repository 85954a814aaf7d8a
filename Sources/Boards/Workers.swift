import Foundation
import Training

/// Copies of this program that work at the same time.
public enum Workers {
    /// Starts copies of this program and waits until all have ended.
    ///
    /// Each has its share of the processor's cores, unless `OMP_NUM_THREADS` says otherwise. What they print is
    /// discarded; standard error is this program's.
    /// - Parameters:
    ///   - count: how many.
    ///   - arguments: of each.
    ///   - interrupt: when it has a signal, they are asked to end, too.
    /// - Returns: what went wrong, a line for each that did not end well.
    /// - Throws: when one cannot be started; those that were are asked to end.
    public static func run(_ count: Int, arguments: [String], interrupt: InterruptObserver) throws -> [String] {
        var environment = ProcessInfo.processInfo.environment
        let share = max(1, ProcessInfo.processInfo.activeProcessorCount / count)
        environment["OMP_NUM_THREADS"] = environment["OMP_NUM_THREADS"] ?? "\(share)"

        var workers: [Process] = []
        func askToEnd() { workers.filter(\.isRunning).forEach { $0.terminate() } }
        for _ in 0..<count {
            let worker = Process()
            worker.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            worker.arguments = arguments
            worker.environment = environment
            worker.standardInput = FileHandle.nullDevice
            worker.standardOutput = FileHandle.nullDevice
            do {
                try worker.run()
            } catch {
                askToEnd()
                throw error
            }
            workers.append(worker)
        }

        // Each is in a process group of its own, so that Ctrl-C reaches this program alone.
        var isAsked = false
        while workers.contains(where: \.isRunning) {
            if interrupt.exitCode != nil, !isAsked {
                askToEnd()
                isAsked = true
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return workers.compactMap { worker in
            let isSignal = worker.terminationReason == .uncaughtSignal
            if worker.terminationStatus == 0 && !isSignal { return nil }
            return "a job ended with \(isSignal ? "signal" : "exit code") \(worker.terminationStatus)"
        }
    }
}
