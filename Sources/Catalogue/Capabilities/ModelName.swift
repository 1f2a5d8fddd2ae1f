/// A model's name taken apart, so that spellings of one model meet: `us.anthropic.claude-opus-4-6-v1`,
/// `anthropic/claude-opus-4.6` and `claude-opus-4-6@default` are the same words.
///
/// Names come from anywhere: nothing here fails, and only the first 512 bytes are looked at.
struct ModelName: Sendable, Equatable {
    /// The words, lower case: letters, or digits, or a mixture that is no version (`4o`, `120b`).
    let words: [[UInt8]]
    /// The words that are not numbers (`claude opus`).
    let line: [[UInt8]]
    /// The first run of small numbers (`4 6`), unless a date comes before; empty when there is none.
    let version: [Int]

    /// Takes a name apart.
    init(_ name: String) {
        self.init(Self.bare(name))
    }

    /// Takes a name apart whose version is not what its numbers say.
    init(_ name: String, version: [Int]) {
        let words = Self(name)
        self.init(words: words.words, line: words.line, version: version)
    }

    private init(words: [[UInt8]], line: [[UInt8]], version: [Int]) {
        self.words = words
        self.line = line
        self.version = version
    }

    private init(_ bare: [UInt8]) {
        var words: [[UInt8]] = []
        for part in bare.split(whereSeparator: { Self.separators.contains($0) }) { Self.append(part, to: &words) }
        var version: [Int] = []
        var isOpen = true
        for word in words {
            if isOpen, let number = Self.smallNumber(word) {
                version.append(number)
            } else if !version.isEmpty || Self.isNumber(word) {
                isOpen = false
            }
        }
        self.init(words: words, line: words.filter { !Self.isNumber($0) }, version: version)
    }

    private static let separators: [UInt8] = Array("-._ ".utf8)

    /// A part as words: a version is cut from the letters before it (`o3`, `llama4`), and `4p1` is 4.1.
    private static func append(_ part: ArraySlice<UInt8>, to words: inout [[UInt8]]) {
        let letters = part.prefix { !Self.isDigit($0) }
        let numbers = part.dropFirst(letters.count)
            .split(separator: UInt8(ascii: "p"), maxSplits: 1, omittingEmptySubsequences: false)
        guard !numbers.isEmpty, numbers.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isDigit) }) else {
            words.append(Array(part))
            return
        }
        if !letters.isEmpty { words.append(Array(letters)) }
        words.append(contentsOf: numbers.map { Array($0) })
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isNumber(_ word: [UInt8]) -> Bool {
        word.allSatisfy(Self.isDigit)
    }

    /// The value of a word that may be part of a version; longer numbers are dates and revisions.
    private static func smallNumber(_ word: [UInt8]) -> Int? {
        guard word.count <= 2, Self.isNumber(word) else { return nil }
        return word.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}

extension ModelName {
    /// Whether a row of this name speaks of `model`: its words begin the model's, and the version does not go on.
    func begins(_ model: ModelName) -> Bool {
        guard !self.words.isEmpty, model.words.starts(with: self.words) else { return false }
        guard model.words.count > self.words.count else { return true }
        return Self.smallNumber(model.words[self.words.count]) == nil
    }

    /// Whether a row of this name is of the model's family, whatever its version.
    func isFamily(of model: ModelName) -> Bool {
        !self.line.isEmpty && model.line.starts(with: self.line)
    }

    /// Whether the name says which release it means: by number, or as the latest.
    var isReleased: Bool {
        !self.version.isEmpty || self.line.contains(Array("latest".utf8))
    }

    /// Orders versions, number by number; `4` is before `4.1`.
    static func isOlder(_ a: [Int], _ b: [Int]) -> Bool {
        a.lexicographicallyPrecedes(b)
    }
}

extension ModelName {
    /// The name without what surrounds it: ARN, path, tag, date after `@`, region, vendor, Bedrock's revision.
    private static func bare(_ name: String) -> [UInt8] {
        var bytes = name.utf8.prefix(512).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        if let slash = bytes.lastIndex(of: UInt8(ascii: "/")) { bytes.removeSubrange(...slash) }
        if bytes.starts(with: Array("ft:".utf8)) { bytes.removeFirst(3) }
        if let tag = bytes.firstIndex(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "@") }) {
            bytes.removeSubrange(tag...)
        }
        return Self.withoutOwner(bytes)
    }

    /// `us.anthropic.claude-3-haiku-v1` → `claude-3-haiku`.
    private static func withoutOwner(_ name: [UInt8]) -> [UInt8] {
        var name = name[...]
        var isBedrock = false
        while let dot = name.firstIndex(of: UInt8(ascii: ".")) {
            let owner = String(decoding: name[..<dot], as: UTF8.self)
            isBedrock = isBedrock || Self.vendors.contains(owner) || Self.keptVendors.contains(owner)
            guard Self.regions.contains(owner) || Self.vendors.contains(owner) else { break }
            name = name[name.index(after: dot)...]
        }
        if isBedrock, let dash = name.lastIndex(of: UInt8(ascii: "-")) {
            let revision = name[dash...].dropFirst()
            if revision.first == UInt8(ascii: "v"), revision.count > 1, revision.dropFirst().allSatisfy(Self.isDigit) {
                name = name[..<dash]
            }
        }
        return Array(name)
    }

    /// What Bedrock writes before a vendor in the names of inference profiles.
    static let regions: Set<String> = [
        "us", "us-gov", "eu", "apac", "jp", "au", "in", "ca", "sa", "mx", "me", "af", "il", "uk", "global",
    ]

    /// What Bedrock writes before a model's name, where the name does not need it.
    private static let vendors: Set<String> = [
        "ai21", "amazon", "anthropic", "cohere", "google", "meta", "minimax", "mistral", "moonshot", "moonshotai",
        "nvidia", "openai", "qwen", "stability", "twelvelabs", "writer", "xai", "zai",
    ]

    /// Vendors whose name is part of the model's: `deepseek.v3.2`.
    private static let keptVendors: Set<String> = ["deepseek"]
}
