import Testing

@testable import SQLiteStorage

@Suite("Telling network filesystems")
struct NetworkFilesystemTests {
    private static let mounts = """
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        30 22 0:40 / /srv/nfs rw shared:5 master:2 - nfs4 host:/x rw
        31 30 8:2 / /srv/nfs/local rw - xfs /dev/sdb1 rw
        32 22 0:41 / /mnt/my\\040share rw - cifs //host/x rw
        33 22 0:42 / /mnt/ssh rw - fuse.sshfs host: rw
        34 22 0:43 / /cover rw - ext4 /dev/sdc1 rw
        35 22 0:44 / /cover rw - 9p share rw
        broken line
        36 22 0:45 / /half rw -
        """

    @Test(
        "the innermost and latest mount decides",
        arguments: [
            ("/", nil), ("/var/lib", nil), ("/srv/nfs", "nfs4"), ("/srv/nfs/a/b", "nfs4"), ("/srv/nfsother", nil),
            ("/srv/nfs/local/a", nil), ("/mnt/my share/a", "cifs"), ("/mnt/ssh", "fuse.sshfs"), ("/cover/a", "9p"),
            ("/half", nil),
        ] as [(String, String?)]
    )
    func mounts(_ folder: String, _ type: String?) {
        #expect(NetworkFilesystem.type(ofFolder: folder, mounts: Self.mounts) == type)
    }

    @Test("without a list of mounts nothing is refused")
    func noList() {
        #expect(NetworkFilesystem.type(ofFolder: "/", mounts: "") == nil)
    }

    @Test("a folder that does not exist has no type")
    func noFolder() {
        #expect(NetworkFilesystem.type(ofFolder: "/none/such") == nil)
    }
}
