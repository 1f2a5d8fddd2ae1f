import Exchange
import Wire

extension ConverseEncoder {
    /// The system prompt's texts; none when they had to become the conversation.
    func systemBlocks(_ turns: [Turn]) -> [Block] {
        guard !self.request.turns.isEmpty else { return [] }
        return self.request.system.filter { if case .text(let text) = $0.content { !text.isBlank } else { false } }
    }

    /// Writes the system prompt, with instructions at its end.
    mutating func write(system blocks: [Block]) {
        guard !blocks.isEmpty || !self.instructions.isEmpty else { return }
        self.writer.key("system")
        self.writer.beginArray()
        for block in blocks {
            guard case .text(let text) = block.content else { continue }
            self.write(text: text.text)
            self.write(mark: block.cache)
        }
        for instruction in self.instructions { self.write(text: instruction) }
        self.writer.endArray()
    }

    /// `{"text": …}`
    mutating func write(text: String) {
        self.writer.beginObject()
        self.writer.member("text", text)
        self.writer.endObject()
    }
}

/// Cache marks: elements of their own, after what is to be cached; four at most, and the last ones count.
extension ConverseEncoder {
    private static let maxMarks = 4

    mutating func countMarks(_ system: [Block], _ turns: [Turn]) {
        guard self.capabilities.cacheMarks else { return }
        var count = self.family.cachesTools ? self.tools.tools.count { $0.cache != nil } : 0
        count += system.count { $0.cache != nil }
        count += turns.reduce(0) { $0 + $1.blocks.count { $0.effectiveMark != nil } }
        if self.request.cache != nil { count += 1 }
        self.marksToSkip = max(count - Self.maxMarks, 0)
    }

    /// Writes a mark as the next element, if there is one and it may stay.
    mutating func write(mark: CacheMark?) {
        guard let mark, self.capabilities.cacheMarks else { return }
        guard self.marksToSkip == 0 else {
            self.marksToSkip -= 1
            return
        }
        self.writer.beginObject()
        self.writer.key("cachePoint")
        self.writer.beginObject()
        self.writer.member("type", "default")
        if mark == .long, self.capabilities.longCache { self.writer.member("ttl", "1h") }
        self.writer.endObject()
        self.writer.endObject()
    }
}

extension Block {
    /// The mark after this block; one inside a tool's result moves behind the result, and thoughts take none.
    var effectiveMark: CacheMark? {
        switch self.content {
        case .toolResult(let result): self.cache ?? result.blocks.last { $0.cache != nil }?.cache
        case .reasoning: nil
        case .text, .image, .document, .audio, .toolCall, .refusal, .opaque: self.cache
        }
    }
}
