import CCrypt
import Crypto
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The stored verifier of a virtual key: bcrypt over base64(SHA-256(key)), by libcrypt.
///
/// bcrypt reads 72 bytes and stops at a NUL; the 44 characters of a digest in base64 are shorter and have none, so that
/// every byte of the key counts. Slow on purpose: never call it on an event loop.
public enum BcryptVerifier {
    /// Costs that are hashed and verified. Each step doubles the time; 8 takes about 20 ms, 16 about 5 s.
    public static let costs = 4...16

    private static let prefix = "$2b$"
    private static let verifierBytes = 60
    private static let saltBytes = 16

    /// Makes a verifier, with a salt of its own.
    ///
    /// - Parameters:
    ///   - key: The whole key.
    ///   - cost: One of ``costs``.
    /// - Returns: 60 characters that begin with `$2b$`; `nil` for another cost, or when libcrypt cannot do bcrypt.
    public static func hash(key: [UInt8], cost: Int) -> String? {
        guard self.costs ~= cost, let setting = self.setting(cost: cost) else { return nil }
        guard let verifier = key.withUnsafeBytes({ self.crypt(self.phrase($0), setting: setting) }) else { return nil }
        return self.isVerifier(Array(verifier.utf8)) ? verifier : nil
    }

    /// Whether a verifier was made from this key; the comparison takes the same time whatever differs.
    ///
    /// Text that is no verifier of ours (another algorithm, a cost outside ``costs``) matches nothing.
    public static func verify(key: [UInt8], against verifier: String) -> Bool {
        key.withUnsafeBytes { self.verify(key: $0, against: verifier) }
    }

    /// Whether a verifier was made from the key that the buffer holds.
    static func verify(key: UnsafeRawBufferPointer, against verifier: String) -> Bool {
        let expected = Array(verifier.utf8)
        guard self.isVerifier(expected), let computed = self.crypt(self.phrase(key), setting: verifier) else {
            return false
        }
        return self.areEqual(Array(computed.utf8), expected)
    }
}

extension BcryptVerifier {
    /// Runs libcrypt on a phrase without NUL; the phrase and the work area are overwritten afterwards.
    ///
    /// - Returns: The hash, or `nil` when the setting is none that libcrypt knows.
    static func crypt(_ phrase: consuming [UInt8], setting: String) -> String? {
        defer { phrase.withUnsafeMutableBytes { self.overwrite($0) } }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: phrase.count + 1) { text in
            text.initialize(repeating: 0)
            for (index, byte) in phrase.enumerated() { text[index] = CChar(bitPattern: byte) }
            defer { self.overwrite(UnsafeMutableRawBufferPointer(text)) }
            return self.crypt(UnsafeBufferPointer(text), setting: setting)
        }
    }

    /// Runs libcrypt on a phrase that ends with NUL, in a work area of its own.
    private static func crypt(_ phrase: UnsafeBufferPointer<CChar>, setting: String) -> String? {
        let areaBytes = MemoryLayout<crypt_data>.size
        // Zeroed, because libcrypt takes what is in there for its own state.
        guard let start = phrase.baseAddress, let area = calloc(1, areaBytes) else { return nil }
        defer {
            self.overwrite(UnsafeMutableRawBufferPointer(start: area, count: areaBytes))
            free(area)
        }
        guard let result = crypt_rn(start, setting, area, CInt(areaBytes)),
            result.pointee != CChar(UInt8(ascii: "*"))
        else { return nil }
        return String(cString: result)
    }

    private static func phrase(_ key: UnsafeRawBufferPointer) -> [UInt8] {
        Base64.encode(Array(SHA256.hash(data: key)))
    }

    private static func setting(cost: Int) -> String? {
        let salt = RandomBytes.system(self.saltBytes).map { CChar(bitPattern: $0) }
        let capacity = Int(CRYPT_GENSALT_OUTPUT_SIZE)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { output in
            guard let start = output.baseAddress else { return nil }
            let count = CInt(salt.count)
            guard let result = crypt_gensalt_rn(self.prefix, UInt(cost), salt, count, start, CInt(capacity)) else {
                return nil
            }
            return String(cString: result)
        }
    }

    /// Whether text has the form `$2b$NN$` and 53 characters, with a cost that is affordable.
    private static func isVerifier(_ text: [UInt8]) -> Bool {
        guard text.count == self.verifierBytes, text.starts(with: self.prefix.utf8), text[6] == UInt8(ascii: "$"),
            let cost = Int(String(decoding: text[4...5], as: UTF8.self))
        else { return false }
        return self.costs ~= cost && !text.contains(0)
    }

    private static func areEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
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
