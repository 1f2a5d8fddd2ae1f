import Storage

/// Changes a copy of who has access.
final class MemoryAccessWriter: AccessWriter {
    private(set) var access: StoredAccess

    init(_ access: StoredAccess) {
        self.access = access
    }

    private func index<Row>(_ rows: [Row], _ isIt: (Row) -> Bool) throws -> Int {
        guard let index = rows.firstIndex(where: isIt) else { throw StorageError(.notFound, "no such row") }
        return index
    }

    func insertToken(_ token: AdminTokenRecord) throws { self.access.tokens.append(token) }
    func updateToken(_ token: AdminTokenRecord) throws {
        self.access.tokens[try self.index(self.access.tokens) { $0.id == token.id }] = token
    }
    func deleteToken(id: String) throws {
        self.access.tokens.remove(at: try self.index(self.access.tokens) { $0.id == id })
    }

    func insertUser(_ user: UserRecord) throws {
        guard !self.access.users.contains(where: { $0.name == user.name }) else {
            throw StorageError(.conflict, "there is already a user named \(user.name)")
        }
        self.access.users.append(user)
        self.access.users.sort { $0.name < $1.name }
    }
    func updateUser(_ user: UserRecord) throws {
        self.access.users[try self.index(self.access.users) { $0.id == user.id }] = user
    }
    func deleteUser(id: String) throws {
        self.access.users.remove(at: try self.index(self.access.users) { $0.id == id })
        self.access.sessions.removeAll { $0.userID == id }
    }

    func insertSession(_ session: SessionRecord) throws { self.access.sessions.append(session) }
    func touchSession(id: String, at instant: UnixMilliseconds) throws {
        guard let index = self.access.sessions.firstIndex(where: { $0.id == id }) else { return }
        self.access.sessions[index].lastSeenAt = instant
    }
    func deleteSessions(ids: [String]) throws { self.access.sessions.removeAll { ids.contains($0.id) } }
}
