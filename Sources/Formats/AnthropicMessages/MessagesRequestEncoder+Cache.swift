import Exchange
import Wire

/// Settles which cache marks are written: at most four, the last ones, for they cover the earlier; and none of the long
/// lifetime after one of the short, which the vendor refuses. The vendor's order is tools, system, conversation.
struct CacheBudget {
    private static let limit = 4

    /// Marks that come too early to be among the last.
    private var toSkip = 0
    private var hasShort = false

    /// Settles the marks of a request; `isAutomatic` when the whole request bears one.
    static func settle(_ tools: inout [Tool], _ system: inout [Block], _ turns: inout [Turn], isAutomatic: Bool) {
        // What is written as its sender wrote it keeps its marks.
        var fixed = isAutomatic ? 1 : 0
        var free = system.count { $0.cache != nil }
        for tool in tools where tool.cache != nil {
            if case .hosted = tool.kind { fixed += 1 } else { free += 1 }
        }
        for turn in turns {
            for block in turn.blocks where block.cache != nil {
                if case .opaque = block.content { fixed += 1 } else { free += 1 }
            }
        }
        var budget = CacheBudget()
        budget.toSkip = max(free - max(Self.limit - fixed, 0), 0)
        for index in tools.indices { tools[index].cache = budget.settled(tools[index].cache) }
        for index in system.indices { system[index].cache = budget.settled(system[index].cache) }
        for turn in turns.indices {
            for index in turns[turn].blocks.indices where turns[turn].blocks[index].cache != nil {
                if case .reasoning = turns[turn].blocks[index].content { continue }
                turns[turn].blocks[index].cache = budget.settled(turns[turn].blocks[index].cache)
            }
        }
    }

    private mutating func settled(_ mark: CacheMark?) -> CacheMark? {
        guard let mark else { return nil }
        if self.toSkip > 0 {
            self.toSkip -= 1
            return nil
        }
        if mark == .short { self.hasShort = true }
        return self.hasShort ? .short : mark
    }
}

extension MessagesRequestEncoder {
    /// Writes a block's or tool's `cache_control`, if it has one.
    func writeMark(_ mark: CacheMark?, to writer: inout JSONWriter) {
        guard let mark, self.capabilities.cacheMarks else { return }
        writer.member("cache_control") { self.write(mark, to: &$0) }
    }

    /// The members of a `cache_control`.
    func write(_ mark: CacheMark, to writer: inout JSONWriter) {
        writer.member("type", "ephemeral")
        if mark == .long, self.capabilities.longCache { writer.member("ttl", "1h") }
    }
}
