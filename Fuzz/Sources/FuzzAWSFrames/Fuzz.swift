import FuzzKit
import FuzzRooms
import Wire

/// A binary stream gives the same frames whole and byte by byte, all ranges inside; a frame with one bit changed is never
/// given out.
func fuzz(_ bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first else { return }
    let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    guard first & 1 == 1 else { return check(rest) }
    // Checksums that are right let the fuzzer reach what is behind them.
    let split = Int(first >> 1) % (rest.count + 1)
    var frame = Frame.make(headers: Array(rest[..<split]), payload: Array(rest[split...]))
    let twice = frame + frame
    twice.withUnsafeBytes { check($0) }
    frame[Int(first) % frame.count] ^= 1 << (first % 8)
    frame.withUnsafeBytes { damaged in
        expect(frames(damaged, step: damaged.count).isEmpty, "a damaged frame is believed")
    }
}

private func check(_ bytes: UnsafeRawBufferPointer) {
    let whole = frames(bytes, step: max(1, bytes.count))
    for step in [1, 3] {
        expect(frames(bytes, step: step) == whole, "frames that depend on how the stream was cut")
    }
}

private func frames(_ bytes: UnsafeRawBufferPointer, step: Int) -> [AWSEventStreamFrame] {
    var framer = AWSEventStreamFramer(maxFrameBytes: 1 << 16)
    var found: [AWSEventStreamFrame] = []
    var offset = 0
    var end = 0
    while end < bytes.count {
        end = min(bytes.count, end + step)
        let seen = UnsafeRawBufferPointer(rebasing: bytes[..<end])
        while true {
            let frame: AWSEventStreamFrame
            do throws(AWSEventStreamError) {
                guard let next = try framer.next(seen, from: &offset) else { break }
                frame = next
            } catch {
                return found
            }
            expect(offset <= end && frame.range.upperBound == offset, "a frame outside its stream")
            for part in [frame.headers, frame.payload, frame.name, frame.errorMessage].compactMap({ $0 }) {
                expect(frame.range.clamped(to: part) == part, "a part outside its frame")
            }
            found.append(frame)
        }
    }
    return found
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzz(UnsafeRawBufferPointer(start: data, count: count))
    return 0
}

/// SwiftPM links an executable's entry under this name.
@_cdecl("FuzzAWSFrames_main")
public func main(_ argc: CInt, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    runFuzzer(argc, argv) { data, count in testOneInput(data, count) }
}
