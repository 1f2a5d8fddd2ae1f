import Crypto
import Testing

@testable import Policy

@Suite("What is derived from a master key")
struct MasterKeyScheduleTests {
    @Test("keys of all lengths give different wraps and fingerprints, the version does not matter to either")
    func derived() throws {
        let bytes = CountingBytes(seed: 21).next(64)
        let short = MasterKeySchedule(try MasterKey(bytes: Array(bytes.prefix(32))))
        let long = MasterKeySchedule(try MasterKey(bytes: bytes))
        let later = MasterKeySchedule(try MasterKey(bytes: bytes, version: 2))
        #expect(short.fingerprint != long.fingerprint)
        #expect(short.wrapping != long.wrapping)
        #expect(long.fingerprint == later.fingerprint)
        #expect(long.wrapping == later.wrapping)
        #expect(later.version == 2)
    }

    @Test("the fingerprint does not begin the wrapping key")
    func separate() throws {
        let schedule = MasterKeySchedule(try MasterKey(bytes: CountingBytes(seed: 22).next(32)))
        #expect(schedule.fingerprint.count == 8)
        #expect(schedule.wrapping.bitCount == 256)
        #expect(!schedule.wrapping.withUnsafeBytes { $0.starts(with: schedule.fingerprint) })
    }
}
