import Wire

/// One setting as it is in force.
public struct ShownSetting: Sendable, Equatable {
    /// Its dotted name.
    public var name: String
    /// Its value as it would be written; masked for secrets, `nil` when it has none.
    public var value: String?
    /// Where it comes from: `default`, a flag, a variable, or a file and its line.
    public var origin: String

    /// States the facts.
    public init(name: String, value: String?, origin: String) {
        self.name = name
        self.value = value
        self.origin = origin
    }
}

/// The settings in force, and where each comes from.
enum SettingsRoutes {
    static func all(_ services: AdminServices) -> [AdminRoute] {
        [
            AdminRoute(.get, "\(AdminRoutes.prefix)/config", "tells every setting and where it comes from") {
                _ throws(AdminProblem) in
                .object { writer in
                    writer.member(
                        "settings",
                        array: { writer in
                            for setting in services.settings {
                                writer.object { writer in
                                    writer.member("name", setting.name)
                                    writer.member("value", setting.value)
                                    writer.member("origin", setting.origin)
                                }
                            }
                        }
                    )
                }
            }.documented(SettingsOperations.show)
        ]
    }
}
