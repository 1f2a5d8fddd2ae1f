import AdminAPI
import Exchange
import Storage
import Testing

@testable import martlet

@Suite("Rows that the file declares")
struct DeclaredFileTests {
    private func file(_ yaml: String, _ environment: [String: String] = [:]) throws -> DeclaredFile? {
        let loader = SettingsLoader(
            environment: environment,
            readFile: { _ in Array(yaml.utf8) },
            fileExists: { _ in true }
        )
        return try loader.declaredFile(try loader.load())
    }

    private func problems(_ yaml: String) -> [String] {
        let error = #expect(throws: SettingsError.self) { try self.file(yaml) }
        return error?.problems ?? []
    }

    @Test("settings and rows stand in one file, and variables are replaced in texts alone")
    func reading() throws {
        let yaml = """
            listen: {port: 9000}
            projects:
              - name: search
                enabled: ${ON:-true}
                limits: {requests_per_minute: 0060}
            """
        #expect(
            self.problems(yaml) == ["martlet.yaml:5: projects[0].limits.requests_per_minute must be a whole number"]
        )
        let good = try self.file(
            yaml.replacing("0060", with: "60") + """

                providers:
                  - {name: one, kind: openai, secret: "${KEY}"}
                budgets:
                  - {scope: {project: search}, amount_usd: 12.50, period: daily}
                """,
            ["KEY": "12345: {a: b}\nc"]
        )
        let document = try #require(good?.document)
        #expect(document.projects.first?.limits.requestsPerMinute == 60)
        #expect(document.projects.first?.isEnabled == true)
        #expect(
            document.providers.first?.secret.map { String(decoding: $0.bytes, as: UTF8.self) } == "12345: {a: b}\nc"
        )
        #expect(document.budgets.first?.amountNanoUSD == 12_500_000_000)
    }

    @Test("a file without such sections declares nothing; an empty section declares that there are no rows")
    func empty() throws {
        #expect(try self.file("listen: {port: 9000}\n") == nil)
        #expect(try self.file("projects:\n")?.document == DeclaredDocument())
        #expect(try self.file("models: []\n")?.document == DeclaredDocument())
    }

    @Test(
        "a mistake is told with its line",
        arguments: [
            ("projects:\n  - {name: a}\n  - {nam: b}\n", "martlet.yaml:3: unknown field projects[1].nam"),
            ("projects: 3\n", "martlet.yaml:1: projects must be an array of objects"),
            ("projects:\n  - name: a\n    enabled: yes\n", "martlet.yaml:3: projects[0].enabled must be true or false"),
            ("models:\n  - name: m\n", "martlet.yaml:2: models[0].targets is needed"),
            (
                "providers:\n  - {name: p, kind: k, secret: '${NO_SUCH}'}\n",
                "martlet.yaml:2: providers[0].secret refers to"
            ),
            ("projects:\n  - {name: a, name: b}\n", "martlet.yaml:"),
            ("projects:\n  - {name: a}\n  - {name: a}\n", "martlet.yaml:3: projects[1] repeats projects[0]"),
            ("projekts: []\n", "martlet.yaml:1: unknown setting projekts"),
        ]
    )
    func mistakes(_ yaml: String, _ beginning: String) {
        let problems = self.problems(yaml)
        #expect(problems.first?.hasPrefix(beginning) == true, "\(problems)")
    }

    @Test("aliases that multiply are refused before they fill the memory")
    func aliases() {
        var yaml = "projects:\n  - &a0 {name: x}\n"
        for level in 1...8 {
            let of = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            yaml += "  - &a\(level) {name: [\(of)]}\n"
        }
        #expect(self.problems(yaml).contains { $0.contains("too many values") })
    }

    @Test("commands that apply nothing do not need the variables of credentials")
    func lazy() throws {
        let loader = SettingsLoader(
            readFile: { _ in Array("providers:\n  - {name: p, kind: openai, secret: '${NOT_HERE}'}\n".utf8) },
            fileExists: { _ in true }
        )
        #expect(try loader.load().declared.count == 1)
    }

    @Test("what is exported as YAML reads back as it was")
    func yaml() throws {
        let json =
            #"{"projects":[{"name":"on"},{"name":"12"}],"budgets":[{"scope":{"project":"on"},"amount_usd":"12.50","period":"daily"}]}"#
        let text = YAMLText.text(Array(json.utf8))
        let document = try DeclaredDocument(json: Array(json.utf8))
        #expect(try self.file(text)?.document == document)
    }
}
