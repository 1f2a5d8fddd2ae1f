import Testing
import Wire

private func writing(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    #expect(refusal(writer.bytes) == nil)
    return text(writer.bytes)
}

@Suite struct JSONWriterTests {
    @Test("commas and brackets come where they belong")
    func structure() {
        let result = writing { w in
            w.object { w in
                w.member("s", "x")
                w.member("i", -5)
                w.member("b", true)
                w.member("d", 0.5)
                w.member("none", nil as String?)
                w.member("nothing", nil as Int?)
                w.member("some", Optional(3))
                w.member("o", object: { $0.member("k", false) })
                w.member(
                    "a",
                    array: { w in
                        w.int(1)
                        w.array { _ in }
                        w.object { _ in }
                        w.null()
                    }
                )
                w.key("r" as String)
                w.raw("[1]")
            }
        }
        #expect(
            result == #"{"s":"x","i":-5,"b":true,"d":0.5,"none":null,"nothing":null,"some":3,"o":{"k":false},"#
                + #""a":[1,[],{},null],"r":[1]}"#
        )
    }

    @Test("begin and end work as well, and raw values keep commas right")
    func beginEnd() {
        let result = writing { w in
            w.beginArray()
            w.raw([0x31])
            bytes("{}").withUnsafeBytes { w.raw($0) }
            w.beginObject()
            w.key("k")
            w.bool(false)
            w.endObject()
            w.endArray()
        }
        #expect(result == #"[1,{},{"k":false}]"#)
    }

    @Test("strings are escaped as JSON demands and no more")
    func escapes() {
        #expect(
            writing { $0.string("a\"b\\c/\n\r\t\u{8}\u{c}\u{0b}\u{1f}\u{7f}é😀\u{2028}") }
                == "\"a\\\"b\\\\c/\\n\\r\\t\\b\\f\\u000b\\u001f\u{7f}é😀\u{2028}\""
        )
        #expect(writing { $0.string("") } == "\"\"")
        #expect(
            writing { w in
                w.object { $0.member("s", "\0") }; w.reset(); w.int(1)
            } == "1"
        )
    }

    @Test("what is not UTF-8 becomes U+FFFD, one for each maximal part")
    func invalidUTF8() {
        #expect(writing { $0.string(utf8: [0x61, 0xFF, 0x62]) } == "\"a\u{FFFD}b\"")
        #expect(writing { $0.string(utf8: [0xE2, 0x82]) } == "\"\u{FFFD}\"")
        #expect(writing { $0.string(utf8: [0xED, 0xA0, 0x80]) } == "\"\u{FFFD}\u{FFFD}\u{FFFD}\"")
        #expect(writing { $0.string(utf8: [0xF0, 0x9F, 0x98, 0x22]) } == "\"\u{FFFD}\\\"\"")
        #expect(writing { $0.string(utf8: [0xC3, 0xA9]) } == "\"é\"")
        for byte in UInt8.min...UInt8.max {
            let input = [byte, 0x41, byte]
            let expected = String(decoding: input, as: UTF8.self)
            guard byte != 0 else { continue }
            let result = bytes(writing { w in input.withUnsafeBytes { w.string(utf8: $0) } })
            #expect(throws: Never.self) { try reading(text(result)) { #expect($0.string == expected) } }
        }
    }

    @Test("numbers are written exactly")
    func numbers() {
        #expect(
            writing { w in w.array { w in [0, 7, -7, 10, .max, .min].forEach { w.int($0) } } }
                == "[0,7,-7,10,9223372036854775807,-9223372036854775808]"
        )
        let doubles: [Double] = [0, -0.5, 1, 1e21, 1e-7, 123456789.25, .infinity, .nan, -3]
        #expect(
            writing { w in w.array { w in doubles.forEach { w.double($0) } } }
                == "[0,-0.5,1,1e+21,1e-07,123456789.25,null,null,-3]"
        )
    }

    @Test("strings come back as they were", arguments: ["", "a", "\"", "\\", "\u{1}é\u{10FFFF}", "a\u{0}b", "\\u0041"])
    func roundTrip(_ value: String) throws {
        var writer = JSONWriter(capacity: 16)
        writer.string(value)
        var limits = JSONLimits()
        limits.refusesNUL = false
        let tape = JSONTape(limits: limits)
        try writer.bytes.withUnsafeBytes { bytes in
            let read = try tape.parse(bytes).string
            #expect(read.map { Array($0.utf8) } == Array(value.utf8))
        }
    }

    @Test("escapes stand right at every distance from each other, and at the end of the writer's buffer")
    func distances() throws {
        let pieces = ["\"", "\\", "\n", "\u{0}", "\u{1F}", "\u{E9}", "\u{4F60}", "\u{1F600}"]
        for piece in pieces {
            for distance in 0..<20 {
                let part = String(repeating: "a", count: distance) + piece
                try self.roundTrip(String(repeating: part, count: 3))
            }
            for count in 1_000..<1_040 {
                try self.roundTrip("\t" + String(repeating: "a", count: count) + piece + "z")
            }
            try self.roundTrip(String(repeating: piece, count: 1_500))
        }
        var writer = JSONWriter()
        writer.string(utf8: bytes("\"abcdefg") + [0xFF] + bytes("hijklmno") + [0xE4, 0xBD])
        #expect(text(writer.bytes) == "\"\\\"abcdefg\u{FFFD}hijklmno\u{FFFD}\"")
    }
}
