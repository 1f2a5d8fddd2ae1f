import Testing

@testable import Telemetry

@Suite("metric registry")
struct MetricRegistryTests {
    let registry = MetricRegistry()

    var text: String { String(decoding: self.registry.render(), as: UTF8.self) }
    var lines: [Substring] { self.text.split(separator: "\n") }

    @Test("an empty registry renders nothing")
    func empty() {
        #expect(self.registry.render().isEmpty)
    }

    @Test("the same name and labels give the same object, whatever the order of labels")
    func identity() {
        let a = self.registry.counter("a_total", help: "A.", labels: [("x", "1"), ("y", "2")])
        let b = self.registry.counter("a_total", help: "A.", labels: [("y", "2"), ("x", "1")])
        let c = self.registry.counter("a_total", help: "A.", labels: [("x", "1"), ("y", "3")])
        #expect(a === b)
        #expect(a !== c)
    }

    @Test("counters go up only")
    func counting() {
        let counter = self.registry.counter("a_total", help: "A.")
        counter.add()
        counter.add(4)
        counter.add(-2)
        counter.add(0)
        #expect(counter.value == 5)
        #expect(self.text == "# HELP a_total A.\n# TYPE a_total counter\na_total 5\n")
    }

    @Test("gauges move both ways")
    func gauging() {
        let gauge = self.registry.gauge("open", help: "Open.", labels: [("side", "client")])
        gauge.set(7)
        gauge.add(-9)
        #expect(gauge.value == -2)
        #expect(self.lines.last == "open{side=\"client\"} -2")
    }

    @Test("families are ordered by name and series by labels")
    func order() {
        self.registry.counter("b_total", help: "B.").add()
        self.registry.counter("a_total", help: "A.", labels: [("m", "z")]).add()
        self.registry.counter("a_total", help: "A.", labels: [("m", "c")]).add(2)
        #expect(
            self.lines == [
                "# HELP a_total A.", "# TYPE a_total counter", "a_total{m=\"c\"} 2", "a_total{m=\"z\"} 1",
                "# HELP b_total B.", "# TYPE b_total counter", "b_total 1",
            ]
        )
    }

    @Test("quotes, backslashes and line ends in labels and help are escaped")
    func escaping() {
        self.registry.counter("a_total", help: "one\\two\n\"three\"", labels: [("m", "a\"b\\c\nd")]).add()
        #expect(self.lines.first == #"# HELP a_total one\\two\n"three""#)
        #expect(self.lines.last == #"a_total{m="a\"b\\c\nd"} 1"#)
    }

    @Test("a long label value is cut on a character's edge")
    func cutting() {
        let value = "x" + String(repeating: "é", count: 200)
        self.registry.counter("a_total", help: "A.", labels: [("m", value)]).add()
        let kept = String(repeating: "é", count: 127)
        #expect(self.lines.last == "a_total{m=\"x\(kept)\"} 1")
    }

    @Test("label sets beyond the bound share one series")
    func bound() {
        for index in 0..<5_000 {
            self.registry.counter("a_total", help: "A.", labels: [("m", "m\(index)"), ("op", "chat")]).add()
        }
        #expect(self.lines.count == 2 + MetricRegistry.maximumSeries + 1)
        #expect(self.lines.contains("a_total{m=\"other\",op=\"other\"} 4000"))
        let first = self.registry.counter("a_total", help: "A.", labels: [("m", "m0"), ("op", "chat")])
        #expect(first.value == 1)
    }

    @Test("collected values are read at each rendering, repeats summed, and bounded")
    func collecting() {
        let gauge = self.registry.gauge("own", help: "Own.")
        self.registry.collect("seen", help: "Seen.", type: .gauge) {
            gauge.add()
            return [("x", 1.5), ("x", 2), ("y", 1)].map { (labels: [("a", $0.0)], value: $0.1) }
        }
        #expect(self.text.contains("seen{a=\"x\"} 3.5\nseen{a=\"y\"} 1\n"))
        _ = self.text
        #expect(gauge.value == 2)
        self.registry.collect("many", help: "Many.", type: .gauge) {
            (0..<3_000).map { (labels: [("a", "\($0)")], value: 1) }
        }
        #expect(self.text.contains("many{a=\"other\"} 2000\n"))
    }

    @Test("a family whose sources say nothing leaves no lines")
    func silentSource() {
        self.registry.collect("seen", help: "Seen.", type: .gauge) { [] }
        #expect(self.text.isEmpty)
    }

    @Test("many threads lose no count")
    func concurrency() async {
        let counter = self.registry.counter("a_total", help: "A.")
        let histogram = self.registry.histogram("h_seconds", help: "H.", buckets: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.add()
                        histogram.observe(microseconds: 2)
                    }
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(histogram.snapshot.counts == [80_000, 0])
    }
}
