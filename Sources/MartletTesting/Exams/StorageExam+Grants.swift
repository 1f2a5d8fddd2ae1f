import Exchange
import Storage

/// Tokens, users and sessions of the admin API.
extension StorageExam {
    static let grantQuestions = Self.tokenQuestions + Self.userQuestions + Self.sessionQuestions

    private static let seal: AuditSeal = { previous, _, _ in previous }

    private static func token(_ id: String, digest: UInt8 = 1) -> AdminTokenRecord {
        AdminTokenRecord(
            id: id,
            name: "token \(id)",
            digest: Array(repeating: digest, count: 32),
            grant: AccessGrant(role: .projectAdmin, projects: ["prj_a", "prj_b"]),
            expiresAt: 900,
            createdBy: "admin-token",
            createdAt: 5,
            updatedAt: 6
        )
    }

    private static func user(_ id: String, name: String) -> UserRecord {
        UserRecord(
            id: id,
            name: name,
            passwordHash: "hash",
            grant: AccessGrant(role: .viewer),
            createdBy: "usr_root",
            createdAt: 5,
            updatedAt: 6
        )
    }

    private static func session(_ id: String, of user: String, digest: UInt8) -> SessionRecord {
        SessionRecord(
            id: id,
            digest: Array(repeating: digest, count: 32),
            userID: user,
            origin: "192.0.2.1",
            createdAt: Int64(digest),
            lastSeenAt: 20,
            expiresAt: 30
        )
    }

    private static let tokenQuestions = [
        StorageExam("tokens come back as stored, by creation, and their secrets and grants stay as they were") {
            store in
            var early = Self.token("adt_2", digest: 2)
            early.createdAt = 1
            early.grant = AccessGrant(role: .owner)
            early.expiresAt = nil
            let first = early
            let token = Self.token("adt_1")
            try store.changeAccess(
                {
                    try $0.insertToken(token)
                    try $0.insertToken(first)
                },
                audit: nil
            )
            try expectEqual(try store.loadAccess().tokens, [early, token], "tokens")
            var changed = token
            changed.name = "other"
            changed.expiresAt = nil
            changed.lastUsedAt = 70
            changed.updatedAt = 71
            changed.digest = Array(repeating: 9, count: 32)
            changed.grant = AccessGrant(role: .owner)
            let change = changed
            let after = try store.changeAccess({ try $0.updateToken(change) }, audit: nil)
            var expected = changed
            expected.digest = token.digest
            expected.grant = token.grant
            try expectEqual(after.tokens, [early, expected], "changed")
        },
        StorageExam("a revoked token stays revoked, and a deleted one is gone") { store in
            var token = Self.token("adt_1")
            try store.changeAccess({ try $0.insertToken(token) }, audit: nil)
            token.revokedAt = 50
            try store.changeAccess({ try $0.updateToken(token) }, audit: nil)
            token.revokedAt = nil
            let after = try store.changeAccess({ try $0.updateToken(token) }, audit: nil)
            try expectEqual(after.tokens.map(\.revokedAt), [50], "revocation")
            try expectEqual(try store.changeAccess({ try $0.deleteToken(id: "adt_1") }, audit: nil).tokens, [], "gone")
            try expectError(.notFound, "a second deletion") {
                try store.changeAccess({ try $0.deleteToken(id: "adt_1") }, audit: nil)
            }
        },
        StorageExam("ids and digests of tokens are unique, and what is refused leaves no trace in the audit trail") {
            store in
            try store.changeAccess({ try $0.insertToken(Self.token("adt_1")) }, audit: nil)
            let draft = AuditDraft(at: 1, actor: "ann", origin: "", requestID: "", action: "token.created")
            try expectError(.conflict, "a taken digest") {
                try store.changeAccess(
                    { try $0.insertToken(Self.token("adt_2")) },
                    audit: AuditBatch([draft], seal: Self.seal)
                )
            }
            try expectError(.conflict, "a taken id") {
                try store.changeAccess({ try $0.insertToken(Self.token("adt_1", digest: 2)) }, audit: nil)
            }
            try expectEqual(try store.auditEntries(AuditQuery()).count, 0, "entries")
            try store.changeAccess(
                { try $0.insertToken(Self.token("adt_2", digest: 2)) },
                audit: AuditBatch([draft], seal: Self.seal)
            )
            try expectEqual(try store.auditEntries(AuditQuery()).map(\.draft), [draft], "the trail")
        },
    ]

