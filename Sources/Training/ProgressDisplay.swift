import Foundation

/// Shows a run on standard error: a table with one line an epoch and, on a terminal, a live line below it.
public final class ProgressDisplay: TrainingObserver {
    private let label: String?
    private let isTerminal: Bool
    private var plan: TrainingPlan?
    private var shown = ContinuousClock.now

    /// - Parameter label: put before the recipe's name, such as `run 3 of 10`.
    public init(label: String? = nil) {
        self.label = label
        isTerminal = isatty(STDERR_FILENO) != 0 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    public func willBegin(_ plan: TrainingPlan) {
        self.plan = plan
        let recipe = plan.recipe
        let title = [label, "\(recipe.name), seed \(plan.seed)"].compactMap { $0 }.joined(separator: ": ")
        write(
            """
            \(title): \(recipe.model.name) with \(recipe.model.activation), \
            \(plan.parameterCount.grouped) parameters; \(plan.trainingCount.grouped) training and \
            \(plan.validationCount.grouped) validation images of \(plan.classCount) classes, \
            \(recipe.imageSize) px, \(recipe.device.scalar.text), \(recipe.precision.rawValue)\n
            """)
        if let weights = plan.weights { write("\(weights)\n") }
        for line in plan.skipped { write("skipped: \(line)\n") }
        if plan.firstStep > 0 { write("going on after step \(plan.firstStep.grouped)\n") }
        // The loss of mixed labels is higher than that of the labels that validation has.
        let trainLoss = recipe.augmentation.mixesImages ? "mixed loss" : "train loss"
        write(row("epoch", trainLoss, "valid loss", "accuracy", "images/s", "time"))
    }

    public func didStep(_ progress: StepProgress) -> TrainingAction {
        // Reading a loss waits for the device, so it is done a few times a second and only for somebody to see.
        guard isTerminal, let plan, shown.duration(to: .now) > .milliseconds(200) else { return .proceed }
        shown = .now
        let total = plan.recipe.epochs * plan.stepsPerEpoch
        let done = progress.step - plan.firstStep
        let left = progress.seconds / Double(done) * Double(total - progress.step)
        writeLive(
            """
            epoch \(progress.epoch + 1)/\(plan.recipe.epochs)  \
            step \(progress.stepInEpoch)/\(plan.stepsPerEpoch)  \
            loss \(progress.loss().fixed(4))  \(previousAccuracy)\
            \(Int(Double(progress.images) / progress.seconds).grouped) images/s  \(left.clock) left
            """)
        return .proceed
    }

    private var previousAccuracy = ""

    public func didFinishEpoch(_ metrics: EpochMetrics) -> TrainingAction {
        let accuracy = metrics.accuracy.map { "\(($0 * 100).fixed(2)) %" } ?? "-"
        previousAccuracy = "accuracy \(accuracy)  "
        write(
            row(
                "\(metrics.epoch)", metrics.trainLoss.fixed(4), metrics.validLoss?.fixed(4) ?? "-", accuracy,
                Int(metrics.imagesPerSecond).grouped, metrics.seconds.clock))
        if let counts = metrics.nonFinite { write("       \(counts.text)\n") }
        return .proceed
    }

    public func didFindNonFinite(_ report: NonFiniteReport) { write(report.text + "\n") }

    public func didEnd(_ outcome: TrainingOutcome) {
        switch outcome {
        case .ended(let result):
            if let reason = result.reason { write("failed: \(reason)\n") }
        case .stopped(let step, let isResumable):
            write(
                "stopped after step \(step.grouped)"
                    + (isResumable ? "; the checkpoint is saved, go on with --resume\n" : "; it keeps no checkpoint\n"))
        }
    }

    private func row(_ cells: String...) -> String {
        let widths = [5, 10, 10, 9, 9, 8]
        let padded = zip(cells, widths).map { cell, width in
            String(repeating: " ", count: max(width - cell.count, 0)) + cell
        }
        return padded.joined(separator: "  ") + "\n"
    }

    /// Writes lines that stay, in the place of the live one.
    private func write(_ text: String) {
        FileHandle.standardError.write(Data(((isTerminal ? "\r\u{1B}[K" : "") + text).utf8))
    }

    private func writeLive(_ text: String) {
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    }
}

extension Int {
    /// With commas between thousands.
    var grouped: String {
        var digits = String(magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (self < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }
}

extension Double {
    /// With so many decimals.
    func fixed(_ decimals: Int) -> String { String(format: "%.\(decimals)f", self) }

    /// Seconds as `m:ss` or `h:mm:ss`.
    var clock: String {
        guard isFinite, self < 1e9 else { return "?" }
        let seconds = Int(rounded())
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let rest = String(format: "%02d", seconds % 60)
        return hours > 0 ? String(format: "%d:%02d:", hours, minutes) + rest : "\(minutes):\(rest)"
    }
}
