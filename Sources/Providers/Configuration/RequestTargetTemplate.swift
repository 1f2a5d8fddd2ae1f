/// The path and query of a request, with at most one hole for the model.
struct RequestTargetTemplate: Sendable, Equatable {
    /// What comes before the model, or everything when the model is not in the path.
    var prefix: String
    /// What comes after the model; `nil` when the model is not in the path.
    var suffix: String?
    /// The query without its `?`; empty when there is none.
    var query = ""
    /// How the model stands in the path.
    var place = ModelPlace.segment

    /// How a model stands in a path.
    enum ModelPlace: Sendable, Equatable {
        /// As one segment.
        case segment
        /// Below its collection: the usual one, unless the model's name brings one of the others (`tunedModels/x`).
        case resource(usual: String, others: [String])

        /// The encoded name; `nil` when it cannot stand in a path.
        func encode(_ model: String) -> String? {
            switch self {
            case .segment: return ASCIIText.percentEncodedSegment(model)
            case .resource(let usual, let others):
                let named = others.first { model.utf8.starts(with: "\($0)/".utf8) }
                let name =
                    named.map { String(decoding: model.utf8.dropFirst($0.utf8.count + 1), as: UTF8.self) } ?? model
                return ASCIIText.percentEncodedSegment(name).map { "\(named ?? usual)/\($0)" }
            }
        }
    }

    /// A target that is the same for all models.
    static func fixed(_ path: String, query: String = "") -> RequestTargetTemplate {
        RequestTargetTemplate(prefix: path, suffix: nil, query: query)
    }

    /// The path for a model; `nil` when the model's name cannot be a path segment.
    func path(model: String) -> String? {
        guard let suffix else { return self.prefix }
        guard let segment = self.place.encode(model) else { return nil }
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
