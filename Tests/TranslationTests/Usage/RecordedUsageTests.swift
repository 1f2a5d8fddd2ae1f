import Exchange
import MartletTesting
import Testing

/// The counts of all recorded traffic: disjoint, complete, and the same whichever way they are read.
@Suite(.enabled(if: Recordings.find() != nil))
struct RecordedUsageTests {
    static let folders: [(String, FormatID)] = (Recordings.find()?.folders ?? []).compactMap { folder in
        switch folder {
        case _ where folder.hasSuffix("-chat"): (folder, .chat)
        case _ where folder.hasSuffix("-responses"): (folder, .responses)
        case "anthropic-messages": (folder, .messages)
        case "gemini-generateContent", "gemini-streamGenerateContent": (folder, .gemini)
        case "bedrock-converse", "bedrock-converse-stream": (folder, .converse)
        default: nil
        }
    }

    /// The counts of one recording; `nil` when it tells none, or is a failure.
    private static func usage(_ exchange: RecordedExchange, _ format: FormatID) throws -> TokenUsage? {
        guard exchange.status == 200, !exchange.responseBody.isEmpty else { return nil }
        if exchange.isStream {
            guard exchange.isEventStream || format == .converse else { return nil }
            return try UsageSource.streamed(exchange.responseBody, format)
        }
        return try? UsageSource.whole(String(decoding: exchange.responseBody, as: UTF8.self), format)
    }

    @Test(arguments: Self.folders)
    func `counts are parts that add up to what the vendor says`(_ folder: String, _ format: FormatID) throws {
        var counted = 0
        var compared = 0
        for exchange in try #require(Recordings.find()).load(folder) {
            guard let usage = try Self.usage(exchange, format) else { continue }
            counted += 1
            Self.check(usage, "\(exchange)")
            guard let told = VendorTotals(exchange, format) else { continue }
            compared += 1
            if let input = told.input { #expect(usage.inputTokens == input, "\(exchange)") }
            // What cannot be right is flagged; otherwise the vendor's own sum is ours.
            if let total = told.total, !usage.isAnomalous {
                #expect(usage.inputTokens + usage.outputTokens == total, "\(exchange)")
            }
            if let output = told.output { #expect(usage.outputTokens >= output, "\(exchange)") }
        }
        #expect(compared * 10 >= counted * 9, "\(folder): \(compared) of \(counted)")
    }

    private static func check(_ usage: TokenUsage, _ name: String) {
        let input = [
            usage.uncachedInputTokens, usage.cacheReadTokens, usage.cacheWrite5mTokens, usage.cacheWrite1hTokens,
            usage.audioInputTokens, usage.imageInputTokens,
        ]
        let output = [
            usage.visibleOutputTokens, usage.reasoningTokens, usage.audioOutputTokens, usage.imageOutputTokens,
        ]
        #expect((input + output + [usage.webSearchRequests]).allSatisfy { $0 >= 0 }, "\(name)")
        #expect(input.reduce(0, +) == usage.inputTokens && output.reduce(0, +) == usage.outputTokens, "\(name)")
        #expect(usage.cacheReadTokens <= usage.inputTokens && usage.reasoningTokens <= usage.outputTokens, "\(name)")
    }

    @Test func `few real counts are odd, and all kinds of counts occur`() throws {
        let recordings = try #require(Recordings.find())
        var counted = 0
        var odd: [String] = []
        var kinds = Set<String>()
        var sum = TokenUsage()
        for (folder, format) in Self.folders {
            for exchange in recordings.load(folder) {
                guard let usage = try Self.usage(exchange, format) else { continue }
                counted += 1
                if usage.isAnomalous { odd.append("\(exchange)") }
                if let tier = usage.serviceTier { kinds.insert(tier.rawValue) }
                sum.add(usage)
            }
        }
        #expect(counted > 2000)
        // Grok on Azure tells more cached tokens than there are.
        #expect(odd.count * 100 < counted, "\(odd)")
        #expect(kinds.isSuperset(of: ["standard", "priority"]))
        #expect(sum.webSearchRequests > 50 && sum.cacheReadTokens > 0 && sum.cacheWrite5mTokens > 0)
        #expect(sum.reasoningTokens > 0 && sum.audioInputTokens > 0 && sum.imageInputTokens > 0)
        #expect(sum.audioOutputTokens > 0 && sum.imageOutputTokens > 0)
    }

    @Test func `a request that was recorded both ways has the same input both ways`() throws {
        let recordings = try #require(Recordings.find())
        var pairs = 0
        var others: [String] = []
        for (folder, format) in Self.folders where format != .gemini && format != .converse {
            var plain: [String: Int] = [:]
            var streamed: [String: Int] = [:]
            for exchange in recordings.load(folder) {
                guard let usage = try Self.usage(exchange, format), let key = Self.question(exchange) else { continue }
                // What a vendor's own tools add to the input is another thing each time.
                guard try Self.facts(exchange, format)?.unbounded == nil else { continue }
                if exchange.isStream { streamed[key] = usage.inputTokens } else { plain[key] = usage.inputTokens }
            }
            for (key, input) in plain {
                guard let other = streamed[key] else { continue }
                pairs += 1
                if input != other { others.append("\(folder): \(input), \(other)") }
            }
        }
        #expect(pairs > 60)
        // Between two recordings a vendor may change what it puts before a prompt.
        #expect(others.count * 10 < pairs, "\(others) of \(pairs)")
    }

    private static func facts(_ exchange: RecordedExchange, _ format: FormatID) throws -> Inspected? {
        let client = try #require(UsageSource.clients.first { $0.id == format })
        let operation: Exchange.Operation = format == .responses ? .responses : format == .messages ? .messages : .chat
        return try? HarnessDriver.parse(exchange.requestBody) {
            try client.inspect($0, operation: operation, pathModel: "m")
        }
    }

    /// What was asked, however it was to be answered.
    private static func question(_ exchange: RecordedExchange) -> String? {
        guard let body = try? PlainJSON(parsing: exchange.requestBody), case .object(let members) = body else {
            return nil
        }
        let rest = members.filter { $0.name != "stream" && $0.name != "stream_options" }
        return PlainJSON.object(rest.sorted { $0.name < $1.name }).text
    }
}

/// The sums a vendor told last, found in the plainest way.
private struct VendorTotals {
    var input: Int?
    var output: Int?
    var total: Int?

