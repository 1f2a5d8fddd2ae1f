/// Edits of objects and arrays that keep their commas right.
///
/// Patches from one call compose with each other. Edits of one container in several calls may not: an insertion leaves
/// a comma for the members that another call cuts. `edits(of:cutting:inserting:)` does both at once.
extension BytePatch {
    /// Puts a member first in an object.
    ///
    /// - Parameters:
    ///   - raw: Key, colon and value as JSON text: `"stream":true` with the key's quotes.
    ///   - object: Where it goes.
    /// - Returns: A patch that changes nothing if `object` is no object.
    public static func insertingMember(_ raw: String, into object: JSONValue) -> BytePatch {
        let start = object.contentRange.lowerBound
        guard object.kind == .object else { return BytePatch(range: start..<start, replacement: []) }
        return BytePatch(range: start..<start, replacement: object.count > 0 ? raw + "," : raw)
    }

    /// Cuts one member with its comma; `nil` when the object has none of this name.
    public static func cuttingMember(_ key: StaticString, from object: JSONValue) -> BytePatch? {
        self.cuttingMembers([key], from: object).first
    }

    /// Cuts members with their commas; keys that the object has not are ignored.
    ///
    /// - Returns: Ascending and disjoint patches, at most one for each key.
    public static func cuttingMembers(_ keys: [StaticString], from object: JSONValue) -> [BytePatch] {
        var cutter = RunCutter()
        for (key, value) in object.members {
            let isCut = keys.contains { key.equals($0) }
            cutter.add(key.range.lowerBound..<value.range.upperBound, isCut: isCut)
        }
        return cutter.finish()
    }

    /// Cuts one element with its comma; `nil` when there is none at this index.
    public static func cuttingElement(at index: Int, from array: JSONValue) -> BytePatch? {
        self.cuttingElements([index], from: array).first
    }

    /// Cuts elements with their commas; indices that the array has not are ignored.
    ///
    /// - Returns: Ascending and disjoint patches, one for each run of neighbours.
    public static func cuttingElements(_ indices: Set<Int>, from array: JSONValue) -> [BytePatch] {
        var cutter = RunCutter()
        for (index, element) in array.elements.enumerated() {
            cutter.add(element.range, isCut: indices.contains(index))
        }
        return cutter.finish()
    }

    /// Cuts members and puts others first, in one go.
    ///
    /// - Parameters:
    ///   - object: What is edited.
    ///   - keys: Members to cut; those that the object has not are ignored.
    ///   - members: Members to insert, each as JSON text.
    /// - Returns: Ascending and disjoint patches; none if `object` is no object.
    public static func edits(
        of object: JSONValue,
        cutting keys: [StaticString],
        inserting members: [String]
    ) -> [BytePatch] {
        guard object.kind == .object else { return [] }
        let cuts = self.cuttingMembers(keys, from: object)
        guard !members.isEmpty else { return cuts }
        let kept = object.members.contains { key, _ in !keys.contains { key.equals($0) } }
        let text = members.joined(separator: ",") + (kept ? "," : "")
        let start = object.contentRange.lowerBound
        return [BytePatch(range: start..<start, replacement: text)] + cuts
    }
}

/// Turns marked items of a container into cuts, one for each run of neighbours.
///
/// A run that has a kept item after it is cut up to that item; the last run is cut from the end of the kept item before
/// it; so that commas stay right and no two cuts touch.
private struct RunCutter {
    private var patches: [BytePatch] = []
    private var runStart: Int?
    private var lastKeptEnd: Int?
    private var lastEnd = 0

    mutating func add(_ range: Range<Int>, isCut: Bool) {
        self.lastEnd = range.upperBound
        if isCut {
            if self.runStart == nil { self.runStart = range.lowerBound }
            return
        }
        if let start = self.runStart {
            self.patches.append(BytePatch(range: start..<range.lowerBound, replacement: []))
            self.runStart = nil
        }
        self.lastKeptEnd = range.upperBound
    }

    consuming func finish() -> [BytePatch] {
        guard let start = self.runStart else { return self.patches }
        return self.patches + [BytePatch(range: (self.lastKeptEnd ?? start)..<self.lastEnd, replacement: [])]
    }
}
