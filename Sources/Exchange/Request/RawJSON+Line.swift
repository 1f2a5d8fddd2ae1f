extension RawJSON {
    /// The same value without line ends, for a line of an event stream. In valid JSON they stand between tokens alone, for
    /// strings hold them escaped: a space says the same.
    public var line: RawJSON {
        guard self.bytes.contains(where: Self.isLineEnd) else { return self }
        let bytes = self.bytes.map { Self.isLineEnd($0) ? UInt8(ascii: " ") : $0 }
        return RawJSON(trusted: String(decoding: bytes, as: UTF8.self))
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
