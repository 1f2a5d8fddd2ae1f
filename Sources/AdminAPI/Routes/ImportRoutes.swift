import Exchange
import Policy
import Storage
import Wire

/// Many rows at once: as one document in, as one document out.
enum ImportRoutes {
    static func all(_ services: AdminServices) -> [AdminRoute] {
        [
            AdminRoute(
                .post,
                "\(AdminRoutes.prefix)/import",
                takesBody: true,
                maxBodyBytes: DeclaredDocument.maximumBytes,
                "makes all rows of a document, or none; keys show their secrets once"
            ) { call throws(AdminProblem) in
                try await self.importRows(call, services)
            }.documented(ImportOperations.importRows)
        ]
    }

    private static func importRows(
        _ call: AdminCall,
        _ services: AdminServices
    ) async throws(AdminProblem) -> AdminAnswer {
        let (document, isTrial) = try AdminBody.read(call.body, ImportDocument.fields) { body throws(AdminProblem) in
            (try ImportDocument(body), try body.bool("dry_run") ?? false)
        }
        let administration = services.administration
        let prepared = try await KeyMaker().make(
            document.keys.count,
            administration.randomness,
            cost: administration.verifierCost
        )
        let made = try await administration.importRows(document, prepared, isTrial: isTrial)
        return .object(status: isTrial ? 200 : 201) { writer in
            writer.member("dry_run", isTrial)
            for (section, rows) in made.rows {
                writer.key(section)
                writer.array { writer in
                    for row in rows {
                        writer.object { writer in
                            writer.member("id", row.id)
                            writer.member("name", row.name)
                        }
                    }
                }
            }
            writer.member(
                "keys",
                array: { writer in
                    for key in made.keys {
                        writer.object { writer in
                            writer.member("id", key.record.id)
                            writer.member("name", key.record.name)
                            writer.member("prefix", VirtualKey.label(id: key.record.id))
                            // What is only tried has no secret.
                            writer.member(
                                "secret",
                                isTrial ? nil : String(decoding: key.secret.bytes, as: UTF8.self)
                            )
                        }
                    }
                }
            )
        }
    }
}
