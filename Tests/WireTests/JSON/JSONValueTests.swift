import Testing
import Wire

@Suite struct JSONValueTests {
    @Test("kinds, ranges and raw bytes are those of the document")
    func ranges() throws {
        let document = #" {"o":{ "x":1 },"a":[ 1 ],"s":"h\n","n":-1.50,"t":true,"f":false,"z":null} "#
        try reading(document) { root in
            let all = bytes(document)
            let kinds = root.members.map(\.value.kind)
            #expect(kinds == [.object, .array, .string, .number, .true, .false, .null])
            let whole = root.members.map { text(all[$0.value.range]) }
            #expect(whole == ["{ \"x\":1 }", "[ 1 ]", "\"h\\n\"", "-1.50", "true", "false", "null"])
            let content = root.members.map { text(all[$0.value.contentRange]) }
            #expect(content == [" \"x\":1 ", " 1 ", "h\\n", "-1.50", "true", "false", "null"])
            #expect(root.members.map { text($0.value.bytes) } == whole)
            #expect(root.range == 1..<(all.count - 1))
            #expect(root.members.map { $0.key.string } == ["o", "a", "s", "n", "t", "f", "z"])
        }
    }

    @Test("members are found by their decoded, byte-equal key")
    func lookup() throws {
        try reading(#"{"a":1,"\u0062\u00e9":{"a":2,"c":[3,{"d":4}]},"":5}"#) { root in
            #expect(root["a"]?.int == 1)
            #expect(root["bé"]?["a"]?.int == 2)
            #expect(root.member("be\u{301}") == nil)
            #expect(root.member("bé")?.count == 2)
            #expect(root[""]?.int == 5)
            #expect(root["b"] == nil)
            #expect(root["a"]?["a"] == nil)
            #expect(root["bé"]?["c"]?.element(1)?["d"]?.int == 4)
            #expect(root["bé"]?["c"]?.element(2) == nil)
            #expect(root["bé"]?["c"]?.element(-1) == nil)
            #expect(root.element(0) == nil)
            #expect(root.memberRange("a") == 1..<6)
            #expect(root.memberRange("zz") == nil)
        }
    }

    @Test("counts and iteration agree, and other kinds have none")
    func counts() throws {
        try reading(#"[[],{},[1,[2,3],{"a":[4]}],"x",7]"#) { root in
            #expect(root.elements.map(\.count) == [0, 0, 3, 0, 0])
            #expect(root.elements.map { $0.elements.map { _ in 1 }.count } == [0, 0, 3, 0, 0])
            #expect(root.elements.map { $0.members.map { _ in 1 }.count } == [0, 0, 0, 0, 0])
            #expect(root.count == 5)
            #expect(root.members.underestimatedCount == 0)
            #expect(root.elements.underestimatedCount == 5)
        }
    }

    @Test("strings are decoded")
    func strings() throws {
        let document = #"["","plain","\"\\\/\b\f\n\r\t","\u00e9\u20ac\ud83d\ude00\u0001","mixed é \u00E9 end",5]"#
        let expected = ["", "plain", "\"\\/\u{8}\u{c}\n\r\t", "é€😀\u{1}", "mixed é é end", nil]
        try reading(document) { root in
            #expect(root.elements.map(\.string) == expected)
            #expect(root.elements.map(\.hasEscapes) == [false, false, true, true, true, false])
            for (value, text) in zip(root.elements, expected) {
                var decoded = bytes(">")
                value.decode(into: &decoded)
                #expect(decoded == bytes(">" + (text ?? "")))
            }
        }
    }

    @Test("equality is that of decoded bytes")
    func equality() throws {
        try reading(#"["abc","a\u0062c","abcd","\u00e9",5,"0123456789abcdef!","a\u0062"]"#) { root in
            #expect(root.elements.map { $0.equals("abc") } == [true, true, false, false, false, false, false])
            #expect(root.element(3)?.equals("é") == true)
            #expect(root.element(3)?.equals("e\u{301}") == false)
            #expect(root.element(5)?.equals("0123456789abcdef!") == true)
            #expect(root.element(5)?.equals("0123456789abcdef?") == false)
            #expect(root.element(5)?.equals("0123456?89abcdef!") == false)
        }
    }

    @Test("integers are exact or absent")
    func integers() throws {
        let document = """
            [0,-0,7,-7,9223372036854775807,-9223372036854775808,9223372036854775808,-9223372036854775809,1.0,1e2,"1",
            99999999999999999999999]
            """
        try reading(document) { root in
            let expected: [Int?] = [0, 0, 7, -7, .max, .min, nil, nil, nil, nil, nil, nil]
            #expect(root.elements.map(\.int) == expected)
        }
    }

    @Test("doubles and truth values")
    func scalars() throws {
        try reading(#"[1.5,-2e3,1e308,"1",true,false,null,12345678901234567890123.5]"#) { root in
            let expected: [Double?] = [1.5, -2000, 1e308, nil, nil, nil, nil, 12345678901234567890123.5]
            #expect(root.elements.map(\.double) == expected)
            #expect(root.elements.map(\.bool) == [nil, nil, nil, nil, true, false, nil, nil])
            #expect(root.elements.map(\.isNull) == [false, false, false, false, false, false, true, false])
        }
    }
}
