import Wire

/// Who is telling, in every report: the resource, and the scope of what is told.
struct OTLPResource: Sendable {
    /// Attributes of the resource, `service.name` among them.
    let attributes: [(name: String, value: String)]

    /// - Parameters:
    ///   - serviceName: `service.name`.
    ///   - attributes: Further ones, as `OTEL_RESOURCE_ATTRIBUTES` has them.
    init(serviceName: String, attributes: [(name: String, value: String)]) {
        let own = [("service.name", serviceName), ("service.version", Martlet.version)]
        let names = Set(own.map(\.0))
        self.attributes = own.map { (name: $0.0, value: $0.1) } + attributes.filter { !names.contains($0.name) }
    }

    func write(to writer: inout JSONWriter) {
        writer.key("resource")
        writer.object { writer in
            writer.key("attributes")
            writer.array { writer in
                for attribute in self.attributes { writer.attribute(attribute.name, attribute.value) }
            }
        }
    }

    static func writeScope(to writer: inout JSONWriter) {
        writer.key("scope")
        writer.object { writer in
            writer.member("name", "martlet")
            writer.member("version", Martlet.version)
        }
    }
}

// Attributes as OTLP's JSON has them. Source: opentelemetry-proto 1.5, `common.proto` (AnyValue, KeyValue) and the
// specification's "JSON Protobuf Encoding": 64-bit integers are strings, ids are hexadecimal.
extension JSONWriter {
    /// An attribute; nothing when there is no value.
    mutating func attribute(_ name: String, _ value: String?) {
        guard let value else { return }
        self.attribute(name) { $0.member("stringValue", value) }
    }

    /// An attribute; nothing when there is no value.
    mutating func attribute(_ name: String, _ value: Int?) {
        guard let value else { return }
        self.attribute(name) { $0.member("intValue", String(value)) }
    }

    /// An attribute; nothing when there is no value.
    mutating func attribute(_ name: String, _ value: Double?) {
        guard let value else { return }
        self.attribute(name) { $0.member("doubleValue", value) }
    }

    /// An attribute.
    mutating func attribute(_ name: String, _ value: Bool) {
        self.attribute(name) { $0.member("boolValue", value) }
    }

    /// An attribute that is a list of texts.
    mutating func attribute(_ name: String, _ values: [String]) {
        self.attribute(name) { writer in
            writer.key("arrayValue")
            writer.object { writer in
                writer.key("values")
                writer.array { writer in
                    for value in values { writer.object { $0.member("stringValue", value) } }
                }
            }
        }
    }

    private mutating func attribute(_ name: String, _ value: (inout JSONWriter) -> Void) {
        self.object { writer in
            writer.member("key", name)
            writer.key("value")
            writer.object { value(&$0) }
        }
    }
}
