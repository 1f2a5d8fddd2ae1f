import Testing
import Wire

/// Applies patches that depend on the parsed document, and checks that the gate accepts the result.
private func patched(_ document: String, _ patches: (JSONValue) -> [BytePatch]) throws -> String {
    let tape = JSONTape()
    let result = try bytes(document).withUnsafeBytes { bytes in
        let patches = patches(try tape.parse(bytes))
        let result = try #require(BytePatch.applied(patches, to: bytes))
        #expect(BytePatch.patchedCount(patches, byteCount: bytes.count) == result.count)
        return result
    }
    #expect(refusal(result) == nil)
    return text(result)
}

@Suite struct BytePatchTests {
    @Test("patches replace, insert and cut; the rest is passed on in pieces")
    func apply() {
        var pieces: [String] = []
        let patches = [
            BytePatch(range: 0..<0, replacement: "<"), BytePatch(range: 1..<3, replacement: "XY"),
            BytePatch(range: 3..<4, replacement: ""), BytePatch(range: 6..<6, replacement: ">"),
        ]
        bytes("abcdef").withUnsafeBytes { bytes in
            #expect(BytePatch.apply(patches, to: bytes) { pieces.append(text($0)) })
            #expect(BytePatch.applied([], to: bytes) == Array(bytes))
        }
        #expect(pieces == ["<", "a", "XY", "ef", ">"])
        #expect(BytePatch.patchedCount(patches, byteCount: 6) == 7)
    }

    @Test("patches out of order, overlapping or outside are refused")
    func disorder() {
        let bad: [[BytePatch]] = [
            [BytePatch(range: 2..<3, replacement: ""), BytePatch(range: 0..<1, replacement: "")],
            [BytePatch(range: 0..<3, replacement: ""), BytePatch(range: 2..<4, replacement: "")],
            [BytePatch(range: 3..<5, replacement: "")], [BytePatch(range: -1..<1, replacement: "")],
        ]
        for patches in bad {
            #expect(BytePatch.patchedCount(patches, byteCount: 4) == nil)
            bytes("abcd").withUnsafeBytes { bytes in
                #expect(!BytePatch.apply(patches, to: bytes) { _ in Issue.record("emitted") })
                #expect(BytePatch.applied(patches, to: bytes) == nil)
            }
        }
    }

    @Test("a member is put first")
    func inserting() throws {
        let raw = "\"n\":1"
        #expect(try patched("{}") { [.insertingMember(raw, into: $0)] } == #"{"n":1}"#)
        #expect(try patched("{ }") { [.insertingMember(raw, into: $0)] } == #"{"n":1 }"#)
        #expect(try patched(#"{"a":2}"#) { [.insertingMember(raw, into: $0)] } == #"{"n":1,"a":2}"#)
        #expect(try patched("[]") { [.insertingMember(raw, into: $0)] } == "[]")
    }

    @Test("a member is cut with its comma, wherever it stands")
    func cuttingMember() throws {
        let document = #"{ "a":1 , "b":[2,{}], "\u0063":"x" }"#
        func cut(_ key: StaticString) throws -> String {
            try patched(document) { [BytePatch.cuttingMember(key, from: $0)].compactMap { $0 } }
        }
        #expect(try cut("a") == #"{ "b":[2,{}], "\u0063":"x" }"#)
        #expect(try cut("b") == #"{ "a":1 , "\u0063":"x" }"#)
        #expect(try cut("c") == #"{ "a":1 , "b":[2,{}] }"#)
        #expect(try cut("d") == document)
        #expect(try patched(#"{"a":1}"#) { [BytePatch.cuttingMember("a", from: $0)].compactMap { $0 } } == "{}")
    }

    @Test("every subset of members and elements can be cut", arguments: 0..<32)
    func subsets(_ mask: Int) throws {
        let keys: [StaticString] = ["a", "b", "c", "d", "e"]
        let cut = (0..<5).filter { mask >> $0 & 1 == 1 }
        let kept = (0..<5).filter { mask >> $0 & 1 == 0 }
        let object = "{" + keys.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        let expected = "{" + kept.map { "\"\(keys[$0])\":0" }.joined(separator: ",") + "}"
        #expect(try patched(object) { BytePatch.cuttingMembers(cut.map { keys[$0] }, from: $0) } == expected)
        #expect(
            try patched("[0,1,2,3,4]") { BytePatch.cuttingElements(Set(cut), from: $0) }
                == "[" + kept.map(String.init).joined(separator: ",") + "]"
        )
        let edited = try patched(object) {
            BytePatch.edits(of: $0, cutting: cut.map { keys[$0] }, inserting: ["\"x\":1", "\"y\":2"])
        }
        #expect(edited == "{\"x\":1,\"y\":2" + (kept.isEmpty ? "" : ",") + expected.dropFirst())
    }

    @Test("an element is cut with its comma; edits of other kinds do nothing")
    func elements() throws {
        #expect(try patched("[1, 2, 3]") { [BytePatch.cuttingElement(at: 1, from: $0)].compactMap { $0 } } == "[1, 3]")
        #expect(
            try patched("[1, 2, 3]") { [BytePatch.cuttingElement(at: 3, from: $0)].compactMap { $0 } } == "[1, 2, 3]"
        )
        #expect(try patched("7") { BytePatch.cuttingElements([0], from: $0) } == "7")
        #expect(try patched("7") { BytePatch.edits(of: $0, cutting: ["a"], inserting: ["\"a\":1"]) } == "7")
        #expect(try patched(#"{"a":1}"#) { BytePatch.edits(of: $0, cutting: ["a"], inserting: []) } == "{}")
    }

    @Test("edits of nested containers and a replaced value compose")
    func composing() throws {
        let document = #"{"model":"a","stream_options":{"x":1},"messages":[1,2,3]}"#
        let result = try patched(document) { root in
            var patches = [BytePatch.insertingMember("\"n\":1", into: root)]
            if let model = root["model"] { patches.append(BytePatch(range: model.range, replacement: "\"b\"")) }
            if let options = root["stream_options"] { patches.append(.insertingMember("\"y\":2", into: options)) }
            if let messages = root["messages"] { patches += BytePatch.cuttingElements([0, 2], from: messages) }
            return patches
        }
        #expect(result == #"{"n":1,"model":"b","stream_options":{"y":2,"x":1},"messages":[2]}"#)
    }
}
