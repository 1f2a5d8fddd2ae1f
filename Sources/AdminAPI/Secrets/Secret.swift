import Glibc

/// Bytes that must not be seen: they appear in no description, dump, log or error, and are wiped when freed.
public final class Secret: Sendable, Equatable {
    /// What is shown in place of a secret.
    public static let mask = "********"

    /// Invariant: written in `init` and `deinit` only, read in between, so it may be shared.
    private nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer

    /// Copies the bytes of a text.
    public convenience init(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    /// Copies bytes.
    public init(bytes: [UInt8]) {
        self.storage = .allocate(byteCount: max(1, bytes.count), alignment: 1)
        self.storage.initializeMemory(as: UInt8.self, repeating: 0)
        self.count = bytes.count
        self.storage.copyBytes(from: bytes)
    }

    deinit {
        if let base = self.storage.baseAddress { explicit_bzero(base, self.storage.count) }
        self.storage.deallocate()
    }

    /// How many bytes there are.
    public let count: Int

    /// Whether there is nothing in it.
    public var isEmpty: Bool { self.count == 0 }

    /// Lends the bytes for the length of a call.
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(rebasing: self.storage[..<self.count]))
    }

    /// The secret as text, for the one place that sends it. The copy is not wiped: ask late and keep nothing.
    public var text: String {
        self.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The last four characters, for people to tell secrets apart; empty when the secret is too short to give any away.
    public var hint: String {
        let text = self.text
        return text.count >= 12 ? String(text.suffix(4)) : ""
    }

    /// Compares in a time that depends on the lengths only.
    public static func == (a: Secret, b: Secret) -> Bool {
        a.withBytes { a in b.withBytes { b in ConstantTime.equal(a, b) } }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The mask.
    public var description: String { Self.mask }
    /// The mask.
    public var debugDescription: String { Self.mask }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Comparisons whose time does not tell where two byte strings differ.
enum ConstantTime {
    static func equal(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for (x, y) in zip(a, b) {
            difference |= x ^ y
        }
        return difference == 0
    }
}
