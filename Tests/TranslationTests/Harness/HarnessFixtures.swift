import BedrockConverse
import Exchange
import AnthropicMessages
import Foundation
import GeminiContent
import OpenAIChat
import OpenAIResponses
import Testing

/// The files beside these tests: requests of callers, answers and streams of vendors, and what becomes of them.
enum HarnessFixtures {
    static let folder: String = {
        let parts = "\(#filePath)".split(separator: "/").dropLast(2)
        return "/" + parts.joined(separator: "/") + "/Fixtures"
    }()

    /// Golden files are written instead of compared.
    static let isWriting = ProcessInfo.processInfo.environment["MARTLET_WRITE_GOLDEN"] == "1"

    static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: "\(self.folder)/\(path)").map { String(decoding: $0, as: UTF8.self) }
    }

    static func names(_ path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(self.folder)/\(path)")) ?? []).sorted()
    }

    /// Compares a result with its file, or writes the file. `nil` means that there must be no file.
    static func check(_ path: String, _ result: String?) {
        let file = "\(self.folder)/\(path)"
        let wanted = result.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }
        if self.isWriting {
            if let wanted {
                try? Data(wanted.utf8).write(to: URL(fileURLWithPath: file))
            } else {
                try? FileManager.default.removeItem(atPath: file)
            }
            return
        }
        let found = self.text(path)
        #expect(found == wanted, "\(path) differs: MARTLET_WRITE_GOLDEN=1 rewrites it, then read it")
    }

    /// A caller's request.
    struct Request: Sendable, CustomTestStringConvertible {
        let client: HarnessClient
        let name: String
        let body: String
        var testDescription: String { self.path }
        var path: String { "\(self.client.rawValue)/\(self.name)" }
    }

    static let requests: [Request] = HarnessClient.allCases.flatMap { client in
        Self.names(client.rawValue).compactMap { name in
            Self.text("\(client.rawValue)/\(name)/request.json").map { Request(client: client, name: name, body: $0) }
        }
    }

    /// A vendor's answer, whole and streamed.
    struct Reply: Sendable, CustomTestStringConvertible {
        let room: any VendorFormat
        let name: String
        /// `nil` when the vendor only fails in the middle of a stream.
        let whole: String?
        let stream: [UInt8]
        var testDescription: String { self.path }
        var path: String { "\(self.room.id)/\(self.name)" }

        /// What the request's writer would have noted.
        var notes: ReplyNotes {
            var notes = ReplyNotes()
            notes.seed = "seed"
            notes.reasoningOwner =
                switch self.room.id {
                case .messages, .converse: ReasoningState.anthropic
                case .gemini: ReasoningState.gemini
                default: "openai"
                }
            return notes
        }

        var events: [AnswerEvent] { HarnessStream.events(self.stream, of: self.room, self.notes) }
    }

    static let rooms: [any VendorFormat] = [
        OpenAIChatFormat(), OpenAIResponsesFormat(), AnthropicMessagesFormat(), GeminiContentFormat(),
        BedrockConverseFormat(),
    ]

    static let replies: [Reply] = Self.rooms.flatMap { room in
        Self.names(room.id.rawValue).compactMap { name in
            let path = "\(room.id)/\(name)"
            let stream = Self.text("\(path)/stream.sse").map { Array($0.utf8) } ?? Self.frames("\(path)/stream.txt")
            return stream.map { Reply(room: room, name: name, whole: Self.text("\(path)/answer.json"), stream: $0) }
        }
    }

    /// A binary stream from its readable form: a line `NAME PAYLOAD` for each frame, `!NAME` for exceptions.
    private static func frames(_ path: String) -> [UInt8]? {
        Self.text(path).map { text in
            text.split(separator: "\n").flatMap { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                let name = String(parts[0])
                let payload = parts.count > 1 ? String(parts[1]) : "{}"
                return name.hasPrefix("!")
                    ? Frames.exception(String(name.dropFirst()), payload) : Frames.event(name, payload)
            }
        }
    }
}
