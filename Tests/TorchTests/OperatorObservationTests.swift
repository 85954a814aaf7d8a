import Testing
import Torch

@Suite struct OperatorObservationTests {
    private func names(during body: () -> Void) -> [String] {
        var names: [String] = []
        observingOperators { called, _, _ in
            names.append(called.name)
        } during: {
            body()
        }
        return names
    }

    @Test func showsOperatorsInOrderWithArgumentsAndResults() {
        let x = Tensor([1.0, 2.0])
        var shapes: [[Int]] = []
        observingOperators { called, arguments, results in
            if case .tensor(let argument) = arguments[0] { #expect(argument.isIdentical(to: x)) }
            if case .tensor(let result) = results[0] { shapes.append(result.shape) }
        } during: {
            _ = x.exp()
            _ = x.outer(x)
            _ = x.reshape([1, 2])
        }
        #expect(shapes == [[2], [2, 2], [1, 2]])
        #expect(names { _ = x + x } == ["aten::add.Tensor"])
    }

    @Test func endsWithItsScopeAndTheInnermostObserves() {
        let x = Tensor([1.0])
        var inner: [String] = []
        let outer = names {
            _ = x.exp()
            inner = names { _ = x.sin() }
            _ = x.cos()
        }
        _ = x.tanh()
        #expect(outer == ["aten::exp", "aten::cos"])
        #expect(inner == ["aten::sin"])
    }
}
