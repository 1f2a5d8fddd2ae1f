import Foundation

/// A folder of mode 0700 that goes away with this value, whatever is in it.
final class LiveFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/martlet-live-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw LiveFailure(description: "no folder: errno \(errno)") }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.path)
    }

    /// The path of something inside.
    func file(_ name: String) -> String { self.path + "/" + name }
}

/// Why a live test cannot go on.
struct LiveFailure: Error, CustomStringConvertible {
    let description: String
}

/// Looks at a condition again and again until it holds.
///
/// - Returns: Whether it came to hold within the limit.
func eventually(within limit: Duration = .seconds(10), _ condition: () async throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while true {
        if try await condition() { return true }
        guard ContinuousClock.now < deadline, !Task.isCancelled else { return false }
        try? await Task.sleep(for: .milliseconds(10))
    }
}
