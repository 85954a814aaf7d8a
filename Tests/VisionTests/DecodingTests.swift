import Foundation
import Testing
import Vision

@Suite("Decoding agrees with Pillow")
struct DecodingTests {
    struct Decoded: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let width: Int
        let height: Int
        let pixels: Data

        var testDescription: String { name }
    }

    @Test(
        "Every kind of JPEG and PNG, upright and as RGB",
        arguments: try Fixtures.records(Decoded.self, in: "decoded.json"))
    func pixels(expected: Decoded) throws {
        let image = try ImageDecoder.decode(contentsOf: Fixtures.url(expected.name))
        #expect((image.width, image.height) == (expected.width, expected.height))
        #expect(image.pixels.count == expected.pixels.count)
        // Both decode with libjpeg-turbo, in versions that may round an upsampled colour differently.
        let tolerance = expected.name.hasSuffix(".jpg") ? 1 : 0
        #expect(largestDifference(image.pixels, [UInt8](expected.pixels)) <= tolerance)
    }
}
