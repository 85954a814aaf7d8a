import Layers
import Torch

// The first weights of fastai's networks (`init_cnn`): normal with variance 2 / inputs, biases 0.

extension Conv2d {
    func kaimingNormal() -> Self {
        Initialization.kaimingNormal(weight)
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
