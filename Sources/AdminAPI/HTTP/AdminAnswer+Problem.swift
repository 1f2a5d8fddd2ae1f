import Wire

extension AdminProblem.Code {
    /// The HTTP status of each code, here and nowhere else.
    public var status: Int {
        switch self {
        case .invalidBody, .invalidField, .unknownField, .invalidQuery: 400
        case .unauthorized: 401
        case .forbidden, .grantTooLarge: 403
        case .notFound, .routeNotFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .conflict, .readOnly, .rolledBack: 409
        case .preconditionFailed: 412
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
        case .keyReused: 422
        case .tooManyRequests: 429
        case .internalError: 500
        case .storeFailed, .unavailable: 503
        }
    }

    /// The status in words.
    var title: String {
        switch self.status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 503: "Service Unavailable"
        default: "Internal Server Error"
        }
    }
}

extension AdminAnswer {
    /// A refusal as `application/problem+json` (RFC 9457), with `code`, `field` and `request_id` as extensions.
    static func problem(_ problem: AdminProblem, requestID: String, allow: String? = nil) -> AdminAnswer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", "about:blank")
        writer.member("title", problem.code.title)
        writer.key("status")
        writer.int(problem.code.status)
        writer.member("detail", problem.detail)
        writer.member("code", problem.code.rawValue)
        if let field = problem.field { writer.member("field", field) }
        writer.member("request_id", requestID)
        writer.endObject()
        var answer = AdminAnswer(
            status: problem.code.status,
            contentType: "application/problem+json",
            body: writer.bytes
        )
        if problem.code == .unauthorized { answer.headers["www-authenticate"] = "Bearer realm=\"martlet admin\"" }
        if let seconds = problem.retryAfterSeconds { answer.headers["retry-after"] = String(seconds) }
        if let allow { answer.headers["allow"] = allow }
        return answer
    }
}
