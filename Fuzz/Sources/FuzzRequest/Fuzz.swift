import Exchange
import FuzzKit
import FuzzRooms
import Wire

/// A caller's request is read or refused by the name of a field; what is read is written for every vendor, the same each
/// time, as JSON that passes the gate, or refused.
func fuzz(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let room = Rooms.clients[Int(first) % Rooms.clients.count]
    let version = [nil, "2023-06-01", "2026-10-21"][Int(first >> 4) % 3]
    let tape = JSONTape()
    guard let root = try? tape.parse(UnsafeRawBufferPointer(rebasing: bytes.dropFirst())) else { return }
    do throws(GatewayFailure) {
        let request = try room.decodeRequest(root, version: version)
        for vendor in Rooms.vendors { send(request, from: room, to: vendor) }
    } catch {
        expect(error.kind == .invalidRequest, "\(room.label): \(error.kind)")
        expect(root.kind != .object || error.parameter?.isEmpty == false, "\(room.label): \(error.message)")
        let answer = room.errorAnswer(error, operation: operation(room), requestID: "r")
        Gate.check(answer.body, "an error of \(room.label)")
    }
}

private func operation(_ room: any ClientFormat) -> Exchange.Operation {
    switch room.id {
    case .responses: .responses
    case .messages: .messages
    default: .chat
    }
}

private func send(_ request: ExchangeRequest, from room: any ClientFormat, to vendor: any VendorFormat) {
    for target in Rooms.targets(of: vendor) {
        let what = "\(room.label) to \(vendor.id.rawValue)"
        do throws(TranslationRefusal) {
            let first = try Translation.encode(request, with: vendor, for: target, isStrict: false)
            Gate.check(first.encoded.body, what)
            for warning in first.warnings { check(warning.token(room.spelling), what) }
            let second = try? Translation.encode(request, with: vendor, for: target, isStrict: false)
            expect(second?.encoded == first.encoded, "\(what): not the same a second time")
            let strict = try? Translation.encode(request, with: vendor, for: target, isStrict: true)
            expect((strict == nil) == !first.warnings.isEmpty, "\(what): \(first.warnings) but strict or not")
        } catch {
            let failure = error.failure(room.spelling)
            expect(failure.parameter?.isEmpty == false, "\(what): a refusal of nothing")
            expect(!error.reason.isEmpty && !error.wayOut.isEmpty, "\(what): a refusal without a way out")
        }
    }
}

/// Warnings go into a header.
private func check(_ token: String, _ what: String) {
    expect(!token.isEmpty && token.utf8.allSatisfy { (0x21..<0x7F).contains($0) }, "\(what): \(token)")
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz(UnsafeRawBufferPointer(start: data, count: count))
    return 0
}

/// SwiftPM links an executable's entry under this name.
@_cdecl("FuzzRequest_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    runFuzzer(argc, argv) { data, count in testOneInput(data, count) }
}
