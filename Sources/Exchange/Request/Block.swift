/// One typed piece of content, with where it stood and whether the prompt cache should end here.
public struct Block: Sendable, Equatable {
    /// What it is.
    public enum Content: Sendable, Equatable {
        case text(Text)
        case image(Media)
        case document(Document)
        case audio(Media)
        case toolCall(ToolCall)
        case toolResult(ToolResult)
        case reasoning(Reasoning)
        /// The model declined to answer, in its own words.
        case refusal(String)
        /// Content that only one format knows; other formats refuse it.
        case opaque(Opaque)
    }

    /// What it is.
    public var content: Content
    /// Where it stood.
    public var place: Place
    /// The prompt cache should end after it.
    public var cache: CacheMark?

    /// A block.
    public init(_ content: Content, place: Place = Place(), cache: CacheMark? = nil) {
        self.content = content
        self.place = place
        self.cache = cache
    }

    /// A block of plain text.
    public static func text(_ text: String, place: Place = Place(), cache: CacheMark? = nil) -> Block {
        Block(.text(Text(text)), place: place, cache: cache)
    }
}

/// Text with what vendors attach to it.
public struct Text: Sendable, Equatable {
    /// The text.
    public var text: String
    /// What it relies on.
    public var citations: [Citation] = []
    /// A vendor's state bound to this text (Gemini signs text parts too).
    public var state: ReasoningState?

    /// Plain text.
    public init(_ text: String) {
        self.text = text
    }

    /// Whether there is nothing but white space.
    public var isBlank: Bool { self.text.isBlank }
}

extension String {
    /// Whether there is nothing but spaces, tabs and line ends.
    public var isBlank: Bool {
        self.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    }
}

/// Where a statement of the answer comes from.
public struct Citation: Sendable, Equatable {
    /// A web address, when the source is a page.
    public var url: String?
    /// The title of the source.
    public var title: String?
    /// The words relied on, in the source.
    public var quote: String?
    /// Characters of the answer's text that rely on the source (Unicode scalars, half open), when told.
    public var range: Range<Int>?
    /// The citation as its vendor wrote it, with that vendor's format.
    public var original: Opaque?

    /// A citation of nothing yet.
    public init(url: String? = nil, title: String? = nil, quote: String? = nil) {
        self.url = url
        self.title = title
        self.quote = quote
    }
}

/// An image, or sound.
public struct Media: Sendable, Equatable {
    /// Where the bytes are.
    public enum Source: Sendable, Equatable {
        /// Inline, base64 without line breaks.
        case base64(String)
        /// To be fetched by the vendor.
        case url(String)
        /// Stored under the vendor's own account; `String` is its id or address.
        case stored(String)
    }

    /// Where the bytes are.
    public var source: Source
    /// `image/png`, `audio/wav`; `nil` when the caller did not tell and the bytes do not show it.
    public var mediaType: String?
    /// `low`, `high`, `auto`, `original`: how closely to look.
    public var detail: String?

    /// Media.
    public init(_ source: Source, mediaType: String? = nil, detail: String? = nil) {
        self.source = source
        self.mediaType = mediaType
        self.detail = detail
    }
}

/// A document to be read: a PDF, plain text, or blocks.
public struct Document: Sendable, Equatable {
    /// What it holds.
    public enum Body: Sendable, Equatable {
        /// A file.
        case media(Media)
        /// Plain text.
        case text(String)
        /// Text and images (Messages' `content` source).
        case blocks([Block])
    }

    /// What it holds.
    public var body: Body
    /// File name or title.
    public var title: String?
    /// What the model should know of the document without citing it.
    public var context: String?
    /// Whether statements are to be cited.
    public var wantsCitations = false

    /// A document.
    public init(_ body: Body, title: String? = nil, context: String? = nil) {
        self.body = body
        self.title = title
        self.context = context
    }
}

/// The model asks for a tool to be run.
public struct ToolCall: Sendable, Equatable {
    /// Ties call and result together.
    public var id: String
    /// The tool, as the caller knows it.
    public var name: String
    /// What the tool is given.
    public var input: ToolInput
    /// A vendor's state bound to this call (Gemini signs calls).
    public var state: ReasoningState?

    /// A call.
    public init(id: String, name: String, input: ToolInput, state: ReasoningState? = nil) {
        self.id = id
        self.name = name
        self.input = input
        self.state = state
    }
}

/// What came of a tool call.
public struct ToolResult: Sendable, Equatable {
    /// The call it answers.
    public var callID: String
    /// Text, images, documents; empty when there was no output.
    public var blocks: [Block]
    /// `nil` where the caller's format cannot say.
    public var isError: Bool?

    /// A result.
    public init(callID: String, blocks: [Block], isError: Bool? = nil) {
        self.callID = callID
        self.blocks = blocks
        self.isError = isError
    }

    /// Its text blocks, joined by line ends; other blocks left out.
    public var text: String {
        self.blocks.compactMap { if case .text(let text) = $0.content { text.text } else { nil } }
            .joined(separator: "\n")
    }
}

/// Content that only one format knows.
public struct Opaque: Sendable, Equatable {
    /// The format that knows it.
    public var format: FormatID
    /// Its own type name (`server_tool_use`, `computer_call`).
    public var type: String
    /// As that format wrote it.
    public var json: RawJSON

    /// Content of one format.
    public init(format: FormatID, type: String, json: RawJSON) {
        self.format = format
        self.type = type
        self.json = json
    }
}
