import Exchange
import Foundation
import MartletTesting
import Testing
import Wire

/// Streams of every vendor to every caller: however they are cut, and wherever they break off.
@Suite struct HarnessStreamTests {
    @Test(arguments: HarnessFixtures.replies)
    func `S02 S03 where a stream is split changes nothing`(_ reply: HarnessFixtures.Reply) {
        let whole = reply.events
        HarnessGrammar.checkPromises(whole, reply.path)
        for cut in 0...reply.stream.count {
            let pieces = [reply.stream[..<cut], reply.stream[cut...]]
            #expect(HarnessStream.events(pieces, of: reply.room, reply.notes) == whole, "\(reply.path) at \(cut)")
        }
        let bytes = reply.stream.indices.map { reply.stream[$0...$0] }
        #expect(HarnessStream.events(bytes, of: reply.room, reply.notes) == whole)
    }

    @Test(arguments: HarnessFixtures.replies)
    func `S01 line ends and spaces of a text stream change nothing`(_ reply: HarnessFixtures.Reply) {
        guard reply.room.streamFraming == .serverSentEvents else { return }
        let text = String(decoding: reply.stream, as: UTF8.self).replacing("\r\n", with: "\n")
        let forms = [
            text, text.replacing("\n", with: "\r\n"), text.replacing("data: ", with: "data:"),
            ": hello\n\n" + text.replacing("\n\n", with: "\n\n: keep-alive\n\n"),
        ]
        for form in forms {
            #expect(HarnessStream.events(Array(form.utf8), of: reply.room, reply.notes) == reply.events, "\(form)")
        }
    }

    @Test(arguments: HarnessFixtures.replies)
    func `S06 a stream that ends early ends in a failure`(_ reply: HarnessFixtures.Reply) {
        Self.truncate(reply.stream, reply.room, reply.notes, reply.path, cuts: .max)
    }

    @Test(arguments: HarnessFixtures.replies)
    func `S06 a stream that ends after any of its bytes is whole or a failure`(_ reply: HarnessFixtures.Reply) {
        let whole = HarnessGrammar.content(of: reply.events)
        for count in 0..<reply.stream.count {
            let events = HarnessStream.events([reply.stream.prefix(count)], of: reply.room, reply.notes)
            switch events.last {
            case .fail?: continue
            case .end? where HarnessGrammar.content(of: events) == whole: continue
            default: Issue.record("\(reply.path) after \(count) bytes: \(events)")
            }
        }
    }

    @Test(arguments: HarnessFixtures.replies, HarnessClient.allCases)
    func `every event stream a caller gets is whole in its own grammar`(
        _ reply: HarnessFixtures.Reply,
        _ client: HarnessClient
    ) throws {
        let events = reply.events
        let isFailure = if case .fail? = events.last { true } else { false }
        let stream = HarnessDriver.stream(events, for: HarnessDriver.plainRequest(client), as: client)
        let told = try HarnessGrammar.read(stream, as: client)
        #expect(told.succeeded == !isFailure && told.failed == isFailure, "\(stream)")
    }

    /// Ends the stream after its messages, one after the other.
    static func truncate(
        _ bytes: [UInt8],
        _ room: any VendorFormat,
        _ notes: ReplyNotes,
        _ name: String,
        cuts: Int
    ) {
        let messages = HarnessStream.messages(bytes, room.streamFraming)
        let whole = HarnessGrammar.content(of: HarnessStream.events(bytes, of: room, notes))
        let step = max(messages.count / cuts, 1)
        for count in stride(from: 0, to: messages.count, by: step) {
            let events = HarnessStream.events(Array(messages.prefix(count)), of: room, notes)
            if case .end? = events.last {
                // A Chat vendor that failed after its reason to finish would have been taken at its word.
                if room.id == .chat, case .fail? = whole.last { continue }
                // What was left out said nothing that a caller sees: usage, `[DONE]`, a notice.
                #expect(HarnessGrammar.content(of: events) == whole, "\(name) after \(count) messages")
                continue
            }
            guard case .fail? = events.last else {
                Issue.record("\(name) after \(count) messages has no end at all")
                continue
            }
            // Long streams of real traffic are told to one caller after the other.
            let clients = cuts == .max ? HarnessClient.allCases : [HarnessClient.allCases[count % 3]]
            for client in clients {
                let stream = HarnessDriver.stream(events, for: HarnessDriver.plainRequest(client), as: client)
                let told = try? HarnessGrammar.read(stream, as: client)
                #expect(told?.failed == true && told?.succeeded == false, "\(name) after \(count) to \(client)")
            }
        }
    }

