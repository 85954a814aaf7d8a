import Foundation
import Testing
import Vision

@Suite("Resizing")
struct ResizeTests {
    struct Case: Decodable, Sendable {
        let box: [Int]
        let size: [Int]
        let pixels: Data

        var view: ImageView {
            ImageView(
                crop: Rectangle(x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1]),
                resizedWidth: size[0], resizedHeight: size[1])
        }
    }

    let image: Image

    init() throws {
        image = try ImageDecoder.decode(contentsOf: Fixtures.url("resize.png"))
    }

    @Test(
        "Within one grey level of Pillow's bilinear resize",
        arguments: try Fixtures.records(Case.self, in: "resized.json"))
    func agreesWithPillow(expected: Case) {
        let result = image.rendered(expected.view)
        #expect((result.width, result.height) == (expected.size[0], expected.size[1]))
        #expect(largestDifference(result.pixels, [UInt8](expected.pixels)) <= 1)
    }

    @Test("The same size gives the same bytes")
    func identity() {
        let whole = Rectangle(width: image.width, height: image.height)
        #expect(
            image.rendered(ImageView(crop: whole, resizedWidth: image.width, resizedHeight: image.height))
                == image)
    }

    @Test("A plain picture stays plain at every size", arguments: [0, 1, 127, 254, 255] as [UInt8])
    func plain(value: UInt8) {
        let plain = Image(width: 37, height: 29, pixels: Array(repeating: value, count: 37 * 29 * 3))
        for size in [1, 5, 16, 36, 37, 38, 100] {
            let view = ImageView(
                crop: Rectangle(width: 37, height: 29), resizedWidth: size, resizedHeight: 2 * size)
            #expect(plain.rendered(view).pixels.allSatisfy { $0 == value })
        }
    }

    @Test("Pixels outside the crop have no influence")
    func cropIsolation() {
        let crop = Rectangle(x: 9, y: 7, width: 30, height: 25)
        let inside = image.rendered(ImageView(crop: crop, resizedWidth: 30, resizedHeight: 25))
        for size in [8, 50] {
            let direct = image.rendered(ImageView(crop: crop, resizedWidth: size, resizedHeight: size))
            let whole = Rectangle(width: 30, height: 25)
            #expect(
                inside.rendered(ImageView(crop: whole, resizedWidth: size, resizedHeight: size)) == direct)
        }
    }

    @Test("A window is that part of the whole result; a flip mirrors; planes hold the same pixels")
    func windowFlipAndLayout() {
        let crop = Rectangle(x: 1, y: 2, width: 50, height: 40)
        let window = Rectangle(x: 3, y: 5, width: 12, height: 9)
        let whole = image.rendered(ImageView(crop: crop, resizedWidth: 24, resizedHeight: 20))
        let view = ImageView(crop: crop, resizedWidth: 24, resizedHeight: 20, window: window, isFlipped: true)
        let result = image.rendered(view)
        var planes = [UInt8](repeating: 0, count: 3 * 12 * 9)
        planes.withUnsafeMutableBufferPointer { image.render(view, into: $0, layout: .chw) }
        for y in 0..<window.height {
            for x in 0..<window.width {
                for c in 0..<3 {
                    let value = whole.pixels[((y + window.y) * 24 + x + window.x) * 3 + c]
                    let mirrored = window.width - 1 - x
                    #expect(result.pixels[(y * window.width + mirrored) * 3 + c] == value)
                    #expect(planes[(c * window.height + y) * window.width + mirrored] == value)
                }
            }
        }
    }
}
