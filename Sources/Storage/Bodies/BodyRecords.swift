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

/// Which bodies are meant.
public enum BodySelection: Sendable, Equatable {
    /// All of a request's; with projects, only those of them: callers may repeat the ids of others.
    case request(String, projects: [String]?)
    /// All of a project's.
    case project(String)
}

/// What came of adding bodies.
public enum BodyAddition: Sendable, Equatable {
    /// They were added.
    case added
    /// They were not: of what stood in their way a part went. The next try goes on.
    case madeRoom
    /// They were not, and nothing went for them.
    case noRoom
}

/// Keeps bodies, in a place of its own: whatever becomes of it concerns neither configuration nor ledger. Calls block; each does a
/// bounded piece of work.
public protocol BodyStore: Sendable {
    /// Adds bodies, all or none, or drops a part of the oldest, which stand in their way.
    ///
    /// - Parameters:
    ///   - bodies: What is added.
    ///   - maxBytes: How large the store may be with them; `nil` for any size.
    /// - Returns: Whether they were added, or how far it came.
    /// - Throws: `StorageError`.
    func append(_ bodies: [KeptBodies], maxBytes: Int?) throws -> BodyAddition

    /// The newest bodies of a request among those of projects; `nil` for all projects.
    func find(requestID: String, in projects: [String]?) throws -> KeptBodies?

    /// Whether there are any.
    func holds(_ bodies: BodySelection) throws -> Bool

    /// A mark behind all bodies that are kept now.
    func mark() throws -> Int64

    /// Erases a part of the bodies that lie before a mark; tells how many, 0 when none are left.
    func erase(_ bodies: BodySelection, before mark: Int64) throws -> Int

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
