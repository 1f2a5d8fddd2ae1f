/// The place a sealed value belongs to. Sealed for one place, it opens at no other.
public struct SecretContext: Hashable, Sendable {
    /// The table, for example `providers`.
    public var table: String
    /// The row's id.
    public var row: String
    /// The column, for example `secret`.
    public var column: String

    /// Names a place.
    public init(table: String, row: String, column: String) {
        self.table = table
        self.row = row
        self.column = column
    }

    /// The place of a settings row.
    public static func setting(_ name: String) -> SecretContext {
        SecretContext(table: "settings", row: name, column: "value")
    }

    /// Appends table, row and column, each after its length in eight bytes: no two places give the same bytes.
    func encode(into bytes: inout [UInt8]) {
        for part in [self.table, self.row, self.column] {
            bytes.append(bigEndian: UInt64(part.utf8.count))
            bytes.append(contentsOf: part.utf8)
        }
    }
}

extension [UInt8] {
    /// Appends an integer, most significant byte first.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { self.append(contentsOf: $0) }
    }
}
