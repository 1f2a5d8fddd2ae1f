import ArgumentParser
import Wire

extension ProviderCommand {
    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a provider. What is not named stays.",
            discussion: """
                Examples:
                  martlet provider change openai --secret-env OPENAI_API_KEY
                  martlet provider change local --base-url http://10.0.0.7:8000/v1
                  martlet provider change local --set health_check=off --set allow_private=true
                """
        )

        @OptionGroup var common: ClientOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Name or id.") var provider: String
        @Option(help: "A new base URL.") var baseURL: String?
        @Option(help: "Environment variable that holds the new credential.") var secretEnv: String?
        @Flag(help: "Read the new credential from standard input.") var secretStdin = false
        @Option(name: .customLong("set"), help: "A setting as name=value; repeat for more. All others go.")
        var settings: [String] = []
        @Flag(inversion: .prefixedEnableDisable, help: "Let it serve, or not until further notice.")
        var serving: Bool?

        func run() async throws {
            let secret = try ProviderSecret.read(environment: self.secretEnv, standardInput: self.secretStdin)
            let settings = try SettingPairs.read(self.settings)
            guard self.baseURL != nil || secret != nil || !settings.isEmpty || self.serving != nil else {
                throw ValidationError("nothing to change; name what is to be changed")
            }
            var writer = JSONWriter()
            writer.object { writer in
                if let baseURL = self.baseURL { writer.member("base_url", baseURL) }
                if let secret { writer.member("secret", secret) }
                if let serving = self.serving { writer.member("enabled", serving) }
                guard !settings.isEmpty else { return }
                writer.member(
                    "settings",
                    object: { writer in
                        for setting in settings {
                            writer.key(setting.name)
                            writer.string(setting.value)
                        }
                    }
                )
            }
            let client = try await AdminClient.open(self.common)
            defer { client.close() }
            let id = try await client.id(of: self.provider, in: "/providers")
            self.output.show(try await client.call("PATCH", "/providers/\(percentEncoded(id))", writer.bytes))
        }
    }
}

/// A credential from where it is not seen by others: never from the command line itself.
enum ProviderSecret {
    /// Reads it; `nil` when none is given.
    static func read(environment variable: String?, standardInput: Bool) throws -> String? {
        if let variable {
            guard let value = SettingsOptions.environment[variable], !value.isEmpty else {
                throw ValidationError("the environment variable \(variable) is not set")
            }
            return value
        }
        guard standardInput else { return nil }
        guard let line = readLine(), !line.isEmpty else { throw ValidationError("no credential on standard input") }
        return line
    }
}
