public import Storage

/// Reads and erases kept bodies.
public protocol BodyDesk: Sendable {
    /// The bodies of a request, opened.
    ///
    /// - Parameters:
    ///   - requestID: The request's id.
    ///   - projects: Whose requests may be seen; `nil` for all.
    /// - Returns: `nil` when none are kept.
    /// - Throws: `.storeFailed`.
    func show(requestID: String, in projects: [String]?) async throws(AdminProblem) -> ShownBodies?

    /// Whether any are kept.
    func holds(_ bodies: BodySelection) async throws(AdminProblem) -> Bool

    /// Erases all that are kept at this moment.
    func erase(_ bodies: BodySelection) async -> ErasedBodies
}

/// What came of erasing.
public struct ErasedBodies: Sendable, Equatable {
    /// Of how many exchanges bodies are gone.
    public var count: Int
    /// What kept the others from it.
    public var problem: AdminProblem?

    /// States the facts.
    public init(count: Int = 0, problem: AdminProblem? = nil) {
        self.count = count
        self.problem = problem
    }
}

/// The bodies of an exchange, opened.
public struct ShownBodies: Sendable, Equatable {
    /// One body.
    public struct Part: Sendable, Equatable {
        /// How long it was on the wire.
        public var bytes: Int
        /// Its end is not there.
        public var isCut: Bool
        /// What is kept of it.
        public var text: String

        /// Bundles the parts.
        public init(bytes: Int, isCut: Bool, text: String) {
            self.bytes = bytes
            self.isCut = isCut
            self.text = text
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
