import Exchange
import Testing

@testable import martlet

@Suite("settings")
struct SettingsLoaderTests {
    /// A loader that sees one file and one environment.
    func loader(_ yaml: String? = nil, _ environment: [String: String] = [:], flags: [FlagValue] = []) -> SettingsLoader
    {
        SettingsLoader(
            flags: flags,
            environment: environment,
            readFile: { path in
                guard let yaml, path == "martlet.yaml" else { throw SettingMistake("missing") }
                return Array(yaml.utf8)
            },
            fileExists: { _ in yaml != nil }
        )
    }

    func problems(_ yaml: String, _ environment: [String: String] = [:]) -> [String] {
        let error = #expect(throws: SettingsError.self) { try self.loader(yaml, environment).load() }
        return error?.problems ?? []
    }

    @Test("nothing given means the defaults")
    func defaults() throws {
        let loaded = try self.loader().load()
        #expect(loaded.settings == Settings())
        #expect(loaded.origin(of: "listen.port") == .builtIn)
        #expect(loaded.warnings.isEmpty)
    }

    @Test("every setting can be given in the file, and is read back as written")
    func everyRow() throws {
        let defaults = Settings()
        for row in SettingSchema.rows {
            let text = row.kind.text(in: defaults) ?? "/some/text"
            let parts = row.path.split(separator: ".").enumerated()
            let lines = parts.map { String(repeating: "  ", count: $0) + $1 + ":" }
            let yaml = lines.joined(separator: "\n") + " \"\(text)\"\n"
            var settings = Settings()
            let file = SettingsFile(Array(yaml.utf8), path: "m")
            #expect(file.problems.isEmpty, "\(row.path)")
            try row.kind.apply(try #require(file.values[row.path]).text, to: &settings)
            var isSecret = false
            if case .secret = row.kind { isSecret = true }
            #expect(row.kind.text(in: settings) == (isSecret ? SettingKind.mask : text))
        }
    }

    @Test("flags win over environment, environment over file, file over defaults")
    func precedence() throws {
        let yaml = "listen:\n  port: 1001\n  host: 127.0.0.1\nlog: {level: debug, format: json}\n"
        let loaded = try self.loader(
            yaml,
            ["MARTLET_LISTEN_PORT": "1002", "MARTLET_LOG_LEVEL": "error", "PATH": "/bin"],
            flags: [FlagValue(flag: "--port", path: "listen.port", text: "1003")]
        ).load()
        #expect(loaded.settings.listen.port == 1_003)
        #expect(loaded.origin(of: "listen.port") == .flag(name: "--port"))
        #expect(loaded.settings.log.level == "error")
        #expect(loaded.origin(of: "log.level").description == "MARTLET_LOG_LEVEL")
        #expect(loaded.settings.log.format == "json")
        #expect(loaded.origin(of: "listen.host") == .file(path: "martlet.yaml", line: 3))
        #expect(loaded.settings.admin.port == 8_081)
    }

    @Test("unknown names are refused with their line and what was probably meant")
    func unknown() {
        let found = self.problems("listen:\n  prot: 1\nport: 2\nlimts:\n  max_body: 1MiB\nzzzzzzzzz: 1\n")
        #expect(
            found == [
                "martlet.yaml:2: unknown setting listen.prot; did you mean listen.port?",
                "martlet.yaml:3: unknown setting port; did you mean admin.port?",
                "martlet.yaml:4: unknown setting limts; did you mean limits?",
                "martlet.yaml:6: unknown setting zzzzzzzzz",
            ]
        )
    }

    @Test("a name given twice is refused")
    func duplicates() {
        #expect(self.problems("listen:\n  port: 1\n  port: 2\n").first?.contains("given twice") == true)
        #expect(self.problems("log:\n  level: info\nlog:\n  format: json\n").first?.contains("given twice") == true)
    }

