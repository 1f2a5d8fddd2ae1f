import Exchange
import Testing
import Wire

@Suite("Session labels")
struct SessionLabelTests {
    @Test("labels up to 256 bytes stay as they are")
    func short() {
        #expect(SessionLabel.cut("") == "")
        #expect(SessionLabel.cut("thread-1") == "thread-1")
        let full = String(repeating: "x", count: 256)
        #expect(SessionLabel.cut(full) == full)
        #expect(SessionLabel.cut(full + "y") == full)
    }

    @Test("longer ones are cut where a scalar ends", arguments: ["é", "€", "🦜", "x"])
    func long(_ character: String) {
        for lead in 0...4 {
            let label = String(repeating: "a", count: lead) + String(repeating: character, count: 300)
            let cut = SessionLabel.cut(label)
            #expect(cut.utf8.count <= 256)
            #expect(cut.utf8.count > 256 - character.utf8.count)
            #expect(label.utf8.starts(with: cut.utf8))
            #expect(!cut.unicodeScalars.contains("\u{FFFD}"))
        }
    }

    @Test("a label that is no string, or empty, is skipped")
    func skipped() throws {
        let body = #"{"prompt_cache_key":7,"metadata":{"user_id":""},"user":["u"],"safety_identifier":"s"}"#
        #expect(try withJSON(body) { SessionLabel.find(in: JSONObjectView($0)) } == "s")
        #expect(try withJSON("{}") { SessionLabel.find(in: JSONObjectView($0)) } == nil)
        #expect(try withJSON("[]") { SessionLabel.find(in: JSONObjectView($0)) } == nil)
        #expect(try withJSON(#"{"metadata":"user_id"}"#) { SessionLabel.find(in: JSONObjectView($0)) } == nil)
    }
}
