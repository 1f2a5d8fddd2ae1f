/// Gathers what a translation could not carry exactly, and refuses what must not be lost.
public struct TranslationReport: Sendable, Equatable {
    /// Losses so far, in order, each once; the first 64.
    public private(set) var warnings: [TranslationWarning] = []
    /// Every loss is a refusal (`x-martlet-strict: true`).
    public let isStrict: Bool
    /// The target's name, for refusals.
    public let target: String

    /// A report of nothing yet.
    public init(target: String, isStrict: Bool = false) {
        self.target = target
        self.isStrict = isStrict
    }

    /// A field that only steers quality, cost, routing or tracing is left out.
    ///
    /// - Throws: In strict mode.
    public mutating func dropped(_ field: RequestField, _ detail: String = "") throws(TranslationRefusal) {
        try self.note(.dropped, field, detail)
    }

    /// A near equivalent is sent.
    ///
    /// - Throws: In strict mode.
    public mutating func approximated(_ field: RequestField, _ detail: String = "") throws(TranslationRefusal) {
        try self.note(.approximated, field, detail)
    }

    /// A number is brought into the target's range.
    ///
    /// - Throws: In strict mode.
    public mutating func clamped(_ field: RequestField, to value: String) throws(TranslationRefusal) {
        try self.note(.clamped, field, value)
    }

    /// The refusal of something the caller relies on, to be thrown.
    ///
    /// - Parameters:
    ///   - field: What cannot be carried.
    ///   - reason: What the target cannot do, as a clause without subject: "has no stop sequences".
    ///   - wayOut: What the caller can do, as a sentence: "Leave it out."
    /// - Returns: What is to be thrown.
    public func refusal(_ field: RequestField, _ reason: String, wayOut: String) -> TranslationRefusal {
        TranslationRefusal(field: field, target: self.target, reason: reason, wayOut: wayOut)
    }

    private mutating func note(
        _ kind: TranslationWarning.Kind,
        _ field: RequestField,
        _ detail: String
    ) throws(TranslationRefusal) {
        guard !self.isStrict else {
            throw TranslationRefusal(
                field: field,
                target: self.target,
                reason: "cannot carry it exactly (\(kind.rawValue)\(detail.isEmpty ? "" : ": \(detail)"))",
                wayOut: "Leave it out, or do not ask for strict translation."
            )
        }
        let warning = TranslationWarning(kind: kind, field: field, detail: detail)
        // More would not fit into the caller's header anyway, and a hundred thousand repairs must not cost their square.
        guard self.warnings.count < 64, !self.warnings.contains(warning) else { return }
        self.warnings.append(warning)
    }
}

/// One loss that the caller is told of.
public struct TranslationWarning: Sendable, Hashable {
    /// How it was lost.
    public enum Kind: String, Sendable {
        case dropped, approximated, clamped
    }

    /// How it was lost.
    public var kind: Kind
    /// What it is about.
    public var field: RequestField
    /// Short and printable: a value, a type name.
    public var detail: String

    /// A warning.
    public init(kind: Kind, field: RequestField, detail: String = "") {
        self.kind = kind
        self.field = field
        self.detail = detail
    }

    /// `dropped:seed`, `clamped:temperature:1`: printable ASCII without commas, in the caller's spelling.
    public func token(_ spelling: (RequestField) -> String) -> String {
        let text = [self.kind.rawValue, spelling(self.field), self.detail].filter { !$0.isEmpty }.joined(separator: ":")
        return String(
            decoding: text.utf8.map { (0x21..<0x7F).contains($0) && $0 != UInt8(ascii: ",") ? $0 : UInt8(ascii: "_") },
            as: UTF8.self
        )
    }
}

/// Something the caller relies on and the target cannot do.
public struct TranslationRefusal: Error, Sendable, Equatable {
    /// What it is about.
    public var field: RequestField
    /// Provider and model that cannot do it.
    public var target: String
    /// What the target cannot do.
    public var reason: String
    /// What the caller can do.
    public var wayOut: String

    /// A refusal.
    public init(field: RequestField, target: String, reason: String, wayOut: String) {
        self.field = field
        self.target = target
        self.reason = reason
        self.wayOut = wayOut
    }

    /// The 400 the caller gets, in its own spelling.
    public func failure(_ spelling: (RequestField) -> String) -> GatewayFailure {
        let name = spelling(self.field)
        return GatewayFailure(
            .invalidRequest,
            "'\(name)': \(self.target) \(self.reason). \(self.wayOut)",
            parameter: name,
            code: "unsupported_by_target"
        )
    }
}
