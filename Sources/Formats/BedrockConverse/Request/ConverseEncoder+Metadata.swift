import Exchange
import Wire

extension ConverseEncoder {
    private static let maxLabels = 16

    /// Writes `requestMetadata`, which goes to the account's invocation logs: the caller's labels, and the end user as
    /// `user`. What does not fit the vendor's rules is reported.
    mutating func writeMetadata() throws(TranslationRefusal) {
        var labels: [ExchangeRequest.Label] = []
        var names: Set<String> = []
        for label in self.request.metadata {
            guard labels.count < Self.maxLabels, Self.fits(label.name), !label.name.isEmpty, Self.fits(label.value),
                names.insert(label.name).inserted
            else {
                try self.report.dropped(.parameter(.metadata))
                continue
            }
            labels.append(label)
        }
        if let user = self.request.endUser {
            if labels.count < Self.maxLabels, Self.fits(user), names.insert("user").inserted {
                labels.append(ExchangeRequest.Label(name: "user", value: user))
            } else {
                try self.report.dropped(.parameter(.endUser))
            }
        }
        guard !labels.isEmpty else { return }
        self.writer.key("requestMetadata")
        self.writer.beginObject()
        for label in labels {
            self.writer.key(label.name)
            self.writer.string(label.value)
        }
        self.writer.endObject()
    }

    /// `[a-zA-Z0-9\s:_@$#=/+,-.]{0,256}`
    private static func fits(_ text: String) -> Bool {
        guard text.utf8.count <= 256 else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case 0x09...0x0D: true
            default: " :_@$#=/+,-.".utf8.contains(byte)
            }
        }
    }
}
