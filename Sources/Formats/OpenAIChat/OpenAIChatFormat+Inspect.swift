public import Exchange
public import Wire

extension OpenAIChatFormat {
    /// Answers that may be asked for at once. Source: OpenAI API reference, November 2026.
    private static let answerCounts = 1...128

    /// Reads model, stream flag, caps and answer count; everything else is left to the vendor.
    public func inspect(
        _ root: JSONValue,
        operation: Operation,
        pathModel: String?
    ) throws(GatewayFailure) -> Inspected {
        let fields = try RequestFields(root)
        var inspected = try fields.inspected(pathModel: pathModel)
        inspected.session = SessionLabel.find(in: fields.root)
        guard operation.streams else { return inspected }

        inspected.prefix.tools = fields.root["tools"]?.range
        inspected.prefix.instructions = Self.instructions(fields.root["messages"])
        inspected.isStream = try fields.flag("stream", allowsNull: true)
        inspected.outputCap = OutputCap(into: root)
        inspected.maxOutputTokens = try self.cap(fields, operation, &inspected.outputCap)
        inspected.choiceCount = try self.choices(fields)
        if operation == .completions { inspected.choiceCount *= Self.promptCount(fields.root["prompt"]) }
        ChatCost.gather(fields.root, into: &inspected.cost)
        try fields.checkProduct(of: inspected, cap: "max_tokens")
        if inspected.isStream { inspected.usageEdit = try self.usageEdit(root) }
        inspected.offersTools = Self.isFilled(fields.root["tools"]) || Self.isFilled(fields.root["functions"])
        return inspected
    }

    /// The first message, where it is the system's.
    private static func instructions(_ messages: JSONValue?) -> Range<Int>? {
        guard let first = messages?.element(0), let role = first["role"] else { return nil }
        return role.equals("system") || role.equals("developer") ? first.range : nil
    }

    private static func isFilled(_ list: JSONValue?) -> Bool {
        list.map { $0.kind == .array && $0.count > 0 } ?? false
    }

    /// The vendor generates `best_of` answers and bills all of them, however few it returns; compatible servers do so in
    /// Chat too.
    private func choices(_ fields: RequestFields) throws(GatewayFailure) -> Int {
        let answers = try fields.count("n", in: Self.answerCounts) ?? 1
        return max(answers, try fields.count("best_of", in: Self.answerCounts) ?? 1)
    }

    /// Each of several prompts is answered; one of token numbers is one prompt. No body has so many that the product
    /// with `answerCounts` overflows.
    private static func promptCount(_ prompt: JSONValue?) -> Int {
        guard let prompt, prompt.kind == .array, prompt.element(0)?.kind != .number else { return 1 }
        return max(prompt.count, 1)
    }

    /// The larger of the two spellings of the cap; the vendor decides whether it takes both, and which it heeds.
    private func cap(
        _ fields: RequestFields,
        _ operation: Operation,
        _ found: inout OutputCap?
    ) throws(GatewayFailure) -> Int? {
        // Completions with `echo` and no new tokens are legitimate: the vendor's own minimum is 0 there.
        let least = operation == .completions ? 0 : 1
        let older = try fields.cap(.maxTokens, in: least...Int.max, noting: &found)
        let newer = try fields.cap(.maxCompletionTokens, in: 1...Int.max, noting: &found)
        guard let older, let newer else { return older ?? newer }
        return max(older, newer)
    }

    /// The edit that asks for usage; `nil` when the caller asked itself.
    private func usageEdit(_ root: JSONValue) throws(GatewayFailure) -> BytePatch? {
        guard let options = root["stream_options"] else {
            return .insertingMember(#""stream_options":{"include_usage":true}"#, into: root)
        }
        switch options.kind {
        case .null: return BytePatch(range: options.range, replacement: #"{"include_usage":true}"#)
        case .object: break
        case .array, .string, .number, .true, .false:
            throw RequestFields.refusal("stream_options", "must be an object, got \(options.kind.noun)")
        }
        guard let flag = options["include_usage"] else {
            return .insertingMember(#""include_usage":true"#, into: options)
        }
        switch flag.kind {
        case .true: return nil
        case .false, .null: return BytePatch(range: flag.range, replacement: "true")
        case .object, .array, .string, .number:
            throw RequestFields.refusal(
                "stream_options.include_usage",
                "must be true or false, got \(flag.kind.noun)"
            )
        }
    }
}
