import Wire

/// A stream gives the same events whole and byte by byte.
func fuzz(_ bytes: UnsafeRawBufferPointer) {
    let whole = events(bytes, step: max(1, bytes.count))
    for step in [1, 3] {
        precondition(events(bytes, step: step) == whole, "events that depend on how the stream was cut")
    }
}

private func events(_ bytes: UnsafeRawBufferPointer, step: Int) -> [[UInt8]] {
    var framer = SSEFramer(maxEventBytes: 1 << 16)
    var found: [[UInt8]] = []
    var offset = 0
    var end = 0
    while end < bytes.count {
        end = min(bytes.count, end + step)
        let seen = UnsafeRawBufferPointer(rebasing: bytes[..<end])
        while true {
            let event: SSEEvent
            do throws(SSEError) {
                guard let next = try framer.next(seen, from: &offset) else { break }
                event = next
            } catch {
                return found + [[0xFF]]
            }
            precondition(event.range.upperBound <= end && event.range.lowerBound >= 0, "an event outside its stream")
            found.append(event.joinedData(in: seen))
        }
    }
    if let last = framer.finish(bytes, from: &offset) { found.append(last.joinedData(in: bytes)) }
    return found
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
@_cdecl("FuzzSSE_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    var argc = argc
    var argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = argv
    return LLVMFuzzerRunDriver(&argc, &argv) { data, count in testOneInput(data, count) }
}
