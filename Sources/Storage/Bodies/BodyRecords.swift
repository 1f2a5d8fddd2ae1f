/// The bodies of one exchange as they are stored: masked and cut already, and sealed.
public struct KeptBodies: Sendable, Equatable {
    /// One body.
    public struct Part: Sendable, Equatable {
        /// How long it was on the wire.
        public var bytes: Int
        /// Its end is not there.
        public var isCut: Bool
        /// What is kept of it, sealed.
        public var sealed: [UInt8]

        /// Bundles the parts.
        public init(bytes: Int, isCut: Bool, sealed: [UInt8]) {
            self.bytes = bytes
            self.isCut = isCut
            self.sealed = sealed
        }
    }

    /// The request's id.
    public var requestID: String
    /// The project whose request it is.
    public var projectID: String
    /// When the request was admitted.
    public var at: UnixMilliseconds
    /// `metadata` or `full`.
    public var mode: String
    /// The answer was asked for as a stream.
    public var isStream: Bool
    /// What was asked.
    public var request: Part
    /// What was answered; `nil` when nothing was.
    public var answer: Part?

    /// Bundles the parts.
    public init(
        requestID: String,
        projectID: String,
        at: UnixMilliseconds,
        mode: String,
        isStream: Bool,
        request: Part,
        answer: Part?
    ) {
        self.requestID = requestID
        self.projectID = projectID
        self.at = at
        self.mode = mode
        self.isStream = isStream
        self.request = request
        self.answer = answer
    }
}

/// Keeps bodies, in a place of its own: whatever becomes of it concerns neither configuration nor ledger. Calls block.
public protocol BodyStore: Sendable {
    /// Adds bodies, all or none.
    func append(_ bodies: [KeptBodies]) throws

    /// The newest bodies of a request among those of projects; `nil` for all projects.
    func find(requestID: String, in projects: [String]?) throws -> KeptBodies?

    /// Erases all bodies of a request, or of those of it that are of these projects; tells how many.
    func erase(requestID: String, in projects: [String]?) throws -> Int

    /// Erases all bodies of a project; tells how many.
    func erase(projectID: String) throws -> Int

    /// Drops bodies that are older than an instant, and the oldest of them while they take more room than they may; a part at
    /// a time.
    ///
    /// - Parameters:
    ///   - before: What is older goes; `nil` keeps all.
    ///   - maxBytes: How large the store may be; `nil` for any size.
    /// - Returns: How many went; 0 when there is nothing left to do.
    /// - Throws: `StorageError`.
    func prune(before: UnixMilliseconds?, maxBytes: Int?) throws -> Int
}
