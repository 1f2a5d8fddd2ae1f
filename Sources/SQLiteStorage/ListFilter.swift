import GRDB

/// Conditions of a listing, all of which must hold.
struct ListFilter {
    private var conditions: [String] = []
    /// The values of the conditions, in order; more may follow.
    var arguments: [DatabaseValue] = []

    /// The conditions as a clause; empty when there are none.
    var clause: String { self.conditions.isEmpty ? "" : "WHERE " + self.conditions.joined(separator: " AND ") }

    /// Adds a condition on one value, unless that is `nil`.
    mutating func require(_ condition: String, _ value: (some DatabaseValueConvertible)?) {
        guard let value else { return }
        self.conditions.append(condition)
        self.arguments.append(value.databaseValue)
    }

    /// Adds a condition that a column has one of these values, unless that is `nil`; nothing passes an empty list.
    mutating func require(_ column: String, oneOf values: [String]?) {
        guard let values else { return }
        let places = values.map { _ in "?" }.joined(separator: ", ")
        self.conditions.append("\(column) IN (\(places))")
        self.arguments += values.map(\.withoutZeroBytes.databaseValue)
    }

    /// Adds a condition on several values.
    mutating func require(_ condition: String, all values: [some DatabaseValueConvertible]) {
        self.conditions.append(condition)
        self.arguments += values.map(\.databaseValue)
    }
}
