import ArgumentParser
import SQLiteStorage

/// `martlet init`
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Create the data folder without serving.",
        discussion: """
            Examples:
              martlet init
              martlet init --data-folder /var/lib/martlet
            """
    )

    @OptionGroup var common: SettingsOptions
    @Flag(help: "Print the secrets even when the output is not a terminal.") var showSecrets = false

    func run() async throws {
        let loaded = try self.common.load()
        let workspace = try await Workspace.open(loaded.settings, environment: SettingsOptions.environment)
        defer { try? workspace.store.close() }
        guard workspace.firstRun != nil else {
            Console.out("\(workspace.folder.path) is there already; nothing was changed.")
            return
        }
        try Banner(workspace: workspace, port: loaded.settings.listen.port, showSecrets: self.showSecrets).print()
        Console.out("\nNext: martlet serve")
    }
}
