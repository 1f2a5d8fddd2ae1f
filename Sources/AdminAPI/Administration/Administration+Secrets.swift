import Policy
import Storage

extension Administration {
    /// Brings every sealed value of the store under the master key that seals now, all of them in one transaction.
    ///
    /// - Parameter formerVersion: The version of the key that is left, for the audit trail.
    /// - Returns: How many values were under another key.
    /// - Throws: `.conflict` naming a value that does not open under any key at hand; then nothing has changed.
    ///   `.storeFailed`.
    public func rewrapSecrets(from formerVersion: Int) throws(AdminProblem) -> Int {
        let box = self.secretBox
        let now = self.now
        var count = 0
        try self.commit { writer in
            count = try writer.rewrapSealed { place, sealed in
                do throws(SecretsError) {
                    return try box.rewrap(sealed, context: SecretContext(place))
                } catch {
                    throw StorageError(
                        .conflict,
                        "the sealed value of \(place.table) \(place.row) stays under its old master key: \(error.message); "
                            + "give it anew or delete it, then rotate again"
                    )
                }
            }
        } noting: {
            count > 0 ? [Self.rotated(from: formerVersion, to: box.keyVersion, count, at: now)] : []
        }
        return count
    }

    private static func rotated(
        from former: Int,
        to version: Int,
        _ count: Int,
        at now: UnixMilliseconds
    ) -> AuditDraft {
        func fields(_ version: Int) -> String {
            var fields = AuditFields()
            fields.add("master_key_version", version)
            return fields.text()
        }
        let context = AuditContext.current
        return AuditDraft(
            at: now,
            actor: context.actor,
            origin: context.origin,
            requestID: context.requestID,
            action: "secrets.rotated",
            before: fields(former),
            after: fields(version),
            detail: "\(count) sealed values"
        )
    }
}

extension SecretContext {
    /// The context of a place in the store.
    init(_ place: SealedPlace) {
        self.init(table: place.table, row: place.row, column: place.column)
    }
}
