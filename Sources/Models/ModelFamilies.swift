import Activations
import Layers

// The catalog's entries, family by family.

extension ModelCatalog {
    private static let xresnetOptions: Set<ModelOptions.Choice> = [
        .stem, .selfAttention, .order, .stemPool, .pool, .halving,
    ]

    static let xresnets: [Entry] =
        [
            mxresnet(
                "mxresnet", "the Mish thread's XResNet with stages of any depth and width",
                options: xresnetOptions.union([.depths, .widths])
            ) { options in
                MXResNet(
                    depths: options.depths!, widths: options.widths!, classes: options.classes,
                    channels: options.channels, stem: options.stem!, selfAttention: options.selfAttention,
                    style: options.xresnetStyle)
            }
        ]
        + XResNet.Depth.allCases.map { depth in
            mxresnet(
                "mxresnet\(depth.rawValue)", "the Mish thread's XResNet-\(depth.rawValue)", options: xresnetOptions
            ) { options in
                MXResNet(
                    depth, classes: options.classes, channels: options.channels, stem: options.stem!,
                    selfAttention: options.selfAttention, style: options.xresnetStyle)
            }
        }
        + XResNet.Depth.allCases.map { depth in
            xresnet(
                "xresnet\(depth.rawValue)", "fastai2's XResNet-\(depth.rawValue)", depth, resNeXt: nil)
        }
        + [xresnet("xse_resnext50", "fastai2's XResNet-50 of SE-ResNeXt blocks", .d50, resNeXt: .init())]

    /// liuyao12's entries: bottlenecks with a depthwise convolution, and images that are halved before both paths.
    static let depthwiseXResNets: [Entry] = [2, 4, 6].map { multiplier in
        mxresnet(
            "mxresnet_depthwise\(multiplier)",
            "the ImageWoof board's XResNet with \(multiplier) depthwise filters a channel",
            options: [.stem, .selfAttention, .stemPool, .pool], pool: .maxBlur, halving: .beforeBoth
        ) { options in
            var style = options.xresnetStyle
            style.depthwise = multiplier
            return MXResNet(
                depths: [3, 6, 8, 3], expansion: 4, classes: options.classes, channels: options.channels,
                stem: options.stem!, selfAttention: options.selfAttention, style: style)
        }
    }

    private static func mxresnet(
        _ name: String, _ summary: String, options: Set<ModelOptions.Choice>, pool: Pooling = .average,
        halving: XResNetStyle.Halving = .inEachPath, _ construct: @escaping @Sendable (ModelOptions) -> any Layer
    ) -> Entry {
        Entry(
            name: name, summary: summary, imageSize: 128, activation: .mish, options: options,
            publish: { published in
                published.stem = [32, 64, 64]
                (published.order, published.stemPool) = (.normFirst, .max)
                (published.pool, published.halving) = (pool, halving)
            }, construct: construct)
    }

    private static func xresnet(
        _ name: String, _ summary: String, _ depth: XResNet.Depth, resNeXt: XResNetStyle.ResNeXt?
    ) -> Entry {
        Entry(
            name: name, summary: summary, imageSize: 128, activation: .relu, options: xresnetOptions.union([.dropout])
        ) { published in
            published.stem = [32, 32, 64]
            (published.order, published.stemPool) = (.normFirst, .max)
            (published.pool, published.halving) = (.average, .inEachPath)
            published.dropout = 0
        } construct: { options in
            var style = options.xresnetStyle
            style.resNeXt = resNeXt
            return XResNet(
                depth, classes: options.classes, channels: options.channels, stem: options.stem!,
                selfAttention: options.selfAttention, dropout: options.dropout, style: style)
        }
    }

    static let res2nets: [Entry] =
        XResNet.Depth.allCases.map { depth in
            let split: Set<ModelOptions.Choice> = depth.expansion == 1 ? [] : [.order, .baseWidth, .scale]
            return Entry(
                name: "res2netplus\(depth.rawValue)", summary: "the thread's Res2NetPlus-\(depth.rawValue)",
                imageSize: 128, activation: .mish, options: split.union([.stem, .stemPool])
            ) { published in
                (published.stem, published.stemPool, published.order) = ([32, 64, 64], .max, .activationFirst)
                (published.baseWidth, published.scale) = (26, 4)
            } construct: { options in
                Res2NetPlus(
                    depth, classes: options.classes, channels: options.channels, stem: options.stem!,
                    split: options.res2NetSplit(), activation: options.activation!, order: options.order!,
                    stemPool: options.stemPool!)
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
        Entry(
            name: name, summary: summary, imageSize: 224, activation: .relu, options: [.baseWidth, .scale]
        ) { published in
            (published.baseWidth, published.scale) = (split.baseWidth, split.scale)
        } construct: { options in
            Res2Net(
                depths: depths, classes: options.classes, channels: options.channels, version: version,
                split: options.res2NetSplit(groups: split.groups), activation: options.activation!)
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
        + [EfficientNet.Size.b5, .b6, .b7].map {
            efficientNet(
                "tv_efficientnet_\($0)", "EfficientNet-\("\($0)".uppercased()) as in torchvision", $0, .torchvision)
        }

    private static func efficientNet(
        _ name: String, _ summary: String, _ size: EfficientNet.Size, _ origin: EfficientNet.Origin
    ) -> Entry {
        Entry(
            name: name, summary: summary, imageSize: size.scaling.imageSize, activation: .silu,
            options: [.dropout, .dropConnect]
        ) { published in
            (published.dropout, published.dropConnect) = (size.scaling.dropout, 0.2)
        } construct: { options in
            EfficientNet(
                size, classes: options.classes, channels: options.channels, origin: origin,
                activation: options.activation!, dropConnect: options.dropConnect!, dropout: options.dropout)
        }
    }
}

extension ModelOptions {
    fileprivate var xresnetStyle: XResNetStyle {
        var style = XResNetStyle(activation: activation!)
        (style.order, style.stemPool, style.pool, style.halving) = (order!, stemPool!, pool!, halving!)
        return style
    }

    fileprivate func res2NetSplit(groups: Int = 1) -> Res2NetSplit {
        Res2NetSplit(baseWidth: baseWidth!, scale: scale!, groups: groups)
    }
}
