import BenchKit
import Wire

/// Prints how long the gate, the patcher, the framer and the parsers take. With `--check`, fails when a goal is missed.
@main
struct WireBench {
    static func main() {
        var bench = Bench(lane: "wire")
        bench.printHeading()
        self.gate(&bench)
        self.splice(&bench)
        self.event(&bench)
        self.heads(&bench)
        self.chunked(&bench)
        bench.printLines()
        guard CommandLine.arguments.contains("--check"), !bench.missed.isEmpty else { return }
        fatalError("missed: \(bench.missed.joined(separator: ", "))")
    }

    private static func gate(_ bench: inout Bench) {
        let goals: [(Goal, [UInt8])] = [
            (Goal(name: "gate_1k", nanoseconds: 2_000), Samples.chat),
            (Goal(name: "gate_100k", nanoseconds: 100_000), Samples.conversation),
            (Goal(name: "gate_2m_image", nanoseconds: 1_000_000), Samples.image),
            (Goal(name: "gate_1m_keys", nanoseconds: 50_000_000, mayAllocate: true), Samples.millionKeys),
            (Goal(name: "gate_100k_objects", nanoseconds: 50_000_000, mayAllocate: true), Samples.manyObjects),
        ]
        let tape = JSONTape()
        for (goal, document) in goals {
            document.withUnsafeBytes { bytes in
                bench.run(goal, bytes: bytes.count) {
                    guard let root = try? tape.parse(bytes), root.count > 0 else { fatalError("refused") }
                }
            }
        }
    }

    /// Gate, find the model, write the body with another one.
    private static func splice(_ bench: inout Bench) {
        let tape = JSONTape()
        var out: [UInt8] = []
        out.reserveCapacity(4096)
        var patch = [BytePatch(range: 0..<0, replacement: "\"another-model-name\"")]
        Samples.chat.withUnsafeBytes { bytes in
            bench.run(Goal(name: "gate_and_splice_1k", nanoseconds: 2_000), bytes: bytes.count) {
                guard let root = try? tape.parse(bytes), let model = root["model"] else { fatalError("refused") }
                patch[0].range = model.range
                out.removeAll(keepingCapacity: true)
                let isApplied = BytePatch.apply(patch, to: bytes) { out.append(contentsOf: $0) }
                guard isApplied else { fatalError("order") }
            }
        }
    }

    /// Frame one event, gate its data, read it, write it with another model name.
    private static func event(_ bench: inout Bench) {
        let tape = JSONTape()
        var framer = SSEFramer()
        var out: [UInt8] = []
        out.reserveCapacity(4096)
        var patch = [BytePatch(range: 0..<0, replacement: "\"another-model-name\"")]
        Samples.event.withUnsafeBytes { bytes in
            bench.run(Goal(name: "sse_event_respliced", nanoseconds: 1_000), bytes: bytes.count) {
                var offset = 0
                guard let event = try? framer.next(bytes, from: &offset), let data = event.data else {
                    fatalError("no event")
                }
                let json = UnsafeRawBufferPointer(rebasing: bytes[data])
                guard let root = try? tape.parse(json), let model = root["model"], root["usage"]?.isNull == true,
                    root["choices"]?.element(0)?["delta"]?["content"] != nil
                else { fatalError("refused") }
                patch[0].range = model.range
                out.removeAll(keepingCapacity: true)
                let isApplied = BytePatch.apply(patch, to: json) { out.append(contentsOf: $0) }
                guard isApplied else { fatalError("order") }
            }
        }
    }

    private static func heads(_ bench: inout Bench) {
        var requests = HTTPRequestParser()
        var request = HTTPRequestHead()
        Samples.requestHead.withUnsafeBytes { bytes in
            bench.run(Goal(name: "request_head", nanoseconds: 2_000), bytes: bytes.count) {
                guard (try? requests.parse(bytes, into: &request)) == true else { fatalError("refused") }
            }
        }
        var responses = HTTPResponseParser()
        var response = HTTPResponseHead()
        Samples.responseHead.withUnsafeBytes { bytes in
            bench.run(Goal(name: "response_head", nanoseconds: 2_000), bytes: bytes.count) {
                guard (try? responses.parse(bytes, into: &response)) == true else { fatalError("refused") }
            }
        }
    }

    private static func chunked(_ bench: inout Bench) {
        Samples.chunks.withUnsafeBytes { bytes in
            bench.run(Goal(name: "chunked_100_events", nanoseconds: 20_000), bytes: bytes.count) {
                var decoder = ChunkedDecoder()
                var offset = 0
                while true {
                    guard let event = try? decoder.next(bytes, from: &offset) else { fatalError("refused") }
                    if event == .end { return }
                }
            }
        }
    }
}
