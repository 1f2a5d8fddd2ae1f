/// Where a value came from.
enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case builtIn
    case file(path: String, line: Int)
    case environment(variable: String)
    case flag(name: String)

    var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let variable): variable
        case .flag(let name): name
        }
    }

    /// One word for scripts.
    var kind: String {
        switch self {
        case .builtIn: "default"
        case .file: "file"
        case .environment: "environment"
        case .flag: "flag"
        }
    }
}

/// Everything that is wrong with a configuration, all at once.
struct SettingsError: Error, Equatable, CustomStringConvertible {
    var problems: [String]

    var description: String { self.problems.joined(separator: "\n") }
}
