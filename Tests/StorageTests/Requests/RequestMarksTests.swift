import Testing

@testable import SQLiteStorage

@Suite("Marks of blocks")
struct RequestMarksTests {
    private static func may(_ filter: [UInt8], _ column: RequestMarks.Column, _ value: String) -> Bool {
        filter.withUnsafeBytes { RequestMarks.may($0, have: RequestMarks.mark(column, value)) }
    }

    @Test("nothing that is there is ever passed over", arguments: [1, 2, 7, 130, 700])
    func noMisses(_ count: Int) {
        let filter = RequestMarks.filter((0..<count).map { RequestMarks.mark(.id, "req_\($0)") })
        for index in 0..<count { #expect(Self.may(filter, .id, "req_\(index)")) }
    }

    @Test("what is not there is passed over, but for some in a hundred")
    func fewErrors() {
        let filter = RequestMarks.filter((0..<200).map { RequestMarks.mark(.id, "req_\($0)") })
        let errors = (0..<10_000).count { Self.may(filter, .id, "other_\($0)") }
        #expect(errors < 300)
        let ofAnotherColumn = (0..<200).count { Self.may(filter, .key, "req_\($0)") }
        #expect(ofAnotherColumn < 20)
    }

    @Test("marks are what older files hold: they never change")
    func stored() {
        #expect(RequestMarks.mark(.id, "") == 11_695_794_504_718_033_116)
        #expect(RequestMarks.mark(.trace, "4bf92f3577b34da6a3ce929d0e0e4736") == 9_972_760_676_146_551_705)
        #expect(RequestMarks.filter([RequestMarks.mark(.key, "key_1")]) == [66, 8, 2, 0, 0, 0, 64, 16])
    }

    @Test("a filter of no bytes, which no Martlet wrote, lets the records decide")
    func empty() {
        #expect(Self.may([], .id, "x"))
        #expect(!Self.may(RequestMarks.filter([]), .id, "x"))
    }
}
