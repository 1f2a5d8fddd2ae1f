import Providers
import Testing

@testable import martlet

@Suite("Martlet's own addresses")
struct OwnListenersTests {
    private static let machine = OwnListeners.Machine(
        names: ["localhost", "gateway.lan"],
        addresses: [[127, 0, 0, 1], [10, 0, 0, 5]]
    )

    private func finding(_ url: String, listen: String = "0.0.0.0", port: Int = 8080) throws -> String? {
        var settings = Settings()
        settings.listen.host = listen
        settings.listen.port = port
        let configuration = try ProviderConfiguration.validate(
            name: "v",
            kind: .openAICompatible,
            baseURL: url,
            settings: ["allow_private": "true"],
            hasSecret: false
        )
        return OwnListeners(settings, machine: Self.machine).finding(try #require(configuration.route))
    }

    @Test(
        "a listener on every address is found by every name and address of the machine",
        arguments: [
            "http://127.0.0.1:8080/v1", "http://127.9.9.9:8080", "http://localhost:8080/v1", "http://LOCALHOST:8080",
            "http://x.localhost:8080", "http://[::1]:8080", "http://[::ffff:127.0.0.1]:8080", "http://10.0.0.5:8080",
            "http://gateway.lan:8080", "https://127.0.0.1:8080",
        ]
    )
    func everywhere(_ url: String) throws {
        #expect(try self.finding(url) == "the data plane's own listener")
        #expect(try self.finding(url, listen: "::") == "the data plane's own listener")
    }

    @Test(
        "other ports and other machines are not Martlet",
        arguments: [
            "http://127.0.0.1:8000/v1", "http://localhost", "http://10.0.0.6:8080", "http://vendor.example:8080",
            "http://[2001:db8::1]:8080",
        ]
    )
    func others(_ url: String) throws {
        #expect(try self.finding(url) == nil)
    }

    @Test("a listener on one address leaves the machine's others to whoever is there")
    func oneAddress() throws {
        #expect(try self.finding("http://10.0.0.5:8080", listen: "127.0.0.1") == nil)
        #expect(try self.finding("http://localhost:8080", listen: "127.0.0.1") != nil)
        #expect(try self.finding("http://127.0.0.1:8080", listen: "localhost") != nil)
        #expect(try self.finding("http://127.0.0.1:8080", listen: "10.0.0.5") == nil)
        #expect(try self.finding("http://10.0.0.5:8080", listen: "10.0.0.5") != nil)
        #expect(try self.finding("http://gateway.lan:8080", listen: "127.0.0.1") == nil)
        #expect(try self.finding("http://me.example:8080", listen: "me.example") != nil)
    }

    @Test("the admin listener is Martlet too, and a listener on any free port is not known")
    func admin() throws {
        #expect(try self.finding("http://127.0.0.1:8081") == "the admin listener")
        #expect(try self.finding("http://127.0.0.1:8080", port: 0) == nil)
    }

    @Test("this machine knows its loopback address")
    func current() {
        let machine = OwnListeners.Machine.current()
        #expect(machine.addresses.contains([127, 0, 0, 1]) && machine.names.contains("localhost"))
    }
}
