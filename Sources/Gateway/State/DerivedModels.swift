import Policy
import Synchronization

/// Models that no row names in full: `provider/model`, and those that a row with a `*` stands for. Each is made when it is
/// first asked for, and kept for as long as its snapshot is in force.
final class DerivedModels: Sendable {
    /// Makes a model from a name; `nil` for one that nothing stands behind.
    typealias Maker = @Sendable (_ name: String) -> Model?

    private static let capacity = 1_024

    private let known = Mutex<[ModelName: Model]>([:])
    private let make: Maker

    init(_ make: @escaping Maker) {
        self.make = make
    }

    /// None.
    static let none = DerivedModels { _ in nil }

    func model(named name: String) -> Model? {
        let key = ModelName(name)
        if let model = self.known.withLock({ $0[key] }) { return model }
        guard Self.isPlain(name), let model = self.make(name) else { return nil }
        return self.known.withLock { known in
            // Two loops may have made it at once: the first one counts, for its balance.
            if let first = known[key] { return first }
            if known.count >= Self.capacity { known.removeAll() }
            known[key] = model
            return model
        }
    }

    /// A name may become part of a path at the vendor: no part of it is empty, `.` or `..`, and it is of a sane length.
    private static func isPlain(_ name: String) -> Bool {
        guard name.utf8.count <= 300 else { return false }
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count > 1
            && parts.allSatisfy { part in
                !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
                    && part.allSatisfy { $0 > 0x20 && $0 != 0x7F }
            }
    }
}

/// A model's name that ends in `*`, and what stands in the star's place.
struct NamePattern {
    private let prefix: String

    /// - Returns: `nil` for a name without a star at its end.
    init?(_ name: String) {
        guard name.utf8.last == UInt8(ascii: "*") else { return nil }
        self.prefix = String(name.dropLast())
    }

    var length: Int { self.prefix.utf8.count }

    /// What a name has where the pattern has its star; `nil` for a name of another kind.
    func rest(of name: String) -> String? {
        guard name.utf8.count > self.prefix.utf8.count, name.utf8.starts(with: self.prefix.utf8) else { return nil }
        return String(decoding: name.utf8.dropFirst(self.prefix.utf8.count), as: UTF8.self)
    }

    /// An upstream name with the rest in its star's place.
    static func filled(_ upstream: String, with rest: String) -> String {
        upstream.utf8.last == UInt8(ascii: "*") ? String(upstream.dropLast()) + rest : upstream
    }
}
