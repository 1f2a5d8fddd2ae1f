import Exchange
import Wire

/// Schemas of tool arguments. The vendor demands an object at the root.
enum ToolSchema {
    /// For tools without arguments.
    static let none = RawJSON(trusted: #"{"type":"object","properties":{}}"#)
    /// For tools of which nothing is known but the name.
    static let minimal = RawJSON(trusted: #"{"type":"object"}"#)
    /// For tools that take free text.
    static let oneText = RawJSON(
        trusted: #"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#
    )

    /// The schema with `"type": "object"` at its root, added where it says no type.
    static func rooted(_ schema: RawJSON) -> RawJSON {
        let patched = schema.read { root -> [UInt8]? in
            guard root.kind == .object, root["type"] == nil else { return nil }
            let start = root.contentRange.lowerBound
            let member = #""type":"object""# + (root.count > 0 ? "," : "")
            let patch = BytePatch(range: start..<start, replacement: member)
            return schema.bytes.withUnsafeBytes { BytePatch.applied([patch], to: $0) }
        }
        guard let bytes = patched ?? nil else { return schema }
        return RawJSON(trusted: String(decoding: bytes, as: UTF8.self))
    }
}
