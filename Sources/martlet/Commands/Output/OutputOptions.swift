import ArgumentParser

/// How a command tells its result.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the API's own JSON.") var json = false

    /// Prints one object: its JSON, or a line per member.
    func show(_ body: [UInt8]) {
        guard !self.json, let view = JSONView(body) else { return Console.out(String(decoding: body, as: UTF8.self)) }
        var table = Table(["FIELD", "VALUE"])
        for member in view.members { table.add([member.key, member.value]) }
        table.print()
    }

    /// Prints a list: a JSON array, or a table of the columns named.
    func list(_ entries: [JSONView], _ columns: [(heading: String, key: String)]) {
        guard !self.json else {
            let items = entries.map { String(decoding: $0.bytes, as: UTF8.self) }
            return Console.out("[" + items.joined(separator: ",\n ") + "]")
        }
        var table = Table(columns.map(\.heading))
        for entry in entries { table.add(columns.map { entry.text($0.key) }) }
        table.print()
    }
}
