import AdminAPI
import Glibc
import Policy
import Storage
import Synchronization

/// The time zones of the machine: the files under `/usr/share/zoneinfo`, each read once. `UTC` needs no file.
final class ZoneFiles: Sendable {
    private static let folder = "/usr/share/zoneinfo/"
    private let known = Mutex<[String: ZoneRules]>([:])

    /// Where the periods of a kind begin; `nil` when there is no such zone.
    func boundaries(
        _ period: BudgetPeriodKind,
        _ timeZone: String,
        _ at: UnixMilliseconds,
        _ count: Int
    ) -> [UnixMilliseconds]? {
        guard let kind = Self.kind(period), let rules = self.rules(timeZone) else { return nil }
        return BudgetCalendar.boundaries(kind, zone: rules, from: at, count: count)
    }

    private static func kind(_ period: BudgetPeriodKind) -> BudgetCalendar.Period? {
        switch period {
        case .daily: .daily
        case .weekly: .weekly
        case .monthly: .monthly
        case .total: nil
        }
    }

    private func rules(_ name: String) -> ZoneRules? {
        guard name != "UTC" else { return .utc }
        if let rules = self.known.withLock({ $0[name] }) { return rules }
        guard Self.isName(name), let bytes = Self.read(Self.folder + name), let rules = try? ZoneRules(tzif: bytes)
        else {
            return nil
        }
        self.known.withLock { known in
            if known.count > 1_000 { known = [:] }
            known[name] = rules
        }
        return rules
    }

    /// `Area/City`: nothing that leaves the folder.
    private static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return (1...64).contains(name.utf8.count) && (1...3).contains(parts.count)
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.first != UInt8(ascii: ".")
                    && part.utf8.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
                    }
            }
    }

    private static func read(_ path: String) -> [UInt8]? {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { _ = Glibc.close(file) }
        var info = stat()
        guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        guard count > 0, count < bytes.count else { return nil }
        return Array(bytes.prefix(count))
    }
}
