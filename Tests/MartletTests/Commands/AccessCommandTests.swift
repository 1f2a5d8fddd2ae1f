import ArgumentParser
import Testing

@testable import martlet

@Suite("commands of who may do what")
struct AccessCommandTests {
    private func body(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("a token is asked for with its role, projects and expiry, and with nothing that was not given")
    func token() throws {
        let plain = try TokenCommand.Create.parse(["--name", "ci", "--role", "admin"])
        #expect(self.body(plain.body) == #"{"name":"ci","role":"admin"}"#)
        let full = try TokenCommand.Create.parse([
            "--name", "lead", "--role", "project-admin", "--project", "search", "--project", "prj_1", "--expires",
            "2030-01-01T00:00:00Z",
        ])
        #expect(
            self.body(full.body)
                == #"{"name":"lead","role":"project-admin","projects":["search","prj_1"],"expires_at":"2030-01-01T00:00:00Z"}"#
        )
        let changed = try TokenCommand.Change.parse(["adt_1", "--expires", "never"])
        #expect(self.body(changed.body) == #"{"expires_at":null}"#)
        let renamed = try TokenCommand.Change.parse(["adt_1", "--name", "x"])
        #expect(self.body(renamed.body) == #"{"name":"x"}"#)
        #expect(throws: (any Error).self) { try TokenCommand.Create.parse(["--name", "ci"]) }
    }
}
