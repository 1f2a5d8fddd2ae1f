import ArgumentParser
import Wire

/// `martlet key …`
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Virtual keys.",
        discussion: """
            Examples:
              martlet key create --name ci --project default --model sandbox/echo --rpm 60
              martlet key create --name agent --tpm 200000 --concurrent 4 --max-output-tokens 8000
              martlet key create --name careful --model-limit gpt-5.5=rpm:10,tpm:50000
              martlet key create --name exact --strict-translation
              martlet key change 3fZk0PqLw9aB --rpm 120 --tpm none
              martlet key list
              martlet key rotate 3fZk0PqLw9aB --grace 2h
              martlet key disable 3fZk0PqLw9aB
              martlet key revoke 3fZk0PqLw9aB
            """,
        subcommands: [
            Create.self, List.self, Show.self, Change.self, Rotate.self, Disable.self, Enable.self, Revoke.self,
            Delete.self,
        ]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a key; its secret is shown once.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "A name for people.") var name: String
        @Option(help: "The project that owns it.") var project = "default"
        @Option(help: "A model it may use, or provider/*; repeat for more (default: all).") var model: [String] = []
        @OptionGroup var limits: LimitOptions
        @Option(help: "Most output tokens of one answer.") var maxOutputTokens: Int?
        @Option(help: "Refused from this time on (RFC 3339, UTC).") var expires: String?
        @Option(help: "A network that it may be used from, such as 10.0.0.0/8; repeat for more (default: everywhere).")
        var from: [String] = []
        @Flag(help: "Refuse what cannot be carried exactly to a vendor of another format (x-martlet-strict: true).")
        var strictTranslation = false

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let body = try await client.call("POST", "/keys", self.body)
            guard !self.output.json, let view = JSONView(body), let secret = view.text("secret") else {
                return self.output.show(body)
            }
            Console.talk("Key \(view.text("id") ?? "") is made. Its secret is shown once:")
            Console.out(secret)
        }

        /// What is asked of the admin API.
        var body: [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("name")
            writer.string(self.name)
            writer.key("project")
            writer.string(self.project)
            if !self.model.isEmpty {
                writer.key("allowed_models")
                writer.beginArray()
                for model in self.model { writer.string(model) }
                writer.endArray()
            }
            self.limits.write(to: &writer)
            if let most = self.maxOutputTokens { writer.member("max_output_tokens", most) }
            if let expires = self.expires {
                writer.key("expires_at")
                writer.string(expires)
            }
            if !self.from.isEmpty {
                writer.member("allowed_from", array: { for from in self.from { $0.string(from) } })
            }
            if self.strictTranslation { writer.member("strict_translation", true) }
            writer.endObject()
            return writer.bytes
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List keys.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Only this project's.") var project: String?

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let query = self.project.map { "?project=\(percentEncoded($0))" } ?? ""
            self.output.list(
                try await client.list("/keys" + query),
                [
                    ("ID", "id"), ("NAME", "name"), ("PROJECT", "project"), ("STATE", "state"),
                    ("RPM", "requests_per_minute"), ("MAX OUTPUT", "max_output_tokens"),
                    ("STRICT", "strict_translation"), ("MODELS", "allowed_models"), ("LAST USED", "last_used_at"),
                ]
            )
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a key; never its secret.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The key's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("GET", "/keys/\(percentEncoded(self.id))"))
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a key; what is not given stays.",
            discussion: "'none' takes a limit away: --rpm none, --model-limit gpt-5.5=none."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The key's id.") var id: String
        @Option(help: "A new name for people.") var name: String?
        @Option(help: "A model it may use, or provider/*; repeat for more; 'all' for all.") var model: [String] = []
        @OptionGroup var limits: LimitOptions
        @Option(help: "Most output tokens of one answer, or none.") var maxOutputTokens: LimitText?
        @Option(help: "Refused from this time on (RFC 3339, UTC), or never.") var expires: String?
        @Option(help: "A network that it may be used from; repeat for more; 'all' for everywhere.") var from: [String] =
            []
        @Flag(inversion: .prefixedEnableDisable, help: "Accept the key, or refuse it until further notice.")
        var key: Bool?

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("PATCH", "/keys/\(percentEncoded(self.id))", self.body))
        }

        /// What is asked of the admin API.
        var body: [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            if let name = self.name { writer.member("name", name) }
            if self.model == ["all"] {
                writer.key("allowed_models")
                writer.null()
            } else if !self.model.isEmpty {
                writer.key("allowed_models")
                writer.array { writer in for model in self.model { writer.string(model) } }
            }
            self.limits.write(to: &writer)
            if let most = self.maxOutputTokens {
                writer.key("max_output_tokens")
                most.write(to: &writer)
            }
            if let expires = self.expires { writer.member("expires_at", expires == "never" ? nil : expires) }
            if self.from == ["all"] {
                writer.key("allowed_from")
                writer.null()
            } else if !self.from.isEmpty {
                writer.member("allowed_from", array: { for from in self.from { $0.string(from) } })
            }
            if let key = self.key { writer.member("enabled", key) }
            writer.endObject()
            return writer.bytes
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a key another secret, shown once; the old one is good for a while."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The key's id.") var id: String
        @Option(help: "How long the old secret is good, such as 30m or 2h; 0s for not at all.") var grace = "24h"

        func run() async throws {
            guard let seconds = DurationText.parse(self.grace)?.components.seconds, seconds >= 0 else {
                throw ValidationError("--grace must be a time such as 30m or 2h")
            }
            var writer = JSONWriter()
            writer.object { $0.member("grace_seconds", Int(clamping: seconds)) }
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let body = try await client.call("POST", "/keys/\(percentEncoded(self.id))/rotate", writer.bytes)
            guard !self.output.json, let view = JSONView(body), let secret = view.text("secret") else {
                return self.output.show(body)
            }
            let until = view.text("retired_secret_until").map { "good until \($0)" } ?? "no longer good"
            Console.talk("Key \(self.id) has a new secret, shown once; the old one is \(until):")
            Console.out(secret)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a key for good; its streams end.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The key's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let body = try await client.call("POST", "/keys/\(percentEncoded(self.id))/revoke")
            if self.output.json { self.output.show(body) } else { Console.talk("Key \(self.id) is revoked.") }
        }
    }
}
