/// A replacement of some bytes of a document by others, so that the rest is passed on untouched.
public struct BytePatch: Equatable, Sendable {
    /// Which bytes go; empty to insert before its bound.
    public var range: Range<Int>
    /// What comes in their place; empty to cut.
    public var replacement: [UInt8]

    /// Makes a patch.
    public init(range: Range<Int>, replacement: [UInt8]) {
        self.range = range
        self.replacement = replacement
    }

    /// Puts `text` in the place of `range`.
    public init(range: Range<Int>, replacement text: String) {
        self.init(range: range, replacement: Array(text.utf8))
    }

    /// Writes `bytes` with the patches applied, piece by piece, without copying them.
    ///
    /// - Parameters:
    ///   - patches: In ascending order, disjoint, inside `bytes`.
    ///   - bytes: The document.
    ///   - emit: Called with each piece in order, never an empty one.
    /// - Returns: False, without calling `emit`, if the patches are not as demanded.
    public static func apply(
        _ patches: [BytePatch],
        to bytes: UnsafeRawBufferPointer,
        emit: (UnsafeRawBufferPointer) -> Void
    ) -> Bool {
        guard self.areOrdered(patches, byteCount: bytes.count) else { return false }
        var position = 0
        for patch in patches {
            if patch.range.lowerBound > position {
                emit(UnsafeRawBufferPointer(rebasing: bytes[position..<patch.range.lowerBound]))
            }
            if !patch.replacement.isEmpty { patch.replacement.withUnsafeBytes { emit($0) } }
            position = patch.range.upperBound
        }
        if position < bytes.count { emit(UnsafeRawBufferPointer(rebasing: bytes[position...])) }
        return true
    }

    /// The patched bytes in a new array; `nil` if the patches are not ascending, disjoint and inside `bytes`.
    public static func applied(_ patches: [BytePatch], to bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let count = self.patchedCount(patches, byteCount: bytes.count) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        guard self.apply(patches, to: bytes, emit: { result.append(contentsOf: $0) }) else { return nil }
        return result
    }

    /// How many bytes the patched document has; `nil` if the patches are not ascending, disjoint and inside.
    public static func patchedCount(_ patches: [BytePatch], byteCount: Int) -> Int? {
        guard self.areOrdered(patches, byteCount: byteCount) else { return nil }
        var count = byteCount
        for patch in patches { count = count &- patch.range.count &+ patch.replacement.count }
        return count
    }

    private static func areOrdered(_ patches: [BytePatch], byteCount: Int) -> Bool {
        var position = 0
        for patch in patches {
            guard patch.range.lowerBound >= position else { return false }
            position = patch.range.upperBound
        }
        return position <= byteCount
    }
}
