import Testing

@testable import Policy

@Suite("Errors of secrets")
struct SecretsErrorTests {
    @Test("a description is the code and the message")
    func description() {
        let error = SecretsError(.keyShort, "too short")
        #expect("\(error)" == "master_key_short: too short")
        #expect(error == SecretsError(.keyShort, "too short"))
        #expect(error != SecretsError(.keyEmpty, "too short"))
    }

    @Test("codes may be added elsewhere")
    func open() {
        #expect(SecretsError.Code("wrong_key") == .wrongKey)
        #expect(SecretsError.Code("from_elsewhere") != .wrongKey)
        #expect("\(SecretsError.Code.wrongContext)" == "wrong_context")
    }
}
