public import Storage

/// Sends a provider a request for one token and a streamed one, with its credential and in its own format.
///
/// The second argument names a model there; `nil` leaves the choice to whoever knows the vendor. Throws `.invalidField` with
/// the field `model` when none can be chosen, or the model cannot be asked for answers.
public typealias ProviderTest = @Sendable (ProviderRecord, String?) async throws(AdminProblem) -> ProviderTrial

/// What came of trying a provider out.
public struct ProviderTrial: Sendable, Equatable {
    /// One call.
    public struct Call: Sendable, Equatable {
        /// `models`, `answer` or `stream`.
        public var name: String
        /// Whether the vendor answered as it should.
        public var isGood: Bool
        /// The HTTP status; `nil` when no answer came.
        public var status: Int?
        /// Milliseconds from the first byte sent to the answer's head.
        public var firstByteMilliseconds: Int?
        /// Milliseconds from the first byte sent to the answer's end.
        public var totalMilliseconds: Int?
        /// What went wrong: the vendor's own words as far as there are any, cut, and without secrets.
        public var detail: String?

        /// States the facts.
        public init(
            name: String,
            isGood: Bool,
            status: Int? = nil,
            firstByteMilliseconds: Int? = nil,
            totalMilliseconds: Int? = nil,
            detail: String? = nil
        ) {
            self.name = name
            self.isGood = isGood
            self.status = status
            self.firstByteMilliseconds = firstByteMilliseconds
            self.totalMilliseconds = totalMilliseconds
            self.detail = detail
        }
    }

    /// The model that was asked for.
    public var model: String
    /// The format it was asked in.
    public var format: String
    /// The calls in order.
    public var calls: [Call]
    /// How many models the vendor listed, on its first page; `nil` when it has no list, or none was had.
    public var modelCount: Int?
    /// Seconds that the vendor's clock is ahead of ours; `nil` when it told no time.
    public var clockSkewSeconds: Int?

    /// States the facts.
    public init(
        model: String,
        format: String,
        calls: [Call],
        modelCount: Int? = nil,
        clockSkewSeconds: Int? = nil
    ) {
        self.model = model
        self.format = format
        self.calls = calls
        self.modelCount = modelCount
        self.clockSkewSeconds = clockSkewSeconds
    }

    /// Whether both answers came as they should. A vendor without a list of models is none the worse for it.
    public var isGood: Bool { self.calls.allSatisfy { $0.isGood || $0.name == "models" } }

    /// For where nothing can be sent.
    ///
    /// - Throws: `.unavailable`.
    public static let unavailable: ProviderTest = { _, _ throws(AdminProblem) in
        throw AdminProblem(.unavailable, "providers cannot be tried out here")
    }
}
