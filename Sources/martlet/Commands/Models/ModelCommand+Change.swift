import ArgumentParser
import Wire

extension ModelCommand {
    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change",
            abstract: "Change a model; what is not given stays.",
            discussion: """
                --target and --target-json replace all targets; --weight changes single ones. What changes is in force for
                the next request.
                """,
            aliases: ["set"]
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var model: String
        @Option(help: "A new public name.") var rename: String?
        @Flag(
            name: .customLong("model"),
            inversion: .prefixedEnableDisable,
            help: "Serve the model, or answer as if there were none."
        )
        var isEnabled: Bool?
        @Option(help: "provider/upstream-model=N, a target's new weight; 0 lets it run dry. Repeat for more.")
        var weight: [WeightText] = []
        @OptionGroup var targets: TargetOptions
        @OptionGroup var routing: RoutingOptions

        func validate() throws {
            guard self.weight.isEmpty || self.targets.isEmpty else {
                throw ValidationError("--weight changes the targets that are there: give it, or new targets, not both")
            }
        }

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let path = "/models/\(percentEncoded(try await client.id(of: self.model, in: "/models")))"
            let current = self.weight.isEmpty ? nil : JSONView(try await client.call("GET", path))
            ModelView.show(try await client.call("PATCH", path, try self.body(current)), self.output)
        }

        /// What is asked of the admin API.
        ///
        /// - Parameter current: The model as it is, when weights change.
        /// - Returns: A JSON object.
        /// - Throws: `ValidationError` for a weight of a target that is not there.
        func body(_ current: JSONView?) throws -> [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            if let name = self.rename { writer.member("name", name) }
            if let isEnabled = self.isEnabled { writer.member("enabled", isEnabled) }
            if !self.targets.isEmpty { try self.targets.write(to: &writer) }
            if let current { try self.reweigh(current, &writer) }
            try self.routing.write(to: &writer)
            writer.endObject()
            return writer.bytes
        }

        /// Writes the targets that are there, with the weights that were given.
        private func reweigh(_ current: JSONView, _ writer: inout JSONWriter) throws {
            let targets = current.elements("targets")
            let names = targets.map { "\($0.text("provider") ?? "")/\($0.text("upstream_model") ?? "")" }
            for weight in self.weight {
                guard names.contains(where: { $0.utf8.elementsEqual(weight.target.utf8) }) else {
                    throw ValidationError(
                        "\(self.model) has no target \(weight.target); it has \(names.joined(separator: ", "))"
                    )
                }
            }
            writer.key("targets")
            writer.beginArray()
            for (name, target) in zip(names, targets) {
                let weight = self.weight.last { $0.target.utf8.elementsEqual(name.utf8) }
                writer.beginObject()
                for key in ["provider", "upstream_model", "priority", "enabled", "overrides"] {
                    guard let value = target.raw(key) else { continue }
                    writer.key(key)
                    writer.raw(value)
                }
                writer.key("weight")
                if let weight { writer.int(weight.weight) } else { writer.raw(target.raw("weight") ?? [0x31]) }
                writer.endObject()
            }
            writer.endArray()
        }
    }
}
