import Exchange
import Wire

/// Turns Gemini's log probabilities into the shape that Chat and Responses share.
enum Logprobs {
    /// `[{token, logprob, bytes, top_logprobs: [{token, logprob, bytes}]}]`; `nil` when there are none.
    static func read(_ result: JSONValue) -> RawJSON? {
        guard let chosen = result["chosenCandidates"], chosen.count > 0 else { return nil }
        var top = result["topCandidates"]?.elements
        var writer = JSONWriter()
        writer.beginArray()
        for candidate in chosen.elements {
            let alternatives = top?.next()?["candidates"]
            guard candidate.kind == .object else { continue }
            writer.beginObject()
            Self.write(candidate, to: &writer)
            writer.key("top_logprobs")
            writer.beginArray()
            if let alternatives {
                for alternative in alternatives.elements where alternative.kind == .object {
                    writer.beginObject()
                    Self.write(alternative, to: &writer)
                    writer.endObject()
                }
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        return RawJSON(writer)
    }

    private static func write(_ candidate: JSONValue, to writer: inout JSONWriter) {
        let token = candidate["token"]?.string ?? ""
        writer.member("token", token)
        writer.member("logprob", candidate["logProbability"]?.double ?? 0)
        writer.key("bytes")
        writer.beginArray()
        for byte in token.utf8 { writer.int(Int(byte)) }
        writer.endArray()
    }
}
