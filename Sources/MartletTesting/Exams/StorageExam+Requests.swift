import Exchange
import Storage

/// The request log.
extension StorageExam {
    static let requestQuestions = [
        StorageExam("every field of a request record comes back") { store in
            let full = Sample.fullRequest("req_full")
            let bare = Sample.request("req_bare")
            try store.append([full, bare])
            try expectEqual(try store.find(id: "req_full")?.record, full, "full")
            try expectEqual(try store.find(id: "req_bare")?.record, bare, "bare")
            try expectEqual(try store.find(id: "req_none"), nil, "missing")
        },
        StorageExam("usage of zeros is not the same as no usage") { store in
            var record = Sample.request("req_1")
            record.usage = TokenUsage()
            try store.append([record])
            try expectEqual(try store.find(id: "req_1")?.record.usage, TokenUsage(), "usage")
        },
        StorageExam("every operation and outcome comes back") { store in
            var records: [RequestRecord] = []
            for operation in Exchange.Operation.allCases {
                for outcome in ExchangeOutcome.allCases {
                    let id = "\(operation.rawValue)-\(outcome.rawValue)"
                    var record = RequestRecord(id: id, startedAt: 1, keyID: "k", projectID: "p", operation: operation)
                    record.outcome = outcome
                    records.append(record)
                }
            }
            try store.append(records)
            let stored = try store.list(RequestQuery(limit: 200)).map(\.record)
            try expectEqual(stored, records.reversed(), "records")
        },
        StorageExam("a repeated id finds the newest record") { store in
            try store.append([Sample.request("mine", at: 1), Sample.request("mine", at: 2)])
            try expectEqual(try store.find(id: "mine")?.record.startedAt, 2, "started at")
        },
        StorageExam("an empty batch is no batch") { store in
            try store.append([])
            try expectEqual(try store.list(RequestQuery()), [], "records")
        },
        StorageExam("a zero byte in a name does not end it") { store in
            var record = Sample.request("req_1")
            record.modelAsked = "a\0b"
            try store.append([record])
            let asked = try store.find(id: "req_1")?.record.modelAsked ?? ""
            try expectEqual(asked.unicodeScalars.count, 3, "scalars")
            try expectEqual(asked.hasSuffix("b"), true, "the rest")
        },
        StorageExam("last use is the newest record of each key asked for") { store in
            try store.append([
                Sample.request("1", at: 10, key: "a"), Sample.request("2", at: 20, key: "b"),
                Sample.request("3", at: 30, key: "a"), Sample.request("4", at: 40, key: "c"),
            ])
            try expectEqual(try store.lastUsed(keyIDs: ["a", "b", "none", "a"]), ["a": 30, "b": 20], "last use")
            try expectEqual(try store.lastUsed(keyIDs: []), [:], "no keys")
        },
    ]

    static let listingQuestions = [
        StorageExam("records are listed newest first, within the limit") { store in
            try store.append((1...300).map { Sample.request("\($0)") })
            let newest = try store.list(RequestQuery(limit: 3))
            try expectEqual(newest.map(\.record.id), ["300", "299", "298"], "newest")
            try expectEqual(try store.list(RequestQuery(limit: 10_000)).count, 200, "above the limit")
            try expectEqual(try store.list(RequestQuery(limit: -1)).count, 1, "below the limit")
        },
        StorageExam("pages by key neither repeat nor skip while records arrive") { store in
            try store.append((1...25).map { Sample.request("\($0)") })
            var query = RequestQuery(limit: 10)
            var seen: [String] = []
            while case let page = try store.list(query), let last = page.last {
                seen += page.map(\.record.id)
                query.before = last.sequence
                try store.append([Sample.request("later")])
            }
            try expectEqual(seen, (1...25).reversed().map { "\($0)" }, "pages")
        },
        StorageExam("following gives each new record once, oldest first") { store in
            try store.append((1...5).map { Sample.request("\($0)") })
            var query = RequestQuery(limit: 2)
            query.after = 0
            var seen: [String] = []
            while case let page = try store.list(query), let last = page.last {
                seen += page.map(\.record.id)
                query.after = last.sequence
            }
            try store.append([Sample.request("6")])
            seen += try store.list(query).map(\.record.id)
            try expectEqual(seen, ["1", "2", "3", "4", "5", "6"], "followed")
        },
        StorageExam("each filter narrows the list, alone and together") { store in
            try store.append(Self.varied)
            try Self.expectListed(store, ["4", "1"]) { $0.keyID = "a" }
            try Self.expectListed(store, ["3", "2"]) { $0.projectID = "p2" }
            try Self.expectListed(store, ["4", "2"]) { $0.model = "fast" }
            try Self.expectListed(store, ["3"]) { $0.outcome = .truncated }
            try Self.expectListed(store, ["4", "1"]) { $0.traceID = "trace-a" }
            try Self.expectListed(store, []) { $0.traceID = "TRACE-A" }
            try Self.expectListed(store, ["4"]) {
                $0.keyID = "a"
                $0.projectID = "p1"
                $0.model = "fast"
                $0.outcome = .completed
            }
            try Self.expectListed(store, []) {
                $0.keyID = "a"
                $0.projectID = "p2"
            }
            try Self.expectListed(store, []) { $0.model = "' OR 1=1 --" }
        },
        StorageExam("both ends of a range may be given") { store in
            try store.append((1...5).map { Sample.request("\($0)") })
            let all = try store.list(RequestQuery())
            var query = RequestQuery()
            query.after = all.last?.sequence
            query.before = all.first?.sequence
            try expectEqual(try store.list(query).map(\.record.id), ["2", "3", "4"], "between")
        },
        StorageExam("a batch of 10,000 records is stored whole and in order") { store in
            try store.append((0..<10_000).map { Sample.request("\($0)", at: Int64($0)) })
            var query = RequestQuery(limit: 200)
            query.after = 0
            var next = 0
            while case let page = try store.list(query), let last = page.last {
                try expectEqual(page.map(\.record.id), (next..<next + page.count).map { "\($0)" }, "page")
                next += page.count
                query.after = last.sequence
            }
            try expectEqual(next, 10_000, "records")
        },
    ]

    private static var varied: [RequestRecord] {
        let facts: [(key: String, project: String, model: String, outcome: ExchangeOutcome)] = [
            ("a", "p1", "slow", .completed), ("b", "p2", "fast", .refused), ("c", "p2", "FAST", .truncated),
            ("a", "p1", "fast", .completed),
        ]
        return facts.enumerated().map { index, fact in
            var record = RequestRecord(
                id: "\(index + 1)",
                startedAt: 1,
                keyID: fact.key,
                projectID: fact.project,
                operation: .chat
            )
            record.modelAsked = fact.model
            record.outcome = fact.outcome
            record.traceID = fact.outcome == .completed ? "trace-\(fact.key)" : nil
            return record
        }
    }

    private static func expectListed(
        _ store: Store,
        _ ids: [String],
        _ narrow: (inout RequestQuery) -> Void
    ) throws {
        var query = RequestQuery()
        narrow(&query)
        try expectEqual(try store.list(query).map(\.record.id), ids, "\(query)")
    }
}
