// Training steps of a network on the CPU, beside PyTorch's: run by Benchmarks/throughput.py.
//
//   throughput MODEL ACTIVATION OPTIMIZER   for each line of input, takes the steps of one round and prints a
//                                           line: milliseconds per step on the clock, and of all processors
//                                           together

import Activations
import Foundation
import Models
import Optimizers
import Torch

let stepsPerRound = 3
let (batch, side, threads) = (32, 64, 2)

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(2)
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let activation = Activation(named: arguments[2]) else {
    fail("usage: throughput MODEL ACTIVATION sgd|ranger; activations: \(Activation.all.map(\.name))")
}

LibTorch.threadCount = threads
LibTorch.keepFreedMemory()
var options = ModelOptions(classes: 10)
options.activation = activation
let net = try ModelCatalog.make(arguments[1], options)
net.to(memoryFormat: .channelsLast)
let optimizer =
    switch arguments[3] {
    case "sgd": try Optimizer(SGD(learningRate: 1e-3, momentum: 0.9), of: net.parameters())
    case "ranger": try Optimizer(Ranger(learningRate: 4e-3, beta2: 0.99, eps: 1e-6), of: net.parameters())
    default: fail("no optimizer \(arguments[3]); there are sgd and ranger")
    }
let images = Tensor.randn([batch, 3, side, side]).contiguous(memoryFormat: .channelsLast)
let labels = Tensor.randint(0..<10, [batch])

let step = {
    let loss = net(images).crossEntropy(labels)
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
}

func processorMilliseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
}

while readLine() != nil {
    let processors = processorMilliseconds()
    let time = ContinuousClock().measure { for _ in 0..<stepsPerRound { step() } }
    let clock = Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) * 1e-15
    print(clock / Double(stepsPerRound), (processorMilliseconds() - processors) / Double(stepsPerRound))
    fflush(nil)
}
