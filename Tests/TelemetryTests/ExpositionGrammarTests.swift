import Testing

@testable import Telemetry

/// A strict reader of the text format, so that validity is checked by something other than the writer.
struct ExpositionReader {
    var families: [String: String] = [:]
    var samples: [String] = []

    init(_ text: String) throws {
        guard text.isEmpty || text.hasSuffix("\n") else { throw Problem("no final line end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            try self.read(line)
        }
    }

    struct Problem: Error {
        var message: String
        init(_ message: String) { self.message = message }
    }

    private mutating func read(_ line: Substring) throws {
        if line.hasPrefix("# HELP ") { return }
        if line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ")
            guard words.count == 4, self.families[String(words[2])] == nil else { throw Problem("bad TYPE: \(line)") }
            self.families[String(words[2])] = String(words[3])
            return
        }
        let sample =
            #/
            ([a-zA-Z_:][a-zA-Z0-9_:]*)
            (\{ [a-zA-Z_]\w* = "(?:[^"\\]|\\[\\n"])*" (?: , [a-zA-Z_]\w* = "(?:[^"\\]|\\[\\n"])*" )* \})?
            \x20 (\S+)
            /#
        guard let match = try sample.wholeMatch(in: line), match.3 == "+Inf" || Double(match.3) != nil else {
            throw Problem("bad sample: \(line)")
        }
        let series = String(match.1) + String(match.2 ?? "")
        guard !self.samples.contains(series) else { throw Problem("repeated series: \(line)") }
        self.samples.append(series)
        let base = String(match.1).replacing(/_(bucket|sum|count)$/, with: "")
        guard self.families[String(match.1)] != nil || self.families[base] == "histogram" else {
            throw Problem("no TYPE before: \(line)")
        }
    }
}

@Suite("exposition")
struct ExpositionGrammarTests {
    @Test("every kind of series passes an independent reader")
    func grammar() throws {
        let registry = MetricRegistry()
        ProcessMetrics.register(in: registry, startedAt: 1_700_000_000.25)
        registry.counter("a_total", help: "A.", labels: [("m", "\u{1B}[31m \"x\"\\\nü")]).add()
        registry.gauge("g", help: "G.").set(.min)
        registry.histogram("h_seconds", help: "H.", buckets: Histogram.requestSeconds).observe(seconds: 0.3)
        let reader = try ExpositionReader(String(decoding: registry.render(), as: UTF8.self))
        #expect(reader.families["h_seconds"] == "histogram")
        #expect(reader.families["process_open_fds"] == "gauge")
        #expect(reader.families["process_resident_memory_bytes"] == "gauge")
        #expect(reader.samples.count == 1 + 1 + 20 + 4)
    }

    @Test(
        "the reader refuses what Prometheus refuses",
        arguments: ["a 1", "# TYPE a counter\na{b=\"\"\"} 1\n", "a b\n"]
    )
    func readerIsStrict(text: String) {
        #expect(throws: (any Error).self) { try ExpositionReader(text) }
    }
}
