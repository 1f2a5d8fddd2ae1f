import Testing

@testable import Upstream

@Suite("Room for descriptors")
struct DescriptorRoomTests {
    @Test(
        "clients stop at three quarters, vendors at seven eighths",
        arguments: [(0, true, true), (71, true, true), (72, false, true), (83, false, true), (84, false, false)]
    )
    func shares(_ lowestFree: Int, _ client: Bool, _ vendor: Bool) {
        let room = DescriptorRoom(limit: 96) { lowestFree }
        #expect(room.hasRoom(for: .client) == client)
        #expect(room.hasRoom(for: .vendor) == vendor)
    }

    @Test("no descriptor at all is no room, and no limit is no trouble")
    func extremes() {
        #expect(!DescriptorRoom(limit: 96) { .max }.hasRoom(for: .vendor))
        #expect(DescriptorRoom(limit: .max) { 1_000_000 }.hasRoom(for: .client))
        #expect(!DescriptorRoom(limit: .max) { .max }.hasRoom(for: .client))
    }

    @Test("this process has some left, and asking takes none")
    func process() {
        let before = DescriptorRoom.process.limit
        for _ in 0..<10_000 { _ = DescriptorRoom.process.hasRoom(for: .client) }
        #expect(DescriptorRoom.process.hasRoom(for: .vendor))
        #expect(before > 0)
    }
}
