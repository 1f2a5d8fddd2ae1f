import Testing

@testable import Wire

/// Bodies compressed by zlib.
private enum Compressed {
    /// What most of them hold.
    static let text = (0..<40).map { "event: delta\ndata: {\"n\":\($0),\"text\":\"word \($0 * $0 % 97) é\"}\n\n" }
        .joined()

    static let dynamic = Self.bytes(
        "H4sIAAAAAAACA4XUMWrEMBCF4d6nMKpTWDOWLPk2BqsLXlhEsrDkQDnHXmyrFHoQ/v7JHumbmfbVrr7PZ/vsx3Qe/djnZ7jCvnyE"
            + "3h497OH7dj/nZX79hp9pav/E4xiPELcxvkLcx3iF+CrFZMinMW8J8nnMO31/k9tS/WXMZ3qeOuYLvX4UXKe86BoVFNV3owMivBkd"
            + "EGPMi7HjGwlyxj+IcqUuisLsyCDOGw2liXOkO5hAJyrJBLrSKJhAr9RKJtAVV4tIr3gHka5YkkgndBDpQnmBztRKLtBG8+YCXagk"
            + "F+iEK1ugjXrPBbrQlnSBztQZrnsbn1WgI/5BoWkcXKX/DrwB0lSR4JcHAAA="
    )
    static let fixed = Self.bytes(
        "H4sIAAAAAAAEA0stS80rsVJISc0pSeRKSSxJtFKoVspTsjLQUSpJrShRslIqzy9KUTBQOLxSqZaLKxWHckNU5YYElBuhKjchoNwY"
            + "VbklAeUmaI4xI6DeFFW9kSkB9Wao6o0JmW+O5ltC7rdAVW9GKHgsUdVbEAp9Q7TINSakHi12jQg5yBA9fs0JaUCLYXMjQhrQ4pig"
            + "erQ4NiYYRmiRbEbQBrRYtiSUigzRotmYYDSgxbM5oUxphBbPhoT8YIQW0aaEnGSEFtGWhLKCEVpEmxBKSkZoEW1JsGhBi2kTgn5A"
            + "i2lLgk5Ci2lTgvGAFtMWhNSjRbQZoaRkjBbRRoTymzFaRFsQcpIxWkSbEiyy0SLaiFDaM0aLaAtCpaQxWkSbEUoZxujlNsFgRYto"
            + "Q4I2oEc0oexgjB7TMA0A0lSR4JcHAAA="
    )
    static let huffmanOnly = Self.bytes(
        "H4sIAAAAAAAEAwXBQarrMAwF0LlWIe44g5+k7Wu1G4E0Cw6Ei2MwXlDW4Y39c7JmoWnkQZdwumlHgf1bwGyE4T6v0H86HwyRrFlo"
            + "GnnQJZxu2lFg6wJmIwz3eYWuOh8MkaxZaBp50CWcbtpRYNsCZiMM93mFvnQ+GCJZs9A08qBLON20o8D2BcxGGO7zCv3pfDBEsmah"
            + "aeRBl3C6aUeBvRYwG2G4zyt0/eh8MESyZqFp5EGXcLppR4G9FzAbYbjPK3R763wwRLJmoWnkQZdwumlHgX0WMBthuM8rdP/ofDBE"
            + "smahaeRBl3C6aUeB/S1gNsJwn1fo66fzwRDJmoWmkQddwummHQX2XcBshOE+r9DPS+eDIZI1C00jD7qE0007Cuy3gNkIw31eod9V"
            + "54MhkjULTSMPuoTTTTsKbP23gNkIw31eobvOB0MkaxaaRh50CaebdhTYui5gNsJwn1fo9tL5YIhkzULTyIMu4XTTjgJbtwXMRhju"
            + "8wp9/el8MESyZqFp5EGXcLppR4Gt+wJmIwz3eYX+bTofDJGsWWgaedAlnG7aUWDrawGzEYb7vEI3nQ+GSNYsNI086BJON+0osPW9"
            + "gNkIw31eofuq88EQyZqFppEHXcLpph0Ftn4WMBthuM8r9LPpfDBEsmahaeRBl3C6aUeBrX8LmI0w3OcV+nvrfDBEsmahaeRBl3C6"
            + "aUeBrd8FzEYY7vMK3XedD4ZI1iw0jTzoEk437Siw9beA2QjDfV6hf/90PhgiWbPQNPKgSzjdtKPAtn8LmI0w3OcVum46HwyRrFlo"
            + "GnnQJZxu2lFg27qA2QjDfV6h713ngyGSNQtNIw+6hNNNOwps2xYwG2G4zyv099H5YIhkzULTyIMu4XTTjgLb9gXMRhju8wp9vXQ+"
            + "GCJZs9A08qBLON20o8C21wJmIwz3eYX+Vp0PhkjWLDSNPOgSTjftKLDtvYDZCMN9XqGvXeeDIZI1C00jD7qE0007Cmz7LGA2wnCf"
            + "V+jvpfPBEMmahaaRB13C6aYdBbb9LWA2wnCfV+j7n84HQyRrFppGHnQJp5t2FNj2XcBshOE+r9CvzgdDJGsWmkYedAmnm3YU2PZb"
            + "wGyE4T6v0M9b54MhkjULTSMPuoTTTTsKbP+3gNkIw31eodufzgdDJGsWmkYedAmnm3YU2L4uYDbCcJ9X6Per88EQyZqFppEHXcLp"
            + "ph0Ftm8LmI0w3OcV+n7pfDBEsmahaeRBl3C6aUeB7fsCZiMM93mFbpvOB0MkaxaaRh50CaebdhTY/lrAbIThPq/Q70/ngyGSNQtN"
            + "Iw+6hNNNOwpsfy9gNsJwn1foZ9X5YIhkzULTyIMu4XTTjgLbPwuYjTDc5xW6v3U+GCJZs9A08qBLON20o8D2vwXMRhju8wpdV50P"
            + "hkjWLDSNPOgSTjftKLD9u4DZCMN9XqHfj84HQyRrFppGHnQJp5t2FNj+W8BshOE+r9DPR+eDIfIf0lSR4JcHAAA="
    )
    static let allParts = Self.bytes(
        "H4sIHgAAAAAAAwMAYWJjbmFtZQBjb21tZW50AHlxy0jNyckHAIamEDYFAAAA"
    )
    static let bomb = Self.bytes(
        "H4sIAAAAAAACA+3BAQEAAACCIP+vbkhAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAArwaey3kSQEIPAA=="
    )

