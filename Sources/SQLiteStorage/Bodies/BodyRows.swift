import FoundationEssentials
import GRDB
import Storage

/// Rows of the table of bodies. What deletes takes a bounded part: so many rows, or so many bytes, whichever is reached first.
enum BodyRows {
    /// Rows and bytes that one step deletes; of a row that is larger, itself.
    private static let step = (rows: 200, bytes: 8 << 20)
    /// A row takes so much beside its bodies, and a large one the rest of a page for each of them.
    private static let overhead = (row: 300, page: 4_096)

    /// Rows that are to be deleted, in the order in which they are.
    struct Doomed {
        var condition: String
        var order = "sequence"
        var arguments: StatementArguments
        /// No more go than make so many bytes.
        var enough = Int.max

        static func older(than instant: UnixMilliseconds) -> Doomed {
            Doomed(condition: "at < ?", order: "at, sequence", arguments: [instant])
        }
    }

    static func oldest(covering bytes: Int) -> Doomed { .oldest(covering: bytes) }

    static func part(of bodies: BodySelection, before mark: Int64) -> Doomed {
        let (condition, arguments) = self.condition(bodies)
        return Doomed(condition: "\(condition) AND sequence <= ?", arguments: arguments + [mark])
    }

    private static func condition(_ bodies: BodySelection) -> (String, StatementArguments) {
        switch bodies {
        case .project(let id): return ("project_id = ?", [id])
        case .request(let id, nil): return ("request_id = ?", [id])
        case .request(let id, let projects?):
            let marks = Array(repeating: "?", count: projects.count).joined(separator: ", ")
            return ("request_id = ? AND project_id IN (\(marks))", StatementArguments([id] + projects))
        }
    }

    /// Deletes a part of them; tells how many rows.
    static func delete(_ doomed: Doomed, _ database: Database) throws -> Int {
        let sql = """
            SELECT sequence, length(request) + ifnull(length(answer), 0) FROM bodies
            WHERE \(doomed.condition) ORDER BY \(doomed.order) LIMIT \(self.step.rows)
            """
        var sequences: [Int64] = []
        var bytes = 0
        let rows = try Row.fetchCursor(database, sql: sql, arguments: doomed.arguments)
        while bytes < min(doomed.enough, self.step.bytes), let row = try rows.next() {
            var reader = RowReader(row, of: "bodies")
            sequences.append(try reader.value())
            bytes += try reader.value(Int.self)
        }
        for sequence in sequences {
            try database.execute(sql: "DELETE FROM bodies WHERE sequence = ?", arguments: [sequence])
        }
        return sequences.count
    }

    static func holds(_ bodies: BodySelection, _ database: Database) throws -> Bool {
        let (condition, arguments) = self.condition(bodies)
        let sql = "SELECT EXISTS (SELECT 1 FROM bodies WHERE \(condition))"
        return try Bool.fetchOne(database, sql: sql, arguments: arguments) ?? false
    }

    /// Bytes of pages in use.
    static func usedBytes(_ database: Database) throws -> Int {
        func number(_ pragma: String) throws -> Int { try Int.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0 }
        return (try number("page_count") - number("freelist_count")) * (try number("page_size"))
    }

    /// What a row will take at most.
    static func bytes(of kept: KeptBodies) -> Int {
        [kept.request.sealed.count, kept.answer?.sealed.count ?? 0].reduce(self.overhead.row) { sum, count in
            sum + count + (count > self.overhead.page / 4 ? self.overhead.page : 0)
        }
    }

    static func insert(_ kept: KeptBodies, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO bodies (request_id, project_id, at, mode, is_stream, request_bytes, request_is_cut,
                    request, answer_bytes, answer_is_cut, answer)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                kept.requestID, kept.projectID, kept.at, kept.mode, kept.isStream, kept.request.bytes,
                kept.request.isCut, Data(kept.request.sealed), kept.answer?.bytes, kept.answer?.isCut,
                kept.answer.map { Data($0.sealed) },
            ]
        )
    }

    static func newest(of requestID: String, in projects: [String]?, _ database: Database) throws -> KeptBodies? {
        let (condition, arguments) = self.condition(.request(requestID, projects: projects))
        let sql = """
            SELECT project_id, at, mode, is_stream, request_bytes, request_is_cut, request, answer_bytes, answer_is_cut,
                answer
            FROM bodies WHERE sequence = (SELECT max(sequence) FROM bodies WHERE \(condition))
            """
        return try Row.fetchOne(database, sql: sql, arguments: arguments).map { try self.kept($0, requestID) }
    }

    private static func kept(_ row: Row, _ requestID: String) throws -> KeptBodies {
        var reader = RowReader(row, of: "bodies")
        var kept = KeptBodies(
            requestID: requestID,
            projectID: try reader.value(),
            at: try reader.value(),
            mode: try reader.value(),
            isStream: try reader.value(),
            request: KeptBodies.Part(
                bytes: try reader.value(),
                isCut: try reader.value(),
                sealed: try reader.bytes()
            ),
            answer: nil
        )
        let bytes = try reader.optional(Int.self)
        let isCut = try reader.optional(Bool.self)
        guard let bytes, let isCut else { return kept }
        kept.answer = KeptBodies.Part(bytes: bytes, isCut: isCut, sealed: try reader.bytes())
        return kept
    }
}

extension BodyRows.Doomed {
    /// The oldest by order: what the clock said may have jumped.
    static func oldest(covering bytes: Int) -> BodyRows.Doomed {
        BodyRows.Doomed(condition: "1", arguments: [], enough: bytes)
    }
}
