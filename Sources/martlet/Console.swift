import Glibc

/// The process's two voices: data goes to standard output, talk to standard error. Unbuffered, so nothing is lost at exit.
enum Console {
    static func out(_ text: String) { Self.write(text + "\n", to: STDOUT_FILENO) }

    static func talk(_ text: String) { Self.write(text + "\n", to: STDERR_FILENO) }

    /// Ends the process at once.
    static func leave(_ code: Int32) -> Never { Glibc.exit(code) }

    private static func write(_ text: String, to descriptor: CInt) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
