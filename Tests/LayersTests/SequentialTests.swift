import Activations
import Layers
import Testing
import Torch

@Suite struct SequentialTests {
    private func net(normalized: Bool, deep: Bool = false, repeats: Int = 0) -> Sequential {
        Sequential {
            Conv2d(1, 1, kernel: 1)
            if normalized { BatchNorm2d(1) }
            if deep { Conv2d(1, 1, kernel: 1) } else { MaxPool2d(2) }
            for _ in 0..<repeats { Flatten() }
            Activate(.mish)
        }
    }

    @Test func anIfWithoutElseDropsOnlyItsOwnLayer() {
        #expect(net(normalized: true).layers.count == 4)
        #expect(net(normalized: false).layers.count == 3)
        #expect(net(normalized: true).layers[1] is BatchNorm2d)
        #expect(net(normalized: false).layers[1] is MaxPool2d)
    }

    @Test func bothBranchesAndLoopsWork() {
        #expect(net(normalized: false, deep: true).layers[1] is Conv2d)
        #expect(net(normalized: false, repeats: 3).layers.count == 6)
    }

    @Test func layersRunInOrder() {
        let net = Sequential {
            Flatten()
            Linear(4, 2, bias: false)
        }
        #expect(net(Tensor.ones([3, 1, 2, 2])).shape == [3, 2])
    }

    @Test func nothingIsTheIdentity() {
        let x = Tensor.randn([2])
        #expect(Sequential([])(x).isIdentical(to: x))
    }
}
