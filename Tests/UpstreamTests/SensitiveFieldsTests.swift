import Providers
import Testing
import Wire

@testable import Upstream

@Suite("Body fields that a provider refuses")
struct SensitiveFieldsTests {
    private static let names = Set(ProviderDescriptor.all.flatMap { $0.refusedFields.map(\.description) }).sorted()

    private static func found(_ keys: [String]) throws -> [String] {
        let body = Array(("{" + keys.map { "\"\($0)\":1" }.joined(separator: ",") + "}").utf8)
        let tape = JSONTape()
        return try body.withUnsafeBytes { Provider.sensitiveFields.found(in: try tape.parse($0)) }
    }

    private static func escaped(_ name: some StringProtocol) -> String {
        name.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }

    @Test("each is found, as it is and however it is escaped", arguments: Self.names)
    func each(_ name: String) throws {
        #expect(try Self.found(["model", name, "messages"]) == [name])
        #expect(try Self.found([Self.escaped(name)]) == [name])
        #expect(try Self.found([Self.escaped(name.prefix(1)) + name.dropFirst()]) == [name])
        #expect(try Self.found([name.dropLast() + Self.escaped(name.suffix(1))]) == [name])
    }

    @Test("nothing else is")
    func others() throws {
        #expect(try Self.found(["model", "messages", "max_tokens", "stream", "tools", ""]) == [])
        #expect(try Self.found(Self.names.map { $0 + "_" } + Self.names.map { "x" + $0 }) == [])
        #expect(try Self.found([String(repeating: "\\u0061", count: 10_000)]) == [])
    }

    @Test("all are, in the order of the document")
    func all() throws {
        #expect(try Self.found(Self.names.reversed()) == Self.names.reversed())
    }
}
