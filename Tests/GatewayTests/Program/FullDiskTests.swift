import Foundation
import MartletTesting
import Testing

@Suite(
    "A disk that takes nothing more (N121)",
    .timeLimit(.minutes(3)),
    .enabled(if: MartletProgram.isBuilt, "the martlet program is not beside the tests")
)
struct FullDiskTests {
    /// 11 tokens in and 3 out at the built-in price of gpt-5.5.
    private static let nanoUSD = 11 * 5_000 + 3 * 30_000

    private static let stream = [
        Live.chunk("hi", finish: #""stop""#),
        #"data: {"id":"c1","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":3,"total_tokens":14}}"#
            + "\n\n",
        Live.done,
    ]

    @Test(
        "a full disk refuses what costs and nothing else, loses nothing, and is got over by itself",
        .enabled(
            if: ProgramDisk.tmpfs.isUsable,
            "no tmpfs can be mounted here; the limit on file sizes stands in for it"
        )
    )
    func full() async throws {
        try await self.fillAndFree(.tmpfs)
    }

    @Test(
        "so does one that fails every write, to room that was taken before as well",
        .enabled(if: ProgramDisk.fileSizeLimit.isUsable, "prlimit is not there")
    )
    func failing() async throws {
        try await self.fillAndFree(.fileSizeLimit)
    }

    private func fillAndFree(_ disk: ProgramDisk) async throws {
        let oracle = try await OracleUpstream.start()
        oracle.handle { request in
            request.bodyText.contains(#""stream":true"#) ? .events(Self.stream) : Live.json(Live.chatAnswer)
        }
        do {
            // Segments so short that the room taken ahead is soon used up.
            let environment = ["MARTLET_JOURNAL_SEGMENT_BYTES": "65536"]
            try await MartletProgram.run(environment: environment, disk: disk) { program in
                try await self.configure(program, oracle)
                var served = try await self.ask(program, times: 10)
                #expect(served == 10)
                try disk.fill(program)
                served += try await self.useUp(program, disk)
                served += try await self.expectRefusals(program, disk)
                #expect(oracle.requestCount == served)
                #expect(program.isRunning, "\(program.obituary)")

                try disk.free(program)
                let isBack = try await eventually(within: .seconds(20)) {
                    try await self.ask(program, times: 1) == 1
                }
                #expect(isBack, "\(program.errorText.suffix(500))")
                served += 1
                served += try await self.ask(program, times: 10)
                try await self.expectLedger(program, oracle, served)
                program.signal(SIGTERM)
                #expect(await program.exitCode(within: .seconds(30)) == 0)
            }
        } catch {
            await oracle.shutdown()
            throw error
        }
        await oracle.shutdown()
    }

    private func configure(_ program: MartletProgram, _ oracle: OracleUpstream) async throws {
        try await program.administer(
            "providers",
            """
            {"name":"oracle","kind":"openai","base_url":"\(oracle.url)/v1","secret":"s",
            "settings":{"allow_private":"true","health_check":"off"}}
            """
        )
        try await program.addModel("paid", provider: "oracle", "gpt-5.5")
        try await program.administer(
            "budgets",
            #"{"scope":{"project":"default"},"amount_usd":"1000","period":"total"}"#
        )
    }

    /// Asks for what costs, one after the other.
    ///
    /// - Returns: How many answers came; all others are refusals in the caller's format.
    private func ask(_ program: MartletProgram, times: Int) async throws -> Int {
        let key = try program.firstKey()
        var count = 0
        for _ in 0..<times {
            let request = MartletProgram.request(
                "/v1/chat/completions",
                token: key,
                body: MartletProgram.chat("paid")
            )
            let answer = try await program.ask(request)
            if answer.status == 200 {
                count += 1
            } else {
                #expect(
                    answer.status == 503 && answer.body.hasPrefix(#"{"error":{"#),
                    "\(answer.status) \(answer.body)"
                )
                #expect(answer.headers["retry-after"] != nil)
            }
        }
        return count
    }

    /// Asks until the room that was taken ahead, and what a store that still finds some gives back, is used up.
    ///
    /// - Returns: How many answers came.
    private func useUp(_ program: MartletProgram, _ disk: ProgramDisk) async throws -> Int {
        var (served, refused) = (0, 0)
        while refused < 10 {
            if try await self.ask(program, times: 1) == 1 {
                served += 1
                refused = 0
                try #require(served < 5_000, "the disk does not get full")
            } else {
                refused += 1
                try disk.fill(program)
            }
        }
        return served
    }

    /// Every format refuses in its own words.
    ///
    /// - Returns: How many answers came after all.
    private func expectRefusals(_ program: MartletProgram, _ disk: ProgramDisk) async throws -> Int {
        let key = try program.firstKey()
        var served = 0
        func refusal(_ request: String) async throws -> Answer {
            while true {
                let answer = try await program.ask(request)
                guard answer.status == 200 else { return answer }
                served += 1
                try #require(served < 100, "the disk does not stay full")
                try disk.fill(program)
            }
        }
        let stream = MartletProgram.request(
            "/v1/chat/completions",
            token: key,
            body: MartletProgram.chat("paid", stream: true)
        )
        #expect(try await refusal(stream).status == 503)
        let messages = MartletProgram.request(
            "/v1/messages",
            token: key,
            headers: ["anthropic-version: 2023-06-01"],
            body: #"{"model":"paid","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}"#
        )
        let refused = try await refusal(messages)
        // Its format has a status of its own for this.
        #expect(refused.status == 529 && refused.body.contains(#""type":"overloaded_error""#), "\(refused.body)")
        // What costs nothing, and whoever looks after it, is served.
        for path in ["/livez", "/v1/models"] {
            #expect(try await program.ask(MartletProgram.request(path, token: key)).status == 200, "\(path)")
        }
        let admin = MartletProgram.request("/admin/v1/keys", token: try program.adminToken())
        #expect(try await program.ask(admin, port: program.adminPort).status == 200)
        let metrics = try await program.ask(MartletProgram.request("/metrics"), port: program.adminPort)
        #expect(metrics.body.contains("\nmartlet_journal_writable 0"))
        return served
    }

    /// One row for each request that the vendor saw, at its price; balance and sums are theirs.
    private func expectLedger(_ program: MartletProgram, _ oracle: OracleUpstream, _ served: Int) async throws {
        #expect(oracle.requestCount == served)
        var total: PlainJSON?
        let isThere = try await eventually(within: .seconds(30)) {
            total = try await self.admin(program, "usage")["total"]
            return total?["requests"]?.int == served
        }
        #expect(isThere, "\(served) served, \(total.map { "\($0)" } ?? "no sums")")
        let cost = Self.dollars(served)
        #expect(total?["cost_usd"]?.string == cost && total?["estimated"]?.int == 0)
        let budgets = try await self.admin(program, "budgets")
        #expect(budgets["data"]?[0]?["spent_usd"]?.string == cost)
        #expect(budgets["data"]?[0]?["reserved_usd"]?.string == "0")
        var requests: Set<String> = []
        var rows = 0
        var after = ""
        while true {
            let page = try await self.admin(program, "ledger?limit=200\(after)")
            for row in page["data"]?.elements ?? [] {
                rows += 1
                #expect(row["charge_usd"]?.string == Self.dollars(1))
                if let id = row["request"]?.string { requests.insert(id) }
            }
            guard let next = page["next"]?.string else { break }
            after = "&after=\(next)"
        }
        #expect(rows == served && requests.count == served)
    }

    private func admin(_ program: MartletProgram, _ path: String) async throws -> PlainJSON {
        let request = MartletProgram.request("/admin/v1/\(path)", token: try program.adminToken())
        let answer = try await program.ask(request, port: program.adminPort)
        try #require(answer.status == 200, "\(path): \(answer.status) \(answer.body)")
        return try PlainJSON(parsing: Array(answer.body.utf8))
    }

    /// What so many requests cost, as the API writes it.
    private static func dollars(_ requests: Int) -> String {
        let digits = String(requests * Self.nanoUSD)
        var text = "0." + String(repeating: "0", count: 9 - digits.utf8.count) + digits
        while text.hasSuffix("0") { text.removeLast() }
        return text
    }
}
