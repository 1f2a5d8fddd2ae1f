import Foundation
import MartletTesting

/// A disk for the program's data folder that a test can make full and free again.
enum ProgramDisk: String, Sendable {
    /// A small filesystem in memory, seen by the program alone: what is written beyond its size finds no space.
    case tmpfs
    /// The limit on the size of the program's files, set to nothing: every write to any file fails, in room that was
    /// taken before and to the log, too.
    case fileSizeLimit

    private static let tmpfsBytes = 24 << 20

    /// How `unshare` gets a mount namespace here: as root, or in a user namespace; `nil` when neither is allowed.
    private static let unshare: String? = ["--mount", "--user --map-root-user --mount"].first { options in
        MartletProgram.shell("exec unshare \(options) sh -c 'mount -t tmpfs -o size=1m tmpfs /tmp'") == 0
    }

    /// Whether this machine has it.
    var isUsable: Bool {
        switch self {
        case .tmpfs: Self.unshare != nil && FileManager.default.fileExists(atPath: "/proc/self/root")
        case .fileSizeLimit: MartletProgram.shell("exec prlimit --version") == 0
        }
    }

    /// The shell's words that start the program: `$0` is its path, `$1` its data folder.
    var launch: String {
        switch self {
        case .tmpfs:
            #"mkdir -m 700 "$1" && exec unshare \#(Self.unshare ?? "--mount") sh -c 'mount -t tmpfs "#
                + #"-o size=\#(Self.tmpfsBytes),mode=0700 tmpfs "$1" && exec "$0" serve' "$0" "$1""#
        case .fileSizeLimit: #"exec "$0" serve"#
        }
    }

    /// Whether the data folder is seen through the program alone.
    var isPrivate: Bool { self == .tmpfs }

    /// Lets nothing more be written; again, when something was deleted meanwhile.
    func fill(_ program: MartletProgram) throws {
        switch self {
        case .tmpfs:
            let file = open(program.dataFolder + "/filler", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            guard file >= 0 else { throw LiveFailure(description: "no filler: errno \(errno)") }
            defer { close(file) }
            // Down to the last page.
            for count in [1 << 20, 4_096] {
                let zeros = [UInt8](repeating: 0, count: count)
                while write(file, zeros, count) > 0 {}
            }
            guard errno == ENOSPC else { throw LiveFailure(description: "the disk was not filled: errno \(errno)") }
        case .fileSizeLimit: try Self.limitFiles(of: program.pid, to: "0")
        }
    }

    /// Makes room again.
    func free(_ program: MartletProgram) throws {
        switch self {
        case .tmpfs: try FileManager.default.removeItem(atPath: program.dataFolder + "/filler")
        case .fileSizeLimit: try Self.limitFiles(of: program.pid, to: "unlimited")
        }
    }

    private static func limitFiles(of process: Int32, to limit: String) throws {
        let code = MartletProgram.shell("exec prlimit --pid \(process) --fsize=\(limit):")
        guard code == 0 else { throw LiveFailure(description: "prlimit ended with \(code)") }
    }
}
