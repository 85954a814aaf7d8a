/// A setting, a list of parameters or a saved state that an optimizer cannot work with.
public enum OptimizerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A hyper-parameter outside its range.
    case setting(of: String, name: String, value: Double, mustBe: String)
    /// Hyper-parameters that exclude each other.
    case settings(of: String, String)
    /// A parameter that is given twice, or a name that is.
    case duplicate(parameter: String)
    /// A saved state that belongs to another optimizer or another network.
    case state([String])

    /// One line, or one per deviation, that says what would be right.
    public var description: String {
        switch self {
        case .setting(let owner, let name, let value, let requirement):
            "\(owner): \(name) must be \(requirement), not \(value)"
        case .settings(let owner, let message): "\(owner): \(message)"
        case .duplicate(let parameter): "the optimizer was given the parameter \(parameter) twice"
        case .state(let deviations):
            (["the saved state does not fit the optimizer"] + deviations).joined(separator: "\n")
        }
    }
}

/// The range of a number that comes from a recipe. NaN is in none.
enum Requirement {
    case positive
    case notNegative
    /// From 0, and below 1: a decay rate of a running average.
    case decayRate
    /// From 0 to 1.
    case fraction

    func isMet(by value: Double) -> Bool {
        switch self {
        case .positive: value > 0 && value.isFinite
        case .notNegative: value >= 0 && value.isFinite
        case .decayRate: value >= 0 && value < 1
        case .fraction: value >= 0 && value <= 1
        }
    }

    var text: String {
        switch self {
        case .positive: "a finite number above 0"
        case .notNegative: "a finite number of at least 0"
        case .decayRate: "at least 0 and below 1"
        case .fraction: "between 0 and 1"
        }
    }
}

/// Throws for the first value that is out of its range.
func check(
    _ owner: String, _ settings: (name: String, value: Double, requirement: Requirement)...
) throws(OptimizerError) {
    for setting in settings where !setting.requirement.isMet(by: setting.value) {
        throw .setting(
            of: owner, name: setting.name, value: setting.value, mustBe: setting.requirement.text)
    }
}
