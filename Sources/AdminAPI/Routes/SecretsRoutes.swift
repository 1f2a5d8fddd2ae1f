import Exchange
import Wire

/// The master key: how it stands, and its rotation.
enum SecretsRoutes {
    static func all(_ services: AdminServices) -> [AdminRoute] {
        let path = "\(AdminRoutes.prefix)/secrets"
        return [
            AdminRoute(.get, path, "tells how the master key and what is sealed under it stand") {
                call throws(AdminProblem) in
                self.answer(try await self.desk(services).standing())
            }.documented(CustodyOperations.secrets),
            AdminRoute(.post, "\(path)/rotate", takesBody: true, "puts another master key in place of the present one")
            {
                call throws(AdminProblem) in
                let key = try AdminBody.read(call.body, ["new_key"]) { body throws(AdminProblem) in
                    try body.optional("new_key", body.string).map { Secret($0) }
                }
                return self.answer(try await self.desk(services).rotate(to: key))
            }.documented(CustodyOperations.rotate),
        ]
    }

    private static func desk(_ services: AdminServices) throws(AdminProblem) -> any SecretsDesk {
        guard let desk = services.secrets else {
            throw AdminProblem(.unavailable, "nobody keeps a master key here")
        }
        return desk
    }

    private static func answer(_ standing: SecretsStanding) -> AdminAnswer {
        .object { writer in
            writer.member("key_version", standing.keyVersion)
            writer.member("key_source", standing.keySource)
            writer.member(
                "sealed",
                array: { writer in
                    for (version, count) in standing.sealed.sorted(by: { $0.key < $1.key }) {
                        writer.object { writer in
                            writer.member("key_version", version)
                            writer.member("values", count)
                        }
                    }
                }
            )
            writer.member("rotating", standing.isRotating)
            writer.key("advice")
            if standing.advice.isEmpty { writer.null() } else { writer.string(standing.advice) }
        }
    }
}
