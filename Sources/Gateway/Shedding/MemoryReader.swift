import Glibc
public import Policy

/// Reads how much memory is in use from what the kernel tells in files: of the control groups that the process is in, and of
/// the machine.
public struct MemoryReader: Sendable {
    private static let longestFile = 64 << 10
    private static let deepest = 16

    private let file: @Sendable (_ path: String) -> String?
    private let pageBytes: Int

    /// A reader.
    ///
    /// - Parameters:
    ///   - pageBytes: Bytes in a page of memory.
    ///   - file: Reads a whole file; `nil` for one that cannot be read.
    public init(pageBytes: Int, file: @escaping @Sendable (_ path: String) -> String?) {
        self.pageBytes = pageBytes
        self.file = file
    }

    /// The kernel's own files.
    public static let system = MemoryReader(pageBytes: max(1, sysconf(Int32(_SC_PAGESIZE))), file: Self.contents)

    /// What is used of each limit that the process is under. Caches that the kernel drops by itself are not counted.
    ///
    /// - Returns: Empty when nothing can be read.
    public func figures() -> [MemoryFigures] {
        let machine = self.machine()
        let groups = self.groups().filter { group in machine.map { group.limit < $0.limit } ?? true }
        return groups + (machine.map { [$0] } ?? [])
    }

    // MARK: Control groups

    /// Every group from the process's own up to the root may have a limit.
    private func groups() -> [MemoryFigures] {
        for line in (self.file("/proc/self/cgroup") ?? "").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            if parts[0] == "0", parts[1].isEmpty {
                let found = Self.paths(parts[2]).compactMap { self.second("/sys/fs/cgroup\($0)") }
                if !found.isEmpty { return found }
            } else if parts[1].split(separator: ",").contains("memory") {
                let found = Self.paths(parts[2]).compactMap { self.first("/sys/fs/cgroup/memory\($0)") }
                if !found.isEmpty { return found }
            }
        }
        return []
    }

    /// A path and those above it, the root as an empty one.
    private static func paths(_ path: Substring) -> [String] {
        let parts = path.split(separator: "/").prefix(Self.deepest)
        return (0...parts.count).reversed().map { count in parts.prefix(count).map { "/\($0)" }.joined() }
    }

    /// A group as version 2 tells it.
    private func second(_ folder: String) -> MemoryFigures? {
        guard let limit = self.number("\(folder)/memory.max"), let used = self.number("\(folder)/memory.current") else {
            return nil
        }
        return MemoryFigures(used: used - self.field("inactive_file", of: "\(folder)/memory.stat"), limit: limit)
    }

    /// A group as version 1 tells it; a limit as large as a number can be means none, and lies beyond the machine's.
    private func first(_ folder: String) -> MemoryFigures? {
        guard let limit = self.number("\(folder)/memory.limit_in_bytes"),
            let used = self.number("\(folder)/memory.usage_in_bytes")
        else { return nil }
        return MemoryFigures(used: used - self.field("total_inactive_file", of: "\(folder)/memory.stat"), limit: limit)
    }

    // MARK: Machine

    /// The process's own resident memory against all that there is: what others use is not ours to save.
    private func machine() -> MemoryFigures? {
        let words = (self.file("/proc/self/statm") ?? "").split(separator: " ")
        let line = (self.file("/proc/meminfo") ?? "").split(separator: "\n").first { $0.hasPrefix("MemTotal:") }
        guard let resident = words.dropFirst().first.flatMap({ Int($0) }),
            let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        let (used, isTooMuch) = resident.multipliedReportingOverflow(by: self.pageBytes)
        let (limit, isTooLarge) = kibibytes.multipliedReportingOverflow(by: 1024)
        return isTooMuch || isTooLarge ? nil : MemoryFigures(used: used, limit: limit)
    }

    // MARK: Files

    /// A file that holds one number; `nil` for any other (`max`).
    private func number(_ path: String) -> Int? {
        guard let text = self.file(path), let number = Int(text.filter { $0 != "\n" }), number >= 0 else { return nil }
        return number
    }

    /// A number behind its name; 0 when it is not there.
    private func field(_ name: String, of path: String) -> Int {
        for line in (self.file(path) ?? "").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == name { return max(0, Int(words[1]) ?? 0) }
        }
        return 0
    }

    private static let contents: @Sendable (String) -> String? = { path in
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while bytes.count < Self.longestFile {
            let count = fread(&part, 1, part.count, file)
            guard count > 0 else { break }
            bytes += part.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
