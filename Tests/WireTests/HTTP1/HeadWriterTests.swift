import Testing
import Wire

@Suite struct HeadWriterTests {
    private static func written(_ capacity: Int = 256, _ write: (inout HeadWriter) -> Void) -> String? {
        var memory = [UInt8](repeating: 0xFF, count: capacity)
        let count = memory.withUnsafeMutableBytes { HeadWriter.write(to: $0, write) }
        guard let count else { return nil }
        #expect(memory[count...].allSatisfy { $0 == 0xFF })
        return text(memory[..<count])
    }

    @Test("lines are written one behind the other")
    func lines() {
        let head = Self.written { head in
            head.write(fixed: "POST ")
            head.write("/größe")
            head.write(fixed: "\r\n")
            head.write(field: "content-length", 12)
            head.write(field: "date", "today")
            head.write("x-name", "value")
            head.write([(name: "a", value: "b"), (name: "c", value: "")])
            head.endLine()
        }
        #expect(
            head == "POST /größe\r\ncontent-length: 12\r\ndate: today\r\nx-name: value\r\na: b\r\nc: \r\n\r\n"
        )
    }

    @Test(
        "numbers are written as they are, and none below 0",
        arguments: [0, 1, 9, 10, 99, 100, 999_999_999, 1_000_000_000, Int.max - 1, Int.max, -5]
    )
    func numbers(_ number: Int) {
        #expect(Self.written { $0.write(number) } == String(max(0, number)))
    }

    @Test("what finds no room is noted, and nothing is written beyond the end", arguments: 0...27)
    func full(_ capacity: Int) {
        let whole = "x-name: 123456789\r\nm: v\r\n"
        let head = Self.written(capacity) { head in
            head.write(field: "x-name", 123_456_789)
            head.write(field: "m", "v")
        }
        #expect(head == (capacity >= whole.utf8.count ? whole : nil))
    }
}
