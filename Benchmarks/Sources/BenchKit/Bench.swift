import CountingMalloc
import Glibc

/// A figure to reach.
public struct Goal {
    /// The figure's name.
    public var name: String
    /// The median that it should not exceed.
    public var nanoseconds: Double
    /// Whether memory may be asked for.
    public var mayAllocate: Bool

    /// A goal.
    public init(name: String, nanoseconds: Double, mayAllocate: Bool = false) {
        self.name = name
        self.nanoseconds = nanoseconds
        self.mayAllocate = mayAllocate
    }
}

/// Runs pieces of work, prints the median of many batches, and remembers what missed its goal.
public struct Bench {
    /// Names of figures that missed their goal.
    public private(set) var missed: [String] = []
    private let lane: String
    private var lines: [String] = []

    /// A bench whose lines begin with `bench LANE`.
    public init(lane: String) {
        self.lane = lane
    }

    /// How often memory was asked for so far, by the whole program.
    public static var allocations: Int { Int(counting_malloc_count()) }

    /// Measures `work`.
    ///
    /// - Parameters:
    ///   - goal: Its name and the median it should not exceed.
    ///   - bytes: What one run reads, for the rate.
    ///   - work: One run.
    public mutating func run(_ goal: Goal, bytes: Int, _ work: () -> Void) {
        let batch = Self.batchSize(work)
        var samples: [Double] = []
        samples.reserveCapacity(101)
        let before = counting_malloc_count()
        for _ in 0..<101 {
            let start = Self.cpuNanoseconds()
            for _ in 0..<batch { work() }
            samples.append((Self.cpuNanoseconds() - start) / Double(batch))
        }
        let allocations = Double(counting_malloc_count() - before) / Double(101 * batch)
        samples.sort()
        let median = samples[50]
        let isGood = median <= goal.nanoseconds && (goal.mayAllocate || allocations < 0.5)
        if !isGood { self.missed.append(goal.name) }
        let figures = [median, goal.nanoseconds, Double(bytes) / median, allocations].map { Self.fixed($0) }
        Self.printRow([goal.name] + figures + [isGood ? "ok" : "MISSED"])
        self.lines.append("bench \(self.lane) \(goal.name)_ns \(Self.fixed(median))")
        self.lines.append("bench \(self.lane) \(goal.name)_allocations \(Self.fixed(allocations))")
    }

    /// Prints the heading of the table.
    public func printHeading() {
        Self.printRow([self.lane, "median ns", "goal ns", "GB/s", "allocations", ""])
    }

    /// Notes a count that is no time.
    ///
    /// - Parameters:
    ///   - name: The figure's name.
    ///   - value: What was counted.
    ///   - isGood: Whether it reached its goal.
    public mutating func note(_ name: String, _ value: Double, isGood: Bool) {
        if !isGood { self.missed.append(name) }
        Self.printRow([name, Self.fixed(value), "", "", "", isGood ? "ok" : "MISSED"])
        self.lines.append("bench \(self.lane) \(name) \(Self.fixed(value))")
    }

    /// Prints the lines for scripts.
    public func printLines() {
        for line in self.lines { print(line) }
    }

    /// How many runs take about a millisecond; warms up on the way.
    private static func batchSize(_ work: () -> Void) -> Int {
        var batch = 1
        while true {
            let start = Self.cpuNanoseconds()
            for _ in 0..<batch { work() }
            if Self.cpuNanoseconds() - start > 1_000_000 || batch > 1 << 20 { return batch }
            batch *= 2
        }
    }

    /// What this thread has used of its processor: a neighbour's work does not count.
    private static func cpuNanoseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    private static func printRow(_ cells: [String]) {
        let widths = [32, 12, 12, 8, 12, 8]
        let padded = zip(cells, widths).map { cell, width in
            cell + String(repeating: " ", count: max(0, width - cell.utf8.count))
        }
        print(padded.joined(separator: " "))
    }

    /// Two digits after the point.
    private static func fixed(_ value: Double) -> String {
        "\((value * 100).rounded() / 100)"
    }
}
