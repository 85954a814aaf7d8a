import Layers
import Torch

/// What an optimizer remembers of one parameter.
final class ParameterState {
    /// How many steps the parameter has taken. One that is unfrozen late has taken fewer than the optimizer.
    var step = 0
    var numbers: [String: Double] = [:]
    var tensors: [String: Tensor] = [:]
    /// The values in fp32 of a parameter in half precision, which would round most steps away; and a copy
    /// without gaps of one that has gaps in memory.
    private(set) var master: Tensor?
    /// The parameter's version after the master was last written to it; another means that somebody else did.
    private var masterVersion = 0
    /// The tensor for which all others were laid out. A module that moves exchanges it.
    private var tensor: Tensor?

    /// The tensor that rules change, after everything here was made to fit it.
    func values(of parameter: Parameter, for memory: [Memory]) -> Tensor {
        let current = parameter.tensor
        if let tensor, tensor.isIdentical(to: current) {
            if let master, current.version != masterVersion { master.copy_(current) }
        } else {
            layOut(for: current)
        }
        let values = master ?? current
        for slot in memory where tensors[slot.name] == nil {
            tensors[slot.name] = slot.start == .zeros ? values.zerosLike() : values.detach().clone()
        }
        return values
    }

    /// Writes the master, if there is one, to the parameter.
    func store(in parameter: Parameter) {
        guard let master else { return }
        parameter.tensor.copy_(master)
        masterVersion = parameter.tensor.version
    }

    /// Takes over what was saved. Copies, and waits with the layout until the next step.
    func restore(step: Int, numbers: [String: Double], tensors: [String: Tensor], master: Tensor?) {
        (self.step, self.numbers) = (step, numbers)
        self.tensors = tensors.mapValues { $0.detach().clone() }
        self.master = master?.detach().clone()
        tensor = nil
    }

    private func layOut(for current: Tensor) {
        let isHalf = current.dtype.size < DType.float32.size
        if isHalf || current.emptyLike().strides != current.strides {
            let fresh = current.detach().to(dtype: isHalf ? .float32 : current.dtype, copy: true)
            master = master?.fitted(to: fresh) ?? fresh
        } else {
            master = nil
        }
        tensors = tensors.mapValues { $0.fitted(to: master ?? current) }
        (tensor, masterVersion) = (current, current.version)
    }
}

extension Tensor {
    /// The elements in another tensor's type, device and order in memory, which fused operators take for granted.
    func fitted(to other: Tensor) -> Tensor {
        if dtype == other.dtype, device == other.device, strides == other.strides { return self }
        return other.detach().emptyLike().copy_(self)
    }
}
