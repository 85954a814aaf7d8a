import Torch

@main struct Mish {
    static func main() {
        print(Tensor.ones([2, 3]) + 1)
    }
}
