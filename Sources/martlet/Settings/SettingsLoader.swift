import AdminAPI

/// A setting given on the command line.
struct FlagValue: Sendable, Equatable {
    /// The flag as typed: `--port`.
    var flag: String
    /// The setting it stands for.
    var path: String
    var text: String
}

/// The result of loading: typed values, where each came from, and what is odd but not wrong.
struct LoadedSettings: Sendable {
    var settings = Settings()
    var origins: [String: SettingOrigin] = [:]
    var warnings: [String] = []
    /// The file that was read; `nil` when there is none.
    var file: String?
    /// What the file declares, not yet expanded: only who applies it needs its variables.
    var declared: [FileTree.Member] = []

    func origin(of path: String) -> SettingOrigin { self.origins[path] ?? .builtIn }

    /// Every setting as it is shown, secrets masked.
    var shown: [ShownSetting] {
        SettingSchema.rows.map { row in
            ShownSetting(
                name: row.path,
                value: row.kind.text(in: self.settings),
                origin: "\(self.origin(of: row.path))"
            )
        }
    }
}

/// Puts settings together: flags over environment over file over defaults. Every mistake is found before any is told.
struct SettingsLoader {
    /// Variables with our prefix that are not settings.
    static let otherVariables: Set<String> = ["MARTLET_CONFIG", "MARTLET_KEY", "MARTLET_ADMIN_TOKEN"]
    /// The file read when none is named.
    static let defaultFile = "martlet.yaml"

    var flags: [FlagValue] = []
    /// The file named by `--config`; `MARTLET_CONFIG` and then the default file stand in for it.
    var file: String?
    var environment: [String: String] = [:]
    /// Reads a whole file; throws when it cannot.
    var readFile: (String) throws -> [UInt8] = { _ in throw SettingMistake("no files here") }
    /// Whether a file exists.
    var fileExists: (String) -> Bool = { _ in false }

    func load() throws(SettingsError) -> LoadedSettings {
        var loaded = LoadedSettings()
        var problems: [String] = []
        let (file, declared) = self.settingsFile(&problems)
        loaded.file = file.path.isEmpty ? nil : file.path
        loaded.declared = declared
        for row in SettingSchema.rows {
            do throws(SettingMistake) {
                try self.apply(row, file: file, to: &loaded)
            } catch {
                problems.append(error.message)
            }
        }
        problems += self.flags.filter { !SettingNames.isRow($0.path) }.map {
            "\($0.flag): \(SettingNames.unknown($0.path))"
        }
        if problems.isEmpty {
            problems = loaded.settings.contradictions().map {
                "\(loaded.origin(of: $0.path)): \($0.path) \($0.message)"
            }
        }
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        loaded.warnings = self.strangeVariables()
        return loaded
    }

    /// The path of the file that would be read, when there is one.
    var chosenFile: String? {
        if let named = self.file ?? self.environment["MARTLET_CONFIG"].flatMap({ $0.isEmpty ? nil : $0 }) {
            return named
        }
        return self.fileExists(Self.defaultFile) ? Self.defaultFile : nil
    }

    /// What the file declares; `nil` when it has none of the sections that do.
    ///
    /// - Parameter loaded: What `load` returned.
    /// - Returns: The rows, with variables replaced.
    /// - Throws: `SettingsError` with everything that is wrong.
    func declaredFile(_ loaded: LoadedSettings) throws(SettingsError) -> DeclaredFile? {
        guard let path = loaded.file, !loaded.declared.isEmpty else { return nil }
        let substitution = SettingSubstitution(environment: self.environment, readFile: self.readFile)
        return try DeclaredFile(loaded.declared, path: path, substitution)
    }

    private typealias FileValues = (path: String, values: [String: FileValue])

    private func settingsFile(_ problems: inout [String]) -> (FileValues, [FileTree.Member]) {
        guard let path = self.chosenFile else { return (("", [:]), []) }
        guard let bytes = try? self.readFile(path) else {
            problems.append("\(path): cannot be read")
            return ((path, [:]), [])
        }
        let file = SettingsFile(bytes, path: path)
        problems += file.problems
        return ((path, file.values), file.declared)
    }

    private func apply(
        _ row: SettingRow,
        file: FileValues,
        to loaded: inout LoadedSettings
    ) throws(SettingMistake) {
        guard let (text, origin) = try self.given(row, file: file) else { return }
        do throws(SettingMistake) {
            try row.kind.apply(text, to: &loaded.settings)
        } catch {
            throw SettingMistake("\(origin): \(row.path) \(error.message)")
        }
        loaded.origins[row.path] = origin
    }

    private func given(
        _ row: SettingRow,
        file: FileValues
    ) throws(SettingMistake) -> (String, SettingOrigin)? {
        if let flag = self.flags.last(where: { $0.path == row.path }) { return (flag.text, .flag(name: flag.flag)) }
        if let text = self.environment[row.variable] { return (text, .environment(variable: row.variable)) }
        guard let value = file.values[row.path] else { return self.standard(row) }
        let origin = SettingOrigin.file(path: file.path, line: value.line)
        do throws(SettingMistake) {
            let substitution = SettingSubstitution(environment: self.environment, readFile: self.readFile)
            return (try substitution.expand(value.text), origin)
        } catch {
            throw SettingMistake("\(origin): \(row.path) \(error.message)")
        }
    }

    /// What a variable of a common standard says; one that is empty says nothing.
    private func standard(_ row: SettingRow) -> (String, SettingOrigin)? {
        guard let name = row.standardVariable, let text = self.environment[name], !text.isEmpty else { return nil }
        return (text, .environment(variable: name))
    }

    /// A variable with our prefix that sets nothing is most likely a typing mistake; it may also belong to someone else's
    /// script, so it is told and not refused.
    private func strangeVariables() -> [String] {
        let known = SettingSchema.rows.map(\.variable)
        return self.environment.keys.filter {
            $0.hasPrefix("MARTLET_") && !known.contains($0) && !Self.otherVariables.contains($0)
        }.sorted().map { name in
            let meant = EditDistance.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
            return "environment variable \(name) is not a setting\(meant)"
        }
    }
}
