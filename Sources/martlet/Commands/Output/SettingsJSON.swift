import Wire

/// `config show --json`: one object a setting, in the table's order.
enum SettingsJSON {
    static func text(_ rows: [(path: String, value: String?, origin: String)]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for row in rows {
            writer.beginObject()
            writer.key("setting")
            writer.string(row.path)
            writer.key("value")
            if let value = row.value { writer.string(value) } else { writer.null() }
            writer.key("origin")
            writer.string(row.origin)
            writer.endObject()
        }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
