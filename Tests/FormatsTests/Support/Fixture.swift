import Exchange
import FoundationEssentials
import Testing
import Wire

/// A stream of `Fixtures/FORMAT/CASE.sse` and what is expected of it, in `CASE.json` beside it:
///
/// ```
/// {"operation": "chat", "hides_usage": true, "events": ["forward", "content", "hide"], "complete_after": 2,
///  "usage": {"input": 3, "output": 5}, "model": "m", "finish": "stop", "output_bytes": 12}
/// ```
/// Absent members are expected to be absent, or 0, or false.
struct Fixture: CustomTestStringConvertible, Sendable {
    var name: String
    var stream: [UInt8]
    var operation = Operation.chat
    var hidesUsage = false
    var events: [String] = []
    var completeAfter: Int?
    var usage: TokenUsage?
    var model: String?
    var finish: String?
    var outputBytes = 0

    var testDescription: String { self.name }

    /// All fixtures, sorted by name.
    static let all: [Fixture] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures")
        var fixtures: [Fixture] = []
        for format in ["chat", "messages", "responses"] {
            let place = folder.appending(path: format)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path())) ?? []
            for name in names.sorted() where name.hasSuffix(".sse") {
                guard let fixture = try? Fixture(place.appending(path: name), "\(format)/\(name)") else { continue }
                fixtures.append(fixture)
            }
        }
        return fixtures
    }()

    private init(_ file: URL, _ name: String) throws {
        self.name = name
        self.stream = Array(try Data(contentsOf: file))
        let sheet = file.deletingPathExtension().appendingPathExtension("json")
        var copy = self
        try withJSON(Array(try Data(contentsOf: sheet))) { copy.read($0) }
        self = copy
    }

    private mutating func read(_ root: JSONValue) {
        self.operation = root["operation"]?.string.flatMap(Operation.init) ?? .chat
        self.hidesUsage = root["hides_usage"]?.bool ?? false
        self.events = root["events"]?.elements.compactMap(\.string) ?? []
        self.completeAfter = root["complete_after"]?.int
        self.model = root["model"]?.string
        self.finish = root["finish"]?.string
        self.outputBytes = root["output_bytes"]?.int ?? 0
        guard let usage = root["usage"] else { return }
        self.usage = TokenUsage.counts(
            input: usage["input"]?.int ?? 0,
            read: usage["read"]?.int ?? 0,
            write5m: usage["write_5m"]?.int ?? 0,
            write1h: usage["write_1h"]?.int ?? 0,
            audioIn: usage["audio_input"]?.int ?? 0,
            output: usage["output"]?.int ?? 0,
            reasoning: usage["reasoning"]?.int ?? 0,
            audioOut: usage["audio_output"]?.int ?? 0,
            anomalous: usage["anomalous"]?.bool ?? false
        )
    }
}
