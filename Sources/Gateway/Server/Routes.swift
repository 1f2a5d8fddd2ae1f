import Exchange
import Glibc
import Wire

/// What a request target asks for.
enum Route: Equatable {
    /// An operation; `pathModel` is the still percent-encoded model of an Azure style path.
    case operation(Exchange.Operation, pathModel: Range<Int>?)
    /// All models.
    case models
    /// One model; the range is its still percent-encoded id.
    case model(Range<Int>)
    /// The key that asks, and how its limits and budgets stand.
    case key
    /// The process is alive.
    case live
    /// It is ready to take traffic.
    case ready
    /// A base URL with `/v1` given twice.
    case doubledPrefix
    /// Nothing here.
    case unknown

    /// Finds the route of a request target.
    ///
    /// - Parameter target: The bytes of the request target. Ranges in the result count from its start.
    init(_ target: UnsafeRawBufferPointer) {
        let path = PathCursor(
            bytes: target,
            range: 0..<(ASCII.firstIndex(of: UInt8(ascii: "?"), in: target) ?? target.count)
        )
        // What is asked for most, as it is asked for most.
        if path.equals("/v1/chat/completions") {
            self = .operation(.chat, pathModel: nil)
            return
        }
        if let health = Self.health(path) {
            self = health
            return
        }
        if path.dropping("/v1/v1") != nil || path.dropping("/openai/v1/v1") != nil
            || path.dropping("/anthropic/v1/v1") != nil
        {
            self = .doubledPrefix
            return
        }
        if let azure = path.dropping("/openai/deployments/") {
            self = Self.azure(azure)
            return
        }
        let rest =
            path.dropping("/v1") ?? path.dropping("/openai/v1") ?? path.dropping("/anthropic/v1")
            ?? path.dropping("/openai") ?? path.dropping("/anthropic") ?? path
        self = Self.resource(rest)
    }

    private static func health(_ path: PathCursor) -> Route? {
        if path.equals("/livez") { return .live }
        if path.equals("/readyz") || path.equals("/health") { return .ready }
        return nil
    }

    private static func resource(_ path: PathCursor) -> Route {
        for (name, operation) in Self.operations where path.equals(name) {
            return .operation(operation, pathModel: nil)
        }
        if path.equals("/models") { return .models }
        if path.equals("/key") { return .key }
        if let id = path.dropping("/models/"), !id.range.isEmpty { return .model(id.range) }
        return .unknown
    }

    private static func azure(_ path: PathCursor) -> Route {
        for (name, operation) in Self.deploymentOperations {
            guard let model = path.droppingSuffix(name) else { continue }
            return model.range.isEmpty ? .unknown : .operation(operation, pathModel: model.range)
        }
        return .unknown
    }

    /// Where each operation is.
    static let operations: [(StaticString, Exchange.Operation)] = [
        ("/chat/completions", .chat),
        ("/responses", .responses),
        ("/messages", .messages),
        ("/messages/count_tokens", .countTokens),
        ("/embeddings", .embeddings),
        ("/completions", .completions),
        ("/moderations", .moderations),
        ("/responses/input_tokens", .responsesInputTokens),
        ("/responses/compact", .responsesCompact),
    ]

    /// What follows a deployment in a path of Azure's.
    static let deploymentOperations: [(StaticString, Exchange.Operation)] = [
        ("/chat/completions", .chat),
        ("/completions", .completions),
        ("/embeddings", .embeddings),
    ]
}

/// A part of a path, compared byte for byte.
private struct PathCursor {
    let bytes: UnsafeRawBufferPointer
    let range: Range<Int>

    func equals(_ text: StaticString) -> Bool {
        self.range.count == text.utf8CodeUnitCount && self.starts(with: text)
    }

    func dropping(_ prefix: StaticString) -> PathCursor? {
        guard self.starts(with: prefix) else { return nil }
        return PathCursor(
            bytes: self.bytes,
            range: self.range.lowerBound + prefix.utf8CodeUnitCount..<self.range.upperBound
        )
    }

    func droppingSuffix(_ suffix: StaticString) -> PathCursor? {
        let start = self.range.upperBound - suffix.utf8CodeUnitCount
        guard start >= self.range.lowerBound else { return nil }
        guard PathCursor(bytes: self.bytes, range: start..<self.range.upperBound).starts(with: suffix) else {
            return nil
        }
        return PathCursor(bytes: self.bytes, range: self.range.lowerBound..<start)
    }

    private func starts(with text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard self.range.count >= count, let start = self.bytes.baseAddress else { return count == 0 }
        return memcmp(start + self.range.lowerBound, text.utf8Start, count) == 0
    }
}

/// Undoes percent-encoding of one path part.
///
/// - Returns: `nil` when an escape is malformed, the result is not UTF-8, or it holds control characters.
func decodePathPart(_ bytes: UnsafeRawBufferPointer) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        var byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "%") {
            guard index + 1 < bytes.count, let high = hexDigit(bytes[index]), let low = hexDigit(bytes[index + 1])
            else { return nil }
            byte = high << 4 | low
            index += 2
        }
        guard byte >= 0x20, byte != 0x7F else { return nil }
        decoded.append(byte)
    }
    return String(validating: decoded, as: UTF8.self)
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
