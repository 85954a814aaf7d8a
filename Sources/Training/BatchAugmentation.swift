import Torch
import Vision

// What happens to a batch on the device that trains, after its bytes have arrived and were normalised.

extension Tensor {
    /// The tensor on a device, without waiting for the work that the device still has: the driver sets the bytes
    /// aside before this returns, so that their memory may go.
    func uploaded(to device: Device) -> Tensor { to(device: device, nonBlocking: true) }
}

extension ErasedPixels {
    /// Overwrites the pixels in images [n, 3, height, width], channels-last, in place.
    public func erase(in images: Tensor) {
        guard !positions.isEmpty else { return }
        let pixels = images.permute([0, 2, 3, 1]).view([-1, 3])
        pixels[Tensor(positions).uploaded(to: images.device)] =
            Tensor(values, shape: [positions.count, 3], dtype: images.dtype).uploaded(to: images.device)
    }
}

extension BatchMix {
    /// The mixed images of a batch [n, channels, height, width]. With a box it is changed in place.
    public func mixed(_ images: Tensor) -> Tensor {
        let partners = Tensor(partners).uploaded(to: images.device)
        if let box {
            let (rows, columns) = (box.y..<box.y + box.height, box.x..<box.x + box.width)
            let part = images[.all, .all, rows, columns]
            part.copy_(part.indexSelect(dim: 0, partners))
            return images
        }
        // Rows of pixels: images that are channels-last stay so.
        let pixels = images.permute([0, 2, 3, 1])
        let weights = Tensor(weights, shape: [weights.count, 1, 1, 1], dtype: images.dtype)
            .uploaded(to: images.device)
        return pixels.indexSelect(dim: 0, partners).lerp(pixels, weight: weights).permute([0, 3, 1, 2])
    }

    /// The classes' probabilities [n, classes] of a batch with class numbers [n].
    public func targets(_ labels: Tensor, classes: Int) -> Tensor {
        let own = labels.oneHot(classes: classes).to(dtype: .float32)
        let partners = Tensor(partners).uploaded(to: labels.device)
        let weights = Tensor(weights, shape: [weights.count, 1]).uploaded(to: labels.device)
        return own.indexSelect(dim: 0, partners).lerp(own, weight: weights)
    }
}
