import Testing
import Wire

/// The code with which the gate refuses a document, or nil.
func refusal(_ document: [UInt8], limits: JSONLimits = .init()) -> JSONError? {
    let tape = JSONTape(limits: limits)
    return document.withUnsafeBytes { bytes in
        do throws(JSONError) {
            _ = try tape.parse(bytes)
            return nil
        } catch {
            return error
        }
    }
}

func refusal(_ document: String) -> JSONError? {
    refusal(bytes(document))
}

/// Reads a document and shows its root.
func reading<R>(_ document: String, _ body: (JSONValue) throws -> R) throws -> R {
    let tape = JSONTape()
    return try bytes(document).withUnsafeBytes { try body(try tape.parse($0)) }
}

@Suite struct JSONGateTests {
    @Test(
        "well-formed documents pass",
        arguments: [
            "{}", "[]", "\"\"", "0", "-0", "1", "-1.5e+10", "1E5", "0.1", "1e0", "true", "false", "null", " \t\r\n1 \n",
            #"{"a":1}"#, #"{"a":[],"b":{}}"#, "[1,[2,[3]]]", #"["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"]"#,
            "\"é€😀\u{7f}\"",
            #"{"a":{"a":{"a":1}},"b":{"a":2}}"#, #"{"":1," ":2}"#, "\"\\u0001\"", "1e308", "1e-999",
            "\"\u{FFFF}\u{10FFFF}\"", #"{"a":1,"A":2}"#,
        ]
    )
    func accepts(_ document: String) {
        #expect(refusal(document) == nil)
    }

