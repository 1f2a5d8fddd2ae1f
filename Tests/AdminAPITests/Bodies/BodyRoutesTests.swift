import Exchange
import Storage
import Synchronization
import Testing

@testable import AdminAPI

@Suite("Kept bodies in the admin API")
struct BodyRoutesTests {
    /// Keeps the bodies of one request of project prj_1, and those that a test says.
    private final class Desk: BodyDesk {
        let erased = Mutex<[BodySelection]>([])
        let kept = Mutex<[BodySelection]>([])
        let problem = Mutex<AdminProblem?>(nil)

        func holds(_ bodies: BodySelection) async throws(AdminProblem) -> Bool {
            self.kept.withLock { $0.contains(bodies) }
        }

        func show(requestID: String, in projects: [String]?) async throws(AdminProblem) -> ShownBodies? {
            let isKept = self.kept.withLock { $0.contains(.request(requestID, projects: projects)) }
            guard requestID == "req_1" || isKept else { return nil }
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

        func erase(_ bodies: BodySelection) async -> ErasedBodies {
            self.erased.withLock { $0.append(bodies) }
            let problem = self.problem.withLock { $0 }
            guard case .request = bodies else { return ErasedBodies(count: 3, problem: problem) }
            return ErasedBodies(count: 1, problem: problem)
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

    private func call(
        _ method: String,
        _ path: String,
        json: String? = nil,
        token: String = String(decoding: AdminFixture.token.bytes, as: UTF8.self)
    ) async -> AdminAnswer {
        var request = AdminRequest(method: method, path: "/admin/v1" + path, query: nil, requestID: "adm_1")
        request.authorization = ["Bearer " + token]
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
        #expect(self.desk.erased.withLock { $0 } == [.request("req_1", projects: nil), .project(id)])
        #expect(await self.call("GET", "/audit").text.ranges(of: "body.erased").count == 2)
    }

    @Test("erasing that fails midway says how far it came, in the answer and in the audit trail")
    func halfErased() async throws {
        let project = await self.call("POST", "/projects", json: #"{"name":"a"}"#)
        let id = try #require(project.string("id"))
        self.desk.problem.withLock { $0 = AdminProblem(.storeFailed, "the store of bodies failed: the disk is full") }
        let answer = await self.call("DELETE", "/projects/\(id)/bodies")
        #expect(answer.status == 503 && answer.text.contains("store_failed"))
        #expect(answer.text.contains("the bodies of 3 exchanges are erased, others may be left"), "\(answer.text)")
        let audit = await self.call("GET", "/audit")
        #expect(audit.text.contains("body.erased") && audit.text.contains("3 exchanges, then it failed"))
    }

    @Test("there is nothing to erase of a project that there is not, and of a deleted one what it left")
    func unknownProject() async throws {
        let answer = await self.call("DELETE", "/projects/prj_unknown/bodies")
        #expect(answer.status == 404 && answer.text.contains("not_found"))
        #expect(answer.text.contains("there is no project prj_unknown"))
        #expect(self.desk.erased.withLock { $0 }.isEmpty)
        self.desk.kept.withLock { $0 = [.project("prj_gone")] }
        #expect(await self.call("DELETE", "/projects/prj_gone/bodies").text == #"{"erased":3}"#)
    }

    /// A project's admin, and the project.
    private func projectAdmin() async throws -> (token: String, project: String) {
        let project = await self.call("POST", "/projects", json: #"{"name":"own"}"#)
        let id = try #require(project.string("id"))
        return (try await self.fixture.token(.projectAdmin, projects: [id]), id)
    }

    @Test("a project's admin erases no bodies that a deleted project left, nor is told of them")
    func foreignDeleted() async throws {
        let (token, id) = try await self.projectAdmin()
        self.desk.kept.withLock { $0 = [.project("prj_gone")] }
        let gone = await self.call("DELETE", "/projects/prj_gone/bodies", token: token)
        let never = await self.call("DELETE", "/projects/prj_nevr/bodies", token: token)
        #expect(gone.status == 404 && never.status == 404 && self.desk.erased.withLock { $0 }.isEmpty)
        #expect(gone.text == never.text.replacing("prj_nevr", with: "prj_gone"))
        #expect(await self.call("DELETE", "/projects/\(id)/bodies", token: token).status == 200)
    }

    @Test("bodies whose request's record is gone belong to their own project")
    func orphaned() async throws {
        let (token, id) = try await self.projectAdmin()
        let foreign = try await ProjectRows("others", number: 2, in: self.fixture)
        // A record of another project has the same id; the own one was pruned.
        let own = BodySelection.request(foreign.request, projects: [id])
        let path = "/requests/\(foreign.request)/body"
        #expect(await self.call("GET", path, token: token).status == 404)
        #expect(await self.call("DELETE", path, token: token).status == 404)
        self.desk.kept.withLock { $0 = [own] }
        #expect(await self.call("GET", path, token: token).status == 200)
        #expect(await self.call("DELETE", path, token: token).text == #"{"erased":1}"#)
        #expect(self.desk.erased.withLock { $0 } == [own])
    }

    @Test("whether others have a request of an id is not told")
    func unseen() async throws {
        let (token, _) = try await self.projectAdmin()
        let foreign = try await ProjectRows("others", number: 2, in: self.fixture)
        self.desk.kept.withLock { $0 = [.request("req_theirs", projects: ["prj_x"])] }
        for method in ["GET", "DELETE"] {
            let answers = await [foreign.request, "req_theirs", "req_never"].asyncMap { id in
                await self.call(method, "/requests/\(id)/body", token: token).text.replacing(id, with: "ID")
            }
            #expect(Set(answers).count == 1 && answers[0].contains("not_found"), "\(answers)")
        }
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

extension Array where Element: Sendable {
    fileprivate func asyncMap<R>(_ transform: (Element) async -> R) async -> [R] {
        var results: [R] = []
        for element in self { results.append(await transform(element)) }
        return results
    }
}
