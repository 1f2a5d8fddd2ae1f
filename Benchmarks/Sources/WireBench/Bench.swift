import CountingMalloc
import Glibc

/// A figure to reach.
struct Goal {
    var name: String
    var nanoseconds: Double
    /// Whether memory may be asked for: only unusually large documents give theirs back after each parse.
    var mayAllocate = false
}

/// Runs pieces of work, prints the median of many batches, and remembers what missed its goal.
struct Bench {
    private(set) var missed: [String] = []

    /// Measures `work`.
    ///
    /// - Parameters:
    ///   - goal: Its name and the median it should not exceed.
    ///   - bytes: What one run reads, for the rate.
    ///   - work: One run.
    mutating func run(_ goal: Goal, bytes: Int, _ work: () -> Void) {
        let batch = Self.batchSize(work)
        var samples: [Double] = []
        samples.reserveCapacity(101)
        let before = counting_malloc_count()
        for _ in 0..<101 {
            let duration = ContinuousClock().measure { for _ in 0..<batch { work() } }
            samples.append(Self.nanoseconds(duration) / Double(batch))
        }
        let allocations = Double(counting_malloc_count() - before) / Double(101 * batch)
        samples.sort()
        let median = samples[50]
        let isGood = median <= goal.nanoseconds && (goal.mayAllocate || allocations < 0.5)
        if !isGood { self.missed.append(goal.name) }
        let figures = [median, goal.nanoseconds, Double(bytes) / median, allocations].map { Self.fixed($0) }
        Self.printRow([goal.name] + figures + [isGood ? "ok" : "MISSED"])
        self.lines.append("bench wire \(goal.name)_ns \(Self.fixed(median))")
        self.lines.append("bench wire \(goal.name)_allocations \(Self.fixed(allocations))")
    }

    /// Prints the heading of the table.
    static func printHeading() {
        self.printRow(["wire", "median ns", "goal ns", "GB/s", "allocations", ""])
    }

    /// Prints the lines for scripts.
    func printLines() {
        for line in self.lines { print(line) }
    }

    private var lines: [String] = []

    /// How many runs take about a millisecond; warms up on the way.
    private static func batchSize(_ work: () -> Void) -> Int {
        var batch = 1
        while true {
            let spent = self.nanoseconds(ContinuousClock().measure { for _ in 0..<batch { work() } })
            if spent > 1_000_000 || batch > 1 << 20 { return batch }
            batch *= 2
        }
    }

    private static func nanoseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e9 + Double(duration.components.attoseconds) / 1e9
    }

    private static func printRow(_ cells: [String]) {
        let widths = [24, 12, 12, 8, 12, 8]
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
