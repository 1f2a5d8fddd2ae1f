import ArgumentParser
import Glibc
import Wire

/// `martlet secrets …`
struct SecretsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secrets",
        abstract: "The master key, under which every stored secret is sealed.",
        discussion: """
            Examples:
              martlet secrets status
              martlet secrets rotate
              martlet secrets rotate --new-key-file /run/secrets/martlet-master
            """,
        subcommands: [Status.self, Rotate.self]
    )

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell which master key is in force, and what is sealed under it."
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            SecretsCommand.show(try await client.call("GET", "/secrets"), self.output)
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put another master key in the place of the present one, without a pause.",
            discussion: """
                Every stored secret is sealed anew under the new key, and the former one is erased: it opens nothing any more but
                backups of before. A rotation that is broken off is finished by the next start, or by this command.

                A key kept in the data folder is replaced there. One given as MARTLET_MASTER_KEY stays where you keep it: give
                the new one as MARTLET_MASTER_KEY_NEXT beside it, restart, rotate, and then move it to MARTLET_MASTER_KEY.
                """
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Take the new key from this file instead of drawing one.") var newKeyFile: String?
        @Option(help: "Take the new key from this variable instead of drawing one.") var newKeyEnv: String?

        func validate() throws {
            guard self.newKeyFile == nil || self.newKeyEnv == nil else {
                throw ValidationError("give --new-key-file or --new-key-env, not both")
            }
        }

        func run() async throws {
            let key = try self.newKey()
            var writer = JSONWriter()
            writer.object { writer in
                if let key { writer.member("new_key", key) }
            }
            let client = try await AdminClient.open(self.common).waiting(seconds: 120)
            defer { client.close() }
            SecretsCommand.show(try await client.call("POST", "/secrets/rotate", writer.bytes), self.output)
        }

        private func newKey() throws -> String? {
            if let name = self.newKeyEnv {
                guard let value = getenv(name) else { throw ValidationError("the variable \(name) is not set") }
                return String(cString: value)
            }
            guard let path = self.newKeyFile else { return nil }
            let folder = DataFolder(path: ".")
            guard let bytes = try folder.read(path) else { throw ValidationError("\(path) does not exist") }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func show(_ body: [UInt8], _ output: OutputOptions) {
        guard !output.json, let view = JSONView(body) else { return output.show(body) }
        let sealed = view.elements("sealed").map { entry in
            "\(entry.text("values") ?? "?") under version \(entry.text("key_version") ?? "?")"
        }
        Console.out("master key version \(view.text("key_version") ?? "?"), in \(view.text("key_source") ?? "?")")
        Console.out("sealed values: \(sealed.isEmpty ? "none" : sealed.joined(separator: ", "))")
        if view.text("rotating") == "true" {
            Console.talk("martlet: a rotation is not finished; 'martlet secrets rotate' finishes it")
        }
        if let advice = view.text("advice") { Console.talk("martlet: \(advice)") }
    }
}
