extension GzipDecoder {
    /// Goes one step further: a byte, a code, a copy.
    ///
    /// - Returns: Whether there were bits enough; if not, nothing was consumed.
    mutating func step() throws(GzipError) -> Bool {
        switch self.state {
        case .header, .extraLength, .extra, .name, .comment, .headerCheck: try self.headerStep()
        case .blockStart: try self.startBlock()
        case .storedLength, .stored: try self.storedStep()
        case .counts, .codeLengths: try self.countStep()
        case .lengths: try self.lengthStep()
        case .symbols: try self.symbolStep()
        case .checksum, .size: try self.trailerStep()
        }
    }

    // MARK: Header and trailer

    private mutating func headerStep() throws(GzipError) -> Bool {
        guard let value = self.take(self.state == .extraLength || self.state == .headerCheck ? 16 : 8) else {
            return false
        }
        switch self.state {
        case .header(let index):
            try self.checkHeader(UInt8(truncatingIfNeeded: value), at: index)
            if index < 9 { self.state = .header(index + 1) } else { self.nextPart() }
        case .extraLength:
            if value == 0 { self.nextPart() } else { self.state = .extra(value) }
        case .extra(let rest):
            if rest <= 1 { self.nextPart() } else { self.state = .extra(rest - 1) }
        case .name, .comment:
            if value == 0 { self.nextPart() }
        default:
            self.nextPart()
        }
        return true
    }

    private mutating func checkHeader(_ byte: UInt8, at index: Int) throws(GzipError) {
        switch index {
        case 0 where byte != 0x1F, 1 where byte != 0x8B, 2 where byte != 8: throw GzipError(.badHeader)
        case 3 where byte & 0xE0 != 0: throw GzipError(.badHeader)
        case 3: self.flags = byte
        default: break
        }
    }

    /// The parts that the flags tell of, in their order, then the first block.
    private mutating func nextPart() {
        let parts: [(flag: UInt8, state: State)] = [(4, .extraLength), (8, .name), (16, .comment), (2, .headerCheck)]
        let next = parts.first { self.flags & $0.flag != 0 }
        self.flags &= ~(next?.flag ?? 0)
        self.state = next?.state ?? .blockStart
    }

    private mutating func trailerStep() throws(GzipError) -> Bool {
        guard let value = self.take(32) else { return false }
        guard self.state == .checksum else {
            try self.endMember(value)
            return true
        }
        try self.check(value)
        self.state = .size
        return true
    }

    // MARK: Blocks

    private mutating func startBlock() throws(GzipError) -> Bool {
        guard let head = self.take(3) else { return false }
        self.isLastBlock = head & 1 == 1
        switch head >> 1 {
        case 0:
            self.align()
            self.state = .storedLength
        case 1:
            self.literalCodes = Self.fixedLiterals
            self.distanceCodes = Self.fixedDistances
            self.state = .symbols
        case 2: self.state = .counts
        default: throw GzipError(.badBlock)
        }
        return true
    }

    private mutating func endBlock() {
        if self.isLastBlock { self.align() }
        self.state = self.isLastBlock ? .checksum : .blockStart
    }

    private mutating func storedStep() throws(GzipError) -> Bool {
        guard case .stored(let rest) = self.state else {
            guard let value = self.take(32) else { return false }
            guard value & 0xFFFF == ~(value >> 16) & 0xFFFF else { throw GzipError(.badBlock) }
            self.state = .stored(value & 0xFFFF)
            return true
        }
        guard rest > 0 else {
            self.endBlock()
            return true
        }
        guard let byte = self.take(8) else { return false }
        self.put(UInt8(truncatingIfNeeded: byte))
        self.state = .stored(rest - 1)
        return true
    }

    // MARK: Code tables

    private mutating func countStep() throws(GzipError) -> Bool {
        guard case .codeLengths(let index) = self.state else {
            guard let value = self.take(14) else { return false }
            self.literalCount = (value & 31) + 257
            self.distanceCount = (value >> 5 & 31) + 1
            self.lengthCount = (value >> 10) + 4
            guard self.literalCount <= 286, self.distanceCount <= 30 else { throw GzipError(.badCodes) }
            self.lengths = [UInt8](repeating: 0, count: Self.lengthOrder.count)
            self.state = .codeLengths(0)
            return true
        }
        guard index < self.lengthCount else {
            self.lengthCodes = try CodeTable(self.lengths)
            self.lengths.removeAll(keepingCapacity: true)
            self.state = .lengths
            return true
        }
        guard let length = self.take(3) else { return false }
        self.lengths[Self.lengthOrder[index]] = UInt8(truncatingIfNeeded: length)
        self.state = .codeLengths(index + 1)
        return true
    }

