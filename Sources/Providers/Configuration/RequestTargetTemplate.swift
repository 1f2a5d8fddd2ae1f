/// The path and query of a request, with at most one hole for the model.
struct RequestTargetTemplate: Sendable, Equatable {
    /// What comes before the model, or everything when the model is not in the path.
    var prefix: String
    /// What comes after the model; `nil` when the model is not in the path.
    var suffix: String?
    /// The query without its `?`; empty when there is none.
    var query = ""

    /// A target that is the same for all models.
    static func fixed(_ path: String, query: String = "") -> RequestTargetTemplate {
        RequestTargetTemplate(prefix: path, suffix: nil, query: query)
    }

    /// The path for a model; `nil` when the model's name cannot be a path segment.
    func path(model: String) -> String? {
        guard let suffix else { return self.prefix }
        guard let segment = ASCIIText.percentEncodedSegment(model) else { return nil }
        return self.prefix + segment + suffix
    }
}

/// Picks the query items that travel on from a caller's query string.
enum QueryItems {
    /// Items of the given names, joined by `&`, each with a value of at most 64 plain characters. What is not plain stays
    /// behind: no vendor's listed item needs it.
    static func filter(_ query: UnsafeRawBufferPointer, names: [StaticString]) -> String {
        guard !names.isEmpty, !query.isEmpty else { return "" }
        let items = query.split(separator: UInt8(ascii: "&")).filter { item in
            let name = item.prefix { $0 != UInt8(ascii: "=") }
            let value = item.dropFirst(name.count + 1)
            return names.contains { rule in rule.withUTF8Buffer { $0.elementsEqual(name) } }
                && value.count <= 64 && value.allSatisfy(ASCIIText.isUnreserved)
        }
        return String(
            decoding: Array(items.prefix(16).joined(separator: CollectionOfOne(UInt8(ascii: "&")))),
            as: UTF8.self
        )
    }
}
