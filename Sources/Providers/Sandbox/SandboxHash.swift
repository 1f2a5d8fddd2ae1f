/// A small hash (not for security) from which the sandbox makes ids, vectors and signatures: the same request always
/// gets the same answer.
struct SandboxHash {
    private var state: UInt64

    /// The hash of a request's bytes.
    init(_ bytes: [UInt8]) {
        self.state = 0x9e37_79b9_7f4a_7c15 ^ UInt64(bytes.count)
        bytes.withUnsafeBytes { self.absorb($0) }
    }

    /// The hash of a text.
    init(_ text: String) {
        self.init(Array(text.utf8))
    }

    private mutating func absorb(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index &+ 8 <= bytes.count {
            self.mix(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index &+= 8
        }
        var tail: UInt64 = 1
        while index < bytes.count {
            tail = tail << 8 | UInt64(bytes[index])
            index &+= 1
        }
        self.mix(tail)
    }

    private mutating func mix(_ word: UInt64) {
        self.state = (self.state ^ word) &* 0xff51_afd7_ed55_8ccd
        self.state ^= self.state >> 32
    }

    /// The next number of the stream that this hash begins (splitmix64).
    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var word = self.state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// An id such as `chatcmpl-…`.
    ///
    /// - Parameters:
    ///   - prefix: What the id begins with.
    ///   - salt: Tells the ids of one request apart.
    ///   - length: How many characters follow the prefix.
    /// - Returns: The same id for the same hash, prefix and salt.
    func id(_ prefix: String, _ salt: Int = 0, length: Int = 24) -> String {
        var stream = self
        for byte in prefix.utf8 { stream.mix(UInt64(byte)) }
        stream.mix(UInt64(bitPattern: Int64(salt)))
        var text: [UInt8] = Array(prefix.utf8)
        for _ in 0..<length { text.append(Self.alphabet[Int(stream.next() % 62)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Text that looks like an opaque signature: `sandbox` and base64.
    func opaque(_ salt: Int, byteCount: Int) -> String {
        var stream = self
        stream.mix(UInt64(bitPattern: Int64(salt)))
        var bytes: [UInt8] = []
        for _ in 0..<byteCount { bytes.append(UInt8(truncatingIfNeeded: stream.next())) }
        return "sandbox" + Base64.encode(bytes)
    }

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
}

/// Base64 with padding, RFC 4648 section 4.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0..<4 {
                let digit = Int(word >> UInt32(18 - 6 * index)) & 0x3f
                text.append(index <= group.count ? self.alphabet[digit] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
