import Wire

/// A plan as people read it: what is made, changed and deleted, field by field.
enum PlanText {
    static func show(_ plan: JSONView, isDone: Bool, _ output: OutputOptions) {
        guard !output.json else { return Console.out(String(decoding: plan.bytes, as: UTF8.self)) }
        for line in self.lines(plan) { Console.out(line) }
        Console.out(self.summary(plan, isDone: isDone))
    }

    /// One line a row, one for each of its fields.
    static func lines(_ plan: JSONView) -> [String] {
        plan.elements("changes").flatMap { change -> [String] in
            let mark =
                switch change.text("action") {
                case "create": "+"
                case "delete": "-"
                default: "~"
                }
            let head = "\(mark) \(change.text("kind") ?? "") \(self.plain(change.text("name") ?? ""))"
            let before = change.view("before")?.members ?? []
            let after = change.view("after")?.members ?? []
            guard mark != "-" else { return [head] }
            return [head]
                + after.map { field in
                    let old = before.first { $0.key == field.key }.map { "\($0.value) -> " } ?? ""
                    return self.plain("    \(field.key): \(old)\(field.value)")
                }
        }
    }

    private static func summary(_ plan: JSONView, isDone: Bool) -> String {
        guard !plan.elements("changes").isEmpty else { return "everything is as declared" }
        func count(_ name: String) -> String { plan.text(name) ?? "0" }
        guard isDone else {
            return "\(count("created")) to create, \(count("changed")) to change, \(count("deleted")) to delete"
        }
        let version = plan.text("version").map { "version \($0): " } ?? ""
        return "\(version)\(count("created")) created, \(count("changed")) changed, \(count("deleted")) deleted"
    }

    /// No control characters, and no line of more than a screen or two.
    private static func plain(_ text: String) -> String {
        var line: [UInt8] = []
        LogText.appendPlain(text, quoted: false, to: &line)
        return String(decoding: line, as: UTF8.self)
    }
}
