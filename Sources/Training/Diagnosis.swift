import Activations
import Foundation
import Torch

/// What `mish doctor` finds out about an installation.
public struct Diagnosis: Sendable, Encodable {
    /// One thing that was looked at.
    public struct Finding: Sendable, Encodable {
        /// What was looked at.
        public let subject: String
        /// What was found.
        public let text: String
        /// Whether it keeps something from working.
        public let isProblem: Bool
        /// What to do about a problem, or to get more.
        public let remedy: String?
    }

    /// In the order of looking.
    public let findings: [Finding]

    /// Looks at versions, processor, memory, disk and devices, and computes something on each device.
    public static func make() -> Diagnosis {
        Diagnosis(findings: [version, libTorch, processor, memory, disk, selfCheck(.cpu)] + cuda)
    }

    private static var version: Finding {
        Finding(subject: "mish", text: mishVersion, isProblem: false, remedy: nil)
    }

    private static var libTorch: Finding {
        let fits = LibTorch.version.hasPrefix("2.11.")
        return Finding(
            subject: "LibTorch", text: "\(LibTorch.version) in \(LibTorch.folder)", isProblem: !fits,
            remedy: fits ? nil : "this program needs 2.11; run `make setup`, or name one with LIBTORCH=/path/to/torch")
    }

    private static var processor: Finding {
        let capability =
            LibTorch.buildDescription.split(separator: "\n").first { $0.contains("CPU capability usage") }
            .map { $0.split(separator: " ").last.map(String.init) ?? "" } ?? "unknown"
        return Finding(
            subject: "processor", text: "\(Device.cpu.fullName), vector instructions \(capability)", isProblem: false,
            remedy: nil)
    }

    private static var memory: Finding {
        let gibibytes = Double(ProcessInfo.processInfo.physicalMemory) / 0x1p30
        let isSmall = gibibytes < 3.5
        return Finding(
            subject: "memory", text: "\(gibibytes.fixed(1)) GiB", isProblem: isSmall,
            remedy: isSmall ? "networks and decoded images need about 4 GiB; use small recipes" : nil)
    }

    private static var disk: Finding {
        let folder = FileManager.default.currentDirectoryPath
        let free = (try? FileManager.default.attributesOfFileSystem(forPath: folder)[.systemFreeSize] as? NSNumber)
            .map { $0.doubleValue / 0x1p30 }
        guard let free else {
            return Finding(
                subject: "disk", text: "the free space of \(folder) cannot be read", isProblem: false, remedy: nil)
        }
        return Finding(
            subject: "disk", text: "\(free.fixed(1)) GiB free in \(folder)", isProblem: free < 1,
            remedy: free < 1 ? "checkpoints need space; free some, or choose another folder with --out" : nil)
    }

    private static var cuda: [Finding] {
        do {
            try Device.cuda.checkAvailable()
        } catch {
            let hasCard = FileManager.default.fileExists(atPath: "/proc/driver/nvidia/version")
            return [
                Finding(
                    subject: "CUDA", text: hasCard ? "\(error)" : "no NVIDIA driver: recipes run on the CPU",
                    isProblem: hasCard,
                    remedy: hasCard ? "run `setup/setup --cuda`, which installs what a GPU needs, and build again" : nil
                )
            ]
        }
        return (0..<LibTorch.cudaDeviceCount).flatMap { index -> [Finding] in
            let device = Device.cuda(index)
            let memory = (try? DeviceMemory(of: device)).map {
                "\((Double($0.free) / 0x1p30).fixed(1)) of \((Double($0.total) / 0x1p30).fixed(1)) GiB free"
            }
            return [
                Finding(
                    subject: device.description, text: "\(device.fullName), \(memory ?? "memory unknown")",
                    isProblem: false, remedy: nil),
                selfCheck(device),
            ]
        }
    }

    /// A convolution, its gradient and Mish, against values that are known: tanh(ln 2) = 3/5, so that
    /// Mish'(0) = 3/5.
    private static func selfCheck(_ device: Device) -> Finding {
        do {
            let isRight = try catching {
                let x = Tensor.zeros([1, 1, 4, 4], device: device).requiringGrad()
                let weight = Tensor.ones([1, 1, 3, 3], device: device)
                Activation.mish(x.conv2d(weight)).sum().backward()
                let corner = x.grad?[0, 0, 0, 0].item(Double.self) ?? .nan
                let centre = x.grad?[0, 0, 1, 1].item(Double.self) ?? .nan
                return abs(corner - 0.6) < 1e-6 && abs(centre - 2.4) < 1e-6
            }
            return Finding(
                subject: "self-check on \(device)", text: isRight ? "passed" : "wrong numbers", isProblem: !isRight,
                remedy: isRight ? nil : "LibTorch computes wrongly here: install it anew with `make setup`")
        } catch {
            return Finding(
                subject: "self-check on \(device)", text: "\(error)", isProblem: true,
                remedy: "install LibTorch anew with `make setup`")
        }
    }
}
