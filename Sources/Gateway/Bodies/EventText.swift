/// A body of server-sent events, taken apart: the data of each event, several lines of it being one text, and all other lines.
struct EventText {
    /// The body as it is.
    let bytes: [UInt8]
    /// As long as the body, with spaces for all that is not data: a place here is a place there.
    private(set) var data: [UInt8]
    /// Where the events with data lie.
    private(set) var events: [Range<Int>] = []
    /// Lines that are not data.
    private(set) var others: [Range<Int>] = []

    private static let field = Array("data:".utf8)
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.data = bytes
        var event: Range<Int>?
        // One mark of the encoding is no part of the first line.
        var start = bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
        self.blank(0..<start)
        while start < bytes.count {
            let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
            let line = start..<end
            if line.isEmpty {
                // The second byte of a line's end is no empty line.
                let isSecond = start > 0 && bytes[start - 1] == 0x0D && bytes[start] == 0x0A
                if !isSecond, let whole = event {
                    self.events.append(whole)
                    event = nil
                }
            } else if bytes[line].starts(with: Self.field) {
                self.blank(start..<start + Self.field.count)
                event = (event?.lowerBound ?? start)..<end
            } else {
                self.blank(line)
                self.others.append(line)
            }
            start = end + 1
        }
        if let event { self.events.append(event) }
    }

    private mutating func blank(_ range: Range<Int>) {
        for i in range { self.data[i] = 0x20 }
    }
}
