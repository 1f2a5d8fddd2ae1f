import Policy

@testable import AdminAPI

extension AdminFixture {
    /// A box under a key of zeros.
    static func secretBox() throws -> SecretBox { SecretBox() }
}
