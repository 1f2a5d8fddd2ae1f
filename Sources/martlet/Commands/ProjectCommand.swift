import ArgumentParser
import Wire

/// `martlet project …`
struct ProjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "project",
        abstract: "Projects, which own keys.",
        discussion: """
            Examples:
              martlet project create search --rpm 600 --tpm 2000000
              martlet project change search --concurrent 20 --model-limit gpt-5.5=rpm:60
              martlet project change search --bodies full --bodies-sample 0.1 --redact email --redact field:password
              martlet project disable search
            """,
        subcommands: [
            Create.self, List.self, Show.self, Change.self, Enable.self, Disable.self, Delete.self,
            BodyErasing.OfProject.self,
        ]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a project.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Its name.") var name: String
        @OptionGroup var limits: LimitOptions
        @OptionGroup var kept: BodyOptions

        func run() async throws {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("name")
            writer.string(self.name)
            self.limits.write(to: &writer)
            self.kept.write(to: &writer)
            writer.endObject()
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.show(try await client.call("POST", "/projects", writer.bytes))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List projects.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.list(
                try await client.list("/projects"),
                [("ID", "id"), ("NAME", "name"), ("ENABLED", "enabled"), ("CREATED", "created_at")]
            )
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a project.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var project: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.project, in: "/projects")
            self.output.show(try await client.call("GET", "/projects/\(percentEncoded(id))"))
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change what all keys of a project together may use; what is not given stays.",
            discussion: "'none' takes a limit away: --rpm none, --model-limit gpt-5.5=none."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var project: String
        @Option(help: "A new name.") var name: String?
        @OptionGroup var limits: LimitOptions
        @OptionGroup var kept: BodyOptions

        func run() async throws {
            var writer = JSONWriter()
            writer.beginObject()
            if let name = self.name { writer.member("name", name) }
            self.limits.write(to: &writer)
            self.kept.write(to: &writer)
            writer.endObject()
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.project, in: "/projects")
            self.output.show(try await client.call("PATCH", "/projects/\(percentEncoded(id))", writer.bytes))
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Serve a project's keys again.")

        @OptionGroup var common: ClientOptions
        @Argument(help: "Name or id.") var project: String

        func run() async throws { try await ProjectCommand.set(self.project, enabled: true, self.common) }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse all of a project's keys.")

        @OptionGroup var common: ClientOptions
        @Argument(help: "Name or id.") var project: String

        func run() async throws { try await ProjectCommand.set(self.project, enabled: false, self.common) }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a project that owns no keys.")

        @OptionGroup var common: ClientOptions
        @Argument(help: "Name or id.") var project: String

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.project, in: "/projects")
            _ = try await client.call("DELETE", "/projects/\(percentEncoded(id))")
            Console.talk("Project \(self.project) is deleted.")
        }
    }

    private static func set(_ project: String, enabled: Bool, _ common: ClientOptions) async throws {
        let client = try await AdminClient.open(common)
        defer { client.close() }
        let id = try await client.id(of: project, in: "/projects")
        _ = try await client.call("PATCH", "/projects/\(percentEncoded(id))", Array(#"{"enabled":\#(enabled)}"#.utf8))
        Console.talk("Project \(project) is \(enabled ? "enabled" : "disabled").")
    }
}
