import Wire

/// Makes the object that a call's arguments are, one call after the other: a conversation holds many, and memory to read
/// them in is asked for once.
public struct ArgumentsGate {
    private var tape: JSONTape?

    /// A gate that has read nothing yet.
    public init() {}

    /// The input as an object: as written where it is one, an empty one for blank text, and an object that holds the text
    /// under `raw_arguments` where it is none.
    public mutating func objectText(of input: ToolInput) -> String {
        switch input.kind {
        case .object: input.text
        case .freeText: input.wrapped(under: "input")
        case .claimedObject where input.text.isBlank: "{}"
        case .claimedObject: self.isObject(input.text) ? input.text : input.wrapped(under: "raw_arguments")
        }
    }

    private mutating func isObject(_ text: String) -> Bool {
        let tape = self.tape ?? Self.makeTape()
        self.tape = tape
        var text = text
        return text.withUTF8 { bytes in
            (try? tape.read(UnsafeRawBufferPointer(bytes)) { $0.kind == .object }) ?? false
        }
    }

    private static func makeTape() -> JSONTape {
        var limits = JSONLimits()
        limits.refusesNUL = false  // a model may well write U+0000
        return JSONTape(limits: limits)
    }
}
