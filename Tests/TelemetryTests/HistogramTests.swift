import Testing

@testable import Telemetry

@Suite("histogram")
struct HistogramTests {
    @Test("an observation on a bound belongs to that bound's bucket")
    func bounds() {
        let histogram = Histogram(buckets: [0.001, 0.01])
        histogram.observe(microseconds: 1_000)
        histogram.observe(microseconds: 1_001)
        histogram.observe(seconds: 0.01)
        histogram.observe(seconds: 3)
        #expect(histogram.snapshot.counts == [1, 2, 1])
        #expect(histogram.snapshot.sumSeconds == 3.012001)
    }

    @Test(
        "odd numbers count as zero or as endless, and never trap",
        arguments: [(-1.0, 0), (.nan, 0), (-.infinity, 0), (.infinity, 1), (1e300, 1)]
    )
    func odd(seconds: Double, bucket: Int) {
        let histogram = Histogram(buckets: [1])
        histogram.observe(seconds: seconds)
        histogram.observe(microseconds: .min)
        var expected = [1, 0]
        expected[bucket] += 1
        #expect(histogram.snapshot.counts == expected)
    }

    @Test("renders cumulative buckets, sum and count")
    func rendering() {
        let registry = MetricRegistry()
        let histogram = registry.histogram("d_seconds", help: "D.", buckets: [0.5, 2], labels: [("op", "chat")])
        for microseconds in [100_000, 200_000, 1_000_000, 5_000_000] as [Int64] {
            histogram.observe(microseconds: microseconds)
        }
        let expected = """
            # HELP d_seconds D.
            # TYPE d_seconds histogram
            d_seconds_bucket{op="chat",le="0.5"} 2
            d_seconds_bucket{op="chat",le="2"} 3
            d_seconds_bucket{op="chat",le="+Inf"} 4
            d_seconds_sum{op="chat"} 6.3
            d_seconds_count{op="chat"} 4

            """
        #expect(String(decoding: registry.render(), as: UTF8.self) == expected)
    }

    @Test("the ready-made bounds rise and fit", arguments: [Histogram.requestSeconds, Histogram.overheadSeconds])
    func readyMade(bounds: [Double]) {
        #expect(Histogram(buckets: bounds).snapshot.counts.count == bounds.count + 1)
    }

    @Test(
        "numbers are written as Prometheus reads them",
        arguments: [
            (0.0, "0"), (-3, "-3"), (1.25, "1.25"), (0.00001, "1e-05"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
            (.nan, "NaN"), (1e21, "1e+21"),
        ]
    )
    func numbers(value: Double, text: String) {
        #expect(PrometheusText.number(value) == text)
    }
}
