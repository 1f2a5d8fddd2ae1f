import AdminAPI
import ArgumentParser

/// Facts about this build.
enum Martlet {
    static let version = "0.1.0"
}

/// The `martlet` command.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "One door in front of every model vendor.",
        discussion: """
            Start with 'martlet serve': with nothing configured it prints curl lines that answer.
            Exit codes: 0 success, 1 failure, 2 usage, 3 not found, 4 not authorised.
            """,
        version: Martlet.version,
        subcommands: [
            ServeCommand.self, InitCommand.self, DoctorCommand.self, HealthCommand.self, KeyCommand.self,
            ProjectCommand.self,
            ProviderCommand.self,
            ModelCommand.self, RouteCommand.self, StatusCommand.self, PriceCommand.self, BudgetCommand.self,
            UsageCommand.self, LedgerCommand.self,
            RequestsCommand.self, AuditCommand.self, TokenCommand.self, UserCommand.self, SecretsCommand.self,
            BackupCommand.self, TranslateCommand.self, ConfigCommand.self, ImportCommand.self,
            VersionCommand.self,
        ]
    )

    static func main() async {
        do {
            var command = try Self.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Self.leave(error)
        }
    }

    /// Ends the process the way the project's exit codes say; ArgumentParser's own code for usage is another.
    private static func leave(_ error: any Error) -> Never {
        let message = Self.fullMessage(for: error)
        let code = Self.exitCode(for: error)
        guard !code.isSuccess else {
            Console.out(message)
            Console.leave(0)
        }
        if code == .validationFailure {
            Console.talk(message)
            Console.leave(2)
        }
        if let failure = error as? CommandFailure {
            Console.talk("martlet: \(failure.message)")
            Console.leave(failure.code)
        }
        if let code = error as? ExitCode { Console.leave(code.rawValue) }
        Console.talk("martlet: \(error)")
        Console.leave(1)
    }
}

/// A command that did not succeed, with the exit code that says how.
struct CommandFailure: Error {
    /// 1 failure, 2 usage, 3 not found, 4 not authorised.
    var code: Int32
    var message: String
    /// The field that a refusal of the API is about.
    var field: String?
}

/// `martlet version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    func run() {
        Console.out(Martlet.version)
    }
}
