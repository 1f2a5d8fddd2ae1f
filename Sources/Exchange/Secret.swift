#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A credential that cannot be printed by accident: descriptions, interpolation, `dump` and mirrors show `<redacted>`.
///
/// Copies share one buffer, which is overwritten with zeros when the last copy goes away.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let storage: SecretStorage

    /// Takes a copy of the bytes.
    public init(_ bytes: UnsafeRawBufferPointer) {
        self.storage = SecretStorage(bytes)
    }

    /// Takes a copy of the bytes. The array itself stays the caller's to forget.
    public init(_ bytes: [UInt8]) {
        self.storage = bytes.withUnsafeBytes { SecretStorage($0) }
    }

    /// Takes a copy of the text's UTF-8 bytes.
    public init(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// Length in bytes.
    public var count: Int { self.storage.buffer.count }

    /// Whether there are no bytes.
    public var isEmpty: Bool { self.count == 0 }

    /// Lends the bytes; they must not outlive the call.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(self.storage.buffer))
    }

    /// A copy of the bytes, which is not overwritten when it goes away.
    public var bytes: [UInt8] { Array(self.storage.buffer) }

    /// The last four characters, for people to tell credentials apart; empty when the secret is shorter than twelve bytes.
    public var hint: String {
        guard self.count >= 12 else { return "" }
        return String(decoding: self.storage.buffer.suffix(4), as: UTF8.self)
    }

    /// Compares all bytes whatever the first difference, so that time tells nothing but the length.
    public static func == (a: Secret, b: Secret) -> Bool {
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for (x, y) in zip(a.storage.buffer, b.storage.buffer) { difference |= x ^ y }
        return difference == 0
    }

    /// Always `<redacted>`.
    public var description: String { "<redacted>" }

    /// Always `<redacted>`.
    public var debugDescription: String { "<redacted>" }

    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The bytes of a secret.
private final class SecretStorage: @unchecked Sendable {
    // Invariant behind `@unchecked`: written only in `init`, read-only until `deinit`.
    let buffer: UnsafeMutableRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        self.buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        self.buffer.copyMemory(from: bytes)
    }

    deinit {
        Self.overwrite(self.buffer)
        self.buffer.deallocate()
    }

    /// Zeros that the optimiser may not remove.
    private static func overwrite(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let base = buffer.baseAddress else { return }
        #if canImport(Darwin)
        memset_s(base, buffer.count, 0, buffer.count)
        #else
        explicit_bzero(base, buffer.count)
        #endif
    }
}
