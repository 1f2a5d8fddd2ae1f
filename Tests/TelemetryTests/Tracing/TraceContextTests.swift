import Telemetry
import Testing

@Suite("Trace context")
struct TraceContextTests {
    private static let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("a traceparent is read and written alike")
    func readsAndWrites() throws {
        let parent = try #require(TraceParent(Self.good))
        #expect(parent.traceID == TraceID(high: 0x4bf9_2f35_77b3_4da6, low: 0xa3ce_929d_0e0e_4736))
        #expect(parent.spanID == SpanID(0x00f0_67aa_0ba9_02b7))
        #expect(parent.isSampled)
        #expect(parent.text == Self.good)
    }

    @Test("of a later version the beginning is read, and unknown flags are not passed on")
    func laterVersions() throws {
        let parent = try #require(TraceParent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0a-more"))
        #expect(!parent.isSampled)
        #expect(parent.text == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")
    }

    @Test(
        "a malformed traceparent is none",
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
            " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ]
    )
    func malformed(_ text: String) {
        #expect(TraceParent(text) == nil)
    }

    @Test("no prefix and no change of one byte of a traceparent ends the process")
    func everyCutAndByte() {
        let bytes = Array(Self.good.utf8)
        for count in 0..<bytes.count {
            #expect(bytes.prefix(count).withUnsafeBytes { TraceParent(parsing: $0) } == nil)
        }
        for index in bytes.indices {
            for byte in UInt8.min ... .max {
                var changed = bytes
                changed[index] = byte
                let parsed = changed.withUnsafeBytes { TraceParent(parsing: $0) }
                if byte < 0x20 || byte > 0x7E { #expect(parsed == nil) }
            }
        }
    }

    @Test("ids are never zero")
    func neverZero() {
        #expect("\(TraceID(high: 0, low: 0))" == "00000000000000000000000000000001")
        #expect("\(SpanID(0))" == "0000000000000001")
    }

    @Test("spans below one span differ, and are the same each time")
    func children() {
        let span = SpanID(42)
        let children = (0..<1_000).map { span.child($0) }
        #expect(Set(children).count == 1_000)
        #expect(children == (0..<1_000).map { span.child($0) })
        #expect(!children.contains(span))
    }

    @Test("a caller's trace is continued, another one begins by itself")
    func continues() throws {
        var numbers: [UInt64] = [3, 2, 1]
        let parent = try #require(TraceParent(Self.good))
        let all = TraceSampler(ratio: 1)
        let continued = TraceContext(continuing: parent, all) { numbers.removeLast() }
        #expect(continued.traceID == parent.traceID)
        #expect(continued.parent == parent.spanID)
        #expect(continued.spanID == SpanID(1))
        numbers = [7, 6, 5]
        let begun = TraceContext(continuing: nil, all) { numbers.removeLast() }
        #expect(begun.traceID == TraceID(high: 5, low: 6))
        #expect(begun.parent == nil)
        #expect(begun.spanID == SpanID(7))
        let told = begun.parent(for: SpanID(9))
        #expect(told.text == "00-00000000000000050000000000000006-0000000000000009-01")
    }
}

@Suite("Trace sampler")
struct TraceSamplerTests {
    private func share(_ sampler: TraceSampler) -> Int {
        (0..<10_000).count { number in
            let id = TraceID(high: 1, low: SpanID(77).child(number).value)
            return sampler.samples(id, after: nil)
        }
    }

    @Test("about the share that was asked for is recorded, by the id alone")
    func ratio() {
        #expect(self.share(TraceSampler(ratio: 0)) == 0)
        #expect(self.share(TraceSampler(ratio: 1)) == 10_000)
        #expect((2_300...2_700).contains(self.share(TraceSampler(ratio: 0.25))))
        #expect(self.share(TraceSampler(ratio: 0.25)) == self.share(TraceSampler(ratio: 0.25)))
    }

    @Test(
        "what is no share counts as the nearest one",
        arguments: [(-1.0, 0), (7, 10_000), (.nan, 0), (.infinity, 10_000)]
    )
    func outside(_ ratio: Double, _ count: Int) {
        #expect(self.share(TraceSampler(ratio: ratio)) == count)
    }

    @Test("a caller's decision is kept, unless it is not to be", arguments: [true, false])
    func parents(_ isSampled: Bool) {
        let parent = TraceParent(traceID: TraceID(high: 1, low: 2), spanID: SpanID(3), isSampled: isSampled)
        #expect(TraceSampler(ratio: isSampled ? 0 : 1).samples(parent.traceID, after: parent) == isSampled)
        let own = TraceSampler(ratio: isSampled ? 0 : 1, followsParent: false)
        #expect(own.samples(parent.traceID, after: parent) == !isSampled)
    }
}

@Suite("Trace state")
struct TraceStateTests {
    @Test("headers are put together in their order, white space gone")
    func joins() {
        #expect(TraceState.joined(["a=1 , b=2", "\tc@d=x y"]) == "a=1,b=2,c@d=x y")
        #expect(TraceState.joined(["a=1,,"]) == "a=1")
    }

    @Test(
        "what is malformed or too long is not passed on at all",
        arguments: [
            [], [""], ["a"], ["=1"], ["a="], ["A=1"], ["a=1,a=2"], ["a=b=c"], ["a=é"], ["_a=1"],
            ["a=" + String(repeating: "x", count: 257)], [(0..<33).map { "k\($0)=1" }.joined(separator: ",")],
            [(0..<20).map { "k\($0)=" + String(repeating: "x", count: 30) }.joined(separator: ",")],
        ]
    )
    func refuses(_ values: [String]) {
        #expect(TraceState.joined(values) == nil)
    }
}
