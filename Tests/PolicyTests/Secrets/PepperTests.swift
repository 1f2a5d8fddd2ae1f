import Exchange
import Testing

@testable import Policy

@Suite("The pepper")
struct PepperTests {
    /// A settings table in memory that keeps what it has, as the store does.
    private final class Settings {
        var values: [String: [UInt8]] = [:]
        var beforeWrite: (() throws -> Void)?

        func read(_ name: String) -> [UInt8]? { self.values[name] }

        func write(_ name: String, _ value: [UInt8]) throws {
            try self.beforeWrite?()
            if self.values[name] == nil { self.values[name] = value }
        }

        func load(_ box: SecretBox, seed: UInt64) throws -> Secret {
            let random = CountingBytes(seed: seed).next
            return try Pepper.loadOrCreate(read: self.read, write: self.write, box: box, random: random)
        }
    }

    @Test("it is made once and then read")
    func once() throws {
        let settings = Settings()
        let box = try SecretBoxTests.box(1)
        let first = try settings.load(box, seed: 5)
        #expect(first == Secret(CountingBytes(seed: 5).next(32)))
        settings.beforeWrite = { Issue.record("written twice") }
        #expect(try settings.load(box, seed: 6) == first)
        #expect(try Pepper.loadOrCreate(read: settings.read, write: settings.write, box: box) == first)
    }

    @Test("the store holds it sealed")
    func sealed() throws {
        let settings = Settings()
        let pepper = try settings.load(try SecretBoxTests.box(1), seed: 5).bytes
        let stored = try #require(settings.values["pepper"])
        #expect(!stored.indices.contains { stored[$0...].starts(with: pepper.prefix(4)) })
    }

    @Test("of two racers both get the same")
    func race() throws {
        let settings = Settings()
        let box = try SecretBoxTests.box(1)
        var winner: Secret?
        settings.beforeWrite = {
            settings.beforeWrite = nil
            winner = try settings.load(box, seed: 6)
        }
        let loser = try settings.load(box, seed: 5)
        #expect(loser == winner)
        #expect(loser == Secret(CountingBytes(seed: 6).next(32)))
    }

    @Test("the system's bytes make different peppers")
    func system() throws {
        let box = try SecretBoxTests.box(1)
        let (one, two) = (Settings(), Settings())
        let first = try Pepper.loadOrCreate(read: one.read, write: one.write, box: box)
        #expect(try first != Pepper.loadOrCreate(read: two.read, write: two.write, box: box))
        #expect(first.count == 32)
    }

    @Test("it survives a change of the master key")
    func rotation() throws {
        let settings = Settings()
        let old = try SecretBoxTests.box(1)
        let newKey = try SecretBoxTests.key(2, version: 2)
        let pepper = try settings.load(old, seed: 5)
        let stored = try #require(settings.values["pepper"])
        old.ring.promote(newKey)
        settings.values["pepper"] = try old.rewrap(stored, context: Pepper.context)
        #expect(try settings.load(SecretBox(masterKey: newKey), seed: 6) == pepper)
    }

    @Test("a stored value that does not open is an error, never replaced")
    func damaged() throws {
        let settings = Settings()
        _ = try settings.load(try SecretBoxTests.box(1), seed: 5)
        let stored = settings.values
        #expect(throws: SecretsError.self) { try settings.load(try SecretBoxTests.box(2), seed: 6) }
        #expect(settings.values == stored)
        settings.values["pepper"] = try SecretBoxTests.box(1).seal([1, 2, 3], context: Pepper.context)
        let short = #expect(throws: SecretsError.self) { try settings.load(try SecretBoxTests.box(1), seed: 6) }
        #expect(short?.code == .damaged)
    }

    @Test("a store that forgets is an error")
    func forgetful() throws {
        let box = try SecretBoxTests.box(1)
        let error = #expect(throws: SecretsError.self) {
            try Pepper.loadOrCreate(read: { _ in nil }, write: { _, _ in }, box: box)
        }
        #expect(error?.code == .notStored)
    }

    @Test("what the store throws comes through")
    func failingStore() throws {
        struct Failure: Error {}
        let box = try SecretBoxTests.box(1)
        #expect(throws: Failure.self) {
            try Pepper.loadOrCreate(read: { _ in throw Failure() }, write: { _, _ in }, box: box)
        }
        #expect(throws: Failure.self) {
            try Pepper.loadOrCreate(read: { _ in nil }, write: { _, _ in throw Failure() }, box: box)
        }
    }
}
