import Testing
import Vision

@Suite("The embedded digits are scikit-learn's")
struct DigitsTests {
    let digits = Digits.load()

    @Test("1,797 images in the published class counts, split into 1,437 and 360")
    func counts() {
        #expect((digits.training.count, digits.validation.count) == (1437, 360))
        #expect(digits.training.pixels.count == 1437 * 64)
        #expect(digits.validation.pixels.count == 360 * 64)
        var counts = Array(repeating: 0, count: Digits.classCount)
        for label in digits.training.labels + digits.validation.labels { counts[label] += 1 }
        #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    }

    @Test("Grey values: 0 to 16, the published mean, the published first image")
    func values() {
        let pixels = digits.training.pixels + digits.validation.pixels
        #expect(pixels.max() == Digits.maximum)
        // scikit-learn: load_digits().data.mean() is 4.884164579855314.
        let mean = Double(pixels.reduce(0) { $0 + Int($1) }) / Double(pixels.count)
        #expect(abs(mean - 4.884164579855314) < 1e-12)
        #expect(Array(pixels[0..<16]) == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0])
        #expect(digits.training.labels[0] == 0)
    }

    @Test("Every class makes up 7 to 13 % of the validation images")
    func balance() {
        for label in 0..<Digits.classCount {
            let share = Double(digits.validation.labels.filter { $0 == label }.count) / 360
            #expect((0.07...0.13).contains(share))
        }
    }
}
