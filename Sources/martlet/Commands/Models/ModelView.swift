import Wire

/// A model as people read it: its settings, then its targets in a table of their own.
enum ModelView {
    /// Prints a model as the admin API shows it.
    static func show(_ body: [UInt8], _ output: OutputOptions) {
        guard !output.json, let model = JSONView(body) else { return output.show(body) }
        self.settings(model).print()
        Console.out("")
        self.targets(model).print()
    }

    /// Everything but the targets; routing is laid out, with what is as by default left to speak for itself.
    static func settings(_ model: JSONView) -> Table {
        var table = Table(["FIELD", "VALUE"])
        for member in model.members where member.key != "targets" && member.key != "routing" {
            table.add([member.key, member.value])
        }
        guard let routing = model.view("routing") else { return table }
        for member in routing.members where member.key != "deadlines" { table.add([member.key, member.value]) }
        for member in routing.view("deadlines")?.members ?? [] where member.value != "-" {
            table.add(["deadline \(member.key)", member.value])
        }
        return table
    }

    /// One row a target.
    static func targets(_ model: JSONView) -> Table {
        var table = Table(["TARGET", "WEIGHT", "PRIORITY", "ENABLED", "INPUT", "OUTPUT", "OVERRIDES"])
        for target in model.elements("targets") {
            table.add([
                "\(target.text("provider") ?? "?")/\(target.text("upstream_model") ?? "?")", target.text("weight"),
                target.text("priority"), target.text("enabled"), target.text("price", "input"),
                target.text("price", "output"), self.overrides(target),
            ])
        }
        return table
    }

    private static func overrides(_ target: JSONView) -> String? {
        let members = target.view("overrides")?.members.filter { $0.value != "-" && $0.value != "{}" } ?? []
        return members.isEmpty ? nil : members.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
