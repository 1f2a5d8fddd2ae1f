public import Wire

/// Parses the data of stream events with one tape of its own; a tap holds one.
public final class EventReader {
    /// What an event's data is.
    public enum Payload {
        /// There is none: a comment, or an empty event, which clients do not dispatch.
        case nothing
        /// `[DONE]`, which is no JSON.
        case done
        /// A JSON object; valid until the next event is read, and while the event's bytes live.
        case object(JSONValue)
        /// Neither JSON nor `[DONE]`, or JSON that is no object.
        case broken
    }

    private let tape: JSONTape
    private var joined: UnsafeMutableRawBufferPointer?

    /// Makes a reader.
    public init() {
        var limits = JSONLimits()
        limits.refusesNUL = false  // a model may well write U+0000, and clients read it
        self.tape = JSONTape(limits: limits)
    }

    deinit {
        self.joined?.deallocate()
    }

    /// Reads one event's data.
    public func read(_ event: SSEEvent, in bytes: UnsafeRawBufferPointer) -> Payload {
        if let range = event.data {
            let data = UnsafeRawBufferPointer(rebasing: bytes[range])
            // Most payloads are objects: the one comparison is all they pay for the others.
            if data.first == UInt8(ascii: "{") { return self.parse(data) }
            return self.readUnusual(data)
        }
        guard event.isMultiLine else { return .nothing }
        return self.readUnusual(self.keep(event.joinedData(in: bytes)))
    }

    private func readUnusual(_ data: UnsafeRawBufferPointer) -> Payload {
        guard !data.isEmpty else { return .nothing }
        let word = "[DONE]".utf8
        if data.starts(with: word), data.dropFirst(word.count).allSatisfy({ $0 == UInt8(ascii: " ") }) { return .done }
        return self.parse(data)
    }

    private func parse(_ data: UnsafeRawBufferPointer) -> Payload {
        do throws(JSONError) {
            let root = try self.tape.parse(data)
            return root.kind == .object ? .object(root) : .broken
        } catch {
            return .broken
        }
    }

    /// Moves joined lines to memory that lives until the next event.
    private func keep(_ data: [UInt8]) -> UnsafeRawBufferPointer {
        self.joined?.deallocate()
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: 1)
        copy.copyBytes(from: data)
        self.joined = copy
        return UnsafeRawBufferPointer(copy)
    }
}