    init?(_ exchange: RecordedExchange, _ format: FormatID) {
        var last: [String: Int] = [:]
        for holder in Self.holders(exchange, format) {
            guard let usage = holder["usage"] ?? holder["usageMetadata"] ?? holder["x_groq"]?["usage"] else { continue }
            if format == .gemini, usage["promptTokenCount"] == nil { continue }
            // Nothing of an earlier one stands where the whole is told anew.
            if format == .gemini || format == .chat { last = [:] }
            for member in usage.members { if let count = member.value.int { last[member.name] = count } }
            if usage["iterations"]?.elements.contains(where: { $0["type"]?.string != "message" }) ?? false {
                return nil
            }
        }
        guard !last.isEmpty else { return nil }
        switch format {
        case .messages:
            let read = last["cache_read_input_tokens"] ?? 0
            self.input = (last["input_tokens"] ?? 0) + read + (last["cache_creation_input_tokens"] ?? 0)
            self.output = last["output_tokens"]
            self.total = (self.input ?? 0) + (self.output ?? 0)
        case .gemini:
            self.input = (last["promptTokenCount"] ?? 0) + (last["toolUsePromptTokenCount"] ?? 0)
            self.output = (last["candidatesTokenCount"] ?? 0) + (last["thoughtsTokenCount"] ?? 0)
            self.total = last["totalTokenCount"]
        case .converse:
            let read = last["cacheReadInputTokens"] ?? 0
            self.input = (last["inputTokens"] ?? 0) + read + (last["cacheWriteInputTokens"] ?? 0)
            self.output = last["outputTokens"]
            self.total = last["totalTokens"]
        default:
            self.output = last["completion_tokens"] ?? last["output_tokens"]
            self.total = last["total_tokens"]
        }
    }

    /// Everything that may hold counts, in order.
    private static func holders(_ exchange: RecordedExchange, _ format: FormatID) -> [PlainJSON] {
        guard exchange.isStream else {
            guard let body = try? PlainJSON(parsing: exchange.responseBody) else { return [] }
            return body.elements + [body]
        }
        if format == .converse {
            return HarnessStream.messages(exchange.responseBody, .awsEventStream).compactMap { frame in
                // The payload stands between the headers and four bytes of checksum.
                guard let start = frame.firstIndex(of: UInt8(ascii: "{")) else { return nil }
                return try? PlainJSON(parsing: frame[start...].dropLast(4))
            }
        }
        let text = String(decoding: exchange.responseBody, as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("data:") }.flatMap { line in
            guard let event = try? PlainJSON(parsing: String(line.dropFirst(5))) else { return [PlainJSON]() }
            return [event["message"], event["response"], event].compactMap { $0 }
        }
    }
}
