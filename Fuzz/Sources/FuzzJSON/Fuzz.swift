import Wire

/// What the gate accepts can be walked to its end with every range inside the document, and read again when written out.
func fuzz(_ bytes: UnsafeRawBufferPointer) {
    let tape = JSONTape()
    guard let root = try? tape.parse(bytes) else { return }
    precondition(root.range.lowerBound >= 0 && root.range.upperBound <= bytes.count, "a value outside its document")
    var budget = 10_000
    walk(root, bytes.count, &budget)
    guard root.kind == .object, root.count > 0 else { return }
    let patch = BytePatch.insertingMember(#""fuzz \u00e9":1"#, into: root)
    guard let patched = BytePatch.applied([patch], to: bytes) else {
        preconditionFailure("a patch that does not apply")
    }
    patched.withUnsafeBytes { again in
        let second = JSONTape()
        do {
            let value = try second.parse(again)
            precondition(value.count > 0, "a patched object without members")
        } catch {
            // The only way to refuse it is that the document had this very key already.
            precondition("\(error)".contains("duplicate"), "a patched document is refused: \(error)")
        }
    }
}

private func walk(_ value: JSONValue, _ end: Int, _ budget: inout Int) {
    budget -= 1
    guard budget > 0 else { return }
    precondition(
        value.range.upperBound <= end && value.contentRange.upperBound <= value.range.upperBound,
        "a wild range"
    )
    _ = value.string
    _ = value.int
    _ = value.double
    for element in value.elements { walk(element, end, &budget) }
    for member in value.members {
        walk(member.key, end, &budget)
        walk(member.value, end, &budget)
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
@_cdecl("FuzzJSON_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    var argc = argc
    var argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = argv
    return LLVMFuzzerRunDriver(&argc, &argv) { data, count in testOneInput(data, count) }
}
