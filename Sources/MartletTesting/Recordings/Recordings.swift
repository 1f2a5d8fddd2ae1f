import FoundationEssentials

/// The folder of recorded exchanges, where there is one: `MARTLET_RECORDINGS`, or a folder `shared/recordings` beside
/// the package or one level further up. Tests that need it are skipped without it.
public struct Recordings: Sendable {
    /// Where the recordings are.
    public let path: String

    /// The folder at this path.
    public init(path: String) {
        self.path = path
    }

    /// Looks for the folder.
    ///
    /// - Parameter file: A source file of this package.
    /// - Returns: The folder found from here; `nil` when there is none.
    public static func find(from file: StaticString = #filePath) -> Recordings? {
        if let path = ProcessInfo.processInfo.environment["MARTLET_RECORDINGS"], !path.isEmpty {
            return Recordings(path: path)
        }
        var folder = "\(file)"[...]
        while let slash = folder.lastIndex(of: "/") {
            folder = folder[..<slash]
            guard FileManager.default.fileExists(atPath: "\(folder)/Package.swift") else { continue }
            return ["/../shared/recordings", "/../../shared/recordings"]
                .map { folder + $0 }
                .first { FileManager.default.fileExists(atPath: String($0) + "/README.md") }
                .map { Recordings(path: String($0)) }
        }
        return nil
    }

    /// Names of the folders, one a provider and API: `openai-chat`, `anthropic-messages` …
    public var folders: [String] {
        Self.names(in: self.path).filter { !$0.contains(".") }
    }

    /// Reads the exchanges of one folder.
    ///
    /// - Parameters:
    ///   - folder: One of `folders`.
    ///   - limit: At most so many, evenly spread over the folder.
    /// - Returns: Every readable exchange, in order of their ids.
    public func load(_ folder: String, limit: Int = .max) -> [RecordedExchange] {
        let names = Self.names(in: "\(self.path)/\(folder)").filter { $0.hasSuffix(".json") }
        let step = max(names.count / max(limit, 1), 1)
        return stride(from: 0, to: names.count, by: step).prefix(limit).compactMap { index in
            let data = FileManager.default.contents(atPath: "\(self.path)/\(folder)/\(names[index])")
            return data.flatMap { try? RecordedExchange(parsing: Array($0)) }
        }
    }

    private static func names(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
}
