import Wire

/// A position in a list, opaque to clients: which list it belongs to and after which entry it continues.
struct AdminCursor: Equatable {
    private static let maximumBytes = 1_024

    var list: String
    var position: String

    /// Hexadecimal, so that it needs no escaping anywhere.
    var text: String {
        let digits = Array("0123456789abcdef".utf8)
        let bytes = "\(self.list):\(self.position)".utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: bytes, as: UTF8.self)
    }

    init(list: String, position: String) {
        self.list = list
        self.position = position
    }

    /// Reads a cursor that this list gave out; anything else is refused.
    init(_ text: String, list: String, field: String = "after") throws(AdminProblem) {
        let bytes = Array(text.utf8)
        let refusal = AdminProblem(.invalidQuery, "\(field) must be a cursor that this list gave out", field: field)
        guard (2...Self.maximumBytes).contains(bytes.count), bytes.count % 2 == 0 else { throw refusal }
        var decoded: [UInt8] = []
        for index in stride(from: 0, to: bytes.count, by: 2) {
            guard let high = Self.value(bytes[index]), let low = Self.value(bytes[index + 1]) else { throw refusal }
            decoded.append(high << 4 | low)
        }
        let prefix = "\(list):"
        guard let decodedText = String(validating: decoded, as: UTF8.self), decodedText.hasPrefix(prefix) else {
            throw refusal
        }
        self.list = list
        self.position = String(decodedText.dropFirst(prefix.count))
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}

/// One page of a list held in memory, ordered by a text that each entry has alone.
struct AdminPage<Entry> {
    var entries: [Entry]
    /// Where the next page begins; `nil` on the last.
    var next: String?

    init(
        of entries: [Entry],
        list: String,
        query: AdminQuery,
        orderedBy key: (Entry) -> String
    ) throws(AdminProblem) {
        let limit = try query.limit()
        var sorted = entries.map { (key: key($0), entry: $0) }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        if let text = query["after"] {
            let position = try AdminCursor(text, list: list).position
            sorted.removeAll { !position.utf8.lexicographicallyPrecedes($0.key.utf8) }
        }
        let page = sorted.prefix(limit)
        self.entries = page.map(\.entry)
        self.next = nil
        if sorted.count > limit, let last = page.last {
            self.next = AdminCursor(list: list, position: last.key).text
        }
    }
}

extension AdminPage {
    /// Entries that were paged already, in another form.
    init(entries: [Entry], next: String?) {
        self.entries = entries
        self.next = next
    }

    /// `{"data": […], "next": …}`.
    func answer(_ write: (inout JSONWriter, Entry) -> Void) -> AdminAnswer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("data")
        writer.beginArray()
        for entry in self.entries {
            write(&writer, entry)
        }
        writer.endArray()
        writer.member("next", self.next)
        writer.endObject()
        return AdminAnswer(status: 200, body: writer.bytes)
    }
}
