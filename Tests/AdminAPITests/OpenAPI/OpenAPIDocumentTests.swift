import Storage
import Testing

@testable import AdminAPI

@Suite("OpenAPI document")
struct OpenAPIDocumentTests {
    /// A fixture with a row of each kind, and the ids to put into paths.
    private struct World {
        let fixture: AdminFixture
        let described: DescribedAnswers
        private var ids: [String: String] = [:]

        init() async throws {
            self.fixture = try await AdminFixture()
            self.described = try DescribedAnswers(self.fixture.router)
            let administration = self.fixture.administration
            self.ids["projects"] = try await administration.createProject(ProjectDraft(name: "research-lab")).id
            self.ids["keys"] = try await self.fixture.key().record.id
            var provider = ProviderDraft(name: "vendor-b", kind: "openai-compatible")
            provider.baseURL = "https://b.example.com/v1"
            self.ids["providers"] = try await administration.createProvider(provider).id
            let target = TargetRecord(provider: "sandbox", upstreamModel: "echo")
            self.ids["models"] = try await administration.createModel(ModelDraft(name: "slow", targets: [target])).id
            let scope = BudgetScope.project("research-lab")
            let budget = BudgetDraft(scope: scope, amountNanoUSD: 1, period: .daily)
            self.ids["budgets"] = try await administration.createBudget(budget).id
            let entry = MoneySamples.settlement(1)
            _ = try self.fixture.ledger.append([entry], watermark: nil, audit: nil)
            self.ids["ledger"] = AttemptText.text(entry.attempt)
            self.ids["prices"] = "1"
            var declared = DeclaredDocument()
            declared.projects = [ProjectDraft(name: "declared")]
            _ = try await administration.apply(declared, from: DeclaredSource(name: "martlet.yaml"))
            let token = TokenDraft(name: "watcher", grant: AccessGrant(role: .viewer), expiresAt: nil)
            let granter = AdminPrincipal(
                identity: .bootstrap,
                actor: "admin-token",
                name: "admin-token",
                grant: AccessGrant(role: .owner),
                expiresAt: nil
            )
            self.ids["tokens"] = try await self.fixture.services.access.createToken(token, by: granter).record.id
            let hash = try await self.fixture.services.access.hasher.hash(Array("correct horse battery staple".utf8))
            var user = UserDraft(name: "grace", grant: AccessGrant(role: .viewer))
            user.passwordHash = hash
            self.ids["users"] = try await self.fixture.services.access.createUser(user, by: granter).id
            // Rolling back to the first has something to do.
            declared.projects.append(ProjectDraft(name: "declared-later"))
            _ = try await administration.apply(declared, from: DeclaredSource(name: "martlet.yaml"))
            self.ids["config"] = "1"
        }

        /// All that the audit trail holds, oldest first: of rows, of prices and of the ledger.
        func trail() throws -> (rows: [AuditDraft], money: [AuditDraft]) {
            var query = AuditQuery()
            query.limit = 1_000
            query.after = 0
            return (try self.fixture.store.auditEntries(query).map(\.draft), self.fixture.ledger.audit)
        }

        /// The path of a route with an id of its noun in it.
        func path(_ route: AdminRoute) -> String {
            let noun = route.path.split(separator: "/").dropFirst(2).first.map(String.init) ?? ""
            return route.path.replacing("{id}", with: self.ids[noun] ?? "req_1")
        }
    }

    @Test("every route is in the document, and nothing else is")
    func completeness() async throws {
        let world = try await World()
        let routes = world.fixture.router.routes
        let wanted = Set(routes.map { "\($0.method.rawValue) \($0.path)" })
        let described = world.described.document["paths"]?.members.flatMap { path, item in
            item.members.keys.map { "\($0.uppercased()) \(path)" }
        }
        #expect(Set(described ?? []) == wanted)
        let ids = routes.compactMap(\.documentation?.id)
        #expect(Set(ids).count == routes.count)
    }

    @Test("the document is served as it is made of the table, itself included, without the token on this machine only")
    func serving() async throws {
        let path = "/admin/v1/openapi.json"
        let near = try await AdminFixture(isLoopback: true)
        let answer = await near.call("GET", path, authorization: [])
        #expect(answer.status == 200 && answer.contentType == "application/json")
        let served = JSONNode(answer.body)
        let made = try DescribedAnswers(near.router).document
        #expect(served == made)
        #expect(made["openapi"] == .text("3.1.0") && made["info"]?["version"] == .text("1.2.3"))
        let far = try await AdminFixture(isLoopback: false)
        #expect(await far.call("GET", path, authorization: []).status == 401)
        #expect(await far.call("GET", path).status == 200)
    }

