import Testing

@testable import martlet

@Suite("substitution")
struct SettingSubstitutionTests {
    let substitution = SettingSubstitution(
        environment: ["HOST": "db", "EMPTY": "", "TRICK": "${HOST}\nadmin:\n  allow_remote: true"],
        readFile: { path in
            switch path {
            case "/run/secrets/x": return Array("s3cret\n".utf8)
            case "/run/secrets/two": return Array("one\ntwo\n\n".utf8)
            case "/run/secrets/huge": return Array(repeating: 97, count: 70_000)
            case "/run/secrets/binary": return [0xFF, 0xFE]
            default: throw SettingMistake("missing")
            }
        }
    )

    @Test(
        "variables, defaults and files are put in",
        arguments: [
            ("plain", "plain"), ("", ""), ("${HOST}", "db"), ("a-${HOST}-${HOST}", "a-db-db"), ("${NONE:-x y}", "x y"),
            ("${NONE:-}", ""), ("${EMPTY}", ""), ("${EMPTY:-d}", "d"), ("${HOST:-d}", "db"),
            ("${file:/run/secrets/x}", "s3cret"), ("${file:/run/secrets/two}", "one\ntwo\n"), ("$HOST", "$HOST"),
            ("$${HOST}", "${HOST}"), ("100$", "100$"), ("${NONE:-a:-b}", "a:-b"), ("é${HOST}é", "édbé"),
        ]
    )
    func expands(text: String, expected: String) throws {
        #expect(try self.substitution.expand(text) == expected)
    }

    @Test("what comes in is not looked at again")
    func once() throws {
        #expect(try self.substitution.expand("${TRICK}").hasPrefix("${HOST}\n"))
    }

    @Test(
        "mistakes are named",
        arguments: [
            ("${NONE}", "refers to ${NONE}, which is not set; give it, or write ${NONE:-default}"),
            ("${HOST", "has a ${ that is never closed; write $${ for the two characters themselves"),
            ("${}", "refers to ${}, which is not a variable name"),
            ("${1A}", "refers to ${1A}, which is not a variable name"),
            ("${A-B}", "refers to ${A-B}, which is not a variable name"),
            ("${file:relative}", "refers to file relative: the path must be absolute"),
            ("${file:/none}", "refers to file /none, which cannot be read"),
            ("${file:/run/secrets/huge}", "refers to file /run/secrets/huge, which is larger than 64KiB"),
            ("${file:/run/secrets/binary}", "refers to file /run/secrets/binary, which is not UTF-8 text"),
        ]
    )
    func mistakes(text: String, message: String) {
        let mistake = #expect(throws: SettingMistake.self) { try self.substitution.expand(text) }
        #expect(mistake?.message == message)
    }
}
