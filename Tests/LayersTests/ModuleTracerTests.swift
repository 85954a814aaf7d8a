import Layers
import Testing
import Torch

@Suite struct ModuleTracerTests {
    private final class Block: Module, Layer {
        let inner = Sequential { Linear(2, 2) }
        func callAsFunction(_ x: Tensor) -> Tensor { traced { inner(x).sin() + x } }
    }

    @Test func knowsTheModuleOfEachOperator() {
        let net = Sequential {
            Activate(.relu)
            Block()
            AdaptiveAvgPool2d(1)
        }
        let names = Dictionary(
            uniqueKeysWithValues: net.namedModules().map { (ObjectIdentifier($0.module), $0.name) })
        let x = Tensor.ones([1, 2, 2])
        let tracer = ModuleTracer()
        var seen: [String] = []
        func note(_ called: Operator) {
            seen.append("\(tracer.current.map { names[ObjectIdentifier($0)]! } ?? "-") \(called.name)")
        }
        tracer.during {
            observingOperators { called, _, _ in
                note(called)
            } during: {
                _ = net(x).exp()
            }
        }
        #expect(
            seen == [
                "0 mish::relu", "1.inner.0 aten::linear", "1 aten::sin", "1 aten::add.Tensor",
                "2 aten::adaptive_avg_pool2d", "- aten::exp",
            ])
        #expect(tracer.current == nil)
    }

    @Test func seesNothingOutsideItsScope() {
        let tracer = ModuleTracer()
        tracer.during {}
        let layer = Activate(.mish)
        layer.traced { #expect(tracer.current == nil) }
        tracer.during { layer.traced { #expect(tracer.current === layer) } }
    }
}
