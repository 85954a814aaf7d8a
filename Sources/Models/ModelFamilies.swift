import Activations
import Layers

// The catalog's entries, family by family.

extension ModelCatalog {
    private static let xresnetOptions: Set<ModelOptions.Choice> = [
        .stem, .selfAttention, .order, .stemPool, .pool, .halving,
    ]

    static let xresnets: [Entry] =
        [
            Entry(
                name: "mxresnet", summary: "the Mish thread's XResNet with stages of any depth and width",
                imageSize: 128, activation: .mish, stem: [32, 64, 64], options: xresnetOptions.union([.stages])
            ) { options in
                MXResNet(
                    depths: options.depths!, widths: options.widths!, classes: options.classes,
                    channels: options.channels, stem: options.stem ?? [32, 64, 64],
                    selfAttention: options.selfAttention, style: options.style(activation: .mish))
            }
        ]
        + XResNet.Depth.allCases.map { depth in
            Entry(
                name: "mxresnet\(depth.rawValue)", summary: "the Mish thread's XResNet-\(depth.rawValue)",
                imageSize: 128, activation: .mish, stem: [32, 64, 64], options: xresnetOptions
            ) { options in
                MXResNet(
                    depth, classes: options.classes, channels: options.channels, stem: options.stem ?? [32, 64, 64],
                    selfAttention: options.selfAttention, style: options.style(activation: .mish))
            }
        }
        + XResNet.Depth.allCases.map { depth in
            xresnet(
                "xresnet\(depth.rawValue)", "fastai2's XResNet-\(depth.rawValue)", depth, resNeXt: nil)
        }
        + [xresnet("xse_resnext50", "fastai2's XResNet-50 of SE-ResNeXt blocks", .d50, resNeXt: .init())]

    /// liuyao12's entries: bottlenecks with a depthwise convolution, and images that are halved before both paths.
    static let depthwiseXResNets: [Entry] = [2, 4, 6].map { multiplier in
        Entry(
            name: "mxresnet_depthwise\(multiplier)",
            summary: "the ImageWoof board's XResNet with \(multiplier) depthwise filters a channel",
            imageSize: 128, activation: .mish, stem: [32, 64, 64], options: [.stem, .selfAttention]
        ) { options in
            var style = options.style(activation: .mish)
            (style.depthwise, style.halving, style.pool) = (multiplier, .beforeBoth, .maxBlur)
            return MXResNet(
                depths: [3, 6, 8, 3], expansion: 4, classes: options.classes, channels: options.channels,
                stem: options.stem ?? [32, 64, 64], selfAttention: options.selfAttention, style: style)
        }
    }

    private static func xresnet(
        _ name: String, _ summary: String, _ depth: XResNet.Depth, resNeXt: XResNetStyle.ResNeXt?
    ) -> Entry {
        Entry(
            name: name, summary: summary, imageSize: 128, activation: .relu, stem: [32, 32, 64],
            options: xresnetOptions
        ) { options in
            var style = options.style(activation: .relu)
            style.resNeXt = resNeXt
            return XResNet(
                depth, classes: options.classes, channels: options.channels, stem: options.stem ?? [32, 32, 64],
                selfAttention: options.selfAttention, style: style)
        }
    }

    static let res2nets: [Entry] =
        XResNet.Depth.allCases.map { depth in
            Entry(
                name: "res2netplus\(depth.rawValue)", summary: "the thread's Res2NetPlus-\(depth.rawValue)",
                imageSize: 128, activation: .mish, stem: nil, options: [.stemPool]
            ) { options in
                Res2NetPlus(
                    depth, classes: options.classes, channels: options.channels,
                    activation: options.activation ?? .mish, stemPool: options.stemPool ?? .max)
            }
        } + [
            res2net("res2net50_26w_4s", "Res2Net-50", [3, 4, 6, 3], .v1, Res2NetSplit()),
            res2net("res2net50_48w_2s", "Res2Net-50 of 2 scales", [3, 4, 6, 3], .v1, .init(baseWidth: 48, scale: 2)),
            res2net("res2net50_14w_8s", "Res2Net-50 of 8 scales", [3, 4, 6, 3], .v1, .init(baseWidth: 14, scale: 8)),
            res2net("res2net50_26w_6s", "Res2Net-50, wider, of 6 scales", [3, 4, 6, 3], .v1, .init(scale: 6)),
            res2net("res2net50_26w_8s", "Res2Net-50, wider, of 8 scales", [3, 4, 6, 3], .v1, .init(scale: 8)),
            res2net("res2net101_26w_4s", "Res2Net-101", [3, 4, 23, 3], .v1, Res2NetSplit()),
            res2net("res2net50d", "Res2Net-50 v1b", [3, 4, 6, 3], .v1b, Res2NetSplit()),
            res2net("res2net101d", "Res2Net-101 v1b", [3, 4, 23, 3], .v1b, Res2NetSplit()),
            res2net("res2next50", "Res2NeXt-50", [3, 4, 6, 3], .v1, .init(baseWidth: 4, scale: 4, groups: 8)),
        ]

    private static func res2net(
        _ name: String, _ summary: String, _ depths: [Int], _ version: Res2Net.Version, _ split: Res2NetSplit
    ) -> Entry {
        Entry(name: name, summary: summary, imageSize: 224, activation: .relu, stem: nil, options: []) { options in
            Res2Net(
                depths: depths, classes: options.classes, channels: options.channels, version: version, split: split,
                activation: options.activation ?? .relu)
        }
    }

    static let efficientNets: [Entry] =
        EfficientNet.Size.allCases.map {
            efficientNet(
                "tf_efficientnet_\($0)", "EfficientNet-\("\($0)".uppercased()) as in TensorFlow", $0, .tensorFlow)
        }
        + EfficientNet.Size.allCases.map {
            efficientNet("efficientnet_\($0)", "EfficientNet-\("\($0)".uppercased()) as in timm", $0, .timm)
        }

    private static func efficientNet(
        _ name: String, _ summary: String, _ size: EfficientNet.Size, _ origin: EfficientNet.Origin
    ) -> Entry {
        Entry(
            name: name, summary: summary, imageSize: size.scaling.imageSize, activation: .silu, stem: nil, options: []
        ) { options in
            EfficientNet(
                size, classes: options.classes, channels: options.channels, origin: origin,
                activation: options.activation ?? .silu)
        }
    }
}

extension ModelOptions {
    fileprivate func style(activation published: Activation) -> XResNetStyle {
        var style = XResNetStyle(activation: activation ?? published)
        if let order { style.order = order }
        if let stemPool { style.stemPool = stemPool }
        if let pool { style.pool = pool }
        if let halving { style.halving = halving }
        return style
    }
}
