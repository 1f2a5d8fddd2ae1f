import ArgumentParser

/// The commands that switch a key off, on, or delete it.
extension KeyCommand {
    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse a key until further notice; its streams end.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The key's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let body = try await client.call("POST", "/keys/\(percentEncoded(self.id))/disable")
            if self.output.json { self.output.show(body) } else { Console.talk("Key \(self.id) is disabled.") }
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Accept a disabled key again.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The key's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let body = try await client.call(
                "PATCH",
                "/keys/\(percentEncoded(self.id))",
                Array(#"{"enabled":true}"#.utf8)
            )
            if self.output.json { self.output.show(body) } else { Console.talk("Key \(self.id) is enabled.") }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a key; what it was used for stays in the ledger and the audit trail."
        )

        @OptionGroup var common: ClientOptions
        @Argument(help: "The key's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            _ = try await client.call("DELETE", "/keys/\(percentEncoded(self.id))")
            Console.talk("Key \(self.id) is deleted.")
        }
    }
}
