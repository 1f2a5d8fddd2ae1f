import Exchange
import FuzzKit
import Wire

/// Any text is opened or is none of ours; what is opened, and whatever is sealed, comes back as it was.
func fuzz(_ bytes: UnsafeRawBufferPointer) {
    let text = String(decoding: bytes, as: UTF8.self)
    for state in [text, ReasoningEnvelope.prefix + text] {
        guard let reasoning = ReasoningEnvelope.open(state) else { continue }
        check(reasoning)
    }
    guard let first = bytes.first else { return }
    let parts = text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    let owner =
        parts[0].isEmpty
        ? "o"
        : String(
            parts[0].utf8.filter { $0 > 0x20 && $0 < 0x7F && $0 != 0x2E }.map {
                Character(Unicode.Scalar($0))
            }
        )
    check(
        Reasoning(
            text: parts.count > 1 ? parts[1] : nil,
            state: ReasoningState(owner: owner.isEmpty ? "o" : owner, value: parts.last ?? ""),
            isRedacted: first & 1 == 1
        )
    )
}

private func check(_ reasoning: Reasoning) {
    guard let sealed = ReasoningEnvelope.seal(reasoning) else { fatalError("a state that is not sealed") }
    expect(sealed.utf8.allSatisfy { (0x21..<0x7F).contains($0) }, "an envelope that is not printable")
    guard let opened = ReasoningEnvelope.open(sealed) else { fatalError("an envelope that does not open: \(sealed)") }
    expect(same(opened, reasoning), "\(opened) is not \(reasoning)")
}

/// Byte by byte: strings that look alike are not the same to a signature.
private func same(_ a: Reasoning, _ b: Reasoning) -> Bool {
    let texts = (a.text.map { Array($0.utf8) }, b.text.map { Array($0.utf8) })
    let values = (a.state.map { Array($0.value.utf8) }, b.state.map { Array($0.value.utf8) })
    return texts.0 == texts.1 && values.0 == values.1 && a.isRedacted == b.isRedacted
        && a.state?.owner == b.state?.owner
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz(UnsafeRawBufferPointer(start: data, count: count))
    return 0
}

/// SwiftPM links an executable's entry under this name.
@_cdecl("FuzzEnvelope_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    runFuzzer(argc, argv) { data, count in testOneInput(data, count) }
}