    @Test(
        "words that YAML 1.1 turns into booleans or numbers stay what was written",
        arguments: [
            ("sandbox:\n  enabled: yes\n", "martlet.yaml:2: sandbox.enabled must be true or false, got yes"),
            ("sandbox:\n  enabled: off\n", "martlet.yaml:2: sandbox.enabled must be true or false, got off"),
            ("sandbox:\n  enabled: True\n", "martlet.yaml:2: sandbox.enabled must be true or false, got True"),
            ("loops: 0o7\n", "martlet.yaml:1: loops must be a whole number from 0 to 256, got 0o7"),
            ("loops: 1_0\n", "martlet.yaml:1: loops must be a whole number from 0 to 256, got 1_0"),
            ("loops: 1e1\n", "martlet.yaml:1: loops must be a whole number from 0 to 256, got 1e1"),
            (
                "listen:\n  port: 70000\n",
                "martlet.yaml:2: listen.port must be a whole number from 0 to 65535, got 70000"
            ),
            (
                "deadlines:\n  header: 10\n",
                "martlet.yaml:2: deadlines.header must be a duration such as 250ms, 10s or 5m, got 10"
            ),
            (
                "limits:\n  max_body: 32MB\n",
                "martlet.yaml:2: limits.max_body must be a size such as 4KiB, 32MiB or 512B, got 32MB"
            ),
        ]
    )
    func strictValues(yaml: String, problem: String) {
        #expect(self.problems(yaml) == [problem])
    }

    @Test("a host named no is a text and not a boolean")
    func norway() throws {
        #expect(try self.loader("listen:\n  host: no\n").load().settings.listen.host == "no")
    }

    @Test(
        "shapes that are not settings are refused",
        arguments: [
            "- a\n", "just text\n", "listen: 5\n", "listen: [1]\n", "loops: {a: 1}\n", "loops: [1]\n", "loops:\n",
            "loops: ~\n", "[a]: 1\n", "a: b: c\n", "loops: \"unclosed\n", "\tloops: 1\n",
            "--- \nloops: 1\n--- \nloops: 2\n",
            "listen: &a\n  port: 1\nadmin:\n  <<: *a\n", "data_folder: \"\"\n",
        ]
    )
    func shapes(yaml: String) {
        #expect(!self.problems(yaml).isEmpty)
    }

    @Test(
        "an empty file or an empty section is nothing",
        arguments: ["", "# only a comment\n", "listen:\nadmin: ~\n", "---\n"]
    )
    func empty(yaml: String) throws {
        #expect(try self.loader(yaml).load().settings == Settings())
    }

