import Testing

@testable import Upstream

@Suite("Whom a certificate has to be for")
struct CertificateIdentityTests {
    @Test(
        "names match as RFC 6125 has it: a wildcard is one whole leftmost label",
        arguments: [
            ("api.vendor.test", "api.vendor.test", true),
            ("api.vendor.test", "*.vendor.test", true),
            ("vendor.test", "*.vendor.test", false),
            ("a.b.vendor.test", "*.vendor.test", false),
            ("api.vendor.test", "a*.vendor.test", false),
            ("api.vendor.test", "*.*.test", false),
            ("api.vendor.test", "api.*.test", false),
            ("vendor.test", "*.test", false),
            ("vendor.test", "*", false),
            ("vendor.test", "", false),
            ("", "", false),
            (".vendor.test", "*.vendor.test", false),
            ("vendor.test", "vendor.test\u{0}", false),
            ("vendor.test", "vendor.test.", false),
            ("evilvendor.test", "vendor.test", false),
        ]
    )
    func names(_ host: String, _ pattern: String, _ isMatch: Bool) {
        #expect(CertificateIdentity.matches(Array(host.utf8), pattern: Array(pattern.utf8)) == isMatch)
    }

    @Test(
        "literal addresses are told from names",
        arguments: [
            ("192.0.2.7", true), ("2001:db8::1", true), ("::ffff:192.0.2.7", true), ("vendor.test", false),
            ("192.0.2", false), ("localhost", false), ("", false),
        ]
    )
    func addresses(_ host: String, _ isAddress: Bool) {
        #expect(CertificateIdentity(host: host).isAddress == isAddress)
    }

    @Test("an address is the same however it is written, a name in whatever case")
    func equality() {
        #expect(CertificateIdentity(host: "2001:DB8:0::1") == CertificateIdentity(host: "2001:db8::1"))
        #expect(CertificateIdentity(host: "API.Vendor.test") == CertificateIdentity(host: "api.vendor.test"))
        #expect(CertificateIdentity(host: "192.0.2.7") != CertificateIdentity(host: "::ffff:192.0.2.7"))
    }
}
