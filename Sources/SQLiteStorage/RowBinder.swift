import GRDB
import GRDBSQLite
import Glibc

/// Binds the values of one row straight to a prepared statement. A request record has some thirty columns and there may be
/// tens of thousands of records a second, so none of them becomes an object on the way, and the engine, which would take
/// memory for each text of each row, is lent ours instead.
struct RowBinder {
    private let statement: OpaquePointer
    /// Made for the first text: a statement that is stepped elsewhere is lent none.
    private var texts: RowTexts?
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

    /// Text. The engine ends it at a zero byte, which a caller may put into a model's name, so zero bytes are stored as
    /// U+FFFD.
    mutating func bind(_ value: String?) {
        self.index += 1
        guard var text = value else { return self.note(sqlite3_bind_null(self.statement, self.index)) }
        let (index, texts) = (self.index, self.texts ?? RowTexts(self.statement))
        self.texts = texts
        let code = text.withUTF8 { $0.hasZeroByte ? nil : texts.bind($0, index) }
        if let code { return self.note(code) }
        var clean = text.withoutZeroBytes
        self.note(clean.withUTF8 { texts.bind($0, index) })
    }

    /// Bytes, copied by the engine; none become NULL.
    mutating func bind(_ bytes: [UInt8]) {
        self.index += 1
        let index = self.index
        let statement = self.statement
        self.note(
            bytes.withUnsafeBytes {
                sqlite3_bind_blob(statement, index, $0.baseAddress, Int32(clamping: $0.count), RowTexts.copied)
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
        self.texts?.reuse()
        guard self.code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: self.code)) }
    }
}

/// The memory of one row's texts, lent to the engine from binding to the end of the statement's run.
private final class RowTexts {
    private static let capacity = 4096

    private let statement: OpaquePointer
    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: RowTexts.capacity, alignment: 1)
    private var used = 0

    init(_ statement: OpaquePointer) { self.statement = statement }

    deinit {
        // The statement is kept for later use: it must not point at memory that is gone.
        sqlite3_reset(self.statement)
        sqlite3_clear_bindings(self.statement)
        self.memory.deallocate()
    }

    /// The row is written: its texts are not needed any more.
    func reuse() { self.used = 0 }

    /// Binds a text. One that finds no room is copied by the engine.
    func bind(_ text: UnsafeBufferPointer<UInt8>, _ index: Int32) -> Int32 {
        let count = Int32(clamping: text.count)
        // An empty text has no address, and a null pointer would bind NULL.
        guard let base = text.baseAddress, let room = self.memory.baseAddress else {
            return sqlite3_bind_text(self.statement, index, "", 0, Self.copied)
        }
        guard text.count <= Self.capacity - self.used else {
            return base.withMemoryRebound(to: CChar.self, capacity: text.count) {
                sqlite3_bind_text(self.statement, index, $0, count, Self.copied)
            }
        }
        let place = room + self.used
        place.copyMemory(from: base, byteCount: text.count)
        self.used += text.count
        return sqlite3_bind_text(self.statement, index, place.assumingMemoryBound(to: CChar.self), count, Self.lent)
    }

    /// SQLITE_STATIC: the engine uses our memory.
    private static let lent: sqlite3_destructor_type? = nil
    /// SQLITE_TRANSIENT: the engine makes its own copy.
    static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether a byte is zero.
    fileprivate var hasZeroByte: Bool {
        guard let base = self.baseAddress else { return false }
        return memchr(base, 0, self.count) != nil
    }
}

extension String {
    /// As the store keeps it: the engine ends text at a zero byte, so each becomes U+FFFD.
    var withoutZeroBytes: String {
        guard self.utf8.contains(0) else { return self }
        return String(String.UnicodeScalarView(self.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }
}
