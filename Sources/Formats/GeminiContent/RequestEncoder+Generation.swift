import Exchange
import Wire

extension RequestEncoder {
    /// Writes `generationConfig`; nothing when it would be empty.
    mutating func writeGenerationConfig() throws(TranslationRefusal) {
        let body = self.writer
        self.writer = JSONWriter()
        self.writer.beginObject()
        let empty = self.writer.bytes.count
        try self.writeSettings()
        let isEmpty = self.writer.bytes.count == empty
        self.writer.endObject()
        let settings = self.writer.bytes
        self.writer = body
        guard !isEmpty else { return }
        self.writer.key("generationConfig")
        self.writer.raw(settings)
    }

    private mutating func writeSettings() throws(TranslationRefusal) {
        try self.writeCap()
        try self.writeSampling()
        try self.writePenalties()
        try self.writeStop()
        try self.writeLogprobs()
        if self.output.isJSON { self.writer.member("responseMimeType", "application/json") }
        if let schema = self.output.schema { self.writer.member("responseJsonSchema", schema) }
        try self.writeThinking()
        try self.writeResolution()
    }

    /// How closely to look is one setting for all images: high if it is asked for once, low if nothing else is.
    private mutating func writeResolution() throws(TranslationRefusal) {
        var details: Set<String> = []
        for turn in self.turns {
            for block in turn.blocks {
                guard case .image(let image) = block.content else { continue }
                details.insert(image.detail ?? "auto")
                guard image.detail == "low" || image.detail == "high" else { continue }
                try self.report.approximated(.place(block.place), "detail")
            }
        }
        if details.contains("high") {
            self.writer.member("mediaResolution", "MEDIA_RESOLUTION_HIGH")
        } else if details == ["low"] {
            self.writer.member("mediaResolution", "MEDIA_RESOLUTION_LOW")
        }
    }

    private mutating func writeCap() throws(TranslationRefusal) {
        guard let cap = self.request.maxOutputTokens else { return }
        guard cap > 0 else {
            throw self.report.refusal(
                .parameter(.maxOutputTokens),
                "cannot answer with no tokens at all",
                wayOut: "Ask for at least 1."
            )
        }
        let most = self.target.capabilities.maxOutputTokens ?? .max
        if cap > most { try self.report.clamped(.parameter(.maxOutputTokens), to: "\(most)") }
        self.writer.member("maxOutputTokens", min(cap, most))
    }

    private mutating func writeSampling() throws(TranslationRefusal) {
        let sampling = self.request.sampling
        let rule = self.target.capabilities.sampling
        if let temperature = sampling.temperature.value {
            let most = self.target.capabilities.maxTemperature
            try self.writeNumber("temperature", temperature, .temperature, 0...max(most, 0), rule != .none)
        }
        if let topP = sampling.topP.value {
            let isTaken = rule == .all || (rule == .temperatureOrTopP && sampling.temperature.value == nil)
            try self.writeNumber("topP", topP, .topP, 0...1, isTaken)
        }
        if let topK = sampling.topK.value {
            if rule == .none || topK < 1 {
                try self.report.dropped(.parameter(.topK))
            } else {
                if topK > Int(Int32.max) { try self.report.clamped(.parameter(.topK), to: "\(Int32.max)") }
                self.writer.member("topK", min(topK, Int(Int32.max)))
            }
        }
        if let seed = sampling.seed.value {
            if Int32(exactly: seed) == nil { try self.report.approximated(.parameter(.seed), "folded") }
            self.writer.member("seed", Self.folded(seed))
        }
    }

    /// A seed as the 32 bits that Gemini takes.
    private static func folded(_ seed: Int) -> Int {
        Int(Int32(exactly: seed) ?? Int32(truncatingIfNeeded: seed ^ seed >> 32))
    }

    private mutating func writePenalties() throws(TranslationRefusal) {
        let sampling = self.request.sampling
        // The upper bound is not part of the range.
        let range = -2.0...1.99
        let can = self.target.capabilities
        let isTaken = can.takesPenalties && !self.traits.refusesPenalties && can.sampling != .none
        if let penalty = sampling.presencePenalty.value, penalty != 0 {
            try self.writeNumber("presencePenalty", penalty, .presencePenalty, range, isTaken)
        }
        if let penalty = sampling.frequencyPenalty.value, penalty != 0 {
            try self.writeNumber("frequencyPenalty", penalty, .frequencyPenalty, range, isTaken)
        }
    }

    private mutating func writeNumber(
        _ key: StaticString,
        _ value: Double,
        _ parameter: RequestField.Parameter,
        _ range: ClosedRange<Double>,
        _ isTaken: Bool
    ) throws(TranslationRefusal) {
        guard isTaken else { return try self.report.dropped(.parameter(parameter)) }
        let clamped = min(max(value, range.lowerBound), range.upperBound)
        if clamped != value {
            var number = JSONWriter()
            number.double(clamped)
            try self.report.clamped(.parameter(parameter), to: String(decoding: number.bytes, as: UTF8.self))
        }
        self.writer.member(key, clamped)
    }

    private mutating func writeStop() throws(TranslationRefusal) {
        let stop = self.request.stop.filter { !$0.isEmpty }
        guard !stop.isEmpty else { return }
        let most = self.target.capabilities.maxStopSequences == 0 ? 0 : Self.maxStopSequences
        guard stop.count <= most else {
            let reason = most == 0 ? "has no stop sequences" : "takes at most \(most) stop sequences, got \(stop.count)"
            throw self.report.refusal(.parameter(.stop), reason, wayOut: "Send fewer of them.")
        }
        self.writer.member("stopSequences", array: { writer in for text in stop { writer.string(text) } })
    }

    private static var maxStopSequences: Int { 5 }

    private mutating func writeLogprobs() throws(TranslationRefusal) {
        if self.request.choiceCount > 1 {
            throw self.report.refusal(
                .parameter(.choiceCount),
                "gives one answer at a time",
                wayOut: "Ask for one, as often as you need."
            )
        }
        guard let count = self.request.logprobs else { return }
        if count > 20 { try self.report.clamped(.parameter(.logprobs), to: "20") }
        self.writer.member("responseLogprobs", true)
        if count > 0 { self.writer.member("logprobs", min(count, 20)) }
    }
}
