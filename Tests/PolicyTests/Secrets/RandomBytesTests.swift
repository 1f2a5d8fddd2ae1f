import Testing

@testable import Policy

@Suite("The system's random bytes")
struct RandomBytesTests {
    @Test("as many come as asked for, and never the same", arguments: [0, 1, 32, 255, 256, 257, 1_000])
    func counts(count: Int) {
        let bytes = RandomBytes.system(count)
        #expect(bytes.count == count)
        #expect(count < 16 || bytes != RandomBytes.system(count))
        #expect(count < 1_000 || Set(bytes).count > 200)
        #expect(count < 1_000 || bytes.suffix(32).contains { $0 != 0 })
    }

    @Test("a negative count gives none")
    func negative() {
        #expect(RandomBytes.system(-1) == [])
    }
}
