import Storage

/// Names the state of a row, so that a change can be held to the state it was made for (RFC 9110, section 8.8.3).
struct EntityTag: Sendable, Equatable {
    /// In its quotes, as headers carry it.
    let text: String

    /// The tag of a row: of all that can be changed about it, and of nothing that changes by itself.
    init(_ row: some AuditedRow) {
        // FNV-1a: tags name states to those who may see the rows, and prove nothing.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in row.id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for byte in row.auditFields.text().utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        self.text = "\"" + String(repeating: "0", count: 16 - digits.utf8.count) + digits + "\""
    }

    /// Whether an `If-Match` names this state. Weak tags never do.
    func matches(_ condition: String) -> Bool {
        condition.split(separator: ",").contains { part in
            let tag = part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
            return tag == "*" || tag == self.text
        }
    }
}

/// What a change asks of the row as it is: in force for the task of the request that carries `If-Match`.
struct Precondition: Sendable, Equatable {
    /// Which row.
    var id: String
    /// The value of `If-Match`.
    var ifMatch: String

    @TaskLocal static var current: Precondition?

    /// - Throws: `.preconditionFailed` when the row is not as it should be.
    func check(_ configuration: StoredConfiguration) throws(AdminProblem) {
        guard let tag = configuration.entityTag(of: self.id), !tag.matches(self.ifMatch) else { return }
        throw AdminProblem(
            .preconditionFailed,
            "\(self.id) has changed since it was read (its tag is \(tag.text)); read it again and repeat"
        )
    }
}

extension StoredConfiguration {
    /// The tag of the row with this id; `nil` when there is none.
    func entityTag(of id: String) -> EntityTag? {
        if let row = self.keys.first(where: { $0.id == id }) { return EntityTag(row) }
        if let row = self.projects.first(where: { $0.id == id }) { return EntityTag(row) }
        if let row = self.providers.first(where: { $0.id == id }) { return EntityTag(row) }
        if let row = self.models.first(where: { $0.id == id }) { return EntityTag(row) }
        return self.budgets.first { $0.id == id }.map { EntityTag($0) }
    }
}
