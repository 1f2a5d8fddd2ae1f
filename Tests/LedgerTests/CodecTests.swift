import Exchange
import Storage
import Testing

@testable import Ledger

@Suite("Records of the journal")
struct CodecTests {
    private static func bytes(_ count: Int, _ write: (inout PayloadWriter) -> Void) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let used = bytes.withUnsafeMutableBytes { memory in
            var writer = PayloadWriter(memory)
            write(&writer)
            #expect(!writer.hasOverflown)
            return writer.count
        }
        return Array(bytes.prefix(used))
    }

    private static func reservation(_ entry: LedgerEntry) -> [UInt8] {
        withUnsafePointer(to: entry) { entry in
            Self.bytes(EntryCodec.reservationBytes(entry)) { EntryCodec.writeReservation(entry, &$0) }
        }
    }

    private static var full: LedgerEntry {
        var entry = LedgerEntry.sample(1, label: "größe").ended(charge: .max)
        entry.usage.cacheReadTokens = .max
        entry.usage.cacheWrite1hTokens = 5
        entry.usage.reasoningTokens = -1
        entry.usage.isAnomalous = true
        entry.usage.serviceTier = .flex
        entry.isUnpriced = true
        entry.lostCacheNanoUSD = .max
        entry.outcome = .interrupted
        entry.firstContentMicroseconds = 0
        entry.overheadMicroseconds = .min
        return entry
    }

    @Test("what is written is read back", arguments: [LedgerEntry.sample(1), Self.full])
    func roundTrip(_ entry: LedgerEntry) throws {
        let reservation = Self.reservation(entry)
        let read = try reservation.withUnsafeBytes { try EntryCodec.readReservation($0) }
        #expect(read == entry)
        let settlement = withUnsafePointer(to: Self.full) { full in
            Self.bytes(EntryCodec.settlementBytes) { EntryCodec.writeSettlement(full, of: entry.attempt, &$0) }
        }
        var settled = LedgerEntry.sample(1, label: "größe")
        try settlement.withUnsafeBytes { try EntryCodec.readSettlement($0, into: &settled) }
        #expect(settled == Self.full)
    }

    @Test("a subject's texts are written as texts are, however long", arguments: [0, 1, 127, 128, 300, 20_000])
    func texts(_ count: Int) throws {
        var entry = Self.full
        entry.subject.model = String(repeating: "ö", count: count / 2) + String(repeating: "m", count: count % 2)
        let subject = entry.subject
        let written = Self.bytes(20_200) { out in
            for text in [
                subject.keyID, subject.projectID, subject.operation.rawValue, subject.model, subject.provider,
                subject.upstreamModel, subject.label,
            ] {
                out.text(text)
            }
        }
        #expect(subject.texts == written)
        let reservation = Self.reservation(entry)
        #expect(try reservation.withUnsafeBytes { try EntryCodec.readReservation($0) } == entry)
    }

    @Test("a number is written into the last bytes there are, and not beyond", arguments: 0...12)
    func tight(_ room: Int) {
        for value in [UInt64.max, 1 << 35, 300, 127] {
            let whole = Self.bytes(16) { $0.unsigned(value) }
            var memory = [UInt8](repeating: 0xEE, count: room)
            let (count, hasOverflown) = memory.withUnsafeMutableBytes { memory in
                var writer = PayloadWriter(memory)
                writer.unsigned(value)
                return (writer.count, writer.hasOverflown)
            }
            #expect(hasOverflown == (whole.count > room))
            if !hasOverflown { #expect(Array(memory[..<count]) == whole) }
        }
    }

    @Test("no change of a payload traps")
    func mutation() {
        let entry = Self.full
        let payload = Self.reservation(entry)
        var random = Seeded(state: 1)
        for cut in 0..<payload.count {
            var changed = payload
            changed[cut] = UInt8.random(in: 0...255, using: &random)
            _ = try? changed.withUnsafeBytes { try EntryCodec.readReservation($0) }
            let isRead = payload[..<cut].withUnsafeBytes { (try? EntryCodec.readReservation($0)) != nil }
            #expect(!isRead)
        }
    }

    @Test("the checksum is the known one")
    func checksum() {
        // Source: RFC 3720, appendix B.4 and the customary check value.
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32C.checksum(of: $0) } == 0xE306_9283)
        #expect([UInt8](repeating: 0, count: 32).withUnsafeBytes { CRC32C.checksum(of: $0) } == 0x8A91_36AA)
        for count in 0..<200 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            bytes.withUnsafeBytes { bytes in
                #expect(CRC32C.update(7, bytes) == CRC32C.updateFromTables(7, bytes), "\(count) bytes")
            }
        }
    }

    @Test("any flipped bit of a record or header is seen")
    func bitFlips() throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 8)
        defer { memory.deallocate() }
        var frame = Frame(memory)
        frame.add(.release) { $0.attempt(1, 2) }
        frame.seal(at: JournalPosition(segment: 3, offset: 64), synced: JournalPosition(segment: 3, offset: 64))
        let record = [UInt8](repeating: 0, count: 64) + Array(frame.bytes)
        let header = SegmentHeader(
            number: 3,
            previous: JournalPosition(segment: 2, offset: 99),
            synced: JournalPosition(segment: 2, offset: 88)
        )
        #expect(record.withUnsafeBytes { Record.read($0, at: 64, segment: 3) } != nil)
        #expect(record.withUnsafeBytes { Record.read($0, at: 64, segment: 4) } == nil)
        #expect(header.encoded().withUnsafeBytes { SegmentHeader.read($0, number: 3) } == header)
        for bit in 0..<(frame.count * 8) {
            var changed = record
            changed[64 + bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(changed.withUnsafeBytes { Record.read($0, at: 64, segment: 3) } == nil)
        }
        for bit in 0..<(SegmentHeader.bytes * 8) {
            var changed = header.encoded()
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(changed.withUnsafeBytes { SegmentHeader.read($0, number: 3) } == nil)
        }
    }
}
