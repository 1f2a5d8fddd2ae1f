/// Why a compressed body was refused.
public struct GzipError: Error, Equatable, Sendable {
    /// The kinds of refusal.
    public enum Code: UInt8, Sendable {
        /// Not gzip, or a feature that nobody uses.
        case badHeader
        /// A block that is not as RFC 1951 has it.
        case badBlock
        /// A table of codes that no encoder makes.
        case badCodes
        /// A copy from before the beginning.
        case badDistance
        /// What came out is not what went in.
        case badChecksum
        /// More came out of one piece than any honest text needs.
        case tooLarge
    }

    /// What is wrong.
    public var code: Code

    /// Makes an error.
    public init(_ code: Code) {
        self.code = code
    }

    /// A sentence without any of the content.
    public var message: String {
        switch self.code {
        case .badHeader: "malformed gzip header"
        case .badBlock: "malformed gzip block"
        case .badCodes: "malformed gzip code table"
        case .badDistance: "gzip copy from before the beginning"
        case .badChecksum: "gzip checksum does not match"
        case .tooLarge: "a gzip piece that grows beyond all measure"
        }
    }
}
