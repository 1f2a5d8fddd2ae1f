/// The names in the schema, and what was probably meant by one that is not.
enum SettingNames {
    private static let rows = Set(SettingSchema.rows.map(\.path))

    private static let sections: Set<String> = {
        var found: Set<String> = []
        for row in SettingSchema.rows {
            let parts = row.path.split(separator: ".")
            for count in 1..<max(2, parts.count) where count < parts.count {
                found.insert(parts.prefix(count).joined(separator: "."))
            }
        }
        return found
    }()

    static func isRow(_ path: String) -> Bool { self.rows.contains(path) }
    static func isSection(_ path: String) -> Bool { self.sections.contains(path) }

    /// The sentence for a name nobody knows, with the nearest one that exists.
    static func unknown(_ path: String) -> String {
        let shown = path.count > 80 ? path.prefix(80) + "…" : path[...]
        guard let meant = self.nearest(to: path) else { return "unknown setting \(shown)" }
        return "unknown setting \(shown); did you mean \(meant)?"
    }

    /// A sibling first; then a setting of the same last name that sits elsewhere; then the nearest whole name.
    private static func nearest(to path: String) -> String? {
        let all = self.rows.union(self.sections)
        let prefix = path.lastIndex(of: ".").map { String(path[...$0]) } ?? ""
        let siblings = all.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains(".") }
        if let sibling = EditDistance.nearest(to: path, among: siblings) { return sibling }
        let last = path.dropFirst(prefix.count)
        let namesakes = all.filter { $0.hasSuffix("." + last) }
        return namesakes.min() ?? EditDistance.nearest(to: path, among: all)
    }
}
