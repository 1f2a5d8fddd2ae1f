import AnthropicMessages
import BenchKit
import Exchange
import OpenAIChat
import Wire

/// Prints how long requests and stream events take from one format to another. With `--check`, fails when a goal is missed.
///
/// Requests are decoded and encoded; the gate before is WireBench's. Events are framed, parsed, decoded and encoded.
@main
struct TranslationBench {
    static func main() {
        var bench = Bench(lane: "translation")
        bench.printHeading()
        self.requests(&bench)
        self.streams(&bench)
        bench.printLines()
        guard CommandLine.arguments.contains("--check"), !bench.missed.isEmpty else { return }
        fatalError("missed: \(bench.missed.joined(separator: ", "))")
    }

    private static func requests(_ bench: inout Bench) {
        let chat = OpenAIChatFormat()
        let messages = AnthropicMessagesFormat()
        self.request("messages_to_chat_1k", 20_000, Samples.shortMessages, messages, chat, &bench)
        self.request("chat_to_messages_1k", 20_000, Samples.shortChat, chat, messages, &bench)
        self.request("messages_to_chat_100k", 500_000, Samples.longMessages, messages, chat, &bench)
        self.request("chat_to_messages_100k", 500_000, Samples.longChat, chat, messages, &bench)
    }

    private static func request(
        _ name: String,
        _ nanoseconds: Double,
        _ document: [UInt8],
        _ client: any ClientFormat,
        _ vendor: any VendorFormat,
        _ bench: inout Bench
    ) {
        var target = TranslationTarget(
            provider: "vendor",
            model: "big",
            capabilities: ModelCapabilities(),
            reasoningOwner: "vendor"
        )
        target.chat.isOpenAI = true
        let tape = JSONTape()
        document.withUnsafeBytes { bytes in
            guard let root = try? tape.parse(bytes) else { fatalError("refused") }
            guard let request = try? client.decodeRequest(root, version: nil) else { fatalError("refused") }
            let goal = Goal(name: name, nanoseconds: nanoseconds, mayAllocate: true)
            bench.run(goal, bytes: bytes.count) {
                guard let request = try? client.decodeRequest(root, version: nil),
                    let sent = try? Translation.encode(request, with: vendor, for: target, isStrict: false),
                    sent.encoded.body.count > 500
                else { fatalError("refused") }
            }
            bench.run(Goal(name: name + "_decode", nanoseconds: nanoseconds, mayAllocate: true), bytes: bytes.count) {
                guard (try? client.decodeRequest(root, version: nil)) != nil else { fatalError("refused") }
            }
            bench.run(Goal(name: name + "_encode", nanoseconds: nanoseconds, mayAllocate: true), bytes: bytes.count) {
                guard (try? Translation.encode(request, with: vendor, for: target, isStrict: false)) != nil else {
                    fatalError("refused")
                }
            }
        }
    }

    private static func streams(_ bench: inout Bench) {
        let chat = OpenAIChatFormat()
        let messages = AnthropicMessagesFormat()
        for sample in [StreamSample.chatText, .chatCall] {
            self.stream("chat_to_messages_event_\(sample.name)", sample, chat, messages, &bench)
        }
        self.stream("messages_to_chat_event_text", .messagesText, messages, chat, &bench)
    }

    private static func stream(
        _ name: String,
        _ sample: StreamSample,
        _ vendor: any VendorFormat,
        _ client: any ClientFormat,
        _ bench: inout Bench
    ) {
        let pump = Pump(vendor, client)
        pump.pass(sample.opening)
        for _ in 0..<100 { pump.pass(sample.event) }
        let early = self.allocations { for _ in 0..<1_000 { pump.pass(sample.event) } }
        bench.run(Goal(name: name, nanoseconds: 5_000, mayAllocate: true), bytes: sample.event.count) {
            pump.pass(sample.event)
        }
        // By now the stream is tens of thousands of events long.
        let late = self.allocations { for _ in 0..<1_000 { pump.pass(sample.event) } }
        bench.note(name + "_late_allocations", Double(late) / 1_000, isGood: late <= early + 10)
    }

    private static func allocations(_ work: () -> Void) -> Int {
        let before = Bench.allocations
        work()
        return Bench.allocations - before
    }
}

/// One streamed answer on its way back.
private final class Pump {
    private let decoder: any StreamDecoder
    private let encoder: any AnswerEncoder
    private var framer = SSEFramer()
    private var events: [AnswerEvent] = []
    private var output: [UInt8] = []

    init(_ vendor: any VendorFormat, _ client: any ClientFormat) {
        self.decoder = vendor.makeStreamDecoder(notes: ReplyNotes())
        var request = ExchangeRequest(origin: client.id, model: "fast")
        request.isStream = true
        let context = AnswerContext(model: "fast", seed: "seed", created: 7)
        self.encoder = client.makeAnswerEncoder(for: request, context: context)
    }

    func pass(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var offset = 0
            self.output.removeAll(keepingCapacity: true)
            while let event = try? self.framer.next(bytes, from: &offset), let data = event.data {
                let name = event.name.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
                let message = StreamMessage(name: name, data: UnsafeRawBufferPointer(rebasing: bytes[data]))
                self.decoder.decode(message, into: &self.events)
                for event in self.events { self.encoder.encode(event, requestID: "req", into: &self.output) }
                self.events.removeAll(keepingCapacity: true)
            }
            guard !self.output.isEmpty else { fatalError("nothing came of \(String(decoding: bytes, as: UTF8.self))") }
        }
    }
}
