import ArgumentParser
import Wire

/// `martlet route …`
struct RouteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "Where requests go, and why.",
        discussion: """
            Examples:
              martlet route explain --model fast < request.json
              martlet route explain --model fast --key 4Zk2n8Q1mWx0 --operation messages request.json
            """,
        subcommands: [Explain.self]
    )

    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell where a request would go, without sending it.",
            discussion: "The running server takes the request along its road as far as the choice of targets."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The model, as a caller names it.") var model: String
        @Option(help: "The id of the key that would ask; without it everything is allowed.") var key: String?
        @Option(help: "chat, responses or messages, or another operation by its name.") var operation = "chat"
        @Argument(help: "The request; standard input when left out.") var file: String?

        func run() async throws {
            let body = try self.body(try RequestFile.read(self.file))
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let answer = try await client.call("POST", "/explain", body)
            guard !self.output.json, let view = JSONView(answer), let table = Self.candidates(view) else {
                return Console.out(String(decoding: PrettyJSON.indented(answer), as: UTF8.self))
            }
            for line in Self.facts(view) { Console.out(line) }
            table.print()
        }

        /// What is asked of the admin API.
        ///
        /// - Parameter request: The caller's request.
        /// - Returns: A JSON object.
        /// - Throws: `ValidationError` when the request is no JSON object.
        func body(_ request: [UInt8]) throws -> [UInt8] {
            guard request.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), JSONView(request) != nil else {
                throw ValidationError("the request must be one JSON object")
            }
            var writer = JSONWriter(capacity: request.count + 256)
            writer.beginObject()
            writer.member("model", self.model)
            writer.member("operation", self.operation)
            if let key = self.key { writer.member("key", key) }
            writer.key("request")
            writer.raw(request)
            writer.endObject()
            return writer.bytes
        }

        /// Everything but the candidates, one a line.
        static func facts(_ view: JSONView) -> [String] {
            view.members.filter { $0.key != "candidates" && $0.value != "-" }.map { "\($0.key): \($0.value)" }
        }

        /// One row a candidate, in the order in which they would be tried; `nil` when the answer has none.
        static func candidates(_ view: JSONView) -> Table? {
            let candidates = view.elements("candidates")
            guard !candidates.isEmpty else { return nil }
            var table = Table(["TARGET", "PRIORITY", "WEIGHT", "DECISION", "REASON"])
            for candidate in candidates {
                table.add(["target", "priority", "weight", "decision", "reason"].map { candidate.text($0) })
            }
            return table
        }
    }
}
