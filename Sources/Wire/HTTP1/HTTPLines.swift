/// Cuts a head into lines, remembering how far it looked.
struct HTTPLines {
    /// Where the current line begins.
    private(set) var lineStart = 0
    private var scanned = 0

    /// The next line without its CRLF, or nil when it is not complete.
    @inline(__always)
    mutating func next(
        _ base: UnsafePointer<UInt8>,
        count: Int,
        limits: HTTPLimits
    ) throws(HTTPParseError) -> Range<Int>? {
        guard let feed = HTTPBytes.lineFeed(base, self.scanned, count) else {
            self.scanned = count
            guard count <= limits.maxHeaderBytes, count &- self.lineStart <= limits.maxHeaderLine else {
                throw HTTPParseError(.headersTooLarge)
            }
            return nil
        }
        guard feed > self.lineStart, base[feed &- 1] == HTTPBytes.cr else { throw HTTPParseError(.bareLF) }
        let line = self.lineStart..<(feed &- 1)
        self.lineStart = feed &+ 1
        self.scanned = feed &+ 1
        guard self.lineStart <= limits.maxHeaderBytes, line.count <= limits.maxHeaderLine else {
            throw HTTPParseError(.headersTooLarge)
        }
        return line
    }
}
