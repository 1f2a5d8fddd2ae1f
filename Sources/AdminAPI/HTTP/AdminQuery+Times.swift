import Storage

extension AdminQuery {
    /// An RFC 3339 instant.
    func instant(_ name: String) throws(AdminProblem) -> UnixMilliseconds? {
        guard let text = self[name] else { return nil }
        guard let instant = Timestamp.parse(text) else {
            let what = "\(name) must be an RFC 3339 time such as 2030-01-31T00:00:00Z"
            throw AdminProblem(.invalidQuery, what, field: name)
        }
        return instant
    }

    /// A time span: `from` and `to`, or `since`, a span up to now such as `7d`; what is left out is the span given.
    func span(
        now: UnixMilliseconds,
        otherwise: UnixMilliseconds
    ) throws(AdminProblem) -> (from: UnixMilliseconds, to: UnixMilliseconds) {
        let to = try self.instant("to") ?? now
        var from = try self.instant("from") ?? max(0, to - otherwise)
        if let text = self["since"] {
            guard self["from"] == nil, self["to"] == nil else {
                throw AdminProblem(.invalidQuery, "since stands for from and to, and excludes both", field: "since")
            }
            guard let span = Self.span(text) else {
                let what = "since must be a whole number of minutes, hours, days or weeks such as 90m, 24h, 7d or 4w"
                throw AdminProblem(.invalidQuery, what, field: "since")
            }
            from = max(0, now - span)
        }
        guard from < to else { throw AdminProblem(.invalidQuery, "from must lie before to", field: "from") }
        return (from, to)
    }

    /// A number of rows.
    func limit(upTo maximum: Int, otherwise: Int) throws(AdminProblem) -> Int {
        guard let text = self["limit"] else { return otherwise }
        let isDigits = (1...9).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isDigits, let limit = Int(text), (1...maximum).contains(limit) else {
            throw AdminProblem(.invalidQuery, "limit must be a whole number from 1 to \(maximum)", field: "limit")
        }
        return limit
    }

    private static func span(_ text: String) -> UnixMilliseconds? {
        let units: [Character: UnixMilliseconds] = ["m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000]
        guard let unit = text.last.flatMap({ units[$0] }) else { return nil }
        let digits = text.dropLast()
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UnixMilliseconds(digits), number > 0
        else { return nil }
        return number * unit
    }
}
