/// An open container.
struct JSONFrame {
    /// Its entry on the tape.
    var index: Int
    /// Members or elements so far.
    var count: Int
    /// For objects: one bit per key hash modulo 64, so that most keys of small objects need no comparison.
    var seen: UInt64
    var isObject: Bool
}

/// One pass over one document, without recursion. Lives on the stack during a parse; the memory is the tape's.
struct JSONParser {
    let base: UnsafePointer<UInt8>
    let end: Int
    let maxDepth: Int
    let refusesNUL: Bool
    let frames: UnsafeMutablePointer<JSONFrame>
    var cursor = 0
    var depth = 0
    var tape: TapeBuffer
    var keys: KeyTable

    /// Reads one whole document.
    mutating func run() throws(JSONError) {
        self.skipSpace()
        guard self.cursor < self.end else { throw JSONError(.empty, at: 0) }
        try self.value()
        while self.depth > 0 {
            if self.frames[self.depth &- 1].isObject {
                try self.member()
            } else {
                try self.element()
            }
        }
        self.skipSpace()
        guard self.cursor == self.end else { throw JSONError(.trailingBytes, at: self.cursor) }
    }

    /// One member, or the object's end.
    @inline(__always)
    private mutating func member() throws(JSONError) {
        let frame = self.depth &- 1
        var byte = try self.peek()
        if self.frames[frame].count > 0 {
            if byte == UInt8(ascii: "}") { return self.close(.object) }
            guard byte == UInt8(ascii: ",") else { throw JSONError(.expectedCommaOrEnd, at: self.cursor) }
            self.cursor &+= 1
            byte = try self.peek()
            if byte == UInt8(ascii: "}") { throw JSONError(.trailingComma, at: self.cursor) }
        } else if byte == UInt8(ascii: "}") {
            return self.close(.object)
        }
        guard byte == UInt8(ascii: "\"") else { throw JSONError(.expectedKey, at: self.cursor) }
        try self.key(frame)
        guard try self.peek() == UInt8(ascii: ":") else { throw JSONError(.expectedColon, at: self.cursor) }
        self.cursor &+= 1
        self.frames[frame].count &+= 1
        _ = try self.peek()
        try self.value()
    }

    /// One element, or the array's end.
    @inline(__always)
    private mutating func element() throws(JSONError) {
        let frame = self.depth &- 1
        var byte = try self.peek()
        if self.frames[frame].count > 0 {
            if byte == UInt8(ascii: "]") { return self.close(.array) }
            guard byte == UInt8(ascii: ",") else { throw JSONError(.expectedCommaOrEnd, at: self.cursor) }
            self.cursor &+= 1
            byte = try self.peek()
            if byte == UInt8(ascii: "]") { throw JSONError(.trailingComma, at: self.cursor) }
        } else if byte == UInt8(ascii: "]") {
            return self.close(.array)
        }
        self.frames[frame].count &+= 1
        try self.value()
    }

    /// The value at the cursor, which is on its first byte; containers are only opened.
    @inline(__always)
    private mutating func value() throws(JSONError) {
        let start = self.cursor
        switch self.base[start] {
        case UInt8(ascii: "\""):
            let escapes = try self.scanString()
            try self.append(start, info: TapeEntry.info(.string, escapes: escapes))
        case UInt8(ascii: "{"):
            try self.open(.object)
        case UInt8(ascii: "["):
            try self.open(.array)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try self.scanNumber()
            try self.append(start, info: TapeEntry.info(.number))
        case UInt8(ascii: "t"):
            try self.literal("true", .true)
        case UInt8(ascii: "f"):
            try self.literal("false", .false)
        case UInt8(ascii: "n"):
            try self.literal("null", .null)
        default:
            throw self.unexpected()
        }
    }

    @inline(__always)
    private mutating func open(_ kind: JSONKind) throws(JSONError) {
        guard self.depth < self.maxDepth else { throw JSONError(.tooDeep, at: self.cursor) }
        let frame = JSONFrame(index: self.tape.count, count: 0, seen: 0, isObject: kind == .object)
        self.frames[self.depth] = frame
        self.depth &+= 1
        try self.append(self.cursor, info: TapeEntry.info(kind))
        self.cursor &+= 1
    }

    @inline(__always)
    private mutating func close(_ kind: JSONKind) {
        self.cursor &+= 1
        self.depth &-= 1
        let frame = self.frames[self.depth]
        let entry = self.tape.entries + frame.index
        entry.pointee.end = UInt32(truncatingIfNeeded: self.cursor)
        entry.pointee.link = UInt32(truncatingIfNeeded: self.tape.count)
        entry.pointee.info = TapeEntry.info(kind, upper: frame.count)
    }

    /// Puts a value that ends at the cursor on the tape.
    @inline(__always)
    mutating func append(_ start: Int, link: UInt32 = 0, info: UInt32) throws(JSONError) {
        if self.tape.count >= self.tape.capacity {
            guard self.tape.grow() else { throw JSONError(.tooManyValues, at: start) }
        }
        self.tape.entries[self.tape.count] = TapeEntry(start: start, end: self.cursor, link: link, info: info)
        self.tape.count &+= 1
    }

    @inline(__always)
    private mutating func literal(_ word: StaticString, _ kind: JSONKind) throws(JSONError) {
        let start = self.cursor
        let count = word.utf8CodeUnitCount
        guard start &+ count <= self.end, Words.same(self.base + start, word.utf8Start, count) else {
            throw JSONError(.badLiteral, at: start)
        }
        self.cursor = start &+ count
        try self.append(start, info: TapeEntry.info(kind))
    }

    /// The next byte that is not white space, without taking it.
    @inline(__always)
    private mutating func peek() throws(JSONError) -> UInt8 {
        self.skipSpace()
        guard self.cursor < self.end else { throw JSONError(.truncated, at: self.end) }
        return self.base[self.cursor]
    }

    @inline(__always)
    private mutating func skipSpace() {
        while self.cursor < self.end {
            let byte = self.base[self.cursor]
            if byte > 0x20 { return }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            self.cursor &+= 1
        }
    }

    /// Says why no value begins at the cursor.
    @inline(never)
    private func unexpected() -> JSONError {
        let i = self.cursor
        if i == 0, self.end >= 3, self.base[0] == 0xEF, self.base[1] == 0xBB, self.base[2] == 0xBF {
            return JSONError(.byteOrderMark, at: 0)
        }
        return JSONError(.unexpectedByte, at: i)
    }
}
