import Telemetry
import Testing

@testable import Gateway

@Suite("Counters of requests, found again")
struct RequestCountersTests {
    @Test("what was asked for among the last keys of a generation is never forgotten", arguments: [1, 3, 8])
    func recent(_ capacity: Int) {
        var cache = RecentCache<Int, Int>(capacity: capacity)
        var misses = 0
        for round in 0..<5 {
            for key in 0..<capacity {
                guard let value = cache.find(key) else {
                    misses += 1
                    cache.insert(key * 2, for: key)
                    continue
                }
                #expect(value == key * 2)
            }
            if round == 0 { #expect(misses == capacity) }
        }
        #expect(misses == capacity)
    }

    @Test("no more than two generations are kept, however many keys come")
    func bound() {
        var cache = RecentCache<Int, Int>(capacity: 10)
        for key in 0..<1_000 {
            let found = cache.find(key)
            #expect(found == nil)
            cache.insert(key, for: key)
            #expect(cache.count <= 20)
        }
        let last = cache.find(999)
        let first = cache.find(0)
        #expect(last == 999 && first == nil)
    }

    private func count(_ counters: inout RequestCounters, projects: Int) {
        for project in 0..<projects {
            counters.count(operation: "chat", operationIndex: 1, status: 200, project: "p\(project)", model: nil)
        }
    }

    @Test("the registry is asked once for each of many projects, not again in every round")
    func manyProjects() {
        let registry = MetricRegistry()
        var counters = RequestCounters(registry: registry)
        for _ in 0..<3 { self.count(&counters, projects: 8_000) }
        #expect(counters.lookups == 8_000)
        let text = String(decoding: registry.render(), as: UTF8.self)
        #expect(text.contains(#"project="p7",provider="none",status="200"} 3"#))
        #expect(text.contains(#"project="other",provider="other",status="other"} \#(3 * 7_000)"#))
    }

    @Test("with more than are remembered, those that come often are still found")
    func mixed() {
        var counters = RequestCounters(registry: MetricRegistry())
        self.count(&counters, projects: 1_000)
        for rare in 0..<20_000 {
            counters.count(operation: "chat", operationIndex: 1, status: 200, project: "r\(rare)", model: nil)
            counters.count(operation: "chat", operationIndex: 1, status: 200, project: "p\(rare % 1_000)", model: nil)
        }
        #expect(counters.lookups == 21_000)
        for _ in 0..<3 { counters.fellBack(from: "a", to: "b", "timeout") }
        #expect(counters.lookups == 21_001)
    }
}
