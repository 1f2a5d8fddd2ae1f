import Exchange
import Testing

@Suite struct GeminiMediaTests {
    private let png = "iVBORw0KGgo="

    private func parts(_ block: Block.Content, _ target: TranslationTarget = Gemini.target()) throws -> String {
        let contents = try Gemini.contents([Turn(.user, [Block(block)])], target)
        return String(contents.dropFirst(#"[{"role":"user","parts":["#.count).dropLast(3))
    }

    private func refuses(_ block: Block.Content, _ target: TranslationTarget = Gemini.target()) -> Bool {
        do {
            _ = try self.parts(block, target)
            return false
        } catch {
            return error is TranslationRefusal
        }
    }

    @Test func `bytes are sent inline with the type they show`() throws {
        #expect(
            try self.parts(.image(.inline(self.png, claimed: "image/jpeg")))
                == #"{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}"#
        )
        #expect(
            try self.parts(.audio(Media(.base64("AAAA"), mediaType: "audio/wav")))
                == #"{"inlineData":{"mimeType":"audio/wav","data":"AAAA"}}"#
        )
    }

    @Test func `addresses are the vendor's to fetch, where it does (P06)`() throws {
        let url = Media(.url("https://example.org/a.PNG?x=1"))
        #expect(
            try self.parts(.image(url))
                == #"{"fileData":{"mimeType":"image/png","fileUri":"https://example.org/a.PNG?x=1"}}"#
        )
        #expect(self.refuses(.image(url), Gemini.target { $0.fetchesImages = false }))
        #expect(self.refuses(.image(Media(.url("http://example.org/a.png")))))
        let bucket = Media(.url("gs://bucket/a.png"))
        #expect(self.refuses(.image(bucket)))
        var vertex = Gemini.target { $0.fetchesImages = false }
        vertex.gemini.isVertex = true
        #expect(try self.parts(.image(bucket), vertex).contains(#""fileUri":"gs://bucket/a.png""#))
    }

    @Test func `types Gemini cannot see are refused`() {
        #expect(self.refuses(.image(.inline("R0lGODlhAQ==", claimed: nil))))
        #expect(self.refuses(.image(Media(.base64("AAAA"), mediaType: "image/svg+xml"))))
        #expect(self.refuses(.image(Media(.base64("AAAA")))))
        #expect(self.refuses(.image(Media(.stored("file-1")))))
        #expect(self.refuses(.document(Document(.media(Media(.base64("AAAA"), mediaType: "application/msword"))))))
        #expect(
            self.refuses(.audio(Media(.base64("AAAA"), mediaType: "audio/wav")), Gemini.target { $0.audioTypes = [] })
        )
    }

    @Test func `a document's title and context go before it`() throws {
        let pdf = Document(.media(.inline("JVBERi0xLjc=", claimed: nil)), title: "a b.pdf", context: "from 2020")
        #expect(
            try self.parts(.document(pdf)) == #"{"text":"a b.pdf\n\nfrom 2020"},"#
                + #"{"inlineData":{"mimeType":"application/pdf","data":"JVBERi0xLjc="}}"#
        )
        #expect(try self.parts(.document(Document(.text("words"), title: "t"))) == #"{"text":"t\n\nwords"}"#)
        let mixed = Document(.blocks([.text("x"), Block(.image(.inline(self.png, claimed: nil)))]))
        #expect(try self.parts(.document(mixed)).hasPrefix(#"{"text":"x"},{"inlineData""#))
        var cited = Document(.text("words"))
        cited.wantsCitations = true
        let request = Gemini.request([Turn(.user, [Block(.document(cited))])])
        #expect(try Gemini.encode(request).warnings == ["dropped:messages[-1]:citations"])
    }

    @Test func `how closely to look is one setting for all images`() throws {
        func body(_ details: [String?]) throws -> String {
            let blocks = details.map { Block(.image(.inline(self.png, claimed: nil, detail: $0))) }
            return try Gemini.encode(Gemini.request([Turn(.user, blocks)])).body
        }
        #expect(try body(["low", "high"]).contains(#""mediaResolution":"MEDIA_RESOLUTION_HIGH""#))
        #expect(try body(["low"]).contains(#""mediaResolution":"MEDIA_RESOLUTION_LOW""#))
        #expect(try !body(["low", "auto", nil]).contains("mediaResolution"))
    }

    @Test func `images of the assistant's are refused`() {
        let image = Block(.image(.inline(self.png, claimed: nil)))
        let turns = [Gemini.user("a"), Gemini.model(image), Gemini.user("b")]
        #expect(throws: TranslationRefusal.self) { try Gemini.contents(turns) }
    }
}
