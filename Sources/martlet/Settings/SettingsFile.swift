import AdminAPI
import Yams

/// One scalar found in the file, not yet expanded.
struct FileValue: Equatable {
    var text: String
    var line: Int
}

/// Reads `martlet.yaml` into named scalars. Yams parses; the walk is ours, so that every scalar stays the text that was
/// written: `yes`, `on`, `012` and `1_000` are never quietly something else.
struct SettingsFile {
    /// Largest file that is read.
    static let maximumBytes = 1 << 20

    private(set) var values: [String: FileValue] = [:]
    /// The sections that declare rows, in the file's order.
    private(set) var declared: [FileTree.Member] = []
    private(set) var problems: [String] = []
    private let path: String

    init(_ bytes: [UInt8], path: String) {
        self.path = path
        guard bytes.count <= Self.maximumBytes else {
            self.problems = ["\(path): is larger than \(SizeText.format(Self.maximumBytes))"]
            return
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            self.problems = ["\(path): is not UTF-8 text"]
            return
        }
        do {
            if let root = try Yams.compose(yaml: text) { self.walkRoot(root) }
        } catch {
            self.problems.append(Self.describe(error, path: path))
        }
    }

    private mutating func walkRoot(_ root: Node) {
        switch root {
        case .mapping(let mapping): self.walk(mapping, under: "")
        case .scalar(let scalar) where Self.isNull(scalar): break
        case .scalar, .sequence, .alias: self.report(root, "must hold settings, one `name: value` a line")
        }
    }

    private mutating func walk(_ mapping: Node.Mapping, under prefix: String) {
        var seen: Set<String> = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                self.report(key, "a setting's name must be a plain word")
                continue
            }
            guard seen.insert(scalar.string).inserted else {
                self.report(key, "\(prefix)\(scalar.string) is given twice")
                continue
            }
            self.take(prefix + scalar.string, key: key, value: value)
        }
    }

    private mutating func take(_ path: String, key: Node, value: Node) {
        if DeclaredDocument.sections.contains(path) {
            self.declare(path, key: key, value: value)
        } else if SettingNames.isRow(path) {
            guard case .scalar(let scalar) = value else { return self.report(value, "\(path) must be a single value") }
            guard !Self.isNull(scalar) else {
                return self.report(key, "\(path) has no value; give one, or remove the line")
            }
            self.values[path] = FileValue(text: scalar.string, line: Self.line(key))
        } else if SettingNames.isSection(path) {
            switch value {
            case .mapping(let mapping): self.walk(mapping, under: path + ".")
            case .scalar(let scalar) where Self.isNull(scalar): break
            default: self.report(value, "\(path) holds settings of its own, one `name: value` a line")
            }
        } else {
            self.report(key, SettingNames.unknown(path))
        }
    }

    private mutating func declare(_ section: String, key: Node, value: Node) {
        var room = FileTree.maximumValues
        do throws(FileTree.Mistake) {
            let tree = try FileTree(value, room: &room)
            self.declared.append(FileTree.Member(name: section, line: Self.line(key), value: tree))
        } catch {
            self.problems.append("\(self.path):\(error.line): \(error.message)")
        }
    }

    private mutating func report(_ node: Node, _ message: String) {
        self.problems.append("\(self.path):\(Self.line(node)): \(message)")
    }

    private static func line(_ node: Node) -> Int { node.mark?.line ?? 1 }

    /// Only a plain (unquoted) scalar can mean "nothing".
    private static func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private static func describe(_ error: any Error, path: String) -> String {
        guard let error = error as? YamlError else { return "\(path): cannot be read as YAML" }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return "\(path):\(mark.line): \(problem)"
        case .duplicatedKeysInMapping(let names, let context):
            return "\(path):\(context.mark.line): \(names.sorted().joined(separator: ", ")) is given twice"
        case .reader(let problem, _, _, _): return "\(path): \(problem)"
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return "\(path): cannot be read as YAML"
        }
    }
}
