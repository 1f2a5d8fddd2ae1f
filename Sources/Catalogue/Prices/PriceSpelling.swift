/// The names under which a model may stand in a price list, best first.
///
/// Money is exact: a name leads only to the very model, never to a newer or older one. So a dated snapshot stands for its
/// undated family, and what clouds write around a name goes, but `gpt-9` has no price because `gpt-8` has one.
enum PriceSpelling {
    /// The names, in lower case, without repeats.
    ///
    /// - Parameters:
    ///   - model: The vendor's name for the model, in any of its spellings. Only the first 512 bytes count.
    ///   - vendor: The vendor's key; `nil` for a provider without a list.
    /// - Returns: At least the whole name.
    static func names(_ model: String, vendor: String?) -> [String] {
        let whole = String(decoding: model.utf8.prefix(512), as: UTF8.self).lowercased()
        var names = [whole]
        func add(_ name: String?) {
            if let name, !name.isEmpty, !names.contains(name) { names.append(name) }
        }
        var name = whole
        func reduce(_ reduction: (String) -> String?) {
            guard let shorter = reduction(name) else { return }
            name = shorter
            add(name)
        }
        func reduceAll() {
            reduce(Self.withoutOrganisation)
            reduce { Self.cut($0, at: "@") }
            if vendor == "bedrock" {
                reduce(Self.withoutWindow)
                reduce(Self.withoutRevision)
            }
            reduce(Self.withoutDate)
            if vendor == "gemini" || vendor == "vertex" { reduce(Self.withoutStableNumber) }
            reduce { $0.hasSuffix("-latest") ? String($0.dropLast(7)) : nil }
        }
        reduce(Self.withoutPath)
        if let vendor { reduce { $0.hasPrefix(vendor + "/") ? String($0.dropFirst(vendor.count + 1)) : nil } }
        if vendor == "gemini" || vendor == "vertex" { reduce(Self.withoutPublisher) }
        let bare = name
        reduceAll()
        if vendor == "bedrock", let placeless = Self.withoutRegion(bare) {
            name = placeless
            add(name)
            reduceAll()
        }
        if let vendor { for name in names { add(vendor + "/" + name) } }
        return names
    }

    /// `arn:aws:bedrock:…:inference-profile/eu.x`, `publishers/google/models/x`, `models/x` → their last part.
    private static func withoutPath(_ name: String) -> String? {
        let isPath =
            name.hasPrefix("arn:") || name.hasPrefix("models/") || name.hasPrefix("publishers/")
            || name.hasPrefix("projects/")
        guard isPath, let slash = name.lastIndex(of: "/") else { return nil }
        return String(name[name.index(after: slash)...])
    }

    /// `google/gemini-2.5-pro` → `gemini-2.5-pro`, as Google's doors for OpenAI's format want it written.
    private static func withoutPublisher(_ name: String) -> String? {
        guard let slash = name.firstIndex(of: "/") else { return nil }
        let publishers: Set<Substring> = ["google", "anthropic"]
        return publishers.contains(name[..<slash]) ? String(name[name.index(after: slash)...]) : nil
    }

    /// `ft:gpt-4o-mini-2024-07-18:acme::7p4lURel` → `ft:gpt-4o-mini-2024-07-18`: tuned models have prices of their own.
    private static func withoutOrganisation(_ name: String) -> String? {
        guard name.hasPrefix("ft:") else { return nil }
        let parts = name.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count > 2 ? "ft:" + parts[1] : nil
    }

    private static func cut(_ name: String, at mark: Character) -> String? {
        name.firstIndex(of: mark).map { String(name[..<$0]) }
    }

    /// `amazon.nova-lite-v1:0:300k` → `amazon.nova-lite-v1:0`: the same model with another window.
    private static func withoutWindow(_ name: String) -> String? {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count > 2 ? parts.prefix(2).joined(separator: ":") : nil
    }

    /// `anthropic.claude-opus-5-v1:0` → `anthropic.claude-opus-5`.
    private static func withoutRevision(_ name: String) -> String? {
        guard let dash = name.lastIndex(of: "-") else { return nil }
        var revision = name[name.index(after: dash)...]
        guard revision.popFirst() == "v" else { return nil }
        let numbers = revision.split(separator: ":", omittingEmptySubsequences: false)
        let isRevision = numbers.count <= 2 && numbers.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(Self.isDigit) }
        return isRevision ? String(name[..<dash]) : nil
    }

    /// `eu.anthropic.claude-opus-5` → `anthropic.claude-opus-5`.
    private static func withoutRegion(_ name: String) -> String? {
        guard let dot = name.firstIndex(of: "."), ModelName.regions.contains(String(name[..<dot])) else { return nil }
        return String(name[name.index(after: dot)...])
    }

    /// `gpt-5.5-2026-04-23` → `gpt-5.5`, `claude-opus-4-5-20251101` → `claude-opus-4-5`. Four digits are no date: some
    /// vendors' models differ by nothing else.
    private static func withoutDate(_ name: String) -> String? {
        let bytes = Array(name.utf8)
        for (length, dashes) in [(11, [0, 5, 8]), (9, [0])] where bytes.count > length {
            let tail = Array(bytes.suffix(length))
            let digits = tail.indices.filter { !dashes.contains($0) }.map { tail[$0] }
            let isWritten = dashes.allSatisfy { tail[$0] == UInt8(ascii: "-") } && digits.allSatisfy(Self.isDigit)
            guard isWritten, Self.isDate(digits.map { Int($0) - 48 }) else { continue }
            return String(decoding: bytes.dropLast(length), as: UTF8.self)
        }
        return nil
    }

    private static func isDate(_ digits: [Int]) -> Bool {
        guard digits.count == 8, digits[0] == 2, digits[1] == 0 else { return false }
        return (1...12).contains(digits[4] * 10 + digits[5]) && (1...31).contains(digits[6] * 10 + digits[7])
    }

    /// `gemini-2.5-pro-001` → `gemini-2.5-pro`.
    private static func withoutStableNumber(_ name: String) -> String? {
        guard let dash = name.lastIndex(of: "-") else { return nil }
        let number = name[name.index(after: dash)...].utf8
        return number.count == 3 && number.allSatisfy(Self.isDigit) ? String(name[..<dash]) : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
