/// Why the gate refused a document, and where.
public struct JSONError: Error, Equatable, Sendable {
    /// The kinds of refusal.
    public enum Code: UInt8, Sendable {
        /// No bytes, or white space only.
        case empty
        /// More bytes than the limit.
        case tooLarge
        /// More keys and values than the limit.
        case tooManyValues
        /// Containers nested beyond the limit.
        case tooDeep
        /// The document begins with a byte order mark.
        case byteOrderMark
        /// The document ends inside a value.
        case truncated
        /// A byte that no value begins with.
        case unexpectedByte
        /// An object member without a quoted key.
        case expectedKey
        /// A key without a colon.
        case expectedColon
        /// Neither a comma nor the container's end after an item.
        case expectedCommaOrEnd
        /// A comma before a container's end.
        case trailingComma
        /// Bytes other than white space after the document.
        case trailingBytes
        /// A word other than `true`, `false` and `null`.
        case badLiteral
        /// A number outside the grammar of RFC 8259, section 6.
        case badNumber
        /// A number too large for a binary64.
        case numberOutOfRange
        /// A raw control character inside a string.
        case controlCharacter
        /// A backslash followed by something else than RFC 8259, section 7, allows.
        case badEscape
        /// Half of a surrogate pair.
        case loneSurrogate
        /// `\u0000`, which many programs cut strings at.
        case nulCharacter
        /// Bytes that are not UTF-8.
        case invalidUTF8
        /// A key that the same object already has, compared after unescaping, byte by byte.
        case duplicateKey
    }

    /// What is wrong.
    public var code: Code
    /// Byte offset in the document of the offending byte or value.
    public var offset: Int

    /// Makes an error.
    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    /// A sentence without any of the document's content, safe to show to the caller.
    public var message: String {
        switch self.code {
        case .empty: "the body is empty"
        case .tooLarge: "the JSON document is too large"
        default: "\(self.code.reason) at byte \(self.offset)"
        }
    }
}

extension JSONError.Code {
    /// What is wrong, without the place.
    var reason: String {
        switch self {
        case .empty: "no JSON value"
        case .tooLarge: "document too large"
        case .tooManyValues: "too many JSON values"
        case .tooDeep: "JSON nested too deep"
        case .byteOrderMark: "byte order mark"
        case .truncated: "unexpected end of JSON"
        case .unexpectedByte: "unexpected character"
        case .expectedKey: "expected a quoted key"
        case .expectedColon: "expected a colon"
        case .expectedCommaOrEnd: "expected a comma or the end of the container"
        case .trailingComma: "trailing comma"
        case .trailingBytes: "unexpected bytes after the JSON value"
        case .badLiteral: "unknown literal"
        case .badNumber: "malformed number"
        case .numberOutOfRange: "number out of range"
        case .controlCharacter: "unescaped control character in a string"
        case .badEscape: "invalid escape sequence"
        case .loneSurrogate: "lone surrogate"
        case .nulCharacter: "NUL character in a string"
        case .invalidUTF8: "invalid UTF-8"
        case .duplicateKey: "duplicate key"
        }
    }
}

/// What `JSONTape.read` throws: the gate's refusal, or what the body threw.
public enum JSONReadError<Failure: Error>: Error {
    /// The document was refused; the body did not run.
    case json(JSONError)
    /// The body threw.
    case body(Failure)
}
