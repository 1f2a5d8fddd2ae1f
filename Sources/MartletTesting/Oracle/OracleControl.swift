extension OracleUpstream {
    /// Serves `GET /oracle/log`, `GET /oracle/stats`, `POST /oracle/reset` and `POST /oracle/mood`, so that another
    /// process can look, start afresh, and make a vendor fail. Requests for these paths do not appear in the log they
    /// return.
    public func serveControl() {
        self.handle { [weak self] request in
            guard let self, request.path.hasPrefix("/oracle/") else { return nil }
            switch (request.method, request.path) {
            case ("GET", "/oracle/log"): return self.logAnswer
            case ("GET", "/oracle/stats"): return .json(self.stats)
            case ("POST", "/oracle/reset"):
                self.forget()
                return .json(["reset": true])
            case ("POST", "/oracle/mood"):
                let words = request.bodyText.filter { !$0.isWhitespace }
                self.setMood(words)
                return .json(["mood": .string(words)])
            default: return nil
            }
        }
    }

    private var logAnswer: OracleScript {
        let lines = self.requests.filter { !$0.path.hasPrefix("/oracle/") }.map { $0.logLine.text + "\n" }
        let headers = [OracleHeader("content-type", "application/jsonl")]
        return OracleScript(OracleAnswer(headers: headers, pieces: [Array(lines.joined().utf8)]))
    }

    private var stats: PlainJSON {
        [
            "requests": .int(self.requestCount), "connections": .int(self.connectionCount),
            "open_connections": .int(self.openConnections),
        ]
    }
}

extension OracleRequest {
    /// The request as one line of the process's log. Times are milliseconds after the head's arrival, but those named
    /// `…_at_ms`, which are on the machine's `CLOCK_MONOTONIC`.
    public var logLine: PlainJSON {
        [
            "id": .int(self.id), "connection": .int(self.connectionID), "method": .string(self.method),
            "target": .string(self.target),
            "headers": .array(self.headers.map { [.string($0.name), .string($0.value)] }),
            "body": .string(self.bodyText), "body_bytes": .int(self.bodyByteCount),
            "sent_bytes": .int(self.sentByteCount), "outcome": .string(self.outcome.rawValue),
            "received_at_ms": .int(Int(self.headReceivedAt / 1_000_000)),
            "first_byte_ms": self.milliseconds(self.firstByteSentAt),
            "last_byte_ms": self.milliseconds(self.lastByteSentAt),
            "ended_ms": self.milliseconds(self.endedAt),
            "ended_at_ms": self.endedAt.map { .int(Int($0 / 1_000_000)) } ?? .null,
        ]
    }

    private func milliseconds(_ instant: Int64?) -> PlainJSON {
        guard let instant else { return .null }
        return .int(Int((instant - self.headReceivedAt) / 1_000_000))
    }
}