    // MARK: Real streams

    /// Real streams are cut in some places, or with `MARTLET_EVERY_BYTE=1` in all: that takes minutes.
    private static let goesThroughAll = ProcessInfo.processInfo.environment["MARTLET_EVERY_BYTE"] == "1"

    /// Folders with streams, and who reads them.
    static let folders: [(String, FormatID)] = (Recordings.find()?.folders ?? []).compactMap { folder in
        switch folder {
        case _ where folder.hasSuffix("-chat"): (folder, .chat)
        case _ where folder.hasSuffix("-responses"): (folder, .responses)
        case "anthropic-messages": (folder, .messages)
        case "gemini-streamGenerateContent": (folder, .gemini)
        case "bedrock-converse-stream": (folder, .converse)
        default: nil
        }
    }

    @Test(.enabled(if: Recordings.find() != nil), arguments: Self.folders)
    func `recorded streams: split anywhere, cut anywhere, told to everyone`(_ folder: String, _ format: FormatID) throws
    {
        let recordings = try #require(Recordings.find())
        let room = try #require(HarnessFixtures.rooms.first { $0.id == format })
        var notes = ReplyNotes()
        notes.seed = "seed"
        notes.reasoningOwner = "vendor"
        for exchange in recordings.load(folder) where exchange.status == 200 && exchange.isStream {
            let bytes = exchange.responseBody
            guard !bytes.isEmpty, room.streamFraming == .awsEventStream || exchange.isEventStream else { continue }
            let whole = HarnessStream.events(bytes, of: room, notes)
            HarnessGrammar.checkPromises(whole, "\(exchange)")
            let size = Self.goesThroughAll ? 1 : max(bytes.count / 1000, 1)
            let pieces = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
            #expect(HarnessStream.events(pieces, of: room, notes) == whole, "\(exchange)")
            let isFailure = if case .fail? = whole.last { true } else { false }
            for client in HarnessClient.allCases {
                let stream = HarnessDriver.stream(whole, for: HarnessDriver.plainRequest(client), as: client)
                let told = try HarnessGrammar.read(stream, as: client)
                #expect(told.succeeded == !isFailure && told.failed == isFailure, "\(exchange) to \(client)")
                HarnessUsage.check(whole, told.usage, client, "\(exchange)")
            }
            // Where a model runs code, a stream may say twice that it stops: who has seen the first has seen an end.
            let ends = String(decoding: bytes, as: UTF8.self).ranges(of: "finishReason").count
            if ends < 2 { Self.truncate(bytes, room, notes, "\(exchange)", cuts: Self.goesThroughAll ? .max : 5) }
        }
    }
}

/// Vendors and callers indent their JSON as they like; a line of an event stream has no room for that.
@Suite struct HarnessLineTests {
    @Test func `what is repeated from an indented request stays on one line`() throws {
        let body = """
            {"model":"fast","stream":true,"input":"hi","metadata":{
              "a":"b"},"tools":[
              {"type":"function","name":"f","parameters":{\r\n"type":"object"}}],"text":{"verbosity":\n"low"}}
            """
        let request = try HarnessDriver.decode(body, as: .responses)
        let stream = HarnessDriver.stream([.start(AnswerHead()), .finish(.stop), .end], for: request, as: .responses)
        let told = try HarnessGrammar.read(stream, as: .responses)
        #expect(told.succeeded && told.payloads.last?["response"]?["tools"]?[0]?["name"]?.string == "f")
        #expect(stream.split(separator: "\n").allSatisfy { $0.hasPrefix("data: ") || $0.hasPrefix("event: ") })
    }

    @Test(arguments: HarnessClient.allCases)
    func `what is taken from a vendor's indented answer stays on one line`(_ client: HarnessClient) throws {
        let own = Opaque(format: client.format, type: "own", json: RawJSON(trusted: "{\n\"type\":\"own\"}"))
        var citation = Citation(url: "https://a.example")
        citation.original = own
        var text = AnswerText("hi")
        text.citations = [citation]
        text.logprobs = RawJSON(trusted: "[\n]")
        var answer = Answer()
        answer.blocks = [.opaque(own), .text(text)]
        var request = HarnessDriver.plainRequest(client)
        request.logprobs = 1
        let stream = HarnessDriver.stream(answer.events, for: request, as: client)
        #expect(stream.split(separator: "\n").allSatisfy { $0.hasPrefix("data: ") || $0.hasPrefix("event: ") })
        #expect(try HarnessGrammar.read(stream, as: client).succeeded)
    }
}
