import Wire

/// Making backups.
enum BackupRoutes {
    static func all(_ services: AdminServices) -> [AdminRoute] {
        [
            AdminRoute(.post, "\(AdminRoutes.prefix)/backups", takesBody: true, "makes a backup on the server's disk") {
                call throws(AdminProblem) in
                let withKey = try AdminBody.read(call.body, ["with_master_key"]) { body throws(AdminProblem) in
                    try body.bool("with_master_key") ?? false
                }
                guard let desk = services.backups else {
                    throw AdminProblem(.unavailable, "nobody makes backups here")
                }
                let made = try await desk.create(withMasterKey: withKey)
                await services.audit.note(
                    "backup.created",
                    object: made.path,
                    detail: withKey ? "with the master key" : "without the master key"
                )
                return .object(status: 201) { writer in
                    writer.member("path", made.path)
                    writer.member("created_at", made.createdAt)
                    writer.member("files", made.files)
                    writer.member("bytes", made.bytes)
                }
            }.documented(CustodyOperations.backup)
        ]
    }
}
