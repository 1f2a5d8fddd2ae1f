/// The table of all routes.
public enum AdminRoutes {
    /// Where the admin API begins.
    public static let prefix = "/admin/v1"

    /// Every route, in the order people read them.
    public static func all(_ services: AdminServices) -> [AdminRoute] {
        let routes = self.described(services)
            .map { $0.idempotent(services.idempotency) }
        return routes + OpenAPIRoutes.all(services, describing: routes)
    }

    /// All but the route of the document that tells of them.
    private static func described(_ services: AdminServices) -> [AdminRoute] {
        HealthRoutes.all(services) + ProjectRoutes.all(services) + KeyRoutes.all(services)
            + BudgetRoutes.all(services) + ProviderRoutes.all(services) + ModelRoutes.all(services)
            + ExplainRoutes.all(services) + PriceRoutes.all(services) + RequestRoutes.all(services)
            + BodyRoutes.all(services)
            + UsageRoutes.all(services)
            + LedgerRoutes.all(services) + TokenRoutes.all(services) + AccountRoutes.all(services)
            + SessionRoutes.all(services) + OIDCRoutes.all(services) + UserRoutes.all(services)
            + AuditRoutes.all(services) + DeclaredRoutes.all(services) + ImportRoutes.all(services)
            + SettingsRoutes.all(services)
            + StatusRoutes.all(services)
            + SecretsRoutes.all(services) + BackupRoutes.all(services)
    }
}
