import ArgumentParser
import Glibc
import Testing

@testable import martlet

@Suite("Client commands")
struct CommandTests {
    /// Answers with what it was given, and keeps what it was asked.
    final actor Recorder: AdminTransport {
        var replies: [AdminReply]
        private(set) var asked: [String] = []

        init(_ replies: [AdminReply]) {
            self.replies = replies
        }

        func send(_ method: String, _ path: String, _ body: [UInt8]?) async throws -> AdminReply {
            self.asked.append("\(method) \(path)")
            return self.replies.isEmpty ? AdminReply(status: 500, body: []) : self.replies.removeFirst()
        }
    }

    private func reply(_ status: Int, _ text: String) -> AdminReply {
        AdminReply(status: status, body: Array(text.utf8))
    }

    @Test(
        "targets are read from the ends, since upstream names hold slashes and colons",
        arguments: [
            ("openai/gpt", "openai", "gpt", 1, 0), ("lab/qwen3:30b", "lab", "qwen3:30b", 1, 0),
            ("lab/qwen3:30b:2", "lab", "qwen3:30b", 2, 0), ("lab/a/b:7:1:4", "lab", "a/b:7", 1, 4),
        ]
    )
    func targets(_ text: String, _ provider: String, _ model: String, _ weight: Int, _ priority: Int) throws {
        let target = try #require(TargetText(text))
        #expect(target.provider == provider)
        #expect(target.upstreamModel == model)
        #expect(target.weight == weight)
        #expect(target.priority == priority)
    }

    @Test("what is not a target is refused", arguments: ["", "gpt", "/gpt", "openai/"])
    func notTargets(_ text: String) {
        #expect(TargetText(text) == nil)
    }

