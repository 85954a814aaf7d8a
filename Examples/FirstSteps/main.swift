import Activations
import Layers
import Optimizers
import Torch

let net = Sequential {
    Linear(2, 32)
    Activate(.mish)
    Linear(32, 1)
}
let optimizer = try Optimizer(Ranger(learningRate: 0.02), of: net)
let points = Tensor.randn([256, 2])
let radius = points.square().sum(dim: 1, keepDim: true)
for _ in 0..<500 {
    optimizer.zeroGrad()
    net(points).mseLoss(radius).backward()
    optimizer.step()
}
print("error", net(points).mseLoss(radius).item(Float.self))
