/// Why the control plane refused. One type for validation, storage and HTTP; the message is safe to show.
public struct AdminProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of refusal; the raw value is what scripts match on.
    public enum Code: String, Sendable, CaseIterable {
        /// The body is not the JSON object that was expected.
        case invalidBody = "invalid_body"
        /// A field's value is wrong; `field` names it.
        case invalidField = "invalid_field"
        /// A field that the route does not know; `field` names it.
        case unknownField = "unknown_field"
        /// A query parameter is unknown or wrong; `field` names it.
        case invalidQuery = "invalid_query"
        /// No admin token, or a wrong one.
        case unauthorized
        /// The caller is known and may not do this.
        case forbidden
        /// The caller may do this, but not give so much.
        case grantTooLarge = "grant_too_large"
        /// Too much of it at once; `retryAfterSeconds` says when to come again.
        case tooManyRequests = "too_many_requests"
        /// No such row.
        case notFound = "not_found"
        /// No such route.
        case routeNotFound = "route_not_found"
        /// The route has no such method.
        case methodNotAllowed = "method_not_allowed"
        /// The body did not arrive in time.
        case requestTimeout = "request_timeout"
        /// A name is taken, or a row is still referred to.
        case conflict
        /// The document is the one that a rollback took back.
        case rolledBack = "rolled_back"
        /// The row is not as `If-Match` says.
        case preconditionFailed = "precondition_failed"
        /// The row belongs to the environment or to Martlet itself.
        case readOnly = "read_only"
        /// The body is larger than the admin API takes.
        case bodyTooLarge = "body_too_large"
        /// The body is not `application/json`.
        case unsupportedMediaType = "unsupported_media_type"
        /// The idempotency key came with another request.
        case keyReused = "idempotency_key_reused"
        /// The store cannot be written or read now.
        case storeFailed = "store_failed"
        /// Nobody is there who could answer: it takes a running server.
        case unavailable
        /// A defect of Martlet's own.
        case internalError = "internal_error"
    }

    /// What went wrong.
    public var code: Code
    /// What was wrong and what would be right.
    public var detail: String
    /// The field at fault.
    public var field: String?

    /// When to come again, in seconds.
    var retryAfterSeconds: Int?
    /// The row is there and belongs to others, which the answer does not tell and the audit trail does.
    var isForeign = false

    /// Describes a refusal.
    public init(_ code: Code, _ detail: String, field: String? = nil) {
        self.code = code
        self.detail = detail
        self.field = field
    }

    /// The detail.
    public var description: String { self.detail }

    /// A field whose value is wrong; `what` is read after the field's name.
    static func field(_ name: String, _ what: String) -> AdminProblem {
        AdminProblem(.invalidField, "\(name) \(what)", field: name)
    }
}
