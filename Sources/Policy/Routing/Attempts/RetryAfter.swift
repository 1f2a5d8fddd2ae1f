/// Reads what vendors say about when to come back. What they say is clamped to 0…300 s.
public enum RetryAfter {
    /// The longest that is believed.
    public static let longest = Duration.seconds(300)

    /// Reads an answer's headers; the finer one wins.
    /// - Parameters:
    ///   - retryAfter: `retry-after`: seconds, perhaps with a fraction, or an HTTP date (RFC 9110, section 10.2.3).
    ///   - milliseconds: `retry-after-ms`, as OpenAI and Azure send it.
    ///   - wallSeconds: Seconds since 1970, which a date is held against.
    /// - Returns: `nil` when neither says anything that can be read.
    public static func parse(retryAfter: String?, milliseconds: String? = nil, wallSeconds: Int64) -> Duration? {
        if let milliseconds, let number = Decimal(milliseconds) { return Self.clamped(number.microseconds / 1_000) }
        guard let text = retryAfter else { return nil }
        if let number = Decimal(text) { return Self.clamped(number.microseconds) }
        guard let date = HTTPDateText.unixSeconds(text) else { return nil }
        let (difference, overflow) = date.subtractingReportingOverflow(wallSeconds)
        return overflow ? nil : Self.clamped(min(max(difference, 0), 300) * 1_000_000)
    }

    /// Reads a protobuf duration such as `12.5s`, as Gemini's RetryInfo carries it.
    public static func parse(protobufDuration text: String) -> Duration? {
        guard text.hasSuffix("s"), let number = Decimal(text.dropLast()) else { return nil }
        return Self.clamped(number.microseconds)
    }

    private static func clamped(_ microseconds: Int64) -> Duration {
        min(max(.microseconds(microseconds), .zero), Self.longest)
    }

    /// A decimal number that is not negative, in whole millionths; what is too large is a large one.
    struct Decimal {
        let microseconds: Int64

        init?(_ text: some StringProtocol) {
            let bytes = Array(text.utf8.drop { $0 == 0x20 || $0 == 0x09 })
            let trimmed = bytes.prefix(while: { $0 != 0x20 && $0 != 0x09 })
            guard bytes.dropFirst(trimmed.count).allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return nil }
            var (value, scale, digits): (Int64, Int64?, Int) = (0, nil, 0)
            for byte in trimmed {
                if byte == 0x2E, scale == nil {
                    scale = 100_000
                    continue
                }
                guard (0x30...0x39).contains(byte) else { return nil }
                digits += 1
                if let place = scale {
                    value += Int64(byte - 0x30) * place
                    scale = place / 10
                } else {
                    // Beyond this it is longer than anybody waits.
                    value = min(value * 10 + Int64(byte - 0x30) * 1_000_000, Self.largest)
                }
            }
            guard digits > 0 else { return nil }
            self.microseconds = value
        }

        private static let largest: Int64 = 1_000_000_000_000_000
    }
}
