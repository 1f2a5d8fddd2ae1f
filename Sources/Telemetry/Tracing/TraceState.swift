/// The rules of `tracestate`: what other tracing systems say to each other, passed on as it came or not at all.
///
/// Source: W3C Trace Context, Recommendation of 23 November 2021, section 3.3.
public enum TraceState {
    /// Bytes that are passed on at most.
    public static let maximumBytes = 512
    /// Members that a list may have.
    public static let maximumMembers = 32

    /// Puts several headers together.
    ///
    /// - Parameter values: The headers' values, in the order in which they came.
    /// - Returns: One value; `nil` when there is nothing, or something is malformed or too long.
    public static func joined(_ values: [String]) -> String? {
        let members = values.flatMap { $0.split(separator: ",") }.map(Self.trimmed).filter { !$0.isEmpty }
        guard !members.isEmpty, members.count <= Self.maximumMembers, members.allSatisfy(Self.isMember) else {
            return nil
        }
        let keys = Set(members.map { Array($0.utf8.prefix { $0 != UInt8(ascii: "=") }) })
        let text = members.joined(separator: ",")
        return keys.count == members.count && text.utf8.count <= Self.maximumBytes ? text : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }

    /// `key=value`: a key of lower-case letters, digits and `_-*/@`, a value of printable ASCII without comma and equals sign.
    private static func isMember(_ member: Substring) -> Bool {
        let bytes = Array(member.utf8)
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), (1...256).contains(equals) else { return false }
        let value = bytes[(equals + 1)...]
        return bytes[..<equals].allSatisfy(Self.isKeyByte) && Self.startsWell(bytes[0])
            && (1...256).contains(value.count)
            && value.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    }

    private static func startsWell(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        Self.startsWell(byte) || "_-*/@".utf8.contains(byte)
    }
}