    @Test("files that are too large or not text are refused")
    func foreign() {
        #expect(
            SettingsFile(Array(repeating: 35, count: (1 << 20) + 1), path: "m").problems == ["m: is larger than 1MiB"]
        )
        #expect(SettingsFile([0xC3, 0x28], path: "m").problems == ["m: is not UTF-8 text"])
    }

    @Test("substitution happens in scalars after parsing, so it cannot add structure")
    func substitution() throws {
        let loaded = try self.loader(
            "listen:\n  host: ${EVIL}\ndata_folder: ${HOME:-/x}/m\n",
            ["EVIL": "a\nadmin:\n  allow_remote: true", "HOME": "/h"]
        ).load()
        #expect(!loaded.settings.admin.allowRemote)
        #expect(loaded.settings.dataFolder == "/h/m")
        #expect(
            self.problems("listen:\n  host: ${NOT_THERE}\n").first?.hasPrefix("martlet.yaml:2: listen.host refers to")
                == true
        )
    }

    @Test("the environment is not expanded")
    func environmentIsPlain() throws {
        let loaded = try self.loader(nil, ["MARTLET_DATA_FOLDER": "${HOME}"]).load()
        #expect(loaded.settings.dataFolder == "${HOME}")
    }

    @Test("all mistakes are told at once, each with its origin")
    func allAtOnce() {
        let found = self.problems("loops: many\nx: 1\n", ["MARTLET_ADMIN_PORT": "-1", "MARTLET_MASTER_KEY": ""])
        #expect(
            found == [
                "martlet.yaml:2: unknown setting x",
                "MARTLET_ADMIN_PORT: admin.port must be a whole number from 0 to 65535, got -1",
                "martlet.yaml:1: loops must be a whole number from 0 to 256, got many",
                "MARTLET_MASTER_KEY: master_key must not be empty",
            ]
        )
    }

    @Test(
        "settings that contradict each other are refused",
        arguments: [
            ("admin: {host: 0.0.0.0}\n", "admin.host is not a loopback address"),
            ("admin: {host: 127.0.0.1.evil.example}\n", "admin.host is not a loopback address"),
            ("listen: {tls: {certificate: /c.pem}}\n", "listen.tls.key must be given too"),
            ("listen: {tls: {key: /k.pem}}\n", "listen.tls.certificate must be given too"),
            ("admin: {port: 8080}\n", "admin.port must differ from listen.port"),
            ("limits: {max_body: 512MiB, body_budget: 1MiB}\n", "limits.body_budget must be at least limits.max_body"),
        ]
    )
    func contradictions(yaml: String, part: String) {
        let found = self.problems(yaml)
        #expect(found.count == 1)
        #expect(found.first?.contains(part) == true)
    }

    @Test("the admin listener opens wider only when that is said")
    func allowRemote() throws {
        let yaml = "admin:\n  host: 0.0.0.0\n  allow_remote: true\n"
        #expect(try self.loader(yaml).load().settings.admin.host == "0.0.0.0")
        #expect(Settings.isLoopback("127.9.9.9") && Settings.isLoopback("::1") && Settings.isLoopback("localhost"))
        #expect(!Settings.isLoopback("128.0.0.1") && !Settings.isLoopback("127.1") && !Settings.isLoopback(""))
    }

    @Test("a strange variable with our prefix is told, not refused")
    func strangeVariables() throws {
        let loaded = try self.loader(nil, ["MARTLET_LISTEN_PROT": "1", "MARTLET_KEY": "sk", "MARTLET_WHATEVER": "1"])
            .load()
        #expect(
            loaded.warnings == [
                "environment variable MARTLET_LISTEN_PROT is not a setting; did you mean MARTLET_LISTEN_PORT?",
                "environment variable MARTLET_WHATEVER is not a setting",
            ]
        )
    }

    @Test("a file that was named must be there")
    func namedFile() {
        var loader = self.loader()
        loader.file = "other.yaml"
        #expect(throws: SettingsError(problems: ["other.yaml: cannot be read"])) { try loader.load() }
        loader = self.loader(nil, ["MARTLET_CONFIG": "env.yaml"])
        #expect(loader.chosenFile == "env.yaml")
        loader = self.loader(nil, ["MARTLET_CONFIG": ""])
        #expect(loader.chosenFile == nil)
    }

    @Test("an unknown name in --set is refused with what was meant")
    func unknownFlag() {
        let loader = self.loader(flags: [FlagValue(flag: "--set", path: "log.levle", text: "info")])
        #expect(throws: SettingsError(problems: ["--set: unknown setting log.levle; did you mean log.level?"])) {
            try loader.load()
        }
    }

    @Test("the master key is held as a secret and never shown")
    func secret() throws {
        let loaded = try self.loader(nil, ["MARTLET_MASTER_KEY": "canary-canary-canary"]).load()
        #expect(loaded.settings.masterKey == Secret("canary-canary-canary"))
        #expect(!String(describing: loaded).contains("canary"))
        #expect(!String(reflecting: loaded).contains("canary"))
        var dumped = ""
        dump(loaded, to: &dumped)
        #expect(!dumped.contains("canary"))
    }
}

@Suite("setting schema")
struct SettingSchemaTests {
    @Test("names and variables are unique and well formed")
    func unique() throws {
        let rows = SettingSchema.rows
        #expect(Set(rows.map(\.path)).count == rows.count)
        #expect(Set(rows.map(\.variable)).count == rows.count)
        for row in rows {
            #expect(row.path.wholeMatch(of: /[a-z_]+(\.[a-z_]+)*/) != nil)
            #expect(!row.summary.isEmpty && row.summary.last != ".")
            #expect(!SettingNames.isSection(row.path))
            #expect(!SettingsLoader.otherVariables.contains(row.variable))
        }
    }

    @Test("defaults lie within their own bounds")
    func defaultsInBounds() throws {
        var settings = Settings()
        for row in SettingSchema.rows {
            guard let text = row.kind.text(in: settings) else { continue }
            try row.kind.apply(text, to: &settings)
        }
        #expect(settings == Settings())
        #expect(settings.contradictions().isEmpty)
    }
}
