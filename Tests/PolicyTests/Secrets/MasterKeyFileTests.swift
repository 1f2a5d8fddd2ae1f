import Exchange
import Glibc
import Testing

@testable import Policy

/// A folder that is gone with its owner.
private final class Folder {
    let path: String

    init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = "\(base)/martlet-key-XXXXXX".utf8CString.map { $0 }
        let made = try #require(mkdtemp(&template))
        self.path = String(cString: made)
    }

    deinit {
        for name in ["key", "other", "link", "dir", "fifo"] { remove("\(self.path)/\(name)") }
        remove(self.path)
    }

    func write(_ text: String, mode: mode_t = 0o600, name: String = "key") throws -> String {
        let file = "\(self.path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var bytes = Array(text.utf8)
        try #require(Glibc.write(descriptor, &bytes, bytes.count) == bytes.count)
        try #require(fchmod(descriptor, mode) == 0)
        return file
    }
}

@Suite("The master key's file")
struct MasterKeyFileTests {
    private let folder: Folder

    init() throws {
        self.folder = try Folder()
    }

    private func refusal(loading path: String) -> SecretsError? {
        #expect(throws: SecretsError.self) { try MasterKey.load(path: path) }
    }

    private func refusal(creating path: String) -> SecretsError? {
        #expect(throws: SecretsError.self) { try MasterKey.create(path: path) }
    }

    @Test("a created key is the one that loads")
    func create() throws {
        let path = "\(self.folder.path)/key"
        let key = try MasterKey.create(path: path)
        #expect(try MasterKey.load(path: path) == key)
        #expect(key.version == 1)
        #expect(key.secret.count == 32)
    }

    @Test("a created file is for its owner alone and holds one line")
    func mode() throws {
        let path = "\(self.folder.path)/key"
        let key = try MasterKey.create(path: path, random: CountingBytes(seed: 3).next)
        #expect(key.secret == Secret(CountingBytes(seed: 3).next(32)))
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
        #expect(status.st_size == off_t(key.exported.count + 1))
    }

    @Test("an existing file is not touched")
    func exists() throws {
        let path = try self.folder.write("something else")
        #expect(self.refusal(creating: path)?.code == .fileExists)
        let error = self.refusal(loading: path)
        #expect(error?.code == .keyMalformed)
        #expect(error?.message.contains("something") == false)
    }

    @Test("nothing is created through a link, dangling or not")
    func createThroughLink() throws {
        let link = "\(self.folder.path)/link"
        let target = "\(self.folder.path)/other"
        #expect(symlink(target, link) == 0)
        #expect(self.refusal(creating: link)?.code == .fileExists)
        #expect(access(target, F_OK) != 0)
    }

    @Test("a source that does not deliver leaves no file")
    func noKey() throws {
        let path = "\(self.folder.path)/key"
        #expect(throws: SecretsError.self) { try MasterKey.create(path: path) { [UInt8](repeating: 1, count: $0) } }
        #expect(access(path, F_OK) != 0)
    }

    @Test("a folder that does not exist is named as the trouble")
    func noFolder() {
        let error = self.refusal(creating: "\(self.folder.path)/none/key")
        #expect(error?.code == .fileUnusable)
        #expect(error?.message.contains("folder") == true)
    }

    @Test("a missing file is told apart")
    func missing() {
        let path = "\(self.folder.path)/key"
        let error = self.refusal(loading: path)
        #expect(error?.code == .fileMissing)
        #expect(error?.message.contains(path) == true)
        #expect(error?.message.contains("MARTLET_MASTER_KEY") == true)
    }

    @Test("a file open to others is refused, with the command that mends it", arguments: [0o640, 0o604, 0o620, 0o610])
    func permissions(mode: Int) throws {
        let path = try self.folder.write(MasterKeyTests.base64, mode: mode_t(mode))
        let error = self.refusal(loading: path)
        #expect(error?.code == .filePermissions)
        #expect(error?.message.contains("chmod 600") == true)
    }

    @Test("narrower modes are fine", arguments: [0o400, 0o600, 0o700])
    func narrow(mode: Int) throws {
        let path = try self.folder.write(MasterKeyTests.hex + "\n", mode: mode_t(mode))
        #expect(try MasterKey.load(path: path).secret == Secret(MasterKeyTests.bytes))
    }

    @Test("a link is refused even to a good file")
    func link() throws {
        let path = try self.folder.write(MasterKeyTests.base64)
        let link = "\(self.folder.path)/link"
        #expect(symlink(path, link) == 0)
        #expect(self.refusal(loading: link)?.code == .fileIsLink)
    }

    @Test("folders, pipes and devices are refused without waiting")
    func notRegular() throws {
        let (directory, pipe) = ("\(self.folder.path)/dir", "\(self.folder.path)/fifo")
        #expect(mkdir(directory, 0o700) == 0)
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [directory, pipe, "/dev/null"] {
            #expect(self.refusal(loading: path)?.code == .fileNotRegular)
        }
    }

    @Test("another user's file is refused", .enabled(if: geteuid() == 0))
    func owner() throws {
        let path = try self.folder.write(MasterKeyTests.base64)
        #expect(chown(path, 65_534, 65_534) == 0)
        let error = self.refusal(loading: path)
        #expect(error?.code == .fileOwner)
        #expect(error?.message.contains("chown 0") == true)
    }

    @Test("wrong content is refused by the rules of the text, naming the file")
    func content() throws {
        let cases: [(String, SecretsError.Code)] = [
            ("", .keyEmpty), ("\n\n", .keyEmpty), ("changeme\n", .keyWellKnown), ("c2hvcnQ=", .keyShort),
            ("\(MasterKeyTests.base64)\n\(MasterKeyTests.base64)\n", .keyMalformed),
            (String(repeating: "ab12", count: 1_025), .keyMalformed), ("\u{0}\u{1}", .keyMalformed),
        ]
        for (text, code) in cases {
            let path = try self.folder.write(text)
            let error = self.refusal(loading: path)
            #expect(error?.code == code)
            #expect(error?.message.contains(path) == true)
            remove(path)
        }
    }

    @Test("a path that names nothing is refused", arguments: ["", "key\u{0}.txt"])
    func paths(path: String) {
        #expect(self.refusal(loading: path)?.code == .fileUnusable)
        #expect(self.refusal(creating: path)?.code == .fileUnusable)
    }
}
