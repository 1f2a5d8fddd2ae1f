import Exchange
import Testing

@testable import Policy

@Suite("The key of kept bodies")
struct BodyKeyTests {
    @Test("it is made once, sealed under the master key, and outlives its rotation")
    func rotation() throws {
        var settings: [String: [UInt8]] = [:]
        let master = SecretBox(masterKey: try MasterKey.generate())
        func load() throws -> SecretBox {
            try BodyKey.loadOrCreate(
                read: { settings[$0] },
                write: { name, value in if settings[name] == nil { settings[name] = value } },
                box: master
            )
        }
        let place = SecretContext(table: "bodies", row: "p/r", column: "request")
        let sealed = try load().seal(Array("hello".utf8), context: place)
        let kept = try #require(settings[BodyKey.setting])
        #expect(SecretBox.isSealed(kept))
        master.ring.promote(try MasterKey.generate(version: 2))
        settings[BodyKey.setting] = try master.rewrap(kept, context: BodyKey.context)
        master.ring.retireOthers()
        #expect(try SecretBox.keyVersion(of: try #require(settings[BodyKey.setting])) == 2)
        #expect(try load().open(sealed, context: place) == Secret("hello"))
        #expect(throws: SecretsError.self) { try master.open(sealed, context: place) }
        #expect(throws: SecretsError.self) { try master.open(kept, context: BodyKey.context) }
    }

    @Test("a body opens for its own request only")
    func place() throws {
        let box = SecretBox(masterKey: try MasterKey.generate())
        let sealed = try box.seal([1], context: SecretContext(table: "bodies", row: "p/a", column: "request"))
        #expect(throws: SecretsError.self) {
            try box.open(sealed, context: SecretContext(table: "bodies", row: "p/b", column: "request"))
        }
    }
}
