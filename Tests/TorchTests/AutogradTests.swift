import Synchronization
import Testing
import Torch

@Suite struct AutogradTests {
    @Test func gradientsAddUpAtLeaves() {
        let x = Tensor([3.0]).requiringGrad()
        (x * x).sum().backward()
        (x * 2).sum().backward()
        #expect(x.grad?.array(Double.self) == [8])
        x.grad = nil
        #expect(x.grad == nil)
    }

    @Test func higherOrdersFollowFromCreateGraph() {
        let x = Tensor([2.0]).requiringGrad()
        let first = gradient(of: x.pow(4), at: x, createGraph: true)
        let second = gradient(of: first, at: x, createGraph: true)
        let third = gradient(of: second, at: x)
        #expect(first.item(Double.self) == 32 && second.item(Double.self) == 48 && third.item(Double.self) == 48)
    }

    @Test func anUnusedInputHasAZeroGradientWhenAllowed() throws {
        let x = Tensor([1.0]).requiringGrad()
        let y = Tensor([1.0, 2]).requiringGrad()
        #expect(gradient(of: x * 2, at: [x, y], allowUnused: true)[1].array(Double.self) == [0, 0])
        #expect(throws: TorchError.self) { try catching { gradient(of: x * 2, at: [x, y]) } }
    }

    @Test func nothingIsRecordedWithoutGradients() {
        let x = Tensor([1.0]).requiringGrad()
        #expect(withoutGradients { !(x * 2).requiresGrad })
        #expect((x * 2).requiresGrad && !(x * 2).detach().requiresGrad)
    }

    @Test func autocastComputesProductsInHalfAndLossesInFull() {
        let x = Tensor.ones([2, 2])
        withAutocast(.bfloat16, device: .cpu) {
            #expect(x.matmul(x).dtype == .bfloat16)
            #expect(x.matmul(x).crossEntropy(Tensor([0, 1])).dtype == .float32)
        }
        #expect(x.matmul(x).dtype == .float32)
    }
}

@Suite struct DifferentiableFunctionTests {
    let cube = DifferentiableFunction(
        "cube",
        forward: { inputs in (outputs: [inputs[0].pow(3)], saved: inputs) },
        backward: { gradients, saved in [gradients[0]! * saved[0].pow(2) * 3] })

    @Test func itsGradientIsTheClosures() {
        let x = Tensor([2.0, -1]).requiringGrad()
        cube(x).sum().backward()
        #expect(x.grad?.array(Double.self) == [12, 3])
    }

    @Test func itIsDifferentiableAgainWhenItsBackwardPassIs() {
        let x = Tensor([2.0]).requiringGrad()
        let first = gradient(of: cube(x), at: x, createGraph: true)
        #expect(gradient(of: first, at: x).item(Double.self) == 12)
    }

    @Test func severalInputsAndOutputs() {
        let function = DifferentiableFunction(
            "sum and product",
            forward: { (outputs: [$0[0] + $0[1], $0[0] * $0[1]], saved: $0) },
            backward: { gradients, saved in
                let sum = gradients[0] ?? saved[0].zerosLike()
                let product = gradients[1] ?? saved[0].zerosLike()
                return [sum + product * saved[1], sum + product * saved[0]]
            })
        let x = Tensor([3.0]).requiringGrad()
        let y = Tensor([5.0]).requiringGrad()
        let outputs = function([x, y])
        #expect(outputs.map { $0.item(Double.self) } == [8, 15])
        // The sum takes no part, so its gradient arrives as nil.
        outputs[1].backward()
        #expect(x.grad?.item(Double.self) == 5 && y.grad?.item(Double.self) == 3)
    }

    @Test func aSavedTensorThatWasChangedIsNoticed() throws {
        let x = Tensor([2.0]).requiringGrad()
        let y = x * 1
        let z = cube(y)
        y += 1
        let error = #expect(throws: TorchError.self) { try catching { z.sum().backward() } }
        #expect(error.map { "\($0)".contains("modified by an inplace operation") } == true)
    }

    @Test func anErrorInTheBackwardPassArrivesAtTheCaller() {
        struct Refusal: Error {}
        let function = DifferentiableFunction(
            "refusing", forward: { (outputs: [$0[0] * 1], saved: []) }, backward: { _, _ in throw Refusal() })
        let x = Tensor([2.0]).requiringGrad()
        let error = #expect(throws: TorchError.self) { try catching { function(x).sum().backward() } }
        #expect(error.map { "\($0)".contains("refusing") && "\($0)".contains("Refusal") } == true)
    }

    @Test func theGraphFreesTheClosureAndWhatItHolds() {
        final class Witness: Sendable {
            let freed: @Sendable () -> Void
            init(_ freed: @escaping @Sendable () -> Void) { self.freed = freed }
            deinit { freed() }
        }
        let freed = Counter()
        func run() {
            let witness = Witness { freed.increment() }
            let function = DifferentiableFunction(
                "holding", forward: { (outputs: [$0[0] * 1], saved: $0) },
                backward: { gradients, _ in
                    _ = witness
                    return gradients
                })
            let x = Tensor([1.0]).requiringGrad()
            function(x).sum().backward()
        }
        run()
        #expect(freed.value == 1)
    }
}

final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    func increment() { count.add(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
}
