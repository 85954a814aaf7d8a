/// What is wrong with a request for a network.
public enum ModelError: Error, Equatable, CustomStringConvertible {
    /// No network of the catalog has this name.
    case unknownName(String, known: [String])
    /// The network's stages have to be given, one depth and one width each.
    case stagesMissing(model: String)
    /// The network has no such option.
    case notAnOption(String, model: String)
    /// A value that the option cannot have.
    case badValue(option: String, value: String, expected: String)
    /// They do not publish weights of such a network.
    case notPublished(by: WeightNames)

    /// One sentence: what is wrong and what would be right.
    public var description: String {
        switch self {
        case .unknownName(let name, let known):
            "there is no model \"\(name)\"; there are: \(known.joined(separator: ", "))"
        case .stagesMissing(let model):
            "\(model) needs depths and widths, one number per stage each, such as [1, 1, 1] and [16, 32, 64]"
        case .notAnOption(let option, let model):
            "\(model) has no option \(option)"
        case .badValue(let option, let value, let expected):
            "\(option) is \(value); it must be \(expected)"
        case .notPublished(let names):
            "\(names.rawValue) publishes no weights of this network; it does of \(names.networks)"
        }
    }
}
