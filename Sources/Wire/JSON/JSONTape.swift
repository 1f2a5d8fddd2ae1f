/// The strict JSON gate: reads a document in one pass into a tape of 16-byte entries that is reused from one document
/// to the next, so that a parse allocates nothing in the steady state.
///
/// Refused, with place and reason: nesting beyond the limit, keys repeated in one object (compared after unescaping,
/// byte by byte), invalid UTF-8, lone surrogates, numbers outside the grammar or the range of a binary64, raw control
/// characters, a byte order mark, trailing bytes, an empty document. Source: RFC 8259, narrowed where readers of the
/// same bytes are known to disagree.
///
/// Not thread-safe: one per event loop or worker.
public final class JSONTape {
    /// The bounds in force.
    public let limits: JSONLimits

    /// Unknown outside of the process; drawn once, for asking the system each time costs more than a small document.
    private static let seed = UInt64.random(in: .min ... .max)

    private var tape: TapeBuffer
    private var repeats: RepeatFinder
    private let frames: UnsafeMutablePointer<JSONFrame>

    /// Makes an empty tape.
    public init(limits: JSONLimits = .init()) {
        self.limits = limits.clamped
        self.tape = TapeBuffer(limit: self.limits.maxValues)
        self.repeats = RepeatFinder(seed: Self.seed)
        self.frames = .allocate(capacity: self.limits.maxDepth)
    }

    deinit {
        self.tape.deallocate()
        self.repeats.deallocate()
        self.frames.deallocate()
    }

    /// Reads a document.
    ///
    /// - Parameter bytes: The whole document, UTF-8.
    /// - Returns: The root, valid until the next parse, while the tape and the bytes live.
    /// - Throws: `JSONError` with the offset of what is refused.
    /// - Complexity: One pass, linear, whatever the bytes.
    public func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        self.tape.reset()
        self.repeats.reset()
        guard bytes.count <= self.limits.maxBytes else { throw JSONError(.tooLarge, at: self.limits.maxBytes) }
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), !bytes.isEmpty else {
            throw JSONError(.empty, at: 0)
        }
        var parser = JSONParser(
            base: base,
            end: bytes.count,
            maxDepth: self.limits.maxDepth,
            refusesNUL: self.limits.refusesNUL,
            frames: self.frames,
            tape: self.tape,
            repeats: self.repeats
        )
        defer {
            self.tape = parser.tape
            self.repeats = parser.repeats
        }
        try parser.run()
        return JSONValue(base: base, tape: UnsafePointer(parser.tape.entries), index: 0)
    }

    /// Reads a document, shows its root, and gives back the memory that an unusually large one needed.
    ///
    /// - Parameters:
    ///   - bytes: The whole document, UTF-8.
    ///   - body: Runs once if the gate accepts; the value must not escape it.
    /// - Returns: What the body returned.
    /// - Throws: `.json` when the gate refuses, `.body` when the body threw.
    public func read<R, E: Error>(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (JSONValue) throws(E) -> R
    ) throws(JSONReadError<E>) -> R {
        let root: JSONValue
        do throws(JSONError) { root = try self.parse(bytes) } catch { throw .json(error) }
        defer {
            self.tape.reset()
            self.repeats.reset()
        }
        do throws(E) { return try body(root) } catch { throw .body(error) }
    }
}
