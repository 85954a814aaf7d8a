import Foundation

/// The first value of a training step that is not finite: where it came from, and from what.
public struct NonFiniteFinding: Sendable, Codable, Equatable {
    /// The part of a step in which it appeared.
    public enum Phase: String, Sendable, Codable {
        /// In a parameter, before the step.
        case parameter
        /// In a buffer, such as a running variance: before the step, or by its forward pass.
        case buffer
        /// In what the optimizer remembers, before the step.
        case optimizer
        /// In what the network was given.
        case input
        /// In the network's forward pass.
        case forward
        /// In the loss, from a result of the network that was finite.
        case loss
        /// In the backward pass, from a finite loss.
        case backward
        /// In the optimizer's update, from finite gradients.
        case update
    }

    /// A tensor that had a part in it.
    public struct Part: Sendable, Codable, Equatable {
        /// What it was to the operator, such as `input`, `weight` or `gradient of the result`.
        public let role: String
        /// Its name in the state dictionary, or what it is the result of; nil when it has none.
        public let name: String?
        /// What it holds.
        public let summary: TensorSummary
    }

    /// The part of the step.
    public let phase: Phase
    /// The module, as the state dictionary names it; empty for the network itself, nil where no module is at work.
    public let module: String?
    /// The module's type, such as `BatchNorm2d`.
    public let moduleType: String?
    /// The module at work before, where the module alone does not tell the place.
    public let after: String?
    /// The operator, such as `aten::batch_norm`. In a backward pass, the one whose backward it is.
    public let operation: String?
    /// The tensor that is not finite.
    public let tensor: Part
    /// What it was computed from.
    public let inputs: [Part]
    /// The samples of the batch in which it is not finite, where it is confined to some.
    public let samples: [Int]

    /// Such as `forward pass, 4.0.convs.0.1 (BatchNorm2d), aten::batch_norm`.
    public var place: String {
        let part =
            switch phase {
            case .parameter: "a parameter"
            case .buffer: "a buffer"
            case .optimizer: "the optimizer's memory"
            case .input: "the input"
            case .forward: "forward pass"
            case .loss: "the loss"
            case .backward: "backward pass"
            case .update: "the optimizer's update"
            }
        var words = [part]
        if let module {
            let name = module.isEmpty ? "the network itself" : module
            words.append(name + (moduleType.map { " (\($0))" } ?? "") + (after.map { " after \($0)" } ?? ""))
        }
        if let operation { words.append(operation) }
        if module == nil, let name = tensor.name { words.append(name) }
        return words.joined(separator: ", ")
    }

    /// A line for the place, the tensor and each input.
    public var text: String {
        func line(_ part: Part) -> String {
            let name = part.name.map { " (\($0))" } ?? ""
            return "\(part.role)\(name) \(part.summary)"
        }
        return (["first in: \(place)", "  \(line(tensor))"] + inputs.map { "  from \(line($0))" })
            .joined(separator: "\n")
    }
}