    @Test(
        "refusals become the exit codes that say what they are",
        arguments: [(400, 2), (401, 4), (403, 4), (404, 3), (409, 1), (503, 1)]
    )
    func exitCodes(_ status: Int, _ code: Int) async throws {
        let client = AdminClient(transport: Recorder([self.reply(status, #"{"detail":"because"}"#)]))
        await #expect {
            _ = try await client.call("GET", "/keys")
        } throws: { error in
            guard let failure = error as? CommandFailure else { return false }
            return Int(failure.code) == code && failure.message == "because"
        }
    }

    @Test("lists are read page by page")
    func pages() async throws {
        let recorder = Recorder([
            self.reply(200, #"{"data":[{"id":"a"},{"id":"b"}],"next":"c u"}"#),
            self.reply(200, #"{"data":[{"id":"c"}],"next":null}"#),
        ])
        let entries = try await AdminClient(transport: recorder).list("/keys?project=x")
        #expect(entries.map { $0.text("id") } == ["a", "b", "c"])
        #expect(
            await recorder.asked == [
                "GET /admin/v1/keys?project=x&limit=200", "GET /admin/v1/keys?project=x&limit=200&after=c%20u",
            ]
        )
    }

    @Test("a table is aligned, cut to the terminal, and shows no control characters")
    func table() {
        var table = Table(["A", "LONG"])
        table.add(["one", "x\u{1B}[31m"])
        table.add(["three", nil])
        #expect(table.text(width: nil) == "A      LONG\none    x?[31m\nthree  -")
        #expect(table.text(width: 8) == "A      …\none    …\nthree  -")
    }

    @Test(
        "an answer is read in each framing",
        arguments: [
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n{}",
        ]
    )
    func framings(_ text: String) throws {
        let reply = try HTTPTransport.parse(Array(text.utf8))
        #expect(reply.status == 200)
        #expect(reply.body == Array("{}".utf8))
    }

    @Test(
        "an answer that is cut or not HTTP is a failure",
        arguments: ["", "nonsense", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"]
    )
    func broken(_ text: String) {
        #expect(throws: (any Error).self) { try HTTPTransport.parse(Array(text.utf8)) }
    }

    @Test(
        "commands parse as documented",
        arguments: [
            ["key", "create", "--name", "a", "--rpm", "5", "--model", "x", "--model", "y"], ["key", "list", "--json"],
            ["provider", "add", "p", "--kind", "openai", "--secret-stdin", "--set", "organization=o"],
            ["model", "add", "m", "--target", "p/x"], ["model", "set", "m", "--no-affinity", "--idle", "5s"],
            ["model", "change", "m", "--disable-model"], ["provider", "test", "p", "--model", "m"],
            ["status", "--json"],
            ["route", "explain", "--model", "m", "--key", "k", "--operation", "messages", "request.json"],
            ["project", "disable", "p"], ["requests", "tail"],
            ["key", "create", "--name", "a", "--strict-translation"], ["config", "show"],
            ["translate", "--from", "chat", "--to", "gemini", "--model", "m", "--strict", "--json", "request.json"],
            ["price", "export", "3"], ["price", "import", "https://example.com/p.json", "--per-token", "--dry-run"],
            ["serve", "--port", "9", "--show-secrets"], ["doctor"], ["init"], ["version"],
        ]
    )
    func parsing(_ arguments: [String]) throws {
        _ = try Main.parseAsRoot(arguments)
    }

    @Test("a key is asked for with the members that were given, and no others")
    func keyBody() throws {
        func body(_ arguments: [String]) throws -> String {
            String(decoding: try KeyCommand.Create.parse(["--name", "a"] + arguments).body, as: UTF8.self)
        }
        #expect(try body([]) == #"{"name":"a","project":"default"}"#)
        #expect(try body(["--strict-translation"]) == #"{"name":"a","project":"default","strict_translation":true}"#)
        #expect(
            try body(["--project", "p", "--model", "m", "--rpm", "5", "--expires", "2030-01-01T00:00:00Z"])
                == #"{"name":"a","project":"p","allowed_models":["m"],"limits":{"requests_per_minute":5},"#
                + #""expires_at":"2030-01-01T00:00:00Z"}"#
        )
    }

    @Test("a model is asked for with its targets and what of its routing was given")
    func modelBody() throws {
        func body(_ arguments: [String]) throws -> String {
            String(decoding: try ModelCommand.Add.parse(["m"] + arguments).body(), as: UTF8.self)
        }
        let target = #"{"provider":"p","upstream_model":"x","weight":2,"priority":0}"#
        #expect(try body(["--target", "p/x:2"]) == #"{"name":"m","targets":[\#(target)]}"#)
        #expect(
            try body(["--target", "p/x:2", "--target-json", #"{"provider":"q"}"#, "--strategy", "least-cost"])
                == #"{"name":"m","targets":[\#(target),{"provider":"q"}],"routing":{"strategy":"least-cost"}}"#
        )
        #expect(
            try body(["--target", "p/x:2", "--no-affinity", "--connect", "1500ms", "--total", "none"])
                == #"{"name":"m","targets":[\#(target)],"routing":{"affinity":false,"#
                + #""deadlines":{"connect_ms":1500,"total_ms":null}}}"#
        )
        for wrong in [[], ["--target", "p"], ["--target-json", "[]"], ["--target-json", "{"]] {
            #expect(throws: (any Error).self) { try body(wrong) }
        }
        #expect(DeadlineText(argument: "5") == nil && DeadlineText(argument: "2m") == .milliseconds(120_000))
    }

    @Test("a new weight leaves everything else about the targets as it is")
    func weights() throws {
        let current = JSONView(
            Array(
                #"{"targets":[{"provider":"p","upstream_model":"a=b","weight":1,"priority":3,"enabled":false,"price":{},"#
                    .utf8
            ) + Array(#""overrides":{"headers":{"x":"1"}}},{"provider":"q","upstream_model":"m","weight":7}]}"#.utf8)
        )
        func body(_ arguments: [String]) throws -> String {
            String(decoding: try ModelCommand.Change.parse(["m"] + arguments).body(current), as: UTF8.self)
        }
        #expect(
            try body(["--weight", "p/a=b=5"])
                == #"{"targets":[{"provider":"p","upstream_model":"a=b","priority":3,"enabled":false,"#
                + #""overrides":{"headers":{"x":"1"}},"weight":5},{"provider":"q","upstream_model":"m","weight":7}]}"#
        )
        #expect(throws: (any Error).self) { try body(["--weight", "p/c=5"]) }
        #expect(throws: (any Error).self) { try body(["--weight", "p/a=b=5", "--target", "p/x"]) }
        #expect(WeightText(argument: "p=1") == nil && WeightText(argument: "p/a=x") == nil)
        let change = try ModelCommand.Change.parse([
            "m", "--rename", "n", "--enable-model", "--fallback-on-content-policy", "--no-hedge",
        ])
        #expect(
            String(decoding: try change.body(nil), as: UTF8.self)
                == #"{"name":"n","enabled":true,"routing":{"fallback_on_content_policy":true,"hedge":false}}"#
        )
    }

    @Test("a dry run is asked for with the request's own bytes, and shown as a table")
    func explain() throws {
        let command = try RouteCommand.Explain.parse(["--model", "a/b", "--key", "k"])
        #expect(
            String(decoding: try command.body(Array(#" {"messages" : [1.50]}"#.utf8)), as: UTF8.self)
                == #"{"model":"a/b","operation":"chat","key":"k","request": {"messages" : [1.50]}}"#
        )
        for wrong in ["", "[]", "{", "{}{}"] {
            #expect(throws: (any Error).self) { try command.body(Array(wrong.utf8)) }
        }
        let answer = try #require(
            JSONView(
                Array(
                    """
                    {"model":"m","strategy":"weighted","affinity":null,"candidates":[{"target":"p/x","priority":0,\
                    "weight":5,"decision":"skipped","reason":"breaker_open"}]}
                    """.utf8
                )
            )
        )
        #expect(RouteCommand.Explain.facts(answer) == ["model: m", "strategy: weighted"])
        #expect(
            RouteCommand.Explain.candidates(answer)?.text(width: nil)
                == """
                TARGET  PRIORITY  WEIGHT  DECISION  REASON
                p/x     0         5       skipped   breaker_open
                """
        )
        #expect(RouteCommand.Explain.candidates(try #require(JSONView(Array("{}".utf8)))) == nil)
    }

    @Test("status tells of the process and of each target")
    func status() throws {
        let status = try #require(
            JSONView(
                Array(
                    """
                    {"version":"1","mode":"serving","uptime_seconds":61,"ready":false,\
                    "conditions":{"store":"ready","loops":"starting"},"keys":3,"providers":1,"models":2,\
                    "load":{"in_flight":7,"max_in_flight":90,"waiting":2,"memory_pressure":"no_waiting",\
                    "shed":{"memory":3,"queue_full":4}},"targets":[\
                    {"provider":"p","model":"x","breaker":"half_open","error_rate":0.125,"in_flight":4,"draining":true,\
                    "cooling_down_until":null,"credential":"good"}],"health_checks":[\
                    {"provider":"p","kind":"models","at":"2026-11-27T20:00:00.000Z","good":false,"milliseconds":7,\
                    "detail":"answers with status 503"}]}
                    """.utf8
                )
            )
        )
        #expect(
            StatusCommand.summary(status)
                == """
                martlet 1, serving, not ready, up 61 s: 1 providers, 2 models, 3 keys
                load: 7 of 90 in flight, 2 waiting, 7 turned away since the start
                memory runs out: no_waiting
                waiting for loops: starting
                """
        )
        #expect(
            StatusCommand.targets(status)?.text(width: nil).hasSuffix(
                "p/x     half_open  12.5 %  4          yes       good        -"
            ) == true
        )
        #expect(
            StatusCommand.checks(status)?.text(width: nil).hasSuffix(
                "p         models        2026-11-27T20:00:00.000Z  no    7   answers with status 503"
            ) == true
        )
    }

    @Test("a trial is shown call by call")
    func trial() throws {
        let trial = try #require(
            JSONView(
                Array(
                    """
                    {"provider":"p","model":"m","format":"chat","good":false,"models":null,"clock_skew_seconds":2,\
                    "calls":[{"call":"answer","good":false,"status":401,"first_byte_ms":7,"total_ms":9,"detail":"no"},\
                    {"call":"stream","good":true,"status":200,"first_byte_ms":1,"total_ms":2,"detail":null}]}
                    """.utf8
                )
            )
        )
        #expect(
            ProviderCommand.Test.table(trial).text(width: nil)
                == """
                CALL    STATUS  FIRST BYTE  TOTAL  RESULT
                answer  401     7 ms        9 ms   no
                stream  200     1 ms        2 ms   good
                """
        )
        #expect(ProviderCommand.Test.summary(trial) == "p/m in the format chat; no list of models; clock +2 s")
    }

    @Test("a model is shown with its settings and a row for each target")
    func modelView() throws {
        let model = try #require(
            JSONView(
                Array(
                    """
                    {"name":"m","enabled":true,"routing":{"strategy":"weighted","affinity":true,\
                    "deadlines":{"connect_ms":null,"idle_ms":500}},\
                    "targets":[{"provider":"p","upstream_model":"x","weight":2,"priority":0,"enabled":true,\
                    "price":{"input":"1","output":"2"},\
                    "overrides":{"max_output_tokens":9,"reasoning_effort":null,"headers":{}}}]}
                    """.utf8
                )
            )
        )
        let settings = ModelView.settings(model).text(width: nil)
        #expect(settings.contains("strategy          weighted") && settings.contains("deadline idle_ms  500"))
        #expect(!settings.contains("connect_ms") && !settings.contains("targets"))
        #expect(
            ModelView.targets(model).text(width: nil).hasSuffix(
                "p/x     2       0         true     1      2       max_output_tokens=9"
            )
        )
    }

    @Test("limits are asked for by name, and none takes them away")
    func limits() throws {
        func body(_ arguments: [String]) throws -> String {
            String(decoding: try KeyCommand.Change.parse(["id"] + arguments).body, as: UTF8.self)
        }
        #expect(try body([]) == "{}")
        #expect(
            try body(["--rpm", "5", "--tpm", "none", "--max-output-tokens", "none", "--model", "all"])
                == #"{"allowed_models":null,"limits":{"requests_per_minute":5,"tokens_per_minute":null},"#
                + #""max_output_tokens":null}"#
        )
        #expect(
            try body(["--model-limit", "a=b=rpm:1,concurrent:2", "--model-limit", "c:d/e=none"])
                == #"{"limits":{"models":{"a=b":{"concurrent_requests":2,"requests_per_minute":1},"c:d/e":null}}}"#
        )
        #expect(ModelLimitText(argument: "gpt") == nil && ModelLimitText(argument: "gpt=rpm:x") == nil)
        #expect(ModelLimitText(argument: "gpt=rpm:1,rpm:2") == nil && LimitText(argument: "many") == nil)
    }

    @Test("a price is set by the very line that a refusal prints")
    func price() throws {
        let priced = try PriceCommand.Set.parse([
            "lab/a/b", "--input", "0.10", "--output", "2", "--cache-write-1h", "4",
        ])
        #expect(
            String(decoding: priced.body, as: UTF8.self)
                == #"{"provider":"lab","model":"a/b","input":"0.10","output":"2","cache_write_1h":"4"}"#
        )
        let free = try PriceCommand.Set.parse(["--vendor", "openai/x", "--free", "--yes"])
        #expect(
            String(decoding: free.body, as: UTF8.self)
                == #"{"vendor":"openai","model":"x","free":true,"confirm":true}"#
        )
        let kinds = try PriceCommand.Set.parse([
            "lab/x", "--input", "1", "--output", "2", "--cache-read", "3", "--cache-write", "4", "--cache-write-1h",
            "5",
            "--reasoning", "6", "--audio-input", "7", "--audio-output", "8", "--image-input", "9", "--image-output",
            "10",
            "--web-search", "0.01", "--from", "2030-01-01T00:00:00Z",
        ])
        #expect(
            String(decoding: kinds.body, as: UTF8.self)
                == #"{"provider":"lab","model":"x","input":"1","output":"2","cache_read":"3","cache_write":"4","#
                + #""cache_write_1h":"5","reasoning_output":"6","audio_input":"7","audio_output":"8","#
                + #""image_input":"9","image_output":"10","web_search":"0.01","effective_from":"2030-01-01T00:00:00Z"}"#
        )
        #expect(throws: (any Error).self) { try PriceCommand.Set.parse(["lab/x", "--input", "1"]) }
        #expect(throws: (any Error).self) { try PriceCommand.Set.parse(["lab", "--free"]) }
    }

    @Test("prices come from a file or an address, and only an address that can be trusted")
    func priceSource() async throws {
        var template = Array("/tmp/martlet-prices-XXXXXX".utf8CString)
        let path = try #require(mkdtemp(&template).map { String(cString: $0) }) + "/prices.json"
        defer { unlink(path) }
        let file = open(path, O_WRONLY | O_CREAT, 0o600)
        let json = #"{"schema":1}"#
        #expect(write(file, json, json.utf8.count) == json.utf8.count)
        close(file)
        let source = try PriceSource.parse([path, "--replace"])
        #expect(
            String(decoding: try await source.body(isDryRun: true, isConfirmed: false), as: UTF8.self)
                == #"{"format":"martlet","source":"prices.json","replace":true,"dry_run":true,"document":{"schema":1}}"#
        )
        for address in ["http://example.com/prices.json", "https://169.254.169.254/p", "https://a:b@example.com/p"] {
            let refused = try PriceSource.parse([address])
            let failure = await #expect(throws: CommandFailure.self) {
                try await refused.body(isDryRun: true, isConfirmed: false)
            }
            #expect(failure?.code == 2, "\(address)")
        }
    }

    @Test("a budget belongs to a key or a project, and a correction may be negative")
    func money() throws {
        let budget = try BudgetCommand.Create.parse([
            "--key", "k", "--amount", "0", "--period", "daily", "--bound", "upper",
        ])
        #expect(
            String(decoding: budget.body, as: UTF8.self)
                == #"{"scope":{"key":"k"},"amount_usd":"0","period":"daily","bound":"upper"}"#
        )
        #expect(throws: (any Error).self) { try BudgetCommand.Create.parse(["--amount", "1", "--period", "daily"]) }
        let correction = try LedgerCommand.Correct.parse(["att_1", "--amount", "-0.25", "--note", "n"])
        #expect(correction.amount == "-0.25")
    }

    @Test("usage asks for what was named, and a sparkline shows its shape")
    func usage() throws {
        let usage = try UsageCommand.parse(["--by", "model", "--since", "7d", "--csv", "--key", "a b"])
        #expect(usage.path == "?group_by=model&since=7d&key=a%20b&format=csv")
        #expect(throws: (any Error).self) { try UsageCommand.parse(["--csv", "--json"]) }
        let report = try #require(
            JSONView(
                Array(
                    #"""
                    {"data":[{"model":"fast","requests":3,"errors":0,"input_tokens":30,"output_tokens":4,"cost_usd":"1.5",\#
                    "cache_savings_usd":"0.1","lost_cache_usd":"0.25","cache_hit_rate":0.6667}],\#
                    "total":{"requests":3,"errors":0,"input_tokens":0,"output_tokens":4,"cost_usd":"1.5",\#
                    "cache_savings_usd":"0","lost_cache_usd":"0","cache_hit_rate":null}}
                    """#.utf8
                )
            )
        )
        #expect(
            usage.table(report).text(width: nil) == """
                MODEL  REQUESTS  ERRORS  INPUT  OUTPUT  COST USD  SAVED USD  CACHED  LOST USD
                fast   3         0       30     4       1.5       0.1        66.7 %  0.25
                total  3         0       0      4       1.5       0          -       0
                """
        )
        #expect(Sparkline.text([0, 1, 4, 8]) == "▁▂▅█" && Sparkline.text([0, 0]) == "▁▁")
    }

    @Test("every command has help")
    func help() {
        for command in Main.configuration.subcommands {
            #expect(!command.configuration.abstract.isEmpty)
        }
    }
}