    private mutating func lengthStep() throws(GzipError) -> Bool {
        let total = self.literalCount + self.distanceCount
        guard self.lengths.count < total else {
            try self.makeTables()
            return true
        }
        guard let (symbol, used) = try self.next(self.lengthCodes, at: 0) else { return false }
        guard symbol > 15 else {
            self.drop(used)
            self.lengths.append(UInt8(truncatingIfNeeded: symbol))
            return true
        }
        let (extra, base) = symbol == 16 ? (2, 3) : symbol == 17 ? (3, 3) : (7, 11)
        guard let more = self.look(extra, at: used) else { return false }
        guard symbol != 16 || !self.lengths.isEmpty, self.lengths.count + base + more <= total else {
            throw GzipError(.badCodes)
        }
        self.drop(used + extra)
        let value = symbol == 16 ? self.lengths.last ?? 0 : 0
        self.lengths.append(contentsOf: repeatElement(value, count: base + more))
        return true
    }

    private mutating func makeTables() throws(GzipError) {
        // A block without an end would never end.
        guard self.lengths[256] != 0 else { throw GzipError(.badCodes) }
        self.literalCodes = try CodeTable(self.lengths[..<self.literalCount])
        self.distanceCodes = try CodeTable(self.lengths[self.literalCount...])
        self.state = .symbols
    }

    // MARK: Symbols

    private mutating func symbolStep() throws(GzipError) -> Bool {
        guard let (symbol, used) = try self.next(self.literalCodes, at: 0) else { return false }
        switch symbol {
        case ..<256:
            self.drop(used)
            self.put(UInt8(truncatingIfNeeded: symbol))
            return true
        case 256:
            self.drop(used)
            self.endBlock()
            return true
        default:
            return try self.copyStep(symbol - 257, used)
        }
    }

    private mutating func copyStep(_ index: Int, _ used: Int) throws(GzipError) -> Bool {
        guard index < Self.copyLengths.count else { throw GzipError(.badCodes) }
        let length = Self.copyLengths[index]
        var used = used
        guard let moreLength = self.look(length.extra, at: used) else { return false }
        used += length.extra
        guard let (code, distanceBits) = try self.next(self.distanceCodes, at: used) else { return false }
        guard code < Self.copyDistances.count else { throw GzipError(.badCodes) }
        used += distanceBits
        let distance = Self.copyDistances[code]
        guard let moreDistance = self.look(distance.extra, at: used) else { return false }
        self.drop(used + distance.extra)
        try self.copy(length.base + moreLength, from: distance.base + moreDistance)
        return true
    }

    /// The code at a place among the bits, and how many bits it has; consumes nothing.
    private func next(_ table: CodeTable?, at place: Int) throws(GzipError) -> (symbol: Int, bits: Int)? {
        switch table?.match(self.bits >> UInt64(place), available: self.bitCount - place) {
        case .symbol(let symbol, let bits): return (symbol, bits)
        case .needMore: return nil
        case .some(.none), nil: throw GzipError(.badCodes)
        }
    }

    /// The bits at a place, when they are there; consumes nothing.
    private func look(_ count: Int, at place: Int) -> Int? {
        guard place + count <= self.bitCount else { return nil }
        return Int(self.bits >> UInt64(place) & ((1 << UInt64(count)) - 1))
    }
}

// MARK: - Constants of RFC 1951

extension GzipDecoder {
    /// The order in which lengths of length codes are told.
    private static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// Lengths of copies by code, from 257 on.
    private static let copyLengths: [(base: Int, extra: Int)] =
        (0..<28).map { code in
            let extra = code < 8 ? 0 : code / 4 - 1
            return (code < 8 ? code + 3 : ((4 + code % 4) << extra) + 3, extra)
        } + [(258, 0)]

    /// Distances of copies by code.
    private static let copyDistances: [(base: Int, extra: Int)] = (0..<30).map { code in
        let extra = code < 4 ? 0 : code / 2 - 1
        return (code < 4 ? code + 1 : ((2 + code % 2) << extra) + 1, extra)
    }

    private static let fixedLiterals = try? CodeTable(
        [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112) + [UInt8](repeating: 7, count: 24)
            + [UInt8](repeating: 8, count: 8)
    )
    private static let fixedDistances = try? CodeTable([UInt8](repeating: 5, count: 32))
}
