import Policy
import Storage

@testable import AdminAPI

/// Asks every route as everybody, and writes down what came of it.
struct AuthorisationMatrix {
    /// Who asks, and of whose project the row is.
    struct Column: Sendable {
        var title: String
        var role: AdminRole?
        /// Held to a project.
        var isScoped = false
        /// The row named belongs to another project than the token is held to.
        var isForeign = false
        /// Shows this instead of a token.
        var credential: [String] = []

        static var all: [Column] {
            [
                Column(title: "owner", role: .owner),
                Column(title: "admin", role: .admin),
                Column(title: "project-admin, own", role: .projectAdmin, isScoped: true),
                Column(title: "project-admin, others'", role: .projectAdmin, isScoped: true, isForeign: true),
                Column(title: "viewer", role: .viewer),
                Column(title: "viewer of projects, own", role: .viewer, isScoped: true),
                Column(title: "viewer of projects, others'", role: .viewer, isScoped: true, isForeign: true),
                Column(title: "auditor", role: .auditor),
                Column(title: "virtual key", credential: ["Bearer \(VirtualKey.generate().text)"]),
                Column(title: "nobody"),
            ]
        }
    }

    /// What came of it.
    enum Cell: String {
        case yes
        /// 403.
        case no = "–"
        /// 404, as for a row that there is not.
        case hidden = "404"
        case unauthorized = "401"
    }

    struct Row {
        var route: AdminRoute
        var cells: [Cell]
    }

    /// Every route that is not open to everybody, in the router's order. Asked once for all tests.
    static func rows() async throws -> [Row] { try await self.asked.value }

    // Ends by itself, and with the tests.
    private static let asked = Task { try await Self.ask() }

    private static func ask() async throws -> [Row] {
        let routes = try await AdminFixture(isLoopback: false).router.routes.filter {
            $0.access == .token || $0.access == .openOnLoopback
        }
        var rows: [Row] = []
        for route in routes {
            var cells: [Cell] = []
            for column in Column.all { cells.append(try await self.cell(route, column)) }
            rows.append(Row(route: route, cells: cells))
        }
        return rows
    }

    /// Each question is asked of a house of its own: many routes delete what they are asked about.
    private static func cell(_ route: AdminRoute, _ column: Column) async throws -> Cell {
        let fixture = try await AdminFixture(isLoopback: false)
        let own = try await ProjectRows("own", number: 1, in: fixture)
        let others = try await ProjectRows("others", number: 2, in: fixture)
        let target = column.isForeign ? others : own
        let path = route.path.replacing("{id}", with: try await self.id(for: route, target, fixture))
        var credential = column.credential
        if let role = column.role {
            let token = try await fixture.token(role, projects: column.isScoped ? [own.project] : nil)
            credential = ["Bearer \(token)"]
        }
        let answer = await fixture.call(route.method.rawValue, path, json: "{}", authorization: credential)
        switch answer.status {
        case 401: return .unauthorized
        case 403: return .no
        case 404: return .hidden
        default: return .yes
        }
    }

    private static func id(for route: AdminRoute, _ rows: ProjectRows, _ fixture: AdminFixture) async throws -> String {
        if let id = rows.id(route.right.owned) { return id }
        let configuration = await fixture.administration.configuration
        let kind = route.path.split(separator: "/").dropFirst(2).first ?? ""
        switch kind {
        case "providers": return configuration.providers.first?.id ?? ""
        case "models": return configuration.models.first?.id ?? ""
        case "prices": return "1"
        case "config":
            var declared = DeclaredDocument()
            declared.projects = [ProjectDraft(name: "declared")]
            _ = try await fixture.administration.apply(declared, from: DeclaredSource(name: "test"))
            return "1"
        case "tokens":
            _ = try await fixture.token(.viewer)
            return fixture.services.access.tokens.first?.id ?? ""
        case "users":
            return try await fixture.user("target", .viewer).id
        default: return "none"
        }
    }

    /// The page that docs/authorisation.md is.
    static func page() async throws -> String {
        let columns = Column.all.map(\.title)
        var lines = [
            "<!-- Made by AuthorisationMatrixTests from the router; MARTLET_WRITE_DOCS=1 makes it anew. Not edited by hand. -->",
            "# Who may do what",
            "",
            "Every cell was asked of the admin API itself. *yes*: let in. –: 403. 404: answered as if there were no such row, and",
            "noted in the audit trail. *own* and *others'* say whose row `{id}` names; lists hold one's own rows alone.",
            "",
            "| route | permission | \(columns.joined(separator: " | ")) |",
            "|---|---|\(columns.map { _ in "---|" }.joined())",
        ]
        for row in try await self.rows() {
            let cells = row.cells.map(\.rawValue).joined(separator: " | ")
            let name = "`\(row.route.method.rawValue) \(row.route.path)`"
            lines.append("| \(name) | \(row.route.right.permission.rawValue) | \(cells) |")
        }
        lines += [
            "",
            "`/livez`, `/readyz`, `/health` and signing in are open to everybody, `/metrics` on a loopback listener too. The token in the data",
            "folder is an owner's. Nobody gives more than they have: an admin makes no owners, a token that ends makes none that ends",
            "later, and a project-admin gives keys no more than their project has, and leaves the project's own budgets alone.",
            "",
        ]
        return lines.joined(separator: "\n")
    }
}
