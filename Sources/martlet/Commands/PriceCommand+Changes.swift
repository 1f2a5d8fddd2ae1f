import ArgumentParser
import Upstream
import Wire

extension PriceCommand {
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set the price of a model, in US dollars for a million tokens."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "provider/model, or with --vendor vendor/model; * for all other models of a provider.")
        var model: PricedModel
        @Flag(help: "The first part names a vendor.") var vendor = false
        @Option(help: "Input.") var input: String?
        @Option(name: .customLong("output"), help: "Output.") var outputRate: String?
        @Option(help: "Input read from the vendor's cache.") var cacheRead: String?
        @Option(help: "Input written to the cache for five minutes.") var cacheWrite: String?
        @Option(name: .customLong("cache-write-1h"), help: "Input written to the cache for an hour.")
        var cacheWrite1h: String?
        @Option(help: "Reasoning, where it is priced apart.") var reasoning: String?
        @Option(help: "Audio that goes in.") var audioInput: String?
        @Option(help: "Audio that comes out.") var audioOutput: String?
        @Option(help: "Images that go in.") var imageInput: String?
        @Option(help: "Images that come out.") var imageOutput: String?
        @Option(help: "One search of the vendor's web search, in US dollars.") var webSearch: String?
        @Option(help: "For a provider's *: the built-in prices times so much.") var markup: String?
        @Flag(help: "It costs nothing.") var free = false
        @Option(help: "It counts from then on: a time such as 2030-01-31T00:00:00Z. The price before stays.")
        var from: String?
        @Flag(help: "A change of more than threefold is meant.") var yes = false

        func validate() throws {
            let isPriced = self.input != nil && self.outputRate != nil
            guard isPriced || self.free || self.markup != nil else {
                throw ValidationError("give --input and --output, or --free")
            }
        }

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            PriceCommand.show(try await client.call("PUT", "/prices", self.body), self.output)
        }

        /// What is asked of the admin API.
        var body: [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key(self.vendor ? "vendor" : "provider")
            writer.string(self.model.scope)
            writer.member("model", self.model.model)
            let rates = [
                ("input", self.input), ("output", self.outputRate), ("cache_read", self.cacheRead),
                ("cache_write", self.cacheWrite), ("cache_write_1h", self.cacheWrite1h),
                ("reasoning_output", self.reasoning), ("audio_input", self.audioInput),
                ("audio_output", self.audioOutput), ("image_input", self.imageInput),
                ("image_output", self.imageOutput), ("web_search", self.webSearch), ("markup", self.markup),
                ("effective_from", self.from),
            ]
            for (name, rate) in rates {
                guard let rate else { continue }
                writer.key(name)
                writer.string(rate)
            }
            if self.free { writer.member("free", true) }
            if self.yes { writer.member("confirm", true) }
            writer.endObject()
            return writer.bytes
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take prices from a file or an address: all of them, or none when one is wrong."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var source: PriceSource
        @Flag(help: "Changes of more than threefold are meant.") var yes = false
        @Flag(help: "Only tell what would change.") var dryRun = false

        func run() async throws {
            let body = try await self.source.body(isDryRun: self.dryRun, isConfirmed: self.yes)
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            PriceCommand.show(try await client.call("POST", "/prices/import", body), self.output)
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tell what importing a file would change.")

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var source: PriceSource

        func run() async throws {
            let body = try await self.source.body(isDryRun: true, isConfirmed: false)
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            PriceCommand.show(try await client.call("POST", "/prices/import", body), self.output)
        }
    }
}

/// A document of prices, wherever it lies.
struct PriceSource: ParsableArguments {
    @Argument(help: "A JSON file, an https:// address, or - for standard input.") var file: String
    @Flag(help: "It is a table of costs per token (input_cost_per_token …) rather than in Martlet's schema.")
    var perToken = false
    @Flag(help: "Put it in place of all your own prices rather than beside them.") var replace = false

    /// What is asked of the admin API.
    func body(isDryRun: Bool, isConfirmed: Bool) async throws -> [UInt8] {
        let document = try await self.document()
        guard let view = JSONView(document) else {
            throw CommandFailure(code: 2, message: "\(self.file) is not JSON")
        }
        var writer = JSONWriter(capacity: document.count + 200)
        writer.beginObject()
        writer.member("format", self.perToken ? "per_token" : "martlet")
        if let name = self.name { writer.member("source", name) }
        if self.replace { writer.member("replace", true) }
        if isDryRun { writer.member("dry_run", true) }
        if isConfirmed { writer.member("confirm", true) }
        writer.key("document")
        writer.raw(view.bytes)
        writer.endObject()
        return writer.bytes
    }

    private var isAddress: Bool {
        let start = self.file.prefix(8).lowercased()
        return start.hasPrefix("http://") || start.hasPrefix("https://")
    }

    /// What versions call it: the last part of a path, without a query.
    private var name: String? {
        guard self.file != "-" else { return nil }
        let path = self.isAddress ? self.file.prefix { $0 != "?" } : self.file[...]
        return path.split(separator: "/").last.map { String($0.suffix(80)) }
    }

    private func document() async throws -> [UInt8] {
        guard self.isAddress else { return try RequestFile.read(self.file) }
        do throws(DocumentDownload.Failure) {
            return try await DocumentDownload(self.file).run(environment: SettingsOptions.environment)
        } catch {
            throw CommandFailure(code: 2, message: "\(self.file): \(error.description)")
        }
    }
}
