import SQLiteStorage
import Storage
import Testing

@Suite("drained providers in SQLite")
struct DrainedProviderStoreTests {
    @Test("whether a provider is drained is stored, and survives reopening")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        var provider = ProviderRecord(
            id: "prv_1",
            name: "vendor",
            kind: "openai-compatible",
            baseURL: "https://llm.example.com/v1",
            createdAt: 1,
            updatedAt: 2
        )
        let store = try SQLiteStore(path: folder.store)
        let fresh = try store.change({ try $0.insertProvider(provider) }, audit: { _ in nil })
        #expect(fresh.providers == [provider] && fresh.providers.first?.isDraining == false)
        provider.isDraining = true
        try store.change({ try $0.updateProvider(provider) }, audit: { _ in nil })
        try store.close()
        let reopened = try SQLiteStore(path: folder.store)
        #expect(try reopened.loadConfiguration().providers == [provider])
        try reopened.close()
    }
}
