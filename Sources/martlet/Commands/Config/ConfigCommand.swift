import ArgumentParser

/// `martlet config …`
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract:
            "Settings (flags over environment over martlet.yaml over defaults), and the rows that the file declares.",
        discussion: """
            Examples:
              martlet config check --config /etc/martlet.yaml
              martlet config show
              martlet config plan
              martlet config apply
            """,
        subcommands: [
            Check.self, Show.self, Plan.self, Apply.self, Export.self, Versions.self, Rollback.self,
        ]
    )

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say everything that is wrong with the settings.")

        @OptionGroup var common: SettingsOptions

        func run() throws {
            let loaded: LoadedSettings
            do {
                let loader = self.common.loader()
                loaded = try loader.load()
                _ = try loader.declaredFile(loaded)
            } catch {
                for problem in error.problems { Console.talk(problem) }
                throw CommandFailure(code: 1, message: "\(error.problems.count) problem(s) in the settings")
            }
            for warning in loaded.warnings { Console.talk("warning: \(warning)") }
            Console.out("ok")
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print every setting with its origin; secrets are masked."
        )

        @OptionGroup var common: SettingsOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let loaded: LoadedSettings
            do {
                loaded = try self.common.load()
            } catch let error as SettingsError {
                throw CommandFailure(code: 1, message: error.problems.joined(separator: "\n"))
            }
            let rows = SettingSchema.rows.map { row in
                (path: row.path, value: row.kind.text(in: loaded.settings), origin: "\(loaded.origin(of: row.path))")
            }
            guard !self.output.json else { return Console.out(Self.json(rows)) }
            var table = Table(["SETTING", "VALUE", "ORIGIN"])
            for row in rows { table.add([row.path, row.value, row.origin]) }
            table.print()
        }

        private static func json(_ rows: [(path: String, value: String?, origin: String)]) -> String {
            SettingsJSON.text(rows)
        }
    }
}
