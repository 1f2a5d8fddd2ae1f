/// Where the texts of one event stand, in a way that is the same in the next event: by the names that lead there, and by the
/// numbers or places that tell its choices, calls and parts apart, wherever in their object those are told.
struct StreamPlaces {
    private struct Node {
        var parent: Int32
        var ordinal: UInt32
        var name: UInt64
        /// Of the numbers that say which of several it is; 0 where there are none.
        var position: UInt64 = 0
    }

    private static let positionNames = Set(
        ["index", "output_index", "content_index", "summary_index"].map { Array($0.utf8) }
    )
    private static let kind = Array("type".utf8)
    private var nodes: [Node] = []

    var heldBytes: Int { self.nodes.count * MemoryLayout<Node>.stride }

    /// A container begins.
    ///
    /// - Parameters:
    ///   - parent: The node of the one it stands in.
    ///   - name: The name it stands under.
    ///   - ordinal: Its place in an array; 0 elsewhere.
    /// - Returns: Its node.
    mutating func open(in parent: Int?, name: [UInt8], ordinal: Int) -> Int {
        let node = Node(
            parent: Int32(clamping: parent ?? -1),
            ordinal: UInt32(clamping: ordinal),
            name: Self.hash(name[...], 0)
        )
        self.nodes.append(node)
        return self.nodes.count - 1
    }

    /// A number: it may say which of several its object is. Their order does not matter.
    mutating func note(number: ArraySlice<UInt8>, under name: [UInt8], node: Int) {
        guard self.nodes.indices.contains(node), Self.positionNames.contains(name) else { return }
        self.nodes[node].position &+= Self.hash(number, Self.hash(name[...], 0)) | 1
    }

    /// A text: that of the root's kind tells apart what kinds of events say under the same names.
    mutating func note(text: ArraySlice<UInt8>, under name: [UInt8], node: Int) {
        guard node == 0, name == Self.kind else { return }
        self.nodes[0].name = Self.hash(text, 1)
    }

    /// What stands for each node, the event having been read.
    func identities() -> [UInt64] {
        var identities: [UInt64] = []
        identities.reserveCapacity(self.nodes.count)
        for node in self.nodes {
            let parent = Int(node.parent)
            var hasher = Hasher()
            hasher.combine(identities.indices.contains(parent) ? identities[parent] : 0)
            hasher.combine(node.name)
            hasher.combine(node.position == 0 ? UInt64(node.ordinal) : node.position)
            identities.append(UInt64(truncatingIfNeeded: hasher.finalize()))
        }
        return identities
    }

    /// What tells a text from the others of its node.
    static func tag(of text: LooseJSON.Text) -> UInt64 { self.hash(text.name[...], UInt64(clamping: text.ordinal)) }

    /// Seeded anew by each process: nobody outside can make two places one.
    private static func hash(_ bytes: ArraySlice<UInt8>, _ seed: UInt64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(seed)
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }
}
