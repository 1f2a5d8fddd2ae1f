import Exchange
import MartletTesting
import Testing

/// Every case to every vendor and back, as files that people read: `to-NAME.json`, `.warnings` and `.refused`.
@Suite struct HarnessGoldenTests {
    /// Cases in which the models of one vendor differ.
    static let everyModel = ["reasoning-", "sampling", "structured-output", "json-mode", "thinking-", "stop", "forced"]
    /// One model for each vendor's format.
    static let usual = [
        "openai-chat", "openai-responses", "claude", "gemini-3", "bedrock-claude", "compatible",
    ]

    static func targets(_ fixture: HarnessFixtures.Request) -> [HarnessTarget] {
        let all = Self.everyModel.contains { fixture.name.hasPrefix($0) }
        return fixture.client.targets.filter { target in
            target.name.hasPrefix("azure") || target.name == "vertex" || target.name.hasPrefix("compatible-")
                ? false : all || Self.usual.contains(target.name)
        }
    }

    @Test(arguments: HarnessFixtures.requests)
    func `requests are written as their files say`(_ fixture: HarnessFixtures.Request) throws {
        for target in Self.targets(fixture) {
            let path = "\(fixture.path)/to-\(target.name)"
            do {
                let sent = try HarnessDriver.send(fixture.body, from: fixture.client, to: target)
                HarnessFixtures.check("\(path).json", HarnessLayout.text(try sent.json))
                let headers = sent.encoded.headers.map { "\($0.name): \($0.value)" }
                let notes = sent.warnings + headers
                HarnessFixtures.check("\(path).warnings", notes.isEmpty ? nil : notes.joined(separator: "\n"))
                HarnessFixtures.check("\(path).refused", nil)
            } catch let failure as GatewayFailure {
                HarnessFixtures.check("\(path).refused", failure.message)
                HarnessFixtures.check("\(path).json", nil)
                HarnessFixtures.check("\(path).warnings", nil)
            }
        }
    }

    @Test(arguments: HarnessFixtures.replies, HarnessClient.allCases)
    func `answers and streams are told as their files say`(
        _ reply: HarnessFixtures.Reply,
        _ client: HarnessClient
    ) throws {
        let request = HarnessDriver.plainRequest(client)
        let stream = HarnessDriver.stream(reply.events, for: request, as: client)
        HarnessFixtures.check("\(reply.path)/to-\(client.rawValue).sse", stream.replacing("\n\n", with: "\n"))
        guard let whole = reply.whole else { return }
        let answer = try HarnessDriver.answer(whole, of: reply.room, reply.notes)
        let body = HarnessDriver.whole(answer, for: request, as: client)
        HarnessFixtures.check(
            "\(reply.path)/to-\(client.rawValue).json",
            HarnessLayout.text(try PlainJSON(parsing: body))
        )
    }

    @Test func `every file belongs to a case`() {
        for client in HarnessClient.allCases {
            for name in HarnessFixtures.names(client.rawValue) {
                let files = HarnessFixtures.names("\(client.rawValue)/\(name)")
                let isCase = files.contains("request.json") || files.contains { $0.hasPrefix("stream.") }
                #expect(isCase, "\(client)/\(name)")
            }
        }
    }
}

/// Lays JSON out for reading; the order of members and the spelling of numbers stay.
enum HarnessLayout {
    static func text(_ json: PlainJSON, indent: Int = 0) -> String {
        let flat = json.text
        guard flat.count + indent > 110 else { return flat }
        let pad = String(repeating: " ", count: indent + 2)
        let end = "\n" + String(repeating: " ", count: indent)
        switch json {
        case .object(let members):
            let lines = members.map { member in
                "\(pad)\(PlainJSON.string(member.name).text): \(self.text(member.value, indent: indent + 2))"
            }
            return "{\n" + lines.joined(separator: ",\n") + end + "}"
        case .array(let elements):
            let lines = elements.map { pad + self.text($0, indent: indent + 2) }
            return "[\n" + lines.joined(separator: ",\n") + end + "]"
        default: return flat
        }
    }
}
