import Catalogue
import Storage
import Synchronization
import Testing

@testable import AdminAPI

@Suite("the stored price list")
struct PriceAdministrationTests {
    private let store = MemoryLedger()

    private func prices() -> PriceAdministration { PriceAdministration(store: self.store, clock: { 5 }) }

    private func stored(_ change: (inout PriceVersionRecord) -> Void) async throws {
        try await self.prices().load()
        var document = PriceDocument()
        let price = ModelPrice(TokenRates(input: 1_000_000_000, output: 2_000_000_000))
        try document.set(.init(scope: .vendor("openai"), model: "m", terms: .price(price)))
        let json = document.json
        var record = PriceVersionRecord(
            version: 2,
            createdAt: 1,
            source: "test",
            checksum: PriceBook.checksum(of: json),
            document: String(decoding: json, as: UTF8.self),
            builtIn: PriceBook.builtIn.builtIn
        )
        change(&record)
        try self.store.insertPriceVersion(record)
    }

    private func price(_ book: PriceBook) -> Int64? {
        book.price(vendor: "openai", provider: "", model: "m", at: 0)?.rates(tier: nil, inputTokens: 1).input
    }

    @Test("the first start stores the built-in list as the first version; the next start finds it")
    func firstStart() async throws {
        let first = self.prices()
        await #expect(throws: AdminProblem.self) { try await first.bookInForce() }
        try await first.load()
        try await self.prices().load()
        let versions = try self.store.priceVersions(limit: 10)
        #expect(versions.map(\.version) == [1] && versions.first?.source.hasPrefix("built-in") == true)
        #expect(try PriceAdministration.check(self.store) == 1)
    }

    @Test("a list that stood on another built-in one gets a version that stands on this program's")
    func newBuiltIn() async throws {
        try await self.stored { $0.builtIn = "2025-01" }
        let prices = self.prices()
        try await prices.load()
        let book = try await prices.bookInForce()
        #expect(book.version == 3 && self.price(book) == 1_000_000_000)
        #expect(try self.store.priceVersion(3)?.builtIn == PriceBook.builtIn.builtIn)
        // To look is not to change.
        #expect(try PriceAdministration.check(self.store) == 3)
    }

    /// Whatever happened to the stored bytes.
    private static let damages: [@Sendable (inout PriceVersionRecord) -> Void] = [
        { $0.document = $0.document.replacing("\"input\":1,", with: "\"input\":9,") },
        { $0.document = String($0.document.dropLast(3)) }, { $0.document = "" },
        { $0.checksum = String($0.checksum.reversed()) }, { $0.checksum = "" },
        {
            $0.document = #"{"schema":9}"#
            $0.checksum = PriceBook.checksum(of: Array($0.document.utf8))
        },
    ]

    @Test(
        "a damaged list prices nothing, nor does the built-in one in its place, until a whole one replaces it",
        arguments: 0..<6
    )
    func damaged(_ index: Int) async throws {
        try await self.stored(Self.damages[index])
        #expect(throws: AdminProblem.self) { try PriceAdministration.check(self.store) }
        let prices = self.prices()
        let told = Mutex<[Int64]>([])
        let problem = await #expect(throws: AdminProblem.self) { try await prices.load() }
        #expect(problem?.code == .storeFailed)
        #expect(problem?.detail.contains("version 2") == true && problem?.detail.contains("--replace") == true)
        await #expect(throws: AdminProblem.self) { try await prices.bookInForce() }
        await #expect(throws: AdminProblem.self) { try await prices.version(2) }
        let entry = PriceDocument.Entry(
            scope: .vendor("openai"),
            model: "n",
            terms: .price(ModelPrice(TokenRates(input: 1, output: 1)))
        )
        // Nothing is built on what is not known.
        await #expect(throws: AdminProblem.self) { try await prices.set(entry, PriceChangeTerms(isConfirmed: true)) }
        await #expect(throws: AdminProblem.self) {
            try await prices.remove(.vendor("openai"), "m", PriceChangeTerms(isConfirmed: true))
        }
        await #expect(throws: AdminProblem.self) {
            try await prices.merge(PriceDocument(), PriceChangeTerms(isConfirmed: true), source: "s")
        }
        #expect(try self.store.priceVersions(limit: 10).count == 2)
        await prices.observe { book in told.withLock { $0.append(book.version) } }
        let result = try await prices.replace(PriceDocument(), PriceChangeTerms(), source: "mended")
        #expect(result.isApplied && result.version == 3)
        #expect(try await prices.bookInForce().version == 3)
        #expect(told.withLock { $0.last } == 3)
        try await self.prices().load()
        // The damaged version stays as it is, for whoever wants to look.
        #expect(try self.store.priceVersions(limit: 10).map(\.version) == [3, 2, 1])
    }

    @Test("through the API a damaged list is told as such, and rerating by it is refused")
    func damagedRoutes() async throws {
        let fixture = try await AdminFixture()
        try fixture.ledger.insertPriceVersion(
            PriceVersionRecord(version: 2, createdAt: 1, source: "s", checksum: "c", document: "{}", builtIn: "b")
        )
        try? await fixture.services.prices.load()
        let rerate = #"{"from":"2026-01-01T00:00:00Z","to":"2026-02-01T00:00:00Z"}"#
        for (method, path, query, json) in [
            ("GET", "/admin/v1/prices", nil, nil), ("GET", "/admin/v1/prices/versions/2", nil, nil),
            ("GET", "/admin/v1/prices/effective", "provider=openai&model=gpt-5.5", nil),
            ("PUT", "/admin/v1/prices", nil, #"{"vendor":"openai","model":"m","input":"1","output":"1"}"#),
            ("POST", "/admin/v1/ledger/rerate", nil, rerate),
        ] as [(String, String, String?, String?)] {
            let answer = await fixture.call(method, path, query: query, json: json)
            #expect(answer.status == 503 && answer.string("detail")?.contains("damaged") == true, "\(method) \(path)")
        }
        #expect(await fixture.call("GET", "/admin/v1/models").status == 200)
        #expect(await fixture.call("GET", "/admin/v1/prices/versions").count("data") == 2)
    }

    @Test("what another process stored meanwhile is not overwritten")
    func conflict() async throws {
        let (one, other) = (self.prices(), self.prices())
        try await one.load()
        try await other.load()
        let entry = PriceDocument.Entry(
            scope: .vendor("openai"),
            model: "m",
            terms: .price(ModelPrice(TokenRates(input: 1, output: 1)))
        )
        _ = try await one.set(entry, PriceChangeTerms())
        let problem = await #expect(throws: AdminProblem.self) {
            try await other.remove(.vendor("openai"), "m", PriceChangeTerms(isConfirmed: true))
        }
        #expect(problem?.code == .notFound)
        let refused = await #expect(throws: AdminProblem.self) {
            try await other.set(entry, PriceChangeTerms(isConfirmed: true))
        }
        #expect(refused?.code == .conflict)
        #expect(try self.store.priceVersions(limit: 10).map(\.version) == [2, 1])
    }
}