    @Test("the document tells no names and no ids of what is stored (N107)")
    func discretion() async throws {
        let fixture = try await AdminFixture()
        let key = try await fixture.key(named: "canary-name").record
        let project = try await fixture.administration.createProject(ProjectDraft(name: "canary-project"))
        let text = await fixture.call("GET", "/admin/v1/openapi.json", authorization: []).text
        for secret in [key.id, "canary", project.id] { #expect(!text.contains(secret)) }
    }

    @Test("every example of a shared schema fits it, and every reference leads somewhere")
    func sharedExamples() async throws {
        let document = try await World().described.document
        let check = SchemaCheck(document: document)
        let schemas = try #require(document["components"]?["schemas"]?.members)
        for (name, schema) in schemas {
            for example in schema["examples"]?.elements ?? [] {
                #expect(check.faults(example, schema) == [], "\(name)")
            }
        }
        #expect(schemas.values.filter { $0["examples"] != nil }.count >= 8)
        for reference in Self.references(document) { #expect(check.resolve(reference) != nil, "\(reference)") }
    }

    private static func references(_ node: JSONNode) -> [String] {
        let own = node["$ref"]?.text.map { [$0] } ?? []
        return own + node.members.values.flatMap(Self.references) + node.elements.flatMap(Self.references)
    }

    @Test("every example of a body fits its schema and is taken by its route")
    func bodyExamples() async throws {
        let count = try await World().fixture.router.routes.filter(\.takesBody).count
        #expect(count >= 15)
        for index in 0..<count {
            // Each in a world of its own: some change what others need.
            let world = try await World()
            let route = world.fixture.router.routes.filter(\.takesBody)[index]
            guard !Self.isElsewhere(route) else { continue }
            let name = "\(route.method.rawValue) \(route.path)"
            let content = world.described.operation(route)?["requestBody"]?["content"]?["application/json"]
            let body = try #require(route.documentation?.body, "\(name)")
            let schema = try #require(content?["schema"])
            let example = try #require(content?["example"])
            #expect(SchemaCheck(document: world.described.document).faults(example, schema) == [], "\(name)")
            if !route.path.hasPrefix("/admin/v1/projects") {
                _ = try await world.fixture.administration.createProject(ProjectDraft(name: "research"))
            }
            let answer = await world.fixture.call(route.method.rawValue, world.path(route), json: body.example)
            #expect((200..<300).contains(answer.status), "\(name): \(answer.text)")
        }
    }

    /// What only somebody who is signed in can ask; the tests of users do.
    private static let personal: Set = ["getSession", "signOut", "changePassword"]
    /// What takes a master key, a data folder or kept bodies; the tests of secrets, backups and bodies do.
    private static let custodial: Set = [
        "getSecrets", "rotateMasterKey", "createBackup", "getRequestBody", "deleteRequestBody", "deleteProjectBodies",
    ]

    private static func isElsewhere(_ route: AdminRoute) -> Bool {
        Self.personal.union(Self.custodial).contains(route.documentation?.id ?? "")
    }

    /// What is asked by POST and changes nothing.
    private static let questions: Set = [
        "planConfiguration", "explainModel", "explainRequest", "testProvider", "checkProvider",
    ]

    @Test("every route that writes leaves an entry in the audit trail, and no other does (N142)")
    func audited() async throws {
        let writing = try await World().fixture.router.routes.filter(\.isWrite)
        #expect(writing.count >= 20)
        for (method, path) in writing.map({ ($0.method, $0.path) }) {
            let world = try await World()
            let routes = world.fixture.router.routes
            let route = try #require(routes.first { $0.method == method && $0.path == path })
            let name = "\(method.rawValue) \(path)"
            if !path.hasPrefix("/admin/v1/projects") {
                _ = try await world.fixture.administration.createProject(ProjectDraft(name: "research"))
            }
            guard !Self.isElsewhere(route) else { continue }
            if path.hasSuffix("/undrain") {
                let drained = world.path(route).replacing("/undrain", with: "/drain")
                _ = await world.fixture.call("POST", drained)
            }
            let before = try world.trail()
            var query: String?
            if path.hasSuffix("/prices"), method == .delete { query = "vendor=openai&model=none" }
            let answer = await world.fixture.call(
                method.rawValue,
                world.path(route),
                query: query,
                json: route.documentation?.body?.example.replacing(#""dry_run":true"#, with: #""dry_run":false"#)
            )
            let after = try world.trail()
            let entries = after.rows.dropFirst(before.rows.count) + after.money.dropFirst(before.money.count)
            // The only attempt there is has no other price than it was charged by.
            guard !Self.questions.contains(route.documentation?.id ?? ""),
                !answer.text.contains(#""changed":0,"unpriced"#)
            else {
                #expect(entries.isEmpty, "\(name)")
                continue
            }
            #expect(!entries.isEmpty, "\(name): \(answer.text)")
            #expect(entries.allSatisfy { $0.requestID == "adm_test" && !$0.actor.isEmpty }, "\(name)")
        }
    }

    @Test("a body's fields are those that its route knows")
    func bodyFields() async throws {
        let world = try await World()
        for route in world.fixture.router.routes where route.takesBody {
            let answer = await world.fixture.call(route.method.rawValue, world.path(route), json: #"{"no_such":1}"#)
            let name = "\(route.method.rawValue) \(route.path)"
            #expect(answer.status == 400 && answer.string("code") == "unknown_field", "\(name): \(answer.text)")
            let described = Set(route.documentation?.body?.schema.members.map(\.name) ?? [])
            let fixed: Set = name == "PATCH /admin/v1/budgets/{id}" ? ["scope", "period", "time_zone"] : []
            #expect(Self.known(answer).subtracting(fixed) == described, "\(name)")
        }
    }

    @Test("the query parameters are those that the route knows")
    func queryParameters() async throws {
        let world = try await World()
        for route in world.fixture.router.routes where route.access == .token {
            let described = Set(route.documentation?.query.map(\.name) ?? [])
            let answer = await world.fixture.call(
                route.method.rawValue,
                world.path(route),
                query: "no_such=1",
                json: route.documentation?.body?.example
            )
            let name = "\(route.method.rawValue) \(route.path)"
            #expect(answer.status == 400 && answer.string("field") == "no_such", "\(name): \(answer.text)")
            #expect(Self.known(answer) == described, "\(name)")
        }
    }

    /// The names in `…; known are a, b, c`.
    private static func known(_ answer: AdminAnswer) -> Set<String> {
        guard let list = answer.string("detail")?.split(separator: "known are ").dropFirst().first else { return [] }
        return Set(list.split(separator: ", ").map(String.init))
    }

    @Test("every route without a body answers as described when all is well")
    func plainRoutes() async throws {
        for path in try await World().fixture.router.routes.filter({ !$0.takesBody }).map(\.path) {
            let world = try await World()
            for route in world.fixture.router.routes where route.path == path && !route.takesBody {
                guard route.path != "/admin/v1/requests/{id}" else { continue }
                guard !Self.isElsewhere(route) else { continue }
                var query = ""
                if path.hasSuffix("/prices/effective") { query = "provider=openai&model=gpt-5-mini" }
                if path.hasSuffix("/prices"), route.method == .delete { query = "vendor=openai&model=none" }
                let answer = await world.fixture.call(route.method.rawValue, world.path(route), query: query)
                #expect(answer.status < 300 || answer.status == 404 && !query.isEmpty, "\(path): \(answer.text)")
            }
        }
    }

    @Test("a check of schemas finds what does not fit")
    func checking() throws {
        let schema = try #require(
            JSONNode(
                Array(
                    #"{"type":"object","properties":{"a":{"type":["integer","null"],"minimum":1}},"required":["a"],"additionalProperties":false}"#
                        .utf8
                )
            )
        )
        let check = SchemaCheck(document: .null)
        for (text, isFitting) in [
            (#"{"a":1}"#, true), (#"{"a":null}"#, true), (#"{"a":0}"#, false), (#"{"a":"1"}"#, false), ("{}", false),
            (#"{"a":1,"b":2}"#, false), ("[]", false), (#"{"a":1.5}"#, false),
        ] {
            let value = try #require(JSONNode(Array(text.utf8)))
            #expect(check.faults(value, schema).isEmpty == isFitting, "\(text)")
        }
    }
}
