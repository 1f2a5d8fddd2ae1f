import Exchange
import NIOCore
import Telemetry
import Wire

/// A request's head, accepted: an operation is known, framing and media type are in order.
final class InboundHead: Sendable {
    let operation: Exchange.Operation
    /// The model named by an Azure style path, decoded.
    let pathModel: String?
    /// What the caller is told, and the record is found by.
    let requestID: String
    let receivedAt: NIODeadline
    let isHTTP10: Bool
    let fields: [HTTPHeaderField]
    let scan: HeaderScan
    /// Query items of the request target, without the question mark; relative to the head's bytes.
    let query: Range<Int>?
    /// Its place in a trace; `nil` when nobody wants to know.
    let trace: TraceContext?

    private init(
        operation: Exchange.Operation,
        pathModel: String?,
        requestID: String,
        receivedAt: NIODeadline,
        head: HTTPRequestHead,
        scan: HeaderScan,
        query: Range<Int>?,
        trace: TraceContext?
    ) {
        self.operation = operation
        self.pathModel = pathModel
        self.requestID = requestID
        self.receivedAt = receivedAt
        self.isHTTP10 = head.isHTTP10
        self.fields = head.headers
        self.scan = scan
        self.query = query
        self.trace = trace
    }

    /// Accepts the head of a request for `operation`, or says what is wrong with it.
    static func accept(
        _ head: HTTPRequestHead,
        _ scan: HeaderScan,
        in bytes: UnsafeRawBufferPointer,
        operation: Exchange.Operation,
        pathModel encodedModel: Range<Int>?,
        requestID: String,
        trace: TraceContext? = nil,
        at now: NIODeadline
    ) throws(GatewayFailure) -> InboundHead {
        try Self.checkMedia(scan, in: bytes)
        var pathModel: String?
        if let encodedModel {
            let offset = head.target.lowerBound
            let part = UnsafeRawBufferPointer(
                rebasing: bytes[encodedModel.lowerBound + offset..<encodedModel.upperBound + offset]
            )
            guard let decoded = decodePathPart(part) else {
                throw GatewayFailure(.invalidRequest, "The model in the path is not valid percent-encoded UTF-8.")
            }
            pathModel = decoded
        }
        return InboundHead(
            operation: operation,
            pathModel: pathModel,
            requestID: requestID,
            receivedAt: now,
            head: head,
            scan: scan,
            query: Self.query(of: head.target, in: bytes),
            trace: trace
        )
    }

    private static func query(of target: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        let mark = ASCII.firstIndex(of: UInt8(ascii: "?"), in: UnsafeRawBufferPointer(rebasing: bytes[target]))
        return mark.map { target.lowerBound + $0 + 1..<target.upperBound }
    }

    private static func checkMedia(_ scan: HeaderScan, in bytes: UnsafeRawBufferPointer) throws(GatewayFailure) {
        if let encoding = scan.contentEncoding {
            let value = UnsafeRawBufferPointer(rebasing: bytes[encoding])
            guard value.isEmpty || ASCII.caseInsensitiveEquals(value, "identity") else {
                throw GatewayFailure(.unsupportedMediaType, "Send the body without content-encoding.")
            }
        }
        guard let type = scan.contentType else { return }
        guard MediaType.isJSON(UnsafeRawBufferPointer(rebasing: bytes[type])) else {
            throw GatewayFailure(.unsupportedMediaType, "Send the body as application/json in UTF-8.")
        }
    }
}

/// Recognises media types in header values.
enum MediaType {
    /// `application/json` or `application/…+json`, in UTF-8.
    static func isJSON(_ value: UnsafeRawBufferPointer) -> Bool {
        let (essence, parameters) = Self.split(value)
        let isJSON = ASCII.caseInsensitiveEquals(essence, "application/json") || Self.hasJSONSuffix(essence)
        return isJSON && Self.isUTF8(parameters)
    }

    /// `text/event-stream`.
    static func isEventStream(_ value: UnsafeRawBufferPointer) -> Bool {
        ASCII.caseInsensitiveEquals(Self.split(value).essence, "text/event-stream")
    }

    /// `application/vnd.amazon.eventstream`.
    static func isAWSEventStream(_ value: UnsafeRawBufferPointer) -> Bool {
        ASCII.caseInsensitiveEquals(Self.split(value).essence, "application/vnd.amazon.eventstream")
    }

    private static func split(
        _ value: UnsafeRawBufferPointer
    ) -> (essence: UnsafeRawBufferPointer, parameters: UnsafeRawBufferPointer) {
        let end = ASCII.firstIndex(of: UInt8(ascii: ";"), in: value) ?? value.count
        var last = end
        while last > 0, value[last - 1] == UInt8(ascii: " ") || value[last - 1] == UInt8(ascii: "\t") { last -= 1 }
        return (UnsafeRawBufferPointer(rebasing: value[..<last]), UnsafeRawBufferPointer(rebasing: value[end...]))
    }

    private static func hasJSONSuffix(_ essence: UnsafeRawBufferPointer) -> Bool {
        guard essence.count > 17 else { return false }
        return ASCII.caseInsensitiveEquals(UnsafeRawBufferPointer(rebasing: essence[..<12]), "application/")
            && ASCII.caseInsensitiveEquals(UnsafeRawBufferPointer(rebasing: essence[(essence.count - 5)...]), "+json")
    }

    /// No `charset`, or `charset=utf-8`.
    private static func isUTF8(_ parameters: UnsafeRawBufferPointer) -> Bool {
        guard !parameters.isEmpty else { return true }
        let text = String(decoding: parameters, as: UTF8.self).lowercased()
        guard let charset = text.split(separator: ";").first(where: { $0.contains("charset") }) else { return true }
        let value = charset.split(separator: "=", maxSplits: 1).last ?? ""
        let trimmed = value.filter { $0 != " " && $0 != "\"" }
        return trimmed == "utf-8" || trimmed == "utf8" || trimmed == "us-ascii"
    }
}
