import Testing

@testable import Policy

@Suite("Base64")
struct Base64Tests {
    @Test(
        "the examples of RFC 4648 encode and decode",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func examples(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == Array(encoded.utf8))
        #expect(Base64.decode(encoded.utf8) == Array(plain.utf8))
        #expect(Base64.decode(encoded.utf8.filter { $0 != UInt8(ascii: "=") }) == Array(plain.utf8))
    }

    @Test("every length of any bytes survives a round trip")
    func roundTrip() {
        let source = CountingBytes(seed: 1)
        for count in 0...100 {
            let bytes = source.next(count)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test("both alphabets are read")
    func alphabets() {
        #expect(Base64.decode("+/+/".utf8) == [0xfb, 0xff, 0xbf])
        #expect(Base64.decode("-_-_".utf8) == [0xfb, 0xff, 0xbf])
        #expect(Base64.encode([0xfb, 0xff, 0xbf]) == Array("+/+/".utf8))
    }

    @Test(
        "text that is not base64 is refused",
        arguments: [
            "Z", "Zg=", "Zg===", "=", "====", "Z=g=", "Zm9v\n", "Zm 9", "Zh==", "Zm9=", "Zm8=Zm8=", "Zé==", "ZmZmZ",
        ]
    )
    func refused(text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }
}
