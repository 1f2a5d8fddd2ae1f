import Wire

/// How loaded the data plane is, told by `GET /admin/v1/status`.
public struct LoadStanding: Sendable, Equatable {
    /// Requests let in and not over.
    public var inFlight: Int
    /// Requests that may be in flight.
    public var maxInFlight: Int
    /// Requests that wait for a place.
    public var waiting: Int
    /// Bytes of request bodies held.
    public var bodyBytes: Int
    /// Bytes of request bodies that may be held.
    public var maxBodyBytes: Int
    /// What memory forbids, in a word.
    public var memoryPressure: String
    /// Requests turned away since the start, by reason.
    public var shed: [String: Int]

    /// States the facts.
    public init(
        inFlight: Int,
        maxInFlight: Int,
        waiting: Int,
        bodyBytes: Int,
        maxBodyBytes: Int,
        memoryPressure: String,
        shed: [String: Int]
    ) {
        self.inFlight = inFlight
        self.maxInFlight = maxInFlight
        self.waiting = waiting
        self.bodyBytes = bodyBytes
        self.maxBodyBytes = maxBodyBytes
        self.memoryPressure = memoryPressure
        self.shed = shed
    }

    func write(to writer: inout JSONWriter) {
        writer.member("in_flight", self.inFlight)
        writer.member("max_in_flight", self.maxInFlight)
        writer.member("waiting", self.waiting)
        writer.member("body_bytes", self.bodyBytes)
        writer.member("max_body_bytes", self.maxBodyBytes)
        writer.member("memory_pressure", self.memoryPressure)
        writer.member(
            "shed",
            object: { writer in
                for (reason, count) in self.shed.sorted(by: { $0.key < $1.key }) {
                    writer.key(reason)
                    writer.int(count)
                }
            }
        )
    }
}
