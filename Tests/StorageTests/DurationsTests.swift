import Testing

@testable import SQLiteStorage

@Suite("Durations in buckets")
struct DurationsTests {
    /// As many places as asked for, of few or of many different ones.
    private static func samples(_ count: Int, of width: UInt16, _ state: inout UInt64) -> [UInt16] {
        (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt16(truncatingIfNeeded: state >> 33) % width
        }
    }

    @Test("adding lists counts as adding their samples one by one", arguments: [UInt16(3), 50, 3_000])
    func sums(_ width: UInt16) {
        var state: UInt64 = 7
        var sum = Durations()
        var counts: [UInt16: Int64] = [:]
        for round in 0..<60 {
            let samples = Self.samples(round % 7 == 0 ? 200 : round % 5, of: width, &state)
            for sample in samples { counts[sample, default: 0] += 1 }
            sum.add(Durations(samples))
            let wanted = counts.sorted { $0.key < $1.key }
            #expect(sum.places.map(\.place) == wanted.map(\.key))
            #expect(sum.places.map(\.count) == wanted.map(\.value))
        }
    }

    @Test("nothing added, and adding to nothing, change nothing else")
    func nothing() {
        var sum = Durations()
        sum.add(Durations())
        #expect(sum.isEmpty)
        sum.add(Durations([5, 5, 2]))
        sum.add(Durations())
        #expect(sum == Durations([2, 5, 5]))
    }

    @Test("counts that do not fit stay at the largest number")
    func saturation() throws {
        var bytes: [UInt8] = [5]
        bytes += [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        var sum = try bytes.withUnsafeBytes { try Durations(bytes: $0) }
        sum.add(Durations([5]))
        #expect(sum.places.map(\.count) == [.max])
    }
}
