@testable import Training

/// A recipe of a network that trains on the digits in a second, five batches an epoch, with further keys.
func smallRecipe(_ keys: String = "") throws -> Recipe {
    try Recipe(
        yaml: """
            name: test
            data: digits
            image_size: 8
            model: {name: mxresnet, depths: [1], widths: [8], stem: [8, 8, 8]}
            batch_size: 256
            \(keys)
            """, path: "test.yaml", vocabulary: .standard)
}
