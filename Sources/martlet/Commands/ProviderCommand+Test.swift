import ArgumentParser

extension ProviderCommand {
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask a provider for one token, and for one as a stream, and tell how it went.",
            discussion: """
                The request goes in the provider's own format, with its credential, past limits and ledger; the vendor bills it.
                Without --model it asks for the first upstream model that a target has there, else for a small one that is
                known of the vendor or listed by it.
                """
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var provider: String
        @Option(help: "The model's name at the vendor.") var model: String?

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let body = try await client.testProvider(self.provider, model: self.model)
            guard let trial = JSONView(body) else {
                throw CommandFailure(code: 1, message: "the answer cannot be read")
            }
            if self.output.json {
                self.output.show(body)
            } else {
                Self.table(trial).print()
                Console.out(Self.summary(trial))
            }
            guard trial.text("good") == "true" else { throw ExitCode(1) }
        }

        /// One row a call.
        static func table(_ trial: JSONView) -> Table {
            var table = Table(["CALL", "STATUS", "FIRST BYTE", "TOTAL", "RESULT"])
            for call in trial.elements("calls") {
                table.add([
                    call.text("call"), call.text("status"), call.text("first_byte_ms").map { "\($0) ms" },
                    call.text("total_ms").map { "\($0) ms" }, call.text("detail") ?? "good",
                ])
            }
            return table
        }

        /// What was asked for, what is listed, and whose clock is ahead.
        static func summary(_ trial: JSONView) -> String {
            let models = trial.text("models").map { "\($0) models listed" } ?? "no list of models"
            let skew = trial.text("clock_skew_seconds").map { "clock \($0.hasPrefix("-") ? "" : "+")\($0) s" }
            return [
                "\(trial.text("provider") ?? "?")/\(trial.text("model") ?? "?") in the format \(trial.text("format") ?? "?")",
                models, skew ?? "no clock told",
            ].joined(separator: "; ")
        }
    }
}
