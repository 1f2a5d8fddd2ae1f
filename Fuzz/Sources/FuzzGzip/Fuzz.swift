import Wire

/// A compressed body gives the same bytes whole and piece by piece, and is refused alike.
func fuzz(_ bytes: UnsafeRawBufferPointer) {
    let whole = inflated(bytes, step: max(1, bytes.count))
    for step in [1, 7] {
        precondition(inflated(bytes, step: step) == whole, "a body that depends on how it was cut")
    }
}

private struct Outcome: Equatable {
    var bytes: [UInt8] = []
    var isComplete = false
    var code: GzipError.Code?
}

private func inflated(_ bytes: UnsafeRawBufferPointer, step: Int) -> Outcome {
    var decoder = GzipDecoder(limit: .max)
    var outcome = Outcome()
    for start in stride(from: 0, to: bytes.count, by: step) {
        do throws(GzipError) {
            let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + step)])
            try decoder.decode(piece) { outcome.bytes += $0 }
        } catch {
            // How much came out before depends on the pieces.
            return Outcome(code: error.code)
        }
    }
    outcome.isComplete = decoder.isComplete
    return outcome
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz(UnsafeRawBufferPointer(start: data, count: count))
    return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
func LLVMFuzzerRunDriver(
    _ argc: UnsafeMutablePointer<CInt>,
    _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// SwiftPM links an executable's entry under this name.
@_cdecl("FuzzGzip_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    var argc = argc
    var argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = argv
    return LLVMFuzzerRunDriver(&argc, &argv) { data, count in testOneInput(data, count) }
}
