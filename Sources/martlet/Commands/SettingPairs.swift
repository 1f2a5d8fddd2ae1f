import ArgumentParser

/// Settings of a provider as they are given on the command line: `name=value`, once each.
enum SettingPairs {
    /// Reads them, in order.
    ///
    /// - Throws: `ValidationError` for what has no name.
    static func read(_ texts: [String]) throws -> [(name: String, value: String)] {
        try texts.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--set takes name=value, got '\(text)'")
            }
            return (name: String(parts[0]), value: String(parts[1]))
        }
    }
}
