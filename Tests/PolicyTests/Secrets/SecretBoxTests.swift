import Exchange
import Testing

@testable import Policy

@Suite("Sealing secrets")
struct SecretBoxTests {
    static let context = SecretContext(table: "providers", row: "prv_1", column: "secret")
    static let secret = Secret("sk-vendor-0123456789")

    static func key(_ seed: UInt64, version: Int = 1) throws -> MasterKey {
        try MasterKey(bytes: CountingBytes(seed: seed).next(32), version: version)
    }

    static func box(_ seed: UInt64 = 1, version: Int = 1) throws -> SecretBox {
        SecretBox(masterKey: try self.key(seed, version: version), random: CountingBytes(seed: seed &+ 100).next)
    }

    /// The code with which opening fails, or `nil` when it does not.
    static func code(
        opening sealed: [UInt8],
        with box: SecretBox,
        at context: SecretContext = context
    ) -> SecretsError.Code? {
        do {
            _ = try box.open(sealed, context: context)
            return nil
        } catch {
            return error.code
        }
    }

    /// The same bytes with a fresh checksum: what an attacker would write.
    static func forged(_ sealed: [UInt8], _ change: (inout SealedEnvelope) -> Void) throws -> [UInt8] {
        var envelope = try SealedEnvelope(parsing: sealed)
        change(&envelope)
        return envelope.bytes
    }

    @Test("what is sealed opens at its place", arguments: [0, 1, 16, 20, 5_000, SecretBox.maximumSecretBytes])
    func roundTrip(count: Int) throws {
        let box = SecretBox(masterKey: try Self.key(1))
        let bytes = [UInt8](repeating: 7, count: count)
        let sealed = try box.seal(bytes, context: Self.context)
        #expect(sealed.count == count + 113)
        #expect(try box.open(sealed, context: Self.context).bytes == bytes)
    }

    @Test("a secret over the limit is refused")
    func tooLarge() throws {
        let bytes = [UInt8](repeating: 7, count: SecretBox.maximumSecretBytes + 1)
        let error = #expect(throws: SecretsError.self) { try Self.box().seal(bytes, context: Self.context) }
        #expect(error?.code == .tooLarge)
    }

    @Test("sealed bytes do not hold the secret, and are never the same twice")
    func ciphertext() throws {
        let box = try Self.box()
        let first = try box.seal(Self.secret, context: Self.context)
        let second = try box.seal(Self.secret, context: Self.context)
        let plain = Self.secret.bytes
        #expect(!first.indices.contains { first[$0...].starts(with: plain) })
        #expect(first.starts(with: Array("MTSB".utf8) + [1, 0, 0, 0, 1]))
        #expect(try SealedEnvelope(parsing: first).wrap != SealedEnvelope(parsing: second).wrap)
        #expect(try SealedEnvelope(parsing: first).body != SealedEnvelope(parsing: second).body)
    }

    @Test(
        "no other table, row or column opens it",
        arguments: [
            SecretContext(table: "provider", row: "prv_1", column: "secret"),
            SecretContext(table: "providers", row: "prv_2", column: "secret"),
            SecretContext(table: "providers", row: "prv_1", column: "secrets"),
            SecretContext(table: "prv_1", row: "providers", column: "secret"),
            SecretContext(table: "providersprv_1", row: "", column: "secret"),
            SecretContext(table: "providers", row: "prv_1secret", column: ""),
            SecretContext(table: "providersp", row: "rv_1", column: "secret"),
        ]
    )
    func places(other: SecretContext) throws {
        let box = try Self.box()
        let sealed = try box.seal(Self.secret, context: Self.context)
        #expect(Self.code(opening: sealed, with: box, at: other) == .wrongContext)
        #expect(Self.code(opening: sealed, with: box) == nil)
    }

