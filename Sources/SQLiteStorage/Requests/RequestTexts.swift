import Exchange
import Storage

/// The texts of a request record, in the order in which blocks hold them. The order is part of what is stored.
enum RequestTexts {
    /// The bits, among those of all texts, of the ones that a record is looked for by.
    static let key: UInt64 = 1 << 1
    static let project: UInt64 = 1 << 2
    static let model: UInt64 = 1 << 4
    static let trace: UInt64 = 1 << 13

    /// A bit for each text that both records have byte by byte; the first text has the lowest.
    static func same(_ a: borrowing RequestRecord, _ b: borrowing RequestRecord) -> UInt64 {
        var same: UInt64 = 0
        if a.id.isSame(as: b.id) { same |= 1 }
        if a.keyID.isSame(as: b.keyID) { same |= Self.key }
        if a.projectID.isSame(as: b.projectID) { same |= Self.project }
        if a.operation == b.operation { same |= 1 << 3 }
        if a.modelAsked.isSame(as: b.modelAsked) { same |= Self.model }
        if a.modelServed.isSame(as: b.modelServed) { same |= 1 << 5 }
        if a.provider.isSame(as: b.provider) { same |= 1 << 6 }
        if Self.isSame(a.failure, b.failure) { same |= 1 << 7 }
        if Self.isSame(a.upstreamRequestID, b.upstreamRequestID) { same |= 1 << 8 }
        if Self.isSame(a.finishReason, b.finishReason) { same |= 1 << 9 }
        if Self.isSame(a.client, b.client) { same |= 1 << 10 }
        if Self.isSame(a.session, b.session) { same |= 1 << 11 }
        if Self.isSame(a.route, b.route) { same |= 1 << 12 }
        if Self.isSame(a.traceID, b.traceID) { same |= Self.trace }
        return same
    }

    /// Writes the texts whose bit is not set.
    static func write(_ record: borrowing RequestRecord, besides same: UInt64, to packed: inout PackedWriter) {
        if same & 1 == 0 { packed.text(record.id) }
        if same & Self.key == 0 { packed.text(record.keyID) }
        if same & Self.project == 0 { packed.text(record.projectID) }
        if same & 1 << 3 == 0 { packed.text(record.operation.rawValue) }
        if same & Self.model == 0 { packed.text(record.modelAsked) }
        if same & 1 << 5 == 0 { packed.text(record.modelServed) }
        if same & 1 << 6 == 0 { packed.text(record.provider) }
        if same & 1 << 7 == 0 { packed.text(record.failure) }
        if same & 1 << 8 == 0 { packed.text(record.upstreamRequestID) }
        if same & 1 << 9 == 0 { packed.text(record.finishReason) }
        if same & 1 << 10 == 0 { packed.text(record.client) }
        if same & 1 << 11 == 0 { packed.text(record.session) }
        if same & 1 << 12 == 0 { packed.text(record.route) }
        if same & Self.trace == 0 { packed.text(record.traceID) }
    }

    /// Reads the texts whose bit is not set; the others stay as they are.
    static func read(
        _ packed: inout PackedReader,
        besides same: UInt64,
        into record: inout RequestRecord
    ) throws(StorageError) {
        if same & 1 == 0 { record.id = try packed.text() ?? "" }
        if same & Self.key == 0 { record.keyID = try packed.text() ?? "" }
        if same & Self.project == 0 { record.projectID = try packed.text() ?? "" }
        if same & 1 << 3 == 0 {
            guard let operation = Exchange.Operation(rawValue: try packed.text() ?? "") else { throw packed.damage() }
            record.operation = operation
        }
        if same & Self.model == 0 { record.modelAsked = try packed.text() ?? "" }
        if same & 1 << 5 == 0 { record.modelServed = try packed.text() ?? "" }
        if same & 1 << 6 == 0 { record.provider = try packed.text() ?? "" }
        if same & 1 << 7 == 0 { record.failure = try packed.text() }
        if same & 1 << 8 == 0 { record.upstreamRequestID = try packed.text() }
        if same & 1 << 9 == 0 { record.finishReason = try packed.text() }
        if same & 1 << 10 == 0 { record.client = try packed.text() }
        if same & 1 << 11 == 0 { record.session = try packed.text() }
        if same & 1 << 12 == 0 { record.route = try packed.text() }
        if same & Self.trace == 0 { record.traceID = try packed.text() }
    }

    private static func isSame(_ a: String?, _ b: String?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        return a.isSame(as: b)
    }
}
