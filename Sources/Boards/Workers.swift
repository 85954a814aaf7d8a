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
    ///   - endingAtFailure: whether all are asked to end when one has failed.
    /// - Returns: how many failed.
    /// - Throws: when one cannot be started; those that were are asked to end.
    public static func run(
        _ count: Int, arguments: [String], interrupt: InterruptObserver, endingAtFailure: Bool
    ) throws -> Int {
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

        /// Those that ended by themselves, not since they were asked to.
        func reportCrashes() {
            for worker in workers where worker.hasFailed && worker.terminationReason == .uncaughtSignal {
                let text = "a job was ended by signal \(worker.terminationStatus)\n"
                FileHandle.standardError.write(Data(text.utf8))
            }
        }
        // Each is in a process group of its own, so that Ctrl-C reaches this program alone.
        var isAsked = false
        while workers.contains(where: \.isRunning) {
            if !isAsked, interrupt.exitCode != nil || endingAtFailure && workers.contains(where: \.hasFailed) {
                reportCrashes()
                askToEnd()
                isAsked = true
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
        if !isAsked { reportCrashes() }
        return workers.count(where: \.hasFailed)
    }
}

extension Process {
    /// Whether it has ended, and not well.
    fileprivate var hasFailed: Bool {
        !isRunning && (terminationReason == .uncaughtSignal || terminationStatus != 0)
    }
}
