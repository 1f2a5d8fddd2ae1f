/// Who asks, and from where: what the audit trail says of a change that is made while it is in force.
public struct AuditContext: Sendable, Equatable {
    /// `admin-token`, `command-line`, or `martlet` for what nobody asked for.
    public var actor: String
    /// The address it was asked from; empty when it came from this machine's own command line or process.
    public var origin: String
    /// The admin request's id; empty when there is none.
    public var requestID: String

    /// States the facts.
    public init(actor: String, origin: String = "", requestID: String = "") {
        self.actor = actor
        self.origin = origin
        self.requestID = requestID
    }

    /// What Martlet does by itself.
    public static let martlet = AuditContext(actor: "martlet")

    /// Whom the work of this task is for.
    @TaskLocal static var current = AuditContext.martlet
}
