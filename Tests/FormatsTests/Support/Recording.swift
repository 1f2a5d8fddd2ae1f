import Exchange
import FoundationEssentials
import Wire

/// One recorded exchange with a vendor, of an operation that passes through.
struct Recording: Sendable {
    /// `FOLDER/ID`, for messages.
    var name: String
    var operation: Operation
    var path: String
    /// The request body as recorded.
    var request: [UInt8]
    var status: Int
    /// The answer's JSON; `nil` when it was a stream or plain text.
    var answer: [UInt8]?
    /// The answer's text; `nil` when it was JSON.
    var text: String?

    /// An answer streamed under a successful status.
    var stream: String? {
        guard self.status == 200, let text = self.text, text.contains("data:") else { return nil }
        return text
    }

    /// The model in a path of Azure, Vertex or the old engines.
    var pathModel: String? {
        let parts = self.path.split { $0 == "/" || $0 == ":" || $0 == "?" }
        let holders: [Substring] = ["deployments", "models", "engines"]
        guard let index = parts.firstIndex(where: holders.contains), index + 1 < parts.count else { return nil }
        return parts[index + 1] == "chat" ? nil : String(parts[index + 1])
    }
}

extension Recording {
    /// All of them; none when the recordings are not beside this package.
    static let all: [Recording] = {
        guard let folder else { return [] }
        var recordings: [Recording] = []
        for (directory, operation) in Self.directories(in: folder) {
            let place = folder.appending(path: directory)
            for file in (try? FileManager.default.contentsOfDirectory(atPath: place.path())) ?? [] {
                guard let data = try? Data(contentsOf: place.appending(path: file)) else { continue }
                guard let recording = try? Self.read(Array(data), "\(directory)/\(file)", operation) else { continue }
                recordings.append(recording)
            }
        }
        return recordings.sorted { $0.name < $1.name }
    }()

    /// `MARTLET_RECORDINGS`, or `shared/recordings` beside the package, or beside the folder that holds its worktrees.
    static let folder: URL? = {
        if let path = ProcessInfo.processInfo.environment["MARTLET_RECORDINGS"] { return URL(filePath: path) }
        var package = URL(filePath: #filePath)
        for _ in 0..<4 { package = package.deletingLastPathComponent() }
        for steps in 1...2 {
            var place = package
            for _ in 0..<steps { place = place.deletingLastPathComponent() }
            place = place.appending(path: "shared/recordings")
            if FileManager.default.fileExists(atPath: place.path()) { return place }
        }
        return nil
    }()

    private static let operations: [(suffix: String, operation: Operation)] = [
        ("-chat", .chat), ("-completions", .completions), ("-embeddings", .embeddings), ("-moderations", .moderations),
        ("-responses", .responses), ("-responses-compact", .responsesCompact),
        ("-responses-input-tokens", .responsesInputTokens), ("anthropic-messages", .messages),
        ("anthropic-count_tokens", .countTokens),
    ]

    /// Folders of operations that pass through; Gemini's and Bedrock's own formats have no room yet.
    private static func directories(in folder: URL) -> [(String, Operation)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
        return names.compactMap { name in
            if name == "gemini-embeddings" || name == "bedrock-embeddings" { return nil }
            return Self.operations.first { name.hasSuffix($0.suffix) }.map { (name, $0.operation) }
        }
    }

    private static func read(_ bytes: [UInt8], _ name: String, _ operation: Operation) throws -> Recording {
        try withJSON(bytes) { root in
            let body = root["response"]?["body"]
            return Recording(
                name: name,
                operation: operation,
                path: root["request"]?["path"]?.string ?? "",
                request: root["request"]?["body"].map { Array($0.bytes) } ?? [],
                status: root["response"]?["status"]?.int ?? 0,
                answer: body?.kind == .string ? nil : body.map { Array($0.bytes) },
                text: body?.string
            )
        }
    }
}
