import Exchange
public import Policy
public import Storage

/// Masks, cuts and seals bodies on their way into the store, and opens them again. Calls block.
public final class BodyVault: Sendable {
    /// One body, opened.
    public struct OpenedPart: Sendable, Equatable {
        /// How long it was on the wire.
        public var bytes: Int
        /// Its end is not there.
        public var isCut: Bool
        /// What is kept of it.
        public var text: String
    }

    private let store: any BodyStore
    private let box: @Sendable () throws -> SecretBox

    /// A vault.
    ///
    /// - Parameters:
    ///   - store: Where bodies lie.
    ///   - box: Gives the box of the bodies' own key.
    public init(_ store: any BodyStore, box: @escaping @Sendable () throws -> SecretBox) {
        self.store = store
        self.box = box
    }

    /// Bodies as they are kept.
    func sealed(_ bodies: [FinishedBodies]) throws -> [KeptBodies] {
        let box = try self.box()
        return try bodies.map { try Self.kept($0, box) }
    }

    /// Keeps bodies, all or none.
    ///
    /// - Parameters:
    ///   - bodies: Sealed.
    ///   - maxBytes: How large the store may be with them; `nil` for any size.
    /// - Returns: Whether they are kept, or how far it came.
    /// - Throws: `StorageError`.
    func keep(_ bodies: [KeptBodies], maxBytes: Int?) throws -> BodyAddition {
        try self.store.append(bodies, maxBytes: maxBytes)
    }

    private static func kept(_ bodies: FinishedBodies, _ box: SecretBox) throws -> KeptBodies {
        let redactor = BodyRedactor(bodies.rules.redactions)
        func part(
            _ bytes: [UInt8],
            of whole: Int,
            _ name: String,
            isWhole: Bool,
            isStream: Bool
        ) throws -> KeptBodies.Part {
            var isCut = bytes.count < whole || !isWhole
            var text: [UInt8]
            if bodies.rules.mode == .metadata {
                text = BodyShape.text(of: bytes, isStream: isStream, isCut: isCut)
                // Words of a format are written by callers too.
                text = redactor.masked(text, isStream: false, isCut: false)
            } else {
                text = redactor.masked(bytes, isStream: isStream, isCut: isCut)
            }
            let most = bodies.rules.mode == .metadata ? 1 << 19 : bodies.rules.maxBytes
            if text.count > most {
                text.removeLast(text.count - most)
                isCut = true
            }
            let place = Self.place(bodies.projectID, bodies.requestID, name)
            return KeptBodies.Part(bytes: whole, isCut: isCut, sealed: try box.seal(text, context: place))
        }
        return KeptBodies(
            requestID: bodies.requestID,
            projectID: bodies.projectID,
            at: bodies.at,
            mode: bodies.rules.mode.rawValue,
            isStream: bodies.isStream,
            request: try part(bodies.request, of: bodies.requestBytes, "request", isWhole: true, isStream: false),
            answer: bodies.answerBytes == 0
                ? nil
                : try part(
                    bodies.answer,
                    of: bodies.answerBytes,
                    "answer",
                    isWhole: bodies.isAnswerWhole,
                    isStream: bodies.isEventStream
                )
        )
    }

    /// The bodies of a request.
    ///
    /// - Parameters:
    ///   - requestID: The request's id.
    ///   - projects: Whose requests may be seen; `nil` for all.
    /// - Returns: What is stored, and both bodies opened; `nil` when none are kept.
    /// - Throws: `StorageError`, or `SecretsError` when they were sealed under another key.
    public func open(
        requestID: String,
        in projects: [String]?
    ) throws -> (kept: KeptBodies, request: OpenedPart, answer: OpenedPart?)? {
        guard let kept = try self.store.find(requestID: requestID, in: projects) else { return nil }
        let box = try self.box()
        func opened(_ part: KeptBodies.Part, _ name: String) throws -> OpenedPart {
            let place = Self.place(kept.projectID, kept.requestID, name)
            let text = String(decoding: try box.open(part.sealed, context: place).bytes, as: UTF8.self)
            return OpenedPart(bytes: part.bytes, isCut: part.isCut, text: text)
        }
        return (kept, try opened(kept.request, "request"), try kept.answer.map { try opened($0, "answer") })
    }

    /// Whether there are any.
    public func holds(_ bodies: BodySelection) throws -> Bool { try self.store.holds(bodies) }

    /// A mark behind all bodies that are kept now.
    func mark() throws -> Int64 { try self.store.mark() }

    /// Erases a part of the bodies before a mark; tells of how many exchanges, 0 when none are left.
    func erase(_ bodies: BodySelection, before mark: Int64) throws -> Int {
        try self.store.erase(bodies, before: mark)
    }

    /// Drops what is too old or too much, a part at a time; tells of how many exchanges.
    func prune(before: UnixMilliseconds?, maxBytes: Int?) throws -> Int {
        try self.store.prune(before: before, maxBytes: maxBytes)
    }

    private static func place(_ project: String, _ request: String, _ name: String) -> SecretContext {
        SecretContext(table: "bodies", row: "\(project)/\(request)", column: name)
    }
}
