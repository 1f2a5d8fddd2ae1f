import Exchange
import MartletTesting
import Testing

/// What was sent for an earlier turn is sent again, byte for byte, when the conversation goes on: prompt caches hold.
@Suite struct HarnessAppendOnlyTests {
    @Test(arguments: HarnessClient.allCases, HarnessTarget.all)
    func `C07 a longer conversation begins with the shorter one's bytes`(
        _ client: HarnessClient,
        _ target: HarnessTarget
    )
        throws
    {
        guard client.format != target.room.id else { return }
        let conversation = HarnessConversation.of(client)
        var before: String?
        for cut in conversation.cuts {
            let request = conversation.request(cut, seesPictures: target.target.capabilities.imageTypes != [])
            let body = try HarnessDriver.send(request, from: client, to: target).body
            if let before { #expect(body.hasPrefix(before), "\(cut) messages:\n\(before)\n\(body)") }
            before = Self.open(body)
        }
    }

    /// Without the closing brackets at the end.
    static func open(_ body: String) -> String {
        var open = body[...]
        while let last = open.last, last == "]" || last == "}" { open.removeLast() }
        return String(open)
    }

    @Test(.enabled(if: Recordings.find() != nil), arguments: HarnessRequestTests.folders)
    func `recorded conversations only grow`(_ folder: String, _ client: HarnessClient) throws {
        let recordings = try #require(Recordings.find())
        let name = client == .responses ? "input" : "messages"
        for exchange in recordings.load(folder, limit: 60) where exchange.status == 200 {
            guard let root = try? PlainJSON(parsing: exchange.requestBody), let all = root[name]?.elements,
                all.count > 2, root["tools"] != nil, root["tool_choice"]?.string != "none"
            else { continue }
            let users = all.indices.filter { all[$0]["role"]?.string == "user" && $0 > 0 }
            guard let cut = users.last else { continue }
            let shorter = root.setting(name, .array(Array(all[...cut])))
            guard cut + 1 < all.count else { continue }
            for target in client.targets {
                guard let whole = try? HarnessDriver.send(root.text, from: client, to: target),
                    let part = try? HarnessDriver.send(shorter.text, from: client, to: target)
                else { continue }
                let open = Self.open(part.body)
                #expect(whole.body.hasPrefix(open), "\(exchange) to \(target.name):\n\(open)\n\(whole.body)")
            }
        }
    }
}
