import Foundation

/// Any JSON value: a recipe as it is stored in `run.json`.
public enum JSONValue: Sendable, Hashable, Codable {
    /// null
    case null
    /// true or false
    case bool(Bool)
    /// A whole number
    case integer(Int)
    /// Any other number
    case number(Double)
    /// A text
    case string(String)
    /// A list
    case array([JSONValue])
    /// Keys and values
    case object([String: JSONValue])

    /// The value of any `Encodable` type, as JSON shows it.
    /// - Throws: `EncodingError` when the value has no JSON form.
    public init(encoding value: some Encodable) throws {
        self = try JSON.decoder.decode(JSONValue.self, from: JSON.encoder.encode(value))
    }

    /// Reads whichever kind of value there is.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(String.self) {
            // Before numbers: "NaN" is a text here.
            self = .string(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Writes the value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

/// How the run directory writes JSON: sorted keys, and words for what is not a number.
enum JSON {
    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return encoder
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return decoder
    }

    static func pretty(_ value: some Encodable) -> Data {
        let encoder = encoder
        encoder.outputFormatting.insert(.prettyPrinted)
        return encode(value, with: encoder)
    }

    static func line(_ value: some Encodable) -> Data { encode(value, with: encoder) }

    private static func encode(_ value: some Encodable, with encoder: JSONEncoder) -> Data {
        do {
            return try encoder.encode(value) + Data([UInt8(ascii: "\n")])
        } catch {
            preconditionFailure("a \(type(of: value)) always has a JSON form: \(error)")
        }
    }
}
