import Wire

// Bytes changed at random rarely pass the strict gate, and then nothing behind it is reached. So most changes are made to
// values of the JSON documents that an input holds, one a line; the others are libFuzzer's own.

/// What libFuzzer calls to make a new input of an old one.
@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt) -> Int
{
    var dice = Dice(seed: UInt64(seed))
    guard dice.below(4) > 0 else { return LLVMFuzzerMutate(data, count, limit) }
    var input = Array(UnsafeBufferPointer(start: data, count: count))
    for _ in 0...dice.below(3) { Mutation.change(&input, &dice) }
    guard !input.isEmpty, input.count <= limit else { return LLVMFuzzerMutate(data, count, limit) }
    _ = UnsafeMutableBufferPointer(start: data, count: limit).update(fromContentsOf: input)
    return input.count
}

@_silgen_name("LLVMFuzzerMutate")
private func LLVMFuzzerMutate(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// A small generator of random numbers (SplitMix64): the same seed gives the same change.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func below(_ bound: Int) -> Int {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ z >> 31) % UInt64(max(bound, 1)))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[self.below(elements.count)] }
}

enum Mutation {
    private static let odd = [
        "null", "true", "false", "0", "-1", "1e300", "0.5", "9223372036854775807", "-9223372036854775808", "\"\"",
        "\"x\"", "\"\\u0000\"", "\"\\ud83d\\ude00 \\\"q\\\"\"", "\"mt1.anthropic.eyJ2IjoicyJ9\"", "\"{\\\"a\\\":1}\"",
        "\"data:image/png;base64,iVBORw0KGgo=\"", "[]", "[null]", "{}", "{\"type\":\"text\",\"text\":\"t\"}",
        "\"assistant\"", "\"user\"", "\"system\"", "\"tool\"", "\"none\"", "\"stop\"",
    ].map { Array($0.utf8) }

    /// Makes one change.
    static func change(_ input: inout [UInt8], _ dice: inout Dice) {
        let documents = Self.documents(input)
        guard !documents.isEmpty else { return }
        if documents.count > 1, dice.below(4) == 0 { return Self.moveLines(&input, &dice) }
        let document = dice.pick(documents)
        let values = Self.values(input, document)
        guard let victim = values.isEmpty ? nil : dice.pick(values) else { return }
        switch dice.below(6) {
        case 0: input.replaceSubrange(Self.removal(of: victim.outer, in: input), with: [])
        case 1:
            // The element twice; where it is a member this is a repeated key, which the gate refuses.
            input.insert(contentsOf: [UInt8(ascii: ",")] + input[victim.outer], at: victim.outer.upperBound)
        case 2, 3:
            let others = Self.values(input, dice.pick(documents))
            guard !others.isEmpty else { return }
            let other = dice.pick(others).inner
            if other.count < 2048 { input.replaceSubrange(victim.inner, with: Array(input[other])) }
        default: input.replaceSubrange(victim.inner, with: dice.pick(Self.odd))
        }
    }

    /// Lines twice, gone, or in another order.
    private static func moveLines(_ input: inout [UInt8], _ dice: inout Dice) {
        var lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = dice.below(lines.count)
        switch dice.below(3) {
        case 0: lines.insert(lines[line], at: dice.below(lines.count))
        case 1: lines.remove(at: line)
        default: lines.swapAt(line, dice.below(lines.count))
        }
        input = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }

    /// From the first brace of each line to the end of the line.
    private static func documents(_ input: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start: Int?
        for (index, byte) in input.enumerated() {
            if byte == UInt8(ascii: "\n") {
                if let first = start { found.append(first..<index) }
                start = nil
            } else if byte == UInt8(ascii: "{"), start == nil {
                start = index
            }
        }
        if let first = start { found.append(first..<input.count) }
        return found
    }

    /// A value, with and without its key, as ranges of the input.
    private struct Place {
        var outer: Range<Int>
        var inner: Range<Int>
    }

    private static func values(_ input: [UInt8], _ document: Range<Int>) -> [Place] {
        input.withUnsafeBytes { bytes in
            let tape = JSONTape()
            guard let root = try? tape.parse(UnsafeRawBufferPointer(rebasing: bytes[document])) else { return [] }
            var places: [Place] = []
            Self.collect(root, document.lowerBound, &places)
            return withExtendedLifetime(tape) { places }
        }
    }

    private static func collect(_ value: JSONValue, _ offset: Int, _ places: inout [Place]) {
        guard places.count < 2_000 else { return }
        func moved(_ range: Range<Int>) -> Range<Int> { range.lowerBound + offset..<range.upperBound + offset }
        for element in value.elements {
            places.append(Place(outer: moved(element.range), inner: moved(element.range)))
            Self.collect(element, offset, &places)
        }
        for member in value.members {
            let outer = moved(member.key.range.lowerBound..<member.value.range.upperBound)
            places.append(Place(outer: outer, inner: moved(member.value.range)))
            Self.collect(member.value, offset, &places)
        }
    }

    /// With the comma before or after.
    private static func removal(of range: Range<Int>, in input: [UInt8]) -> Range<Int> {
        if range.upperBound < input.count, input[range.upperBound] == UInt8(ascii: ",") {
            return range.lowerBound..<range.upperBound + 1
        }
        if range.lowerBound > 0, input[range.lowerBound - 1] == UInt8(ascii: ",") {
            return range.lowerBound - 1..<range.upperBound
        }
        return range
    }
}
