import Glibc
import NIOPosix
import Providers
import Testing

@testable import Upstream

@Suite("Files of credentials", .timeLimit(.minutes(5)))
struct CredentialFileTests {
    private let transport = SocketCredentialTransport(environment: [:])

    private func read(_ path: String) async -> Result<[UInt8], CredentialError> {
        do throws(CredentialError) {
            return .success(try await self.transport.readFile(path))
        } catch {
            return .failure(error)
        }
    }

    private func code(_ path: String) async -> CredentialError.Code? {
        guard case .failure(let error) = await self.read(path) else { return nil }
        #expect(!error.message.contains(path))
        return error.code
    }

    @Test("a file is read whole, up to the limit", arguments: [0, 1, 70_000, CredentialLimits.fileBytes])
    func whole(_ count: Int) async throws {
        let folder = try TestFolder()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(await self.read(try folder.write(bytes, to: "f")) == .success(bytes))
    }

    @Test("a file that is too long is refused")
    func tooLong() async throws {
        let folder = try TestFolder()
        let path = try folder.write(Array(repeating: 0x61, count: CredentialLimits.fileBytes + 1), to: "f")
        #expect(await self.code(path) == .fileUnreadable)
    }

    @Test("a file that is not there is absent, also below a file")
    func absent() async throws {
        let folder = try TestFolder()
        #expect(await self.code(folder.path("nothing")) == .absent)
        #expect(await self.code("\(try folder.write([1], to: "f"))/below") == .absent)
    }

    @Test("folders, pipes and impossible paths are not read, and nothing blocks")
    func irregular() async throws {
        let folder = try TestFolder()
        #expect(await self.code(folder.path("")) == .fileUnreadable)
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(await self.code(pipe) == .fileUnreadable)
        #expect(await self.code("/dev/zero") == .fileUnreadable)
        #expect(await self.code("\(try folder.write([1], to: "f"))\u{0}x") == .fileUnreadable)
    }

    @Test("a link to a file is followed, as mounted secrets need")
    func link() async throws {
        let folder = try TestFolder()
        let path = try folder.write([1, 2], to: "f")
        #expect(symlink(path, folder.path("link")) == 0)
        #expect(await self.read(folder.path("link")) == .success([1, 2]))
    }
}
