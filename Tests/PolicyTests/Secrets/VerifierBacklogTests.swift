import Exchange
import Testing

@testable import Policy

@Suite("A bounded first-in, first-out")
struct BoundedFIFOTests {
    @Test("elements come out as they went in, around the end of the storage")
    func order() {
        var fifo = BoundedFIFO<Int>(capacity: 3)
        var (next, expected) = (0, 0)
        for _ in 0..<10 {
            while fifo.append(next) { next += 1 }
            #expect(fifo.isFull)
            for _ in 0..<2 {
                #expect(fifo.popFirst() == expected)
                expected += 1
            }
            #expect(fifo.count == 1)
        }
    }

    @Test("a full one takes no more, an empty one gives none")
    func bounds() {
        var fifo = BoundedFIFO<String>(capacity: 1)
        #expect(fifo.popFirst() == nil)
        let (first, second) = (fifo.append("a"), fifo.append("b"))
        #expect(first && !second)
        #expect(fifo.popFirst() == "a")
        #expect(fifo.isEmpty)
        var none = BoundedFIFO<String>(capacity: 0)
        #expect(none.append("a") == false)
        #expect(none.popFirst() == nil)
    }

    @Test("emptied, it can be used again")
    func removeAll() {
        var fifo = BoundedFIFO<Int>(capacity: 2)
        #expect(fifo.append(1) == true)
        #expect(fifo.append(2) == true)
        fifo.removeAll()
        #expect(fifo.isEmpty)
        #expect(fifo.append(3) == true)
        #expect(fifo.popFirst() == 3)
    }
}

@Suite("What the verifier queue decides")
struct VerifierBacklogTests {
    private static func job(_ id: String) -> VerifierBacklog.Job {
        VerifierBacklog.Job(id: id, key: Secret("key of \(id)"), verifier: "verifier of \(id)")
    }

    @Test("an id is queued once, while it waits and afterwards")
    func once() {
        var backlog = VerifierBacklog(capacity: 4, rememberedIDs: 10)
        #expect(backlog.enqueue(Self.job("a")) == .queued)
        #expect(backlog.enqueue(Self.job("a")) == .known)
        #expect(backlog.next()?.id == "a")
        #expect(backlog.enqueue(Self.job("a")) == .known)
        #expect(backlog.next() == nil)
        #expect(backlog.droppedCount == 0)
    }

    @Test("keys come out in the order of their first use")
    func order() {
        var backlog = VerifierBacklog(capacity: 4, rememberedIDs: 10)
        for id in ["a", "b", "c"] { #expect(backlog.enqueue(Self.job(id)) == .queued) }
        #expect(backlog.waitingCount == 3)
        #expect([backlog.next()?.id, backlog.next()?.id, backlog.next()?.id] == ["a", "b", "c"])
    }

    @Test("over its capacity it drops, counts, and takes the same id later")
    func full() {
        var backlog = VerifierBacklog(capacity: 2, rememberedIDs: 10)
        #expect(backlog.enqueue(Self.job("a")) == .queued)
        #expect(backlog.enqueue(Self.job("b")) == .queued)
        #expect(backlog.enqueue(Self.job("c")) == .dropped)
        #expect(backlog.enqueue(Self.job("c")) == .dropped)
        #expect(backlog.droppedCount == 2)
        #expect(!backlog.knows("c"))
        #expect(backlog.next()?.id == "a")
        #expect(backlog.enqueue(Self.job("c")) == .queued)
        #expect(backlog.knows("c"))
    }

    @Test("the memory of ids is bounded and loses the oldest first")
    func bounded() {
        var backlog = VerifierBacklog(capacity: 1, rememberedIDs: 2)
        for id in ["a", "b", "c"] {
            #expect(backlog.enqueue(Self.job(id)) == .queued)
            #expect(backlog.next()?.id == id)
        }
        #expect(!backlog.knows("a"))
        #expect(backlog.knows("b") && backlog.knows("c"))
        #expect(backlog.enqueue(Self.job("a")) == .queued)
        #expect(!backlog.knows("b"))
    }

    @Test("what waits is always remembered")
    func memoryCoversTheQueue() {
        var backlog = VerifierBacklog(capacity: 3, rememberedIDs: 1)
        for id in ["a", "b", "c"] { #expect(backlog.enqueue(Self.job(id)) == .queued) }
        for id in ["a", "b", "c"] { #expect(backlog.enqueue(Self.job(id)) == .known) }
    }

    @Test("shut, it gives and takes nothing")
    func shut() {
        var backlog = VerifierBacklog(capacity: 3, rememberedIDs: 3)
        #expect(backlog.enqueue(Self.job("a")) == .queued)
        backlog.shut()
        #expect(backlog.isShut)
        #expect(backlog.next() == nil)
        #expect(backlog.enqueue(Self.job("b")) == .dropped)
        #expect(backlog.droppedCount == 1)
    }
}
