import Testing
import Wire

@Suite struct JSONDuplicateKeyTests {
    @Test(
        "a repeated key is refused where it is repeated",
        arguments: [
            (#"{"a":1,"a":2}"#, 7), (#"{"a":1,"\u0061":2}"#, 7), (#"{"\u0061":1,"a":2}"#, 12),
            (#"{"\u00e9":1,"é":2}"#, 12), (#"{"😀":1,"\ud83d\ude00":2}"#, 10), (#"{"\/":1,"/":2}"#, 8),
            (#"[{"x":{"a":1,"b":{"a":2},"a":3}}]"#, 25), (#"{"":1,"":2}"#, 6), (#"{"\n":1,"\u000a":2}"#, 8),
            (#"{"a":[{"k":1}],"b":{"k":2},"a":0}"#, 27),
            (#"{"a_rather_long_key_of_some_bytes":1,"a_rather_long_key_of_some_byte\u0073":2}"#, 37),
        ] as [(String, Int)]
    )
    func refuses(_ document: String, _ offset: Int) {
        #expect(refusal(document) == JSONError(.duplicateKey, at: offset))
    }

    @Test("canonically equivalent keys are different keys")
    func normalisation() {
        #expect(refusal("{\"\u{e9}\":1,\"e\u{301}\":2}") == nil)
    }

    @Test("objects of every size find a repeat of any of their keys", arguments: [1, 2, 7, 8, 9, 10, 33, 64, 65, 300])
    func sizes(_ count: Int) {
        let members = (0..<count).map { "\"key\($0)\":{\"key\($0)\":\($0)}" }
        #expect(refusal("{" + members.joined(separator: ",") + "}") == nil)
        for repeated in Set([0, count / 2, count - 1]) {
            let document = "{" + (members + ["\"key\(repeated)\":0"]).joined(separator: ",") + "}"
            #expect(refusal(document)?.code == .duplicateKey)
        }
    }

    @Test("large objects inside large objects keep their keys apart")
    func nested() {
        let names = (0..<40).map { "k\($0)" }
        let inner = "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        let outer = "{" + names.map { "\"\($0)\":\(inner)" }.joined(separator: ",") + "}"
        #expect(refusal("[\(outer),\(outer)]") == nil)
        let bad = outer.dropLast() + ",\"k0\":1}"
        #expect(refusal("[\(outer),\(bad)]")?.code == .duplicateKey)
    }

    @Test("a million keys are read, and a repeat among them found")
    func million() {
        var document = bytes("{")
        for i in 0..<1_000_000 { document += bytes("\"\(i)\":0,") }
        #expect(refusal(document + bytes("\"x\":0}")) == nil)
        #expect(refusal(document + bytes("\"77\":0}"))?.code == .duplicateKey)
    }
}
