import Exchange
import Testing

@testable import Policy

@Suite("Rotating the master key")
struct RewrapTests {
    private static let context = SecretBoxTests.context

    /// A box whose ring has been promoted from one key to another, and a value of before.
    private static func rotated(
        from old: MasterKey? = nil,
        to new: MasterKey? = nil
    ) throws -> (box: SecretBox, sealed: [UInt8]) {
        let box = SecretBox(masterKey: try old ?? SecretBoxTests.key(1))
        let sealed = try box.seal(SecretBoxTests.secret, context: self.context)
        box.ring.promote(try new ?? SecretBoxTests.key(2, version: 2))
        return (box, sealed)
    }

    @Test("a rewrapped value opens under the new key only")
    func rewrap() throws {
        let (box, sealed) = try Self.rotated()
        let (old, new) = (try SecretBoxTests.box(1), try SecretBoxTests.box(2, version: 2))
        let moved = try #require(try box.rewrap(sealed, context: Self.context))
        #expect(try new.open(moved, context: Self.context) == SecretBoxTests.secret)
        #expect(SecretBoxTests.code(opening: moved, with: old) == .wrongKeyVersion)
        #expect(SecretBoxTests.code(opening: sealed, with: new) == .wrongKeyVersion)
    }

    @Test("only the wrap changes")
    func onlyTheWrap() throws {
        let (box, sealed) = try Self.rotated()
        let moved = try #require(try box.rewrap(sealed, context: Self.context))
        let (before, after) = (try SealedEnvelope(parsing: sealed), try SealedEnvelope(parsing: moved))
        #expect(before.body == after.body)
        #expect(before.wrap != after.wrap)
        #expect(moved.count == sealed.count)
        #expect(try SecretBox.keyVersion(of: sealed) == 1)
        #expect(try SecretBox.keyVersion(of: moved) == 2)
    }

    @Test("what is cut has no version")
    func noVersion() throws {
        let sealed = try SecretBoxTests.box(1).seal(SecretBoxTests.secret, context: Self.context)
        #expect(throws: SecretsError.self) { try SecretBox.keyVersion(of: []) }
        #expect(throws: SecretsError.self) { try SecretBox.keyVersion(of: Array(sealed.dropLast())) }
        #expect(SecretBox.isSealed(sealed))
        #expect(!SecretBox.isSealed(Array(sealed.dropLast())))
        #expect(!SecretBox.isSealed(Array("plain".utf8)))
    }

    @Test("a value already moved stays as it is; one of another place or of a stranger's key is refused")
    func refused() throws {
        let (box, sealed) = try Self.rotated()
        let moved = try #require(try box.rewrap(sealed, context: Self.context))
        #expect(try box.rewrap(moved, context: Self.context) == nil)
        let misplaced = #expect(throws: SecretsError.self) {
            try box.rewrap(sealed, context: .setting("pepper"))
        }
        #expect(misplaced?.code == .wrongContext)
        let foreign = try SecretBoxTests.box(9).seal(SecretBoxTests.secret, context: Self.context)
        let stranger = #expect(throws: SecretsError.self) { try box.rewrap(foreign, context: Self.context) }
        #expect(stranger?.code == .wrongKey)
    }

    @Test("two keys of one version are told apart by what they are")
    func sameVersion() throws {
        let (box, sealed) = try Self.rotated(to: try SecretBoxTests.key(2, version: 1))
        let moved = try #require(try box.rewrap(sealed, context: Self.context))
        #expect(try box.open(sealed, context: Self.context) == SecretBoxTests.secret)
        #expect(SecretBoxTests.code(opening: moved, with: try SecretBoxTests.box(1)) == .wrongKey)
        #expect(SecretBoxTests.code(opening: moved, with: try SecretBoxTests.box(2)) == nil)
    }

    @Test("a value may move through many keys and stay the same secret")
    func chain() throws {
        let box = try SecretBoxTests.box(1)
        var sealed = try box.seal(SecretBoxTests.secret, context: Self.context)
        for version in 2...20 {
            box.ring.promote(try SecretBoxTests.key(UInt64(version), version: version))
            sealed = try #require(try box.rewrap(sealed, context: Self.context))
            box.ring.retireOthers()
        }
        #expect(box.keyVersion == 20)
        #expect(try box.open(sealed, context: Self.context) == SecretBoxTests.secret)
    }

    @Test("copies of a box share its keys: what one is given, all seal and open with")
    func shared() throws {
        let box = try SecretBoxTests.box(1)
        let copy = box
        let before = try copy.seal(SecretBoxTests.secret, context: Self.context)
        box.ring.promote(try SecretBoxTests.key(2, version: 2))
        #expect(copy.keyVersion == 2)
        #expect(try copy.open(before, context: Self.context) == SecretBoxTests.secret)
        box.ring.retireOthers()
        #expect(SecretBoxTests.code(opening: before, with: copy) == .wrongKeyVersion)
    }

    @Test("a key that is only admitted opens and does not seal, and is not there twice")
    func admitted() throws {
        let (old, new) = (try SecretBoxTests.box(1), try SecretBoxTests.key(2, version: 2))
        let later = try SecretBoxTests.box(2, version: 2).seal(SecretBoxTests.secret, context: Self.context)
        old.ring.admit(new)
        old.ring.admit(new)
        #expect(old.ring.count == 2)
        #expect(old.keyVersion == 1)
        #expect(try old.open(later, context: Self.context) == SecretBoxTests.secret)
        old.ring.promote(new)
        #expect(old.ring.count == 2)
        #expect(old.keyVersion == 2)
    }

    @Test("while one rotates, others seal and open without a failure")
    func concurrent() async throws {
        let box = SecretBox(masterKey: try SecretBoxTests.key(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<300 {
                        let sealed = try box.seal(SecretBoxTests.secret, context: Self.context)
                        #expect(try box.open(sealed, context: Self.context) == SecretBoxTests.secret)
                    }
                }
            }
            for version in 2...30 {
                box.ring.promote(try SecretBoxTests.key(UInt64(version), version: version))
                await Task.yield()
            }
            try await group.waitForAll()
        }
        #expect(box.keyVersion == 30)
    }
}
