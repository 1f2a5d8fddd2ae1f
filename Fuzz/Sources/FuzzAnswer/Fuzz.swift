import Exchange
import FuzzKit
import FuzzRooms
import Wire

/// A vendor's whole answer is read or fails as the vendor's fault; what is read is written for every caller, whole and as a
/// stream. The same bytes as an error's body are judged.
func fuzz(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let vendor = Rooms.vendors[Int(first) % Rooms.vendors.count]
    let tape = Gate.makeTape()
    guard let root = try? tape.parse(UnsafeRawBufferPointer(rebasing: bytes.dropFirst())) else { return }
    for status in [400, 429, 500] {
        let refusal = vendor.decodeError(status: status, root: root, text: "")
        expect(!refusal.failure.message.isEmpty, "\(vendor.id.rawValue): a refusal without words")
    }
    for notes in Rooms.notes(of: vendor) {
        do throws(GatewayFailure) {
            let answer = try vendor.decodeAnswer(root, notes: notes)
            let what = "an answer of \(vendor.id.rawValue)"
            if let usage = answer.usage { Promises.check(usage, what) }
            Promises.check(answer.events, what)
            Callers.checkWhole(answer, what)
            Callers.checkStreams(answer.events, what)
        } catch {
            expect(error.kind != .invalidRequest && error.kind != .internalError, "\(error)")
        }
    }
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz(UnsafeRawBufferPointer(start: data, count: count))
    return 0
}

/// SwiftPM links an executable's entry under this name.
@_cdecl("FuzzAnswer_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    runFuzzer(argc, argv) { data, count in testOneInput(data, count) }
}
