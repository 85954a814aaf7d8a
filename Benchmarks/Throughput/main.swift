// Training steps of a network, beside PyTorch's: run by Benchmarks/throughput.py.
//
//   throughput MODEL ACTIVATION OPTIMIZER DEVICE PRECISION BATCH SIDE STEPS
//
// ACTIVATION is a name, or mish.output and the like to say what its forward pass keeps. For each line of input it
// takes the steps of one round and prints a line: milliseconds per step on the clock, and of all processors together,
// and on a GPU the peak of the memory in tensors, in MiB.

import Activations
import Foundation
import Models
import Optimizers
import Torch

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(2)
}

func activation(_ text: String) -> Activation? {
    let parts = text.split(separator: ".").map(String.init)
    guard let activation = parts.first.flatMap(Activation.init(named:)) else { return nil }
    if parts.count == 1 { return activation }
    guard let saved = Activation.Saved(rawValue: parts[1]), activation.savable.contains(saved) else { return nil }
    return activation.saving(saved)
}

let arguments = CommandLine.arguments
guard arguments.count == 9, let activation = activation(arguments[2]), let device = Device(arguments[4]),
    let precision = ["fp32": DType.float32, "bf16": .bfloat16][arguments[5]],
    let batch = Int(arguments[6]), let side = Int(arguments[7]), let steps = Int(arguments[8])
else {
    fail("usage: throughput MODEL ACTIVATION sgd|ranger cpu|cuda fp32|bf16 BATCH SIDE STEPS")
}

LibTorch.threadCount = 2
LibTorch.keepFreedMemory()
var options = ModelOptions(classes: 10)
options.activation = activation
let net = try ModelCatalog.make(arguments[1], options)
net.to(device: device, memoryFormat: .channelsLast)
let optimizer =
    switch arguments[3] {
    case "sgd": try Optimizer(SGD(learningRate: 1e-3, momentum: 0.9), of: net.parameters())
    case "ranger": try Optimizer(Ranger(learningRate: 4e-3, beta2: 0.99, eps: 1e-6), of: net.parameters())
    default: fail("no optimizer \(arguments[3]); there are sgd and ranger")
    }
let images = Tensor.randn([batch, 3, side, side], device: device).contiguous(memoryFormat: .channelsLast)
let labels = Tensor.randint(0..<10, [batch], device: device)

let step = {
    let loss = withAutocast(precision, device: device) { net(images).crossEntropy(labels) }
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
    if device != .cpu { DeviceMemory.resetPeak(of: device) }
    let processors = processorMilliseconds()
    let time = ContinuousClock().measure {
        for _ in 0..<steps { step() }
        device.synchronize()
    }
    let clock = Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) * 1e-15
    let peak = device == .cpu ? 0 : try Double(DeviceMemory(of: device).peakAllocated) / 0x1p20
    print(clock / Double(steps), (processorMilliseconds() - processors) / Double(steps), peak)
    fflush(nil)
}
