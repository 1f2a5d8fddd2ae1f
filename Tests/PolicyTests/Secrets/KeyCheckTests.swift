import Testing

@testable import Policy

@Suite("The master key check")
struct KeyCheckTests {
    private static func code(_ stored: [UInt8], _ box: SecretBox) -> SecretsError.Code? {
        do {
            try KeyCheck.verify(stored, box: box)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("the right key passes")
    func right() throws {
        let stored = try KeyCheck.seal(try SecretBoxTests.box(1))
        #expect(Self.code(stored, try SecretBoxTests.box(1)) == nil)
        #expect(KeyCheck.setting == "master_key_check")
    }

    @Test("a wrong key and a wrong version are not taken for damage")
    func wrong() throws {
        let stored = try KeyCheck.seal(try SecretBoxTests.box(1))
        #expect(Self.code(stored, try SecretBoxTests.box(2)) == .wrongKey)
        #expect(Self.code(stored, try SecretBoxTests.box(1, version: 2)) == .wrongKeyVersion)
    }

    @Test("damage is not taken for a wrong key, wherever it is and whichever key is tried")
    func damaged() throws {
        let stored = try KeyCheck.seal(try SecretBoxTests.box(1))
        for seed: UInt64 in [1, 2] {
            let box = try SecretBoxTests.box(seed)
            for index in stored.indices {
                var changed = stored
                changed[index] ^= 0x10
                let code = Self.code(changed, box)
                #expect(code != nil && code != .wrongKey && code != .wrongKeyVersion, "byte \(index)")
            }
            #expect(Self.code([], box) == .truncated)
            #expect(Self.code(Array(stored.dropLast(9)), box) == .damaged)
        }
    }

    @Test("another sealed value in its place does not pass")
    func otherValue() throws {
        let box = try SecretBoxTests.box(1)
        #expect(Self.code(try box.seal([1, 2, 3], context: KeyCheck.context), box) == .damaged)
        #expect(Self.code(try box.seal([1, 2, 3], context: Pepper.context), box) == .wrongContext)
    }
}
