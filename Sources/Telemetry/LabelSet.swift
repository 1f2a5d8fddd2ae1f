/// Label names and values of one series, sorted by name, values cut to a bound.
struct LabelSet: Hashable, Sendable {
    /// The value that stands for every label set beyond a family's bound.
    static let overflowValue = "other"
    /// Longest label value kept, in bytes.
    static let maximumValueBytes = 256

    struct Pair: Hashable, Sendable {
        var name: String
        var value: String
    }

    private(set) var pairs: [Pair]

    init(_ labels: [(String, String)]) {
        for (name, _) in labels {
            precondition(Self.isLabelName(name), "\(name) is not a label name")
        }
        self.pairs = labels.map { Pair(name: $0.0, value: Self.cut($0.1)) }.sorted { $0.name < $1.name }
        precondition(
            zip(self.pairs, self.pairs.dropFirst()).allSatisfy { $0.name != $1.name },
            "a label is given twice"
        )
    }

    /// The same labels, each with the value that stands for everything beyond the bound.
    var overflow: LabelSet {
        var copy = self
        for index in copy.pairs.indices {
            copy.pairs[index].value = Self.overflowValue
        }
        return copy
    }

    /// `^[a-zA-Z_][a-zA-Z0-9_]*$`, not starting with two underscores and not a histogram's own `le`.
    private static func isLabelName(_ name: String) -> Bool {
        MetricName.isValid(name) && !name.utf8.contains(UInt8(ascii: ":")) && !name.hasPrefix("__") && name != "le"
    }

    private static func cut(_ value: String) -> String {
        guard value.utf8.count > Self.maximumValueBytes else { return value }
        let bytes = Array(value.utf8)
        var end = Self.maximumValueBytes
        while end > 0, bytes[end] & 0xC0 == 0x80 {
            end -= 1
        }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}

/// The grammar of metric names.
enum MetricName {
    /// `^[a-zA-Z_:][a-zA-Z0-9_:]*$`
    static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, !self.isDigit(first) else { return false }
        return name.utf8.allSatisfy { self.isLetter($0) || self.isDigit($0) || $0 == UInt8(ascii: ":") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
