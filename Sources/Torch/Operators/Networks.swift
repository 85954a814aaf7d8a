private enum Aten {
    static let conv1d = Operator("aten::conv1d")
    static let conv2d = Operator("aten::conv2d")
    static let convTranspose2d = Operator("aten::conv_transpose2d", "input")
    static let maxPool2d = Operator("aten::max_pool2d")
    static let avgPool2d = Operator("aten::avg_pool2d")
    static let adaptiveAvgPool2d = Operator("aten::adaptive_avg_pool2d")
    static let adaptiveMaxPool2d = Operator("aten::adaptive_max_pool2d")
    static let batchNorm = Operator("aten::batch_norm")
    static let layerNorm = Operator("aten::layer_norm")
    static let groupNorm = Operator("aten::group_norm")
    static let instanceNorm = Operator("aten::instance_norm")
    static let dropout = Operator("aten::dropout")
    static let pixelShuffle = Operator("aten::pixel_shuffle")
    static let nearest = Operator("aten::upsample_nearest2d", "vec")
    static let bilinear = Operator("aten::upsample_bilinear2d", "vec")
    static let bilinearAntialiased = Operator("aten::_upsample_bilinear2d_aa", "vec")
    static let bicubic = Operator("aten::upsample_bicubic2d", "vec")
    static let bicubicAntialiased = Operator("aten::_upsample_bicubic2d_aa", "vec")
}

extension Tensor {
    /// Cross-correlation along one dimension: [n, in, l] with weight [out, in / groups, k].
    public func conv1d(
        _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
    ) -> Tensor {
        Aten.conv1d(
            .tensor(self), .tensor(weight), .optional(bias), .ints([stride]), .ints([padding]), .ints([dilation]),
            .int(groups))
    }

    /// Cross-correlation in the plane: [n, in, h, w] with weight [out, in / groups, kh, kw].
    public func conv2d(
        _ weight: Tensor, bias: Tensor? = nil, stride: [Int] = [1, 1], padding: [Int] = [0, 0],
        dilation: [Int] = [1, 1], groups: Int = 1
    ) -> Tensor {
        Aten.conv2d(
            .tensor(self), .tensor(weight), .optional(bias), .ints(stride), .ints(padding), .ints(dilation),
            .int(groups))
    }

    /// The transpose of ``conv2d(_:bias:stride:padding:dilation:groups:)``: weight [in, out / groups, kh, kw].
    public func convTranspose2d(
        _ weight: Tensor, bias: Tensor? = nil, stride: [Int] = [1, 1], padding: [Int] = [0, 0],
        outputPadding: [Int] = [0, 0], groups: Int = 1, dilation: [Int] = [1, 1]
    ) -> Tensor {
        Aten.convTranspose2d(
            .tensor(self), .tensor(weight), .optional(bias), .ints(stride), .ints(padding), .ints(outputPadding),
            .int(groups), .ints(dilation))
    }

    /// The largest element in each window of [n, c, h, w].
    public func maxPool2d(
        kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false
    ) -> Tensor {
        let stride = stride ?? kernel
        return Aten.maxPool2d(
            .tensor(self), .ints([kernel, kernel]), .ints([stride, stride]), .ints([padding, padding]), [1, 1],
            .bool(ceilMode))
    }

    /// The mean of each window of [n, c, h, w].
    public func avgPool2d(
        kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false, countIncludePad: Bool = true
    ) -> Tensor {
        let stride = stride ?? kernel
        return Aten.avgPool2d(
            .tensor(self), .ints([kernel, kernel]), .ints([stride, stride]), .ints([padding, padding]),
            .bool(ceilMode), .bool(countIncludePad))
    }

    /// Means over a grid of windows that covers [n, c, h, w]: [n, c, size, size].
    public func adaptiveAvgPool2d(_ size: Int) -> Tensor { Aten.adaptiveAvgPool2d(.tensor(self), .ints([size, size])) }

    /// Largest elements over a grid of windows that covers [n, c, h, w]: [n, c, size, size].
    public func adaptiveMaxPool2d(_ size: Int) -> Tensor { Aten.adaptiveMaxPool2d(.tensor(self), .ints([size, size])) }

    /// Batch normalisation of [n, c, ...] (Ioffe and Szegedy, arXiv 1502.03167).
    ///
    /// In training the batch's own mean and biased variance normalise, and the running ones move by `momentum`
    /// towards the batch's mean and unbiased variance, in place.
    public func batchNorm(
        weight: Tensor?, bias: Tensor?, runningMean: Tensor?, runningVar: Tensor?, training: Bool,
        momentum: Double = 0.1, eps: Double = 1e-5
    ) -> Tensor {
        Aten.batchNorm(
            .tensor(self), .optional(weight), .optional(bias), .optional(runningMean), .optional(runningVar),
            .bool(training), .double(momentum), .double(eps), true)
    }

    /// Layer normalisation over the last dimensions (Ba, Kiros and Hinton, arXiv 1607.06450).
    public func layerNorm(shape: [Int], weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5) -> Tensor {
        Aten.layerNorm(.tensor(self), .ints(shape), .optional(weight), .optional(bias), .double(eps))
    }

    /// Group normalisation of [n, c, ...] (Wu and He, arXiv 1803.08494).
    public func groupNorm(groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5) -> Tensor {
        Aten.groupNorm(.tensor(self), .int(groups), .optional(weight), .optional(bias), .double(eps))
    }

    /// Instance normalisation of [n, c, ...] by each image's own statistics (arXiv 1607.08022).
    public func instanceNorm(weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5) -> Tensor {
        Aten.instanceNorm(
            .tensor(self), .optional(weight), .optional(bias), nil, nil, true, 0.1, .double(eps), true)
    }

    /// Zeroes elements with probability `p` in training and scales the others by 1 / (1 - p).
    public func dropout(p: Double, training: Bool) -> Tensor {
        Aten.dropout(.tensor(self), .double(p), .bool(training))
    }

    /// [n, c r^2, h, w] to [n, c, h r, w r].
    public func pixelShuffle(_ factor: Int) -> Tensor { Aten.pixelShuffle(.tensor(self), .int(factor)) }

    /// How ``interpolate(size:mode:antialias:)`` computes new pixels.
    public enum InterpolationMode: Sendable {
        case nearest, bilinear, bicubic
    }

    /// Resizes [n, c, h, w] to [n, c, size[0], size[1]], pixel centres at half integers (`align_corners` off).
    ///
    /// With `antialias`, shrinking averages over all pixels under the kernel, as Pillow and torchvision do.
    /// - Precondition: `antialias` goes with `bilinear` or `bicubic`.
    public func interpolate(size: [Int], mode: InterpolationMode = .bilinear, antialias: Bool = false) -> Tensor {
        switch (mode, antialias) {
        case (.nearest, false): Aten.nearest(.tensor(self), .ints(size), nil)
        case (.nearest, true): preconditionFailure("nearest has no antialiasing")
        case (.bilinear, false): Aten.bilinear(.tensor(self), .ints(size), false, nil)
        case (.bilinear, true): Aten.bilinearAntialiased(.tensor(self), .ints(size), false, nil)
        case (.bicubic, false): Aten.bicubic(.tensor(self), .ints(size), false, nil)
        case (.bicubic, true): Aten.bicubicAntialiased(.tensor(self), .ints(size), false, nil)
        }
    }
}