    @Test(
        "malformed documents are refused with the reason and the place",
        arguments: [
            ("", .empty, 0), (" \n ", .empty, 0), ("\u{FEFF}{}", .byteOrderMark, 0), ("{", .truncated, 1),
            ("[1", .truncated, 2), ("[1,", .truncated, 3), (#"{"a""#, .truncated, 4), (#"{"a":"#, .truncated, 5),
            ("\"abc", .truncated, 4), ("\"abcdefghijk", .truncated, 12), ("\"\\", .truncated, 2),
            ("x", .unexpectedByte, 0), ("]", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
            ("+1", .unexpectedByte, 0),
            ("Infinity", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0), ("/*c*/1", .unexpectedByte, 0),
            ("[,1]", .unexpectedByte, 1), ("{1:2}", .expectedKey, 1), ("{a:1}", .expectedKey, 1),
            ("{,}", .expectedKey, 1),
            (#"{"a" 1}"#, .expectedColon, 5), (#"{"a"}"#, .expectedColon, 4),
            (#"{"a":1 "b":2}"#, .expectedCommaOrEnd, 7),
            ("[1 2]", .expectedCommaOrEnd, 3), ("[1}", .expectedCommaOrEnd, 2), (#"{"a":1]"#, .expectedCommaOrEnd, 6),
            ("[1,]", .trailingComma, 3), (#"{"a":1,}"#, .trailingComma, 7), ("{} x", .trailingBytes, 3),
            ("1 1", .trailingBytes, 2), ("{}{}", .trailingBytes, 2), ("null\0", .trailingBytes, 4),
            ("tru", .badLiteral, 0),
            ("nul", .badLiteral, 0), ("fals", .badLiteral, 0), ("True", .unexpectedByte, 0),
            ("truex", .trailingBytes, 4),
            ("01", .badNumber, 0), ("-", .badNumber, 0), ("-01", .badNumber, 0), ("1.", .badNumber, 0),
            ("1.e5", .badNumber, 0),
            ("1e", .badNumber, 0), ("1e+", .badNumber, 0), ("[-a]", .badNumber, 1), (".5", .unexpectedByte, 0),
            ("0x10", .trailingBytes, 1), ("1e999", .numberOutOfRange, 0), ("-1e309", .numberOutOfRange, 0),
            ("\"a\nb\"", .controlCharacter, 2), ("\"\0\"", .controlCharacter, 1),
            ("\"\u{1f}aaaaaaaa\"", .controlCharacter, 1),
            ("\"\\x\"", .badEscape, 1), ("\"\\u12g4\"", .badEscape, 1), ("\"\\u12", .badEscape, 1),
            ("\"\\'\"", .badEscape, 1),
            ("\"\\ud800\"", .loneSurrogate, 1), ("\"\\ud800x\"", .loneSurrogate, 1), ("\"\\udc00\"", .loneSurrogate, 1),
            ("\"\\ud800\\ud800\"", .loneSurrogate, 1), ("\"\\ud800\\n\"", .loneSurrogate, 1),
            ("\"\\u0000\"", .nulCharacter, 1),
        ] as [(String, JSONError.Code, Int)]
    )
    func refuses(_ document: String, _ code: JSONError.Code, _ offset: Int) {
        #expect(refusal(document) == JSONError(code, at: offset))
    }

    @Test(
        "bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98],
            [0xC3, 0x28],
        ] as [[UInt8]]
    )
    func refusesInvalidUTF8(_ sequence: [UInt8]) {
        #expect(refusal([0x22] + sequence + [0x22]) == JSONError(.invalidUTF8, at: 1))
        #expect(refusal([0x22] + sequence)?.code == .invalidUTF8)
        #expect(refusal(bytes("[\"0123456") + sequence + bytes("\"]"))?.code == .invalidUTF8)
        #expect(refusal(bytes("{\"a") + sequence + bytes("\":1}"))?.code == .invalidUTF8)
    }

    @Test("nesting is allowed to 128 and refused at 129, however deep")
    func depth() {
        for count in [1, 127, 128] {
            #expect(refusal(String(repeating: "[", count: count) + String(repeating: "]", count: count)) == nil)
        }
        for count in [129, 513, 100_000, 1_000_000] {
            #expect(refusal(String(repeating: "[", count: count)) == JSONError(.tooDeep, at: 128))
            #expect(refusal(String(repeating: "{\"a\":", count: count))?.code == .tooDeep)
        }
    }

    @Test("size and number of values are bounded")
    func limits() {
        var limits = JSONLimits()
        limits.maxBytes = 10
        #expect(refusal(bytes("[1,2,3,45]"), limits: limits) == nil)
        #expect(refusal(bytes("[1,2,3,456]"), limits: limits)?.code == .tooLarge)
        limits = JSONLimits()
        limits.maxValues = 4
        #expect(refusal(bytes("[1,2,3]"), limits: limits) == nil)
        #expect(refusal(bytes("[1,2,3,4]"), limits: limits) == JSONError(.tooManyValues, at: 7))
        limits.refusesNUL = false
        #expect(refusal(bytes("\"\\u0000\""), limits: limits) == nil)
    }

    @Test("absurd limits are brought into bounds")
    func absurdLimits() {
        var limits = JSONLimits()
        (limits.maxDepth, limits.maxBytes, limits.maxValues) = (.max, .max, .max)
        #expect(refusal(bytes("[1]"), limits: limits) == nil)
        (limits.maxDepth, limits.maxBytes, limits.maxValues) = (.min, .min, .min)
        #expect(refusal(bytes("[1]"), limits: limits)?.code == .tooLarge)
    }

    @Test("a tape reads one document after another, refused ones between")
    func reuse() throws {
        let tape = JSONTape()
        for round in 0..<100 {
            let document = bytes("[" + (0...round).map(String.init).joined(separator: ",") + "]")
            try document.withUnsafeBytes { bytes in
                let root = try tape.parse(bytes)
                #expect(root.count == round + 1)
                #expect(root.elements.map(\.int) == (0...round).map { $0 })
            }
            bytes("[[[1,2,").withUnsafeBytes { bytes -> Void in
                #expect(throws: JSONError(.truncated, at: 7)) { _ = try tape.parse(bytes) }
            }
        }
    }

    @Test("messages say what and where, without content")
    func messages() {
        #expect(refusal(#"{"a":1,"b":2,"a":3}"#)?.message == "duplicate key at byte 13")
        #expect(refusal("")?.message == "the body is empty")
        for raw in UInt8(0)...40 {
            guard let code = JSONError.Code(rawValue: raw) else { continue }
            #expect(!JSONError(code, at: 7).message.isEmpty)
        }
    }

    @Test("read shows the root, passes on what the body throws, and what the gate refuses")
    func read() throws {
        struct Oops: Error {}
        let tape = JSONTape()
        let count = try bytes("[5]").withUnsafeBytes { bytes in
            try tape.read(bytes) { root throws(Oops) in root.count }
        }
        #expect(count == 1)
        #expect(throws: JSONReadError<Oops>.self) {
            try bytes("[5]").withUnsafeBytes { try tape.read($0) { _ throws(Oops) in throw Oops() } }
        }
        bytes("[5").withUnsafeBytes { bytes -> Void in
            do throws(JSONReadError<Oops>) {
                try tape.read(bytes) { _ throws(Oops) -> Void in Issue.record("shown") }
                Issue.record("accepted")
            } catch {
                if case .json(let reason) = error { #expect(reason.code == .truncated) } else { Issue.record("wrong") }
            }
        }
    }
}
