import ArgumentParser
import Exchange
import Providers

/// `martlet translate`
struct TranslateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "translate",
        abstract: "Show what a vendor of another format would be sent; asks nobody.",
        discussion: """
            Reads a caller's request and prints the body that Martlet would send, byte for byte, \
            on standard output; method, path, headers and losses on standard error. Needs no \
            server and no data folder. What would be refused is told, with exit code 2.

            The kind is openai for chat and responses, anthropic for messages, gemini, and bedrock \
            for converse, unless --kind says otherwise. Names of servers and projects in paths are \
            made up unless --base-url and --set give them.

            Examples:
              martlet translate --from messages --to gemini --model gemini-2.5-pro < r.json
              martlet translate --from chat --to messages --model claude-opus-5 < r.json
              martlet translate --from chat --to converse --strict \\
                --model us.amazon.nova-pro-v1:0 r.json
              martlet translate --from messages --to chat --kind openai-compatible \\
                --provider groq --model openai/gpt-oss-120b --json --pretty r.json
            """
    )

    @Option(help: "The format of the request: chat, responses or messages.") var from: String
    @Option(help: "The vendor's format: chat, responses, messages, gemini or converse.") var to: String
    @Option(help: "The vendor's own name of the model; stands in place of the request's.") var model: String
    @Option(help: "Kind of the provider, as in 'martlet provider add'.") var kind: String?
    @Option(help: "Name of the provider; a compatible server's vendor (groq) is known by it.") var provider: String?
    @Option(help: "Base URL, when its path is to be seen.") var baseURL: String?
    @Option(name: .customLong("set"), help: "A setting of the provider as name=value; repeat for more.")
    var settings: [String] = []
    @Option(help: "The request's anthropic-version header.") var anthropicVersion: String?
    @Option(help: "The request's anthropic-beta header; repeat for more.") var anthropicBeta: [String] = []
    @Flag(help: "Refuse what cannot be carried exactly, as x-martlet-strict: true does.") var strict = false
    @Flag(help: "Ask for a stream, whatever the request says.") var stream = false
    @Flag(help: "Indent what is printed.") var pretty = false
    @Flag(help: "Print one JSON object of method, path, headers, warnings and body.") var json = false
    @Argument(help: "The request; standard input when left out.") var file: String?

    func validate() throws {
        _ = try self.order()
    }

    func run() throws {
        let preview = try self.preview(of: try RequestFile.read(self.file))
        guard !self.json else { return Console.out(self.text(preview.json)) }
        for line in preview.talk { Console.talk(line) }
        Console.out(self.text(preview.body))
    }

    /// What would be sent.
    ///
    /// - Throws: `CommandFailure` with code 2 for what would be refused.
    func preview(of request: [UInt8]) throws -> TranslationPreview {
        let order = try self.order()
        do throws(GatewayFailure) {
            return try TranslationPreview(of: request, order)
        } catch {
            throw CommandFailure(code: 2, message: error.message)
        }
    }

    private func text(_ json: [UInt8]) -> String {
        String(decoding: self.pretty ? PrettyJSON.indented(json) : json, as: UTF8.self)
    }

    private func order() throws -> TranslationPreview.Order {
        guard let client = Rooms.clients.first(where: { $0.id.rawValue == self.from }) else {
            throw ValidationError("--from must be one of \(Self.names(Rooms.clients.map(\.id))), got '\(self.from)'")
        }
        guard let vendor = Rooms.vendors.first(where: { $0.id.rawValue == self.to }) else {
            throw ValidationError("--to must be one of \(Self.names(Rooms.vendors.map(\.id))), got '\(self.to)'")
        }
        let configuration = try self.configuration(vendor.id)
        let isPatched = configuration.nativeMessages(for: .messages, model: self.model) != nil
        guard client.id != vendor.id || client.id == .messages && isPatched else {
            throw ValidationError(
                "\(client.id) to \(client.id) is not translated: the body passes through, with its model replaced"
            )
        }
        return TranslationPreview.Order(
            client: client,
            vendor: vendor,
            provider: configuration,
            model: self.model,
            version: self.anthropicVersion,
            betas: self.anthropicBeta,
            isStrict: self.strict,
            asksForStream: self.stream
        )
    }

    private func configuration(_ format: FormatID) throws -> ProviderConfiguration {
        let kind = self.kind.map(ProviderKind.init) ?? StandIn.usualKinds[format] ?? .openAICompatible
        let given = Dictionary(try SettingPairs.read(self.settings).map { ($0.name, $0.value) }) { _, last in last }
        let standIn = StandIn(kind, format)
        let configuration: ProviderConfiguration
        do throws(ProviderConfigurationError) {
            configuration = try ProviderConfiguration.validate(
                name: self.provider ?? kind.rawValue,
                kind: kind,
                baseURL: self.baseURL ?? standIn.baseURL,
                settings: standIn.settings.merging(given) { _, given in given },
                hasSecret: ProviderDescriptor.descriptor(for: kind)?.secretRule == .required
            )
        } catch {
            throw ValidationError("the provider's \(error)")
        }
        let formats = configuration.vendorFormats(model: self.model)
        guard formats.contains(format) else {
            let others = formats.isEmpty ? "nothing" : Self.names(formats)
            throw ValidationError("\(kind) is not asked in \(format) for this model, but in \(others)")
        }
        return configuration
    }

    private static func names(_ formats: [FormatID]) -> String {
        formats.map(\.rawValue).joined(separator: ", ")
    }
}
