import AdminAPI
import Logging
import Storage

/// Turns log events into lines: JSON for machines, text for people at a terminal.
struct LineLogHandler: LogHandler {
    enum Format: Sendable {
        case json
        case text
    }

    /// The level that all loggers share, unless this one was given its own.
    var logLevel: Logger.Level {
        get { self.ownLevel ?? self.threshold.level }
        set { self.ownLevel = newValue }
    }
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private var ownLevel: Logger.Level?
    private let threshold: LogThreshold
    private let label: String
    private let format: Format
    private let writer: LogWriter
    private let now: @Sendable () -> UnixMilliseconds

    init(
        label: String,
        threshold: LogThreshold,
        format: Format,
        writer: LogWriter,
        now: @escaping @Sendable () -> UnixMilliseconds
    ) {
        self.label = label
        self.threshold = threshold
        self.format = format
        self.writer = writer
        self.now = now
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = self.fields(of: event)
        let time = Timestamp.text(self.now())
        var line: [UInt8] = []
        switch self.format {
        case .json: self.appendJSON(event, time, fields, to: &line)
        case .text: self.appendText(event, time, fields, to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        self.writer.write(line)
    }

    /// The handler's, the provider's and the event's own metadata, the later winning, by name.
    private func fields(of event: LogEvent) -> [(key: String, value: String)] {
        var merged = self.metadata
        for more in [self.metadataProvider?.get() ?? [:], event.metadata ?? [:]] {
            merged.merge(more) { _, new in new }
        }
        if let error = event.error { merged["error"] = "\(error)" }
        return merged.map { (key: $0.key, value: $0.value.description) }.sorted { $0.key < $1.key }
    }

    private func appendJSON(
        _ event: LogEvent,
        _ time: String,
        _ fields: [(key: String, value: String)],
        to line: inout [UInt8]
    ) {
        let fixed = [
            ("ts", time), ("level", event.level.rawValue), ("logger", self.label), ("msg", event.message.description),
        ]
        let names = Set(fixed.map(\.0))
        let all = fixed + fields.map { (names.contains($0.key) ? "meta_\($0.key)" : $0.key, $0.value) }
        line.append(UInt8(ascii: "{"))
        for (index, (key, value)) in all.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            LogText.appendJSON(key, to: &line)
            line.append(UInt8(ascii: ":"))
            LogText.appendJSON(value, to: &line)
        }
        line.append(UInt8(ascii: "}"))
    }

    private func appendText(
        _ event: LogEvent,
        _ time: String,
        _ fields: [(key: String, value: String)],
        to line: inout [UInt8]
    ) {
        line += "\(time) \(event.level.rawValue) ".utf8
        LogText.appendPlain(event.message.description, quoted: false, to: &line)
        for (key, value) in fields {
            line.append(UInt8(ascii: " "))
            LogText.appendPlain(key, quoted: false, to: &line)
            line.append(UInt8(ascii: "="))
            LogText.appendPlain(value, quoted: true, to: &line)
        }
    }
}
