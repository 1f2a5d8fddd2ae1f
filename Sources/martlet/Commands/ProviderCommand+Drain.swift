import ArgumentParser

extension ProviderCommand {
    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a provider no new requests; those under way go on.",
            discussion: """
                Examples:
                  martlet provider drain openai
                  martlet provider show openai     tells how many are under way
                  martlet provider undrain openai
                """
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var provider: String

        func run() async throws {
            try await ProviderCommand.act("drain", on: self.provider, self.common, self.output) { provider in
                "Provider \(provider.text("name") ?? "?") is drained; \(provider.text("in_flight") ?? "?") under way."
            }
        }
    }

    struct Undrain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a drained provider requests again.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var provider: String

        func run() async throws {
            try await ProviderCommand.act("undrain", on: self.provider, self.common, self.output) { provider in
                "Provider \(provider.text("name") ?? "?") is given requests again."
            }
        }
    }

    /// Has an action of a provider carried out, and says what came of it.
    fileprivate static func act(
        _ action: String,
        on provider: String,
        _ common: ClientOptions,
        _ output: OutputOptions,
        _ text: (JSONView) -> String
    ) async throws {
        let client = try await AdminClient.open(common)
        defer { client.close() }
        let id = try await client.id(of: provider, in: "/providers")
        let body = try await client.call("POST", "/providers/\(percentEncoded(id))/\(action)")
        guard !output.json, let view = JSONView(body) else { return output.show(body) }
        Console.talk(text(view))
    }
}
