import Exchange
import Synchronization
import Testing

@testable import Policy

@Suite("The bytes of a sealed value")
struct SealedEnvelopeTests {
    /// Made by Python's `cryptography` and `hashlib` from the layout alone: HKDF without salt, AES-256-GCM, SHA-256.
    private enum Known {
        static let masterKey = "mk5:KXO/DV2P+xkx62c1BXfjkbwkAvpImIajSzE9Pzo2JNA="
        static let context = SecretContext(table: "providers", row: "prv_é", column: "secret")
        static let plain = "sk-vendor-secret"
        static let dataKey = "1b073b04f6ab05e9db9e2d717c501ed00cdac5c85d812fb80a32c4736cbeec36"
        static let fingerprint = "8a2524d293f4cc42"
        static let sealed =
            "4d54534201000000058a2524d293f4cc426e6f6e63652d777261702d328ee979cf2c3a2567f2166744c3395ab830a6bb"
            + "f2410594e9e09802d50b56258a2ae0bb821f47f2e9842ee56996edc6cc6e6f6e63652d626f64792d31796e82bc79462c"
            + "889b4d55a5270e2f868cbaa8135800163b668d513d7441b4b84b948bcea7a147f0"
    }

    private static func bytes(hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func parse(_ sealed: [UInt8]) throws -> SealedEnvelope { try SealedEnvelope(parsing: sealed) }

    @Test("a value sealed by another program opens")
    func knownAnswer() throws {
        let box = SecretBox(masterKey: try MasterKey(validating: Known.masterKey))
        let sealed = Self.bytes(hex: Known.sealed)
        #expect(try box.open(sealed, context: Known.context) == Secret(Known.plain))
        #expect(try SecretBox.keyVersion(of: sealed) == 5)
    }

    @Test("with the same random bytes the same value comes out, byte for byte")
    func sealedAlike() throws {
        // In the order in which they are drawn: data key, nonce of the body, nonce of the wrap.
        let drawn = Self.bytes(hex: Known.dataKey) + Array("nonce-body-1".utf8) + Array("nonce-wrap-2".utf8)
        let source = ScriptedBytes(drawn)
        let box = SecretBox(masterKey: try MasterKey(validating: Known.masterKey), random: source.next)
        let sealed = try box.seal(Secret(Known.plain), context: Known.context)
        #expect(sealed == Self.bytes(hex: Known.sealed))
        #expect(source.isEmpty)
    }

    @Test("its parts are where the layout says")
    func parts() throws {
        let envelope = try Self.parse(Self.bytes(hex: Known.sealed))
        #expect(envelope.keyVersion == 5)
        #expect(envelope.fingerprint == Self.bytes(hex: Known.fingerprint))
        #expect(envelope.wrap.count == 60)
        #expect(envelope.wrap.starts(with: "nonce-wrap-2".utf8))
        #expect(envelope.body.count == 28 + Known.plain.utf8.count)
        #expect(envelope.body.starts(with: "nonce-body-1".utf8))
        #expect(envelope.header == Array(Self.bytes(hex: Known.sealed).prefix(17)))
    }

    @Test("taken apart and put together it is the same")
    func roundTrip() throws {
        let sealed = Self.bytes(hex: Known.sealed)
        #expect(try Self.parse(sealed).bytes == sealed)
    }

    @Test("any version fits", arguments: [0, 1, 255, 256, 65_535, UInt32.max])
    func versions(version: UInt32) throws {
        var envelope = try Self.parse(Self.bytes(hex: Known.sealed))
        envelope.keyVersion = version
        #expect(try Self.parse(envelope.bytes).keyVersion == version)
        #expect(try SecretBox.keyVersion(of: envelope.bytes) == Int(version))
    }

    @Test("random bytes of any length never trap and never parse")
    func random() {
        let source = CountingBytes(seed: 11)
        for count in 0..<300 {
            let bytes = source.next(count)
            #expect(throws: SecretsError.self) { try Self.parse(bytes) }
            #expect(throws: SecretsError.self) { try Self.parse(Array("MTSB".utf8) + [1] + bytes) }
        }
    }

    @Test("a later format is told apart from damage")
    func laterFormat() {
        var sealed = Self.bytes(hex: Known.sealed)
        sealed[4] = 2
        let error = #expect(throws: SecretsError.self) { try Self.parse(sealed) }
        #expect(error?.code == .unknownFormat)
        #expect(error?.message.contains("newer release") == true)
    }
}

/// Gives out given bytes, in order.
private final class ScriptedBytes: Sendable {
    private let rest: Mutex<[UInt8]>

    init(_ bytes: [UInt8]) {
        self.rest = Mutex(bytes)
    }

    var isEmpty: Bool { self.rest.withLock { $0.isEmpty } }

    func next(_ count: Int) -> [UInt8] {
        self.rest.withLock { rest in
            defer { rest.removeFirst(min(count, rest.count)) }
            return Array(rest.prefix(count))
        }
    }
}
