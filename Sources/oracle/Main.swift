import ArgumentParser

/// The oracle upstream as a process, and a load client beside it.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet-oracle",
        abstract: "A fake vendor on this machine, for acceptance, bench and soak.",
        discussion: """
            The model a request names chooses how it is answered: echo, plain-2k, sse-100x20, tools, think, slow-10,
            silent-10, hang, status-529, flaky-503-2, cut-500, error-3 and many more, joined by '+'. All are listed in
            Sources/MartletTesting/Vendor/VendorBehaviour.swift.
            """,
        subcommands: [Serve.self, Load.self],
        defaultSubcommand: Serve.self
    )
}
