/// What a route needs, and whose row its `{id}` names.
public struct RouteRight: Sendable, Equatable {
    /// What a row of this kind belongs to.
    enum Owned: String, Sendable {
        /// No project: who may use the route may use it on every row.
        case none
        case project
        case key
        case budget
        case request
        /// What is kept of a request's bodies, which may outlive its record.
        case bodies
        case attempt

        /// What it is called.
        var noun: String { self == .bodies ? Self.request.rawValue : self.rawValue }
    }

    /// What is needed.
    public let permission: AdminPermission
    let owned: Owned

    init(_ permission: AdminPermission, _ owned: Owned = .none) {
        self.permission = permission
        self.owned = owned
    }

    /// What a route needs; a route that stands nowhere below is for owners alone.
    static func of(_ method: AdminMethod, _ path: String) -> RouteRight {
        let path = path.hasPrefix(AdminRoutes.prefix) ? String(path.dropFirst(AdminRoutes.prefix.count)) : path
        return self.table["\(method.rawValue) \(path)"] ?? RouteRight(.unassigned)
    }

    /// The table of routes, below the API's prefix.
    private static let table: [String: RouteRight] = [
        "GET /metrics": RouteRight(.readConfiguration),
        "GET /status": RouteRight(.readConfiguration),
        "GET /whoami": RouteRight(.ownAccount),
        "GET /openapi.json": RouteRight(.ownAccount),

        "GET /projects": RouteRight(.readKeys),
        "POST /projects": RouteRight(.writeConfiguration),
        "GET /projects/{id}": RouteRight(.readKeys, .project),
        "PATCH /projects/{id}": RouteRight(.writeConfiguration, .project),
        "DELETE /projects/{id}": RouteRight(.writeConfiguration, .project),
        "DELETE /projects/{id}/bodies": RouteRight(.eraseBodies, .project),

        "GET /keys": RouteRight(.readKeys),
        "POST /keys": RouteRight(.writeKeys),
        "GET /keys/{id}": RouteRight(.readKeys, .key),
        "PATCH /keys/{id}": RouteRight(.writeKeys, .key),
        "POST /keys/{id}/rotate": RouteRight(.writeKeys, .key),
        "POST /keys/{id}/disable": RouteRight(.writeKeys, .key),
        "POST /keys/{id}/revoke": RouteRight(.writeKeys, .key),
        "DELETE /keys/{id}": RouteRight(.writeKeys, .key),

        "GET /budgets": RouteRight(.readKeys),
        "POST /budgets": RouteRight(.writeKeys),
        "GET /budgets/{id}": RouteRight(.readKeys, .budget),
        "PATCH /budgets/{id}": RouteRight(.writeKeys, .budget),
        "POST /budgets/{id}/reset": RouteRight(.writeKeys, .budget),
        "DELETE /budgets/{id}": RouteRight(.writeKeys, .budget),

        "GET /providers": RouteRight(.readConfiguration),
        "POST /providers": RouteRight(.writeConfiguration),
        "GET /providers/{id}": RouteRight(.readConfiguration),
        "PATCH /providers/{id}": RouteRight(.writeConfiguration),
        "POST /providers/{id}/check": RouteRight(.operate),
        "POST /providers/{id}/test": RouteRight(.operate),
        "POST /providers/{id}/drain": RouteRight(.operate),
        "POST /providers/{id}/undrain": RouteRight(.operate),
        "DELETE /providers/{id}": RouteRight(.writeConfiguration),

        "GET /models": RouteRight(.readCatalogue),
        "POST /models": RouteRight(.writeConfiguration),
        "GET /models/{id}": RouteRight(.readCatalogue),
        "PATCH /models/{id}": RouteRight(.writeConfiguration),
        "DELETE /models/{id}": RouteRight(.writeConfiguration),
        "POST /models/{id}/explain": RouteRight(.readConfiguration),
        "POST /explain": RouteRight(.readConfiguration),

        "GET /prices": RouteRight(.readCatalogue),
        "PUT /prices": RouteRight(.writeConfiguration),
        "DELETE /prices": RouteRight(.writeConfiguration),
        "POST /prices/import": RouteRight(.writeConfiguration),
        "GET /prices/effective": RouteRight(.readCatalogue),
        "GET /prices/versions": RouteRight(.readCatalogue),
        "GET /prices/versions/{id}": RouteRight(.readCatalogue),

        "GET /requests": RouteRight(.readRequests),
        "GET /requests/{id}": RouteRight(.readRequests, .request),
        "GET /requests/{id}/body": RouteRight(.readBodies, .bodies),
        "DELETE /requests/{id}/body": RouteRight(.eraseBodies, .bodies),
        "GET /usage": RouteRight(.readSpend),
        "GET /ledger": RouteRight(.readSpend),
        "GET /ledger/{id}": RouteRight(.readSpend, .attempt),
        "POST /ledger/{id}/corrections": RouteRight(.writeLedger, .attempt),
        "POST /ledger/rerate": RouteRight(.writeLedger),

        "POST /import": RouteRight(.writeConfiguration),
        "GET /config": RouteRight(.readConfiguration),
        "POST /config/plan": RouteRight(.readConfiguration),
        "POST /config/apply": RouteRight(.writeConfiguration),
        "POST /config/rollback": RouteRight(.writeConfiguration),
        "GET /config/export": RouteRight(.readConfiguration),
        "GET /config/versions": RouteRight(.readConfiguration),
        "GET /config/versions/{id}": RouteRight(.readConfiguration),

        "GET /secrets": RouteRight(.readConfiguration),
        "POST /secrets/rotate": RouteRight(.keepSecrets),
        "POST /backups": RouteRight(.keepSecrets),

        "GET /audit": RouteRight(.readAudit),
        "GET /audit/verify": RouteRight(.readAudit),

        "GET /session": RouteRight(.ownAccount),
        "DELETE /session": RouteRight(.ownAccount),
        "PUT /password": RouteRight(.ownAccount),
        "GET /users": RouteRight(.readAccess),
        "POST /users": RouteRight(.manageAccess),
        "GET /users/{id}": RouteRight(.readAccess),
        "PATCH /users/{id}": RouteRight(.manageAccess),
        "POST /users/{id}/sign-out": RouteRight(.manageAccess),
        "DELETE /users/{id}": RouteRight(.manageAccess),

        "GET /tokens": RouteRight(.readAccess),
        "POST /tokens": RouteRight(.manageAccess),
        "GET /tokens/{id}": RouteRight(.readAccess),
        "PATCH /tokens/{id}": RouteRight(.manageAccess),
        "POST /tokens/{id}/revoke": RouteRight(.manageAccess),
        "DELETE /tokens/{id}": RouteRight(.manageAccess),
    ]
}
