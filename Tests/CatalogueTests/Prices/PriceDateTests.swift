import Foundation
import Testing

@testable import Catalogue

@Suite("Moments and checksums of price documents")
struct PriceDateTests {
    @Test("days and seconds are read as the calendar has them, and written back")
    func calendar() throws {
        let format = ISO8601DateFormatter()
        var random = SeededRandom(seed: 3)
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: 0..<253_402_300_800, using: &random)
            let text = format.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            #expect(PriceDate.read(text) == seconds * 1_000, "\(text)")
            #expect(PriceDate.read(PriceDate.text(seconds * 1_000)) == seconds * 1_000, "\(text)")
        }
        #expect(PriceDate.read("2026-12-01") == 1_796_083_200_000)
        #expect(PriceDate.text(1_796_083_200_000) == "2026-12-01")
        #expect(PriceDate.read("2024-02-29") != nil && PriceDate.read("2000-02-29") != nil)
    }

    @Test(
        "what is no day is refused",
        arguments: [
            "", "2026", "2026-13-01", "2026-02-29", "2100-02-29", "2026-00-10", "2026-01-00",
            "1969-12-31", "2026/01/01",
            "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:00+",
            "2026-01-01 00:00:00Z", "20260-1-01",
            "２０２６", "2026-04-31",
        ]
    )
    func refused(_ text: String) {
        #expect(PriceDate.read(text) == nil)
    }

    @Test("the checksum is SHA-256")
    func checksum() {
        #expect(
            SHA256.hexadecimal([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
        #expect(
            SHA256.hexadecimal(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        let twoBlocks = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
        #expect(
            SHA256.hexadecimal(twoBlocks) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        )
        let book = PriceBook(version: 7, document: PriceDocument())
        #expect(book.checksum == SHA256.hexadecimal(PriceDocument().json))
        #expect(book.version == 7 && book.builtIn == PriceBook.builtIn.builtIn)
    }
}
