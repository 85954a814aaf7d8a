// Nanoseconds per call of a small operator, and the memory of many small training steps.
//
//   overhead calls            JSON: {"add": ns, "mul": ns, "mish": ns}, medians of rounds
//   overhead memory [STEPS]   resident memory before and after so many training steps of a tiny network

import Activations
import Foundation
import Layers
import Optimizers
import Torch

func nanoseconds(_ body: () -> Void) -> Double {
    let calls = 20_000
    let rounds = (0..<21).map { _ in
        let time = ContinuousClock().measure { for _ in 0..<calls { body() } }
        return (Double(time.components.seconds) * 1e9 + Double(time.components.attoseconds) * 1e-9) / Double(calls)
    }
    return rounds.sorted()[rounds.count / 2]
}

func residentKilobytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0
}

func calls() {
    let x = Tensor.randn([16])
    let y = Tensor.randn([16])
    let times = [
        "add": nanoseconds { _ = x + y }, "mul": nanoseconds { _ = x * y },
        "mish": nanoseconds { _ = Activation.mish(x) },
    ]
    let members = times.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \(Int($0.value.rounded()))" }
    print("{\(members.joined(separator: ", "))}")
}

func memory(steps: Int) throws {
    let net = Sequential {
        Linear(8, 16)
        Activate(.mish)
        Linear(16, 4)
    }
    let optimizer = try Optimizer(Ranger(learningRate: 1e-3), of: net)
    let x = Tensor.randn([16, 8])
    let labels = Tensor.randint(0..<4, [16])
    func step() {
        net(x).crossEntropy(labels).backward()
        optimizer.step()
        optimizer.zeroGrad()
    }
    for _ in 0..<2000 { step() }
    let (before, tensors) = (residentKilobytes(), Tensor.liveCount)
    for _ in 0..<steps { step() }
    let after = residentKilobytes()
    let growth = Double(after - before) / Double(before) * 100
    print("resident \(before) kB, after \(steps) steps \(after) kB: \(String(format: "%+.2f", growth)) %")
    print("tensors \(tensors), after \(steps) steps \(Tensor.liveCount)")
}

switch CommandLine.arguments.dropFirst().first {
case "memory": try memory(steps: CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 100_000 : 100_000)
default: calls()
}
