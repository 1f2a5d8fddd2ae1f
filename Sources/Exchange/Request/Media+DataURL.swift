import Wire

extension Media {
    /// Reads an address: a `data:` URL becomes inline bytes, anything else is for the vendor to fetch.
    ///
    /// - Parameters:
    ///   - address: What the caller wrote.
    ///   - detail: How closely to look.
    /// - Returns: `nil` for a `data:` URL that cannot be read.
    public static func address(_ address: String, detail: String? = nil) -> Media? {
        guard address.utf8.prefix(5).elementsEqual("data:".utf8) else { return Media(.url(address), detail: detail) }
        guard let comma = address.utf8.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        let head = address[address.index(address.startIndex, offsetBy: 5)..<comma].split(separator: ";")
        let body = address[address.utf8.index(after: comma)...]
        let type = head.first.map(String.init).flatMap { $0.contains("/") ? $0 : nil }
        if head.last == "base64" { return .inline(String(body), claimed: type, detail: detail) }
        guard let bytes = Self.percentDecoded(body.utf8) else { return nil }
        return .inline(Base64.encode(bytes), claimed: type, detail: detail)
    }

    /// Inline bytes; their own first bytes tell the media type better than the caller, who is often wrong.
    public static func inline(_ base64: String, claimed: String?, detail: String? = nil) -> Media {
        let clean = base64.utf8.contains(where: { $0 <= 0x20 }) ? String(base64.filter { !$0.isWhitespace }) : base64
        let type = Self.sniff(base64: clean) ?? claimed?.lowercased()
        return Media(.base64(clean), mediaType: type == "image/jpg" ? "image/jpeg" : type, detail: detail)
    }

    /// The media type that the first bytes show, for images and PDF.
    private static func sniff(base64: String) -> String? {
        guard let bytes = Base64.decode(base64.utf8.prefix(24)) else { return nil }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if bytes.starts(with: "GIF8".utf8) { return "image/gif" }
        if bytes.starts(with: "%PDF".utf8) { return "application/pdf" }
        if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) { return "image/webp" }
        return nil
    }

    private static func percentDecoded(_ text: Substring.UTF8View) -> [UInt8]? {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(Self.hexValue), let low = iterator.next().flatMap(Self.hexValue)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Media {
    /// `data:image/png;base64,…` for inline bytes; the address otherwise; `nil` for stored files.
    public var dataURL: String? {
        switch self.source {
        case .base64(let data): "data:\(self.mediaType ?? "application/octet-stream");base64,\(data)"
        case .url(let url): url
        case .stored: nil
        }
    }
}
