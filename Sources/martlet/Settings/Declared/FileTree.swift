import Yams

/// A part of the file that is more than single settings: what it says, and in which lines.
indirect enum FileTree: Sendable, Equatable {
    case scalar(text: String, isPlain: Bool, line: Int)
    case list([FileTree], line: Int)
    case map([Member], line: Int)

    struct Member: Sendable, Equatable {
        var name: String
        var line: Int
        var value: FileTree
    }

    /// What is wrong with a part of the file.
    struct Mistake: Error {
        var line: Int
        var message: String
    }

    /// Most values of a file, aliases counted as often as they are used.
    static let maximumValues = 200_000

    /// Copies a node.
    ///
    /// - Parameters:
    ///   - node: As Yams read it.
    ///   - room: How many values there may still be; taken from.
    /// - Throws: `Mistake` for too many values and for a name that is no plain word.
    init(_ node: Node, room: inout Int) throws(Mistake) {
        let line = node.mark?.line ?? 1
        room -= 1
        guard room > 0 else { throw Mistake(line: line, message: "the file holds too many values") }
        switch node {
        case .scalar(let scalar):
            self = .scalar(text: scalar.string, isPlain: scalar.style == .plain || scalar.style == .any, line: line)
        case .sequence(let sequence):
            var items: [FileTree] = []
            for item in sequence { items.append(try FileTree(item, room: &room)) }
            self = .list(items, line: line)
        case .mapping(let mapping):
            var members: [Member] = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    throw Mistake(line: key.mark?.line ?? line, message: "a name must be a plain word")
                }
                members.append(
                    Member(
                        name: name.string,
                        line: key.mark?.line ?? line,
                        value: try FileTree(value, room: &room)
                    )
                )
            }
            self = .map(members, line: line)
        case .alias: throw Mistake(line: line, message: "an alias stands for nothing")
        }
    }

    /// Where it begins.
    var line: Int {
        switch self {
        case .scalar(_, _, let line), .list(_, let line), .map(_, let line): line
        }
    }
}
