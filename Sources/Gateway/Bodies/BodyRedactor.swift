import Exchange

/// Masks what a project's rules name, and credentials always, in bodies of JSON, in streams of them, and in any other text.
///
/// Texts, names of members among them, are searched as they read without escapes; one that is JSON itself (a tool's arguments) is
/// searched as JSON. The pieces of a streamed text are searched as the one text they make, so that what is cut in two by an event
/// is found too; and each by itself, for they may be whole texts. What only begins as JSON does is searched as any other text, too,
/// and goes whole where members are masked by their names.
struct BodyRedactor {
    static let mark = Array("[redacted]".utf8)
    private static let endOfStream = Array("[DONE]".utf8)
    /// JSON in JSON is followed so far; what is deeper is searched as text.
    private static let nesting = 4
    /// Texts that every event says anew; all others of a stream may go on in the next one.
    private static let repeated = Set(
        [
            "id", "item_id", "call_id", "event_id", "object", "model", "type", "role", "status", "finish_reason",
            "stop_reason", "system_fingerprint", "service_tier", "obfuscation",
        ]
        .map { Array($0.utf8) }
    )

    private let patterns: TokenPatterns
    private let rules: MaskRules

    init(_ rules: [BodyRedaction]) {
        var patterns = TokenPatterns()
        patterns.findsEmail = rules.contains(.email)
        patterns.findsCards = rules.contains(.card)
        self.patterns = patterns
        self.rules = MaskRules(rules)
    }

    /// The bytes with what is masked replaced.
    ///
    /// - Parameters:
    ///   - bytes: One body.
    ///   - isStream: It is a stream of server-sent events.
    ///   - isCut: Its end is not there: a last word that might be half of a credential goes, of a stream that of each text.
    /// - Returns: About as many bytes; masked texts are `[redacted]`, other masked values `null`.
    func masked(_ bytes: [UInt8], isStream: Bool, isCut: Bool) -> [UInt8] {
        var edits: [Edit] = []
        if isStream {
            self.search(stream: EventText(bytes), isCut: isCut, &edits)
        } else {
            self.search(body: bytes[...], isCut: isCut, &edits)
        }
        return Self.apply(edits, to: bytes)
    }

    private func search(body: ArraySlice<UInt8>, isCut: Bool, _ edits: inout [Edit]) {
        let looksLikeJSON = LooseJSON.looksLike(body)
        let isJSON = looksLikeJSON && JSONGrammar.holds(body)
        if looksLikeJSON, !isJSON, self.rules.haveNames {
            return edits.append(Edit(range: body.indices, kind: .mark))
        }
        if !isJSON { edits += self.found(in: body, isCut: isCut) }
        if looksLikeJSON { self.search(json: body, depth: 0, isCut: isCut, &edits) }
    }

    private struct Edit {
        enum Kind { case mark, null, nothing }

        var range: Range<Int>
        var kind: Kind

        var text: [UInt8] {
            switch self.kind {
            case .mark: BodyRedactor.mark
            case .null: Array("null".utf8)
            case .nothing: []
            }
        }
    }

    private func found(in text: ArraySlice<UInt8>, isCut: Bool) -> [Edit] {
        var edits = self.patterns.find(in: text).map { Edit(range: $0, kind: .mark) }
        if isCut {
            let last = LastWord.range(in: text)
            if !last.isEmpty { edits.append(Edit(range: last, kind: .nothing)) }
        }
        return edits
    }

    // MARK: JSON

    private func search(json bytes: ArraySlice<UInt8>, depth: Int, isCut: Bool, _ edits: inout [Edit]) {
        var json = LooseJSON(bytes, rules: self.rules)
        while let finding = json.next() {
            guard let text = self.text(finding, in: bytes, isCut: isCut, &edits) else { continue }
            self.search(DecodedText(bytes, text.range), depth: depth, isCut: isCut && text.isOpen, &edits)
        }
    }

    /// Masks what is found, but for a text, which is for the caller to search.
    private func text(
        _ finding: LooseJSON.Finding,
        in bytes: ArraySlice<UInt8>,
        isCut: Bool,
        _ edits: inout [Edit]
    ) -> LooseJSON.Text? {
        switch finding {
        case .text(let text): return text
        case .masked(let range, let isText): edits.append(Edit(range: range, kind: isText ? .mark : .null))
        case .number(let range, let isOpen):
            if isCut, isOpen {
                edits.append(Edit(range: range, kind: .nothing))
            } else if !self.patterns.find(in: bytes[range]).isEmpty {
                edits.append(Edit(range: range, kind: .null))
            }
        }
        return nil
    }

