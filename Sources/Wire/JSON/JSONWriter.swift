/// Writes compact JSON; commas and escapes are its business, balanced brackets the caller's.
public struct JSONWriter {
    /// What has been written.
    public var bytes: [UInt8] = []
    private var needsComma = false

    /// An empty writer.
    public init() {}

    /// An empty writer with room for `capacity` bytes.
    public init(capacity: Int) {
        self.bytes.reserveCapacity(capacity)
    }

    /// Forgets what was written and keeps the memory.
    public mutating func reset() {
        self.bytes.removeAll(keepingCapacity: true)
        self.needsComma = false
    }

    /// Opens an object.
    public mutating func beginObject() {
        self.begin(UInt8(ascii: "{"))
    }

    /// Closes an object.
    public mutating func endObject() {
        self.end(UInt8(ascii: "}"))
    }

    /// Opens an array.
    public mutating func beginArray() {
        self.begin(UInt8(ascii: "["))
    }

    /// Closes an array.
    public mutating func endArray() {
        self.end(UInt8(ascii: "]"))
    }

    /// Writes an object whose members `content` writes.
    public mutating func object<E: Error>(_ content: (inout JSONWriter) throws(E) -> Void) throws(E) {
        self.beginObject()
        try content(&self)
        self.endObject()
    }

    /// Writes an array whose elements `content` writes.
    public mutating func array<E: Error>(_ content: (inout JSONWriter) throws(E) -> Void) throws(E) {
        self.beginArray()
        try content(&self)
        self.endArray()
    }

    /// Writes a member's key; its value comes next.
    public mutating func key(_ key: String) {
        self.string(key)
        self.bytes.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    /// Writes a member's key; its value comes next.
    public mutating func key(_ key: StaticString) {
        self.separate()
        key.withUTF8Buffer { self.quote($0) }
        self.bytes.append(UInt8(ascii: ":"))
        self.needsComma = false
    }

    /// Writes a string.
    public mutating func string(_ value: String) {
        self.separate()
        var value = value
        value.withUTF8 { self.quote($0) }
    }

    /// Writes a string from bytes; U+FFFD stands for what is not UTF-8.
    public mutating func string(utf8: UnsafeRawBufferPointer) {
        self.separate()
        self.quote(utf8.bindMemory(to: UInt8.self))
    }

    /// Writes a string from bytes; U+FFFD stands for what is not UTF-8.
    public mutating func string(utf8: [UInt8]) {
        self.separate()
        utf8.withUnsafeBufferPointer { self.quote($0) }
    }

    /// Writes a truth value.
    public mutating func bool(_ value: Bool) {
        self.word(value ? "true" : "false")
    }

    /// Writes `null`.
    public mutating func null() {
        self.word("null")
    }

    /// Writes JSON text as it is, for instance a value's bytes from another document.
    public mutating func raw(_ text: String) {
        self.separate()
        self.bytes.append(contentsOf: text.utf8)
    }

    /// Writes JSON text as it is.
    public mutating func raw(_ text: [UInt8]) {
        self.separate()
        self.bytes.append(contentsOf: text)
    }

    /// Writes JSON text as it is.
    public mutating func raw(_ text: UnsafeRawBufferPointer) {
        self.separate()
        self.bytes.append(contentsOf: text)
    }

    /// Writes a comma if a value came before, and notes that one is coming now.
    mutating func separate() {
        if self.needsComma { self.bytes.append(UInt8(ascii: ",")) }
        self.needsComma = true
    }

    private mutating func begin(_ bracket: UInt8) {
        self.separate()
        self.bytes.append(bracket)
        self.needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        self.bytes.append(bracket)
        self.needsComma = true
    }

    private mutating func word(_ word: StaticString) {
        self.separate()
        word.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
    }
}
