import Storage
import Testing

@testable import Gateway
@testable import SQLiteStorage

@Suite("Ids that the gateway makes lead to their rows in the ledger")
struct RequestPlaceTests {
    @Test("An attempt of the first second lies where its request's id says, a later one does not")
    func leads() throws {
        var ids = RequestIDGenerator(seed: 7)
        for time in [0, 1, 1_795_737_600_123, 1 << 47] as [Int64] {
            let highs = try #require(LedgerPlaces.highs(ofRequest: ids.next(unixMilliseconds: time)))
            for (later, isThere) in [(0, true), (1023, true), (1024, false)] as [(Int64, Bool)] {
                let attempt = ids.attempt(unixMilliseconds: time + later)
                #expect(highs.contains(attempt.stored.high) == isThere, "\(time) + \(later)")
            }
        }
    }
}
