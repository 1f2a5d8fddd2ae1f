import Wire

/// `provider/upstream-model[:weight[:priority]]`. Upstream names hold slashes and colons themselves: the provider ends at
/// the first slash, and only trailing all-digit parts are weight and priority.
struct TargetText: Equatable {
    var provider: String
    var upstreamModel: String
    var weight = 1
    var priority = 0

    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.provider = String(parts[0])
        var pieces = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        var numbers: [Int] = []
        while pieces.count > 1, numbers.count < 2, let number = Self.number(pieces[pieces.count - 1]) {
            numbers.insert(number, at: 0)
            pieces.removeLast()
        }
        self.upstreamModel = pieces.joined(separator: ":")
        if let weight = numbers.first { self.weight = weight }
        if numbers.count == 2 { self.priority = numbers[1] }
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("provider")
        writer.string(self.provider)
        writer.key("upstream_model")
        writer.string(self.upstreamModel)
        writer.key("weight")
        writer.int(self.weight)
        writer.key("priority")
        writer.int(self.priority)
        writer.endObject()
    }
}
