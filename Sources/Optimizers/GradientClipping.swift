import Layers
import Torch

/// Scales all gradients by one factor so that together they are at most `limit` long (Pascanu et al., arXiv
/// 1211.5063). Nothing waits for a GPU.
///
/// - Parameters:
///   - parameters: those without a gradient are passed over.
///   - limit: of the Euclidean norm, above 0.
/// - Returns: the norm before, a tensor with one element; 0 when nobody has a gradient.
@discardableResult
public func clipGradients(of parameters: [Parameter], toNorm limit: Double) -> Tensor {
    precondition(limit > 0, "a norm is limited to a number above 0, not \(limit)")
    let lists = parameters.compactMap(\.grad).byTypeAndDevice()
    guard let first = lists.first?.first else { return Tensor(Float(0)) }
    return withoutGradients {
        let dtype: DType = lists.contains { $0[0].dtype == .float64 } ? .float64 : .float32
        let norms = lists.map { $0.norms(dtype: dtype).to(device: first.device) }
        let norm = Tensor.cat(norms).norm()
        let factor = (limit / (norm + 1e-6)).clamp(max: 1)
        for list in lists { list.mul_(factor.to(dtype: list[0].dtype, device: list[0].device)) }
        return norm
    }
}

/// Limits each element of each gradient to [-limit, limit].
///
/// - Parameters:
///   - parameters: those without a gradient are passed over.
///   - limit: above 0.
public func clipGradients(of parameters: [Parameter], toValue limit: Double) {
    precondition(limit > 0, "a value is limited to a number above 0, not \(limit)")
    withoutGradients {
        for list in parameters.compactMap(\.grad).byTypeAndDevice() { list.clamp_(min: -limit, max: limit) }
    }
}

extension [Tensor] {
    /// Lists of one type on one device, which is what operators on lists are fast for.
    package func byTypeAndDevice() -> [[Tensor]] {
        var lists: [[Tensor]] = []
        for tensor in self {
            let index = lists.firstIndex { $0[0].dtype == tensor.dtype && $0[0].device == tensor.device }
            if let index { lists[index].append(tensor) } else { lists.append([tensor]) }
        }
        return lists
    }
}
