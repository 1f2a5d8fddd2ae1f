import AdminAPI
import ArgumentParser
import Glibc
import Wire

/// What the file declares, against what is stored.
extension ConfigCommand {
    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what applying the file would change.",
            discussion: """
                The file's sections projects, providers, models and budgets declare rows. Nothing is changed.

                Examples:
                  martlet config plan
                  martlet config plan --config staging.yaml --check
                """
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Exit with 1 when there is anything to change.") var check = false

        func run() async throws {
            let file = try DeclaredFile.load(self.common.settings)
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let plan = try await client.plan(file)
            PlanText.show(plan, isDone: false, self.output)
            if self.check, !plan.elements("changes").isEmpty {
                throw CommandFailure(code: 1, message: "what is stored is not as the file declares")
            }
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the rows that the file declares, and delete those it no longer does.",
            discussion: """
                All in one transaction, kept as a version. The rows are the file's from then on: elsewhere they are
                read-only, but for a credential that the file does not hold. 'martlet serve' does the same at its start,
                and whenever the file changes.

                Examples:
                  martlet config apply
                  martlet config apply --config martlet.yaml --yes
                """
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Do not ask before rows are deleted.") var yes = false

        func run() async throws {
            let file = try DeclaredFile.load(self.common.settings)
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            if !self.yes { try await self.confirm(try await client.plan(file)) }
            let done = try await client.send(file, to: "/config/apply")
            PlanText.show(done, isDone: true, self.output)
        }

        private func confirm(_ plan: JSONView) async throws {
            let deleted = plan.text("deleted").flatMap { Int($0) } ?? 0
            guard deleted > 0 else { return }
            guard isatty(STDIN_FILENO) == 1 else {
                throw CommandFailure(
                    code: 2,
                    message: "\(deleted) row(s) would be deleted; look at 'martlet config plan', and say --yes"
                )
            }
            for line in PlanText.lines(plan) { Console.talk(line) }
            Console.talk("Delete \(deleted) row(s)? Type yes: ")
            guard readLine() == "yes" else { throw CommandFailure(code: 1, message: "nothing was changed") }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what is stored as a file that declares it. Credentials are not in it.",
            discussion: """
                Example:
                  martlet config export > martlet.yaml
                """
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Whose rows: any, file or stored.") var owner = "any"

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let body = try await client.call("GET", "/config/export?owner=\(percentEncoded(self.owner))")
            guard !self.output.json else { return self.output.show(body) }
            Console.out(YAMLText.text(body))
        }
    }

    struct Versions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List what was applied, newest first.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "At most so many.") var limit = 20

        func run() async throws {
            guard (1...1_000).contains(self.limit) else { throw ValidationError("--limit must be 1 to 1000") }
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            self.output.list(
                try await client.list("/config/versions", limit: self.limit),
                [
                    ("VERSION", "version"), ("APPLIED", "applied_at"), ("BY", "actor"), ("FROM", "source"),
                    ("CREATED", "created"), ("CHANGED", "changed"), ("DELETED", "deleted"), ("RESTORES", "restores"),
                ]
            )
        }
    }

    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put an earlier version in force again.",
            discussion: """
                It becomes a new version. The file is not touched: until it says something else, or is applied by hand, it
                is not taken up again.

                Example:
                  martlet config versions
                  martlet config rollback 3
                """
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The version's number.") var version: Int64

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            var writer = JSONWriter()
            writer.object { $0.member("version", Int(self.version)) }
            guard let done = JSONView(try await client.call("POST", "/config/rollback", writer.bytes)) else { return }
            PlanText.show(done, isDone: true, self.output)
        }
    }
}

extension DeclaredFile {
    /// What the settings file declares.
    static func load(_ options: SettingsOptions) throws -> DeclaredFile {
        do {
            let loader = options.loader()
            let loaded = try loader.load()
            if let file = try loader.declaredFile(loaded) { return file }
            let place = loaded.file ?? "there is no settings file; name one by --config, or"
            throw CommandFailure(
                code: 2,
                message: "\(place) declares nothing: give it projects, providers, models or budgets"
            )
        } catch let error as SettingsError {
            throw CommandFailure(code: 2, message: error.problems.joined(separator: "\n"))
        }
    }
}

extension AdminClient {
    /// What applying a file would change.
    func plan(_ file: DeclaredFile) async throws -> JSONView { try await self.send(file, to: "/config/plan") }

    /// Sends a file's document; a refusal names the file's line.
    func send(_ file: DeclaredFile, to path: String) async throws -> JSONView {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("source", file.path)
            writer.key("document")
            writer.raw(file.document.json(withSecrets: true))
        }
        do {
            guard let view = JSONView(try await self.waiting(seconds: 60).call("POST", path, writer.bytes)) else {
                throw CommandFailure(code: 1, message: "the server's answer cannot be read")
            }
            return view
        } catch let failure as CommandFailure {
            guard let field = failure.field else { throw failure }
            let problem = AdminProblem(.invalidField, failure.message, field: field)
            throw CommandFailure(code: failure.code, message: file.located(problem))
        }
    }
}