    private static let userQuestions = [
        StorageExam("users come back as stored, by name, and are replaced by their id") { store in
            var ann = Self.user("usr_1", name: "ann")
            ann.identity = .init(issuer: "https://id.example.com", subject: "42")
            ann.passwordHash = nil
            ann.grant = AccessGrant(role: .projectAdmin, projects: ["prj_a"])
            let before = ann
            let bob = Self.user("usr_2", name: "bob")
            try store.changeAccess(
                {
                    try $0.insertUser(bob)
                    try $0.insertUser(before)
                },
                audit: nil
            )
            try expectEqual(try store.loadAccess().users, [ann, bob], "users")
            ann.name = "zoe"
            ann.passwordHash = "other"
            ann.identity = nil
            ann.isEnabled = false
            ann.lastSignInAt = 80
            ann.grant = AccessGrant(role: .auditor)
            ann.updatedAt = 81
            let changed = ann
            let after = try store.changeAccess({ try $0.updateUser(changed) }, audit: nil)
            try expectEqual(after.users, [bob, ann], "changed")
        },
        StorageExam("names and identities of users are unique") { store in
            var ann = Self.user("usr_1", name: "ann")
            ann.identity = .init(issuer: "https://id.example.com", subject: "42")
            var twin = ann
            twin.id = "usr_2"
            twin.name = "anne"
            let (first, second) = (ann, twin)
            try store.changeAccess({ try $0.insertUser(first) }, audit: nil)
            try expectError(.conflict, "a taken identity") {
                try store.changeAccess({ try $0.insertUser(second) }, audit: nil)
            }
            try expectError(.conflict, "a taken name") {
                try store.changeAccess({ try $0.insertUser(Self.user("usr_3", name: "ann")) }, audit: nil)
            }
            try store.changeAccess({ try $0.insertUser(Self.user("usr_3", name: "bob")) }, audit: nil)
            try expectError(.conflict, "a renaming to a taken name") {
                try store.changeAccess({ try $0.updateUser(Self.user("usr_3", name: "ann")) }, audit: nil)
            }
        },
    ]

    private static let sessionQuestions = [
        StorageExam("sessions come back as stored, are touched, end, and go with their user") { store in
            let sessions = [
                Self.session("ses_1", of: "usr_1", digest: 1), Self.session("ses_2", of: "usr_1", digest: 2),
            ]
            try store.changeAccess(
                { writer in
                    try writer.insertUser(Self.user("usr_1", name: "ann"))
                    for session in sessions { try writer.insertSession(session) }
                },
                audit: nil
            )
            try expectEqual(try store.loadAccess().sessions, sessions, "sessions")
            let touched = try store.changeAccess({ try $0.touchSession(id: "ses_2", at: 25) }, audit: nil)
            try expectEqual(touched.sessions.map(\.lastSeenAt), [20, 25], "touched")
            let ended = try store.changeAccess({ try $0.deleteSessions(ids: ["ses_1", "ses_9"]) }, audit: nil)
            try expectEqual(ended.sessions.map(\.id), ["ses_2"], "ended")
            let gone = try store.changeAccess({ try $0.deleteUser(id: "usr_1") }, audit: nil)
            try expectEqual(gone, StoredAccess(), "gone with the user")
        },
        StorageExam("a session needs its user, and its secret is its own") { store in
            try expectError(.notFound, "a stranger's session") {
                try store.changeAccess(
                    { try $0.insertSession(Self.session("ses_1", of: "usr_9", digest: 1)) },
                    audit: nil
                )
            }
            try store.changeAccess(
                { writer in
                    try writer.insertUser(Self.user("usr_1", name: "ann"))
                    try writer.insertSession(Self.session("ses_1", of: "usr_1", digest: 1))
                },
                audit: nil
            )
            try expectError(.conflict, "a taken secret") {
                try store.changeAccess(
                    { try $0.insertSession(Self.session("ses_2", of: "usr_1", digest: 1)) },
                    audit: nil
                )
            }
        },
    ]

    static let scopeQuestions = [
        StorageExam("a listing of requests can be held to projects and to one id") { store in
            var records: [RequestRecord] = []
            for (index, project) in ["prj_a", "prj_b", "prj_c", "prj_b"].enumerated() {
                records.append(
                    RequestRecord(
                        id: index == 3 ? "req_0" : "req_\(index)",
                        startedAt: Int64(index),
                        keyID: "k",
                        projectID: project,
                        operation: .chat
                    )
                )
            }
            try store.append(records)
            var query = RequestQuery()
            query.projects = ["prj_a", "prj_c"]
            try expectEqual(try store.list(query).map(\.record.id), ["req_2", "req_0"], "two projects")
            query.id = "req_0"
            try expectEqual(try store.list(query).map(\.record.projectID), ["prj_a"], "an id that others repeat")
            query.projects = []
            try expectEqual(try store.list(query).count, 0, "no projects")
        }
    ]
}
