import AdminAPI
import Exchange
import Gateway
import Policy
import Storage
import Telemetry
import Wire

/// What is told of a finished request outside of the store: which fields, under which names. Never a prompt, an answer or a
/// secret.
struct RequestView {
    enum Value {
        case text(String?)
        case number(Int?)
        case flag(Bool)
    }

    let fields: [(name: String, value: Value)]

    init(_ request: FinishedRequest) {
        let record = request.record
        let ended = record.startedAt &+ record.totalMicroseconds / 1_000
        self.fields = [
            ("ts", .text(Timestamp.text(ended))),
            ("level", .text(record.status >= 500 ? "warning" : "info")),
            ("msg", .text("request")),
            ("request_id", .text(record.id)),
            ("trace_id", .text(request.trace.map { "\($0.traceID)" })),
            ("key_prefix", .text(VirtualKey.label(id: record.keyID))),
            ("project", .text(request.project)),
            ("operation", .text(record.operation.rawValue)),
            ("model", .text(record.modelAsked)),
            ("provider", .text(record.provider.isEmpty ? nil : record.provider)),
            ("upstream_model", .text(record.modelServed.isEmpty ? nil : record.modelServed)),
            ("stream", .flag(record.isStream)),
            ("status", .number(record.status)),
            ("outcome", .text(record.outcome.rawValue)),
            ("failure", .text(record.failure)),
            ("duration_ms", .number(Int(record.totalMicroseconds / 1_000))),
            ("ttft_ms", .number(record.firstContentMicroseconds.map { Int($0 / 1_000) })),
            ("tokens_in", .number(record.usage?.inputTokens)),
            ("tokens_out", .number(record.usage?.outputTokens)),
            ("cost_usd", .text(record.costNanoUSD.map(NanoUSD.text))),
            ("attempts", .number(record.attempts)),
        ]
    }

    /// One line of a log, its end included: nothing in it ends a line or moves a cursor (RELIABILITY N050).
    var line: [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(512)
        for (index, field) in self.fields.enumerated() {
            line.append(index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
            LogText.appendJSON(field.name, to: &line)
            line.append(UInt8(ascii: ":"))
            switch field.value {
            case .text(let text?): LogText.appendJSON(text, to: &line)
            case .number(let number?): line += String(number).utf8
            case .flag(let flag): line += (flag ? "true" : "false").utf8
            case .text(nil), .number(nil): line += "null".utf8
            }
        }
        line += "}\n".utf8
        return line
    }

    /// A JSON object.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for field in self.fields {
                writer.key(field.name)
                switch field.value {
                case .text(let text?): writer.string(text)
                case .number(let number?): writer.int(number)
                case .flag(let flag): writer.bool(flag)
                case .text(nil), .number(nil): writer.null()
                }
            }
        }
    }
}