    /// Searches a text, and brings what is found to where its pieces stand: the first one is told of it, the others lose their
    /// part.
    private func search(_ text: DecodedText, depth: Int, isCut: Bool, _ edits: inout [Edit]) {
        guard !text.bytes.isEmpty else { return }
        var found = self.found(in: text.bytes[...], isCut: isCut)
        if depth < Self.nesting, LooseJSON.looksLike(text.bytes[...]) {
            self.search(json: text.bytes[...], depth: depth + 1, isCut: isCut, &found)
        }
        for edit in found {
            var kind = edit.kind
            for range in text.source(of: edit.range) {
                edits.append(Edit(range: range, kind: kind))
                kind = .nothing
            }
        }
    }

    // MARK: Streams

    /// A piece of a text.
    private struct Piece {
        /// Of one event: what tells it from others of its node. Of a stream: the same for all pieces of a text.
        var key: UInt64
        var node: Int32
        var start: UInt32
        var end: UInt32
    }

    private func search(stream: EventText, isCut: Bool, _ edits: inout [Edit]) {
        let end = stream.bytes.count
        var pieces: [Piece] = []
        for line in stream.others {
            edits += self.found(in: stream.bytes[line], isCut: isCut && line.upperBound == end)
        }
        for event in stream.events {
            let data = stream.data[event]
            if Self.isEndOfStream(data) { continue }
            let looksLikeJSON = LooseJSON.looksLike(data)
            if !looksLikeJSON || !JSONGrammar.holds(data) {
                if looksLikeJSON, self.rules.haveNames {
                    edits.append(Edit(range: event, kind: .mark))
                    continue
                }
                edits += self.found(in: data, isCut: isCut && event.upperBound == end)
            }
            guard looksLikeJSON else { continue }
            let isWhole = self.search(event: data, &pieces, &edits)
            // Which choice the rest of an event is about may stand behind its cut: nothing of it is kept.
            if isCut, !isWhole { edits.append(Edit(range: event, kind: .nothing)) }
        }
        pieces.sort { ($0.key, $0.start) < ($1.key, $1.start) }
        var rest = pieces[...]
        while let first = rest.first {
            let same = rest.prefix { $0.key == first.key }
            rest = rest.dropFirst(same.count)
            let ranges = same.map { Int($0.start)..<Int($0.end) }
            self.search(DecodedText(stream.data[...], pieces: ranges), depth: 0, isCut: isCut, &edits)
            guard ranges.count > 1 else { continue }
            // What is whole in one piece must not be hidden by the end of the piece before it.
            for range in ranges { self.search(DecodedText(stream.data[...], range), depth: 0, isCut: false, &edits) }
        }
    }

    private static func isEndOfStream(_ data: ArraySlice<UInt8>) -> Bool {
        let text = data.drop { $0 <= 0x20 }
        return text.starts(with: self.endOfStream) && text.dropFirst(self.endOfStream.count).allSatisfy { $0 <= 0x20 }
    }

    /// Searches an event but for texts that may go on in the next one, which are added to the pieces.
    ///
    /// - Returns: Whether its end is there.
    private func search(event: ArraySlice<UInt8>, _ pieces: inout [Piece], _ edits: inout [Edit]) -> Bool {
        let earlier = pieces.count
        var json = LooseJSON(event, rules: self.rules, followsPlaces: true)
        while let finding = json.next() {
            guard let text = self.text(finding, in: event, isCut: false, &edits) else { continue }
            guard !text.isName, !Self.repeated.contains(text.name) else {
                self.search(DecodedText(event, text.range), depth: 0, isCut: false, &edits)
                continue
            }
            pieces.append(
                Piece(
                    key: StreamPlaces.tag(of: text),
                    node: Int32(clamping: text.node),
                    start: UInt32(clamping: text.range.lowerBound),
                    end: UInt32(clamping: text.range.upperBound)
                )
            )
        }
        let identities = json.places?.identities() ?? []
        for i in earlier..<pieces.count {
            let node = Int(pieces[i].node)
            pieces[i].key = (pieces[i].key &* 31) &+ (identities.indices.contains(node) ? identities[node] : 0)
        }
        return !json.isOpen
    }

    // MARK: Bytes

    private static func apply(_ edits: [Edit], to bytes: [UInt8]) -> [UInt8] {
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
}
