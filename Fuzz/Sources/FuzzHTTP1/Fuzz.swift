import Wire

/// Heads are read the same whole and in pieces, ranges stay inside, and chunked bodies never give more than they got.
func fuzz(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    switch first % 3 {
    case 0: request(rest)
    case 1: response(rest)
    default: chunks(rest)
    }
}

private func request(_ bytes: UnsafeRawBufferPointer) {
    var head = HTTPRequestHead()
    var whole = HTTPRequestParser(limits: HTTPLimits())
    let isComplete = try? whole.parse(bytes, into: &head)
    var pieces = HTTPRequestParser(limits: HTTPLimits())
    var pieceHead = HTTPRequestHead()
    var pieceResult: Bool? = false
    for end in stride(from: 1, through: bytes.count, by: 1) where pieceResult == false {
        pieceResult = try? pieces.parse(UnsafeRawBufferPointer(rebasing: bytes[..<end]), into: &pieceHead)
    }
    if isComplete == true {
        precondition(pieceResult == true && pieceHead == head, "a head that depends on how it was cut")
        precondition(head.byteCount <= bytes.count, "a head longer than its bytes")
        for field in head.headers { precondition(field.value.upperBound <= head.byteCount, "a field outside its head") }
    }
}

private func response(_ bytes: UnsafeRawBufferPointer) {
    var head = HTTPResponseHead()
    var parser = HTTPResponseParser(limits: HTTPLimits())
    guard (try? parser.parse(bytes, requestWasHead: false, into: &head)) == true else { return }
    precondition((100...599).contains(head.status) && head.byteCount <= bytes.count, "a wild response head")
    for field in head.headers { precondition(field.value.upperBound <= head.byteCount, "a field outside its head") }
}

private func chunks(_ bytes: UnsafeRawBufferPointer) {
    var decoder = ChunkedDecoder()
    var offset = 0
    var total = 0
    while true {
        let before = offset
        guard let event = try? decoder.next(bytes, from: &offset) else { return }
        precondition(offset >= before && offset <= bytes.count, "a wild offset")
        switch event {
        case .data(let range):
            precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count && !range.isEmpty, "a wild chunk")
            total += range.count
            precondition(total <= bytes.count, "more data than bytes")
        case .end, .needMore:
            return
        }
    }
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
@_cdecl("FuzzHTTP1_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    var argc = argc
    var argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = argv
    return LLVMFuzzerRunDriver(&argc, &argv) { data, count in testOneInput(data, count) }
}
