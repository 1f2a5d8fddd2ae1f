/// The folder that a journal lives in. Everything the journal does to a disk goes through here, so that a test can be
/// the disk.
public protocol JournalDisk: Sendable {
    /// Takes the folder for this process.
    ///
    /// - Throws: `.locked` when another process has it, `.unusable` when it is not safe to use.
    func lock() throws(JournalError)

    /// Gives the folder back. Harmless when repeated.
    func unlock()

    /// The names of the files in the folder.
    func list() throws(JournalError) -> [String]

    /// Makes a new file of zeros whose space is taken on the disk, and whose name and size outlive a power cut.
    ///
    /// - Throws: `.full` when there is no space; then there is no file.
    func create(_ name: String, bytes: Int) throws(JournalError) -> any JournalFile

    /// Opens a file that is there.
    func open(_ name: String) throws(JournalError) -> any JournalFile

    /// Deletes a file, durably. Files still open stay readable.
    func remove(_ name: String) throws(JournalError)

    /// The part of the disk that is taken, 0 to 1; `nil` when it cannot be told.
    func usedFraction() -> Double?
}

/// One file of a journal. All calls may block. Writes are made by one caller at a time; a sync may run beside them.
public protocol JournalFile: AnyObject, Sendable {
    /// The size in bytes.
    var size: Int { get }

    /// Writes all bytes at an offset inside the file. They outlive the process, but not a power cut.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JournalError)

    /// Waits until everything written before the call is on the disk. After a failure nothing is known of it, and the
    /// file is not synced again.
    func sync() throws(JournalError)

    /// Reads up to `count` bytes at an offset; fewer at the end.
    func read(at offset: Int, count: Int) throws(JournalError) -> [UInt8]

    /// Cuts the file, durably.
    func truncate(to size: Int) throws(JournalError)
}

extension JournalFile {
    /// Writes all bytes at an offset inside the file.
    func write(_ bytes: [UInt8], at offset: Int) throws(JournalError) {
        let result: Result<Void, JournalError> = bytes.withUnsafeBytes { raw in
            guard !raw.isEmpty else { return .success(()) }
            do throws(JournalError) {
                try self.write(raw, at: offset)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
