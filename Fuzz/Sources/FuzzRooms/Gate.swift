public import Wire

/// Whether everything that is written passes the strict gate.
public enum Gate {
    /// A tape that takes what vendors write; a caller's own depth may have grown by what is around it.
    public static func makeTape(refusesNUL: Bool = false, maxDepth: Int = 128) -> JSONTape {
        var limits = JSONLimits()
        limits.refusesNUL = refusesNUL
        limits.maxDepth = maxDepth
        return JSONTape(limits: limits)
    }

    /// Fails unless the bytes are one JSON document.
    public static func check(_ body: [UInt8], _ what: String) {
        body.withUnsafeBytes { bytes in
            do throws(JSONError) {
                _ = try Self.makeTape(maxDepth: 512).parse(bytes)
            } catch {
                fatalError("\(what): \(error.message) in \(String(decoding: body, as: UTF8.self))")
            }
        }
    }
}
