import Storage
import Testing

@testable import Ledger

@Suite("Settled entries on their way to the store")
struct SettledQueueTests {
    private func queue(_ count: Int) -> SettledQueue {
        var queue = SettledQueue()
        for number in 0..<count {
            withUnsafePointer(to: LedgerEntry.sample(number)) {
                queue.append($0, segment: UInt64(number / 4), record: UInt64(number + 1))
            }
        }
        return queue
    }

    private func numbers(_ entries: [LedgerEntry]) -> [UInt64] { entries.map(\.attempt.low) }

    @Test("what is not on the disk stays, and comes later in its place")
    func unsynced() {
        var queue = self.queue(10)
        #expect(queue.batch(upTo: 0).isEmpty)
        #expect(self.numbers(queue.batch(upTo: 6)) == Array(0..<6))
        withUnsafePointer(to: LedgerEntry.sample(10)) { queue.append($0, segment: 2, record: 11) }
        // The store has not said that it has them: it is given the same again.
        #expect(self.numbers(queue.batch(upTo: 11)) == Array(0..<6))
        // Taken while the disk was broken, and refused: what the disk has not yet waits for it.
        #expect(queue.batch(upTo: 5).isEmpty)
        #expect(queue.count == 11)
        #expect(queue.finish().map(\.segment) == [0, 1] && queue.count == 5)
        #expect(self.numbers(queue.batch(upTo: 11)) == Array(6..<11))
        #expect(queue.finish().map(\.count) == [2, 3] && queue.count == 0)
        #expect(queue.batch(upTo: .max).isEmpty && queue.finish().isEmpty)
    }

    @Test("a batch has a bound; memory that comes back holds nothing old")
    func bound() {
        var queue = self.queue(SettledQueue.batch + 3)
        var first = queue.batch(upTo: .max)
        #expect(first.count == SettledQueue.batch)
        _ = queue.finish()
        first.removeAll(keepingCapacity: true)
        queue.keep(first)
        #expect(self.numbers(queue.batch(upTo: UInt64(SettledQueue.batch) + 1)) == [UInt64(SettledQueue.batch)])
        _ = queue.finish()
        #expect(self.numbers(queue.batch(upTo: .max)).count == 2)
    }

    @Test("reservations that move are followed wherever their entries are")
    func moved() {
        var queue = self.queue(8)
        _ = queue.batch(upTo: 6)
        queue.eachReservation { attempt, segment in
            if attempt.low == 5 || attempt.low == 7 { segment = 9 }
        }
        #expect(queue.finish().map(\.segment) == [0, 1, 9])
        _ = queue.batch(upTo: .max)
        #expect(queue.finish().map(\.segment) == [1, 9])
    }
}
