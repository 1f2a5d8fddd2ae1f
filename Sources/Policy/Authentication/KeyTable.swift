/// All keys, found by digest. Never changes: a write builds the next table from the store's rows, and every key keeps
/// its limits' history by handing its limiter on.
public final class KeyTable: Sendable {
    private let byDigest: [KeyDigest: KeyEntry]
    private let byID: [String: KeyEntry]
    /// Of projects, by id: kept here so that their history survives a time without keys.
    private let projectLimits: [String: ScopeLimits]
    /// Ids of rows that were left out because they cannot be told apart or are damaged: a repeated id or digest, a
    /// digest that is not 32 bytes, a project that is not there. Empty unless the store was tampered with.
    public let rejectedIDs: [String]

    /// No keys.
    public static let empty = KeyTable(byDigest: [:], byID: [:], projectLimits: [:], rejectedIDs: [])

    private init(
        byDigest: [KeyDigest: KeyEntry],
        byID: [String: KeyEntry],
        projectLimits: [String: ScopeLimits],
        rejectedIDs: [String]
    ) {
        self.projectLimits = projectLimits
        self.byDigest = byDigest
        self.byID = byID
        self.rejectedIDs = rejectedIDs
    }

    /// The table that follows this one.
    /// - Parameters:
    ///   - keys: All keys.
    ///   - projects: All projects.
    ///   - limits: Where the keys' limits live; the same for all tables of a process.
    ///   - now: From when changed limits hold.
    /// - Returns: A table of all rows but those it names as rejected.
    public func successor(
        keys: [KeyFacts],
        projects: [KeyProject],
        limits: AdmissionTable,
        now: MonotonicInstant
    ) -> KeyTable {
        let projects = Dictionary(projects.map { ($0.id, $0) }) { first, _ in first }
        let scopes = projects.mapValues { project in
            ScopeLimits(
                .project,
                project.limits,
                project.budgets,
                after: self.projectLimits[project.id],
                in: limits,
                at: now
            )
        }
        var (byDigest, byID, rejected) = ([KeyDigest: KeyEntry](), [String: KeyEntry](), [String]())
        for facts in keys {
            guard let digest = KeyDigest(bytes: facts.digest), let project = projects[facts.projectID],
                let scope = scopes[facts.projectID], byDigest[digest] == nil, byID[facts.id] == nil
            else {
                rejected.append(facts.id)
                continue
            }
            let own = ScopeLimits(
                .key,
                facts.limits,
                facts.budgets,
                after: self.byID[facts.id]?.limitSets.keyScope,
                in: limits,
                at: now
            )
            let entry = KeyEntry(facts, project: project, limits: KeyLimitSets(key: own, project: scope))
            byDigest[digest] = entry
            byID[facts.id] = entry
        }
        // Afterwards, so that no retired secret takes the place of one in force.
        for entry in byID.values {
            if let retired = entry.retiredDigest, byDigest[retired] == nil { byDigest[retired] = entry }
        }
        return KeyTable(byDigest: byDigest, byID: byID, projectLimits: scopes, rejectedIDs: rejected)
    }

    /// The key with this digest. A match admits; `nil` is a stranger.
    public func lookup(_ digest: KeyDigest) -> KeyEntry? {
        self.byDigest[digest]
    }

    /// The key with this id, for showing and for streams in flight.
    public func entry(id: String) -> KeyEntry? {
        self.byID[id]
    }

    /// How many keys there are.
    public var count: Int { self.byID.count }
}
