import AdminAPI
import Wire

/// What the file declares, read: variables replaced, every row checked by itself.
struct DeclaredFile: Sendable {
    /// The file.
    let path: String
    let document: DeclaredDocument
    /// The line of each place: `models[0].targets[1].weight`.
    private let lines: [String: Int]

    /// Reads the file's sections.
    ///
    /// - Parameters:
    ///   - sections: As the file has them.
    ///   - path: The file, for messages.
    ///   - substitution: Replaces `${…}`.
    /// - Throws: `SettingsError` with everything that is wrong, line by line.
    init(
        _ sections: [FileTree.Member],
        path: String,
        _ substitution: SettingSubstitution
    ) throws(SettingsError) {
        var text = DeclaredText(substitution)
        text.write(sections)
        guard text.problems.isEmpty else {
            throw SettingsError(problems: text.problems.map { "\(path):\($0.line): \($0.message)" })
        }
        self.path = path
        self.lines = text.lines
        do throws(AdminProblem) {
            self.document = try DeclaredDocument(json: text.json)
        } catch {
            throw SettingsError(problems: [Self.located(error, path, text.lines)])
        }
    }

    /// A refusal with the line that it is about.
    func located(_ problem: AdminProblem) -> String { Self.located(problem, self.path, self.lines) }

    private static func located(_ problem: AdminProblem, _ path: String, _ lines: [String: Int]) -> String {
        var place = problem.field ?? ""
        while !place.isEmpty {
            if let line = lines[place] { return "\(path):\(line): \(problem.detail)" }
            let end = place.lastIndex { $0 == "." || $0 == "[" } ?? place.startIndex
            place = String(place[..<end])
        }
        return "\(path): \(problem.detail)"
    }
}

/// Writes a file's sections as the JSON that the admin API reads.
private struct DeclaredText {
    /// Values of these names are texts, whatever they look like.
    private static let texts: Set<String> = [
        "name", "secret", "amount_usd", "base_url", "kind", "provider", "upstream_model", "project", "key", "period",
        "time_zone", "bound", "strategy", "reasoning_effort",
    ]
    /// What YAML's older edition reads as true or false, and the newer as a text.
    private static let ambiguous: Set<String> = ["yes", "no", "on", "off", "y", "n"]

    private let substitution: SettingSubstitution
    private var writer = JSONWriter()
    private(set) var lines: [String: Int] = [:]
    private(set) var problems: [(line: Int, message: String)] = []

    init(_ substitution: SettingSubstitution) {
        self.substitution = substitution
    }

    var json: [UInt8] { self.writer.bytes }

    mutating func write(_ sections: [FileTree.Member]) {
        self.writer.beginObject()
        for section in sections {
            // A section without a value holds no rows.
            if case .scalar(let text, true, _) = section.value, Self.isNull(text) { continue }
            self.lines[section.name] = section.line
            self.writer.key(section.name)
            self.write(section.value, at: section.name, named: section.name)
        }
        self.writer.endObject()
    }

    private mutating func write(_ tree: FileTree, at place: String, named name: String) {
        switch tree {
        case .scalar(let text, let isPlain, let line): self.write(text, isPlain, line, at: place, named: name)
        case .list(let items, _):
            self.writer.beginArray()
            for (index, item) in items.enumerated() {
                let itemPlace = "\(place)[\(index)]"
                self.lines[itemPlace] = item.line
                self.write(item, at: itemPlace, named: "")
            }
            self.writer.endArray()
        case .map(let members, _):
            self.writer.beginObject()
            for member in members {
                let memberPlace = "\(place).\(member.name)"
                self.lines[memberPlace] = member.line
                self.writer.key(member.name)
                self.write(member.value, at: memberPlace, named: member.name)
            }
            self.writer.endObject()
        }
    }

    private mutating func write(_ text: String, _ isPlain: Bool, _ line: Int, at place: String, named name: String) {
        let value: String
        do throws(SettingMistake) {
            value = try self.substitution.expand(text)
        } catch {
            self.problems.append((line, "\(place) \(error.message)"))
            return self.writer.null()
        }
        if isPlain, Self.isNull(text) { return self.writer.null() }
        guard isPlain, !Self.texts.contains(name) else { return self.writer.string(value) }
        switch value {
        case "true": self.writer.bool(true)
        case "false": self.writer.bool(false)
        case _ where Self.ambiguous.contains(value.lowercased()):
            self.problems.append((line, "\(place) must be true or false, or in quotes if \(value) is meant as a word"))
            self.writer.null()
        case _ where Self.isWholeNumber(value): self.writer.raw(value)
        default: self.writer.string(value)
        }
    }

    private static func isNull(_ text: String) -> Bool { ["", "~", "null", "Null", "NULL"].contains(text) }

    private static func isWholeNumber(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard (1...18).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        return digits == "0" || !digits.hasPrefix("0")
    }
}
