import FoundationEssentials
import GRDB
import Storage

/// Reads a row's columns in order without trusting the file: a value of the wrong kind is an error, never a trap.
struct RowReader {
    private let row: Row
    private let table: StaticString
    private var index = 0

    /// Starts at the first column.
    init(_ row: Row, of table: StaticString) {
        self.row = row
        self.table = table
    }

    /// The next column of any kind with a value.
    mutating func value<Value: DatabaseValueConvertible>(_ type: Value.Type = Value.self) throws(StorageError) -> Value
    {
        guard let value = Value.fromDatabaseValue(try self.next()) else { throw self.damage() }
        return value
    }

    /// The next column, or `nil` when it is NULL.
    mutating func optional<Value: DatabaseValueConvertible>(
        _ type: Value.Type = Value.self
    ) throws(StorageError) -> Value? {
        let stored = try self.next()
        guard !stored.isNull else { return nil }
        guard let value = Value.fromDatabaseValue(stored) else { throw self.damage() }
        return value
    }

    /// The next column as one of a closed set.
    mutating func choice<Value: RawRepresentable<String>>(_ type: Value.Type = Value.self) throws(StorageError) -> Value
    {
        guard let value = Value(rawValue: try self.value()) else { throw self.damage() }
        return value
    }

    /// The next column as bytes.
    mutating func bytes() throws(StorageError) -> [UInt8] { [UInt8](try self.value(Data.self)) }

    /// The next column as bytes, or `nil` when it is NULL.
    mutating func optionalBytes() throws(StorageError) -> [UInt8]? { try self.optional(Data.self).map { [UInt8]($0) } }

    /// The next column as JSON, or `nil` when it is NULL.
    mutating func json<Value: Decodable>(_ type: Value.Type = Value.self) throws(StorageError) -> Value? {
        guard let text = try self.optional(String.self) else { return nil }
        do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch { throw self.damage() }
    }

    private mutating func next() throws(StorageError) -> DatabaseValue {
        guard self.index < self.row.count else { throw self.damage() }
        defer { self.index += 1 }
        return self.row[self.index]
    }

    /// The error of a column that holds what no Martlet wrote.
    func damage() -> StorageError {
        StorageError(.failed, "a row of \(self.table) cannot be read at column \(self.index); the database is damaged")
    }
}

/// JSON text of a list or a table, with sorted keys.
func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
