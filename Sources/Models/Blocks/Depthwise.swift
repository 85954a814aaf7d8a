import Layers

extension Conv2d {
    /// A 3x3 convolution without bias of each channel by itself, which gives `multiplier` channels for it.
    convenience init(depthwise channels: Int, multiplier: Int = 1, stride: Int = 1) {
        self.init(
            channels, channels * multiplier, kernel: 3, stride: stride, padding: 1, groups: channels, bias: false)
        Initialization.kaimingNormal(weight)
    }
}
