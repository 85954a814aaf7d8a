import Testing
import Torch

@Test func addition() {
    #expect((Tensor([1.0, 2]) + Tensor([3.0, 4])).array(Double.self) == [4, 6])
}
