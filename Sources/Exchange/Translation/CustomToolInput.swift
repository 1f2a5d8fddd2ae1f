/// Reads the text out of a custom tool's call that was offered as a function with one string argument: `{"input":"…"}`,
/// piece by piece as it streams.
///
/// What turns out to be shaped otherwise is passed on as it is: better odd than lost.
public struct CustomToolInput: Sendable {
    private enum State {
        /// Before the opening quote of the value; what has come is kept in case the shape is another one.
        case prefix
        case text
        /// After a backslash.
        case escape
        /// Inside `\u`, with the digits so far.
        case unicode([UInt8])
        case done
        case verbatim
    }

    private var state = State.prefix
    private var held: [UInt8] = []
    private var highSurrogate: UInt32?

    /// A reader at the beginning of a call's arguments.
    public init() {}

    /// Takes the next piece of the arguments' text.
    ///
    /// - Returns: The text it completes; may be empty.
    public mutating func read(_ piece: String) -> String {
        var output: [UInt8] = []
        for byte in piece.utf8 { self.step(byte, &output) }
        return String(decoding: self.whole(&output), as: UTF8.self)
    }

    /// The arguments are complete: gives back what was held in vain.
    public mutating func finish() -> String {
        defer { self.state = .done }
        switch self.state {
        case .prefix:
            // `{}` is a call without text.
            let text = String(decoding: self.held, as: UTF8.self)
            return text.filter { !$0.isWhitespace } == "{}" ? "" : text
        case .text, .escape, .unicode, .done, .verbatim: return String(decoding: self.held, as: UTF8.self)
        }
    }

    private mutating func step(_ byte: UInt8, _ output: inout [UInt8]) {
        switch self.state {
        case .prefix: self.stepPrefix(byte, &output)
        case .text:
            if byte == UInt8(ascii: "\\") {
                self.state = .escape
            } else if byte == UInt8(ascii: "\"") {
                self.state = .done
            } else {
                output.append(byte)
            }
        case .escape: self.stepEscape(byte, &output)
        case .unicode(var digits):
            digits.append(byte)
            self.state = .unicode(digits)
            if digits.count == 4 { self.endUnicode(digits, &output) }
        case .done: break
        case .verbatim: output.append(byte)
        }
    }

    private mutating func stepPrefix(_ byte: UInt8, _ output: inout [UInt8]) {
        self.held.append(byte)
        let compact = self.held.filter { $0 > 0x20 }
        let expected = Array("{\"input\":\"".utf8)
        if compact.count > expected.count || !expected.starts(with: compact) {
            if compact.elementsEqual("{}".utf8) { return }
            output += self.held
            self.held = []
            self.state = .verbatim
        } else if compact.count == expected.count {
            self.held = []
            self.state = .text
        }
    }

    private mutating func stepEscape(_ byte: UInt8, _ output: inout [UInt8]) {
        self.state = .text
        switch byte {
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "u"): self.state = .unicode([])
        default: output.append(byte)
        }
    }

    private mutating func endUnicode(_ digits: [UInt8], _ output: inout [UInt8]) {
        self.state = .text
        let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
        if (0xD800..<0xDC00).contains(value) {
            self.highSurrogate = value
            return
        }
        var scalar = value
        if let high = self.highSurrogate, (0xDC00..<0xE000).contains(value) {
            scalar = 0x10000 + (high - 0xD800) << 10 + (value - 0xDC00)
        }
        self.highSurrogate = nil
        output += Array(String(Unicode.Scalar(scalar).map(Character.init) ?? "\u{FFFD}").utf8)
    }

    /// A piece may end inside a character: its bytes wait for the rest.
    private mutating func whole(_ output: inout [UInt8]) -> ArraySlice<UInt8> {
        guard case .prefix = self.state else {
            let bytes = self.held + output
            var end = bytes.count
            var back = 0
            while back < 4, end - back > 0 {
                let byte = bytes[end - back - 1]
                back += 1
                if byte & 0xC0 == 0x80 { continue }
                let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
                if length > back { end -= back }
                break
            }
            self.held = Array(bytes[end...])
            return bytes[..<end]
        }
        return []
    }
}
