/// How long a caller waits, as the SDKs of OpenAI and Anthropic tell: there is no use in trying for longer.
public enum CallerDeadline {
    /// The longest that is believed.
    public static let longest = Duration.seconds(86_400)

    /// Reads the headers.
    /// - Parameters:
    ///   - readTimeout: `x-stainless-read-timeout`, in seconds; it wins when it can be read.
    ///   - timeout: `x-stainless-timeout`, in seconds. Some versions send `NOT_GIVEN`.
    /// - Returns: `nil` when neither is a number above 0.
    public static func parse(readTimeout: String?, timeout: String?) -> Duration? {
        for text in [readTimeout, timeout] {
            guard let text, let number = RetryAfter.Decimal(text), number.microseconds > 0 else { continue }
            return min(.microseconds(number.microseconds), Self.longest)
        }
        return nil
    }
}
