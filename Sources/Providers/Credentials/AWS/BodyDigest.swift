import Crypto

/// What a signature says of a body. Making one takes milliseconds a megabyte, so that of a long body is made on a worker
/// and serves every attempt.
public struct BodyDigest: Sendable, Equatable {
    /// Lower-case hexadecimal SHA-256.
    let text: String

    /// The digest of a body.
    ///
    /// - Parameter body: Its exact bytes, as they go over the wire.
    public init(of body: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: body)
        self.text = Hex.encode(hash.finalize())
    }
}
