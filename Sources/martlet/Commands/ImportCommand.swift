import ArgumentParser
import Wire

/// `martlet import`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make many rows at once, all or none.",
        discussion: """
            The file is one JSON object with projects, providers, models, keys and budgets: arrays of what the admin API
            takes to make one each. One row that cannot be made refuses all. Keys show their secrets once.

            Examples:
              martlet import keys.json --json > secrets.json
              martlet import - --dry-run < rows.json
            """
    )

    @OptionGroup var common: ClientOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The file, or - for standard input.") var file: String
    @Flag(help: "Check everything and make nothing.") var dryRun = false

    func run() async throws {
        let document = try RequestFile.read(self.file)
        let client = try await AdminClient.open(self.common).waiting(seconds: 300)
        defer { client.close() }
        let body = self.dryRun ? try Self.trial(document) : document
        let done = try await client.call("POST", "/import", body)
        guard !self.output.json, let view = JSONView(done) else { return self.output.show(done) }
        for section in ["projects", "providers", "models", "budgets", "keys"] {
            let rows = view.elements(section)
            guard !rows.isEmpty else { continue }
            Console.talk("\(rows.count) \(section)")
        }
        let keys = view.elements("keys")
        guard !keys.isEmpty else { return }
        self.output.list(keys, [("ID", "id"), ("NAME", "name"), ("SECRET", "secret")])
    }

    /// The document with `dry_run` in it.
    private static func trial(_ document: [UInt8]) throws -> [UInt8] {
        guard let start = document.firstIndex(of: UInt8(ascii: "{")), let view = JSONView(document) else {
            throw CommandFailure(code: 2, message: "the file must hold one JSON object")
        }
        let comma = view.members.isEmpty ? "" : ","
        return Array(#"{"dry_run":true\#(comma)"#.utf8) + document[document.index(after: start)...]
    }
}
