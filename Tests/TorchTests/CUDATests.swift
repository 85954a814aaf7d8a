import Testing
import Torch

/// What only a machine with a GPU can show.
@Suite(.serialized, .enabled(if: (try? Device.cuda.checkAvailable()) != nil)) struct CUDATests {
    @Test func aTensorGoesThereAndBack() {
        let x = Tensor.randn([100, 100])
        let y = x.to(device: .cuda)
        #expect(y.device == .cuda(0) && y.to(device: .cpu).equals(x))
        #expect((y * 2).device == .cuda(0))
    }

    @Test func productsAgreeWithTheCPU() {
        let a = Tensor.randn([64, 64], dtype: .float64)
        let b = Tensor.randn([64, 64], dtype: .float64)
        let product = a.to(device: .cuda).matmul(b.to(device: .cuda)).to(device: .cpu)
        #expect(product.isClose(to: a.matmul(b), relative: 1e-12, absolute: 1e-12))
    }

    @Test func memoryIsFreedWithTheLastHandleAndThePeakIsKept() throws {
        let before = try DeviceMemory(of: .cuda)
        DeviceMemory.resetPeak(of: .cuda)
        do {
            let x = Tensor.zeros([1 << 20], device: .cuda)
            #expect(try DeviceMemory(of: .cuda).allocated >= before.allocated + 4 << 20)
            _ = x
        }
        let after = try DeviceMemory(of: .cuda)
        #expect(after.allocated == before.allocated && after.peakAllocated >= before.allocated + 4 << 20)
        #expect(after.total >= after.free)
    }

    @Test func tooMuchMemoryIsACaseOfItsOwnAndWhatWasThereStays() throws {
        let kept = Tensor.ones([10], device: .cuda)
        let error = #expect(throws: TorchError.self) {
            _ = try catching { Tensor.zeros([1 << 40], device: .cuda) }
        }
        guard case .outOfMemory? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(kept.sum().item(Double.self) == 10)
    }

    @Test func aBackwardPassOnTheGPURunsAClosureOfOurs() {
        let cube = DifferentiableFunction(
            "cube", forward: { (outputs: [$0[0].pow(3)], saved: $0) },
            backward: { gradients, saved in [gradients[0]! * saved[0].pow(2) * 3] })
        let x = Tensor([2.0], device: .cuda).requiringGrad()
        cube(x).sum().backward()
        #expect(x.grad?.item(Double.self) == 12)
    }

    @Test func tensorsOnDifferentDevicesAreRefused() {
        #expect(throws: TorchError.self) {
            try catching { Tensor.ones([2], device: .cuda).matmul(Tensor.ones([2])) }
        }
    }
}
