import Storage
import Wire

extension JSONWriter {
    /// Writes an array of texts, or `null`.
    mutating func member(_ key: StaticString, _ values: [String]?) {
        self.key(key)
        guard let values else { return self.null() }
        self.array { writer in
            for value in values {
                writer.string(value)
            }
        }
    }

    /// Writes an instant as RFC 3339 text, or `null`.
    mutating func member(_ key: StaticString, time: UnixMilliseconds?) {
        self.member(key, time.map(Timestamp.text))
    }

    /// Writes microseconds as milliseconds with three places, or `null`.
    mutating func member(_ key: StaticString, milliseconds microseconds: Int64?) {
        self.key(key)
        guard let microseconds else { return self.null() }
        self.double(Double(microseconds) / 1_000)
    }
}

extension AdminAnswer {
    /// One JSON object.
    static func object(status: Int = 200, _ write: (inout JSONWriter) -> Void) -> AdminAnswer {
        var writer = JSONWriter()
        writer.object(write)
        return AdminAnswer(status: status, body: writer.bytes)
    }
}
