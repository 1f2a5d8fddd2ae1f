import Testing

@testable import Providers

@Suite("Base URLs")
struct BaseURLTests {
    @Test("scheme, host, port and path are read")
    func parts() throws {
        let url = try BaseURL(parsing: "https://api.example.com:8443/openai/v1/")
        #expect(url.isTLS)
        #expect(url.host == "api.example.com")
        #expect(url.address == nil)
        #expect(url.port == 8443)
        #expect(url.path == "/openai/v1")
        #expect(url.authority == "api.example.com:8443")
    }

    @Test(
        "the normal form is stable",
        arguments: [
            ("HTTPS://API.Example.COM", "https://api.example.com"),
            ("https://api.example.com:443/", "https://api.example.com"),
            ("http://api.example.com:80/v1", "http://api.example.com/v1"),
            ("http://api.example.com:443", "http://api.example.com:443"),
            ("https://[2001:DB8::1]:8443/v1", "https://[2001:db8::1]:8443/v1"),
            ("https://10.0.0.1/a/b/", "https://10.0.0.1/a/b"),
            ("https://xn--bcher-kva.example/v1", "https://xn--bcher-kva.example/v1"),
            ("http://my_service:8000/v1", "http://my_service:8000/v1"),
            ("https://h/Path-Is_case.sensitive~", "https://h/Path-Is_case.sensitive~"),
        ]
    )
    func normalForm(_ text: String, _ expected: String) throws {
        let url = try BaseURL(parsing: text)
        #expect(url.description == expected)
        #expect(try BaseURL(parsing: expected) == url)
    }

    @Test("literal addresses come as bytes")
    func literals() throws {
        #expect(try BaseURL(parsing: "http://127.0.0.1:1234").address == [127, 0, 0, 1])
        #expect(try BaseURL(parsing: "http://[::1]").address == [UInt8](repeating: 0, count: 15) + [1])
        #expect(try BaseURL(parsing: "http://1.2.3.4.example").address == nil)
    }

    @Test(
        "what two readers could read differently is refused with a reason",
        arguments: [
            ("", "empty"), ("api.example.com", "https://"), ("file:///etc/passwd", "https://"),
            ("gopher://h", "https://"),
            ("https:/h", "https://"), ("//h", "https://"), ("https://", "no host"), ("https:///v1", "no host"),
            ("https://user@h", "user information"), ("https://user:pw@h", "user information"),
            ("https://h?x=1", "query"),
            ("https://h/#x", "fragment"), ("https://h\\@evil", "backslash"), ("https://h\t.com", "control"),
            ("https://h .com", "space"), ("https://h\n", "control"), ("https://h\u{7f}", "control"),
            ("https://bücher.example", "punycode"),
            ("https://h。com", "punycode"), ("https://h/%2e%2e/", "percent"), ("https://h%2ecom", "percent"),
            ("https://h..com", "empty part"), ("https://.h", "empty part"), ("https://h.", "empty part"),
            ("https://-h.com", "hyphen"), ("https://h-.com", "hyphen"), ("https://h!.com", "letter"),
            ("https://h/a//b", "empty path"),
            ("https://h/a/../b", ".."), ("https://h/./b", ".."), ("https://h/a/...", ".."),
            ("https://h/<a>", "path character"),
            ("https://h//", "empty path"), ("https://[::1", "]"), ("https://[::1]x", "between"),
            ("https://[fe80::1%eth0]", "percent"),
            ("https://[127.0.0.1]", "IPv6"), ("https://[]", "IPv6"),
        ]
    )
    func refused(_ text: String, _ reason: String) {
        let error = #expect(throws: ProviderConfigurationError.self) { try BaseURL(parsing: text) }
        #expect(error?.code == .invalidBaseURL)
        #expect(error?.field == "base_url")
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test(
        "hosts that some readers take for a number are refused",
        arguments: [
            "127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "1.2.3.4.5", "127.0.0.0x1", "h.1", "00.0.0.0",
            "256.0.0.1", "0x", "h.0x",
        ]
    )
    func numericHosts(_ host: String) {
        let error = #expect(throws: ProviderConfigurationError.self) { try BaseURL(parsing: "http://\(host)/v1") }
        #expect(error?.message.contains("four decimal parts") == true)
    }

    @Test(
        "ports of other protocols are refused",
        arguments: [22, 25, 53, 110, 445, 3306, 5432, 6379, 6667, 11211, 27017]
    )
    func foreignPorts(_ port: Int) {
        let error = #expect(throws: ProviderConfigurationError.self) { try BaseURL(parsing: "https://h:\(port)") }
        #expect(error?.message.contains("\(port)") == true)
    }

    @Test(
        "malformed ports are refused",
        arguments: ["", "0", "65536", "99999999999999999999", "080", "-1", "+1", "8a", "80:80"]
    )
    func malformedPorts(_ port: String) {
        #expect(throws: ProviderConfigurationError.self) { try BaseURL(parsing: "https://h:\(port)") }
    }

    @Test(
        "usual ports of model servers are taken",
        arguments: [1, 80, 443, 1234, 3000, 4000, 8000, 8080, 11434, 65535].dropFirst()
    )
    func modelServerPorts(_ port: Int) throws {
        #expect(try BaseURL(parsing: "http://h:\(port)").port == port)
    }

    @Test("length limits hold")
    func lengths() throws {
        let label = String(repeating: "a", count: 63)
        #expect(try BaseURL(parsing: "https://\(label).com").host.utf8.count == 67)
        #expect(throws: ProviderConfigurationError.self) { try BaseURL(parsing: "https://a\(label).com") }
        let long = Array(repeating: label, count: 4).joined(separator: ".")
        #expect(throws: ProviderConfigurationError.self) { try BaseURL(parsing: "https://\(long)") }
        #expect(throws: ProviderConfigurationError.self) {
            try BaseURL(parsing: "https://h/" + String(repeating: "a", count: 2_048))
        }
    }
}
