import Exchange

/// How one setting is read and where it goes. The key path ties the text to the typed value in one place.
enum SettingKind: Sendable {
    typealias Path<Value> = any WritableKeyPath<Settings, Value> & Sendable

    /// What is shown in place of a secret.
    static let mask = "********"

    case text(Path<String>)
    case optionalText(Path<String?>)
    case flag(Path<Bool>)
    case integer(Path<Int>, ClosedRange<Int>)
    case ratio(Path<Double>)
    case size(Path<Int>, ClosedRange<Int>)
    case duration(Path<Duration>, ClosedRange<Duration>)
    case choice(Path<String>, [String])
    case secret(Path<Secret?>)

    /// Reads a text into its place.
    ///
    /// - Throws: What was wrong and what would be right, to be read after the setting's name.
    func apply(_ text: String, to settings: inout Settings) throws(SettingMistake) {
        switch self {
        case .text(let path):
            guard !text.isEmpty else { throw SettingMistake("must not be empty") }
            settings[keyPath: path] = text
        case .optionalText(let path):
            settings[keyPath: path] = text.isEmpty ? nil : text
        case .flag(let path):
            settings[keyPath: path] = try Self.flag(text)
        case .integer(let path, let range):
            settings[keyPath: path] = try Self.integer(text, range)
        case .ratio(let path):
            settings[keyPath: path] = try Self.ratio(text)
        case .size(let path, let range):
            settings[keyPath: path] = try SizeText.parse(text, within: range)
        case .duration(let path, let range):
            settings[keyPath: path] = try DurationText.parse(text, within: range)
        case .choice(let path, let words):
            guard words.contains(text) else {
                throw SettingMistake("must be one of \(words.joined(separator: ", ")), got \(text)")
            }
            settings[keyPath: path] = text
        case .secret(let path):
            guard !text.isEmpty else { throw SettingMistake("must not be empty") }
            settings[keyPath: path] = Secret(text)
        }
    }

    /// The value as an operator would write it; a secret masked; `nil` when there is none.
    func text(in settings: Settings) -> String? {
        switch self {
        case .text(let path), .choice(let path, _): settings[keyPath: path]
        case .optionalText(let path): settings[keyPath: path]
        case .flag(let path): settings[keyPath: path] ? "true" : "false"
        case .integer(let path, _): String(settings[keyPath: path])
        case .ratio(let path): Self.text(of: settings[keyPath: path])
        case .size(let path, _): SizeText.format(settings[keyPath: path])
        case .duration(let path, _): DurationText.format(settings[keyPath: path])
        case .secret(let path): settings[keyPath: path].map { _ in SettingKind.mask }
        }
    }

    /// What may be written, for people.
    var grammar: String {
        switch self {
        case .text, .optionalText: "text"
        case .flag: "`true` or `false`"
        case .integer(_, let range): "\(range.lowerBound) to \(range.upperBound)"
        case .ratio: "0 to 1"
        case .size(_, let range): "\(SizeText.format(range.lowerBound)) to \(SizeText.format(range.upperBound))"
        case .duration(_, let range):
            "\(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))"
        case .choice(_, let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .secret: "secret"
        }
    }

    private static func flag(_ text: String) throws(SettingMistake) -> Bool {
        switch text {
        case "true": return true
        case "false": return false
        default: throw SettingMistake("must be true or false, got \(text)")
        }
    }

    /// A share: digits with at most one point among them, 0 to 1.
    private static func ratio(_ text: String) throws(SettingMistake) -> Double {
        let digits = text.split(separator: ".", omittingEmptySubsequences: false)
        let isPlain = digits.count <= 2 && text.utf8.count <= 20 && digits.allSatisfy { Decimal.parse($0) != nil }
        guard isPlain, let value = Double(text), (0...1).contains(value) else {
            throw SettingMistake("must be a number from 0 to 1, got \(text)")
        }
        return value
    }

    private static func text(of ratio: Double) -> String {
        if ratio == 0 || ratio == 1 { return ratio == 0 ? "0" : "1" }
        return "\(ratio)"
    }

    private static func integer(_ text: String, _ range: ClosedRange<Int>) throws(SettingMistake) -> Int {
        guard let value = Decimal.parse(text), range.contains(value) else {
            throw SettingMistake("must be a whole number from \(range.lowerBound) to \(range.upperBound), got \(text)")
        }
        return value
    }
}

/// What was wrong with a text, to be read after the setting's name.
struct SettingMistake: Error, Equatable {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}

/// Whole decimal numbers, digits only: no sign, no base, no separators.
enum Decimal {
    static func parse(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
