import Exchange

/// Which values a project masks whole, by the names they stand under, and which are masked for everybody.
struct MaskRules {
    /// Members that say the answer once more, token by token, where no pattern finds anything.
    private static let repeating = Set(
        [
            "logprobs", "top_logprobs", "prompt_logprobs", "logprobsResult", "logprobs_result", "token_ids",
            "prompt_token_ids", "output_token_ids",
        ]
        .map { Array($0.utf8) }
    )
    /// Members of a body that may be given as numbers of tokens.
    private static let tokenized = Set(["prompt", "input"].map { Array($0.utf8) })

    private var fields = Set<[UInt8]>()
    private var paths: [[[UInt8]]] = []

    init(_ rules: [BodyRedaction]) {
        for rule in rules {
            switch rule {
            case .email, .card: continue
            case .field(let name): self.fields.insert(Self.lower(Array(name.utf8)))
            case .path(let names): self.paths.append(names.map { Array($0.utf8) })
            }
        }
    }

    /// Whether what is masked is named: where no names can be read, nothing is known to be harmless.
    var haveNames: Bool { !self.fields.isEmpty || !self.paths.isEmpty }

    /// The paths that may go on from the root.
    var atRoot: [Int] { Array(self.paths.indices) }

    /// Those of the paths that go on through a name.
    ///
    /// - Parameters:
    ///   - name: A member's name.
    ///   - alive: Paths that led to the object it stands in.
    ///   - depth: How many names led there.
    /// - Returns: The paths, and whether one of them, or a field, ends here: then the value is masked.
    func follow(_ name: [UInt8], alive: [Int], depth: Int) -> (alive: [Int], isMasked: Bool) {
        let isField = !self.fields.isEmpty && self.fields.contains(Self.lower(name))
        guard !alive.isEmpty else { return ([], isField) }
        let next = alive.filter { depth < self.paths[$0].count && self.paths[$0][depth] == name }
        return (next, isField || next.contains { self.paths[$0].count == depth + 1 })
    }

    /// Whether lists and objects of this name are masked for everybody. Numbers and flags are not: a request asks by them.
    static func repeats(_ name: [UInt8]) -> Bool { self.repeating.contains(name) }

    /// Whether a list of numbers of this name is text in tokens.
    static func isTokenized(_ name: [UInt8]) -> Bool { self.tokenized.contains(name) }

    private static func lower(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}
