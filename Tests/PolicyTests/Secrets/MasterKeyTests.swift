import Exchange
import Testing

@testable import Policy

@Suite("The master key's text")
struct MasterKeyTests {
    static let bytes = CountingBytes(seed: 7).next(32)
    static let base64 = String(decoding: Base64.encode(bytes), as: UTF8.self)
    static let hex = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()

    static func code(_ text: String) -> SecretsError.Code? {
        do {
            _ = try MasterKey(validating: text)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(
        "prefixed base64, plain base64 and hex give the same key",
        arguments: [
            "mk1:\(base64)", base64, String(base64.dropLast()), hex, hex.uppercased(), "mk1:\(hex)", " \(hex)\r\n",
        ]
    )
    func forms(text: String) throws {
        let key = try MasterKey(validating: text)
        #expect(key.version == 1)
        #expect(key.secret == Secret(Self.bytes))
    }

    @Test("the prefix carries the version")
    func version() throws {
        #expect(try MasterKey(validating: "mk2:" + Self.base64).version == 2)
        #expect(try MasterKey(validating: "mk65535:" + Self.base64).version == 65_535)
    }

    @Test("longer keys are kept whole")
    func longer() throws {
        let bytes = CountingBytes(seed: 8).next(64)
        let key = try MasterKey(validating: String(decoding: Base64.encode(bytes), as: UTF8.self))
        #expect(key.secret == Secret(bytes))
    }

    @Test("an exported key reads back as itself")
    func exported() throws {
        let key = try MasterKey.generate(version: 3)
        let text = String(decoding: key.exported.bytes, as: UTF8.self)
        #expect(text.hasPrefix("mk3:"))
        #expect(try MasterKey(validating: text) == key)
    }

    @Test("generated keys differ, and follow a given source")
    func generated() throws {
        #expect(try MasterKey.generate() != MasterKey.generate())
        let source = CountingBytes(seed: 7)
        #expect(try MasterKey.generate(random: source.next).secret == Secret(Self.bytes))
    }

    @Test("a source that does not deliver gives no key")
    func brokenSource() {
        #expect(throws: SecretsError.self) { try MasterKey.generate { [UInt8](repeating: 0, count: $0) } }
        #expect(throws: SecretsError.self) { try MasterKey.generate { _ in [] } }
        #expect(throws: SecretsError.self) { try MasterKey.generate(version: 0) }
        #expect(throws: SecretsError.self) { try MasterKey.generate(version: 65_536) }
    }

    @Test("empty text is refused", arguments: ["", " ", "\n", "mk1:", "\t\r\n "])
    func empty(text: String) {
        #expect(Self.code(text) == .keyEmpty)
    }

    @Test(
        "a key of less than 32 bytes is refused",
        arguments: ["AAAA", "deadbeef", String(hex.dropLast(2)), "mk1:" + base64.prefix(40), String(hex.prefix(48))]
    )
    func short(text: String) {
        #expect(Self.code(text) == .keyShort)
    }

    @Test(
        "a key that is a pattern is refused",
        arguments: [
            String(repeating: "00", count: 32), String(repeating: "ff", count: 40),
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            String(repeating: "deadbeef", count: 8), String(repeating: "0123456789abcdef", count: 4),
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ]
    )
    func repetitive(text: String) {
        #expect(Self.code(text) == .keyRepetitive)
    }

    static func encoded(_ text: String) -> String {
        String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self)
    }

    @Test(
        "placeholders are refused, encoded or not",
        arguments: [
            "changeme", "ChangeMe", "please-change-me-please-change-me-please-change-me", "password", "default",
            "replace-with-a-key", "your-key-here", "mk1:changeme", encoded("changeme and some more text after"),
            encoded("MyPassWord0123456789abcdefghijklm"),
        ]
    )
    func wellKnown(text: String) {
        #expect(Self.code(text) == .keyWellKnown)
    }

    @Test(
        "anything else is refused as malformed",
        arguments: [
            "not base64!\(base64)", "\(base64)=", "\(base64)A", "\(hex)0", "mk:\(base64)", "mk0:\(base64)",
            "mk01:\(base64)", "mk-1:\(base64)", "mk65536:\(base64)", "mk99999999999999999999:\(base64)",
            "kk1:\(base64)", "mk1:mk1:\(base64)", ":\(base64)", "mk1:\u{0}\(base64)", String(repeating: "é", count: 40),
            String(repeating: "0a1b2c3d4e5f", count: 400), String(repeating: hex, count: 33),
        ]
    )
    func malformed(text: String) {
        #expect(Self.code(text) == .keyMalformed)
    }

    @Test("messages name the variable or file and never hold the value")
    func messages() {
        let value = "Zx9-mk1:" + Self.base64
        let error = #expect(throws: SecretsError.self) { try MasterKey(validating: value) }
        #expect(error?.message.contains("MARTLET_MASTER_KEY") == true)
        #expect(error?.description.contains(Self.base64.prefix(8)) == false)
        #expect(error?.description.contains("Zx9") == false)
        let other = #expect(throws: SecretsError.self) { try MasterKey(validating: "abcd", source: "/etc/martlet.key") }
        #expect(other?.message.contains("/etc/martlet.key") == true)
        #expect(other?.message.contains("abcd") == false)
        #expect(other?.message.contains("openssl rand -base64 32") == true)
    }

    @Test("a key prints as its version")
    func printing() throws {
        let key = try MasterKey(validating: Self.base64)
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "MasterKey(version: 1)")
        #expect(!dumped.contains("\(Self.bytes[0]), "))
        #expect(!dumped.contains(Self.base64))
    }

    @Test("bytes are held to the same rules")
    func fromBytes() throws {
        #expect(try MasterKey(bytes: Self.bytes, version: 9).version == 9)
        #expect(throws: SecretsError.self) { try MasterKey(bytes: Array(Self.bytes.dropLast())) }
        #expect(throws: SecretsError.self) { try MasterKey(bytes: []) }
        #expect(throws: SecretsError.self) { try MasterKey(bytes: CountingBytes(seed: 1).next(1_025)) }
        #expect(throws: SecretsError.self) { try MasterKey(bytes: Self.bytes, version: -1) }
    }
}