    /// Stored as it is, in two blocks.
    static func stored(_ text: String) -> [UInt8] {
        let all = Array(text.utf8)
        let half = all.count / 2
        func block(_ bytes: ArraySlice<UInt8>, _ isLast: UInt8) -> [UInt8] {
            let count = UInt16(bytes.count)
            return [isLast] + Self.little(count) + Self.little(~count) + bytes
        }
        let crc = all.withUnsafeBytes { CRC32.checksum(of: $0) }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + block(all[..<half], 0) + block(all[half...], 1)
            + Self.little(crc) + Self.little(UInt32(all.count))
    }

    private static func little<I: FixedWidthInteger>(_ value: I) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func bytes(_ base64: String) -> [UInt8] { Base64.decode(base64.utf8) ?? [] }
}

@Suite("Gzip bodies")
struct GzipDecoderTests {
    private struct Outcome: Equatable {
        var text = ""
        var isComplete = false
        var code: GzipError.Code?
    }

    private static func read(_ pieces: [ArraySlice<UInt8>], limit: Int = 8 << 20) -> Outcome {
        var decoder = GzipDecoder(limit: limit)
        var bytes: [UInt8] = []
        var outcome = Outcome()
        do throws(GzipError) {
            for piece in pieces {
                let result = Array(piece).withUnsafeBytes { raw in
                    Result { () throws(GzipError) in try decoder.decode(raw) { bytes += $0 } }
                }
                try result.get()
            }
            outcome.isComplete = decoder.isComplete
        } catch {
            outcome.code = error.code
        }
        outcome.text = String(decoding: bytes, as: UTF8.self)
        return outcome
    }

    private static let bodies = [
        Compressed.dynamic, Compressed.fixed, Compressed.huffmanOnly, Compressed.stored(Compressed.text),
    ]

    @Test("S14 whatever blocks it has and wherever it is cut, the text comes out", arguments: Self.bodies)
    func cuts(_ body: [UInt8]) {
        let whole = Outcome(text: Compressed.text, isComplete: true)
        #expect(Self.read([body[...]]) == whole)
        #expect(Self.read(body.indices.map { body[$0...$0] }) == whole)
        for cut in body.indices { #expect(Self.read([body[..<cut], body[cut...]]) == whole) }
    }

    @Test("a body that ends early is not complete, and what came of it came", arguments: Self.bodies)
    func endsEarly(_ body: [UInt8]) {
        for count in 1..<body.count {
            let read = Self.read([body[..<count]])
            #expect(
                !read.isComplete && read.code == nil
                    && Compressed.text.hasPrefix(read.text.replacing("\u{FFFD}", with: ""))
            )
        }
        #expect(Self.read([]).isComplete)
    }

    @Test("each piece's text is there with the piece")
    func flushes() {
        let body = Compressed.stored(Compressed.text)
        let half = Compressed.text.utf8.count / 2
        #expect(Self.read([body[..<(15 + half)]]).text.utf8.count == half)
    }

    @Test("names, comments, extra fields and several members are read over")
    func headers() {
        #expect(Self.read([Compressed.allParts[...]]) == Outcome(text: "hello", isComplete: true))
        #expect(Self.read(Compressed.allParts.map { [$0] }) == Outcome(text: "hello", isComplete: true))
        let twice = Compressed.allParts + Compressed.stored(" again")
        #expect(Self.read([twice[...]]) == Outcome(text: "hello again", isComplete: true))
    }

    @Test("any changed bit is refused, or was of no account")
    func changes() {
        let body = Compressed.dynamic
        for index in body.indices {
            for bit in 0..<8 {
                var changed = body
                changed[index] ^= 1 << UInt8(bit)
                let read = Self.read([changed[...]])
                #expect(!read.isComplete || read.text == Compressed.text)
            }
        }
    }

    @Test("what is not gzip is refused")
    func foreign() {
        for text in ["{}", "\u{1F}x", "data: {}\n\n"] {
            #expect(Self.read([Array(text.utf8)[...]]).code == .badHeader)
        }
        let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        #expect(Self.read([(head + [7])[...]]).code == .badBlock)
        #expect(Self.read([(head + [1, 1, 0, 1, 0])[...]]).code == .badBlock)
        // A copy as the first symbol of a block of fixed codes.
        #expect(Self.read([(head + [0x03, 0x02, 0, 0])[...]]).code == .badDistance)
    }

    @Test("a piece that grows beyond its limit is refused")
    func bomb() {
        #expect(Self.read([Compressed.bomb[...]]).text.utf8.count == 1_000_000)
        let read = Self.read([Compressed.bomb[...]], limit: 100_000)
        #expect(read.code == .tooLarge && read.text.utf8.count <= 150_000)
    }
}
