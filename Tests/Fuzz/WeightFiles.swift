// A libFuzzer target for the readers of weight files: bytes that somebody downloaded. `make fuzz` compiles it with
// the readers' sources, without LibTorch, and runs it; see Tests/Fuzz/fuzz.
//
// Whatever the bytes are, the readers must return tensors that lie in them, or an error; a trap, a read beyond the
// bytes (the address sanitizer sees it), a hang and a gigabyte of memory are findings.

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let file = UnsafeRawBufferPointer(start: data, count: size)
    if PyTorchContent.isPyTorch(file) {
        if let content = try? PyTorchContent(of: file) { check(content, in: file) }
    } else {
        do {
            check(try SafetensorsHeader(of: file, path: "fuzz"), in: file)
        } catch {
            precondition(!error.description.isEmpty)
        }
    }
    return 0
}

private func check(_ content: PyTorchContent, in file: UnsafeRawBufferPointer) {
    // Expanded tensors of a small file may be large together; reading them all would only be slow.
    var budget = 1 << 16
    for entry in content.entries.values {
        content.withBytes(of: entry, in: file) { bytes in
            precondition(bytes.count * 8 == entry.shape.reduce(entry.type.bitWidth, *))
            touch(bytes)
            budget -= bytes.count
        }
        if budget < 0 { break }
    }
}

private func check(_ header: SafetensorsHeader, in file: UnsafeRawBufferPointer) {
    for entry in header.entries.values {
        precondition(entry.byteRange.count * 8 == entry.shape.reduce(entry.type.bitWidth, *))
        touch(UnsafeRawBufferPointer(rebasing: file[entry.byteRange]))
    }
}

nonisolated(unsafe) private var sum: UInt8 = 0

/// Reads the first and the last byte, so that the sanitizer looks at both.
private func touch(_ bytes: UnsafeRawBufferPointer) {
    if let first = bytes.first, let last = bytes.last { sum &+= first ^ last }
}

// MARK: Mutations

@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int) -> Int

/// Mutates as libFuzzer does, and mostly gives the members of an archive the checksums of their contents, without
/// which hardly any mutation would get past the first check.
@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ capacity: Int, _ seed: CUnsignedInt)
    -> Int
{
    let size = mutate(data, size, capacity)
    if seed % 8 != 0 { repairChecksums(UnsafeMutableRawBufferPointer(start: data, count: size)) }
    return size
}

private func repairChecksums(_ file: UnsafeMutableRawBufferPointer) {
    func number<Value: FixedWidthInteger>(_ type: Value.Type, at place: Int) -> Int {
        Int(truncatingIfNeeded: Value(littleEndian: file.loadUnaligned(fromByteOffset: place, as: type)))
    }
    guard StoredZip.isZip(UnsafeRawBufferPointer(file)) else { return }
    for entry in 0..<max(0, file.count - 46) where number(UInt32.self, at: entry) == 0x0201_4B50 {
        let (size, header) = (number(UInt32.self, at: entry + 24), number(UInt32.self, at: entry + 42))
        guard header + 30 <= file.count else { continue }
        let start = header + 30 + number(UInt16.self, at: header + 26) + number(UInt16.self, at: header + 28)
        guard start + size <= file.count else { continue }
        let checksum = CRC32.checksum(UnsafeRawBufferPointer(rebasing: file[start..<start + size]))
        file.storeBytes(of: checksum.littleEndian, toByteOffset: entry + 16, as: UInt32.self)
    }
}
