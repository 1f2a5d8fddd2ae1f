import Exchange
public import Policy
import Storage

/// Where a document comes from, and how it is to be taken.
public struct DeclaredSource: Sendable, Equatable {
    /// The file's path, or another word for where it came from.
    public var name: String
    /// It is applied because it was found, not because somebody asked: what a rollback took back stays so until the file
    /// says something else.
    public var isFound: Bool

    /// States the facts.
    public init(name: String, isFound: Bool = false) {
        self.name = name
        self.isFound = isFound
    }
}

extension Administration {
    /// Versions are kept so many; older ones cannot be rolled back to.
    static let versionsShown = 1_000

    /// What applying a document would do.
    public func plan(_ document: DeclaredDocument) throws(AdminProblem) -> DeclaredPlan {
        let tried = try self.together(as: .file, isTrial: true) { () throws(AdminProblem) in
            try self.declare(document)
        }
        return DeclaredPlan(tried.before, tried.after)
    }

    /// Makes the rows that a document declares, all in one transaction, and the file's own: what an earlier document
    /// declared and this one does not is deleted.
    ///
    /// - Parameters:
    ///   - document: What is to be there.
    ///   - source: Where it comes from.
    /// - Returns: What was done; nothing, and no version, when all is as declared.
    /// - Throws: `AdminProblem` with the place in the document; nothing is changed then.
    public func apply(_ document: DeclaredDocument, from source: DeclaredSource) throws(AdminProblem) -> DeclaredPlan {
        let newest = try self.versions(limit: 1, before: nil).first
        let digest = self.digest(of: document)
        if source.isFound, let newest, newest.restores != nil,
            try self.replaced(by: newest)?.digest == digest
        {
            throw AdminProblem(
                .rolledBack,
                "\(source.name) is what was rolled back with version \(newest.number); change it, or run "
                    + "'martlet config apply'"
            )
        }
        return try self.apply(document, digest, from: source.name, restores: nil, after: newest)
    }

    /// Puts an earlier version's document in force again, as a new version.
    ///
    /// - Parameter number: Which version.
    /// - Returns: What was done.
    /// - Throws: `.notFound` for a version that is not kept; what `apply` throws.
    public func rollBack(to number: Int64) throws(AdminProblem) -> DeclaredPlan {
        guard let version = try self.version(number) else {
            throw AdminProblem(.notFound, "there is no version \(number); 'martlet config versions' lists them")
        }
        let document = try self.document(of: version)
        let newest = try self.versions(limit: 1, before: nil).first
        return try self.apply(document, version.digest, from: "rollback", restores: number, after: newest)
    }

    /// Versions, newest first.
    func versions(limit: Int, before: Int64?) throws(AdminProblem) -> [ConfigurationVersion] {
        do { return try self.store.versions(limit: limit, before: before) } catch {
            throw AdminProblem(.storeFailed, "the versions could not be read")
        }
    }

    /// One version; `nil` when it is not there.
    func version(_ number: Int64) throws(AdminProblem) -> ConfigurationVersion? {
        guard number > 0, number < .max else { return nil }
        return try self.versions(limit: 1, before: number + 1).first { $0.number == number }
    }

    /// The document that a version applied, credentials included.
    func document(of version: ConfigurationVersion) throws(AdminProblem) -> DeclaredDocument {
        do {
            let opened = try self.secretBox.open(version.sealedDocument, context: .version(version.number))
            return try DeclaredDocument(json: opened.bytes)
        } catch let problem as AdminProblem {
            throw problem
        } catch {
            throw AdminProblem(.storeFailed, "the document of version \(version.number) cannot be opened")
        }
    }

    /// The version that a rollback took the place of.
    private func replaced(by rollback: ConfigurationVersion) throws(AdminProblem) -> ConfigurationVersion? {
        var before = rollback.number
        // Of several rollbacks in a row, all took back what the last file said.
        for _ in 0..<Self.versionsShown {
            guard let earlier = try self.versions(limit: 1, before: before).first else { return nil }
            guard earlier.restores != nil else { return earlier }
            before = earlier.number
        }
        return nil
    }

    private func apply(
        _ document: DeclaredDocument,
        _ digest: [UInt8],
        from source: String,
        restores: Int64?,
        after newest: ConfigurationVersion?
    ) throws(AdminProblem) -> DeclaredPlan {
        let number = (newest?.number ?? 0) + 1
        let before = self.stored
        let made = try self.together(as: .file) { () throws(AdminProblem) -> Int64? in
            try self.declare(document)
            let counts = DeclaredPlan(before, self.stored).counts
            guard counts != .init(created: 0, changed: 0, deleted: 0) else { return nil }
            let version = ConfigurationVersion(
                number: number,
                at: self.now,
                actor: AuditContext.current.actor,
                source: source,
                digest: digest,
                sealedDocument: try self.sealed(document, number),
                changes: counts,
                restores: restores
            )
            try self.commit { try $0.insertVersion(version) }
            return number
        }
        var plan = DeclaredPlan(made.before, made.after)
        plan.version = made.result
        return plan
    }

    private func sealed(_ document: DeclaredDocument, _ number: Int64) throws(AdminProblem) -> [UInt8] {
        do {
            return try self.secretBox.seal(document.json(withSecrets: true), context: .version(number))
        } catch {
            throw AdminProblem(.bodyTooLarge, "the document is too long to be kept as a version: 1 MiB at most")
        }
    }

    private func digest(of document: DeclaredDocument) -> [UInt8] {
        let bytes = Array("martlet declared 1\n".utf8) + document.json(withSecrets: true)
        return bytes.withUnsafeBytes { self.digester.digest($0).bytes }
    }
}

extension SecretContext {
    /// Where a version's document is kept.
    public static func version(_ number: Int64) -> SecretContext {
        SecretContext(table: "configuration_versions", row: String(number), column: "sealed_document")
    }
}
