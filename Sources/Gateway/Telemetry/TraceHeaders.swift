import NIOCore
import Telemetry
import Wire

/// The headers that carry a trace to a vendor.
struct TraceHeaders {
    /// The value of `traceparent`.
    let parent: String
    /// The value of `tracestate`, when there is one.
    let state: String?

    init(parent: String, state: String?) {
        self.parent = parent
        self.state = state
    }

    /// With what the caller's other tracing systems said.
    init(_ parent: TraceParent, _ head: InboundHead, _ received: ReceivedRequest) {
        let values: [String] = received.headBytes.withUnsafeReadableBytes { raw in
            head.fields.compactMap { field in
                let name = UnsafeRawBufferPointer(rebasing: raw[field.name])
                guard ASCII.caseInsensitiveEquals(name, "tracestate") else { return nil }
                return String(decoding: raw[field.value], as: UTF8.self)
            }
        }
        self.init(parent: parent.text, state: TraceState.joined(values))
    }
}

extension HeadWriter {
    /// Writes the lines of a trace, when there are any.
    mutating func writeTrace(_ trace: TraceHeaders?) {
        guard let trace else { return }
        self.write(field: "traceparent", trace.parent)
        if let state = trace.state { self.write(field: "tracestate", state) }
    }
}
