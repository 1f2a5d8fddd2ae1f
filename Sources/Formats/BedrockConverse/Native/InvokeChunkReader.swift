public import Exchange
import Wire

/// Unwraps InvokeModelWithResponseStream for Claude: frames `chunk` with `{"bytes": base64}` hold the native events, which a
/// Messages caller gets as the server-sent events it knows.
///
/// One for each stream; not shared.
public final class InvokeChunkReader: NativeFrameReader {
    private let outer = JSONTape()
    private let inner: JSONTape
    /// Messages of an unknown kind.
    public private(set) var unknownCount = 0

    /// Makes a reader.
    public init() {
        var limits = JSONLimits()
        limits.refusesNUL = false
        self.inner = JSONTape(limits: limits)
    }

    /// Reads one frame.
    ///
    /// - Parameters:
    ///   - message: The next frame.
    ///   - out: `event: <type>\ndata: <event>\n\n` is appended. The event is as Claude wrote it, but for the counts that
    ///     Bedrock puts into the last one, and for line ends between its tokens.
    /// - Throws: What an exception frame means, or a frame that holds no event.
    public func read(_ message: StreamMessage, into out: inout [UInt8]) throws(GatewayFailure) {
        if message.isException {
            let name = message.name.map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw ConverseFault(exception: name, root: try? self.outer.parse(message.data)).failure
        }
        guard message.name?.elementsEqual("chunk".utf8) ?? false else {
            self.unknownCount += 1
            return
        }
        guard let root = try? self.outer.parse(message.data), let text = root["bytes"], text.kind == .string,
            let event = Self.decoded(text)
        else { throw Self.broken }
        guard event.withUnsafeBytes({ self.append($0, to: &out) }) else { throw Self.broken }
    }

    private static let broken = GatewayFailure(.upstreamFailed, "the provider sent a broken event")

    private static func decoded(_ text: JSONValue) -> [UInt8]? {
        var base64: [UInt8] = []
        text.decode(into: &base64)
        return Base64.decode(base64)
    }

    private func append(_ event: UnsafeRawBufferPointer, to out: inout [UInt8]) -> Bool {
        guard let root = try? self.inner.parse(event), let type = root["type"]?.string, type.isWord else {
            return false
        }
        out += Array("event: \(type)\ndata: ".utf8)
        let cuts = BytePatch.edits(of: root, cutting: ["amazon-bedrock-invocationMetrics"], inserting: [])
        let isWritten = BytePatch.apply(cuts, to: event) { piece in
            // JSON has line ends between tokens at most; in an event they would begin another line.
            for byte in piece { out.append(byte == 0x0A || byte == 0x0D ? 0x20 : byte) }
        }
        out += Array("\n\n".utf8)
        return isWritten
    }
}

extension String {
    /// Whether it can be an event's name.
    fileprivate var isWord: Bool {
        !self.isEmpty && self.utf8.count <= 64 && self.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
