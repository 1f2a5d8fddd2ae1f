import ArgumentParser
import Wire

/// The targets of a model on the command line.
struct TargetOptions: ParsableArguments {
    @Option(help: "provider/upstream-model[:weight[:priority]]; repeat for more.") var target: [String] = []
    @Option(
        help: ArgumentHelp(
            "A target as the API's JSON, for what the short form cannot say; repeat for more.",
            discussion: #"{"provider":"p","upstream_model":"m","overrides":{"max_output_tokens":4096}}"#
        )
    )
    var targetJson: [String] = []

    /// Whether no target was given.
    var isEmpty: Bool { self.target.isEmpty && self.targetJson.isEmpty }

    /// Writes the member `targets`: short forms first, then those given as JSON.
    func write(to writer: inout JSONWriter) throws {
        let short = try self.target.map { text in
            guard let target = TargetText(text) else {
                throw ValidationError("--target takes provider/upstream-model[:weight[:priority]], got '\(text)'")
            }
            return target
        }
        let documents = try self.targetJson.map { text in
            guard let view = JSONView(Array(text.utf8)), text.first(where: { !$0.isWhitespace }) == "{" else {
                throw ValidationError("--target-json takes a JSON object, got '\(text)'")
            }
            return view.bytes
        }
        writer.member(
            "targets",
            array: { writer in
                for target in short { target.write(to: &writer) }
                for document in documents { writer.raw(document) }
            }
        )
    }
}

/// A target's new weight: `provider/upstream-model=N`. The name ends at the last equals sign.
struct WeightText: ExpressibleByArgument, Equatable {
    var target: String
    var weight: Int

    init?(argument: String) {
        guard let mark = argument.lastIndex(of: "="), argument[..<mark].contains("/"),
            let weight = Int(argument[argument.index(after: mark)...])
        else { return nil }
        self.target = String(argument[..<mark])
        self.weight = weight
    }
}
