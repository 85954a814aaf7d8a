import Testing
import Vision

@Suite("Counter-based random numbers")
struct CounterRandomTests {
    @Test("Random123's published vectors of philox4x32-10")
    func publishedVectors() {
        let all: UInt32 = 0xFFFF_FFFF
        #expect(
            Philox4x32.words(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
                == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
        #expect(
            Philox4x32.words(counter: SIMD4(repeating: all), key: SIMD2(repeating: all))
                == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
        #expect(
            Philox4x32.words(
                counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
                key: SIMD2(0xA409_3822, 0x299F_31D0))
                == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
    }

    @Test("Streams of other seeds, epochs, indices and purposes differ")
    func streamsDiffer() {
        func first(_ seed: UInt64, _ epoch: Int, _ index: Int, _ purpose: CounterRandom.Purpose) -> UInt64 {
            var random = CounterRandom(seed: seed, epoch: epoch, index: index, purpose: purpose)
            return random.next()
        }
        let values: Set = [
            first(0, 0, 0, .augmentation), first(1, 0, 0, .augmentation), first(1 << 32, 0, 0, .augmentation),
            first(0, 1, 0, .augmentation), first(0, 0, 1, .augmentation), first(0, 0, 1 << 32, .augmentation),
            first(0, 0, 0, .order),
        ]
        #expect(values.count == 7)
    }

    @Test("Integers below a bound are equally frequent", arguments: [1, 2, 3, 7, 10])
    func uniformIntegers(bound: Int) {
        var random = CounterRandom(seed: 1, epoch: 2, index: 3, purpose: .augmentation)
        let count = 10_000 * bound
        var counts = Array(repeating: 0, count: bound)
        for _ in 0..<count { counts[random.integer(below: bound)] += 1 }
        // Six standard deviations of a count whose expectation is 10,000.
        #expect(counts.allSatisfy { abs($0 - 10_000) < 600 })
    }

    @Test("An epoch's order has each index once and changes with seed and epoch")
    func permutations() {
        var random = CounterRandom(seed: 5, epoch: 0, index: 0, purpose: .augmentation)
        for _ in 0..<500 {
            let count = random.integer(below: 300)
            let seed = random.next()
            let epoch = random.integer(below: 1000)
            let order = [Int].permutation(count: count, seed: seed, epoch: epoch)
            #expect(order.sorted() == Array(0..<count))
            #expect(order == [Int].permutation(count: count, seed: seed, epoch: epoch))
            if count > 20 {
                #expect(order != [Int].permutation(count: count, seed: seed, epoch: epoch + 1))
                #expect(order != [Int].permutation(count: count, seed: seed &+ 1, epoch: epoch))
            }
        }
    }

    @Test("All orders of four are equally frequent")
    func uniformPermutations() {
        var counts: [[Int]: Int] = [:]
        for epoch in 0..<24_000 {
            counts[[Int].permutation(count: 4, seed: 3, epoch: epoch), default: 0] += 1
        }
        #expect(counts.count == 24)
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 190 })
    }
}