    @Test("another key and another version are told apart")
    func keys() throws {
        let sealed = try Self.box(1).seal(Self.secret, context: Self.context)
        #expect(Self.code(opening: sealed, with: try Self.box(2)) == .wrongKey)
        #expect(Self.code(opening: sealed, with: try Self.box(1, version: 2)) == .wrongKeyVersion)
        #expect(Self.code(opening: sealed, with: try Self.box(2, version: 2)) == .wrongKeyVersion)
        #expect(Self.code(opening: sealed, with: try Self.box(1)) == nil)
    }

    @Test("every flipped bit is noticed")
    func flipped() throws {
        let box = try Self.box()
        let sealed = try box.seal(Self.secret, context: Self.context)
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                let expected: SecretsError.Code = index < 4 ? .notSealed : index == 4 ? .unknownFormat : .damaged
                #expect(Self.code(opening: changed, with: box) == expected, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test("every cut is noticed")
    func truncated() throws {
        let box = try Self.box()
        let sealed = try box.seal(Self.secret, context: Self.context)
        for count in 0..<sealed.count {
            let expected: SecretsError.Code = count < 113 ? .truncated : .damaged
            #expect(Self.code(opening: Array(sealed.prefix(count)), with: box) == expected, "\(count) bytes")
        }
        #expect(Self.code(opening: sealed + [0], with: box) == .damaged)
        let oversized = sealed + [UInt8](repeating: 0, count: SecretBox.maximumSecretBytes)
        #expect(Self.code(opening: oversized, with: box) == .tooLarge)
    }

    @Test("other bytes are not taken for a sealed value", arguments: ["sk-plain", "M!", "MTSA and more of it"])
    func notSealed(text: String) throws {
        #expect(Self.code(opening: Array(text.utf8), with: try Self.box()) == .notSealed)
    }

    @Test("bytes changed on purpose, checksum and all, do not open")
    func forged() throws {
        let box = try Self.box()
        let sealed = try box.seal(Self.secret, context: Self.context)
        let other = try SealedEnvelope(parsing: try box.seal("other", context: Self.context))
        let body = try Self.forged(sealed) { $0.body[20] ^= 1 }
        let wrap = try Self.forged(sealed) { $0.wrap[20] ^= 1 }
        let swappedBody = try Self.forged(sealed) { $0.body = other.body }
        let swappedWrap = try Self.forged(sealed) { $0.wrap = other.wrap }
        for bytes in [body, wrap, swappedBody, swappedWrap] {
            #expect(Self.code(opening: bytes, with: box) == .wrongContext)
        }
    }

    @Test("a relabelled key version or fingerprint does not open")
    func relabelled() throws {
        let sealed = try Self.box(1).seal(Self.secret, context: Self.context)
        let sameKeyAsTwo = try Self.box(1, version: 2)
        let asTwo = try Self.forged(sealed) { $0.keyVersion = 2 }
        #expect(Self.code(opening: asTwo, with: sameKeyAsTwo) == .wrongContext)
        let other = try Self.box(2).seal(Self.secret, context: Self.context)
        let fingerprint = try SealedEnvelope(parsing: other).fingerprint
        let asOther = try Self.forged(sealed) { $0.fingerprint = fingerprint }
        #expect(Self.code(opening: asOther, with: try Self.box(2)) == .wrongContext)
    }

    @Test("messages hold no material")
    func messages() throws {
        let sealed = try Self.box(1).seal(Self.secret, context: Self.context)
        var damaged = sealed
        damaged[60] ^= 1
        let cases: [([UInt8], UInt64, Int)] = [
            (sealed, 2, 1), (sealed, 1, 2), (damaged, 1, 1), (Array("sk-vendor".utf8), 1, 1),
        ]
        for (bytes, seed, version) in cases {
            let error = #expect(throws: SecretsError.self) {
                try Self.box(seed, version: version).open(bytes, context: Self.context)
            }
            #expect(error?.description.contains("vendor") == false)
            #expect(error?.description.contains("prv_1") == false)
        }
    }
}

extension SecretBox {
    fileprivate func seal(_ text: String, context: SecretContext) throws -> [UInt8] {
        try self.seal(Secret(text), context: context)
    }
}
