import Wire

/// Price files' JSON, read by the strict gate.
enum PriceJSON {
    /// The most bytes that a file may have.
    static let maximumBytes = 16 << 20

    /// Reads one document.
    ///
    /// - Parameters:
    ///   - bytes: The whole document.
    ///   - body: Runs once, with the root, which is an object; the value must not escape it.
    /// - Returns: What the body returned.
    /// - Throws: `PriceFileError` with the gate's reason and the line, or what the body threw.
    static func read<R>(
        _ bytes: [UInt8],
        _ body: (JSONValue) throws(PriceFileError) -> R
    ) throws(PriceFileError) -> R {
        guard bytes.count <= self.maximumBytes else {
            throw PriceFileError(.tooLarge, "a price file has at most \(self.maximumBytes) bytes, got \(bytes.count)")
        }
        return try bytes.withUnsafeBufferPointer { buffer throws(PriceFileError) in
            let tape = JSONTape()
            do throws(JSONReadError<PriceFileError>) {
                return try tape.read(UnsafeRawBufferPointer(buffer)) { root throws(PriceFileError) in
                    guard root.kind == .object else { throw PriceFileError(.notJSON, "a price file is a JSON object") }
                    return try body(root)
                }
            } catch {
                switch error {
                case .body(let error): throw error
                case .json(let error): throw self.error(error, in: buffer)
                }
            }
        }
    }

    private static func error(_ error: JSONError, in bytes: UnsafeBufferPointer<UInt8>) -> PriceFileError {
        let line = bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
        let code: PriceFileError.Code = error.code == .duplicateKey ? .duplicate : .notJSON
        return PriceFileError(code, "not a price file: \(error.message), line \(line)")
    }
}

extension JSONValue {
    /// The number's own text.
    var numberText: UnsafeRawBufferPointer? {
        self.kind == .number ? self.bytes : nil
    }

    /// What kind of value this is, for a message.
    var kindName: String {
        switch self.kind {
        case .object: "an object"
        case .array: "a list"
        case .string: "text"
        case .number: "a number"
        case .true, .false: "true or false"
        case .null: "null"
        }
    }
}
