import ArgumentParser
import Wire

/// Limits of a key or a project on the command line.
struct LimitOptions: ParsableArguments {
    @Option(help: "Requests per minute, or none.") var rpm: LimitText?
    @Option(help: "Input and output tokens per minute, or none.") var tpm: LimitText?
    @Option(help: "Requests in flight at once, or none.") var concurrent: LimitText?
    @Option(help: "Further limits of one model, as MODEL=rpm:N,tpm:N,concurrent:N or MODEL=none; repeat for more.")
    var modelLimit: [ModelLimitText] = []

    /// Writes the member `limits` with what was given; nothing when nothing was.
    func write(to writer: inout JSONWriter) {
        let given = [
            ("requests_per_minute", self.rpm), ("tokens_per_minute", self.tpm),
            ("concurrent_requests", self.concurrent),
        ]
        guard given.contains(where: { $0.1 != nil }) || !self.modelLimit.isEmpty else { return }
        writer.key("limits")
        writer.beginObject()
        for (name, limit) in given {
            guard let limit else { continue }
            writer.key(name)
            limit.write(to: &writer)
        }
        if !self.modelLimit.isEmpty {
            writer.key("models")
            writer.beginObject()
            for model in self.modelLimit { model.write(to: &writer) }
            writer.endObject()
        }
        writer.endObject()
    }
}

/// A number, or `none`.
enum LimitText: ExpressibleByArgument, Equatable {
    case unlimited
    case number(Int)

    init?(argument: String) {
        if argument == "none" {
            self = .unlimited
        } else {
            guard let number = Int(argument) else { return nil }
            self = .number(number)
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .unlimited: writer.null()
        case .number(let number): writer.int(number)
        }
    }
}

/// `MODEL=rpm:N,tpm:N,concurrent:N`, or `MODEL=none`. The name ends at the last equals sign.
struct ModelLimitText: ExpressibleByArgument, Equatable {
    private static let names = [
        "rpm": "requests_per_minute", "tpm": "tokens_per_minute", "concurrent": "concurrent_requests",
    ]

    var model: String
    /// By the API's name; empty takes the model's limits away.
    var limits: [String: Int] = [:]

    init?(argument: String) {
        guard let mark = argument.lastIndex(of: "="), mark > argument.startIndex else { return nil }
        self.model = String(argument[..<mark])
        let list = argument[argument.index(after: mark)...]
        guard list != "none" else { return }
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: ":", omittingEmptySubsequences: false)
            guard pair.count == 2, let name = Self.names[String(pair[0])], let number = Int(pair[1]),
                self.limits.updateValue(number, forKey: name) == nil
            else { return nil }
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.key(self.model)
        guard !self.limits.isEmpty else { return writer.null() }
        writer.beginObject()
        for (name, number) in self.limits.sorted(by: { $0.key < $1.key }) {
            writer.key(name)
            writer.int(number)
        }
        writer.endObject()
    }
}
