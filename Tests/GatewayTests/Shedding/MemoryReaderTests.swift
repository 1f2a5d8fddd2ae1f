import Policy
import Testing

@testable import Gateway

@Suite("Memory reader")
struct MemoryReaderTests {
    private static let machine = [
        "/proc/self/statm": "900000 1000 300 1 0 500 0\n",
        "/proc/meminfo": "MemTotal:       16000 kB\nMemFree:        1 kB\n",
    ]

    private static func figures(_ files: [String: String]) -> [MemoryFigures] {
        let all = files.merging(Self.machine) { given, _ in given }
        return MemoryReader(pageBytes: 4096) { all[$0] }.figures()
    }

    private static let own = MemoryFigures(used: 4_096_000, limit: 16_384_000)

    @Test("without a control group the process's own memory counts against the machine's")
    func machineAlone() {
        #expect(Self.figures([:]) == [Self.own])
    }

    @Test("each group above the process that has a limit counts, less what the page cache gives back")
    func groups() {
        let found = Self.figures([
            "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/memory.max": "max\n",
            "/sys/fs/cgroup/a/b/memory.current": "5000\n", "/sys/fs/cgroup/a/memory.max": "9000\n",
            "/sys/fs/cgroup/a/memory.current": "8000\n",
            "/sys/fs/cgroup/a/memory.stat": "anon 10\nfile 7000\ninactive_file 6000\n",
            "/sys/fs/cgroup/memory.max": "10000\n", "/sys/fs/cgroup/memory.current": "100\n",
        ])
        #expect(found == [.init(used: 2_000, limit: 9_000), .init(used: 100, limit: 10_000), Self.own])
    }

    @Test("the older groups are read where there are no newer ones")
    func olderGroups() {
        let found = Self.figures([
            "/proc/self/cgroup": "12:cpu:/x\n4:blkio,memory:/docker/1\n0::/docker/1\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9000",
            "/sys/fs/cgroup/memory/memory.usage_in_bytes": "7000",
            "/sys/fs/cgroup/memory/memory.stat": "inactive_file 1\ntotal_inactive_file 500\n",
        ])
        #expect(found == [.init(used: 6_500, limit: 9_000), Self.own])
    }

    @Test("a limit beyond the machine is none")
    func beyond() {
        let found = Self.figures([
            "/proc/self/cgroup": "4:memory:/\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
            "/sys/fs/cgroup/memory/memory.usage_in_bytes": "7000",
        ])
        #expect(found == [Self.own])
    }

    @Test("nonsense is not read, and never ends the process")
    func nonsense() {
        let found = Self.figures([
            "/proc/self/cgroup": "\n:\n0::\n0::/../../x\nabc", "/sys/fs/cgroup/memory.max": "-5\n",
            "/sys/fs/cgroup/memory.current": "x\n", "/proc/self/statm": "1 \(Int.max)",
        ])
        #expect(found.isEmpty)
    }

    @Test("the kernel's own files can be read")
    func system() throws {
        let figures = MemoryReader.system.figures()
        let last = try #require(figures.last)
        #expect(figures.allSatisfy { $0.limit > 0 } && last.used > 1 << 20 && last.limit > 64 << 20)
    }
}
