import ArgumentParser

/// `martlet status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "How the server and its targets stand.",
        discussion: """
            Examples:
              martlet status
              martlet status --json
            """
    )

    @OptionGroup var common: ClientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let client = try await AdminClient.open(self.common)
        defer { client.close() }
        let body = try await client.call("GET", "/status")
        guard !self.output.json, let status = JSONView(body) else { return self.output.show(body) }
        Console.out(Self.summary(status))
        for table in [Self.targets(status), Self.checks(status)] {
            guard let table else { continue }
            Console.out("")
            table.print()
        }
    }

    /// One line about the process, and one for each condition that is not met.
    static func summary(_ status: JSONView) -> String {
        let ready = status.text("ready") == "true" ? "ready" : "not ready"
        let first =
            "martlet \(status.text("version") ?? "?"), \(status.text("mode") ?? "?"), \(ready), up "
            + "\(status.text("uptime_seconds") ?? "?") s: \(status.text("providers") ?? "?") providers, "
            + "\(status.text("models") ?? "?") models, \(status.text("keys") ?? "?") keys"
        let waiting = status.view("conditions")?.members.filter { $0.value != "ready" } ?? []
        return ([first] + Self.load(status) + waiting.map { "waiting for \($0.key): \($0.value)" })
            .joined(separator: "\n")
    }

    /// How full it is; nothing where no road is.
    private static func load(_ status: JSONView) -> [String] {
        guard let load = status.view("load") else { return [] }
        let shed = load.view("shed")?.members.reduce(0) { sum, reason in sum + (Int(reason.value) ?? 0) } ?? 0
        let line =
            "load: \(load.text("in_flight") ?? "?") of \(load.text("max_in_flight") ?? "?") in flight, "
            + "\(load.text("waiting") ?? "?") waiting, \(shed) turned away since the start"
        guard let pressure = load.text("memory_pressure"), pressure != "none" else { return [line] }
        return [line, "memory runs out: \(pressure)"]
    }

    /// One row a target; `nil` when none is known.
    static func targets(_ status: JSONView) -> Table? {
        let targets = status.elements("targets")
        guard !targets.isEmpty else { return nil }
        var table = Table(["TARGET", "BREAKER", "ERRORS", "IN FLIGHT", "DRAINING", "CREDENTIAL", "COOLING DOWN UNTIL"])
        for target in targets {
            table.add([
                "\(target.text("provider") ?? "?")/\(target.text("model") ?? "?")", target.text("breaker"),
                target.text("error_rate").flatMap(Double.init).map(Self.percent), target.text("in_flight"),
                target.text("draining") == "true" ? "yes" : "no", target.text("credential"),
                target.text("cooling_down_until"),
            ])
        }
        return table
    }

    /// One row for the last health check of each provider; `nil` when none is checked.
    static func checks(_ status: JSONView) -> Table? {
        let checks = status.elements("health_checks")
        guard !checks.isEmpty else { return nil }
        var table = Table(["PROVIDER", "HEALTH CHECK", "AT", "WELL", "MS", "DETAIL"])
        for check in checks {
            table.add([
                check.text("provider"), check.text("kind"), check.text("at"),
                check.text("good") == "true" ? "yes" : "no", check.text("milliseconds"), check.text("detail"),
            ])
        }
        return table
    }

    private static func percent(_ share: Double) -> String {
        let tenths = Int(exactly: (min(max(share, 0), 1) * 1_000).rounded()) ?? 0
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
