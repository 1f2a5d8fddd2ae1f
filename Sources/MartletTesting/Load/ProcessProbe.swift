import FoundationEssentials

/// What Linux tells of a process: CPU used so far, memory, file descriptors, threads.
public struct ProcessProbe: Sendable, Equatable {
    /// User and system time since its start, in microseconds, of all processes asked for together.
    public var cpuMicroseconds = 0
    /// Resident memory in KiB.
    public var residentKiB = 0
    /// Open file descriptors.
    public var descriptors = 0
    /// Threads.
    public var threads = 0

    /// Reads `/proc` for these processes and adds them up. A process that is gone counts nothing.
    public init(pids: [Int]) {
        for pid in pids {
            self.cpuMicroseconds += Self.cpuMicroseconds(pid)
            let status = Self.text("/proc/\(pid)/status")
            self.residentKiB += Self.number("VmRSS:", in: status)
            self.threads += Self.number("Threads:", in: status)
            self.descriptors += (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0
        }
    }

    /// Clock ticks are hundredths of a second on every Linux this runs on.
    private static func cpuMicroseconds(_ pid: Int) -> Int {
        let text = Self.text("/proc/\(pid)/stat")
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return 0 }
        return (user + system) * 10_000
    }

    private static func number(_ name: String, in status: String) -> Int {
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        let digits = line?.dropFirst(name.count).filter { $0.isNumber } ?? ""
        return Int(String(digits)) ?? 0
    }

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
