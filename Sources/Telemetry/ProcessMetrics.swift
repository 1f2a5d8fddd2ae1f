import Glibc

/// What the kernel knows of this process, under the names every Prometheus client uses.
public enum ProcessMetrics {
    /// Adds resident memory, CPU time, open files and the start time to a registry; all are read at each scrape.
    ///
    /// - Parameters:
    ///   - registry: Where they are added.
    ///   - startedAt: Unix time in seconds.
    public static func register(in registry: MetricRegistry, startedAt: Double) {
        self.gauge("process_resident_memory_bytes", "Resident memory.", registry, self.residentBytes)
        self.gauge("process_open_fds", "Open file descriptors.", registry, self.openFiles)
        self.gauge("process_start_time_seconds", "Start of the process, Unix time.", registry) { startedAt }
        registry.collect("process_cpu_seconds_total", help: "CPU time, user and system.", type: .counter) {
            [(labels: [], value: Self.cpuSeconds())]
        }
    }

    private static func gauge(
        _ name: String,
        _ help: String,
        _ registry: MetricRegistry,
        _ read: @escaping @Sendable () -> Double?
    ) {
        registry.collect(name, help: help, type: .gauge) { read().map { [(labels: [], value: $0)] } ?? [] }
    }

    private static func residentBytes() -> Double? {
        guard let file = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, CInt(line.count), file) != nil else { return nil }
        let fields = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let pages = fields.split(separator: " ").dropFirst().first.flatMap { Double($0) }
        return pages.map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
    }

    private static func openFiles() -> Double? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var entries = 0
        while readdir(folder) != nil {
            entries += 1
        }
        // The two dot entries and the descriptor of this very walk are not the process's own.
        return Double(max(0, entries - 3))
    }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
