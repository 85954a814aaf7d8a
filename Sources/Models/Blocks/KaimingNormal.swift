import Layers
import Torch

// First weights: normal with variance 2 / fan, biases 0. fastai's `init_cnn` takes the number of inputs for the
// fan, torchvision's ResNets that of outputs.

extension Conv2d {
    func kaimingNormal(fan: Initialization.Fan = .input) -> Self {
        Initialization.kaimingNormal(weight, fan: fan)
        if let bias { withoutGradients { _ = bias.tensor.zero_() } }
        return self
    }
}

extension Linear {
    func kaimingNormal() -> Self {
        Initialization.kaimingNormal(weight)
        if let bias { withoutGradients { _ = bias.tensor.zero_() } }
        return self
    }
}
