import Exchange
import Storage

/// The texts of a request record, in the order in which blocks hold them. The order is part of what is stored. Records are long: they
/// are read where they lie.
enum RequestTexts {
    /// The bits, among those of all texts, of the ones that a record is looked for by.
    static let key: UInt64 = 1 << 1
    static let project: UInt64 = 1 << 2
    static let model: UInt64 = 1 << 4
    static let trace: UInt64 = 1 << 13

    /// A bit for each text that both records have byte by byte; the first text has the lowest.
    static func same(_ a: UnsafePointer<RequestRecord>, _ b: UnsafePointer<RequestRecord>) -> UInt64 {
        var same: UInt64 = 0
        if a.pointee.id.isSame(as: b.pointee.id) { same |= 1 }
        if a.pointee.keyID.isSame(as: b.pointee.keyID) { same |= Self.key }
        if a.pointee.projectID.isSame(as: b.pointee.projectID) { same |= Self.project }
        if a.pointee.operation == b.pointee.operation { same |= 1 << 3 }
        if a.pointee.modelAsked.isSame(as: b.pointee.modelAsked) { same |= Self.model }
        if a.pointee.modelServed.isSame(as: b.pointee.modelServed) { same |= 1 << 5 }
        if a.pointee.provider.isSame(as: b.pointee.provider) { same |= 1 << 6 }
        if Self.isSame(a.pointee.failure, b.pointee.failure) { same |= 1 << 7 }
        if Self.isSame(a.pointee.upstreamRequestID, b.pointee.upstreamRequestID) { same |= 1 << 8 }
        if Self.isSame(a.pointee.finishReason, b.pointee.finishReason) { same |= 1 << 9 }
        if Self.isSame(a.pointee.client, b.pointee.client) { same |= 1 << 10 }
        if Self.isSame(a.pointee.session, b.pointee.session) { same |= 1 << 11 }
        if Self.isSame(a.pointee.route, b.pointee.route) { same |= 1 << 12 }
        if Self.isSame(a.pointee.traceID, b.pointee.traceID) { same |= Self.trace }
        return same
    }

    /// Writes the texts whose bit is not set.
    static func write(_ record: UnsafePointer<RequestRecord>, besides same: UInt64, to packed: inout PackedWriter) {
        if same & 1 == 0 { packed.text(record.pointee.id) }
        if same & Self.key == 0 { packed.text(record.pointee.keyID) }
        if same & Self.project == 0 { packed.text(record.pointee.projectID) }
        if same & 1 << 3 == 0 { packed.text(record.pointee.operation.rawValue) }
        if same & Self.model == 0 { packed.text(record.pointee.modelAsked) }
        if same & 1 << 5 == 0 { packed.text(record.pointee.modelServed) }
        if same & 1 << 6 == 0 { packed.text(record.pointee.provider) }
        if same & 1 << 7 == 0 { packed.text(record.pointee.failure) }
        if same & 1 << 8 == 0 { packed.text(record.pointee.upstreamRequestID) }
        if same & 1 << 9 == 0 { packed.text(record.pointee.finishReason) }
        if same & 1 << 10 == 0 { packed.text(record.pointee.client) }
        if same & 1 << 11 == 0 { packed.text(record.pointee.session) }
        if same & 1 << 12 == 0 { packed.text(record.pointee.route) }
        if same & Self.trace == 0 { packed.text(record.pointee.traceID) }
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
