import GRDB
import GRDBSQLite

/// Binds the values of one row straight to a prepared statement. A request record has some thirty columns and there may be
/// tens of thousands of records a second, so none of them becomes an object on the way.
struct RowBinder {
    private let statement: OpaquePointer
    private var index: Int32 = 0
    /// The first refusal of the engine, if any.
    private(set) var code: Int32 = SQLITE_OK

    init(_ statement: OpaquePointer) {
        self.statement = statement
    }

    mutating func bind(_ value: Int64?) {
        self.index += 1
        guard let value else { return self.note(sqlite3_bind_null(self.statement, self.index)) }
        self.note(sqlite3_bind_int64(self.statement, self.index, value))
    }

    mutating func bind(_ value: Int?) { self.bind(value.map(Int64.init)) }

    mutating func bind(_ value: Bool) { self.bind(value ? Int64(1) : 0) }

    /// Text, copied by the engine. It ends text at a zero byte, which a caller may put into a model's name, so zero bytes
    /// are stored as U+FFFD.
    mutating func bind(_ value: String?) {
        self.index += 1
        guard let value else { return self.note(sqlite3_bind_null(self.statement, self.index)) }
        var text = value.withoutZeroBytes
        let index = self.index
        let statement = self.statement
        self.note(
            text.withUTF8 { bytes in
                // An empty text has no address, and a null pointer would bind NULL.
                guard let base = bytes.baseAddress else {
                    return sqlite3_bind_text(statement, index, "", 0, Self.copies)
                }
                return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text(statement, index, $0, Int32(clamping: bytes.count), Self.copies)
                }
            }
        )
    }

    /// Bytes, copied by the engine; none become NULL.
    mutating func bind(_ bytes: [UInt8]) {
        self.index += 1
        let index = self.index
        let statement = self.statement
        self.note(
            bytes.withUnsafeBytes {
                sqlite3_bind_blob(statement, index, $0.baseAddress, Int32(clamping: $0.count), Self.copies)
            }
        )
    }

    private mutating func note(_ code: Int32) {
        if self.code == SQLITE_OK { self.code = code }
    }

    /// Throws what a binding refused, and starts over; for a statement that is stepped elsewhere.
    mutating func check() throws {
        self.index = 0
        guard self.code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: self.code)) }
    }

    /// Runs the statement once and makes it ready for the next row.
    mutating func run() throws {
        if self.code == SQLITE_OK {
            let result = sqlite3_step(self.statement)
            if result != SQLITE_DONE { self.code = result }
        }
        let reset = sqlite3_reset(self.statement)
        if self.code == SQLITE_OK { self.code = reset }
        self.index = 0
        guard self.code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: self.code)) }
    }

    /// SQLITE_TRANSIENT: the engine makes its own copy.
    private static let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

extension String {
    /// As the store keeps it: the engine ends text at a zero byte, so each becomes U+FFFD.
    var withoutZeroBytes: String {
        guard self.utf8.contains(0) else { return self }
        return String(String.UnicodeScalarView(self.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }
}
