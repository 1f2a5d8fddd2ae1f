import Exchange
import MartletTesting
import Testing
import Wire

/// Requests of every caller to every vendor: carried or refused by name, and the same bytes each time.
@Suite struct HarnessRequestTests {
    @Test(arguments: HarnessFixtures.requests)
    func `C04 our own requests are carried the same each time, or refused by name`(
        _ fixture: HarnessFixtures.Request
    )
        throws
    {
        let request = try HarnessDriver.decode(fixture.body, as: fixture.client)
        for target in HarnessTarget.all { Self.check(request, fixture.client, target, "\(fixture.path)") }
    }

    @Test(arguments: HarnessFixtures.requests)
    func `strictness refuses exactly what is warned of`(_ fixture: HarnessFixtures.Request) throws {
        for target in fixture.client.targets {
            guard let sent = try? HarnessDriver.send(fixture.body, from: fixture.client, to: target) else { continue }
            let strict = Result {
                try HarnessDriver.send(fixture.body, from: fixture.client, to: target, isStrict: true)
            }
            if sent.warnings.isEmpty {
                #expect(try strict.get().encoded == sent.encoded)
            } else {
                #expect(throws: GatewayFailure.self, "\(fixture.path) to \(target.name)") { try strict.get() }
            }
        }
    }

    /// Folders of the recordings, with the format that their requests are in.
    static let folders: [(String, HarnessClient)] = (Recordings.find()?.folders ?? []).compactMap { folder in
        switch folder {
        case _ where folder.hasSuffix("-chat"): (folder, .chat)
        case _ where folder.hasSuffix("-responses"): (folder, .responses)
        case "anthropic-messages": (folder, .messages)
        default: nil
        }
    }

    @Test(.enabled(if: Recordings.find() != nil), arguments: Self.folders)
    func `recorded requests are carried the same each time, or refused by name`(
        _ folder: String,
        _ client: HarnessClient
    ) throws {
        let recordings = try #require(Recordings.find())
        var carried = 0
        for (index, exchange) in recordings.load(folder).enumerated() where exchange.status < 300 {
            let request: ExchangeRequest
            do {
                request = try HarnessDriver.parse(exchange.requestBody, isVendors: true) { root in
                    try client.room.decodeRequest(root, version: nil)
                }
            } catch let failure as GatewayFailure {
                // What no vendor takes, or a path that names the model: the field is told.
                #expect(failure.parameter != nil, "\(exchange): \(failure.message)")
                continue
            }
            // Every format each time, the models of a format in turn.
            for format in HarnessFixtures.rooms.map(\.id) where format != client.format {
                let targets = client.targets.filter { $0.room.id == format }
                let target = targets[index % targets.count]
                if Self.check(request, client, target, "\(exchange)") { carried += 1 }
            }
        }
        #expect(carried > 0)
    }

    /// Whether it was carried.
    @discardableResult
    private static func check(
        _ request: ExchangeRequest,
        _ client: HarnessClient,
        _ target: HarnessTarget,
        _ name: String
    ) -> Bool {
        do {
            let first = try HarnessDriver.send(request, from: client, to: target)
            let second = try HarnessDriver.send(request, from: client, to: target)
            #expect(first.encoded == second.encoded && first.warnings == second.warnings, "\(name) to \(target.name)")
            #expect(throws: Never.self, "\(name) to \(target.name)") {
                try HarnessDriver.parse(first.encoded.body) { #expect($0.kind == .object) }
            }
            return true
        } catch let failure as GatewayFailure {
            let isNamed = failure.parameter != nil && failure.kind == .invalidRequest
            #expect(isNamed && failure.message.contains(target.target.description), "\(name): \(failure)")
        } catch {
            Issue.record("\(name) to \(target.name): \(error)")
        }
        return false
    }
}
