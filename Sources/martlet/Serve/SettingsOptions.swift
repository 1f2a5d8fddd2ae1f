import ArgumentParser
import Glibc

/// The options that every command takes: where the settings come from.
struct SettingsOptions: ParsableArguments {
    @Option(help: "Settings file (default: martlet.yaml when it is there).") var config: String?
    @Option(help: "Data folder (default: ./var).") var dataFolder: String?

    /// Loads settings: flags over environment over file over defaults.
    ///
    /// - Parameter flags: The command's own flags that stand for settings.
    /// - Returns: The settings, with the origin of each.
    /// - Throws: `SettingsError` with everything that is wrong.
    func load(flags: [FlagValue] = []) throws -> LoadedSettings { try self.loader(flags: flags).load() }

    /// What loads the settings.
    ///
    /// - Parameter flags: The command's own flags that stand for settings.
    /// - Returns: The loader, which reads nothing yet.
    func loader(flags: [FlagValue] = []) -> SettingsLoader {
        var all = flags
        if let folder = self.dataFolder {
            all.append(FlagValue(flag: "--data-folder", path: "data_folder", text: folder))
        }
        return SettingsLoader(
            flags: all,
            file: self.config,
            environment: Self.environment,
            readFile: Self.read,
            fileExists: { access($0, F_OK) == 0 }
        )
    }

    /// The process environment.
    static var environment: [String: String] {
        var values: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let mark = text.firstIndex(of: "=") {
                values[String(text[..<mark])] = String(text[text.index(after: mark)...])
            }
            next += 1
        }
        return values
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw DataFolderError(message: "\(path) cannot be opened") }
        defer { _ = close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 8 << 20 {
            let count = piece.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw DataFolderError(message: "\(path) cannot be read") }
            guard count > 0 else { break }
            bytes += piece.prefix(count)
        }
        return bytes
    }
}
