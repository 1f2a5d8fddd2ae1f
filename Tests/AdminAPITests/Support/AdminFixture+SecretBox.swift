import Policy

extension AdminFixture {
    /// Seals under a key of the test's own.
    static func secretBox() throws -> SecretBox {
        SecretBox(masterKey: try MasterKey.generate())
    }
}
