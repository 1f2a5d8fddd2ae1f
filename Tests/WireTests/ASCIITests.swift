import Testing

@testable import Wire

@Suite struct ASCIITests {
    private static let name: StaticString = "x-stainless-read-timeout"

    @Test("bytes equal a name whatever the case of their letters, and nothing else does")
    func names() {
        let name = bytes("\(Self.name)")
        func equals(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { ASCII.caseInsensitiveEquals($0, Self.name) } }
        #expect(equals(name))
        #expect(equals(bytes("X-Stainless-READ-timeouT")))
        #expect(!equals(Array(name.dropLast())))
        #expect(!equals(name + [0x2D]))
        for index in name.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = name
                changed[index] = byte
                let isSame = ASCII.lowercased(byte) == name[index]
                #expect(equals(changed) == isSame, "byte \(byte) at \(index)")
            }
        }
    }

    @Test("short names too")
    func short() {
        func equals(_ text: String, _ name: StaticString) -> Bool {
            bytes(text).withUnsafeBytes { ASCII.caseInsensitiveEquals($0, name) }
        }
        #expect(equals("", ""))
        #expect(equals("E", "e"))
        #expect(equals("ACCEPT", "accept"))
        #expect(equals("x-Api-Key", "x-api-key"))
        #expect(!equals("x-Api_Key", "x-api-key"))
        #expect(!equals("[ccept", "{ccept"))
        #expect(!equals("acceptt", "accept"))
    }

    @Test("the first of a byte is found")
    func first() {
        func index(_ text: String) -> Int? {
            bytes(text).withUnsafeBytes { ASCII.firstIndex(of: UInt8(ascii: "?"), in: $0) }
        }
        #expect(index("") == nil)
        #expect(index("/a") == nil)
        #expect(index("?") == 0)
        #expect(index("/a?b?c") == 2)
    }
}
