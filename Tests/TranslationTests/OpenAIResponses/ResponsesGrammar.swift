import MartletTesting

/// Checks that a stream keeps to the grammar of responses: numbering, life cycles, and a terminal event that repeats
/// every item.
struct ResponsesGrammar {
    private(set) var faults: [String] = []
    private var next = 0
    private var open: [Int: String] = [:]
    private var openParts: Set<String> = []
    private var done: [PlainJSON] = []
    private var text: [String: String] = [:]
    private var hasEnded = false

    /// What is wrong with a stream.
    static func faults(in events: [PlainJSON]) -> [String] {
        var grammar = ResponsesGrammar()
        for event in events { grammar.take(event) }
        if !grammar.hasEnded { grammar.faults.append("no terminal event") }
        return grammar.faults
    }

    private mutating func check(_ isGood: Bool, _ fault: String) {
        if !isGood { self.faults.append("\(self.next): \(fault)") }
    }

    private mutating func take(_ event: PlainJSON) {
        self.check(!self.hasEnded, "event after the terminal one")
        self.check(event["sequence_number"]?.int == self.next, "sequence")
        let type = event.responsesType
        if self.next == 0 { self.check(type == "created", "first is \(type)") }
        if self.next == 1 { self.check(type == "in_progress", "second is \(type)") }
        switch type {
        case "created", "in_progress": self.check(event["response"]?["output"] == .array([]), "output not empty")
        case "output_item.added": self.added(event)
        case "output_item.done": self.itemDone(event)
        case "completed", "incomplete", "failed": self.terminal(event, type)
        default: self.inside(event, type)
        }
        self.next += 1
    }

    private mutating func added(_ event: PlainJSON) {
        let index = event["output_index"]?.int ?? -1
        self.check(index == self.done.count && self.open.isEmpty, "item \(index) out of order")
        self.open[index] = event["item"]?["id"]?.string ?? ""
    }

    private mutating func itemDone(_ event: PlainJSON) {
        let index = event["output_index"]?.int ?? -1
        self.check(self.open[index] == event["item"]?["id"]?.string, "done of an item that is not open")
        self.check(self.openParts.isEmpty, "part left open")
        self.open[index] = nil
        if let item = event["item"] { self.done.append(item) }
    }

    private mutating func inside(_ event: PlainJSON, _ type: String) {
        let index = event["output_index"]?.int ?? -1
        self.check(self.open[index] != nil && self.open[index] == event["item_id"]?.string, "\(type) outside an item")
        let part = event["content_index"]?.int ?? event["summary_index"]?.int ?? 0
        let key = "\(index)/\(part)"
        if type.hasSuffix("part.added") {
            self.check(self.openParts.insert(key).inserted, "part opened twice")
        } else if type.hasSuffix("part.done") {
            self.check(self.openParts.remove(key) != nil, "part closed that is not open")
        } else if type.hasSuffix(".delta") {
            self.check(type.contains("_call") || self.openParts.contains(key), "delta outside a part")
            self.text[key, default: ""] += event["delta"]?.string ?? ""
        } else if type.hasSuffix(".done") {
            let whole = event["text"] ?? event["arguments"] ?? event["input"] ?? event["refusal"]
            self.check(whole?.string == self.text[key, default: ""], "\(type) differs from its deltas")
        }
    }

    private mutating func terminal(_ event: PlainJSON, _ type: String) {
        self.hasEnded = true
        self.check(self.open.isEmpty, "item left open")
        let response = event["response"]
        self.check(response?["status"]?.string == type, "status")
        self.check(response?["output"] == .array(self.done), "output does not repeat the items")
    }
}
