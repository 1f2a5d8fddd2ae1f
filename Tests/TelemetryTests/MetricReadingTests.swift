import Telemetry
import Testing

@Suite("Metric readings")
struct MetricReadingTests {
    @Test("families are read by name, with their series by label")
    func reads() {
        let registry = MetricRegistry()
        registry.counter("b_total", help: "B.", labels: [("x", "2")]).add(5)
        registry.counter("b_total", help: "B.", labels: [("x", "1")]).add(4)
        registry.gauge("a", help: "A.").set(-3)
        let readings = registry.readings()
        #expect(readings.map(\.name) == ["a", "b_total"])
        #expect(readings.map(\.type) == [.gauge, .counter])
        #expect(readings[0].points.map(\.value) == [.number(-3)])
        #expect(readings[1].points.map { $0.labels.map(\.value) } == [["1"], ["2"]])
        #expect(readings[1].points.map(\.value) == [.number(4), .number(5)])
    }

    @Test("what is collected adds to what is counted, as in the text form")
    func collects() {
        let registry = MetricRegistry()
        registry.counter("c_total", help: "C.", labels: [("x", "1")]).add(2)
        registry.collect("c_total", help: "C.", type: .counter) { [(labels: [("x", "1")], value: 3)] }
        #expect(registry.readings().first?.points.map(\.value) == [.number(5)])
        #expect(String(decoding: registry.render(), as: UTF8.self).contains("c_total{x=\"1\"} 5\n"))
    }

    @Test("a histogram is read bucket by bucket, not cumulative")
    func histograms() {
        let registry = MetricRegistry()
        let histogram = registry.histogram("h_seconds", help: "H.", buckets: [1, 2])
        for seconds in [0.5, 1.5, 1.6, 9] { histogram.observe(seconds: seconds) }
        let expected = MetricReading.Value.histogram(bounds: [1, 2], counts: [1, 2, 1], sum: 12.6)
        #expect(registry.readings().first?.points.map(\.value) == [expected])
    }

    @Test("what has no series is not read")
    func empty() {
        let registry = MetricRegistry()
        registry.collect("nothing", help: "N.", type: .gauge) { [] }
        #expect(registry.readings().isEmpty)
    }
}
