import Exchange

/// What follows from a Gemini model's generation alone; an unknown name is taken for the newest.
struct ModelTraits {
    /// Each step's first call must be signed, or say that it is not; results hold media themselves.
    let isThirdGeneration: Bool
    /// The Gemini API refuses penalties on this model.
    let refusesPenalties: Bool

    init(_ target: TranslationTarget) {
        let generation = Self.generation(target.capabilities.family) ?? Self.generation(target.model)
        self.isThirdGeneration = (generation?.major ?? Int.max) >= 3
        self.refusesPenalties = generation?.major == 2 && generation?.minor == 5 && !target.gemini.isVertex
    }

    /// `gemini-2.5-flash` → 2, 5.
    private static func generation(_ name: String) -> (major: Int, minor: Int)? {
        let parts = name.split(separator: "/").last?.split(separator: "-") ?? []
        guard parts.count > 1, parts[0] == "gemini" else { return nil }
        let numbers = parts[1].split(separator: ".")
        guard let major = numbers.first.flatMap({ Int($0) }) else { return nil }
        return (major, numbers.count > 1 ? Int(numbers[1]) ?? 0 : 0)
    }
}
