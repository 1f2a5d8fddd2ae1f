import Exchange
import Storage
import Synchronization
import Testing

@testable import AdminAPI

@Suite("Kept bodies in the admin API")
struct BodyRoutesTests {
    private final class Desk: BodyDesk {
        let erased = Mutex<[String]>([])

        func show(requestID: String, in projects: [String]?) async throws(AdminProblem) -> ShownBodies? {
            guard requestID == "req_1" else { return nil }
            return ShownBodies(
                requestID: requestID,
                projectID: "prj_1",
                at: 0,
                mode: "full",
                isStream: false,
                request: .init(bytes: 5, isCut: true, text: "a\"b"),
                answer: nil
            )
        }

        func erase(requestID: String, in projects: [String]?) async throws(AdminProblem) -> Int {
            self.erased.withLock { $0.append(requestID) }
            return 1
        }

        func erase(projectID: String) async throws(AdminProblem) -> Int {
            self.erased.withLock { $0.append(projectID) }
            return 3
        }
    }

    private let desk = Desk()
    private let fixture: AdminFixture
    private let router: AdminRouter

    init() async throws {
        self.fixture = try await AdminFixture()
        var services = self.fixture.services
        services.bodies = self.desk
        self.router = AdminRouter(services: services, token: AdminFixture.token, isLoopback: true)
    }

    private func call(_ method: String, _ path: String, json: String? = nil) async -> AdminAnswer {
        var request = AdminRequest(method: method, path: "/admin/v1" + path, query: nil, requestID: "adm_1")
        request.authorization = ["Bearer " + String(decoding: AdminFixture.token.bytes, as: UTF8.self)]
        request.contentType = json == nil ? nil : "application/json"
        return await self.router.answer(request) { (_: Int?) throws(AdminProblem) in Array((json ?? "").utf8) }
    }

    @Test("bodies are shown to whoever may see them, and the reading is audited")
    func show() async throws {
        let answer = await self.call("GET", "/requests/req_1/body")
        #expect(
            answer.text
                == #"{"id":"req_1","project":"prj_1","at":"1970-01-01T00:00:00.000Z","mode":"full","stream":false,"#
                + #""request":{"bytes":5,"cut":true,"text":"a\"b"},"answer":null}"#
        )
        let audit = await self.call("GET", "/audit")
        #expect(audit.text.contains("body.read") && audit.text.contains("req_1") && !audit.text.contains(#"a\"b"#))
        #expect(await self.call("GET", "/requests/req_2/body").status == 404)
        #expect(await self.fixture.call("GET", "/admin/v1/requests/req_1/body").status == 503)
    }

    @Test("erasing says of how many exchanges, and is audited")
    func erase() async throws {
        let project = await self.call("POST", "/projects", json: #"{"name":"a"}"#)
        let id = try #require(project.string("id"))
        #expect(await self.call("DELETE", "/requests/req_1/body").text == #"{"erased":1}"#)
        #expect(await self.call("DELETE", "/projects/\(id)/bodies").text == #"{"erased":3}"#)
        #expect(self.desk.erased.withLock { $0 } == ["req_1", id])
        #expect(await self.call("GET", "/audit").text.ranges(of: "body.erased").count == 2)
    }

    @Test("what cannot be audited is neither shown nor erased")
    func unaudited() async throws {
        self.fixture.store.isBroken = true
        let shown = await self.call("GET", "/requests/req_1/body")
        #expect(shown.status == 503 && !shown.text.contains(#"a\"b"#), "\(shown.text)")
        #expect(await self.call("DELETE", "/requests/req_1/body").status == 503)
        #expect(self.desk.erased.withLock { $0 }.isEmpty)
        self.fixture.store.isBroken = false
        #expect(await self.call("GET", "/requests/req_1/body").status == 200)
    }

    @Test("who may read bodies: owners, admins and a project's admin; not viewers, not auditors")
    func roles() {
        let readers = AdminRole.allCases.filter { $0.permissions.contains(.readBodies) }
        #expect(Set(readers) == [.owner, .admin, .projectAdmin])
        #expect(AdminPermission.readBodies.isScoped && AdminPermission.eraseBodies.isScoped)
    }

    @Test("a project's rules are set, changed member by member, and taken back")
    func rules() async throws {
        let rules = #"{"mode":"full","sample":0.25,"max_bytes":1024,"redact":["email","field:ssn"]}"#
        let made = await self.call("POST", "/projects", json: #"{"name":"a","bodies":\#(rules)}"#)
        #expect(made.status == 201 && made.raw("bodies") == rules)
        let path = "/projects/\(try #require(made.string("id")))"
        let changed = await self.call("PATCH", path, json: #"{"bodies":{"mode":"metadata"}}"#)
        #expect(changed.raw("bodies") == rules.replacing("full", with: "metadata"))
        let audit = await self.call("GET", "/audit")
        #expect(audit.text.contains("metadata"))
        let cleared = await self.call("PATCH", path, json: #"{"bodies":null}"#)
        #expect(cleared.raw("bodies")?.hasPrefix(#"{"mode":"off","#) == true)
    }

    @Test(
        "what rules cannot be is refused",
        arguments: [
            #"{"mode":"all"}"#, #"{"sample":1.5}"#, #"{"sample":"1"}"#, #"{"max_bytes":1}"#, #"{"redact":["(a+)+$"]}"#,
            #"{"redact":"email"}"#, #"{"mode":"full","x":1}"#,
        ]
    )
    func refused(_ rules: String) async {
        let answer = await self.call("POST", "/projects", json: #"{"name":"a","bodies":\#(rules)}"#)
        #expect(answer.status == 400 && answer.text.contains("bodies"))
    }

    @Test("a declared document holds the rules and reads back as it was")
    func declared() throws {
        let json =
            #"{"projects":[{"name":"a","bodies":{"mode":"full","sample":0.5,"max_bytes":4096,"redact":["card"]}}]}"#
        let document = try DeclaredDocument(json: Array(json.utf8))
        #expect(document.projects.first?.bodies.samplePerMillion == 500_000)
        #expect(try DeclaredDocument(json: document.json(withSecrets: false)) == document)
    }
}
