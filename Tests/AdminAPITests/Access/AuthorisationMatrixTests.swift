import Glibc
import Storage
import Testing

@testable import AdminAPI

@Suite("authorisation matrix")
struct AuthorisationMatrixTests {
    @Test("every route says what it needs: none is left to owners because nobody thought of it")
    func everyRouteHasARow() async throws {
        for route in try await AdminFixture().router.routes where route.access != .open && route.access != .signIn {
            #expect(route.right.permission != .unassigned, "\(route.method.rawValue) \(route.path)")
        }
    }

    @Test("every cell is what the tables of roles and routes say")
    func cells() async throws {
        for row in try await AuthorisationMatrix.rows() {
            for (column, cell) in zip(AuthorisationMatrix.Column.all, row.cells) {
                let name = "\(row.route.method.rawValue) \(row.route.path) as \(column.title)"
                guard let role = column.role else {
                    #expect(cell == .unauthorized, "\(name)")
                    continue
                }
                let permission = row.route.right.permission
                let may = role.permissions.contains(permission) && (permission.isScoped || !column.isScoped)
                let isHidden = may && column.isForeign && row.route.right.owned != .none
                #expect(cell == (isHidden ? .hidden : may ? .yes : .no), "\(name)")
            }
        }
    }

    @Test("the page that people read is the router's own table")
    func page() async throws {
        let path = #filePath.split(separator: "/").dropLast(4).map { "/\($0)" }.joined() + "/docs/authorisation.md"
        let page = try await AuthorisationMatrix.page()
        if getenv("MARTLET_WRITE_DOCS") != nil {
            let file = try #require(fopen(path, "w"))
            fputs(page, file)
            fclose(file)
        }
        let file = try #require(fopen(path, "r"), "docs/authorisation.md is missing; make it with MARTLET_WRITE_DOCS=1")
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        fclose(file)
        let written = String(decoding: bytes.prefix(count), as: UTF8.self)
        #expect(
            written == page,
            "docs/authorisation.md is not what the router says; make it anew with MARTLET_WRITE_DOCS=1"
        )
    }

    @Test("nobody may do more by being held to projects, and no role but owner and admin manages access")
    func roles() {
        for role in AdminRole.allCases {
            let everywhere = AdminPrincipal.of(role)
            let scoped = AdminPrincipal.of(role, projects: ["prj_a"])
            #expect(Set(scoped.permissions).isSubset(of: everywhere.permissions))
            #expect(everywhere.may(.manageAccess) == [.owner, .admin].contains(role))
            #expect(scoped.may(.manageAccess) == false)
        }
        #expect(AdminPrincipal.of(.owner).permissions == AdminPermission.allCases)
        #expect(AdminPrincipal.nobody.sees(project: "prj_a") == false)
    }
}

extension AdminPrincipal {
    static func of(_ role: AdminRole, projects: [String]? = nil) -> AdminPrincipal {
        AdminPrincipal(
            identity: .token(id: "adt_x"),
            actor: "adt_x",
            name: "x",
            grant: AccessGrant(role: role, projects: projects),
            expiresAt: nil
        )
    }
}
