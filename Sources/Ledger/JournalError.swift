/// What went wrong in a journal.
public struct JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds callers act on.
    public enum Code: Sendable, Equatable {
        /// The folder or a file in it cannot be used: wrong owner or mode, a symbolic link, a network filesystem.
        case unusable
        /// Another process holds the folder.
        case locked
        /// What was once safely on the disk is not readable any more. Names file and offset.
        case damaged
        /// The disk holds no more.
        case full
        /// The disk failed.
        case failed
        /// Nothing new is taken for now: see `Journal.isWritable`.
        case notWritable
        /// The entry does not fit in a record.
        case tooLarge
        /// The journal has been closed.
        case closed
    }

    /// What callers act on.
    public var code: Code
    /// Safe to show to an operator.
    public var message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { self.message }
}
