import ArgumentParser
import Exchange

/// `martlet health`
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask the running server whether it should be given work, and say so by the exit code.",
        discussion: """
            For supervisors and containers: exit code 0 when the server is ready, 1 when it is not, drains or does not answer. It
            asks the admin listener of the settings, needs no token, and leaves nothing behind.

            Examples:
              martlet health
              martlet health --live --timeout 2
            """
    )

    @OptionGroup var common: SettingsOptions
    @Flag(help: "Ask only whether the process lives: a server that drains does.") var live = false
    @Option(help: "Seconds to wait for an answer.") var timeout = 3

    func validate() throws {
        guard (1...300).contains(self.timeout) else { throw ValidationError("--timeout must be 1 to 300") }
    }

    func run() async throws {
        let admin = try self.common.load().settings.admin
        let verdict = await Self.ask(
            HTTPTransport(host: admin.host, port: admin.port, token: Secret(""), deadlineSeconds: self.timeout),
            "\(admin.host):\(admin.port)",
            live: self.live
        )
        guard verdict.isGood else { throw CommandFailure(code: 1, message: verdict.text) }
        Console.out(verdict.text)
    }

    /// Asks once.
    static func ask(
        _ transport: some AdminTransport,
        _ address: String,
        live: Bool
    ) async -> (isGood: Bool, text: String) {
        do {
            let reply = try await transport.send("GET", live ? "/livez" : "/readyz", nil)
            if reply.status == 200 { return (true, live ? "alive" : "ready") }
            return (false, "the server on \(address) is not ready: status \(reply.status)")
        } catch is HTTPTransport.NoServer {
            return (false, "no server answers on \(address)")
        } catch let failure as CommandFailure {
            return (false, failure.message)
        } catch {
            return (false, "the server on \(address) cannot be asked: \(error)")
        }
    }
}
