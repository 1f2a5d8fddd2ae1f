import Storage

/// Makes request ids: `req_` and a ULID (48 bits of milliseconds, 80 bits of randomness, Crockford's base 32). The store finds a
/// request's attempts by the time in its id (`LedgerPlaces`).
struct RequestIDGenerator {
    private static let alphabet: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    private var state: UInt64

    /// - Parameter seed: From the system's randomness; a test passes its own.
    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next(unixMilliseconds: Int64) -> String {
        let time = UInt64(clamping: unixMilliseconds)
        let high = self.random()
        let low = self.random()
        return String(unsafeUninitializedCapacity: 30) { out in
            out[0] = UInt8(ascii: "r")
            out[1] = UInt8(ascii: "e")
            out[2] = UInt8(ascii: "q")
            out[3] = UInt8(ascii: "_")
            let alphabet = Self.alphabet.utf8Start
            for index in 0..<10 { out[13 - index] = alphabet[Int(time >> UInt64(5 * index) & 31)] }
            for index in 0..<8 { out[14 + index] = alphabet[Int(high >> UInt64(5 * index) & 31)] }
            for index in 0..<8 { out[22 + index] = alphabet[Int(low >> UInt64(5 * index) & 31)] }
            return 30
        }
    }

    /// The identity of an attempt in the ledger: a ULID.
    mutating func attempt(unixMilliseconds: Int64) -> AttemptID {
        let time = UInt64(clamping: unixMilliseconds) & 0xFFFF_FFFF_FFFF
        return AttemptID(high: time << 16 | self.random() >> 48, low: self.random())
    }

    /// Twenty-four lower-case letters and digits, for the ids inside one answer.
    mutating func seed() -> String {
        let parts = (self.random(), self.random())
        let alphabet = Self.alphabet.utf8Start
        return String(unsafeUninitializedCapacity: 24) { out in
            for index in 0..<12 {
                out[index] = alphabet[Int(parts.0 >> UInt64(5 * index) & 31)] | 0x20
                out[12 + index] = alphabet[Int(parts.1 >> UInt64(5 * index) & 31)] | 0x20
            }
            return 24
        }
    }

    /// Sixty-four random bits, for the ids of traces.
    mutating func number() -> UInt64 { self.random() }

    /// SplitMix64.
    private mutating func random() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Whether a caller's own id is short, plain ASCII and so worth keeping.
    static func isAcceptable(_ bytes: UnsafeRawBufferPointer) -> Bool {
        (1...128).contains(bytes.count)
            && bytes.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            }
    }
}
