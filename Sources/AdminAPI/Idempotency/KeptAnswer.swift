/// An answer as bytes: a line of status and media type, then the body.
enum KeptAnswer {
    static func bytes(_ answer: AdminAnswer) -> [UInt8] {
        Array("\(answer.status) \(answer.contentType ?? "")\n".utf8) + answer.body
    }

    /// Reads what `bytes` wrote; `nil` for anything else.
    static func answer(_ bytes: [UInt8]) -> AdminAnswer? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let parts = String(decoding: bytes[..<end], as: UTF8.self).split(
            separator: " ",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard let status = parts.first.flatMap({ Int($0) }), parts.count == 2 else { return nil }
        let type = parts[1].isEmpty ? nil : String(parts[1])
        return AdminAnswer(status: status, contentType: type, body: Array(bytes[(end + 1)...]))
    }
}
