import ArgumentParser
import Wire

/// `martlet token …`
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Tokens of the admin API: who may do what.",
        discussion: """
            Roles are owner, admin, project-admin (with --project), viewer (everywhere, or with --project) and auditor; see
            docs/authorisation.md. The token in the data folder is an owner's and stays.

            Examples:
              martlet token create --name ci --role admin --expires 2027-06-01T00:00:00Z
              martlet token create --name search-lead --role project-admin --project search
              martlet token list
              martlet token change adt_3fZk0PqLw9aBcDeF --expires never
              martlet token revoke adt_3fZk0PqLw9aBcDeF
            """,
        subcommands: [Create.self, List.self, Show.self, Change.self, Revoke.self, Delete.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a token; its secret is shown once.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "A name for people.") var name: String
        @Option(help: "owner, admin, project-admin, viewer or auditor.") var role: String
        @Option(help: "A project that it is held to, by name or id; repeat for more.") var project: [String] = []
        @Option(help: "Refused from this time on (RFC 3339, UTC).") var expires: String?

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let body = try await client.call("POST", "/tokens", self.body)
            guard !self.output.json, let view = JSONView(body), let secret = view.text("secret") else {
                return self.output.show(body)
            }
            Console.talk("Token \(view.text("id") ?? "") is made. Its secret is shown once:")
            Console.out(secret)
        }

        /// What is asked of the admin API.
        var body: [UInt8] {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("name", self.name)
                writer.member("role", self.role)
                if !self.project.isEmpty {
                    writer.key("projects")
                    writer.array { writer in for project in self.project { writer.string(project) } }
                }
                if let expires = self.expires { writer.member("expires_at", expires) }
            }
            return writer.bytes
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List tokens; never their secrets.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.list(
                try await client.list("/tokens"),
                [
                    ("ID", "id"), ("NAME", "name"), ("ROLE", "role"), ("PROJECTS", "projects"), ("STATE", "state"),
                    ("EXPIRES", "expires_at"), ("LAST USED", "last_used_at"), ("CREATED BY", "created_by"),
                ]
            )
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a token; never its secret.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The token's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("GET", "/tokens/\(percentEncoded(self.id))"))
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a token's name or expiry; for another role make another token."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The token's id.") var id: String
        @Option(help: "A new name for people.") var name: String?
        @Option(help: "Refused from this time on (RFC 3339, UTC), or never.") var expires: String?

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("PATCH", "/tokens/\(percentEncoded(self.id))", self.body))
        }

        /// What is asked of the admin API.
        var body: [UInt8] {
            var writer = JSONWriter()
            writer.object { writer in
                if let name = self.name { writer.member("name", name) }
                if let expires = self.expires { writer.member("expires_at", expires == "never" ? nil : expires) }
            }
            return writer.bytes
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a token for good.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The token's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let body = try await client.call("POST", "/tokens/\(percentEncoded(self.id))/revoke")
            if self.output.json { self.output.show(body) } else { Console.talk("Token \(self.id) is revoked.") }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a token; what it did stays in the audit trail."
        )

        @OptionGroup var common: ClientOptions
        @Argument(help: "The token's id.") var id: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            _ = try await client.call("DELETE", "/tokens/\(percentEncoded(self.id))")
            Console.talk("Token \(self.id) is deleted.")
        }
    }
}
