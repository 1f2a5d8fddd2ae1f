import Exchange

/// Masks what a project's rules name, and credentials always, in bodies of JSON, in streams of them, and in any other text.
///
/// Texts are searched as they read without escapes; one that is JSON itself (a tool's arguments) is searched as JSON. The pieces
/// of a streamed text are searched as the one text they make, so that what is cut in two by an event is found too.
struct BodyRedactor {
    static let mark = Array("[redacted]".utf8)
    /// JSON in JSON is followed so far; what is deeper is searched as text.
    private static let nesting = 4
    /// Names under which streams send texts piece by piece.
    private static let pieces = Set(
        [
            "content", "text", "delta", "partial_json", "arguments", "thinking", "reasoning_content", "reasoning",
            "refusal",
        ]
        .map { Array($0.utf8) }
    )

    private let patterns: TokenPatterns
    private let fields: Set<[UInt8]>
    private let paths: Set<[[UInt8]]>

    init(_ rules: [BodyRedaction]) {
        var patterns = TokenPatterns()
        var fields = Set<[UInt8]>()
        var paths = Set<[[UInt8]]>()
        for rule in rules {
            switch rule {
            case .email: patterns.findsEmail = true
            case .card: patterns.findsCards = true
            case .field(let name): fields.insert(Self.lower(Array(name.utf8)))
            case .path(let names): paths.insert(names.map { Array($0.utf8) })
            }
        }
        self.patterns = patterns
        self.fields = fields
        self.paths = paths
    }

    /// The bytes with what is masked replaced.
    ///
    /// - Parameters:
    ///   - bytes: One body.
    ///   - isStream: It is a stream of server-sent events.
    ///   - isCut: Its end is not there: a last word that might be half of a credential goes.
    /// - Returns: About as many bytes; masked texts are `[redacted]`, other masked values `null`.
    func masked(_ bytes: [UInt8], isStream: Bool, isCut: Bool) -> [UInt8] {
        let bytes = isCut ? Self.withoutLastWord(bytes) : bytes[...]
        var edits: [Edit] = []
        if isStream {
            self.searchStream(bytes, &edits)
        } else if LooseJSON.looksLike(bytes) {
            self.search(json: bytes, depth: 0, &edits)
        } else {
            edits = self.patterns.find(in: bytes).map { Edit(range: $0, text: Self.mark) }
        }
        return Self.apply(edits, to: bytes)
    }

    private struct Edit {
        var range: Range<Int>
        var text: [UInt8]
    }

    // MARK: JSON

    private func isMasked(_ path: [[UInt8]]) -> Bool {
        guard let name = path.last, !self.fields.isEmpty || !self.paths.isEmpty else { return false }
        return self.fields.contains(Self.lower(name)) || self.paths.contains(path)
    }

    private func read(_ bytes: ArraySlice<UInt8>, _ edits: inout [Edit]) -> LooseJSON {
        let json = LooseJSON(bytes, isMasked: self.isMasked)
        for (range, isText) in json.masked {
            edits.append(Edit(range: range, text: isText ? Self.mark : Array("null".utf8)))
        }
        for range in json.longNumbers where !self.patterns.find(in: bytes[range]).isEmpty {
            edits.append(Edit(range: range, text: Array("null".utf8)))
        }
        return json
    }

    private func search(json bytes: ArraySlice<UInt8>, depth: Int, _ edits: inout [Edit]) {
        for text in self.read(bytes, &edits).texts {
            self.search([DecodedText(bytes, text.range)], depth: depth, &edits)
        }
    }

    /// Searches the one text that these pieces make.
    private func search(_ pieces: [DecodedText], depth: Int, _ edits: inout [Edit]) {
        let whole = pieces.count == 1 ? pieces[0].bytes : pieces.flatMap(\.bytes)
        guard !whole.isEmpty else { return }
        var found = self.patterns.find(in: whole[...]).map { Edit(range: $0, text: Self.mark) }
        if depth < Self.nesting, LooseJSON.looksLike(whole[...]) {
            self.search(json: whole[...], depth: depth + 1, &found)
        }
        for edit in found { Self.place(edit, in: pieces, &edits) }
    }

    /// Brings an edit of the text to where its pieces stand: the first one is told of it, the others lose their part.
    private static func place(_ edit: Edit, in pieces: [DecodedText], _ edits: inout [Edit]) {
        var base = 0
        var text = edit.text
        for piece in pieces {
            let inside = edit.range.clamped(to: base..<base + piece.bytes.count)
            if !inside.isEmpty {
                let range = piece.places[inside.lowerBound - base]..<piece.places[inside.upperBound - base]
                edits.append(Edit(range: range, text: text))
                text = []
            }
            base += piece.bytes.count
        }
    }

    // MARK: Streams

    private func searchStream(_ bytes: ArraySlice<UInt8>, _ edits: inout [Edit]) {
        var streams: [[[UInt8]]: [DecodedText]] = [:]
        for line in bytes.split(separator: 0x0A) {
            guard line.starts(with: "data:".utf8), LooseJSON.looksLike(line.dropFirst(5)) else {
                edits += self.patterns.find(in: line).map { Edit(range: $0, text: Self.mark) }
                continue
            }
            let json = self.read(line.dropFirst(5), &edits)
            for text in json.texts {
                let decoded = DecodedText(bytes, text.range)
                if let name = text.path.last, Self.pieces.contains(name) {
                    streams[text.path + [json.positions], default: []].append(decoded)
                } else {
                    self.search([decoded], depth: 0, &edits)
                }
            }
        }
        for pieces in streams.values { self.search(pieces, depth: 0, &edits) }
    }

    // MARK: Bytes

    private static func apply(_ edits: [Edit], to bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = bytes.startIndex
        // Of two that begin together the longer one counts; what is inside another is gone with it.
        let ordered = edits.sorted { a, b in
            (a.range.lowerBound, b.range.upperBound) < (b.range.lowerBound, a.range.upperBound)
        }
        for edit in ordered {
            guard edit.range.upperBound > position else { continue }
            if edit.range.lowerBound >= position {
                result += bytes[position..<edit.range.lowerBound]
                result += edit.text
            }
            position = edit.range.upperBound
        }
        return result + bytes[position...]
    }

    /// Half a token is not known for one.
    private static func withoutLastWord(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        var rest = bytes[...]
        let most = 1_024
        func drop(while isPart: (UInt8) -> Bool) {
            while let last = rest.last, bytes.count - rest.count < most, isPart(last) { rest.removeLast() }
        }
        drop { $0 > 0x20 && !"\",:{}[]\\()<>;".utf8.contains($0) }
        drop { TokenPatterns.isDigit($0) || $0 == 0x20 || $0 == 0x2D }
        return rest
    }

    private static func lower(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}
