import Exchange

/// The built-in lists' text: one line for each price.
///
///     gpt-5.5 gpt-5.5-2026-04-23|s i5 o30 r0.5|s272000 i10 o45 r1|b i2.5 o15 r0.25|q0.01
///
/// First the models that cost this, then for each tier (`s` standard, `b` batch, `f` flex, `p` priority) and size of input
/// its rates in dollars a million: `i` input, `o` output, `r` cache read, `w` and `h` cache write for five minutes and an
/// hour, `t` reasoning, `a` and `A` audio in and out, `m` and `M` images in and out. `q` is a web search, in dollars.
enum PriceRows {
    /// One model of a list.
    struct Row: Sendable {
        /// As the vendor writes it.
        let model: String
        let price: ModelPrice
    }

    /// Reads a list; what cannot be read is left out (a test reads them all).
    ///
    /// - Parameter text: The lines.
    /// - Returns: The rows, by model in lower case.
    static func read(_ text: String) -> [String: Row] {
        var rows: [String: Row] = [:]
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            var parts = line.split(separator: UInt8(ascii: "|"))[...]
            guard let models = parts.popFirst(), let price = Self.price(parts) else { continue }
            for model in models.split(separator: UInt8(ascii: " ")) {
                let model = String(Substring(model))
                rows[model.lowercased()] = Row(model: model, price: price)
            }
        }
        return rows
    }

    private static func price(_ parts: ArraySlice<Substring.UTF8View>) -> ModelPrice? {
        var sheet = PriceSheet()
        for part in parts {
            if part.first == UInt8(ascii: "q") {
                sheet.webSearchNanoUSD = Self.dollars(part.dropFirst())
                continue
            }
            guard let line = Self.line(part) else { return nil }
            sheet.lines.append(line)
        }
        return sheet.price
    }

    private static func line(_ part: Substring.UTF8View) -> PriceSheet.Line? {
        var words = part.split(separator: UInt8(ascii: " "))[...]
        guard let head = words.popFirst(), let letter = head.first, let tier = Self.tier(letter) else { return nil }
        let size = head.dropFirst()
        var line = PriceSheet.Line(tier: tier)
        if !size.isEmpty {
            guard let above = Int(Substring(size)) else { return nil }
            line.aboveInputTokens = above
        }
        for word in words {
            guard let letter = word.first, let kind = Self.kind(letter) else { return nil }
            guard let rate = Self.dollars(word.dropFirst()) else { return nil }
            line.rates[kind] = rate
        }
        return line
    }

    private static func dollars(_ text: Substring.UTF8View) -> Int64? {
        try? PriceDecimal.read(text, places: 9, limit: TokenRates.maximum, beyond: .refuse)
    }

    private static func tier(_ letter: UInt8) -> PriceTier? {
        switch letter {
        case UInt8(ascii: "s"): .standard
        case UInt8(ascii: "b"): .batch
        case UInt8(ascii: "f"): .flex
        case UInt8(ascii: "p"): .priority
        default: nil
        }
    }

    private static func kind(_ letter: UInt8) -> RateKind? {
        switch letter {
        case UInt8(ascii: "i"): .input
        case UInt8(ascii: "o"): .output
        case UInt8(ascii: "r"): .cacheRead
        case UInt8(ascii: "w"): .cacheWrite5m
        case UInt8(ascii: "h"): .cacheWrite1h
        case UInt8(ascii: "t"): .reasoning
        case UInt8(ascii: "a"): .audioInput
        case UInt8(ascii: "A"): .audioOutput
        case UInt8(ascii: "m"): .imageInput
        case UInt8(ascii: "M"): .imageOutput
        default: nil
        }
    }
}
